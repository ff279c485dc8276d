/* SPDX-License-Identifier: ISC
 * store_health.h: what shows whether the work is done: mailboxes served, messages and letters that wait, room on disk.
 */
#ifndef CASEMAIL_STORE_STORE_HEALTH_H
#define CASEMAIL_STORE_STORE_HEALTH_H

#include "rules/health.h"
#include "store/store.h"

/* Writes down that all is read that was in a mailbox at now, the UIDs below next_uid of uidvalidity; or that it is not,
 * and why. Each a transaction of its own.
 */
int store_mailbox_served(
    struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t next_uid, int64_t now, struct err *e);
int store_mailbox_trouble(struct store *s, struct str mailbox, struct str reason, int64_t now, struct err *e);

/* Up to when a mailbox has been read, ms; 0: never. */
int store_mailbox_read_until(struct store *s, struct str mailbox, int64_t *out, struct err *e);

/* All facts at f->now. Of f->mailboxes name and poll_seconds are set by the caller. path: of the database. Texts live
 * in a. */
int store_health(struct store *s, struct str path, struct arena *a, struct health_facts *f, struct err *e);

/* The checks as they were last told: a name that has no row was never told and counts as ok. */
struct store_alarm {
	struct str name;
	enum health_state state; /* last seen; told: last mailed */
	enum health_state told;
	int64_t told_at; /* ms; 0: never */
};
int store_alarms(struct store *s, struct arena *a, struct store_alarm **out, size_t *n, struct err *e);
/* In the caller's transaction: writes the row of alarm->name. */
int store_alarm_put(struct store *s, const struct store_alarm *alarm, struct err *e);

/* The messages kept after the one with number *after, oldest first, at most max; *total: how many there are in all.
 * Held, quarantined, and refused ones that led to a case. *last: the highest number there is. */
int store_kept_since(struct store *s, int64_t after, size_t max, struct arena *a, struct kept_message **out, size_t *n,
    int64_t *total, int64_t *last, struct err *e);
/* Numbers that outlive a restart, 0 where none was put: put in the caller's transaction. */
enum store_mark { MARK_KEPT_TOLD, MARK_KEPT_TOLD_AT };
int store_mark_get(struct store *s, enum store_mark m, int64_t *value, struct err *e);
int store_mark_put(struct store *s, enum store_mark m, int64_t value, struct err *e);

#endif
