/* SPDX-License-Identifier: ISC
 * calendar.h: the business calendar: when a number of business days is over (A6). Pure: the zone comes as a table.
 */
#ifndef CASEMAIL_RULES_CALENDAR_H
#define CASEMAIL_RULES_CALENDAR_H

#include <stdint.h>

#include "base/str.h"
#include "base/zone.h"

struct calendar {
	const struct zone_offset *offsets; /* ascending; the first also holds before; none: UTC */
	size_t n_offsets;
	unsigned working_days;   /* bit 0: Monday ... bit 6: Sunday */
	int from, to;            /* working hours, minutes after midnight, from < to <= 24 * 60 */
	const int64_t *holidays; /* days since 1970-01-01, ascending, local */
	size_t n_holidays;
};

/* When n business days, 0 to 366, have passed since start (both ms): start moves on to the next working time, unless it
 * is in one; the end is the same time by the clock on the nth working day after. A time that a change of the clock
 * leaves out is taken as if the clock had not been changed; of a time that comes twice the first one counts. Where ten
 * years hold no working day, they are over after ten years. */
int64_t calendar_after(const struct calendar *c, int64_t start, int n);

/* When a day, as above, begins by the clock of the zone, ms. */
int64_t calendar_midnight(const struct calendar *c, int64_t day);

#endif
