/* SPDX-License-Identifier: ISC
 * template.h: the words of a notice, from a template and values.
 *
 * A template is a file KIND.LANG.txt in UTF-8, at most 64 KiB: a line "Subject: ...", an empty line, the text, and
 * optionally a line "%%html" and a whole HTML document; without one the HTML is made from the text. {{name}} is a
 * value, escaped for its place; {{#name}}...{{/name}} stands where the value is not empty, {{^name}}...{{/name}} where
 * it is. In HTML, {{name|url}} is a value within a link. A line "%%answer WORD: LABEL" of the text is not shown there:
 * in the HTML made from it, it is a button that opens a new mail to {{reply_to}} with WORD as its text. The subject,
 * filled in, is the value "subject" of the text and the HTML. Shipped templates are embedded; a file of the operator's
 * folder replaces one, or adds a language.
 */
#ifndef CASEMAIL_OUTBOX_TEMPLATE_H
#define CASEMAIL_OUTBOX_TEMPLATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct templates;

/* A kind of notice, and the values it has besides the standard ones. Both stay the caller's, and must outlive the
 * templates. */
struct template_kind {
	const char *name;          /* "case-opened" */
	const char *const *values; /* ends in NULL */
};

struct template_value {
	const char *name;
	struct str text; /* UTF-8; in a subject, line ends and controls become blanks */
};

struct template_text {
	struct str subject, text, html; /* UTF-8, LF line ends; text: at most 60 columns where words allow */
	struct str labels;              /* of the buttons that html alone shows, one a line, and all in one line */
};

/* Loads all kinds and languages; folder empty: shipped ones only. standard: values every kind has, ends in NULL. NULL
 * on errors: then errors (as of configuration_load) holds those of all files, one a line, "FILE:LINE: what": syntax, a
 * value that this kind has not, a file that is no template of these kinds, a kind without English form. */
struct templates *templates_open(struct str folder, const struct template_kind *kinds, size_t n_kinds,
    const char *const *standard, struct buf *errors);
void templates_close(struct templates **t);

/* Likewise, but no file is looked at before templates_load_kind asks for its kind: for one who writes few letters, and
 * is there to see an error. */
struct templates *templates_open_empty(
    struct str folder, const struct template_kind *kinds, size_t n_kinds, const char *const *standard);
/* Makes the templates of a kind that exists (else aborts) ready to be rendered, as all are behind templates_open. Costs
 * nothing the second time. -1: errors holds what is wrong with the files of this kind. */
int templates_load_kind(struct templates *t, const char *kind, struct buf *errors);

/* language "de", "de-AT", or empty; falls back to "de", then to fallback likewise, then "en". kind must be one that
 * is loaded (else aborts). A name that values leave out counts as empty. *out is owned by a. Linear in its result; a
 * part of more than 4 MiB is cut at the value that did not fit. */
void template_render(const struct templates *t, const char *kind, struct str language, struct str fallback,
    const struct template_value *values, size_t n, struct arena *a, struct template_text *out);

/* Where a template comes from; borrows from the templates. */
struct template_origin {
	const char *kind;
	struct str language, file; /* file: the operator's; empty: shipped */
};
/* All of them, shipped ones first, those that an operator's file replaced in their places; owned by a. */
void templates_list(const struct templates *t, struct arena *a, struct template_origin **out, size_t *n);

/* With sample values, for people to look at. false where there is no such kind; the language falls back as above, and
 * *from, unless NULL, says to which it fell. */
bool template_preview(const struct templates *t, const char *kind, struct str language, struct arena *a,
    struct template_text *out, struct template_origin *from);

/* For the self-test that no line reads as a verdict: calls back for every kind and language, several times each, with
 * sample values so that every section stands in one of them and is left out in another. *text is valid during the
 * call only: a is reset after each. */
void templates_each(const struct templates *t, struct arena *a,
    void (*each)(void *ctx, const char *kind, struct str language, const struct template_text *text), void *ctx);

/* Calls back for every line of answers of all templates; word: the text of the mail that its button opens. */
void templates_answers(const struct templates *t,
    void (*each)(void *ctx, const char *kind, struct str language, struct str word, struct str label), void *ctx);

#endif
