/* SPDX-License-Identifier: ISC
 * calendar.c: business days by the clock on the wall.
 *
 * A business day is a day's working time. What is asked at 15:00 on Friday is one business day old at 15:00 on Monday;
 * what is asked on Saturday counts from Monday morning. The clock is not asked here, and no zone is looked up.
 */
#include "config.h"

#include "rules/calendar.h"

#define MINUTE_MS ((int64_t)60000)
#define DAY_MS (1440 * MINUTE_MS)
#define SEARCH_DAYS 3653

/* A moment by the clock on the wall. */
struct local {
	int64_t day; /* since 1970-01-01 */
	int64_t ms;  /* since midnight */
};

static int64_t
divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* How many entries of the table begin at or before t. */
static size_t
offsets_until(const struct calendar *c, int64_t t)
{
	size_t low = 0, high = c->n_offsets;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->offsets[middle].from <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t
offset_ms(const struct calendar *c, size_t i)
{
	return c->n_offsets == 0 ? 0 : (int64_t)c->offsets[i ? i - 1 : 0].seconds * 1000;
}

static struct local
local_of(const struct calendar *c, int64_t t)
{
	int64_t wall = t + offset_ms(c, offsets_until(c, t));
	int64_t day = divide_down(wall, DAY_MS);

	return (struct local){ day, wall - day * DAY_MS };
}

/* The moment of a local time. The offset before a change is tried first: it gives the first of two, and what is meant
 * by a time that was left out. */
static int64_t
utc_of(const struct calendar *c, struct local l)
{
	int64_t wall = l.day * DAY_MS + l.ms;
	size_t last = offsets_until(c, wall + DAY_MS);

	for (size_t i = offsets_until(c, wall - DAY_MS); i < last; i++) {
		int64_t t = wall - offset_ms(c, i);

		if (t < c->offsets[i].from || wall - offset_ms(c, i + 1) < c->offsets[i].from)
			return t;
	}
	return wall - offset_ms(c, last);
}

static bool
is_holiday(const struct calendar *c, int64_t day)
{
	size_t low = 0, high = c->n_holidays;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->holidays[middle] == day)
			return true;
		if (c->holidays[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
is_working(const struct calendar *c, int64_t day)
{
	int64_t weekday = day + 3 - divide_down(day + 3, 7) * 7; /* 1970-01-01 was a Thursday */

	return (c->working_days >> weekday & 1) && !is_holiday(c, day);
}

/* The first working day from day on, at most the day after last. */
static int64_t
working_day(const struct calendar *c, int64_t day, int64_t last)
{
	while (day <= last && !is_working(c, day))
		day++;
	return day;
}

int64_t
calendar_after(const struct calendar *c, int64_t start, int n)
{
	struct local l = local_of(c, start);
	int64_t last = l.day + SEARCH_DAYS, from = c->from * MINUTE_MS, to = c->to * MINUTE_MS;

	if (!is_working(c, l.day) || l.ms < from || l.ms >= to) {
		l.day = working_day(c, l.ms >= to ? l.day + 1 : l.day, last);
		l.ms = from;
	} else if (n == 0) {
		return start;
	}
	for (int i = 0; i < n; i++)
		l.day = working_day(c, l.day + 1, last);
	if (l.day > last)
		l.day = last;
	return utc_of(c, l);
}

int64_t
calendar_midnight(const struct calendar *c, int64_t day)
{
	return utc_of(c, (struct local){ .day = day });
}
