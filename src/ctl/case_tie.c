/* SPDX-License-Identifier: ISC
 * case_tie.c: casectl case: merge, split, move. What becomes of the cases is a plan of rules/case.h.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/change.h"
#include "rules/case.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define UPDATES_MOST 30

static int
finish(struct ctl *c, const struct case_view *view, const struct plan *plan, const char *event, const char *what)
{
	struct applied done;
	int status = ctl_apply(c, plan, event, NULL, 0, &done);

	return status == CTL_DONE ? change_say(c, view->number, &done, what) : status;
}

static int
case_merge_run(struct ctl *c)
{
	enum access_level level = ACCESS_NONE;
	struct case_view view, into;
	struct person author;
	struct plan plan;
	struct err e;
	int status = change_begin(c, 0, &view, &author);

	if (status != CTL_DONE)
		return status;
	if (store_case_find(c->store, ctl_option(c, "into"), c->arena, &into, &e) < 0 ||
	    store_access_level(c->store, view.contact.id, into.deployment.id, &level, &e) < 0 ||
	    case_merge(&view, &into, &author, level >= ACCESS_READ_ONLY, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	return finish(c, &into, &plan, "case-merge",
	    arena_z(c->arena, arena_format(c->arena, "case %.*s merged into it", STR_ARGS(view.number))));
}

static int
case_split_run(struct ctl *c)
{
	int64_t updates[UPDATES_MOST];
	struct case_view view, made;
	struct applied done;
	struct person author;
	struct plan plan;
	struct err e;
	size_t n;
	int status;

	if ((status = change_updates(c, updates, UPDATES_MOST, &n)) != CTL_DONE ||
	    (status = change_begin(c, 0, &view, &author)) != CTL_DONE)
		return status;
	if (case_split(&view, &author, ctl_option(c, "subject"), updates, n, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-split", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (store_case_get(c->store, done.new_case, c->arena, &made, &e) < 0)
		return ctl_fail(c, &e);
	return change_say(c, made.number, &done,
	    arena_z(c->arena, arena_format(c->arena, "split from case %.*s", STR_ARGS(view.number))));
}

/* The contact that a moved case shall have, and the level there. */
static int
contact_of(struct ctl *c, const struct case_view *view, const struct deployment *to, struct person *contact,
    enum access_level *level, struct err *e)
{
	struct person_record r;

	*contact = view->contact;
	if (ctl_has(c, "contact")) {
		if (store_person_find(c->store, ctl_option(c, "contact"), c->arena, &r, e) < 0)
			return -1;
		*contact = r.person;
	}
	*level = ACCESS_NONE;
	return contact->id ? store_access_level(c->store, contact->id, to->id, level, e) : 0;
}

/* Another organisation's people will see what was said: that is asked. */
static int
move_ask(struct ctl *c, const struct case_view *view, const struct deployment *to)
{
	if (view->deployment.organisation == to->organisation || ctl_has(c, "yes"))
		return CTL_DONE;
	fprintf(stderr, "casectl: %.*s belongs to %.*s: its people will see all public updates of case %.*s\n",
	    STR_ARGS(to->org_id), STR_ARGS(to->customer), STR_ARGS(view->number));
	if (!change_has_terminal())
		return ctl_refuse("nothing was done; give --yes if that is meant");
	return change_agrees("Move it?") ? CTL_DONE : ctl_refuse("nothing was done");
}

static int
case_move_run(struct ctl *c)
{
	enum access_level level;
	struct person author, contact;
	struct case_view view;
	struct deployment to;
	struct plan plan;
	struct err e;
	int status;

	if ((status = ctl_store(c, STORE_WRITE)) != CTL_DONE)
		return status;
	if (store_case_find(c->store, ctl_word(c, 0), c->arena, &view, &e) < 0 ||
	    store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &to, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = move_ask(c, &view, &to)) != CTL_DONE ||
	    (status = change_begin(c, ctl_has(c, "version") ? 0 : view.version, &view, &author)) != CTL_DONE)
		return status;
	if (store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &to, &e) < 0 ||
	    contact_of(c, &view, &to, &contact, &level, &e) < 0 ||
	    case_move(&view, &author, &to, &contact, level, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	return finish(c, &view, &plan, "case-move",
	    arena_z(c->arena, arena_format(c->arena, "moved to %.*s", STR_ARGS(to.org_id))));
}

static const struct option_spec merge_options[] = { { "into", "NUMBER", true, false, "the case that stays" }, BY,
	VERSION_OPTION, END_OPTIONS };
static const struct option_spec split_options[] = { { "subject", "TEXT", true, false, "what the new case is about" },
	UPDATE_OPTION("an update that goes to it; case show has the numbers"), BY, VERSION_OPTION, END_OPTIONS };
static const struct option_spec move_options[] = { { "deployment", "ORGID", true, false, "where it belongs" },
	{ "contact", "ADDRESS", false, false, "its contact there, where that is another" }, BY, VERSION_OPTION, YES,
	END_OPTIONS };

const struct verb verbs_case_tie[] = {
	{ "case", "merge", "NUMBER", 1, 1, "Merge a case into another; its contact is told",
	    "casectl case merge 2 --into 1", merge_options, case_merge_run },
	{ "case", "split", "NUMBER", 1, 1, "Move updates into a case of their own; its contact is told",
	    "casectl case split 1 --subject \"Printing fails\" --update 3 --update 4", split_options, case_split_run },
	{ "case", "move", "NUMBER", 1, 1, "Move a case to another deployment",
	    "casectl case move 1 --deployment ACME-2 --contact eva@acme.example", move_options, case_move_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
