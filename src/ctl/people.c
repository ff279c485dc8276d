/* SPDX-License-Identifier: ISC
 * people.c: casectl org, deployment, contact, approver, representative, admin: add and list. Adding writes its audit
 * row in the same transaction.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/approver_ask.h"
#include "ctl/listing.h"
#include "ctl/people_add.h"

static void
added_show(const struct ctl *c, const char *what, struct str name, int64_t id)
{
	struct buf j;

	if (!c->json) {
		printf("added %s %.*s\n", what, STR_ARGS(name));
		return;
	}
	buf_init(&j, 1 << 16);
	json_open(&j, NULL, '{');
	json_text(&j, what, name);
	json_number(&j, "id", id);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

/* The audit row of a record that was added, then the commit and the word of it. */
static int
added(struct ctl *c, const char *event, const char *what, struct str name, int64_t id)
{
	struct err e;
	int status;

	if (people_audit(c, event, what, name, id, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_commit(c)) == CTL_DONE)
		added_show(c, what, name, id);
	return status;
}

static int
org_add(struct ctl *c)
{
	struct organisation o = { .name = ctl_word(c, 0), .is_partner = ctl_has(c, "partner") };
	int status = ctl_begin(c);
	struct err e;
	int64_t id;

	if (status != CTL_DONE)
		return status;
	if (store_organisation_add(c->store, &o, &id, &e) < 0)
		return ctl_fail(c, &e);
	return added(c, "org-add", "organisation", o.name, id);
}

static int
org_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	(void)filter;
	return store_organisation_list(c->store, c->arena, out, n, e);
}

static void
org_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct organisation *o = record;

	(void)c;
	listing_row(l);
	listing_number(l, "id", o->id);
	listing_text(l, "name", o->name);
	listing_z(l, "kind", o->is_partner ? "partner" : "customer");
}

static int
org_list(struct ctl *c)
{
	static const struct column columns[] = { { "ORGANISATION", "name" }, { "KIND", "kind" } };
	static const struct listing_source source = LISTING_SOURCE(columns, struct organisation, org_load, org_show);

	return listing_run(c, &source, NULL);
}

/* The organisation an option names. 0, or the exit status. */
static int
organisation_of(struct ctl *c, const char *option, struct organisation *out)
{
	struct err e;

	*out = (struct organisation){ 0 };
	if (!ctl_has(c, option))
		return CTL_DONE;
	if (store_organisation_find(c->store, ctl_option(c, option), c->arena, out, &e) < 0)
		return ctl_fail(c, &e);
	return CTL_DONE;
}

static int
deployment_add(struct ctl *c)
{
	struct deployment d = { .org_id = ctl_word(c, 0), .product = ctl_option(c, "product") };
	int status = ctl_begin(c);
	const char *field;
	struct err e;
	int64_t id;

	if (status != CTL_DONE)
		return status;
	if (people_deployment(
		c, &d, ctl_option(c, "org"), ctl_option(c, "partner"), ctl_option(c, "end-user"), &id, &field, &e) < 0)
		return ctl_fail(c, &e);
	return added(c, "deployment-add", "deployment", d.org_id, id);
}

static int
deployment_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	(void)filter;
	return store_deployment_list(c->store, c->arena, out, n, e);
}

static void
deployment_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct deployment *d = record;

	(void)c;
	listing_row(l);
	listing_number(l, "id", d->id);
	listing_text(l, "org_id", d->org_id);
	listing_text(l, "customer", d->customer);
	listing_text(l, "product", d->product);
	listing_bool(l, "partner_managed", d->partner != 0);
}

