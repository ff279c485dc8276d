/* SPDX-License-Identifier: ISC
 * timers.c: asks the store what is due, the rules what follows, and applies that. The due times stand in the store, and
 * a time that was met is crossed out in the transaction that writes the letters: a daemon that was away for a week
 * sends one reminder, and one that dies in between sends none twice. Decides nothing itself.
 */
#include "config.h"

#include "daemon/timers.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/apply.h"
#include "daemon/process.h"
#include "rules/access.h"
#include "store/store_cases.h"
#include "store/store_health.h"

#define REST_BEHIND_MS 5000    /* while a mailbox is still being read */
#define BEHIND_MOST_MS 3600000 /* then it is not waited for */
#define REST_AFTER_FAILURE_MS 300000

struct timers {
	const struct configuration *configuration;
	struct store *store;
	const struct own_marks *marks;
	struct templates *templates;
	struct arena *list, *arena; /* of a run; of one request */
	int64_t rest_until;         /* clock_monotonic() */
	int64_t opened_at, opened;  /* clock_now(), 0 for at_once; clock_monotonic() */
	bool at_once;
};

struct timers *
timers_open(const struct configuration *c, struct store *s, const struct own_marks *marks, struct templates *templates,
    bool at_once)
{
	struct timers *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	*t = (struct timers){ .configuration = c, .store = s, .marks = marks, .templates = templates };
	t->list = arena_open((size_t)64 << 20);
	t->arena = arena_open((size_t)256 << 20);
	t->at_once = at_once;
	t->opened_at = at_once ? 0 : clock_now();
	t->opened = clock_monotonic();
	return t;
}

void
timers_close(struct timers **t)
{
	if (*t == NULL)
		return;
	arena_close(&(*t)->list);
	arena_close(&(*t)->arena);
	free(*t);
	*t = NULL;
}

/* Up to when every mailbox has been read. */
static int
read_until(struct timers *t, int64_t *out, struct err *e)
{
	const struct configuration *c = t->configuration;

	*out = INT64_MAX;
	for (size_t i = 0; i < c->n_mailboxes; i++) {
		int64_t until;

		if (store_mailbox_read_until(t->store, c->mailboxes[i].name, &until, e) < 0)
			return -1;
		*out = until < *out ? until : *out;
	}
	return 0;
}

static bool
waited_enough(const struct timers *t)
{
	return !t->at_once && clock_monotonic() - t->opened >= BEHIND_MOST_MS;
}

/* Whether an answer that arrived before the request expired may be unread: mailboxes are read up to until. */
static bool
may_be_answered(const struct timers *t, const struct access_request *r, int64_t now, int64_t until)
{
	bool is_over = r->expires_at != 0 && r->expires_at <= now;

	return is_over && until < r->expires_at && !(waited_enough(t) && now - r->expires_at >= BEHIND_MOST_MS);
}

/* In an open transaction. *letters: how many were written; what was done is in the plan. 1: nothing is to be done. */
static int
timer_apply(struct timers *t, int64_t id, int64_t now, int64_t until, size_t *letters, struct err *e)
{
	struct apply a = { .store = t->store,
		.configuration = t->configuration,
		.templates = t->templates,
		.marks = t->marks,
		.arena = t->arena,
		.now = now,
		.who = STR("dispatcher"),
		.event = "request-due" };
	struct person *administrators;
	struct access_request r;
	struct applied done = { 0 };
	struct plan p;
	size_t n;

	if (store_request_get(t->store, id, t->arena, &r, e) < 0 ||
	    store_administrators(t->store, t->arena, &administrators, &n, e) < 0)
		return -1;
	if (may_be_answered(t, &r, now, until)) {
		t->rest_until = clock_monotonic() + REST_BEHIND_MS;
		return 1;
	}
	access_due(&r, now, administrators, n, t->arena, &p);
	if (p.effects == NULL)
		return 1;
	if (apply_plan(&a, &p, &done, e) < 0)
		return -1;
	*letters = done.letters;
	return 0;
}

static int
timer_fire(struct timers *t, int64_t id, int64_t now, int64_t until, struct err *e)
{
	size_t letters = 0;
	int done;

	arena_reset(t->arena);
	if (store_begin(t->store, e) < 0)
		return -1;
	done = timer_apply(t, id, now, until, &letters, e);
	if (done != 0 || store_commit(t->store, e) < 0) {
		store_rollback(t->store);
		return done == 1 ? 0 : -1;
	}
	fault_point("after-timer");
	process_report(REPORT_PROGRESS);
	LOG_INFO("a request was due", LOG_NUMBER("request", id), LOG_NUMBER("letters", (int64_t)letters));
	return 0;
}

int
timers_run(struct timers *t, struct err *e)
{
	int64_t now = clock_now(), until, *ids;
	size_t n;

	if (clock_monotonic() < t->rest_until)
		return 0;
	if (read_until(t, &until, e) < 0)
		return -1;
	if (until < t->opened_at && !waited_enough(t)) {
		t->rest_until = clock_monotonic() + REST_BEHIND_MS;
		return 0;
	}
	arena_reset(t->list);
	if (store_request_due(t->store, now, t->list, &ids, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && !process_is_stopping(); i++) {
		struct err why = { 0 };

		if (timer_fire(t, ids[i], now, until, &why) == 0)
			continue;
		if (why.kind != ERR_REJECT) {
			*e = why;
			return -1;
		}
		LOG_ERROR("a request that is due cannot be handled", LOG_NUMBER("request", ids[i]),
		    LOG_Z("reason", why.text));
		t->rest_until = clock_monotonic() + REST_AFTER_FAILURE_MS;
	}
	return 0;
}

int
timers_next(struct timers *t, int64_t *next_at, struct err *e)
{
	int64_t rest = t->rest_until - clock_monotonic(), now = clock_now();

	if (store_request_next(t->store, next_at, e) < 0)
		return -1;
	if (*next_at && rest > 0 && *next_at < now + rest)
		*next_at = now + rest;
	return 0;
}
