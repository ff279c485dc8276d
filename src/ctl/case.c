/* SPDX-License-Identifier: ISC
 * case.c: casectl case: open, show. Lists are in case_list.c, what changes a case later in case_reply.c, case_change.c,
 * case_tie.c and case_send.c; all of it is a plan of rules/case.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/change.h"
#include "ctl/pager.h"
#include "ctl/timeline.h"
#include "rules/case.h"
#include "store/store_cases.h"
#include "store/store_people.h"

static struct str
full_name(struct ctl *c, const struct person *p)
{
	return str_trim(arena_format(c->arena, "%.*s %.*s", STR_ARGS(p->first_name), STR_ARGS(p->last_name)));
}

static int
case_open_run(struct ctl *c)
{
	struct new_case n = { .type = ctl_option(c, "type"),
		.sub_type = ctl_option(c, "sub-type"),
		.priority = ctl_option(c, "priority"),
		.subject = ctl_option(c, "subject") };
	enum access_level level = ACCESS_NONE;
	struct person_record contact, owner;
	struct case_view view;
	struct deployment d;
	struct applied done;
	struct plan plan;
	struct err e;
	int status;

	if (change_text(c, 0, &n.description) < 0)
		return CTL_USAGE;
	if ((status = ctl_begin(c)) != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_option(c, "contact"), c->arena, &contact, &e) < 0 ||
	    store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &d, &e) < 0 ||
	    store_access_level(c->store, contact.person.id, d.id, &level, &e) < 0)
		return ctl_fail(c, &e);
	if (ctl_has(c, "owner")) {
		if (store_person_find(c->store, ctl_option(c, "owner"), c->arena, &owner, &e) < 0)
			return ctl_fail(c, &e);
		n.owner = owner.person.id;
	}
	n.deployment = d.id;
	n.contact = contact.person.id;
	n.type = n.type.n ? n.type : STR("Support Case");
	n.sub_type = n.sub_type.n || !str_equal(n.type, STR("Support Case")) ? n.sub_type : STR("Problem");
	n.priority = n.priority.n ? n.priority : STR("Medium");
	if (case_open(&n, &contact.person, level, &c->configuration->workflow, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-open", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (store_case_get(c->store, done.new_case, c->arena, &view, &e) < 0)
		return ctl_fail(c, &e);
	return change_say(c, view.number, &done, "opened");
}

static int
case_show_run(struct ctl *c)
{
	struct store_entry *entries;
	struct case_view view;
	struct str description;
	struct err e;
	size_t n;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (store_case_find(c->store, ctl_word(c, 0), c->arena, &view, &e) < 0 ||
	    store_case_description(c->store, view.id, c->arena, &description, &e) < 0 ||
	    store_case_timeline(c->store, view.id, c->arena, &entries, &n, &e) < 0)
		return ctl_fail(c, &e);
	if (!c->json && !c->no_pager)
		pager_open();
	if (c->json)
		timeline_json(c, &view, description, entries, n);
	else
		timeline_print(
		    c, &view, full_name(c, &view.contact), full_name(c, &view.owner), description, entries, n);
	return CTL_DONE;
}

static const struct option_spec open_options[] = { { "contact", "ADDRESS", true, false, "the contact" },
	{ "deployment", "ORGID", true, false, "the deployment" },
	{ "subject", "TEXT", true, false, "what it is about" },
	{ "type", "NAME", false, false,
	    "\"Support Case\" (default), \"Service Request\", Incident, \"Feature Request\", \"Admin Case\"" },
	{ "sub-type", "NAME", false, false, "Problem (default), Question, ..." },
	{ "priority", "NAME", false, false, "Low, Medium (default), High" },
	{ "owner", "ADDRESS", false, false, "the owner" }, FILE_OPTION, END_OPTIONS };

const struct verb verbs_case[] = {
	{ "case", "open", "[TEXT]", 0, 1, "Open a case; its contact is told",
	    "casectl case open --contact eva@acme.example --deployment ACME-1 --subject \"Login fails\" \"Since Monday "
	    "...\"",
	    open_options, case_open_run },
	{ "case", "show", "NUMBER", 1, 1, "Show a case as a timeline", "casectl case show 1", NULL, case_show_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
