/* SPDX-License-Identifier: ISC
 * alarms.h: the daemon tells its administrators what needs a person: checks that have changed, messages that were kept.
 */
#ifndef CASEMAIL_DAEMON_ALARMS_H
#define CASEMAIL_DAEMON_ALARMS_H

#include "base/configuration.h"
#include "daemon/settle.h"

struct alarms;

/* All is borrowed. */
struct alarms *alarms_open(
    const struct configuration *c, struct store *s, const struct own_marks *marks, struct templates *templates);
void alarms_close(struct alarms **a); /* *a may be NULL */

/* Looks, at most every ten seconds; what was told is written down in the transaction that writes the letters. -1: the
 * store is in trouble; nothing half done stands. */
int alarms_run(struct alarms *a, struct err *e);
int64_t alarms_wait(const struct alarms *a); /* ms until the next look */

#endif
