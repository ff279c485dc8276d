/* SPDX-License-Identifier: ISC
 * clock.h: the one place that reads a clock.
 */
#ifndef CASEMAIL_BASE_CLOCK_H
#define CASEMAIL_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC. Tests shift it: where the environment variable
 * CASEMAIL_TEST_CLOCK names a file, the number in it (milliseconds, may be negative, read anew
 * at each call) is added. */
int64_t clock_now(void);
/* Milliseconds of a clock that only goes forward, for deadlines; never shifted. */
int64_t clock_monotonic(void);
/* RFC 3339 in UTC with seconds, "2026-02-03T04:05:06Z"; out needs CLOCK_TEXT bytes. */
#define CLOCK_TEXT 32
void clock_format(int64_t ms, char out[CLOCK_TEXT]);

#endif
