/* SPDX-License-Identifier: ISC
 * html.h: HTML as plain text, with what its containers say about each line.
 */
#ifndef CASEMAIL_READING_HTML_H
#define CASEMAIL_READING_HTML_H

#include "base/arena.h"
#include "base/str.h"

/* html: UTF-8. *text: its visible text, one line a line: block quotes marked by "> ", lists by "- "
 * or numbers, links as "text <url>" where the two differ. *hints: for each line of *text an enum
 * hint (lines.h). Both live in a. No script, no remote load, nothing of hidden elements. Linear in
 * html; where nesting or a tag is beyond bounds, the tags are merely left out (and what they hid is seen). Style
 * sheets are not read: what only they hide is seen too. */
void html_read(struct str html, struct arena *a, struct str *text, unsigned char **hints);

#endif
