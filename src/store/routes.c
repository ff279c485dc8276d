/* SPDX-License-Identifier: ISC
 * routes.c: the SMTP servers that failed lately, so that every sender, also one that starts later, leaves them alone
 * until it is time to try again. A server that serves has no row.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_outbox.h"

int
store_route_list(struct store *s, struct arena *a, struct store_route **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT name, failures, retry_at, reply FROM route WHERE name >= '' ORDER BY name");
	while ((rc = query_step(&q, e)) == 1)
		*(struct store_route *)list_add(&l, a, sizeof(struct store_route)) =
		    (struct store_route){ .name = column_text(&q, 0, a),
			    .failures = (int)column_number(&q, 1),
			    .retry_at = column_number(&q, 2),
			    .reply = column_text(&q, 3, a) };
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_route_set(struct store *s, const struct store_route *r, struct err *e)
{
	if (r->failures == 0)
		return RUN(s, NULL, e, "DELETE FROM route WHERE name = ?", TEXT(r->name));
	return RUN(s, NULL, e,
	    "INSERT INTO route (name, failures, retry_at, reply) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
	    " failures = excluded.failures, retry_at = excluded.retry_at, reply = excluded.reply",
	    TEXT(r->name), NUMBER(r->failures), NUMBER(r->retry_at), TEXT(r->reply));
}
