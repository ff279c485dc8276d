/* SPDX-License-Identifier: ISC
 * access_report.c: casectl access report: who has what, since when, by whose decision.
 */
#include "config.h"

#include "ctl/listing.h"
#include "store/store_people.h"

static void
report_row(struct ctl *c, struct listing *l, const struct access_record *r)
{
	struct str name =
	    arena_format(c->arena, "%.*s %.*s", STR_ARGS(r->person.first_name), STR_ARGS(r->person.last_name));

	listing_row(l);
	listing_text(l, "name", name);
	listing_text(l, "address", r->person.address);
	listing_bool(l, "active", r->person.active);
	listing_text(l, "org_id", r->deployment.org_id);
	listing_text(l, "customer", r->deployment.customer);
	listing_z(l, "level", access_level_name(r->level));
	listing_time(l, "since", r->since);
	listing_text(l, "granted_by", r->granted_by);
	if (r->request)
		listing_number(l, "request", r->request);
	else
		listing_raw(l, "request", STR("null"));
}

/* A member's access counts, and so does everybody's access to a deployment of the organisation. */
static int
access_report_run(struct ctl *c)
{
	static const struct column columns[] = { { "DEPLOYMENT", "org_id" }, { "NAME", "name" },
		{ "ADDRESS", "address" }, { "LEVEL", "level" }, { "SINCE", "since" },
		{ "BY DECISION OF", "granted_by" }, { "REQUEST", "request" } };
	struct access_record *list;
	struct organisation o;
	struct listing *l;
	struct err e;
	size_t n;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (store_organisation_find(c->store, ctl_option(c, "org"), c->arena, &o, &e) < 0 ||
	    store_access_list(c->store, 0, 0, c->arena, &list, &n, &e) < 0)
		return ctl_fail(c, &e);
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		if (list[i].deployment.organisation == o.id || list[i].person.organisation == o.id)
			report_row(c, l, &list[i]);
	return listing_close(l);
}

static const struct option_spec report_options[] = { { "org", "NAME", true, false, "of which organisation" },
	{ NULL, NULL, false, false, NULL } };

const struct verb verbs_access_report[] = {
	{ "access", "report", "", 0, 0, "Show who has what, since when, by whose decision",
	    "casectl access report --org \"Acme Ltd\"", report_options, access_report_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
