/* SPDX-License-Identifier: ISC
 * stats.c: counts of messages, open cases and waiting times.
 *
 * An update of the support organisation is one by casectl, or by a person who is a representative or administrator. An
 * internal one is no answer.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_stats.h"

#include <stdlib.h>

#define DAY_MS ((int64_t)86400000)

int
store_stats_messages(
    struct store *s, int64_t since, struct arena *a, struct stats_messages **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc, outcome;

	QUERY(&q, s,
	    "SELECT m.decided_at / ?1 AS slot, m.outcome, count(*) FROM message m WHERE m.decided_at >= ?2"
	    " GROUP BY slot, m.outcome ORDER BY slot, m.outcome",
	    NUMBER(STATS_SLOT_MS), NUMBER(since));
	while ((rc = query_step(&q, e)) == 1) {
		struct stats_messages *m = list_add(&l, a, sizeof(*m));

		m->at = column_number(&q, 0) * STATS_SLOT_MS;
		m->n = column_number(&q, 2);
		if (name_column(&q, 1, NAMES_OUTCOME, &outcome, e)) {
			rc = -1;
			break;
		}
		m->outcome = (enum outcome)outcome;
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_stats_open(struct store *s, int64_t now, struct arena *a, struct stats_open **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT c.status, max(0, (?1 - c.opened_at) / ?2) AS days, count(*) FROM cases c"
	    " WHERE c.is_closed = 0 AND c.status >= '' GROUP BY c.status, days ORDER BY c.status, days",
	    NUMBER(now), NUMBER(DAY_MS));
	while ((rc = query_step(&q, e)) == 1) {
		struct stats_open *o = list_add(&l, a, sizeof(*o));

		o->status = column_text(&q, 0, a);
		o->days = column_number(&q, 1);
		o->n = column_number(&q, 2);
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

static int
by_length(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

int
store_stats_answers(struct store *s, int64_t since, struct arena *a, int64_t **out, size_t *n, struct err *e)
{
	int64_t id = 0, waits_since = 0; /* waits_since 0: nobody waits */
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT c.id, c.opened_at, u.at,"
	    " u.way = 'casectl' OR coalesce(p.is_representative OR p.is_administrator, 0)"
	    " FROM cases c CROSS JOIN case_update u ON u.case_id = c.id LEFT JOIN person p ON p.id = u.person"
	    " WHERE c.modified_at >= coalesce((SELECT l.modified_at FROM cases l WHERE l.modified_at >= ?1"
	    " ORDER BY l.modified_at DESC LIMIT 1 OFFSET ?2), ?1)"
	    " AND u.visibility = 'public' ORDER BY c.modified_at, c.id, u.id",
	    NUMBER(since), NUMBER(STATS_CASES_MOST - 1));
	while ((rc = query_step(&q, e)) == 1) {
		int64_t at = column_number(&q, 2);
		bool is_answer = column_number(&q, 3);

		if (column_number(&q, 0) != id) {
			id = column_number(&q, 0);
			waits_since = column_number(&q, 1);
		}
		if (is_answer && waits_since && at >= since && at >= waits_since)
			*(int64_t *)list_add(&l, a, sizeof(int64_t)) = at - waits_since;
		waits_since = is_answer ? 0 : waits_since ? waits_since : at;
	}
	query_close(&q);
	if (l.n)
		qsort(l.items, l.n, sizeof(int64_t), by_length);
	*out = l.items;
	*n = l.n;
	return rc;
}
