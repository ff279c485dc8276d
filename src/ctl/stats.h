/* SPDX-License-Identifier: ISC
 * stats.h: the figures of casectl stats, by the days and hours of local time.
 */
#ifndef CASEMAIL_CTL_STATS_H
#define CASEMAIL_CTL_STATS_H

#include "ctl/ctl.h"
#include "store/store_stats.h"

/* Messages by outcome; [OUTCOME_NONE] is their sum. */
struct stats_counts {
	int64_t n[OUTCOME_COUNT];
};
struct stats_day {
	char date[16]; /* "2026-12-25", local */
	struct stats_counts counts;
};
struct stats {
	int64_t since;
	struct stats_day *days; /* those with messages, by date */
	size_t n_days;
	struct stats_counts hours[24], all;
	struct stats_open *open; /* by status, then days */
	size_t n_open;
	int64_t ages[4];  /* open cases: under a day, a week, 30 days, older */
	int64_t *answers; /* ms, ascending */
	size_t n_answers;
};

extern const char *const stats_ages[4]; /* "under a day", ... */
/* The value that so many percent of n ascending ones do not go beyond (nearest rank); 0 where there is none. */
int64_t stats_percentile(const int64_t *values, size_t n, int percent);
/* Open cases in the status of open[*i]; moves *i to the next status. */
int64_t stats_status(const struct stats *s, size_t *i);

/* For people, with bars; and as tab-separated lines "section, key, count". */
void stats_print(const struct stats *s);
void stats_lines(const struct stats *s);

#endif
