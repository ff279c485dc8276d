/* SPDX-License-Identifier: ISC
 * fetch.h: messages off the server, in commands of a size. session_fetch has the contract.
 */
#ifndef CASEMAIL_MAILBOX_FETCH_H
#define CASEMAIL_MAILBOX_FETCH_H

#include "mailbox/imap.h"
#include "mailbox/session.h"

#define FETCH_MAX 500

/* *suspect: 0, or after a -1 the UID session_suspect speaks of. n <= FETCH_MAX. */
int fetch_run(struct imap *m, const struct limits *limits, const struct session_item *items, size_t n,
    session_taker *take, void *context, uint32_t *suspect, struct err *e);

#endif
