/* SPDX-License-Identifier: ISC
 * access_end.c: casectl access revoke, cancel, offboard: access taken back at once (A8). What takes more than one level
 * shows a summary first, and is done with --yes only.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/ctl.h"
#include "daemon/apply.h"
#include "rules/access_end.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define HELD_MOST 100000

static int
access_revoke_run(struct ctl *c)
{
	struct person_record who;
	struct deployment d;
	struct applied done;
	enum access_level held;
	struct plan plan;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &who, &e) < 0 ||
	    store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &d, &e) < 0 ||
	    store_access_level(c->store, who.person.id, d.id, &held, &e) < 0 ||
	    access_revoke(&who.person, &d, held, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "access-revoke", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"revoked\":\"%s\"}\n", access_level_name(held));
	else
		printf("%.*s: %s on %.*s taken back\n", STR_ARGS(who.person.address), access_level_name(held),
		    STR_ARGS(d.org_id));
	return CTL_DONE;
}

static int
access_cancel_run(struct ctl *c)
{
	struct access_request r;
	struct applied done;
	struct plan plan;
	long long id;
	struct err e;
	int status;

	if (!str_to_number(ctl_word(c, 0), &id))
		return fprintf(stderr, "casectl: %s: the number of a request is allowed\n", c->words[0]), CTL_USAGE;
	if ((status = ctl_begin(c)) != CTL_DONE)
		return status;
	if (store_request_get(c->store, id, c->arena, &r, &e) < 0 || access_cancel(&r, c->who, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "access-cancel", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"request\":%lld,\"state\":\"cancelled\"}\n", id);
	else
		printf("request %lld is withdrawn\n", id);
	return CTL_DONE;
}

/* --- offboard --- */

struct leaving {
	struct access_leaving l;
	struct person *people;
	struct access_held *held;
	struct access_record *records; /* as held */
};

static int
add_person(struct ctl *c, struct leaving *x, const struct person *p, struct err *e)
{
	struct person *all;

	for (size_t i = 0; i < x->l.n_people; i++)
		if (x->people[i].id == p->id)
			return 0;
	if (x->l.n_people == HELD_MOST)
		return err_set(e, ERR_REJECT, "more than %d people", HELD_MOST);
	if ((x->l.n_people & (x->l.n_people - 1)) == 0) {
		all = arena_array(c->arena, x->l.n_people ? x->l.n_people * 2 : 1, sizeof(*all));
		for (size_t i = 0; i < x->l.n_people; i++)
			all[i] = x->people[i];
		x->people = all;
	}
	x->people[x->l.n_people++] = *p;
	x->l.people = x->people;
	return 0;
}

static int
people_of(struct ctl *c, struct leaving *x, int64_t organisation, struct err *e)
{
	static const enum person_role roles[] = { ROLE_CONTACT, ROLE_APPROVER };

	for (size_t k = 0; k < 2; k++) {
		struct person_record *list;
		size_t n;

		if (store_person_list(c->store, roles[k], c->arena, &list, &n, e) < 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (list[i].person.organisation == organisation && list[i].person.active &&
			    add_person(c, x, &list[i].person, e) < 0)
				return -1;
	}
	return 0;
}

static bool
has_other_role(const struct person *p)
{
	return p->is_contact || p->is_representative || p->is_administrator;
}

/* Whether an approver approves for the organisation or its deployments, and for nobody else. *out. */
static int
approves_only_for(struct ctl *c, const struct approver_record *all, size_t n, int64_t person,
    const struct organisation *o, bool *out, struct err *e)
{
	*out = true;
	for (size_t i = 0; i < n && *out; i++) {
		struct deployment d = { 0 };

		if (all[i].person.id != person)
			continue;
		if (all[i].org_id.n && store_deployment_find(c->store, all[i].org_id, c->arena, &d, e) < 0)
			return -1;
		*out = all[i].org_id.n ? d.organisation == o->id : str_equal_nocase(all[i].organisation_name, o->name);
	}
	return 0;
}

/* Approvers who belong to no organisation and are nothing else leave with the one that they approve for. */
static int
approvers_of(struct ctl *c, struct leaving *x, const struct organisation *o, struct err *e)
{
	struct approver_record *all;
	size_t n;

	if (store_approver_list(c->store, c->arena, &all, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct person *p = &all[i].person;
		bool only;

		if (!p->active || p->organisation || has_other_role(p))
			continue;
		if (approves_only_for(c, all, n, p->id, o, &only, e) < 0 || (only && add_person(c, x, p, e) < 0))
			return -1;
	}
	return 0;
}

static int
leaving_who(struct ctl *c, struct leaving *x)
{
	struct person_record who;
	struct organisation o;
	struct err e;

	if (ctl_has(c, "org") == (c->n_words == 1))
		return ctl_refuse("give either the ADDRESS of a person or --org NAME");
	if (ctl_has(c, "org")) {
		if (store_organisation_find(c->store, ctl_option(c, "org"), c->arena, &o, &e) < 0 ||
		    people_of(c, x, o.id, &e) < 0 || approvers_of(c, x, &o, &e) < 0)
			return ctl_fail(c, &e);
		x->l.organisation = o.id;
		return CTL_DONE;
	}
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &who, &e) < 0)
		return ctl_fail(c, &e);
	if (!who.person.active)
		return ctl_refuse("%.*s has left already", STR_ARGS(who.person.address));
	return add_person(c, x, &who.person, &e) < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

/* Levels of those who leave, and of everybody on deployments of the company that leaves. */
static int
leaving_access(struct ctl *c, struct leaving *x)
{
	struct access_record *list;
	struct err e;
	size_t n;

	if (store_access_list(c->store, 0, 0, c->arena, &list, &n, &e) < 0)
		return ctl_fail(c, &e);
	x->held = arena_array(c->arena, n, sizeof(*x->held));
	x->records = arena_array(c->arena, n, sizeof(*x->records));
	for (size_t i = 0; i < n; i++) {
		bool takes = x->l.organisation && list[i].deployment.organisation == x->l.organisation;

		for (size_t k = 0; k < x->l.n_people && !takes; k++)
			takes = x->people[k].id == list[i].person.id;
		if (!takes)
			continue;
		x->records[x->l.n_held] = list[i];
		x->held[x->l.n_held++] = (struct access_held){ list[i].person, list[i].deployment.id };
	}
	x->l.held = x->held;
	return CTL_DONE;
}

static int
leaving_load(struct ctl *c, struct leaving *x)
{
	struct access_request *pending;
	struct person *administrators;
	struct err e;
	int status;

	*x = (struct leaving){ 0 };
	if ((status = leaving_who(c, x)) != CTL_DONE || (status = leaving_access(c, x)) != CTL_DONE)
		return status;
	if (store_request_list(c->store, true, c->arena, &pending, &x->l.n_pending, &e) < 0 ||
	    store_administrators(c->store, c->arena, &administrators, &x->l.n_administrators, &e) < 0)
		return ctl_fail(c, &e);
	x->l.pending = pending;
	x->l.administrators = administrators;
	return CTL_DONE;
}

static size_t
requests_ending(const struct leaving *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->l.n_pending; i++)
		n += access_leaving_lines(&x->l, &x->l.pending[i]) > 0;
	return n;
}

