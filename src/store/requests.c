/* SPDX-License-Identifier: ISC
 * requests.c: access requests with their lines and the approvers who may decide them now.
 */
#include "config.h"

#include "store/internal.h"

#include "base/clock.h"

#include "store/store_cases.h"
#include "store/store_people.h"

/* Who of a line's approvers decides by delegation alone, and whose: the giver with the lowest number. */
static int
givers_of(struct store *s, const struct deployment *d, int64_t grantee, struct arena *a, struct request_line *l,
    struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT g.delegate, min(g.giver) FROM approver v JOIN person x ON x.id = v.person AND x.is_active = 1"
	    " JOIN delegation g ON g.giver = v.person WHERE (v.deployment = ?1 OR v.organisation = ?2)"
	    " AND g.starts_at <= ?3 AND g.ends_at > ?3 AND coalesce(g.deployment, ?1) = ?1"
	    " AND g.giver <> ?4 AND g.delegate <> ?4 AND g.delegate NOT IN"
	    " (SELECT person FROM approver WHERE deployment = ?1 UNION SELECT person FROM approver WHERE organisation "
	    "= ?2)"
	    " GROUP BY g.delegate",
	    NUMBER(d->id), NUMBER(d->organisation), NUMBER(clock_now()), NUMBER(grantee));
	while ((rc = query_step(&q, e)) == 1)
		for (size_t i = 0; i < l->n_approvers; i++) {
			if (l->approvers[i].id != column_number(&q, 0))
				continue;
			if (l->givers == NULL)
				l->givers = arena_array(a, l->n_approvers, sizeof(*l->givers));
			if (person_get(s, column_number(&q, 1), a, &l->givers[i], e)) {
				query_close(&q);
				return -1;
			}
		}
	query_close(&q);
	return rc;
}

static int
line_row(struct query *q, int64_t grantee, struct arena *a, struct request_line *out, struct err *e)
{
	int level, before, state;

	*out = (struct request_line){
		.id = column_number(q, 0),
		.removal = column_number(q, 4),
		.decided_at = column_number(q, 7),
		.comment = column_text(q, 8, a),
		.takes_effect_at = column_number(q, 11),
	};
	if (column_number(q, 9))
		grantee = column_number(q, 9);
	if (person_get(q->s, column_number(q, 9), a, &out->person, e) ||
	    person_get(q->s, column_number(q, 10), a, &out->on_behalf_of, e) ||
	    deployment_get(q->s, column_number(q, 1), a, &out->deployment, e) ||
	    name_column(q, 2, NAMES_LEVEL, &level, e) || name_column(q, 3, NAMES_LEVEL, &before, e) ||
	    name_column(q, 5, NAMES_LINE_STATE, &state, e) ||
	    person_get(q->s, column_number(q, 6), a, &out->decided_by, e) ||
	    approvers_of(q->s, &out->deployment, grantee, a, &out->approvers, &out->n_approvers, e) ||
	    givers_of(q->s, &out->deployment, grantee, a, out, e))
		return -1;
	out->level = (enum access_level)level;
	out->before = (enum access_level)before;
	out->state = (enum line_state)state;
	return 0;
}

static int
lines_load(struct store *s, struct arena *a, struct access_request *r, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT id, deployment, level, before, removal, state, decided_by, decided_at, comment, person, "
	    "on_behalf_of, takes_effect_at FROM "
	    "request_line"
	    " WHERE request = ? ORDER BY position",
	    NUMBER(r->id));
	while ((rc = query_step(&q, e)) == 1)
		if (line_row(&q, r->person.id, a, list_add(&l, a, sizeof(*r->lines)), e)) {
			rc = -1;
			break;
		}
	query_close(&q);
	r->lines = l.items;
	r->n_lines = l.n;
	return rc;
}

static int
absent_load(struct store *s, struct arena *a, struct access_request *r, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT person FROM request_absent WHERE request = ?", NUMBER(r->id));
	while ((rc = query_step(&q, e)) == 1)
		*(int64_t *)list_add(&l, a, sizeof(*r->absent)) = column_number(&q, 0);
	query_close(&q);
	r->absent = l.items;
	r->n_absent = l.n;
	return rc;
}

