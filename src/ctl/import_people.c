/* SPDX-License-Identifier: ISC
 * import_people.c: rows of organisations, deployments, contacts and access levels, by the same functions as the
 * commands that add one.
 */
#include "config.h"

#include "ctl/import.h"
#include "ctl/people_add.h"

#define TABLE(word, columns, add)                                                                                      \
	{                                                                                                              \
		(word), (columns), sizeof(columns) / sizeof(*(columns)), (add)                                         \
	}

/* people_add.h's names of options as columns. */
static const char *
column_of(const char *option)
{
	static const struct {
		const char *option, *column;
	} names[] = { { "org", "organisation" }, { "partner", "partner" }, { "deployment", "org_id" },
		{ "level", "level" }, { "address", "work_email" }, { "language", "language" } };

	for (size_t i = 0; option && i < sizeof(names) / sizeof(*names); i++)
		if (str_equal(str_of(option), str_of(names[i].option)))
			return names[i].column;
	return NULL;
}

static int
organisation_add(struct import_row *r, struct err *e)
{
	struct organisation o = { .name = import_field(r, "name") };
	struct str kind = import_field(r, "kind");
	int64_t id;

	o.is_partner = str_equal_nocase(kind, STR("partner"));
	if (kind.n && !o.is_partner && !str_equal_nocase(kind, STR("customer"))) {
		r->field = "kind";
		return err_set(e, ERR_REJECT, "\"%.*s\": customer or partner is allowed", STR_ARGS(kind));
	}
	if (store_organisation_add(r->c->store, &o, &id, e) < 0)
		return -1;
	return people_audit(r->c, "org-add", "organisation", o.name, id, e);
}

static int
deployment_add(struct import_row *r, struct err *e)
{
	struct deployment d = { .org_id = import_field(r, "org_id"), .product = import_field(r, "product") };
	const char *field;
	int64_t id;

	if (people_deployment(r->c, &d, import_field(r, "organisation"), import_field(r, "partner"),
		import_field(r, "end_user"), &id, &field, e) < 0) {
		r->field = column_of(field);
		return -1;
	}
	return people_audit(r->c, "deployment-add", "deployment", d.org_id, id, e);
}

static int
contact_add(struct import_row *r, struct err *e)
{
	struct person_record p = { .employer = import_field(r, "employer"),
		.country = import_field(r, "country"),
		.phone = import_field(r, "phone") };
	const char *field;
	int64_t id;

	p.person.first_name = import_field(r, "first_name");
	p.person.last_name = import_field(r, "last_name");
	p.person.address = import_field(r, "work_email");
	p.person.language = import_field(r, "language");
	if (people_contact(r->c, &p, import_field(r, "organisation"), &id, &field, e) < 0) {
		r->field = column_of(field);
		return -1;
	}
	return people_audit(r->c, "contact-add", "contact", p.person.address, id, e);
}

static int
access_add(struct import_row *r, struct err *e)
{
	struct str address = import_field(r, "work_email");
	struct person_record p;
	const char *field;

	r->field = "work_email";
	if (store_person_find(r->c->store, address, r->c->arena, &p, e) < 0)
		return -1;
	if (!p.person.active)
		return err_set(e, ERR_REJECT, "%.*s is not active any more", STR_ARGS(address));
	r->field = NULL;
	if (people_access(r->c, &p.person, import_field(r, "org_id"), import_field(r, "level"), &field, e) < 0) {
		r->field = column_of(field);
		return -1;
	}
	return people_audit(r->c, "access-import", "contact", address, p.person.id, e);
}

static const struct import_column organisation_columns[] = { { "name", NULL, true }, { "kind" } };
static const struct import_column deployment_columns[] = { { "org_id", "Org ID", true },
	{ "organisation", "customer", true }, { "partner" }, { "end_user", "end user" }, { "product", "product" } };
static const struct import_column contact_columns[] = { { "work_email", "Work Email", true },
	{ "first_name", "First Name", true }, { "last_name", "Last Name", true }, { "organisation", NULL, true },
	{ "employer", "Employer", true }, { "country", "Country", true }, { "phone", "Phone" },
	{ "language", "Language" } };
static const struct import_column access_columns[] = { { "work_email", NULL, true }, { "org_id", NULL, true },
	{ "level", NULL, true } };

const struct import_table import_organisations = TABLE("organisations", organisation_columns, organisation_add);
const struct import_table import_deployments = TABLE("deployments", deployment_columns, deployment_add);
const struct import_table import_contacts = TABLE("contacts", contact_columns, contact_add);
const struct import_table import_access = TABLE("access", access_columns, access_add);
