/* SPDX-License-Identifier: ISC
 * contact.c: casectl contact show and set: what is known of one person, and mail that was stopped.
 *
 * Any person of the store, in whatever role, is found by any address of that person. A PIN is not shown here.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/listing.h"
#include "store/store_audit.h"
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

static int
contact_set_run(struct ctl *c)
{
	struct person_record r;
	struct buf j;
	struct err e;
	int ok, status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0 ||
	    store_person_deliverable(c->store, r.person.id, &e) < 0)
		return ctl_fail(c, &e);
	buf_init(&j, 1 << 16);
	json_open(&j, NULL, '{');
	json_text(&j, "contact", r.person.address);
	json_bool(&j, "deliverable", true);
	json_close(&j, '}');
	ok = store_audit_add(c->store, "contact-set", c->who, 0, 0, buf_str(&j), c->now, &e);
	status = ok < 0 ? ctl_fail(c, &e) : ctl_commit(c);
	if (status == CTL_DONE && c->json)
		puts(buf_z(&j));
	else if (status == CTL_DONE)
		printf("mail to %.*s is sent again\n", STR_ARGS(r.person.address));
	buf_free(&j);
	return status;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec set_options[] = {
	{ "deliverable", NULL, true, false, "send mail again that a bounce or a complaint stopped" }, END_OPTIONS
};

const struct verb verbs_contact[] = {
	{ "contact", "show", "ADDRESS", 1, 1, "Show one person, and whether mail was stopped",
	    "casectl contact show eva@acme.example", NULL, contact_show_run },
	{ "contact", "set", "ADDRESS", 1, 1, "Change what is known of one person",
	    "casectl contact set eva@acme.example --deliverable", set_options, contact_set_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
