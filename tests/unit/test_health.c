/* SPDX-License-Identifier: ISC
 * test_health.c: what is ok, a warning and critical, at each limit and one step beside it.
 */
#include "config.h"

#include <stdio.h>

#include "base/arena.h"
#include "rules/health.h"
#include "tap.h"

#define NOW INT64_C(1700000000000)
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define MB (INT64_C(1) << 20)

static const struct health_limits limits = {
	.poll_minutes = 30, .waiting_hours = 24, .outbox_minutes = 60, .disk_bytes = 200 * MB
};

struct row {
	const char *name;
	struct {
		bool stopped;
		int64_t started_ago, held, waits, due, late, failed, unknown, disk; /* 0: a day, none, 1000 MB */
	} facts;
	struct health_mailbox mailbox;
	const char *check, *state;
};

#define SUPPORT .name = { "support", 7 }, .poll_seconds = 300
#define SERVED                                                                                                         \
	{                                                                                                              \
		SUPPORT, .polled_at = NOW - MINUTE                                                                     \
	}
#define MAILBOX "mailbox support"

static const struct row rows[] = {
	{ "a daemon runs", { 0 }, SERVED, "daemon", "ok" },
	{ "no daemon", { .stopped = true }, SERVED, "daemon", "critical" },
	{ "served a minute ago", { 0 }, SERVED, MAILBOX, "ok" },
	{ "at half the limit", { 0 }, { SUPPORT, .polled_at = NOW - 15 * MINUTE }, MAILBOX, "ok" },
	{ "beyond half the limit", { 0 }, { SUPPORT, .polled_at = NOW - 15 * MINUTE - 1 }, MAILBOX, "warning" },
	{ "at the limit", { 0 }, { SUPPORT, .polled_at = NOW - 30 * MINUTE }, MAILBOX, "warning" },
	{ "beyond the limit", { 0 }, { SUPPORT, .polled_at = NOW - 30 * MINUTE - 1 }, MAILBOX, "critical" },
	{ "trouble since", { 0 }, { SUPPORT, .polled_at = NOW - MINUTE, .trouble_at = NOW - 1 }, MAILBOX, "warning" },
	{ "trouble before", { 0 }, { SUPPORT, .polled_at = NOW - 1, .trouble_at = NOW - MINUTE }, MAILBOX, "ok" },
	{ "never served", { 0 }, { SUPPORT }, MAILBOX, "warning" },
	{ "never served, in trouble", { 0 }, { SUPPORT, .trouble_at = NOW - 1 }, MAILBOX, "critical" },
	{ "a daemon that has just started", { .started_ago = 2 * MINUTE - 1 }, { SUPPORT, .polled_at = NOW - HOUR },
	    MAILBOX, "ok" },
	{ "and one that has not", { .started_ago = 2 * MINUTE }, { SUPPORT, .polled_at = NOW - HOUR }, MAILBOX,
	    "critical" },
	{ "three times a slow poll", { 0 },
	    { .name = { "support", 7 }, .poll_seconds = 3600, .polled_at = NOW - 90 * MINUTE }, MAILBOX, "ok" },
	{ "nothing waits", { 0 }, SERVED, "messages", "ok" },
	{ "a message waits a day", { .held = 1, .waits = 24 * HOUR }, SERVED, "messages", "ok" },
	{ "and longer", { .held = 1, .waits = 24 * HOUR + 1 }, SERVED, "messages", "warning" },
	{ "letters are due for an hour", { .due = 3, .late = HOUR }, SERVED, "outbox", "ok" },
	{ "and longer", { .due = 3, .late = HOUR + 1 }, SERVED, "outbox", "warning" },
	{ "for four hours", { .due = 3, .late = 4 * HOUR }, SERVED, "outbox", "warning" },
	{ "and longer still", { .due = 3, .late = 4 * HOUR + 1 }, SERVED, "outbox", "critical" },
	{ "a letter was given up", { .failed = 1 }, SERVED, "outbox", "warning" },
	{ "a letter of unknown fate", { .unknown = 1 }, SERVED, "outbox", "warning" },
	{ "room enough", { .disk = 200 * MB }, SERVED, "disk", "ok" },
	{ "little room", { .disk = 200 * MB - 1 }, SERVED, "disk", "warning" },
	{ "a fifth of it", { .disk = 40 * MB }, SERVED, "disk", "warning" },
	{ "less", { .disk = 40 * MB - 1 }, SERVED, "disk", "critical" },
	{ "nobody knows", { .disk = -1 }, SERVED, "disk", "unknown" },
};

static struct health_facts
facts_of(const struct row *r)
{
	return (struct health_facts){
		.now = NOW,
		.running = !r->facts.stopped,
		.started_at = NOW - (r->facts.started_ago ? r->facts.started_ago : 24 * HOUR),
		.held = r->facts.held,
		.waiting_since = r->facts.waits ? NOW - r->facts.waits : 0,
		.due = r->facts.due,
		.due_since = r->facts.late ? NOW - r->facts.late : 0,
		.failed = r->facts.failed,
		.unknown = r->facts.unknown,
		.disk_free = r->facts.disk ? r->facts.disk : 1000 * MB,
	};
}

static const struct health_check *
check_of(const struct health_check *checks, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(checks[i].name, str_of(name)))
			return &checks[i];
	return NULL;
}

static void
test_checks(void)
{
	struct arena *a = arena_open(1 << 20);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct health_mailbox mailbox = rows[i].mailbox;
		struct health_facts f = facts_of(&rows[i]);
		const struct health_check *c;
		struct health_check *checks;
		char name[128];
		size_t n;

		f.mailboxes = &mailbox;
		f.n_mailboxes = 1;
		n = health_judge(&f, &limits, a, &checks);
		c = check_of(checks, n, rows[i].check);
		snprintf(name, sizeof(name), "%s: %s", rows[i].check, rows[i].name);
		IS_STR(str_of(c ? health_state_name(c->state) : "missing"), str_of(rows[i].state), name);
	}
	arena_close(&a);
}

static void
test_worst(void)
{
	static const struct health_check checks[] = { { .state = HEALTH_OK }, { .state = HEALTH_WARNING },
		{ .state = HEALTH_UNKNOWN }, { .state = HEALTH_CRITICAL } };

	for (size_t n = 0; n <= 4; n++) {
		static const enum health_state worst[] = { HEALTH_OK, HEALTH_OK, HEALTH_WARNING, HEALTH_UNKNOWN,
			HEALTH_CRITICAL };

		IS_INT(health_worst(checks, n), worst[n], "the worst of what was seen");
	}
}

int
main(void)
{
	test_checks();
	test_worst();
	return tap_done();
}
