/* SPDX-License-Identifier: ISC
 * transport.h: a logged-in, verified byte stream to an IMAP server.
 *
 * TLS is verified against the configured authority file or the system's, name included; there is
 * no way to switch that off. STARTTLS is required where it is configured; a clear connection is
 * made to loopback addresses only. No credential leaves before that holds.
 */
#ifndef CASEMAIL_MAILBOX_TRANSPORT_H
#define CASEMAIL_MAILBOX_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/configuration.h"
#include "base/err.h"

/* What kind of trouble it was, for back-off and alarms. */
enum mailbox_trouble {
	MAILBOX_TROUBLE_NONE,
	MAILBOX_TROUBLE_CONNECTION, /* name, route, time-out, cut: try again soon */
	MAILBOX_TROUBLE_TLS,        /* certificate, no STARTTLS, PREAUTH: nothing was given away */
	MAILBOX_TROUBLE_LOGIN,      /* refused: try again rarely, or the account gets locked */
	MAILBOX_TROUBLE_SERVER      /* it is up but will not or does not do what it should */
};

struct transport;

/* Connects, verifies and logs in within server->timeout_seconds altogether. 0 and *t, closed by
 * the caller; or -1, *t is NULL, *trouble tells the kind. ERR_FATAL only for what a person must
 * mend in the configuration (no user, unreadable password file, clear connection to another host).
 * Ignores SIGPIPE in the whole process. Our copy of the password is wiped; libcurl frees its own
 * when the transport closes. */
int transport_open(const struct server *server, struct transport **t, enum mailbox_trouble *trouble, struct err *e);
/* Says LOGOUT without waiting for the answer, and closes. *t may be NULL; it is cleared. */
void transport_close(struct transport **t);

/* Begins an operation: from now on at most wait_ms are spent waiting for the server, at most
 * bytes are received, one response has at most line_max bytes outside and literal_max bytes
 * inside of literals. Time the caller itself takes does not count. */
void transport_begin(struct transport *t, int64_t wait_ms, uint64_t bytes, size_t line_max, size_t literal_max);

/* Up to n bytes, at least one; or -1 at the end of the stream, when an allowance of
 * transport_begin is used up, or when the server sent what wire.h refuses. After a -1 the stream
 * stays dead; transport_trouble says why. */
ssize_t transport_read(struct transport *t, void *p, size_t n);
/* All n bytes, or -1 as above. */
ssize_t transport_write(struct transport *t, const void *p, size_t n);
/* Sets *e to what killed the stream, always ERR_RETRY, and returns -1. */
int transport_trouble(const struct transport *t, struct err *e);
bool transport_alive(const struct transport *t);

enum transport_event { TRANSPORT_DATA, TRANSPORT_WOKEN, TRANSPORT_TIMEOUT };
/* Waits until a read would give something (or fail), wake_fd (-1: none) is readable, or ms are
 * over. Nothing is taken from wake_fd. */
enum transport_event transport_wait(struct transport *t, int wake_fd, int64_t ms);

#endif
