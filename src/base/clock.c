/* SPDX-License-Identifier: ISC
 * clock.c: wall time and deadlines.
 */
#include "config.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t
clock_read(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) != 0)
		abort();
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
test_shift(void)
{
	const char *path = getenv("CASEMAIL_TEST_CLOCK");
	long long shift = 0;
	FILE *f;

	if (path == NULL || (f = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(f, "%lld", &shift) != 1)
		shift = 0;
	fclose(f);
	return shift;
}

int64_t
clock_now(void)
{
	return clock_read(CLOCK_REALTIME) + test_shift();
}

int64_t
clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

void
clock_format(int64_t ms, char out[CLOCK_TEXT])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(out, CLOCK_TEXT, "?");
}
