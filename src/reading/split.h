/* SPDX-License-Identifier: ISC
 * split.h: what the sender newly wrote, apart from quote, signature and forwarded mail.
 * Nothing is thrown away: each part is kept. Language data: src/reading/languages/.
 */
#ifndef CASEMAIL_READING_SPLIT_H
#define CASEMAIL_READING_SPLIT_H

#include "reading/reading.h"

struct split {
	struct str new_text, quoted, signature;
	/* Text stands between two quotes, a quote between two texts, or text is glued to the quoted lines above it
	 * (which may be a line that a mail program wrapped). */
	bool interleaved;
	/* A forward marker or a header block was the first thing found. A header block alone stands above
	 * replies too (Outlook): forward_marked tells the two apart, as far as the text can. */
	bool is_forward, forward_marked;
	struct str above, forward_subject, forward_from, forward_date;
};

/* text: UTF-8, LF line ends. Linear in its length. */
void split_text(struct str text, struct arena *a, struct split *out);
/* html: UTF-8. *text receives the whole body as plain text; the split uses the quote containers of
 * mail programs besides the marks in the text. */
void split_html(struct str html, struct arena *a, struct str *text, struct split *out);

/* Whether the subject of a mail says that it is forwarded: "Fwd:", "WG:", "轉寄:" come first. Where only a header
 * block was found (forward_marked is false) this tells forwards from replies. */
bool split_subject_forwards(struct str subject, struct arena *a);

#endif
