/* SPDX-License-Identifier: ISC
 * health.h: whether the whole does its work, judged from what the store shows; and what administrators are told of it.
 */
#ifndef CASEMAIL_RULES_HEALTH_H
#define CASEMAIL_RULES_HEALTH_H

#include "rules/plan.h"

struct health_mailbox {
	struct str name;
	int poll_seconds;
	int64_t polled_at, trouble_at; /* ms, the last times it was served to the end, and was not; 0: never */
	struct str trouble;            /* the reason of the latter */
};

struct health_facts {
	int64_t now;
	bool running;       /* a casemaild holds the database, */
	int64_t started_at; /* since then; 0: not known */
	struct health_mailbox *mailboxes;
	size_t n_mailboxes;
	int64_t held, quarantined, waiting_since; /* messages that wait for a person; the oldest's decision, 0: none */
	int64_t due, due_since;                   /* letters that are due; when the oldest was written, 0: none */
	int64_t failed, unknown;                  /* letters given up in the last day; of unknown fate, waiting */
	int64_t disk_free;                        /* bytes for the database; -1: not known */
};

/* When a check is a warning; see casemaild.conf(5). */
struct health_limits {
	int poll_minutes, waiting_hours, outbox_minutes;
	int64_t disk_bytes;
};

/* The values are the exit codes of a monitoring plugin. */
enum health_state { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL, HEALTH_UNKNOWN };
const char *health_state_name(enum health_state s); /* "ok", "warning", "critical", "unknown" */

struct health_check {
	struct str name; /* "daemon", "mailbox support", "messages", "outbox", "disk": the same in each run */
	enum health_state state;
	struct str words; /* what was seen, and what to do where it is not ok; one line */
};

/* All checks, in a fixed order, in a. */
size_t health_judge(
    const struct health_facts *f, const struct health_limits *l, struct arena *a, struct health_check **out);
enum health_state health_worst(const struct health_check *checks, size_t n);

/* Notices to the administrators: that these checks have changed. */
void health_tell(struct plan *p, const struct health_check *changed, size_t n, const struct person *to, size_t n_to);

/* A message that was kept for a person. */
struct kept_message {
	int64_t id;
	enum outcome outcome;
	struct str reason, from, subject;
};
/* Notices to the administrators: these have come to wait; total: with those that are not in the list. */
void health_tell_kept(
    struct plan *p, const struct kept_message *list, size_t n, int64_t total, const struct person *to, size_t n_to);

#endif
