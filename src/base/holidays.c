/* SPDX-License-Identifier: ISC
 * holidays.c: the only file that knows libical. The file is the operator's own, and is read once, before any mail.
 */
#include "config.h"

#include "base/holidays.h"

#include <stdio.h>
#include <stdlib.h>

#include <libical/ical.h>

#define FILE_MOST ((size_t)4 << 20)
#define DAYS_MOST 10000
#define EVENT_MOST 366 /* days of one event */
#define DAY 86400

struct collecting {
	int64_t first, last, length; /* days; length: of the event */
	int64_t *days;
	size_t n;
	bool is_full;
};

static int64_t
day_of(struct icaltimetype t)
{
	time_t s = icaltime_as_timet(t);

	return (int64_t)s / DAY - (s % DAY < 0);
}

static void
add_event(icalcomponent *event, struct icaltime_span *span, void *context)
{
	struct collecting *c = context;
	int64_t day = (int64_t)span->start / DAY - (span->start % DAY < 0);

	(void)event;
	for (int64_t i = 0; i < c->length; i++, day++) {
		if (day < c->first || day > c->last)
			continue;
		c->is_full = c->is_full || c->n == DAYS_MOST;
		if (!c->is_full)
			c->days[c->n++] = day;
	}
}

static void
read_event(icalcomponent *event, struct collecting *c)
{
	struct icaltimetype start = icalcomponent_get_dtstart(event), end = icalcomponent_get_dtend(event);

	if (!icaltime_is_date(start) || icaltime_is_null_time(start) ||
	    icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED)
		return;
	c->length = icaltime_is_null_time(end) ? 1 : day_of(end) - day_of(start);
	if (c->length < 1)
		c->length = 1;
	if (c->length > EVENT_MOST)
		c->length = EVENT_MOST;
	icalcomponent_foreach_recurrence(event, icaltime_from_timet_with_zone((c->first - c->length) * DAY, 0, NULL),
	    icaltime_from_timet_with_zone((c->last + 1) * DAY, 0, NULL), add_event, c);
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static size_t
sort_unique(int64_t *days, size_t n)
{
	size_t kept = 0;

	qsort(days, n, sizeof(*days), compare);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || days[kept - 1] != days[i])
			days[kept++] = days[i];
	return kept;
}

static int
read_text(struct str path, struct arena *a, struct buf *out, struct err *e)
{
	char *z = arena_z(a, path), room[8192];
	FILE *f = fopen(z, "re");
	size_t n;
	int failed;

	if (f == NULL)
		return err_set(e, ERR_FATAL, "%s cannot be read", z);
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_add(out, (struct str){ room, n });
	failed = ferror(f);
	fclose(f);
	if (failed || out->overflow)
		return err_set(e, ERR_FATAL, "%s cannot be read, or is larger than %zu bytes", z, FILE_MOST);
	return 0;
}

int
holidays_load(struct str path, int64_t first, int64_t last, struct arena *a, int64_t **days, size_t *n, struct err *e)
{
	struct collecting c = { .first = first, .last = last };
	icalcomponent *root = NULL;
	struct buf text;
	int rc;

	buf_init(&text, FILE_MOST);
	rc = read_text(path, a, &text, e);
	if (rc == 0 && (root = icalparser_parse_string(buf_z(&text))) == NULL)
		rc = err_set(e, ERR_FATAL, "%.*s is no iCalendar file", STR_ARGS(path));
	buf_free(&text);
	if (rc < 0)
		return -1;
	c.days = arena_array(a, DAYS_MOST, sizeof(*c.days));
	for (icalcomponent *i = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT); i && !c.is_full;
	     i = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT))
		read_event(i, &c);
	if (icalcomponent_isa(root) != ICAL_VCALENDAR_COMPONENT)
		rc = err_set(e, ERR_FATAL, "%.*s is no iCalendar file", STR_ARGS(path));
	else if (c.is_full)
		rc = err_set(e, ERR_FATAL, "%.*s names more than %d days", STR_ARGS(path), DAYS_MOST);
	icalcomponent_free(root);
	*days = c.days;
	*n = sort_unique(c.days, c.n);
	return rc;
}
