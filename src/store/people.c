/* SPDX-License-Identifier: ISC
 * people.c: organisations, deployments and persons: loading one, and finding by name, Org ID or address.
 *
 * A person may have several addresses; whoever writes from one of them is that person. Addresses are compared with
 * ASCII letters folded, in both halves: two spellings are never two persons. A PIN is read by nothing here.
 */
#include "config.h"

#include "base/clock.h"
#include "store/internal.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define PERSON                                                                                                         \
	"p.id, p.first_name, p.last_name, p.address, p.language, p.organisation, p.is_active, p.is_contact, "          \
	"p.is_approver, p.is_representative, p.is_administrator, p.undeliverable_at"
#define PERSON_COLUMNS 12
#define RECORD PERSON ", p.employer, p.country, p.phone, p.queue, o.name, p.undeliverable_why"
#define DEPLOYMENT "d.id, d.organisation, d.org_id, d.customer, d.product, d.partner"

struct str
address_key(struct arena *a, struct str address)
{
	char *p = arena_z(a, address);

	for (size_t i = 0; i < address.n; i++)
		p[i] = char_lower(p[i]);
	return (struct str){ p, address.n };
}

struct str
person_label(struct arena *a, const struct person *p)
{
	struct str name = str_trim(arena_format(a, "%.*s %.*s", STR_ARGS(p->first_name), STR_ARGS(p->last_name)));

	return arena_format(a, "%.*s <%.*s>", STR_ARGS(name), STR_ARGS(p->address));
}

static void
person_row(struct query *q, struct arena *a, struct person *out)
{
	*out = (struct person){
		.id = column_number(q, 0),
		.first_name = column_text(q, 1, a),
		.last_name = column_text(q, 2, a),
		.address = column_text(q, 3, a),
		.language = column_text(q, 4, a),
		.organisation = column_number(q, 5),
		.active = column_number(q, 6),
		.is_contact = column_number(q, 7),
		.is_approver = column_number(q, 8),
		.is_representative = column_number(q, 9),
		.is_administrator = column_number(q, 10),
		.undeliverable = column_number(q, 11) != 0,
	};
}

static void
record_row(struct query *q, struct arena *a, struct person_record *out)
{
	*out = (struct person_record){ 0 };
	person_row(q, a, &out->person);
	out->employer = column_text(q, PERSON_COLUMNS, a);
	out->country = column_text(q, PERSON_COLUMNS + 1, a);
	out->phone = column_text(q, PERSON_COLUMNS + 2, a);
	out->queue = column_text(q, PERSON_COLUMNS + 3, a);
	out->organisation_name = column_text(q, PERSON_COLUMNS + 4, a);
	out->undeliverable_at = column_number(q, PERSON_COLUMNS - 1);
	out->undeliverable_why = column_text(q, PERSON_COLUMNS + 5, a);
}

static void
deployment_row(struct query *q, struct arena *a, struct deployment *out)
{
	*out = (struct deployment){
		.id = column_number(q, 0),
		.organisation = column_number(q, 1),
		.org_id = column_text(q, 2, a),
		.customer = column_text(q, 3, a),
		.product = column_text(q, 4, a),
		.partner = column_number(q, 5),
	};
}

static void
organisation_row(struct query *q, struct arena *a, struct organisation *out)
{
	*out = (struct organisation){
		.id = column_number(q, 0),
		.name = column_text(q, 1, a),
		.is_partner = column_number(q, 2),
	};
}

