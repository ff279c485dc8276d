/* SPDX-License-Identifier: ISC
 * follow.c: casectl watch: each message as it is decided, one line, until Ctrl-C.
 *
 * It sleeps until somebody commits to the database (daemon/watch.h), then asks for rows behind the last one it showed.
 * Row numbers of the ledger are never used twice and grow with the commits, so none is missed and none comes twice.
 * What an operator decides anew keeps its row: the audit, whose numbers grow likewise, tells of it.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "ctl/ctl.h"
#include "ctl/table.h"
#include "daemon/watch.h"
#include "store/store_cases.h"
#include "store/store_mail.h"

#define MEMORY ((size_t)256 << 20)
#define BATCH 100
#define LOOK_MS 60000
#define HISTORY_MOST 100000

struct follow {
	struct ctl *c;
	struct arena *arena; /* reset after each batch */
	int64_t last;        /* the row that was shown last */
	int64_t audited;     /* the row of the audit up to which operators' decisions were shown; -1: none yet */
};

static enum mark
outcome_mark(enum outcome o)
{
	static const enum mark marks[OUTCOME_COUNT] = { [OUTCOME_APPENDED] = MARK_GREEN,
		[OUTCOME_POSTED] = MARK_GREEN,
		[OUTCOME_DECIDED] = MARK_GREEN,
		[OUTCOME_ASKED_AGAIN] = MARK_YELLOW,
		[OUTCOME_CONFIRMATION_ASKED] = MARK_YELLOW,
		[OUTCOME_REFUSED] = MARK_YELLOW,
		[OUTCOME_HELD] = MARK_RED,
		[OUTCOME_QUARANTINED] = MARK_RED,
		[OUTCOME_MACHINE] = MARK_DIM,
		[OUTCOME_DUPLICATE] = MARK_DIM,
		[OUTCOME_DROPPED] = MARK_DIM };

	return marks[o];
}

/* One line, controls shown, at most width columns wide where that is not 0 (counted in bytes: never too wide). */
static void
print_clean(struct str s, size_t width)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	log_escape(&b, str_head(s, 4096), false);
	s = buf_str(&b);
	if (width && s.n > width) {
		while (width > 0 && ((unsigned char)s.p[width] & 0xc0) == 0x80)
			width--;
		s.n = width;
	}
	printf("%.*s", STR_ARGS(s));
	buf_free(&b);
}

static void
print_terminal(const struct store_message *m, struct str number)
{
	time_t t = (time_t)(m->decided_at / 1000);
	size_t left = (size_t)table_width() - 46, sender = left / 2 < 32 ? left / 2 : 32;
	char text[32] = "?";
	struct tm tm;

	if (localtime_r(&t, &tm))
		strftime(text, sizeof(text), "%m-%d %H:%M:%S", &tm);
	printf("%s  ", text);
	table_mark(outcome_mark(m->outcome));
	printf("%-18s", outcome_name(m->outcome));
	table_mark(MARK_OFF);
	printf("  %8.*s  ", STR_ARGS(number.n ? number : STR("-")));
	print_clean(m->from, sender);
	printf("  ");
	print_clean(m->reason, left - sender);
	putchar('\n');
}

static void
print_pipe(struct arena *a, const struct store_message *m, struct str number)
{
	printf("%.*s\t%s\t%.*s\t", STR_ARGS(table_time_text(a, m->decided_at)), outcome_name(m->outcome),
	    STR_ARGS(number.n ? number : STR("-")));
	print_clean(m->from, 0);
	putchar('\t');
	print_clean(m->reason, 0);
	putchar('\n');
}