static int
deployment_list(struct ctl *c)
{
	static const struct column columns[] = { { "ORG ID", "org_id" }, { "CUSTOMER", "customer" },
		{ "PRODUCT", "product" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct deployment, deployment_load, deployment_show);

	return listing_run(c, &source, NULL);
}

/* 0, or the exit status. */
static int
person_options(const struct ctl *c, struct person_record *r)
{
	*r = (struct person_record){ .employer = ctl_option(c, "employer"),
		.country = ctl_option(c, "country"),
		.phone = ctl_option(c, "phone"),
		.queue = ctl_option(c, "queue") };
	r->person.address = ctl_word(c, 0);
	r->person.active = true;
	people_name(ctl_option(c, "name"), &r->person);
	return ctl_language(c, &r->person.language);
}

/* Access given together with the contact. */
static int
contact_access(struct ctl *c, const struct person *p)
{
	struct str value;
	const char *field;
	struct err e;

	for (size_t i = 0; (value = ctl_option_at(c, "access", i)).p; i++) {
		ptrdiff_t at = str_rfind_char(value, '=');

		if (at < 0)
			return ctl_refuse(
			    "--access %.*s: ORGID=LEVEL is allowed, with LEVEL basic, read-only or read-write",
			    STR_ARGS(value));
		if (people_access(c, p, str_head(value, (size_t)at), str_skip(value, (size_t)at + 1), &field, &e) < 0)
			return ctl_fail(c, &e);
	}
	return CTL_DONE;
}

static int
contact_add(struct ctl *c)
{
	struct person_record r;
	int status = ctl_begin(c);
	const char *field;
	struct err e;
	int64_t id;

	if (status != CTL_DONE || (status = person_options(c, &r)) != CTL_DONE)
		return status;
	if (people_contact(c, &r, ctl_option(c, "org"), &id, &field, &e) < 0)
		return ctl_fail(c, &e);
	r.person.id = id;
	if ((status = contact_access(c, &r.person)) != CTL_DONE)
		return status;
	return added(c, "contact-add", "contact", r.person.address, id);
}

static int
staff_add(struct ctl *c, bool representative)
{
	struct person_record r;
	int status = ctl_begin(c);
	struct err e;
	int64_t id;

	if (status != CTL_DONE || (status = person_options(c, &r)) != CTL_DONE)
		return status;
	r.person.is_representative = representative;
	r.person.is_administrator = !representative;
	if (store_person_add(c->store, &r, c->now, &id, &e) < 0)
		return ctl_fail(c, &e);
	return added(c, representative ? "representative-add" : "admin-add",
	    representative ? "representative" : "administrator", r.person.address, id);
}

static int
representative_add(struct ctl *c)
{
	return staff_add(c, true);
}

static int
admin_add(struct ctl *c)
{
	return staff_add(c, false);
}

/* The person who is to approve: a known address, or a new person with --name. */
static int
approver_person(struct ctl *c, struct person *out)
{
	struct person_record r;
	int64_t id;
	struct err e;
	int status;

	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) == 0) {
		*out = r.person;
		return CTL_DONE;
	}
	if (e.kind != ERR_REJECT || !ctl_has(c, "name"))
		return ctl_fail(c, &e);
	if ((status = person_options(c, &r)) != CTL_DONE)
		return status;
	r.person.is_approver = true;
	if (store_person_add(c->store, &r, c->now, &id, &e) < 0 ||
	    store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	*out = r.person;
	return CTL_DONE;
}

static int
approver_add(struct ctl *c)
{
	struct deployment d = { 0 };
	struct organisation o = { 0 };
	int status = ctl_begin(c);
	struct approver_ask ask;
	struct applied done;
	struct person who = { 0 };
	struct err e;

	if (status != CTL_DONE)
		return status;
	if (ctl_has(c, "org") == ctl_has(c, "deployment"))
		return ctl_refuse("give either --org NAME (all its deployments) or --deployment ORGID");
	if ((status = organisation_of(c, "org", &o)) != CTL_DONE)
		return status;
	if (ctl_has(c, "deployment") &&
	    store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &d, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = approver_person(c, &who)) != CTL_DONE)
		return status;
	if (approver_ask_open(c, &ask, &e) < 0 || store_approver_add(c->store, who.id, o.id, d.id, &e) < 0 ||
	    people_audit(c, "approver-add", "approver", ctl_word(c, 0), who.id, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = approver_ask_commit(c, &ask, &who, "approver-asked", &done)) != CTL_DONE)
		return status;
	if (!c->json && done.letters > 0)
		printf("added approver %.*s: asked about %zu pending request%s\n", STR_ARGS(ctl_word(c, 0)),
		    done.letters, done.letters == 1 ? "" : "s");
	else
		added_show(c, "approver", ctl_word(c, 0), who.id);
	return CTL_DONE;
}

static int
person_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	const enum person_role *role = filter;

	return store_person_list(c->store, *role, c->arena, out, n, e);
}

static void
person_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct person_record *p = record;

	listing_row(l);
	listing_number(l, "id", p->person.id);
	listing_text(l, "address", p->person.address);
	listing_text(l, "name", person_full_name(&p->person, c->arena));
	listing_text(l, "organisation", p->organisation_name);
	listing_text(l, "employer", p->employer);
	listing_text(l, "country", p->country);
	listing_text(l, "language", p->person.language);
	listing_bool(l, "active", p->person.active);
}

static int
person_list(struct ctl *c, enum person_role role)
{
	static const struct column columns[] = { { "ADDRESS", "address" }, { "NAME", "name" },
		{ "ORGANISATION", "organisation" }, { "COUNTRY", "country" }, { "LANGUAGE", "language" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct person_record, person_load, person_show);

	return listing_run(c, &source, &role);
}

static int
contact_list(struct ctl *c)
{
	return person_list(c, ROLE_CONTACT);
}

static int
representative_list(struct ctl *c)
{
	return person_list(c, ROLE_REPRESENTATIVE);
}

static int
admin_list(struct ctl *c)
{
	return person_list(c, ROLE_ADMINISTRATOR);
}

static int
approver_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	(void)filter;
	return store_approver_list(c->store, c->arena, out, n, e);
}

