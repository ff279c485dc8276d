/* SPDX-License-Identifier: ISC
 * holidays.h: the dates of an iCalendar file (RFC 5545).
 */
#ifndef CASEMAIL_BASE_HOLIDAYS_H
#define CASEMAIL_BASE_HOLIDAYS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* The days of all whole-day events of the file that lie from first to last (days since 1970-01-01), in a, ascending,
 * each once; repeated events (RRULE, RDATE, EXDATE) as often as they fall in between. Events with a time of day, and
 * cancelled ones, are none. -1 and ERR_FATAL: no file, no calendar, larger than 4 MiB, or more than 10000 days. */
int holidays_load(
    struct str path, int64_t first, int64_t last, struct arena *a, int64_t **days, size_t *n, struct err *e);

#endif
