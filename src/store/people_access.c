/* SPDX-License-Identifier: ISC
 * people_access.c: who holds which level on which deployment, and who approves for it. A level "none" is no row.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_people.h"

/* The request that gave a level is the one whose line was granted at that moment. */
#define ACCESS                                                                                                         \
	"SELECT person, deployment, level, since, granted_by,"                                                         \
	" (SELECT max(l.request) FROM request_line l JOIN request r ON r.id = l.request"                               \
	"  WHERE l.deployment = access.deployment AND coalesce(l.person, r.person) = access.person AND l.granted_at "  \
	"= access.since)"                                                                                              \
	" FROM access "

int
store_access_level(struct store *s, int64_t person, int64_t deployment, enum access_level *out, struct err *e)
{
	struct query q;
	int rc, level = ACCESS_NONE;

	QUERY(
	    &q, s, "SELECT level FROM access WHERE person = ? AND deployment = ?", NUMBER(person), NUMBER(deployment));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = name_column(&q, 0, NAMES_LEVEL, &level, e);
	query_close(&q);
	*out = (enum access_level)level;
	return rc;
}

int
access_give(struct store *s, int64_t person, int64_t deployment, enum access_level level, struct str by, int64_t now,
    struct err *e)
{
	if (level == ACCESS_NONE)
		return RUN(s, NULL, e, "DELETE FROM access WHERE person = ? AND deployment = ?", NUMBER(person),
		    NUMBER(deployment));
	return RUN(s, NULL, e,
	    "INSERT INTO access (person, deployment, level, since, granted_by) VALUES (?, ?, ?, ?, ?)"
	    " ON CONFLICT (person, deployment) DO UPDATE SET level = excluded.level, since = excluded.since,"
	    " granted_by = excluded.granted_by",
	    NUMBER(person), NUMBER(deployment), Z(name_of(NAMES_LEVEL, (int)level)), NUMBER(now), TEXT(by));
}

int
store_access_set(struct store *s, int64_t person, int64_t deployment, enum access_level level, struct str granted_by,
    int64_t now, struct err *e)
{
	struct person p;
	struct deployment d;
	struct arena *a = arena_open(1 << 20);
	int rc = person_get(s, person, a, &p, e) || deployment_get(s, deployment, a, &d, e) ? -1 : 0;

	arena_close(&a);
	return rc ? rc : access_give(s, person, deployment, level, granted_by, now, e);
}

int
store_access_list(struct store *s, int64_t person, int64_t deployment, struct arena *a, struct access_record **out,
    size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc, level;

	if (person && deployment)
		QUERY(&q, s, ACCESS "WHERE person = ? AND deployment = ?", NUMBER(person), NUMBER(deployment));
	else if (person)
		QUERY(&q, s, ACCESS "WHERE person = ? ORDER BY deployment", NUMBER(person));
	else if (deployment)
		QUERY(&q, s, ACCESS "WHERE deployment = ? ORDER BY person", NUMBER(deployment));
	else
		QUERY(&q, s, ACCESS "ORDER BY person, deployment");
	while ((rc = query_step(&q, e)) == 1) {
		struct access_record *r = list_add(&l, a, sizeof(*r));

		*r = (struct access_record){ .since = column_number(&q, 3),
			.granted_by = column_text(&q, 4, a),
			.request = column_number(&q, 5) };
		if (name_column(&q, 2, NAMES_LEVEL, &level, e) ||
		    person_get(s, column_number(&q, 0), a, &r->person, e) ||
		    deployment_get(s, column_number(&q, 1), a, &r->deployment, e)) {
			rc = -1;
			break;
		}
		r->level = (enum access_level)level;
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_approver_list(struct store *s, struct arena *a, struct approver_record **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT a.person, o.name, d.org_id FROM approver a LEFT JOIN organisation o ON o.id = a.organisation"
	    " LEFT JOIN deployment d ON d.id = a.deployment ORDER BY a.id");
	while ((rc = query_step(&q, e)) == 1) {
		struct approver_record *r = list_add(&l, a, sizeof(*r));

		r->organisation_name = column_text(&q, 1, a);
		r->org_id = column_text(&q, 2, a);
		if (person_get(s, column_number(&q, 0), a, &r->person, e)) {
			rc = -1;
			break;
		}
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}
