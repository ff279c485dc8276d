/* SPDX-License-Identifier: ISC
 * test_calendar.c: business days, over week-ends, holidays and changes of the clock; zones and holiday files.
 */
#include "config.h"

#include "rules/calendar.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "base/holidays.h"
#include "base/zone.h"
#include "tap.h"

static struct arena *arena;

/* "2026-03-27 15:00" in UTC as ms. */
static int64_t
moment(const char *text)
{
	int64_t days = 0;
	int minutes = 0;

	if (!date_parse(str_head(str_of(text), 10), &days) || !date_time_parse(str_skip(str_of(text), 11), &minutes))
		printf("Bail out! %s is no moment\n", text);
	return days * 86400000 + minutes * (int64_t)60000;
}

static struct str
written(int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	return arena_copy(arena, str_of(text));
}

static struct calendar
office(const char *zone)
{
	static int64_t holidays[2];
	struct calendar c = { .working_days = 0x1f, .from = 9 * 60, .to = 17 * 60, .holidays = holidays };
	struct zone_offset *offsets;
	struct err e = { 0 };

	OK(date_parse(STR("2026-12-25"), &holidays[0]) && date_parse(STR("2027-01-01"), &holidays[1]), "dates");
	c.n_holidays = 2;
	if (zone_load(str_of(zone), moment("2020-01-01 00:00"), moment("2045-01-01 00:00"), arena, &offsets,
		&c.n_offsets, &e) < 0)
		printf("Bail out! %s\n", e.text);
	c.offsets = offsets;
	return c;
}

static const struct row {
	const char *name, *zone, *start;
	int days;
	const char *want;
} rows[] = {
	{ "the same time of the next day", "UTC", "2026-11-24 10:00", 1, "2026-11-25 10:00" },
	{ "in the working time, no days", "UTC", "2026-11-24 10:00", 0, "2026-11-24 10:00" },
	{ "before work: from its begin", "UTC", "2026-11-24 06:30", 1, "2026-11-25 09:00" },
	{ "the end of work belongs to the next day", "UTC", "2026-11-24 17:00", 1, "2026-11-26 09:00" },
	{ "Friday afternoon to Monday afternoon", "UTC", "2026-11-27 15:00", 1, "2026-11-30 15:00" },
	{ "Friday evening counts from Monday", "UTC", "2026-11-27 19:00", 1, "2026-12-01 09:00" },
	{ "Saturday counts from Monday", "UTC", "2026-11-28 12:00", 1, "2026-12-01 09:00" },
	{ "Saturday, no days: Monday morning", "UTC", "2026-11-28 12:00", 0, "2026-11-30 09:00" },
	{ "two days over a week-end", "UTC", "2026-11-26 11:11", 2, "2026-11-30 11:11" },
	{ "a holiday is no business day", "UTC", "2026-12-24 10:00", 1, "2026-12-28 10:00" },
	{ "a request made on a holiday", "UTC", "2026-12-25 10:00", 1, "2026-12-29 09:00" },
	{ "two holidays and two week-ends", "UTC", "2026-12-24 10:00", 6, "2027-01-05 10:00" },
	{ "leap day", "UTC", "2028-02-28 10:00", 1, "2028-02-29 10:00" },
	{ "spring: the clock goes forward, the time on it stays", "Europe/Berlin", "2026-03-27 14:00", 1,
	    "2026-03-30 13:00" },
	{ "autumn: back", "Europe/Berlin", "2026-10-23 13:00", 1, "2026-10-26 14:00" },
	{ "autumn, Friday evening", "Europe/Berlin", "2026-10-23 18:00", 1, "2026-10-27 08:00" },
	{ "spring, west of Greenwich", "America/New_York", "2026-03-06 15:00", 1, "2026-03-09 14:00" },
	{ "autumn, south", "Australia/Sydney", "2026-10-01 23:30", 1, "2026-10-04 22:30" },
	{ "a day that begins the day before", "Asia/Tokyo", "2026-11-24 01:00", 1, "2026-11-25 01:00" },
	{ "half an hour", "Asia/Kolkata", "2026-11-27 04:00", 1, "2026-11-30 04:00" },
	{ "an evening there is a morning here", "America/Los_Angeles", "2026-11-28 00:30", 1, "2026-12-01 00:30" },
};

static void
test_days(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct calendar c = office(rows[i].zone);

		IS_STR(written(calendar_after(&c, moment(rows[i].start), rows[i].days)), str_of(rows[i].want),
		    rows[i].name);
	}
}

/* Night shifts, so that the changes themselves lie in the working time. */
static void
test_clock_changes(void)
{
	struct calendar c = office("Europe/Berlin");

	c.working_days = 0x7f;
	c.from = 0;
	c.to = 24 * 60;
	IS_STR(written(calendar_after(&c, moment("2026-03-28 01:30"), 1)), STR("2026-03-29 01:30"),
	    "02:30 is left out in spring: as if the clock had not changed");
	IS_STR(written(calendar_after(&c, moment("2026-10-24 00:30"), 1)), STR("2026-10-25 00:30"),
	    "02:30 comes twice in autumn: the first");
	IS_STR(written(calendar_after(&c, moment("2026-10-25 01:30"), 1)), STR("2026-10-26 01:30"),
	    "from the second 02:30");
	IS_STR(
	    written(calendar_after(&c, moment("2026-03-28 22:59"), 1)), STR("2026-03-29 21:59"), "a day of 23 hours");
	IS_STR(
	    written(calendar_after(&c, moment("2026-10-24 21:59"), 1)), STR("2026-10-25 22:59"), "a day of 25 hours");
}

