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
	struct str instance, loop_mark;                    /* X-Loop: instance;loop_mark */
	bool is_answer;                                    /* Auto-Submitted: auto-replied, else auto-generated */
	int64_t date;                                      /* ms */
	const struct letter_file *files;
	size_t n_files;
};

/* 7-bit, CR LF, lines of at most 998 octets; multipart/alternative where there is HTML. -1 and ERR_REJECT where a
 * header value holds CR, LF or NUL, or an address is not local@domain of printable ASCII. */
int compose_letter(const struct letter *l, struct buf *out, struct err *e);

#endif
