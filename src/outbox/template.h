/* SPDX-License-Identifier: ISC
 * template.h: the words of a notice, from a template and values.
 *
 * A template is a file KIND.LANG.txt: a line "Subject: ...", a blank line, the text, and optionally a line "%%html" and
 * the HTML body. {{name}} is a value, escaped for its place; {{#name}}...{{/name}} stands where the value is not empty,
 * {{^name}}...{{/name}} where it is. Shipped templates are embedded; a file of the operator's folder replaces one.
 */
#ifndef CASEMAIL_OUTBOX_TEMPLATE_H
#define CASEMAIL_OUTBOX_TEMPLATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct templates;

struct template_value {
	const char *name;
	struct str text; /* UTF-8; in a subject, line ends and controls become blanks */
};

struct template_text {
	struct str subject, text, html; /* html may be empty */
};

/* Loads all kinds and languages; folder empty: shipped ones only. -1 (NULL) and ERR_FATAL: the errors of all files, one
 * a line: syntax, a value that this kind has not, no English form. */
struct templates *templates_open(struct str folder, struct err *e);
void templates_close(struct templates **t);

/* language "de", "de-AT"; falls back to fallback, then "en". kind must be one that exists (else aborts). */
void template_render(const struct templates *t, const char *kind, struct str language, struct str fallback,
    const struct template_value *values, size_t n, struct arena *a, struct template_text *out);

/* Calls back for every kind and language with sample values: for the self-test that no line reads as a verdict. */
void templates_each(const struct templates *t, struct arena *a,
    void (*each)(void *ctx, const char *kind, struct str language, const struct template_text *text), void *ctx);

#endif
