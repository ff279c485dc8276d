/* SPDX-License-Identifier: ISC
 * contact.c: casectl contact show and set: what is known of one person, whether mail was stopped, and what changes. Any
 * person of the store, in whatever role, is found by any address of that person. A PIN is not shown here.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/change.h"
#include "ctl/listing.h"
#include "ctl/verbs.h"
#include "store/store_people.h"

static int
contact_show_run(struct ctl *c)
{
	static const struct column columns[] = { { "ADDRESS", "address" }, { "NAME", "name" },
		{ "ORGANISATION", "organisation" }, { "LANGUAGE", "language" }, { "ACTIVE", "active" },
		{ "STOPPED", "undeliverable_at" }, { "WHY", "undeliverable_why" } };
	struct person_record r;
	struct listing *l;
	struct err e;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	listing_row(l);
	listing_number(l, "id", r.person.id);
	listing_text(l, "address", r.person.address);
	listing_text(l, "name",
	    arena_format(c->arena, "%.*s %.*s", STR_ARGS(r.person.first_name), STR_ARGS(r.person.last_name)));
	listing_text(l, "organisation", r.organisation_name);
	listing_text(l, "employer", r.employer);
	listing_text(l, "country", r.country);
	listing_text(l, "language", r.person.language);
	listing_bool(l, "active", r.person.active);
	listing_time(l, "undeliverable_at", r.undeliverable_at);
	listing_text(l, "undeliverable_why", r.undeliverable_why);
	return listing_close(l);
}

static void
field_set(struct ctl *c, struct buf *j, const char *option, struct str *field)
{
	struct str v = ctl_option(c, option);

	if (v.p == NULL || str_equal(v, *field))
		return;
	json_open(j, option, '{');
	json_text(j, "before", *field);
	json_text(j, "after", v);
	json_close(j, '}');
	*field = v;
}

static int
contact_set(struct ctl *c)
{
	struct person_record r;
	struct buf j;
	struct str language;
	struct err e;
	size_t empty;
	int status;

	if (c->n_options == 0)
		return fprintf(stderr, "casectl: name what is to change; see casectl contact set --help\n"), CTL_USAGE;
	if ((status = ctl_language(c, &language)) != CTL_DONE || (status = ctl_begin(c)) != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	buf_init(&j, 1 << 16);
	json_open(&j, NULL, '{');
	json_number(&j, "person", r.person.id);
	empty = j.n;
	field_set(c, &j, "first-name", &r.person.first_name);
	field_set(c, &j, "last-name", &r.person.last_name);
	field_set(c, &j, "employer", &r.employer);
	field_set(c, &j, "country", &r.country);
	field_set(c, &j, "phone", &r.phone);
	field_set(c, &j, "language", &r.person.language);
	if (ctl_has(c, "deliverable"))
		json_bool(&j, "deliverable", true);
	json_close(&j, '}');
	if (j.n == empty + 1) {
		buf_free(&j);
		return ctl_refuse("nothing differs: name a field and its new value");
	}
	if (store_person_set(c->store, &r, &e) < 0 ||
	    (ctl_has(c, "deliverable") && store_person_deliverable(c->store, r.person.id, &e) < 0)) {
		buf_free(&j);
		return ctl_fail(c, &e);
	}
	if ((status = change_audited(c, "contact-set", &j)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"person\":%lld}\n", (long long)r.person.id);
	else
		printf("changed %.*s\n", STR_ARGS(r.person.address));
	return CTL_DONE;
}

static const struct option_spec set_options[] = { { "first-name", "NAME", false, false, "the first name" },
	{ "last-name", "NAME", false, false, "the last name" },
	{ "employer", "NAME", false, false, "who employs the person" },
	{ "country", "NAME", false, false, "the country" }, { "phone", "NUMBER", false, false, "a telephone number" },
	{ "language", "CODE", false, false, "language of mails: en, de, ..." },
	{ "deliverable", NULL, false, false, "send mail again that a bounce or a complaint stopped" }, END_OPTIONS };

const struct verb verbs_contact[] = {
	{ "contact", "show", "ADDRESS", 1, 1, "Show one person, and whether mail was stopped",
	    "casectl contact show eva@acme.example", NULL, contact_show_run },
	{ "contact", "set", "ADDRESS", 1, 1, "Change fields of a contact",
	    "casectl contact set eva@acme.example --last-name Berg --language de", set_options, contact_set },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
