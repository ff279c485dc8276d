/* SPDX-License-Identifier: ISC
 * stats_print.c: the figures for people, each with a bar in its proportion, in eighths of a character where the locale
 * has blocks for that; and as lines for a pipe.
 */
#include "config.h"

#include "ctl/stats.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "ctl/table.h"

#define LABEL 20
#define BAR_MOST 40
#define EIGHTHS 8

static void
bar(int64_t n, int64_t most)
{
	/* U+258F, an eighth of a block, to U+2588, all of it */
	static const char *const blocks[] = { "", "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c",
		"\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89", "\xe2\x96\x88" };
	int width = table_width() - LABEL - 12;
	int64_t eighths;

	width = width > BAR_MOST ? BAR_MOST : width;
	eighths = most ? (n * width * EIGHTHS + most - 1) / most : 0;
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
		for (; eighths > 0; eighths -= EIGHTHS)
			putchar('#');
		return;
	}
	for (; eighths > EIGHTHS; eighths -= EIGHTHS)
		fputs(blocks[EIGHTHS], stdout);
	fputs(blocks[eighths], stdout);
}

static void
line(struct str label, int64_t n, int64_t most, enum mark mark)
{
	printf("  %-*.*s %8lld ", LABEL - 2, STR_ARGS(label), (long long)n);
	table_mark(mark);
	bar(n, most);
	table_mark(MARK_OFF);
	putchar('\n');
}

static void
heading(const char *words, bool first)
{
	if (!first)
		putchar('\n');
	table_mark(MARK_BOLD);
	puts(words);
	table_mark(MARK_OFF);
}

static enum mark
outcome_mark(enum outcome o)
{
	switch (o) {
	case OUTCOME_HELD:
	case OUTCOME_QUARANTINED:
	case OUTCOME_REFUSED:
		return MARK_RED;
	case OUTCOME_ASKED_AGAIN:
	case OUTCOME_CONFIRMATION_ASKED:
		return MARK_YELLOW;
	default:
		return MARK_GREEN;
	}
}

static int64_t
most_of(const int64_t *n, size_t count)
{
	int64_t most = 0;

	for (size_t i = 0; i < count; i++)
		most = n[i] > most ? n[i] : most;
	return most;
}

static void
print_messages(const struct stats *s)
{
	int64_t most = 0;

	heading("Messages by day", true);
	for (size_t i = 0; i < s->n_days; i++)
		most = s->days[i].counts.n[0] > most ? s->days[i].counts.n[0] : most;
	for (size_t i = 0; i < s->n_days; i++)
		line(str_of(s->days[i].date), s->days[i].counts.n[0], most, MARK_OFF);
	if (s->n_days == 0) {
		puts("  none");
		return;
	}
	heading("By the hour of the day", false);
	most = 0;
	for (int h = 0; h < 24; h++)
		most = s->hours[h].n[0] > most ? s->hours[h].n[0] : most;
	for (int h = 0; h < 24; h++) {
		char label[8];

		snprintf(label, sizeof(label), "%02d:00", h);
		line(str_of(label), s->hours[h].n[0], most, MARK_OFF);
	}
	heading("What became of them", false);
	most = most_of(s->all.n + 1, OUTCOME_COUNT - 1);
	for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
		if (s->all.n[o])
			line(str_of(outcome_name((enum outcome)o)), s->all.n[o], most, outcome_mark((enum outcome)o));
}

static void
print_open(const struct stats *s)
{
	int64_t most = 0;

	heading("Open cases by status", false);
	for (size_t i = 0; i < s->n_open;) {
		int64_t n = stats_status(s, &i);

		most = n > most ? n : most;
	}
	for (size_t i = 0; i < s->n_open;) {
		struct str status = s->open[i].status;

		line(status, stats_status(s, &i), most, MARK_OFF);
	}
	heading("Open cases by age", false);
	for (size_t i = 0; i < 4; i++)
		line(str_of(stats_ages[i]), s->ages[i], most_of(s->ages, 4), MARK_OFF);
}

/* "3 d 4 h", "4 h 5 min", "5 min". */
static void
print_length(const char *label, int64_t ms)
{
	long long minutes = ms / 60000, hours = minutes / 60, days = hours / 24;

	printf("  %-*s ", LABEL - 2, label);
	if (days)
		printf("%lld d %lld h\n", days, hours % 24);
	else if (hours)
		printf("%lld h %lld min\n", hours, minutes % 60);
	else
		printf("%lld min\n", minutes);
}

void
stats_print(const struct stats *s)
{
	print_messages(s);
	print_open(s);
	heading("How long people waited for an answer", false);
	if (s->n_answers == 0) {
		puts("  nobody was answered");
		return;
	}
	printf("  %-*s %zu\n", LABEL - 2, "answers", s->n_answers);
	print_length("median", stats_percentile(s->answers, s->n_answers, 50));
	print_length("90 % within", stats_percentile(s->answers, s->n_answers, 90));
}

static void
counts_lines(const char *section, const char *key, const struct stats_counts *c)
{
	for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
		if (c->n[o])
			printf("%s\t%s\t%s\t%lld\n", section, key, outcome_name((enum outcome)o), (long long)c->n[o]);
}

void
stats_lines(const struct stats *s)
{
	for (size_t i = 0; i < s->n_days; i++)
		counts_lines("day", s->days[i].date, &s->days[i].counts);
	for (int h = 0; h < 24; h++) {
		char key[8];

		snprintf(key, sizeof(key), "%02d", h);
		counts_lines("hour", key, &s->hours[h]);
	}
	for (size_t i = 0; i < s->n_open;) {
		struct str status = s->open[i].status;

		printf("open\tstatus\t%.*s\t%lld\n", STR_ARGS(status), (long long)stats_status(s, &i));
	}
	for (size_t i = 0; i < 4; i++)
		printf("open\tage\t%s\t%lld\n", stats_ages[i], (long long)s->ages[i]);
	printf("answers\tcount\t\t%zu\n", s->n_answers);
	printf("answers\tmedian\tseconds\t%lld\n", (long long)stats_percentile(s->answers, s->n_answers, 50) / 1000);
	printf("answers\tpercent90\tseconds\t%lld\n", (long long)stats_percentile(s->answers, s->n_answers, 90) / 1000);
}
