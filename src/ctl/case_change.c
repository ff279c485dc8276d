/* SPDX-License-Identifier: ISC
 * case_change.c: casectl case: status, statuses, close, reopen, assign. What becomes of the case is a plan of
 * rules/case.h; which way a status leads is the configuration's.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/change.h"
#include "ctl/listing.h"
#include "rules/case.h"
#include "store/store_people.h"

/* Applies what a command has planned, and says it. */
static int
finish(struct ctl *c, const struct case_view *view, const struct plan *plan, const char *event, const char *what)
{
	struct applied done;
	int status = ctl_apply(c, plan, event, NULL, 0, &done);

	return status == CTL_DONE ? change_say(c, view->number, &done, what) : status;
}

static int
case_status_run(struct ctl *c)
{
	struct str sub = ctl_option(c, "sub-status");
	struct case_view view;
	struct person author;
	struct status to;
	struct plan plan;
	struct err e;
	int status;

	if ((status = change_begin(c, 0, &view, &author)) != CTL_DONE ||
	    (status = change_status(c, ctl_word(c, 1), &to)) != CTL_DONE)
		return status;
	if (sub.p && !workflow_status(&c->configuration->workflow, to.name, sub, &to))
		return ctl_refuse("%.*s has no sub-status %.*s", STR_ARGS(to.name), STR_ARGS(sub));
	if (case_set_status(&view, &author, &to, &c->configuration->workflow, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	return finish(c, &view, &plan, "case-status", "status changed");
}

static int
case_close_run(struct ctl *c)
{
	struct case_view view;
	struct person author;
	struct plan plan;
	struct err e;
	int status = change_begin(c, 0, &view, &author);

	if (status != CTL_DONE)
		return status;
	if (case_close(&view, &author, ctl_option(c, "sub-status"), &c->configuration->workflow, c->arena, &plan, &e) <
	    0)
		return ctl_fail(c, &e);
	return finish(c, &view, &plan, "case-close", "closed");
}

static int
case_reopen_run(struct ctl *c)
{
	struct case_view view;
	struct person author;
	struct plan plan;
	struct err e;
	int status = change_begin(c, 0, &view, &author);

	if (status != CTL_DONE)
		return status;
	if (case_reopen(&view, &author, &c->configuration->workflow, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	return finish(c, &view, &plan, "case-reopen", "opened again");
}

static int
case_assign_run(struct ctl *c)
{
	struct person_record owner;
	struct case_view view;
	struct person author;
	struct plan plan;
	struct err e;
	int status = change_begin(c, 0, &view, &author);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 1), c->arena, &owner, &e) < 0 ||
	    case_assign(&view, &author, &owner.person, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	return finish(c, &view, &plan, "case-assign", "assigned");
}

static int
case_statuses_run(struct ctl *c)
{
	static const struct column columns[] = { { "STATUS", "status" }, { "SUB-STATUS", "sub_status" },
		{ "KIND", "kind" }, { "A PERSON MOVES IT TO", "to" } };
	static const char *const kinds[] = {
		[STATUS_OPEN] = "open", [STATUS_SOLUTION] = "solution", [STATUS_CLOSED] = "closed"
	};
	const struct workflow *w;
	struct listing *l;
	int status = ctl_configuration(c);

	if (status != CTL_DONE)
		return status;
	w = &c->configuration->workflow;
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < w->n_statuses; i++)
		for (size_t k = 0; k < w->statuses[i].sub_statuses.n; k++) {
			listing_row(l);
			listing_text(l, "status", w->statuses[i].name);
			listing_text(l, "sub_status", w->statuses[i].sub_statuses.list[k]);
			listing_z(l, "kind", kinds[w->statuses[i].kind]);
			listing_text(l, "to", workflow_ways(w, w->statuses[i].name, c->arena));
		}
	return listing_close(l);
}

static const struct option_spec status_options[] = { BY, VERSION_OPTION,
	{ "sub-status", "NAME", false, false, "the sub-status" }, END_OPTIONS };
static const struct option_spec close_options[] = { BY, VERSION_OPTION,
	{ "sub-status", "NAME", false, false, "how it ended: Resolved (default), Cancelled, ..." }, END_OPTIONS };
static const struct option_spec change_options[] = { BY, VERSION_OPTION, END_OPTIONS };

const struct verb verbs_case_change[] = {
	{ "case", "status", "NUMBER STATUS", 2, 2, "Change the status; the contact is told",
	    "casectl case status 1 awaiting-info", status_options, case_status_run },
	{ "case", "statuses", "", 0, 0, "List the statuses and where each leads", "casectl case statuses", NULL,
	    case_statuses_run },
	{ "case", "close", "NUMBER", 1, 1, "Close a case; the contact is told",
	    "casectl case close 1 --sub-status Cancelled", close_options, case_close_run },
	{ "case", "reopen", "NUMBER", 1, 1, "Open a closed case again; the contact is told", "casectl case reopen 1",
	    change_options, case_reopen_run },
	{ "case", "assign", "NUMBER ADDRESS", 2, 2, "Give the case an owner",
	    "casectl case assign 1 rolf@support.example", change_options, case_assign_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
