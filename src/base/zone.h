/* SPDX-License-Identifier: ISC
 * zone.h: a time zone of the system as a table, so that who counts days needs no zone files.
 */
#ifndef CASEMAIL_BASE_ZONE_H
#define CASEMAIL_BASE_ZONE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* The difference to UTC that holds from a moment on. */
struct zone_offset {
	int64_t from; /* ms since 1970 UTC */
	int seconds;  /* local time = UTC + seconds */
};

/* Whether the system knows the zone: "Europe/Berlin", "UTC". */
bool zone_exists(struct str name);

/* The offsets of a zone from first to last (ms), ascending, in a: the first entry's from is first. Changes that last
 * less than a week may be missed. Sets TZ for its duration: for processes of one thread. -1 and ERR_FATAL: unknown. */
int zone_load(
    struct str name, int64_t first, int64_t last, struct arena *a, struct zone_offset **out, size_t *n, struct err *e);

#endif
