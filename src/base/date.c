/* SPDX-License-Identifier: ISC
 * date.c: dates, times and days of the week as an operator writes them. Knows no zone and no clock.
 */
#include "config.h"

#include "base/date.h"

#define DAY_MINUTES 1440

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01. */
static bool
days_of(int64_t year, int64_t month, int64_t day, int64_t *days)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	int64_t y = year - 1;
	bool leap = is_leap(year);

	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > before[month] - before[month - 1] + (leap && month == 2))
		return false;
	*days = y * 365 + y / 4 - y / 100 + y / 400 - 719162 + before[month - 1] + (leap && month > 2) + day - 1;
	return true;
}

bool
date_parse(struct str s, int64_t *days)
{
	long long year, month, day;

	return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && str_to_number(str_head(s, 4), &year) &&
	       str_to_number(str_head(str_skip(s, 5), 2), &month) && str_to_number(str_skip(s, 8), &day) &&
	       days_of(year, month, day, days);
}

bool
date_time_ms(const struct date_time *t, int64_t *ms)
{
	int64_t days;

	if (t->hour < 0 || t->hour > 24 || t->minute < 0 || t->minute > 60 || t->second < 0 || t->second > 60 ||
	    !days_of(t->year, t->month, t->day, &days))
		return false;
	*ms = ((days * DAY_MINUTES + t->hour * 60 + t->minute - t->zone_minutes) * 60 + t->second) * 1000;
	return true;
}

bool
date_time_parse(struct str s, int *minutes)
{
	long long h, m;

	if (s.n != 5 || s.p[2] != ':' || !str_to_number(str_head(s, 2), &h) || !str_to_number(str_skip(s, 3), &m) ||
	    m > 59 || h * 60 + m > DAY_MINUTES)
		return false;
	*minutes = (int)(h * 60 + m);
	return true;
}

bool
date_weekday_parse(struct str s, int *weekday)
{
	static const char *const names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
		"Sunday" };

	for (int i = 0; i < 7; i++)
		if (str_equal_nocase(s, str_of(names[i]))) {
			*weekday = i;
			return true;
		}
	return false;
}
