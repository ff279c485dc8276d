/* SPDX-License-Identifier: ISC
 * access_report.c: casectl access report: who has what, since when, by whose decision.
 */
#include "config.h"

#include "ctl/listing.h"
#include "store/store_people.h"

/* A member's access counts, and so does everybody's access to a deployment of the organisation. */
static int
report_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	struct access_record **list = out;
	struct organisation o;
	size_t all, kept = 0;

	(void)filter;
	if (store_organisation_find(c->store, ctl_option(c, "org"), c->arena, &o, e) < 0 ||
	    store_access_list(c->store, 0, 0, c->arena, list, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < all; i++)
		if ((*list)[i].deployment.organisation == o.id || (*list)[i].person.organisation == o.id)
			(*list)[kept++] = (*list)[i];
	*n = kept;
	return 0;
}

static void
report_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct access_record *r = record;

	listing_row(l);
	listing_text(l, "name", person_full_name(&r->person, c->arena));
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

static int
access_report_run(struct ctl *c)
{
	static const struct column columns[] = { { "DEPLOYMENT", "org_id" }, { "NAME", "name" },
		{ "ADDRESS", "address" }, { "LEVEL", "level" }, { "SINCE", "since" },
		{ "BY DECISION OF", "granted_by" }, { "REQUEST", "request" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct access_record, report_load, report_show);

	return listing_run(c, &source, NULL);
}

static const struct option_spec report_options[] = { { "org", "NAME", true, false, "of which organisation" },
	{ NULL, NULL, false, false, NULL } };

const struct verb verbs_access_report[] = {
	{ "access", "report", "", 0, 0, "Show who has what, since when, by whose decision",
	    "casectl access report --org \"Acme Ltd\"", report_options, access_report_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
