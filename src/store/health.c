/* SPDX-License-Identifier: ISC
 * health.c: the facts by which the work is judged, and what administrators were told of them. Counts walk an index over
 * what still waits, never over all that ever was.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_health.h"

#include <sys/statvfs.h>

#define DAY_MS (24 * 3600 * 1000LL)
#define FAILED_MOST 1000 /* newest letters given up that are looked at */

static int
write_alone(struct store *s, int rc, struct err *e)
{
	if (rc == 0)
		rc = store_commit(s, e);
	if (rc < 0)
		store_rollback(s);
	return rc;
}

int
store_mailbox_served(
    struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t next_uid, int64_t now, struct err *e)
{
	if (store_begin(s, e) < 0)
		return -1;
	return write_alone(s,
	    RUN(s, NULL, e,
		"INSERT INTO mailbox_state (mailbox, uidvalidity, next_uid, polled_at) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (mailbox) DO UPDATE SET polled_at = ?4, starts = 0, suspect_uid = NULL, suspect_times = "
		"0,"
		" next_uid = CASE WHEN uidvalidity = ?2 THEN ?3 ELSE next_uid END",
		TEXT(mailbox), NUMBER(uidvalidity), NUMBER(next_uid), NUMBER(now)),
	    e);
}

int
store_mailbox_trouble(struct store *s, struct str mailbox, struct str reason, int64_t now, struct err *e)
{
	if (store_begin(s, e) < 0)
		return -1;
	return write_alone(s,
	    RUN(s, NULL, e,
		"INSERT INTO mailbox_state (mailbox, trouble_at, trouble) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (mailbox) DO UPDATE SET trouble_at = ?2, trouble = ?3",
		TEXT(mailbox), NUMBER(now), TEXT(reason)),
	    e);
}