static void
show_leaving(const struct ctl *c, const struct leaving *x, bool done)
{
	size_t requests = requests_ending(x);

	if (c->json) {
		printf("{\"people\":%zu,\"access\":%zu,\"requests\":%zu,\"done\":%s}\n", x->l.n_people, x->l.n_held,
		    requests, done ? "true" : "false");
		return;
	}
	for (size_t i = 0; i < x->l.n_people; i++)
		printf("leaves\t%.*s\n", STR_ARGS(x->people[i].address));
	for (size_t i = 0; i < x->l.n_held; i++)
		printf("access\t%.*s\t%.*s\t%s\n", STR_ARGS(x->records[i].person.address),
		    STR_ARGS(x->records[i].deployment.org_id), access_level_name(x->records[i].level));
	for (size_t i = 0; i < x->l.n_pending; i++)
		if (access_leaving_lines(&x->l, &x->l.pending[i]))
			printf("request\t%lld\n", (long long)x->l.pending[i].id);
	printf("%s: %zu people, %zu levels of access, %zu pending requests\n", done ? "removed" : "to be removed",
	    x->l.n_people, x->l.n_held, requests);
}

static int
access_offboard_run(struct ctl *c)
{
	struct leaving x;
	struct applied done;
	struct plan plan;
	int status = ctl_begin(c);

	if (status != CTL_DONE || (status = leaving_load(c, &x)) != CTL_DONE)
		return status;
	if (!ctl_has(c, "yes")) {
		show_leaving(c, &x, false);
		return ctl_refuse("nothing was changed; with --yes it is done");
	}
	access_offboard(&x.l, c->arena, &plan);
	if ((status = ctl_apply(c, &plan, "access-offboard", NULL, 0, &done)) == CTL_DONE)
		show_leaving(c, &x, true);
	return status;
}

static int
access_reactivate_run(struct ctl *c)
{
	struct person_record who;
	struct applied done;
	struct plan plan;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &who, &e) < 0 ||
	    access_reactivate(&who.person, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "access-reactivate", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (c->json)
		puts("{\"active\":true}");
	else
		printf(
		    "%.*s is active again; access and approvals have to be given anew\n", STR_ARGS(who.person.address));
	return CTL_DONE;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec revoke_options[] = { { "deployment", "ORGID", true, false, "where" }, END_OPTIONS };
static const struct option_spec offboard_options[] = {
	{ "org", "NAME", false, false, "all people of an organisation, and all access to its deployments" },
	{ "yes", NULL, false, false, "do it; without it only a summary is shown" }, END_OPTIONS
};

const struct verb verbs_access_end[] = {
	{ "access", "revoke", "ADDRESS", 1, 1, "Take access to a deployment back at once",
	    "casectl access revoke max@acme.example --deployment ACME-1", revoke_options, access_revoke_run },
	{ "access", "cancel", "REQUEST", 1, 1, "Withdraw a pending access request", "casectl access cancel 1", NULL,
	    access_cancel_run },
	{ "access", "offboard", "[ADDRESS]", 0, 1, "Remove all access of who leaves, requests and reply addresses too",
	    "casectl access offboard max@acme.example --yes", offboard_options, access_offboard_run },
	{ "access", "reactivate", "ADDRESS", 1, 1, "Let a person who was offboarded come back, without access",
	    "casectl access reactivate max@acme.example", NULL, access_reactivate_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