static void
approver_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct approver_record *v = record;

	listing_row(l);
	listing_text(l, "address", v->person.address);
	listing_text(l, "name", person_full_name(&v->person, c->arena));
	listing_text(l, "organisation", v->organisation_name);
	listing_text(l, "org_id", v->org_id);
	listing_cell(l, "scope",
	    arena_format(c->arena, "%s%.*s", v->org_id.n ? "deployment " : "all of ",
		STR_ARGS(v->org_id.n ? v->org_id : v->organisation_name)));
}

static int
approver_list(struct ctl *c)
{
	static const struct column columns[] = { { "ADDRESS", "address" }, { "NAME", "name" },
		{ "APPROVES FOR", "scope" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct approver_record, approver_load, approver_show);

	return listing_run(c, &source, NULL);
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}
#define NAME                                                                                                           \
	{                                                                                                              \
		"name", "\"FIRST LAST\"", true, false, "the person's name"                                             \
	}
#define LANGUAGE                                                                                                       \
	{                                                                                                              \
		"language", "CODE", false, false, "language of mails: en, de, ..."                                     \
	}

static const struct option_spec org_options[] = { { "partner", NULL, false, false, "a partner, not a customer" },
	END_OPTIONS };
static const struct option_spec deployment_options[] = { { "org", "NAME", true, false, "the Sold-To organisation" },
	{ "end-user", "NAME", false, false, "the End-User company, if another" },
	{ "partner", "NAME", false, false, "the partner that manages it" },
	{ "product", "NAME", false, false, "product or cloud service" }, END_OPTIONS };
static const struct option_spec contact_options[] = { NAME, { "org", "NAME", true, false, "the organisation" },
	{ "employer", "NAME", true, false, "who employs the person" },
	{ "country", "NAME", true, false, "the country" }, { "phone", "NUMBER", false, false, "a telephone number" },
	{ "access", "ORGID=LEVEL", false, true, "access to a deployment: basic, read-only, read-write" }, LANGUAGE,
	END_OPTIONS };
static const struct option_spec approver_options[] = {
	{ "org", "NAME", false, false, "approves for all deployments of this organisation" },
	{ "deployment", "ORGID", false, false, "approves for this deployment" },
	{ "name", "\"FIRST LAST\"", false, false, "the person's name, where the address is new" }, LANGUAGE, END_OPTIONS
};
static const struct option_spec staff_options[] = { NAME, { "queue", "NAME", false, false, "queue or product" },
	LANGUAGE, END_OPTIONS };

const struct verb verbs_people[] = {
	{ "org", "add", "NAME", 1, 1, "Add an organisation", "casectl org add \"Acme Ltd\"", org_options, org_add },
	{ "org", "list", "", 0, 0, "List organisations", "casectl org list", NULL, org_list },
	{ "deployment", "add", "ORGID", 1, 1, "Add a deployment",
	    "casectl deployment add ACME-1 --org \"Acme Ltd\" --product Cloud", deployment_options, deployment_add },
	{ "deployment", "list", "", 0, 0, "List deployments", "casectl deployment list", NULL, deployment_list },
	{ "contact", "add", "ADDRESS", 1, 1, "Add a contact",
	    "casectl contact add eva@acme.example --name \"Eva Lind\" --org \"Acme Ltd\" --employer \"Acme Ltd\" "
	    "--country Sweden "
	    "--access ACME-1=read-write",
	    contact_options, contact_add },
	{ "contact", "list", "", 0, 0, "List contacts", "casectl contact list", NULL, contact_list },
	{ "approver", "add", "ADDRESS", 1, 1, "Name a Designated Approver",
	    "casectl approver add ada@acme.example --name \"Ada Ng\" --org \"Acme Ltd\"", approver_options,
	    approver_add },
	{ "approver", "list", "", 0, 0, "List Designated Approvers", "casectl approver list", NULL, approver_list },
	{ "representative", "add", "ADDRESS", 1, 1, "Add a support representative",
	    "casectl representative add rolf@support.example --name \"Rolf Berg\"", staff_options, representative_add },
	{ "representative", "list", "", 0, 0, "List representatives", "casectl representative list", NULL,
	    representative_list },
	{ "admin", "add", "ADDRESS", 1, 1, "Add an administrator",
	    "casectl admin add root@support.example --name \"Ulla Ek\"", staff_options, admin_add },
	{ "admin", "list", "", 0, 0, "List administrators", "casectl admin list", NULL, admin_list },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
