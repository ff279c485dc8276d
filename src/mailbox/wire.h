/* SPDX-License-Identifier: ISC
 * wire.h: watches the bytes an IMAP server sends, before any parser sees them.
 *
 * It knows just enough of RFC 3501 section 7 and 9 to tell lines from literals, and refuses what
 * a parser might not survive: an endless line, a literal larger than agreed, deep parentheses, a
 * line that starts like no response. It holds no message text and does no I/O.
 */
#ifndef CASEMAIL_MAILBOX_WIRE_H
#define CASEMAIL_MAILBOX_WIRE_H

#include <stdint.h>

#include "base/str.h"

#define WIRE_DEPTH 16 /* parentheses within parentheses */
#define WIRE_TEXT 256 /* of a farewell, kept for the log */

struct wire {
	size_t line_max;    /* bytes of one response outside its literals */
	size_t literal_max; /* bytes of one response inside its literals, together */
	/* private from here */
	int state;
	size_t line_n, literal_n;
	uint64_t number;
	unsigned depth;
	bool has_number, is_bye;
	char word[8];
	size_t word_n;
	char text[WIRE_TEXT];
	const char *refused;
};

/* Begins at the start of a response; the limits may be changed between two calls of wire_feed. */
void wire_init(struct wire *w, size_t line_max, size_t literal_max);

/* Watches the next n bytes. Returns n when all of them may be handed on. Fewer: the response that
 * starts at that offset (0 where it started in an earlier call) was refused, wire_refused tells
 * why, and every further call returns 0. "* BYE" is refused too: the connection is at its end. */
size_t wire_feed(struct wire *w, const char *p, size_t n);

/* Why, as constant text, or NULL. After a BYE, w->text holds what the server said (unescaped). */
const char *wire_refused(const struct wire *w);

#endif
