/* SPDX-License-Identifier: ISC
 * letter.h: a notice of a plan as a letter of the outbox: words, addresses, tokens, threading.
 */
#ifndef CASEMAIL_DAEMON_LETTER_H
#define CASEMAIL_DAEMON_LETTER_H

#include "daemon/apply.h"

/* Writes the letter, and its reply token, into the store. case_id and request_id: the notice's, with PLAN_NEW resolved.
 * A person without a deliverable address gets none, which is logged. 1: written; 0: none; -1. */
int letter_write(
    const struct apply *a, const struct notice *n, int64_t case_id, int64_t request_id, int64_t message, struct err *e);

#endif
