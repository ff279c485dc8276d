/* SPDX-License-Identifier: ISC
 * alarms.c: a change of a check is logged at once. A mail about it follows at once where things got worse, and where
 * they got better at most every ten minutes, so that what comes and goes fills nobody's mailbox. Kept messages are
 * listed in one mail for all that came since the last. What was told stands in the store: a restart repeats nothing.
 */
#include "config.h"

#include "daemon/alarms.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/apply.h"
#include "daemon/process.h"
#include "store/store_cases.h"
#include "store/store_health.h"

#define LOOK_MS 10000
#define TOLD_MS 600000
#define LISTED_MOST 30

struct alarms {
	const struct configuration *configuration;
	struct store *store;
	const struct own_marks *marks;
	struct templates *templates;
	struct arena *arena; /* of one look */
	int64_t look_at;     /* clock_monotonic() */
};

/* What one look has found. */
struct look {
	int64_t now;
	struct store_alarm *known;
	size_t n_known;
	struct health_check *changed; /* to be mailed */
	size_t n_changed;
	struct store_alarm *rows; /* to be written */
	size_t n_rows;
	struct person *administrators;
	size_t n_administrators;
};

struct alarms *
alarms_open(const struct configuration *c, struct store *s, const struct own_marks *marks, struct templates *templates)
{
	struct alarms *a = calloc(1, sizeof(*a));

	if (a == NULL)
		abort();
	*a = (struct alarms){ .configuration = c, .store = s, .marks = marks, .templates = templates };
	a->arena = arena_open((size_t)16 << 20);
	a->look_at = clock_monotonic();
	return a;
}

void
alarms_close(struct alarms **a)
{
	if (*a == NULL)
		return;
	arena_close(&(*a)->arena);
	free(*a);
	*a = NULL;
}

static void
log_change(const struct health_check *c, enum health_state before)
{
	if (c->state == HEALTH_OK)
		LOG_INFO("a check is ok again", LOG_TEXT("check", c->name), LOG_TEXT("detail", c->words));
	else
		LOG_WARNING("a check is not ok", LOG_TEXT("check", c->name),
		    LOG_Z("state", health_state_name(c->state)), LOG_Z("before", health_state_name(before)),
		    LOG_TEXT("detail", c->words));
}

/* What is to be done about one check. */
static void
look_at_check(const struct alarms *a, const struct health_check *c, struct look *l)
{
	struct store_alarm row = { .name = c->name };
	bool tell;

	for (size_t i = 0; i < l->n_known; i++)
		if (str_equal(l->known[i].name, c->name))
			row = l->known[i];
	tell = a->configuration->health_mail && c->state != row.told &&
	       (c->state > row.told || l->now - row.told_at >= TOLD_MS);
	if (c->state == row.state && !tell)
		return;
	if (c->state != row.state)
		log_change(c, row.state);
	row.state = c->state;
	if (tell) {
		row.told = c->state;
		row.told_at = l->now;
		l->changed[l->n_changed++] = *c;
	}
	l->rows[l->n_rows++] = row;
}

/* The plan is applied and all is written down, in one transaction. mark: of the kept messages, 0: none. */
static int
look_conclude(struct alarms *a, const struct look *l, const struct plan *p, int64_t mark, struct err *e)
{
	struct apply how = { .store = a->store,
		.configuration = a->configuration,
		.templates = a->templates,
		.marks = a->marks,
		.arena = a->arena,
		.now = l->now,
		.who = STR("dispatcher"),
		.event = "administrators-told" };
	struct applied done;
	int ok = store_begin(a->store, e);

	for (size_t i = 0; ok == 0 && i < l->n_rows; i++)
		ok = store_alarm_put(a->store, &l->rows[i], e);
	if (ok == 0 && mark)
		ok = store_mark_put(a->store, MARK_KEPT_TOLD, mark, e);
	if (ok == 0 && mark)
		ok = store_mark_put(a->store, MARK_KEPT_TOLD_AT, l->now, e);
	if (ok == 0 && p->effects)
		ok = apply_plan(&how, p, &done, e);
	if (ok == 0)
		ok = store_commit(a->store, e);
	if (ok < 0)
		store_rollback(a->store);
	return ok;
}

static int
look_checks(struct alarms *a, struct look *l, struct plan *p, struct err *e)
{
	struct health_check *checks;
	size_t n;

	if (settle_health(a->configuration, a->store, l->now, a->arena, &checks, &n, e) < 0 ||
	    store_alarms(a->store, a->arena, &l->known, &l->n_known, e) < 0)
		return -1;
	l->changed = arena_array(a->arena, n, sizeof(*l->changed));
	l->rows = arena_array(a->arena, n, sizeof(*l->rows));
	for (size_t i = 0; i < n; i++)
		look_at_check(a, &checks[i], l);
	if (l->n_changed)
		health_tell(p, l->changed, l->n_changed, l->administrators, l->n_administrators);
	return 0;
}

/* *mark: the number of the last message that the mail is about, where one is due. */
static int
look_kept(struct alarms *a, const struct look *l, struct plan *p, int64_t *mark, struct err *e)
{
	int64_t told, told_at, total, last;
	struct kept_message *kept;
	size_t n;

	if (a->configuration->digest_minutes == 0)
		return 0;
	if (store_mark_get(a->store, MARK_KEPT_TOLD, &told, e) < 0 ||
	    store_mark_get(a->store, MARK_KEPT_TOLD_AT, &told_at, e) < 0)
		return -1;
	if (l->now - told_at < a->configuration->digest_minutes * 60000LL && l->now >= told_at)
		return 0;
	if (store_kept_since(a->store, told, LISTED_MOST, a->arena, &kept, &n, &total, &last, e) < 0)
		return -1;
	if (n == 0)
		return 0;
	health_tell_kept(p, kept, n, total, l->administrators, l->n_administrators);
	*mark = last;
	return 0;
}

int64_t
alarms_wait(const struct alarms *a)
{
	int64_t ms = a->look_at - clock_monotonic();

	return ms > 0 ? ms : 0;
}

int
alarms_run(struct alarms *a, struct err *e)
{
	struct look l = { .now = clock_now() };
	int64_t mark = 0;
	struct plan p;

	if (clock_monotonic() < a->look_at)
		return 0;
	a->look_at = clock_monotonic() + LOOK_MS;
	arena_reset(a->arena);
	plan_init(&p, a->arena);
	if (store_administrators(a->store, a->arena, &l.administrators, &l.n_administrators, e) < 0 ||
	    look_checks(a, &l, &p, e) < 0 || look_kept(a, &l, &p, &mark, e) < 0)
		return -1;
	if (l.n_rows == 0 && mark == 0)
		return 0;
	if (look_conclude(a, &l, &p, mark, e) < 0)
		return -1;
	process_report(REPORT_PROGRESS);
	return 0;
}
