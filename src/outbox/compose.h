/* SPDX-License-Identifier: ISC
 * compose.h: a letter as RFC 5322 bytes. The one user of GMime on the way out.
 */
#ifndef CASEMAIL_OUTBOX_COMPOSE_H
#define CASEMAIL_OUTBOX_COMPOSE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct letter_file {
	struct str name, type, content;
};

struct letter {
	struct str message_id, in_reply_to; /* without <> */
	struct str references; /* "<a> <b>", oldest first; at most the first and the last ten are written */
	struct str from_name, from, to_name, to, reply_to; /* reply_to empty: none */
	struct str subject, text, html;                    /* html empty: text only */
	struct str list_name, list_id;                     /* List-Id (RFC 2919): list_name <list_id>; empty: none */
	struct str instance, loop_mark;                    /* X-Loop: instance;loop_mark */
	bool is_answer;                                    /* Auto-Submitted: auto-replied, else auto-generated */
	int64_t date;                                      /* ms */
	const struct letter_file *files;
	size_t n_files;
};

/* Appends the mail to out: 7-bit, CR LF, lines of at most 998 octets; multipart/alternative where there is HTML,
 * multipart/mixed with files; text in quoted-printable or base64 only where it needs to be, files always in base64.
 * -1 and ERR_REJECT where a header value holds CR, LF or NUL, an address is not local@domain of printable ASCII
 * (RFC 5322 dot-atom), message_id is malformed, the text holds NUL, or the mail does not fit into out; out is then of
 * no use. Of references and in_reply_to, which come from others, malformed ids are left out; in_reply_to is added to
 * the references where it is missing. Linear in the letter. */
int compose_letter(const struct letter *l, struct buf *out, struct err *e);

#endif
