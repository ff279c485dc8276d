/* SPDX-License-Identifier: ISC
 * people_add.c: new organisations, deployments, persons and approvers, and the check of every field at this edge.
 *
 * Whether a domain is a free-mail one is the caller's check: it stands in the configuration. Nothing is written where
 * a check fails, so the caller's transaction may go on after ERR_REJECT.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_people.h"

#include "base/crypto.h"

#include <stdio.h>

#define FIELD_MOST 200
#define ADDRESS_MOST 254
#define LOCAL_MOST 64

/* name: how the field is called. A field that is not mandatory may be empty. */
static int
field_check(const char *name, struct str v, bool mandatory, struct err *e)
{
	if (mandatory && str_trim(v).n == 0)
		return err_set(e, ERR_REJECT, "%s is missing", name);
	if (v.n > FIELD_MOST)
		return err_set(e, ERR_REJECT, "%s is longer than %d bytes", name, FIELD_MOST);
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7f)
			return err_set(e, ERR_REJECT, "%s holds a control character", name);
	return 0;
}

static bool
is_atom(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || str_find_char(STR("!#$%&'*+-/=?^_`{|}~"), c) >= 0;
}

static bool
local_part_ok(struct str s)
{
	char before = '.';

	if (s.n == 0 || s.n > LOCAL_MOST)
		return false;
	for (size_t i = 0; i < s.n; before = s.p[i++])
		if (s.p[i] == '.' ? before == '.' : !is_atom(s.p[i]))
			return false;
	return before != '.';
}