int
store_mailbox_read_until(struct store *s, struct str mailbox, int64_t *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT polled_at FROM mailbox_state WHERE mailbox = ?", TEXT(mailbox));
	rc = query_step(&q, e);
	*out = rc == 1 ? column_number(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
mailbox_load(struct store *s, struct health_mailbox *m, struct arena *a, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT polled_at, trouble_at, trouble FROM mailbox_state WHERE mailbox = ?", TEXT(m->name));
	rc = query_step(&q, e);
	if (rc == 1) {
		m->polled_at = column_number(&q, 0);
		m->trouble_at = column_number(&q, 1);
		m->trouble = column_text(&q, 2, a);
	}
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

/* The numbers of the one row that sql gives. */
static int
numbers(struct store *s, const char *sql, const struct bind *values, size_t n, int64_t *out, int n_out, struct err *e)
{
	struct query q;
	int rc;

	query_open(&q, s, sql, values, n);
	rc = query_step(&q, e);
	for (int i = 0; i < n_out; i++)
		out[i] = rc == 1 ? column_number(&q, i) : 0;
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
counts_load(struct store *s, struct health_facts *f, struct err *e)
{
	const struct bind now = NUMBER(f->now), recent[] = { NUMBER(FAILED_MOST), NUMBER(f->now - DAY_MS) };
	int64_t held[2], quarantined[2], due[2];

	if (numbers(s, "SELECT count(*), min(decided_at) FROM message WHERE outcome = 'held'", NULL, 0, held, 2, e) ||
	    numbers(s, "SELECT count(*), min(decided_at) FROM message WHERE outcome = 'quarantined'", NULL, 0,
		quarantined, 2, e) ||
	    numbers(s, "SELECT count(*), min(created_at) FROM outbox WHERE next_at IS NOT NULL AND next_at <= ?", &now,
		1, due, 2, e) ||
	    numbers(s,
		"SELECT count(*) FROM (SELECT created_at FROM outbox WHERE state = 'failed' ORDER BY id DESC LIMIT ?)"
		" WHERE created_at > ?",
		recent, 2, &f->failed, 1, e) ||
	    numbers(s, "SELECT count(*) FROM outbox WHERE state = 'unknown'", NULL, 0, &f->unknown, 1, e))
		return -1;
	f->held = held[0];
	f->quarantined = quarantined[0];
	f->waiting_since = held[1] && (held[1] < quarantined[1] || quarantined[1] == 0) ? held[1] : quarantined[1];
	f->due = due[0];
	f->due_since = due[1];
	return 0;
}

static int64_t
disk_free(struct str path)
{
	struct statvfs v;
	char z[4096];

	if (path.n >= sizeof(z))
		return -1;
	for (size_t i = 0; i < path.n; i++)
		z[i] = path.p[i];
	z[path.n] = '\0';
	return statvfs(z, &v) == 0 ? (int64_t)v.f_bavail * (int64_t)v.f_frsize : -1;
}

int
store_health(struct store *s, struct str path, struct arena *a, struct health_facts *f, struct err *e)
{
	for (size_t i = 0; i < f->n_mailboxes; i++)
		if (mailbox_load(s, &f->mailboxes[i], a, e))
			return -1;
	f->running = store_lock_is_held(path, &f->started_at);
	f->disk_free = disk_free(path);
	return counts_load(s, f, e);
}

int
store_alarms(struct store *s, struct arena *a, struct store_alarm **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc, state, told;

	QUERY(&q, s, "SELECT name, state, told, told_at FROM alarm");
	while ((rc = query_step(&q, e)) == 1) {
		struct store_alarm *v = list_add(&l, a, sizeof(*v));

		if (name_column(&q, 1, NAMES_HEALTH, &state, e) || name_column(&q, 2, NAMES_HEALTH, &told, e)) {
			rc = -1;
			break;
		}
		*v = (struct store_alarm){ column_text(&q, 0, a), (enum health_state)state, (enum health_state)told,
			column_number(&q, 3) };
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_alarm_put(struct store *s, const struct store_alarm *v, struct err *e)
{
	return RUN(s, NULL, e,
	    "INSERT INTO alarm (name, state, told, told_at) VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (name) DO UPDATE SET state = ?2, told = ?3, told_at = ?4",
	    TEXT(v->name), Z(name_of(NAMES_HEALTH, (int)v->state)), Z(name_of(NAMES_HEALTH, (int)v->told)),
	    ID(v->told_at));
}

#define KEPT "outcome IN ('held', 'quarantined') OR (outcome = 'refused' AND case_id IS NOT NULL)"

int
store_kept_since(struct store *s, int64_t after, size_t max, struct arena *a, struct kept_message **out, size_t *n,
    int64_t *total, int64_t *last, struct err *e)
{
	const struct bind since = NUMBER(after);
	struct list l = { 0 };
	struct query q;
	int rc, outcome;

	*out = NULL;
	*n = 0;
	if (numbers(s, "SELECT max(id) FROM message", NULL, 0, last, 1, e) ||
	    numbers(s, "SELECT count(*) FROM message WHERE id > ? AND (" KEPT ")", &since, 1, total, 1, e))
		return -1;
	QUERY(&q, s,
	    "SELECT id, outcome, reason, sender, subject FROM message WHERE id > ? AND (" KEPT ") ORDER BY id LIMIT ?",
	    NUMBER(after), NUMBER(max));
	while ((rc = query_step(&q, e)) == 1) {
		struct kept_message *m = list_add(&l, a, sizeof(*m));

		if (name_column(&q, 1, NAMES_OUTCOME, &outcome, e)) {
			rc = -1;
			break;
		}
		*m = (struct kept_message){ column_number(&q, 0), (enum outcome)outcome, column_text(&q, 2, a),
			column_text(&q, 3, a), column_text(&q, 4, a) };
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

static const char *const mark_names[] = { [MARK_KEPT_TOLD] = "kept-told", [MARK_KEPT_TOLD_AT] = "kept-told-at" };

int
store_mark_get(struct store *s, enum store_mark m, int64_t *value, struct err *e)
{
	const struct bind name = Z(mark_names[m]);

	return numbers(s, "SELECT value FROM setting WHERE name = ?", &name, 1, value, 1, e);
}

int
store_mark_put(struct store *s, enum store_mark m, int64_t value, struct err *e)
{
	return RUN(s, NULL, e,
	    "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
	    Z(mark_names[m]), NUMBER(value));
}
