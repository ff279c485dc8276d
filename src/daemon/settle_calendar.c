/* SPDX-License-Identifier: ISC
 * settle_calendar.c: looks up what the pure calendar must not: the zone, and the file of holidays.
 */
#include "config.h"

#include "daemon/settle_calendar.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/holidays.h"
#include "base/zone.h"

#define DAY_MS ((int64_t)86400000)
#define DAYS_BEFORE 366
#define DAYS_AFTER (9 * 366)

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
settle_holidays(const struct configuration *c, int64_t today, struct arena *a, struct calendar *out, struct err *e)
{
	int64_t *days = NULL, *all;
	size_t n = 0;

	if (c->holidays_file.n &&
	    holidays_load(c->holidays_file, today - DAYS_BEFORE, today + DAYS_AFTER, a, &days, &n, e) < 0)
		return -1;
	all = arena_array(a, n + c->holidays.n, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[out->n_holidays++] = days[i];
	for (size_t i = 0; i < c->holidays.n; i++)
		if (date_parse(c->holidays.list[i], &all[out->n_holidays]))
			out->n_holidays++;
	if (out->n_holidays)
		qsort(all, out->n_holidays, sizeof(*all), compare);
	out->holidays = all;
	return 0;
}

int
settle_calendar(const struct configuration *c, int64_t now, struct arena *a, struct calendar *out, struct err *e)
{
	struct zone_offset *offsets;
	int day;

	*out = (struct calendar){ 0 };
	for (size_t i = 0; i < c->working_days.n; i++)
		if (date_weekday_parse(c->working_days.list[i], &day))
			out->working_days |= 1u << day;
	if (!date_time_parse(c->calendar_from, &out->from) || !date_time_parse(c->calendar_to, &out->to))
		return err_set(e, ERR_FATAL, "the working hours of the calendar are not set");
	if (zone_load(c->calendar_zone, now - DAYS_BEFORE * DAY_MS, now + DAYS_AFTER * DAY_MS, a, &offsets,
		&out->n_offsets, e) < 0)
		return -1;
	out->offsets = offsets;
	return settle_holidays(c, now / DAY_MS, a, out, e);
}