static void
test_bounds(void)
{
	struct calendar never = { .from = 540, .to = 1020 };
	struct calendar plain = { .working_days = 0x1f, .from = 540, .to = 1020 };

	IS_STR(written(calendar_after(&never, moment("2026-11-24 10:00"), 1)), STR("2036-11-24 09:00"),
	    "no working day at all: it ends");
	IS_STR(
	    written(calendar_after(&plain, moment("2026-11-24 10:00"), 1)), STR("2026-11-25 10:00"), "no table is UTC");
	for (int n = 0; n < 300; n++) {
		int64_t a = calendar_after(&plain, moment("2026-11-28 10:00"), n);

		if (calendar_after(&plain, a, 0) != a || calendar_after(&plain, moment("2026-11-28 10:00"), n + 1) <= a)
			OK(false, "day %d lies in the working time, before day %d", n, n + 1);
	}
}

static void
test_parse(void)
{
	static const struct {
		const char *text;
		bool good;
	} dates[] = { { "2026-02-28", true }, { "2026-02-29", false }, { "2028-02-29", true }, { "2100-02-29", false },
		{ "2000-02-29", true }, { "2026-00-10", false }, { "2026-13-10", false }, { "2026-04-31", false },
		{ "2026-4-3", false }, { "2026-04-00", false }, { "1969-12-31", false }, { "2026/04/03", false },
		{ "", false } };
	int64_t day = -1;
	int v = 0;

	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++)
		OK(date_parse(str_of(dates[i].text), &day) == dates[i].good, "date %s", dates[i].text);
	date_parse(STR("1970-01-01"), &day);
	IS_INT(day, 0, "the first day");
	date_parse(STR("2026-11-22"), &day);
	IS_INT(day, 20779, "a later day");
	OK(date_time_parse(STR("24:00"), &v) && v == 1440, "the end of the day");
	OK(!date_time_parse(STR("24:01"), &v) && !date_time_parse(STR("9:00"), &v) &&
		!date_time_parse(STR("09:60"), &v),
	    "no times");
	OK(date_weekday_parse(STR("sunday"), &v) && v == 6, "Sunday");
	OK(!date_weekday_parse(STR("Sun"), &v), "no day");
}

static void
test_zones(void)
{
	static const char *const bad[] = { "", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "Europe",
		"zone.tab" };
	struct zone_offset *o;
	struct err e = { 0 };
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!zone_exists(str_of(bad[i])), "no zone: \"%s\"", bad[i]);
	setenv("TZ", "Asia/Tokyo", 1);
	IS_INT(
	    zone_load(STR("Europe/Berlin"), moment("2026-01-01 00:00"), moment("2026-12-31 00:00"), arena, &o, &n, &e),
	    0, "a zone");
	IS_INT((long long)n, 3, "two changes in a year");
	IS_INT(o[1].from - moment("2026-03-29 01:00"), 0, "the change of spring");
	IS_INT(o[2].from - moment("2026-10-25 01:00"), 0, "the change of autumn");
	OK(o[0].seconds == 3600 && o[1].seconds == 7200 && o[2].seconds == 3600, "the offsets");
	IS_STR(str_of(getenv("TZ")), STR("Asia/Tokyo"), "TZ is what it was");
	IS_INT(zone_load(STR("No/Such"), 0, 1, arena, &o, &n, &e), -1, "no such zone");
	unsetenv("TZ");
}

static const char ics[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
    "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20260610T100000Z\r\nDTEND:20260610T110000Z\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:4\r\nDTSTART;VALUE=DATE:20260611\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:5\r\nDTSTART;VALUE=DATE:20250707\r\nRRULE:FREQ=YEARLY\r\n"
    "EXDATE;VALUE=DATE:20260707\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static int
load_text(const char *text, int64_t **days, size_t *n, struct err *e)
{
	char path[] = "/tmp/test_calendar.XXXXXX";
	int fd = mkstemp(path), rc;
	int64_t first = 0, last = 0;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	date_parse(STR("2026-01-01"), &first);
	date_parse(STR("2027-12-31"), &last);
	rc = holidays_load(str_of(path), first, last, arena, days, n, e);
	unlink(path);
	return rc;
}

static void
test_holidays(void)
{
	static const char *const want[] = { "2026-05-01", "2026-12-24", "2026-12-25", "2026-12-26", "2027-05-01",
		"2027-07-07" };
	struct err e = { 0 };
	int64_t *days;
	size_t n = 0;

	IS_INT(load_text(ics, &days, &n, &e), 0, "a file of holidays");
	IS_INT((long long)n, 6, "whole days, repeated ones, no cancelled ones");
	for (size_t i = 0; i < n && i < 6; i++)
		IS_STR(str_head(written(days[i] * 86400000), 10), str_of(want[i]), want[i]);
	IS_INT(load_text("Dear all,\n", &days, &n, &e), -1, "no calendar");
	IS_INT(load_text("", &days, &n, &e), -1, "an empty file");
	IS_INT(holidays_load(STR("/nonexistent/x.ics"), 0, 1, arena, &days, &n, &e), -1, "no file");
	IS_STR(str_of(e.text), STR("/nonexistent/x.ics cannot be read"), "and that is said");
}

int
main(void)
{
	arena = arena_open(64 << 20);
	test_days();
	test_clock_changes();
	test_bounds();
	test_parse();
	test_zones();
	test_holidays();
	arena_close(&arena);
	return tap_done();
}
