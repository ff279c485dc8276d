/* SPDX-License-Identifier: ISC
 * verdict.h: yes, no, or unclear. Whole segments match phrase lists (src/reading/languages/); nothing is
 * stemmed, guessed or translated.
 */
#ifndef CASEMAIL_READING_VERDICT_H
#define CASEMAIL_READING_VERDICT_H

#include "base/arena.h"
#include "base/configuration.h"
#include "base/str.h"

enum verdict { VERDICT_NONE, VERDICT_APPROVE, VERDICT_DENY, VERDICT_AMBIGUOUS };
const char *verdict_name(enum verdict v); /* "none", "approve", "deny", "ambiguous" */

struct verdict_result {
	enum verdict verdict;
	struct str phrase, language; /* the first that matched; empty when none */
	struct str line;             /* the decision line as written */
	struct str comment;          /* what follows it */
	const char *reason;          /* why unclear: a constant code ("question", "hedge", "no-phrase", ...) or "" */
};

struct verdict_phrases;
/* languages: codes ("en", "de"); n == 0: all. Extra phrases belong to every language. NULL and *e (ERR_FATAL) where a
 * language is unknown or an extra phrase is yes and no at once. */
struct verdict_phrases *verdict_open(
    const struct strings *languages, const struct strings *extra_yes, const struct strings *extra_no, struct err *e);
void verdict_close(struct verdict_phrases **p);

/* Reads new text (no quote; a signature may still follow). Pure and independent of the locale. */
void verdict_read(const struct verdict_phrases *p, struct str new_text, struct arena *a, struct verdict_result *out);

#endif
