/* SPDX-License-Identifier: ISC
 * stats.c: casectl stats: what came in and what became of it, per day and hour, open cases, and how long answers took.
 */
#include "config.h"

#include "ctl/stats.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "ctl/table.h"

#define DAY_MS ((int64_t)86400000)
#define JSON_MOST ((size_t)64 << 20)

const char *const stats_ages[4] = { "under a day", "under a week", "under 30 days", "older" };

int64_t
stats_percentile(const int64_t *values, size_t n, int percent)
{
	return n == 0 ? 0 : values[(n * (size_t)percent + 99) / 100 - 1];
}

int64_t
stats_status(const struct stats *s, size_t *i)
{
	struct str status = s->open[*i].status;
	int64_t n = 0;

	for (; *i < s->n_open && str_equal(s->open[*i].status, status); ++*i)
		n += s->open[*i].n;
	return n;
}

static void
count(struct stats_counts *c, const struct stats_messages *m)
{
	c->n[OUTCOME_NONE] += m->n;
	c->n[m->outcome] += m->n;
}

/* Slots into local days and hours. */
static void
messages_sort(struct ctl *c, struct stats *s, const struct stats_messages *m, size_t n)
{
	s->days = arena_array(c->arena, n, sizeof(*s->days));
	for (size_t i = 0; i < n; i++) {
		time_t t = (time_t)(m[i].at / 1000);
		struct tm tm = { 0 };
		char date[16];

		localtime_r(&t, &tm);
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
		if (s->n_days == 0 || strcmp(s->days[s->n_days - 1].date, date) != 0)
			memcpy(s->days[s->n_days++].date, date, sizeof(date));
		count(&s->days[s->n_days - 1].counts, &m[i]);
		count(&s->hours[tm.tm_hour], &m[i]);
		count(&s->all, &m[i]);
	}
}

static int
stats_load(struct ctl *c, struct stats *s, struct err *e)
{
	struct stats_messages *messages;
	size_t n;

	if (store_stats_messages(c->store, s->since, c->arena, &messages, &n, e) < 0 ||
	    store_stats_open(c->store, c->now, c->arena, &s->open, &s->n_open, e) < 0 ||
	    store_stats_answers(c->store, s->since, c->arena, &s->answers, &s->n_answers, e) < 0)
		return -1;
	messages_sort(c, s, messages, n);
	for (size_t i = 0; i < s->n_open; i++)
		s->ages[s->open[i].days < 1    ? 0
			: s->open[i].days < 7  ? 1
			: s->open[i].days < 30 ? 2
					       : 3] += s->open[i].n;
	return 0;
}

static void
json_counts(struct buf *j, const struct stats_counts *c)
{
	json_number(j, "messages", c->n[OUTCOME_NONE]);
	json_open(j, "outcomes", '{');
	for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
		if (c->n[o])
			json_number(j, outcome_name((enum outcome)o), c->n[o]);
	json_close(j, '}');
}

static void
json_open_cases(struct buf *j, const struct stats *s)
{
	json_open(j, "open_statuses", '{');
	for (size_t i = 0; i < s->n_open;) {
		char key[128];

		snprintf(key, sizeof(key), "%.*s", STR_ARGS(s->open[i].status));
		json_number(j, key, stats_status(s, &i));
	}
	json_close(j, '}');
	json_open(j, "open_ages", '{');
	for (size_t i = 0; i < 4; i++)
		json_number(j, stats_ages[i], s->ages[i]);
	json_close(j, '}');
}

static void
stats_json(const struct stats *s)
{
	struct buf j;

	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_time(&j, "since", s->since);
	json_counts(&j, &s->all);
	json_open(&j, "days", '[');
	for (size_t i = 0; i < s->n_days; i++) {
		json_open(&j, NULL, '{');
		json_text(&j, "date", str_of(s->days[i].date));
		json_counts(&j, &s->days[i].counts);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open(&j, "hours", '[');
	for (int h = 0; h < 24; h++) {
		json_open(&j, NULL, '{');
		json_number(&j, "hour", h);
		json_counts(&j, &s->hours[h]);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open_cases(&j, s);
	json_open(&j, "answers", '{');
	json_number(&j, "count", (int64_t)s->n_answers);
	json_number(&j, "median_seconds", stats_percentile(s->answers, s->n_answers, 50) / 1000);
	json_number(&j, "percent90_seconds", stats_percentile(s->answers, s->n_answers, 90) / 1000);
	json_close(&j, '}');
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

static int
stats_run(struct ctl *c)
{
	struct stats s = { 0 };
	struct err e;
	int status;

	if (ctl_since(c, "since", ctl_midnight((c->now / DAY_MS) - 6), &s.since) < 0)
		return CTL_USAGE;
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE)
		return status;
	if (stats_load(c, &s, &e) < 0)
		return ctl_fail(c, &e);
	if (c->json)
		stats_json(&s);
	else if (table_is_terminal())
		stats_print(&s);
	else
		stats_lines(&s);
	return CTL_DONE;
}

static const struct option_spec stats_options[] = { { "since", "WHEN", false, false,
							"since a date, 2026-12-25, or for so long, 30d (a week)" },
	{ NULL, NULL, false, false, NULL } };

const struct verb verbs_stats[] = {
	{ "stats", NULL, "", 0, 0, "Show what came in, what became of it, open cases and answer times",
	    "casectl stats --since 30d", stats_options, stats_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