static bool
domain_ok(struct str s)
{
	struct str label;
	int labels = 0;

	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	for (; str_next_field(&s, '.', &label); labels++) {
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!char_is_alpha(label.p[i]) && !char_is_digit(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return labels >= 2;
}

static int
address_check(struct str s, struct err *e)
{
	ptrdiff_t at = str_rfind_char(s, '@');

	if (s.n == 0)
		return err_set(e, ERR_REJECT, "Work Email is missing");
	if (s.n > ADDRESS_MOST || at < 0 || !local_part_ok(str_head(s, (size_t)at)) ||
	    !domain_ok(str_skip(s, (size_t)at + 1)))
		return err_set(e, ERR_REJECT,
		    "Work Email: \"%.*s\" is no mail address: write local@domain.tld in ASCII, without quotes",
		    STR_ARGS(s));
	return 0;
}

int
store_person_check(const struct person_record *p, struct err *e)
{
	bool contact = p->person.is_contact;

	if (field_check("First Name", p->person.first_name, contact, e) ||
	    field_check("Last Name", p->person.last_name, true, e) || address_check(p->person.address, e) ||
	    field_check("Employer", p->employer, contact, e) || field_check("Country", p->country, contact, e) ||
	    field_check("Phone", p->phone, false, e) || field_check("Language", p->person.language, false, e) ||
	    field_check("Queue", p->queue, false, e))
		return -1;
	return 0;
}

int
store_organisation_add(struct store *s, const struct organisation *o, int64_t *id, struct err *e)
{
	struct query q;
	int rc;

	if (field_check("the organisation's name", o->name, true, e))
		return -1;
	QUERY(&q, s, "SELECT 1 FROM organisation WHERE name = ?", TEXT(o->name));
	rc = query_step(&q, e);
	query_close(&q);
	if (rc)
		return rc < 0 ? -1 : err_set(e, ERR_REJECT, "organisation \"%.*s\" exists", STR_ARGS(o->name));
	if (RUN(s, NULL, e, "INSERT INTO organisation (name, is_partner) VALUES (?, ?)", TEXT(o->name),
		NUMBER(o->is_partner)))
		return -1;
	*id = store_last_id(s);
	return 0;
}

int
store_deployment_add(struct store *s, const struct deployment *d, struct str end_user, int64_t *id, struct err *e)
{
	struct query q;
	int rc;

	if (field_check("the Org ID", d->org_id, true, e) || field_check("the customer's name", d->customer, true, e) ||
	    field_check("the end user", end_user, false, e) || field_check("the product", d->product, false, e))
		return -1;
	if (d->organisation <= 0)
		return err_set(e, ERR_REJECT, "the organisation (Sold-To company) is missing");
	QUERY(&q, s, "SELECT 1 FROM deployment WHERE org_id = ?", TEXT(d->org_id));
	rc = query_step(&q, e);
	query_close(&q);
	if (rc)
		return rc < 0 ? -1 : err_set(e, ERR_REJECT, "the Org ID \"%.*s\" is taken", STR_ARGS(d->org_id));
	if (RUN(s, NULL, e,
		"INSERT INTO deployment (org_id, organisation, partner, customer, end_user, product)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		TEXT(d->org_id), NUMBER(d->organisation), ID(d->partner), TEXT(d->customer), TEXT(end_user),
		TEXT(d->product)))
		return -1;
	*id = store_last_id(s);
	return 0;
}

/* Six digits, each value equally likely. */
static int
pin_add(struct store *s, int64_t person, struct err *e)
{
	uint32_t r;
	char pin[8];

	do
		crypto_random(&r, sizeof(r));
	while (r >= 4294000000u);
	snprintf(pin, sizeof(pin), "%06u", r % 1000000);
	return RUN(s, NULL, e, "INSERT INTO person_pin (person, pin) VALUES (?, ?)", NUMBER(person), Z(pin));
}

static int
address_add(struct store *s, int64_t person, struct str address, int64_t verified_at, struct err *e)
{
	char key[ADDRESS_MOST];

	for (size_t i = 0; i < address.n; i++)
		key[i] = char_lower(address.p[i]);
	return RUN(s, NULL, e, "INSERT INTO person_address (address, person, verified_at) VALUES (?, ?, ?)",
	    TEXT(((struct str){ key, address.n })), NUMBER(person), ID(verified_at));
}

static int
address_free(struct store *s, struct str address, struct err *e)
{
	char key[ADDRESS_MOST];
	struct query q;
	int rc;

	for (size_t i = 0; i < address.n; i++)
		key[i] = char_lower(address.p[i]);
	QUERY(&q, s, "SELECT 1 FROM person_address WHERE address = ?", TEXT(((struct str){ key, address.n })));
	rc = query_step(&q, e);
	query_close(&q);
	if (rc == 1)
		return err_set(e, ERR_REJECT, "Work Email: the address \"%.*s\" is taken", STR_ARGS(address));
	return rc;
}

int
store_person_add(struct store *s, const struct person_record *p, int64_t now, int64_t *id, struct err *e)
{
	const struct person *v = &p->person;

	if (store_person_check(p, e) || address_free(s, v->address, e))
		return -1;
	if (RUN(s, NULL, e,
		"INSERT INTO person (first_name, last_name, address, employer, country, phone, queue, language,"
		" organisation, is_contact, is_approver, is_representative, is_administrator, created_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		TEXT(v->first_name), TEXT(v->last_name), TEXT(v->address), TEXT(p->employer), TEXT(p->country),
		TEXT(p->phone), TEXT(p->queue), TEXT(v->language), ID(v->organisation), NUMBER(v->is_contact),
		NUMBER(v->is_approver), NUMBER(v->is_representative), NUMBER(v->is_administrator), NUMBER(now)))
		return -1;
	*id = store_last_id(s);
	if (address_add(s, *id, v->address, now, e))
		return -1;
	return v->is_contact ? pin_add(s, *id, e) : 0;
}

int
store_person_address_add(struct store *s, int64_t person, struct str address, int64_t verified_at, struct err *e)
{
	if (address_check(address, e) || address_free(s, address, e))
		return -1;
	return address_add(s, person, address, verified_at, e);
}

int
store_person_set(struct store *s, const struct person_record *p, struct err *e)
{
	const struct person *v = &p->person;

	if (store_person_check(p, e))
		return -1;
	return RUN(s, NULL, e,
	    "UPDATE person SET first_name = ?, last_name = ?, employer = ?, country = ?, phone = ?, queue = ?,"
	    " language = ? WHERE id = ?",
	    TEXT(v->first_name), TEXT(v->last_name), TEXT(p->employer), TEXT(p->country), TEXT(p->phone),
	    TEXT(p->queue), TEXT(v->language), NUMBER(v->id));
}

int
store_person_pin_renew(struct store *s, int64_t person, struct err *e)
{
	int64_t changes;

	if (RUN(s, &changes, e, "DELETE FROM person_pin WHERE person = ?", NUMBER(person)))
		return -1;
	return changes == 1 ? pin_add(s, person, e)
			    : err_set(e, ERR_REJECT, "this person is no contact and has no PIN");
}

int
store_approver_add(struct store *s, int64_t person, int64_t organisation, int64_t deployment, struct err *e)
{
	struct query q;
	int rc;

	if ((organisation > 0) == (deployment > 0))
		return err_set(
		    e, ERR_REJECT, "an approver is named for an organisation or for a deployment: one of them");
	QUERY(&q, s,
	    "SELECT 1 FROM approver WHERE person = ? AND coalesce(organisation, 0) = ? AND coalesce(deployment, 0) = ?",
	    NUMBER(person), NUMBER(organisation), NUMBER(deployment));
	rc = query_step(&q, e);
	query_close(&q);
	if (rc)
		return rc < 0 ? -1 : err_set(e, ERR_REJECT, "this person is an approver of it already");
	if (RUN(s, NULL, e, "INSERT INTO approver (person, organisation, deployment) VALUES (?, ?, ?)", NUMBER(person),
		ID(organisation), ID(deployment)))
		return -1;
	return RUN(s, NULL, e, "UPDATE person SET is_approver = 1 WHERE id = ?", NUMBER(person));
}

int
store_person_deliverable(struct store *s, int64_t person, struct err *e)
{
	int64_t changes;

	if (RUN(s, &changes, e,
		"UPDATE person SET undeliverable_at = NULL, undeliverable_why = '' WHERE id = ? AND undeliverable_at "
		"IS "
		"NOT NULL",
		NUMBER(person)))
		return -1;
	return changes ? 0 : err_set(e, ERR_REJECT, "mail to this person is not stopped");
}
