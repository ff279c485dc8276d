/* SPDX-License-Identifier: ISC
 * idle.h: one IDLE (RFC 2177).
 */
#ifndef CASEMAIL_MAILBOX_IDLE_H
#define CASEMAIL_MAILBOX_IDLE_H

#include "mailbox/imap.h"

/* Idles until imap_status has news, wake_fd (-1: none) is readable, or ms are over, whichever the
 * server lets us see first: it must begin and end the command within the connection's timeout. *woken
 * tells of the wake_fd. IMAP_NO: the server announces IDLE and refuses it. */
enum imap_result idle_once(struct imap *m, int wake_fd, int64_t ms, bool *woken, struct err *e);

#endif
