/* SPDX-License-Identifier: ISC
 * date.h: dates, times and days of the week as an operator writes them.
 */
#ifndef CASEMAIL_BASE_DATE_H
#define CASEMAIL_BASE_DATE_H

#include <stdint.h>

#include "base/str.h"

/* "2026-12-25" as days since 1970-01-01, a date of the Gregorian calendar from 1970 to 9999. false: no such date. */
bool date_parse(struct str s, int64_t *days);
/* A date and time of day, 1970 to 9999, zone_minutes east of UTC, as ms since 1970; hour up to 24, second up to 60.
 * false: no such time. */
struct date_time {
	int year, month, day, hour, minute, second, zone_minutes;
};
bool date_time_ms(const struct date_time *t, int64_t *ms);
/* "09:30" as minutes after midnight, 00:00 to 24:00. */
bool date_time_parse(struct str s, int *minutes);
/* "Monday" as 0, ... "Sunday" as 6; ASCII letters in any case. */
bool date_weekday_parse(struct str s, int *weekday);

#endif
