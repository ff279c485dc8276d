/* SPDX-License-Identifier: ISC
 * health.c: the checks of casectl health and of the alarms, which are the same ones: one function judges both.
 *
 * Each says what it saw also where all is well, and what to do where it is not. A number at its limit is a warning;
 * what stops the work (no daemon, a mailbox that is not served, a full disk) is critical.
 */
#include "config.h"

#include "rules/health.h"

#define MINUTE_MS 60000LL
#define BEGINNING_MS (2 * MINUTE_MS)
#define WARNING_PART 2  /* a mailbox warns at half its limit */
#define CRITICAL_PART 5 /* a disk is critical at a fifth of its limit */
#define OUTBOX_TIMES 4  /* the outbox is critical at four times its limit */

const char *
health_state_name(enum health_state s)
{
	static const char *const names[] = { "ok", "warning", "critical", "unknown" };

	return (unsigned)s <= HEALTH_UNKNOWN ? names[s] : "unknown";
}

/* "40 s", "3 min", "5 h", "2 d" */
static struct str
age(struct arena *a, int64_t ms)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;

	if (s < 120)
		return arena_format(a, "%lld s", (long long)s);
	if (s < 7200)
		return arena_format(a, "%lld min", (long long)(s / 60));
	if (s < 172800)
		return arena_format(a, "%lld h", (long long)(s / 3600));
	return arena_format(a, "%lld d", (long long)(s / 86400));
}

static struct health_check
judge_daemon(const struct health_facts *f)
{
	if (f->running)
		return (struct health_check){ STR("daemon"), HEALTH_OK, STR("casemaild is running") };
	return (struct health_check){ STR("daemon"), HEALTH_CRITICAL,
		STR("no casemaild runs on this database: systemctl status casemaild") };
}

/* A daemon that has just started has not come to this mailbox yet. */
static bool
is_beginning(const struct health_facts *f, const struct health_mailbox *m)
{
	return f->running && m->polled_at < f->started_at && m->trouble_at < f->started_at && f->now >= f->started_at &&
	       f->now - f->started_at < BEGINNING_MS;
}

static struct health_check
judge_mailbox(
    const struct health_facts *f, const struct health_mailbox *m, const struct health_limits *l, struct arena *a)
{
	struct health_check c = { .name = arena_format(a, "mailbox %.*s", STR_ARGS(m->name)) };
	int64_t limit = l->poll_minutes * MINUTE_MS, quiet = f->now - m->polled_at;
	bool troubled = m->trouble_at > m->polled_at;

	if (limit < 3000LL * m->poll_seconds)
		limit = 3000LL * m->poll_seconds;
	if (is_beginning(f, m))
		c.state = HEALTH_OK;
	else if (m->polled_at == 0)
		c.state = troubled ? HEALTH_CRITICAL : HEALTH_WARNING;
	else if (quiet > limit)
		c.state = HEALTH_CRITICAL;
	else if (troubled || quiet > limit / WARNING_PART)
		c.state = HEALTH_WARNING;
	if (m->polled_at == 0)
		c.words = STR("never served");
	else
		c.words = arena_format(a, "last served %.*s ago", STR_ARGS(age(a, quiet)));
	if (troubled)
		c.words = arena_format(a, "%.*s; %.*s ago: %.*s", STR_ARGS(c.words),
		    STR_ARGS(age(a, f->now - m->trouble_at)), STR_ARGS(plan_shorten(m->trouble, 300)));
	return c;
}

static struct health_check
judge_messages(const struct health_facts *f, const struct health_limits *l, struct arena *a)
{
	struct health_check c = { .name = STR("messages") };
	int64_t waiting = f->waiting_since ? f->now - f->waiting_since : 0;

	c.words = arena_format(a, "%lld held, %lld quarantined", (long long)f->held, (long long)f->quarantined);
	if (f->waiting_since)
		c.words = arena_format(a, "%.*s, the oldest for %.*s", STR_ARGS(c.words), STR_ARGS(age(a, waiting)));
	if (waiting > l->waiting_hours * 60 * MINUTE_MS) {
		c.state = HEALTH_WARNING;
		c.words = arena_format(
		    a, "%.*s: casectl mail list --outcome %s", STR_ARGS(c.words), f->held ? "held" : "quarantined");
	}
	return c;
}

