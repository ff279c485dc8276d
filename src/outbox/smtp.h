/* SPDX-License-Identifier: ISC
 * smtp.h: hands mails to a server (RFC 5321) over a verified connection that is kept between mails.
 */
#ifndef CASEMAIL_OUTBOX_SMTP_H
#define CASEMAIL_OUTBOX_SMTP_H

#include "base/configuration.h"
#include "base/err.h"

struct smtp;

enum smtp_result {
	SMTP_SENT,    /* the server took it: 250 after the final dot */
	SMTP_LATER,   /* 4xx, no connection, login refused (530, 535, ...): nothing was handed over */
	SMTP_REFUSED, /* 5xx: never */
	SMTP_UNKNOWN  /* the connection was lost after the data was handed over, before the answer */
};

struct smtp_outcome {
	enum smtp_result result;
	int code;        /* the reply that decided, or 0 */
	char reply[512]; /* its text, printable */
};

/* How a server did lately. */
struct smtp_route {
	int failures;     /* in a row; 0: it serves */
	int64_t retry_at; /* clock_now(): left alone until then */
	char reply[512];  /* why, printable */
};

/* Connects lazily. servers: tried in order, the next only where one could not be talked to (connection, TLS, greeting,
 * login), which is then left alone for 5 s, after each further failure in a row for twice that up to 5 minutes; the
 * caller's, must outlive it. Ignores SIGPIPE for the whole process. One thread only. */
struct smtp *smtp_open(const struct server *servers, size_t n);
void smtp_close(struct smtp **s);
/* Asks stop, at least once a second, whether to leave a mail of which nothing was handed over yet: SMTP_LATER then. */
void smtp_stop_when(struct smtp *s, bool (*stop)(void));
/* One for each server, in their order; between two mails the caller may write what others learned. */
struct smtp_route *smtp_routes(struct smtp *s);
/* The first time, clock_now() or later, at which a server may be tried. */
int64_t smtp_ready_at(const struct smtp *s);
/* One mail to one recipient. envelope_from empty: the null sender. mail: CR LF lines, 7-bit. Always fills *out.
 * Addresses with controls, blanks or angle brackets, and mails of other lines, are SMTP_REFUSED without a word to the
 * server. Takes at most timeout_seconds of a server for each one tried, twice where a kept connection had ended. */
void smtp_send(struct smtp *s, struct str envelope_from, struct str to, struct str mail, struct smtp_outcome *out);
/* Whether the last mail found no server that answered, or that was to be tried: then others need not be tried now. */
bool smtp_is_down(const struct smtp *s);

#endif