static void
print_json(const struct store_message *m, struct str number)
{
	struct buf j;

	buf_init(&j, 1 << 20);
	json_open(&j, NULL, '{');
	json_number(&j, "id", m->id);
	json_time(&j, "decided_at", m->decided_at);
	json_text(&j, "outcome", str_of(outcome_name(m->outcome)));
	json_text(&j, "reason", m->reason);
	json_text(&j, "rule", m->rule);
	json_text(&j, "case", number);
	json_text(&j, "from", m->from);
	json_text(&j, "subject", m->subject);
	json_text(&j, "mailbox", m->mailbox);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

static int
message_show(struct follow *f, const struct store_message *m, struct err *e)
{
	struct case_view view = { 0 };

	if (m->case_id && store_case_get(f->c->store, m->case_id, f->arena, &view, e) < 0)
		return -1;
	if (f->c->json)
		print_json(m, view.number);
	else if (table_is_terminal())
		print_terminal(m, view.number);
	else
		print_pipe(f->arena, m, view.number);
	f->last = m->id > f->last ? m->id : f->last;
	return 0;
}

/* All that came behind the last one. */
static int
news_show(struct follow *f, struct err *e)
{
	struct store_message *list;
	size_t n = BATCH;

	while (n == BATCH) {
		if (store_message_after(f->c->store, f->last, BATCH, f->arena, &list, &n, e) < 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (message_show(f, &list[i], e) < 0)
				return -1;
		arena_reset(f->arena);
	}
	if (store_message_redecided(f->c->store, &f->audited, f->arena, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (message_show(f, &list[i], e) < 0)
			return -1;
	arena_reset(f->arena);
	fflush(stdout);
	return 0;
}

/* What --last and --since ask for, the oldest first; then f->last is the newest row there is. */
static int
history_show(struct follow *f, struct store_message_filter *filter, struct err *e)
{
	struct store_message *list;
	size_t n;

	if (filter->max || filter->since) {
		filter->max = filter->max ? filter->max : HISTORY_MOST;
		if (store_message_list(f->c->store, filter, f->c->arena, &list, &n, e) < 0)
			return -1;
		while (n-- > 0)
			if (message_show(f, &list[n], e) < 0)
				return -1;
	}
	if (f->last == 0) {
		if (store_message_list(
			f->c->store, &(struct store_message_filter){ .max = 1 }, f->arena, &list, &n, e) < 0)
			return -1;
		f->last = n ? list[0].id : 0;
	}
	fflush(stdout);
	return 0;
}

static bool
is_stopped(int stop)
{
	struct pollfd p = { .fd = stop, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static int
follow(struct follow *f, struct store_message_filter *filter, int stop, struct err *e)
{
	struct watch *w;
	int rc;

	if (watch_open(f->c->configuration->database, &w, e) < 0)
		return -1;
	rc = history_show(f, filter, e);
	while (rc == 0 && !is_stopped(stop)) {
		rc = news_show(f, e);
		if (rc == 0)
			watch_wait(w, stop, LOOK_MS);
	}
	watch_close(&w);
	return rc;
}

static int
watch_run(struct ctl *c)
{
	struct follow f = { .c = c, .audited = -1 };
	struct store_message_filter filter = { 0 };
	int64_t last;
	sigset_t set;
	struct err e;
	int stop, rc, status;

	if (ctl_number(c, "last", 0, HISTORY_MOST, 0, &last) < 0 || ctl_since(c, "since", 0, &filter.since) < 0)
		return CTL_USAGE;
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE)
		return status;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	stop = signalfd(-1, &set, SFD_CLOEXEC);
	if (stop < 0)
		return ctl_refuse("the system has no signalfd left: try again later");
	filter.max = (size_t)last;
	f.arena = arena_open(MEMORY);
	rc = follow(&f, &filter, stop, &e);
	arena_close(&f.arena);
	close(stop);
	return rc < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

static const struct option_spec watch_options[] = { { "last", "N", false, false,
							"begin with so many that were decided before" },
	{ "since", "WHEN", false, false, "begin with those decided since a date, 2026-12-25, or for so long, 1h" },
	{ NULL, NULL, false, false, NULL } };

const struct verb verbs_watch[] = {
	{ "watch", NULL, "", 0, 0, "Show each message as it is decided, until Ctrl-C", "casectl watch --last 20",
	    watch_options, watch_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