static struct health_check
judge_outbox(const struct health_facts *f, const struct health_limits *l, struct arena *a)
{
	struct health_check c = { .name = STR("outbox") };
	int64_t late = f->due_since ? f->now - f->due_since : 0, limit = l->outbox_minutes * MINUTE_MS;

	c.state = late > OUTBOX_TIMES * limit               ? HEALTH_CRITICAL
		  : late > limit || f->failed || f->unknown ? HEALTH_WARNING
							    : HEALTH_OK;
	c.words = arena_format(a, "%lld due", (long long)f->due);
	if (f->due)
		c.words = arena_format(a, "%.*s, the oldest for %.*s", STR_ARGS(c.words), STR_ARGS(age(a, late)));
	c.words = arena_format(a, "%.*s; %lld given up since yesterday, %lld of unknown fate%s", STR_ARGS(c.words),
	    (long long)f->failed, (long long)f->unknown,
	    late > limit ? ": casectl outbox list --state queued"
	    : f->failed  ? ": casectl outbox list --state failed"
	    : f->unknown ? ": casectl outbox list --state unknown"
			 : "");
	return c;
}

static struct health_check
judge_disk(const struct health_facts *f, const struct health_limits *l, struct arena *a)
{
	struct health_check c = { .name = STR("disk") };

	if (f->disk_free < 0)
		return (struct health_check){ STR("disk"), HEALTH_UNKNOWN, STR("the free space is not known") };
	c.state = f->disk_free < l->disk_bytes / CRITICAL_PART ? HEALTH_CRITICAL
		  : f->disk_free < l->disk_bytes               ? HEALTH_WARNING
							       : HEALTH_OK;
	c.words = arena_format(a, "%lld MB free for the database%s", (long long)(f->disk_free >> 20),
	    c.state == HEALTH_OK ? "" : "; mail stays on the server while it is full");
	return c;
}

size_t
health_judge(const struct health_facts *f, const struct health_limits *l, struct arena *a, struct health_check **out)
{
	struct health_check *c = arena_array(a, f->n_mailboxes + 4, sizeof(*c));
	size_t n = 0;

	c[n++] = judge_daemon(f);
	for (size_t i = 0; i < f->n_mailboxes; i++)
		c[n++] = judge_mailbox(f, &f->mailboxes[i], l, a);
	c[n++] = judge_messages(f, l, a);
	c[n++] = judge_outbox(f, l, a);
	c[n++] = judge_disk(f, l, a);
	*out = c;
	return n;
}

/* Critical outweighs unknown, which outweighs a warning. */
static int
weight(enum health_state s)
{
	return s == HEALTH_CRITICAL ? 3 : s == HEALTH_UNKNOWN ? 2 : (int)s;
}

enum health_state
health_worst(const struct health_check *checks, size_t n)
{
	enum health_state worst = HEALTH_OK;

	for (size_t i = 0; i < n; i++)
		if (weight(checks[i].state) > weight(worst))
			worst = checks[i].state;
	return worst;
}

static void
add_line(struct arena *a, struct str *text, struct str line)
{
	*text = arena_format(a, "%.*s%s%.*s", STR_ARGS(*text), text->n ? "\n" : "", STR_ARGS(line));
}

static void
fill_alarm(struct plan *p, struct notice *n, const void *ctx)
{
	const struct str *texts = ctx;

	notice_value(p, n, "problems", texts[0]);
	notice_value(p, n, "recovered", texts[1]);
}

void
health_tell(struct plan *p, const struct health_check *changed, size_t n, const struct person *to, size_t n_to)
{
	struct str texts[2] = { STR_NONE, STR_NONE };

	for (size_t i = 0; i < n; i++)
		add_line(p->arena, &texts[changed[i].state == HEALTH_OK],
		    arena_format(p->arena, "%.*s: %s: %.*s", STR_ARGS(changed[i].name),
			health_state_name(changed[i].state), STR_ARGS(changed[i].words)));
	plan_notify(p, NOTICE_ALARM, to, n_to, NULL, fill_alarm, texts);
}

static void
fill_kept(struct plan *p, struct notice *n, const void *ctx)
{
	const struct str *texts = ctx;

	notice_value(p, n, "messages", texts[0]);
	notice_value(p, n, "total", texts[1]);
}

void
health_tell_kept(
    struct plan *p, const struct kept_message *list, size_t n, int64_t total, const struct person *to, size_t n_to)
{
	struct str texts[2] = { STR_NONE, arena_format(p->arena, "%lld", (long long)total) };

	for (size_t i = 0; i < n; i++)
		add_line(p->arena, &texts[0],
		    arena_format(p->arena, "%lld  %s (%.*s)  %.*s  %.*s", (long long)list[i].id,
			outcome_name(list[i].outcome), STR_ARGS(list[i].reason),
			STR_ARGS(plan_shorten(list[i].from, 80)), STR_ARGS(plan_shorten(list[i].subject, 80))));
	plan_notify(p, NOTICE_MESSAGES_KEPT, to, n_to, NULL, fill_kept, texts);
}
