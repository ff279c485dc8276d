/* SPDX-License-Identifier: ISC
 * html_text.h: the plain text that HTML becomes, line by line. Inside the HTML reader only.
 */
#ifndef CASEMAIL_READING_HTML_TEXT_H
#define CASEMAIL_READING_HTML_TEXT_H

#include "base/arena.h"
#include "base/str.h"

#include "reading/lines.h"

struct html_text {
	struct buf out;   /* finished lines */
	struct buf hints; /* one byte for each of them */
	struct buf line;  /* the line being made, without its quote marks */
	unsigned quotes;  /* how many block quotes are open */
	enum hint hint;   /* of the lines to come */
	enum hint line_hint;
	unsigned line_quotes; /* as the line began */
	unsigned last_quotes; /* of the line before */
	enum hint last_hint;
	bool blank, want_blank, cut;
	size_t item; /* bytes of the line that are a list's bullet */
};

void html_text_open(struct html_text *t, size_t html_bytes);
/* Copies text and hints into a, frees the rest. */
void html_text_close(struct html_text *t, struct arena *a, struct str *text, unsigned char **hints);
/* Adds text; pre: blanks and line ends are kept. */
void html_text_add(struct html_text *t, struct str s, bool pre);
/* Ends the line where it holds something; blank: a blank line comes before what follows. */
void html_text_break(struct html_text *t, bool blank);
/* Ends the line, empty or not. */
void html_text_newline(struct html_text *t);
void html_text_rule(struct html_text *t);
void html_text_cell(struct html_text *t);
/* Begins a list's item; number 0: a bullet. */
void html_text_item(struct html_text *t, size_t level, unsigned number);
/* Where the line is now; and adds " <href>" where what was added since does not say as much. */
size_t html_text_mark(const struct html_text *t);
void html_text_link(struct html_text *t, size_t mark, struct str href);
/* The next line begins the mail that is answered. */
void html_text_cut(struct html_text *t);

/* html, or a copy in a without what libxml2 trips over: NUL bytes, Word's conditions outside comments. */
struct str html_plain_clean(struct str html, struct arena *a);
/* Whether no tag has more attributes than an HTML parser can take in linear time. */
bool html_plain_is_tame(struct str html);
/* The text between the tags, without any parser. */
void html_plain(struct str html, struct html_text *t);

#endif
