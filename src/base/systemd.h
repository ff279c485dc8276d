/* SPDX-License-Identifier: ISC
 * systemd.h: the only file that knows libsystemd.
 */
#ifndef CASEMAIL_BASE_SYSTEMD_H
#define CASEMAIL_BASE_SYSTEMD_H

#include "base/str.h"

/* sd_notify with one assignment or several, one a line; nothing where no manager listens. */
void systemd_notify(const char *state);
/* Half the watchdog's time in milliseconds, or 0 where the unit has none. */
long long systemd_watchdog(void);
/* Whether standard error is the journal, so that fields are wanted. */
bool systemd_journal(void);
/* Sends n "KEY=value" entries to the journal. */
void systemd_journal_send(const struct str *entries, size_t n);

#endif
