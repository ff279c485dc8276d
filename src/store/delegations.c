/* SPDX-License-Identifier: ISC
 * delegations.c: who may decide for an approver, and until when. What a delegation means is said by approvers_of.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_people.h"

static int
is_approver(struct store *s, int64_t person, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT 1 FROM approver WHERE person = ? LIMIT 1", NUMBER(person));
	rc = query_step(&q, e);
	query_close(&q);
	return rc;
}

int
store_delegation_add(struct store *s, const struct delegation *d, struct err *e)
{
	int rc = is_approver(s, d->giver.id, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_REJECT, "%.*s is no approver", STR_ARGS(d->giver.address));
	if (d->giver.id == d->delegate.id)
		return err_set(e, ERR_REJECT, "approver and delegate are the same person");
	if (!d->delegate.active)
		return err_set(e, ERR_REJECT, "%.*s is not active", STR_ARGS(d->delegate.address));
	return RUN(s, NULL, e,
	    "INSERT INTO delegation (giver, delegate, deployment, starts_at, ends_at) VALUES (?, ?, ?, ?, ?)",
	    NUMBER(d->giver.id), NUMBER(d->delegate.id), ID(d->deployment), NUMBER(d->starts_at), NUMBER(d->ends_at));
}

int
store_delegation_end(struct store *s, int64_t giver, int64_t delegate, int64_t now, struct err *e)
{
	int64_t changes;

	if (RUN(s, &changes, e,
		"UPDATE delegation SET ends_at = ?1 WHERE giver = ?2 AND delegate = ?3 AND ends_at > ?1", NUMBER(now),
		NUMBER(giver), NUMBER(delegate)))
		return -1;
	return changes ? 0 : err_set(e, ERR_REJECT, "there is no such delegation now");
}

int
store_delegation_list(struct store *s, struct arena *a, struct delegation **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT g.giver, g.delegate, g.deployment, d.org_id, g.starts_at, g.ends_at FROM delegation g"
	    " LEFT JOIN deployment d ON d.id = g.deployment ORDER BY g.id");
	while ((rc = query_step(&q, e)) == 1) {
		struct delegation *d = list_add(&l, a, sizeof(*d));

		*d = (struct delegation){ .deployment = column_number(&q, 2),
			.org_id = column_text(&q, 3, a),
			.starts_at = column_number(&q, 4),
			.ends_at = column_number(&q, 5) };
		if (person_get(s, column_number(&q, 0), a, &d->giver, e) ||
		    person_get(s, column_number(&q, 1), a, &d->delegate, e)) {
			rc = -1;
			break;
		}
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}
