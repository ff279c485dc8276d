/* SPDX-License-Identifier: ISC
 * case_filter.c: from options to a filter of cases. "I" am the person whose address --as gives; the login name of an
 * operator is no address, and nothing is guessed from it.
 */
#include "config.h"

#include "ctl/case_filter.h"

#include <stdio.h>

#include "rules/case.h"
#include "store/store_people.h"

static int
sort_parse(struct str s, enum case_sort *out)
{
	static const char *const names[] = { [CASE_SORT_MODIFIED] = "modified",
		[CASE_SORT_OPENED] = "opened",
		[CASE_SORT_NUMBER] = "number",
		[CASE_SORT_PRIORITY] = "priority" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (s.n == 0 || str_equal(s, str_of(names[i]))) {
			*out = (enum case_sort)i;
			return 0;
		}
	return fprintf(
		   stderr, "casectl: --sort %.*s: modified, opened, number and priority are allowed\n", STR_ARGS(s)),
	       -1;
}

/* A status of the configuration, or a sub-status of one: "open", "awaiting-info", "Pending RCA". */
static int
status_parse(struct ctl *c, struct str s, struct store_case_filter *f)
{
	const struct workflow *w = &c->configuration->workflow;
	struct status status;

	if (s.n == 0)
		return 0;
	if (!workflow_parse(w, s, &status))
		return fprintf(stderr, "casectl: --status %.*s: allowed are %.*s, and their sub-statuses\n",
			   STR_ARGS(s), STR_ARGS(workflow_names(w, c->arena))),
		       -1;
	f->status = status.name;
	if (!workflow_status(w, str_trim(s), STR_NONE, &status))
		f->sub_status = status.sub;
	return 0;
}

int
case_filter_parse(struct ctl *c, struct store_case_filter *f)
{
	int status = ctl_configuration(c);

	if (status != CTL_DONE)
		return status;
	*f = (struct store_case_filter){ .product = ctl_option(c, "product"),
		.type = ctl_has(c, "admin") ? STR("Admin Case") : ctl_option(c, "type"),
		.sub_type = ctl_option(c, "sub-type"),
		.open_only = ctl_has(c, "open"),
		.closed_only = ctl_has(c, "closed"),
		.reverse = ctl_has(c, "reverse") };
	if (f->open_only && f->closed_only)
		return fprintf(stderr, "casectl: --open and --closed leave nothing: give one of them\n"), CTL_USAGE;
	if (ctl_has(c, "admin") && ctl_has(c, "type"))
		return fprintf(stderr, "casectl: --admin is --type \"Admin Case\": give one of them\n"), CTL_USAGE;
	if (f->type.n && !case_type_known(f->type, STR_NONE))
		return fprintf(stderr, "casectl: --type %.*s: no case is of this type\n", STR_ARGS(f->type)), CTL_USAGE;
	if (status_parse(c, ctl_option(c, "status"), f) < 0 || sort_parse(ctl_option(c, "sort"), &f->sort) < 0 ||
	    ctl_since(c, "since", 0, &f->since) < 0)
		return CTL_USAGE;
	return CTL_DONE;
}

/* The id of the person an option names; 0 where it is not given. */
static int
option_person(struct ctl *c, const char *option, int64_t *id, struct err *e)
{
	struct person_record r = { 0 };

	if (ctl_has(c, option) && store_person_find(c->store, ctl_option(c, option), c->arena, &r, e) < 0)
		return -1;
	*id = r.person.id;
	return 0;
}

static int
resolve_me(struct ctl *c, struct store_case_filter *f, struct err *e)
{
	struct person_record me;

	if (!ctl_has(c, "mine") && !ctl_has(c, "company"))
		return 0;
	if (c->as.n == 0)
		return err_set(e, ERR_REJECT, "who am I? Give my address: casectl --as ADDRESS %s %s ...",
		    c->verb->group, c->verb->name);
	if (store_person_find(c->store, c->as, c->arena, &me, e) < 0)
		return err_prefix(e, "--as: ");
	if (ctl_has(c, "company") && me.person.organisation == 0)
		return err_set(e, ERR_REJECT, "%.*s belongs to no organisation: --org NAME names one", STR_ARGS(c->as));
	if (ctl_has(c, "company"))
		f->organisation = me.person.organisation;
	if (ctl_has(c, "mine"))
		f->mine = me.person.id;
	return 0;
}

int
case_filter_resolve(struct ctl *c, struct store_case_filter *f, struct err *e)
{
	struct organisation o;
	struct deployment d;

	if (option_person(c, "contact", &f->contact, e) < 0 || option_person(c, "owner", &f->owner, e) < 0 ||
	    resolve_me(c, f, e) < 0)
		return -1;
	if (ctl_has(c, "org")) {
		if (store_organisation_find(c->store, ctl_option(c, "org"), c->arena, &o, e) < 0)
			return -1;
		f->organisation = o.id;
	}
	if (ctl_has(c, "deployment")) {
		if (store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &d, e) < 0)
			return -1;
		f->deployment = d.id;
	}
	return 0;
}

void
case_fields(struct listing *l, const struct case_view *v)
{
	listing_text(l, "number", v->number);
	listing_text(l, "type", v->type);
	listing_text(l, "sub_type", v->sub_type);
	listing_text(l, "status", v->status);
	listing_text(l, "sub_status", v->sub_status);
	listing_text(l, "priority", v->priority);
	listing_text(l, "org_id", v->deployment.org_id);
	listing_text(l, "customer", v->deployment.customer);
	listing_text(l, "product", v->deployment.product);
	listing_text(l, "contact", v->contact.address);
	listing_text(l, "owner", v->owner.address);
	listing_time(l, "opened_at", v->opened_at);
	listing_time(l, "modified_at", v->modified_at);
	listing_text(l, "subject", v->subject);
}
