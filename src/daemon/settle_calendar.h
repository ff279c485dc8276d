/* SPDX-License-Identifier: ISC
 * settle_calendar.h: the configured business calendar as the rules take it.
 */
#ifndef CASEMAIL_DAEMON_SETTLE_CALENDAR_H
#define CASEMAIL_DAEMON_SETTLE_CALENDAR_H

#include "base/configuration.h"
#include "rules/calendar.h"

/* Zone, hours and holidays for the ten years that begin a year before now; lives in a, borrows nothing. -1 and
 * ERR_FATAL: zone or file cannot be used. */
int settle_calendar(const struct configuration *c, int64_t now, struct arena *a, struct calendar *out, struct err *e);

#endif
