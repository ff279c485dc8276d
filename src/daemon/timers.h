/* SPDX-License-Identifier: ISC
 * timers.h: what time does to access requests: reminder, administrators, expiry (A6).
 */
#ifndef CASEMAIL_DAEMON_TIMERS_H
#define CASEMAIL_DAEMON_TIMERS_H

#include "base/configuration.h"
#include "daemon/settle.h"

struct timers;

/* All is borrowed. Nothing is done before every mailbox was read to its end once, and no request expires before every
 * one was read beyond that request's expiry: an answer that arrived in time wins, however late it is read. A mailbox
 * that cannot be read holds this up for an hour at most; with at_once (intakes ran before) for as long as it cannot. */
struct timers *timers_open(const struct configuration *c, struct store *s, const struct own_marks *marks,
    struct templates *templates, bool at_once);
void timers_close(struct timers **t); /* *t may be NULL */

/* Does what is due, each request in a transaction of its own. One that cannot be handled is logged, delays no other,
 * and is tried again after five minutes. -1: the store is in trouble; nothing half done stands. */
int timers_run(struct timers *t, struct err *e);
/* When to run again, ms; 0: nothing is due as things stand. */
int timers_next(struct timers *t, int64_t *next_at, struct err *e);

#endif