int
person_get(struct store *s, int64_t id, struct arena *a, struct person *out, struct err *e)
{
	struct query q;
	int rc;

	*out = (struct person){ 0 };
	if (id == 0)
		return 0;
	QUERY(&q, s, "SELECT " PERSON " FROM person p WHERE p.id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		person_row(&q, a, out);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "no person has the number %lld", (long long)id);
	return rc == 1 ? 0 : -1;
}

/* id 0 where nobody has it, or nobody has shown to have it. */
int
person_by_address(struct store *s, struct str address, struct arena *a, struct person *out, struct err *e)
{
	struct query q;
	int rc;

	*out = (struct person){ 0 };
	if (address.n == 0)
		return 0;
	QUERY(&q, s,
	    "SELECT " PERSON " FROM person_address x JOIN person p ON p.id = x.person WHERE x.address = ?"
	    " AND x.verified_at IS NOT NULL",
	    TEXT(address_key(a, address)));
	rc = query_step(&q, e);
	if (rc == 1)
		person_row(&q, a, out);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

int
deployment_get(struct store *s, int64_t id, struct arena *a, struct deployment *out, struct err *e)
{
	struct query q;
	int rc;

	*out = (struct deployment){ 0 };
	if (id == 0)
		return 0;
	QUERY(&q, s, "SELECT " DEPLOYMENT " FROM deployment d WHERE d.id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		deployment_row(&q, a, out);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "no deployment has the number %lld", (long long)id);
	return rc == 1 ? 0 : -1;
}

int
store_organisation_find(struct store *s, struct str name, struct arena *a, struct organisation *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT id, name, is_partner FROM organisation WHERE name = ?", TEXT(name));
	rc = query_step(&q, e);
	if (rc == 1)
		organisation_row(&q, a, out);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "no organisation is called \"%.*s\"", STR_ARGS(name));
	return rc == 1 ? 0 : -1;
}

int
store_organisation_list(struct store *s, struct arena *a, struct organisation **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT id, name, is_partner FROM organisation ORDER BY name");
	while ((rc = query_step(&q, e)) == 1)
		organisation_row(&q, a, list_add(&l, a, sizeof(**out)));
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_deployment_find(struct store *s, struct str org_id, struct arena *a, struct deployment *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " DEPLOYMENT " FROM deployment d WHERE d.org_id = ?", TEXT(org_id));
	rc = query_step(&q, e);
	if (rc == 1)
		deployment_row(&q, a, out);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "no deployment has the Org ID \"%.*s\"", STR_ARGS(org_id));
	return rc == 1 ? 0 : -1;
}

int
store_deployment_list(struct store *s, struct arena *a, struct deployment **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " DEPLOYMENT " FROM deployment d ORDER BY d.org_id");
	while ((rc = query_step(&q, e)) == 1)
		deployment_row(&q, a, list_add(&l, a, sizeof(**out)));
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_person_find(struct store *s, struct str address, struct arena *a, struct person_record *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT " RECORD " FROM person_address x JOIN person p ON p.id = x.person"
	    " LEFT JOIN organisation o ON o.id = p.organisation WHERE x.address = ? AND x.verified_at IS NOT NULL",
	    TEXT(address_key(a, address)));
	rc = query_step(&q, e);
	if (rc == 1)
		record_row(&q, a, out);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "nobody has the address \"%.*s\"", STR_ARGS(address));
	return rc == 1 ? 0 : -1;
}

int
store_person_list(
    struct store *s, enum person_role role, struct arena *a, struct person_record **out, size_t *n, struct err *e)
{
	static const char *const sql[] = {
		[ROLE_CONTACT] = "SELECT " RECORD " FROM person p LEFT JOIN organisation o ON o.id = p.organisation"
				 " WHERE p.is_contact = 1 ORDER BY p.id",
		[ROLE_APPROVER] = "SELECT " RECORD " FROM person p LEFT JOIN organisation o ON o.id = p.organisation"
				  " WHERE p.is_approver = 1 ORDER BY p.id",
		[ROLE_REPRESENTATIVE] = "SELECT " RECORD " FROM person p LEFT JOIN organisation o"
					" ON o.id = p.organisation WHERE p.is_representative = 1 ORDER BY p.id",
		[ROLE_ADMINISTRATOR] = "SELECT " RECORD " FROM person p LEFT JOIN organisation o"
				       " ON o.id = p.organisation WHERE p.is_administrator = 1 ORDER BY p.id",
	};
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, sql[role]);
	while ((rc = query_step(&q, e)) == 1)
		record_row(&q, a, list_add(&l, a, sizeof(**out)));
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_person_pin(struct store *s, int64_t person, struct arena *a, struct str *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT pin FROM person_pin WHERE person = ?", NUMBER(person));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = column_text(&q, 0, a);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "this person is no contact and has no PIN");
	return rc == 1 ? 0 : -1;
}

static int
persons_list(struct query *q, struct arena *a, struct person **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	int rc;

	while ((rc = query_step(q, e)) == 1)
		person_row(q, a, list_add(&l, a, sizeof(**out)));
	query_close(q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_administrators(struct store *s, struct arena *a, struct person **out, size_t *n, struct err *e)
{
	struct query q;

	QUERY(&q, s, "SELECT " PERSON " FROM person p WHERE p.is_administrator = 1 AND p.is_active = 1 ORDER BY p.id");
	return persons_list(&q, a, out, n, e);
}

/* Active approvers of one deployment, named for it or for its organisation, and those they delegate to now; each once.
 * An approver who is the grantee can delegate no decision about that, and no delegate decides about own access. */
int
approvers_of(struct store *s, const struct deployment *d, int64_t grantee, struct arena *a, struct person **out,
    size_t *n, struct err *e)
{
	struct query q;

	QUERY(&q, s,
	    "SELECT " PERSON " FROM person p WHERE p.is_active = 1 AND p.id IN"
	    " (SELECT person FROM approver WHERE deployment = ?1 UNION SELECT person FROM approver WHERE organisation "
	    "= "
	    "?2"
	    " UNION SELECT g.delegate FROM approver v JOIN person x ON x.id = v.person AND x.is_active = 1"
	    " JOIN delegation g ON g.giver = v.person WHERE (v.deployment = ?1 OR v.organisation = ?2)"
	    " AND g.starts_at <= ?3 AND g.ends_at > ?3 AND coalesce(g.deployment, ?1) = ?1"
	    " AND g.giver <> ?4 AND g.delegate <> ?4)"
	    " ORDER BY p.id",
	    NUMBER(d->id), NUMBER(d->organisation), NUMBER(clock_now()), NUMBER(grantee));
	return persons_list(&q, a, out, n, e);
}
