/* SPDX-License-Identifier: ISC
 * zone.c: asks the C library for the local time week by week, and looks for the moment of a change where two weeks
 * differ. So every form of zone file that the C library reads will do, and none is parsed here.
 */
#include "config.h"

#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME_MOST 64
#define WEEK ((int64_t)7 * 86400)

static const char *
zone_folder(void)
{
	const char *folder = getenv("TZDIR");

	return folder && *folder ? folder : "/usr/share/zoneinfo";
}

bool
zone_exists(struct str name)
{
	char path[4096], magic[4] = "";
	FILE *f;

	if (name.n == 0 || name.n > NAME_MOST || str_find(name, STR("..")) >= 0 || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alpha(name.p[i]) && !char_is_digit(name.p[i]) && strchr("/_+-", name.p[i]) == NULL)
			return false;
	snprintf(path, sizeof(path), "%s/%.*s", zone_folder(), STR_ARGS(name));
	if ((f = fopen(path, "re")) == NULL)
		return false;
	if (fread(magic, 1, sizeof(magic), f) != sizeof(magic))
		magic[0] = '\0';
	fclose(f);
	return memcmp(magic, "TZif", sizeof(magic)) == 0;
}

static int
offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int)tm.tm_gmtoff : 0;
}

/* The first second after low whose offset is that of high. */
static int64_t
change_between(int64_t low, int64_t high)
{
	int before = offset_at(low);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (offset_at(middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static void
zone_set(const char *name)
{
	if (name ? setenv("TZ", name, 1) : unsetenv("TZ"))
		abort();
	tzset();
}

static size_t
zone_walk(int64_t first, int64_t last, struct zone_offset *out)
{
	size_t n = 0;

	out[n++] = (struct zone_offset){ first * 1000, offset_at(first) };
	for (int64_t t = first; t < last; t += WEEK) {
		int64_t next = t + WEEK < last ? t + WEEK : last;

		if (offset_at(next) != offset_at(t)) {
			int64_t change = change_between(t, next);

			out[n++] = (struct zone_offset){ change * 1000, offset_at(change) };
		}
	}
	return n;
}

int
zone_load(
    struct str name, int64_t first, int64_t last, struct arena *a, struct zone_offset **out, size_t *n, struct err *e)
{
	const char *was = getenv("TZ");
	char *old = was ? arena_z(a, str_of(was)) : NULL;

	if (!zone_exists(name))
		return err_set(e, ERR_FATAL, "the time zone %.*s is not known here", STR_ARGS(name));
	first /= 1000;
	last /= 1000;
	*out = arena_array(a, last > first ? (size_t)((last - first) / WEEK) + 2 : 1, sizeof(**out));
	zone_set(arena_z(a, name));
	*n = zone_walk(first, last, *out);
	zone_set(old);
	return 0;
}
