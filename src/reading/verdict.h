/* SPDX-License-Identifier: ISC
 * verdict.h: yes, no, or unclear. Whole segments match phrase lists (src/reading/languages/); nothing is
 * stemmed, guessed or translated.
 */
#ifndef CASEMAIL_READING_VERDICT_H
#define CASEMAIL_READING_VERDICT_H

#include "base/arena.h"
#include "base/configuration.h"
#include "base/err.h"
#include "base/str.h"

enum verdict { VERDICT_NONE, VERDICT_APPROVE, VERDICT_DENY, VERDICT_AMBIGUOUS };
const char *verdict_name(enum verdict v); /* "none", "approve", "deny", "ambiguous" */

struct verdict_result {
	enum verdict verdict;
	struct str phrase, language; /* the first that matched, in normal form; empty when none */
	struct str line;             /* the decision line as written */
	struct str comment;          /* the lines between it and the signature, joined by LF */
	/* Why unclear, else "": "empty" (nothing but quote and signature), "invalid" (not UTF-8), "controls",
	 * "mixed-scripts", "question", "no-phrase", "unclear" (a phrase known not to decide), "languages" (yes in one,
	 * no in another), "contradiction", "long", "glued" (to a quote), "interleaved" (with one), "hedge". */
	const char *reason;
};

struct verdict_phrases;
/* languages: codes ("en", "de"); n == 0, or NULL: all. Extra phrases belong to every language, and are borrowed. NULL
 * and *e (ERR_FATAL) where a language is unknown or an extra phrase is yes and no at once, has punctuation, or is one
 * letter or digit. Where languages are named, a word that decides in one and has another sense in another of them
 * (Polish "no", Danish "tak") is unclear. */
struct verdict_phrases *verdict_open(
    const struct strings *languages, const struct strings *extra_yes, const struct strings *extra_no, struct err *e);
/* p and the languages of one answer ("de", "pt-BR"; what has no phrases is passed over), for the caller to close. An
 * extra phrase with the contrary sense in one of them is unclear. NULL: p knows them all. */
struct verdict_phrases *verdict_widen(const struct verdict_phrases *p, const struct strings *languages);
void verdict_close(struct verdict_phrases **p);

#define VERDICT_LINE_MAX 64    /* characters of a decision line */
#define VERDICT_TEXT_MAX 16384 /* bytes outside of quotes and small print: more is not a clear answer */

/* Reads new text: no quote; a greeting, a signature, a telephone's footer or small print may stand around the answer.
 * A quote that was left over ends the text, or makes it unclear; it never decides. Decides only where the first line
 * that is no greeting consists of phrases of one sense and courtesies, and what follows takes nothing back; all else is
 * VERDICT_AMBIGUOUS, with a reason. Pure, independent of the locale, linear in new_text. The strings of *out live in
 * new_text, a or p. VERDICT_NONE is never given: it stands for a message that was not asked for a verdict. */
void verdict_read(const struct verdict_phrases *p, struct str new_text, struct arena *a, struct verdict_result *out);

#endif