/* The person as the request names it; the stored one where it is a person by now. */
static int
request_row(struct query *q, struct arena *a, struct access_request *r, struct err *e)
{
	int64_t person = column_number(q, 3);

	*r = (struct access_request){
		.id = column_number(q, 0),
		.case_id = column_number(q, 1),
		.version = (int)column_number(q, 2),
		.employer = column_text(q, 9, a),
		.country = column_text(q, 10, a),
		.phone = column_text(q, 11, a),
		.requester_name = column_text(q, 13, a),
		.created_at = column_number(q, 14),
		.expires_at = column_number(q, 15),
		.remind_at = column_number(q, 16),
		.escalate_at = column_number(q, 17),
	};
	if (column_number(q, 18) && deployment_get(q->s, column_number(q, 18), a, &r->source, e))
		return -1;
	if (person)
		return person_get(q->s, person, a, &r->person, e) ||
			       person_get(q->s, column_number(q, 12), a, &r->requester, e)
			   ? -1
			   : 0;
	r->person = (struct person){
		.first_name = column_text(q, 4, a),
		.last_name = column_text(q, 5, a),
		.address = column_text(q, 6, a),
		.language = column_text(q, 7, a),
		.organisation = column_number(q, 8),
		.active = true,
	};
	return person_get(q->s, column_number(q, 12), a, &r->requester, e);
}

int
store_request_get(struct store *s, int64_t id, struct arena *a, struct access_request *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT id, case_id, version, person, first_name, last_name, address, language, organisation, employer,"
	    " country, phone, requester, requester_name, created_at, expires_at, remind_at, escalate_at, source FROM "
	    "request"
	    " WHERE id = ?",
	    NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = request_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no access request %lld", (long long)id);
	return rc == 1 && lines_load(s, a, out, e) == 0 ? absent_load(s, a, out, e) : -1;
}

int
store_request_list(
    struct store *s, bool pending_only, struct arena *a, struct access_request **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    pending_only ? "SELECT DISTINCT request FROM request_line WHERE state = 'pending' ORDER BY request"
			 : "SELECT id FROM request ORDER BY id");
	while ((rc = query_step(&q, e)) == 1)
		if (store_request_get(s, column_number(&q, 0), a, list_add(&l, a, sizeof(**out)), e)) {
			rc = -1;
			break;
		}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_request_prepare(struct store *s, struct access_request *r, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		struct request_line *l = &r->lines[i];
		int64_t person = request_line_person(r, l)->id;

		l->before = ACCESS_NONE;
		if (person && store_access_level(s, person, l->deployment.id, &l->before, e))
			return -1;
		if (approvers_of(s, &l->deployment, person, a, &l->approvers, &l->n_approvers, e) ||
		    givers_of(s, &l->deployment, person, a, l, e))
			return -1;
	}
	return 0;
}

#define DUE                                                                                                            \
	"min(expires_at, coalesce(remind_at, expires_at), coalesce(escalate_at, expires_at),"                          \
	" coalesce((SELECT min(takes_effect_at) FROM request_line l WHERE l.request = request.id"                      \
	" AND l.state = 'pending'), expires_at)) AS at FROM request"                                                   \
	" WHERE id IN (SELECT request FROM request_line WHERE state = 'pending')"

int
store_request_due(struct store *s, int64_t now, struct arena *a, int64_t **ids, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT id, " DUE " ORDER BY id");
	while ((rc = query_step(&q, e)) == 1)
		if (column_number(&q, 1) <= now)
			*(int64_t *)list_add(&l, a, sizeof(**ids)) = column_number(&q, 0);
	query_close(&q);
	*ids = l.items;
	*n = l.n;
	return rc;
}

int
store_request_next(struct store *s, int64_t *next_at, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT min(at) FROM (SELECT " DUE ")");
	rc = query_step(&q, e);
	*next_at = rc == 1 ? column_number(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? -1 : 0;
}
