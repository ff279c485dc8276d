/* SPDX-License-Identifier: ISC
 * html_sheet.h: what a mail's style sheets say of an element. Inside the HTML reader only.
 */
#ifndef CASEMAIL_READING_HTML_SHEET_H
#define CASEMAIL_READING_HTML_SHEET_H

#include "base/arena.h"
#include "base/str.h"

struct html_attributes;

#define HTML_SHEET_RULES 128

/* One selector, "p.note" or "#id", and the declarations of its rule that matter here. */
struct html_rule {
	struct str element, class_, id; /* each may be empty, not all */
	struct str normal, important;   /* declarations: "display:none;" */
};

struct html_sheet {
	struct html_rule rules[HTML_SHEET_RULES];
	size_t n;
	bool unsure; /* some rule that was left out sets a background */
	size_t work; /* bytes looked at for the elements so far */
};

/* Adds the rules of a style element's text. Selectors of one element, class or id, or an element with a class or id;
 * others, and what stands under an at-rule (another screen's), are left out, as are rules that neither hide nor
 * colour nor draw a quote's line, and rules beyond HTML_SHEET_RULES. Borrows from css and a; linear in css. */
void html_sheet_add(struct html_sheet *s, struct str css, struct arena *a);
/* The style of an element: the sheets' declarations for it before its own, those marked important behind. at->style
 * itself where no rule is for it, or where a mail has cost so much that its sheets are left aside; else in out, until
 * that changes. */
struct str html_sheet_style(
    struct html_sheet *s, struct str element, const struct html_attributes *at, struct buf *out);

#endif
