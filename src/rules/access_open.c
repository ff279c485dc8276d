/* SPDX-License-Identifier: ISC
 * access_open.c: a new access request, and a pending one that is changed.
 *
 * A request is checked whole before anything is planned. Its lines get the approvers that may decide them: nobody
 * decides about access of his own that somebody else asked for. Who asked and is an approver has approved (A4).
 */
#include "config.h"

#include "rules/access.h"

#include "rules/notice.h"

#define ADMIN_TYPE STR("Admin Case")
#define ADMIN_SUB_TYPE STR("Add/Remove Support Access")

/* The request opened, so that the approvers that must not decide are gone: nobody decides about access of his own,
 * unless he may and asked for it himself (A4). */
static struct access_request *
without_grantee(const struct access_request *r, const struct policy *policy, struct arena *a)
{
	struct access_request *out = arena_new(a, struct access_request);

	*out = *r;
	out->lines = arena_array(a, r->n_lines, sizeof(*out->lines));
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct request_line *from = &r->lines[i];
		struct request_line *to = &out->lines[i];

		*to = *from;
		to->state = LINE_PENDING;
		to->takes_effect_at = 0; /* a changed request has to be approved anew */
		to->self_grant = policy->approval_self_grant && r->requester.id &&
				 r->requester.id == request_line_person(r, from)->id;
		to->approvers = arena_array(a, from->n_approvers, sizeof(*to->approvers));
		to->givers = from->givers ? arena_array(a, from->n_approvers, sizeof(*to->givers)) : NULL;
		to->n_approvers = 0;
		for (size_t k = 0; k < from->n_approvers; k++) {
			const struct person *who = &from->approvers[k];

			if (person_same(who, request_line_person(r, from)) && !to->self_grant)
				continue;
			if (to->givers)
				to->givers[to->n_approvers] = from->givers[k];
			to->approvers[to->n_approvers++] = *who;
		}
	}
	return out;
}

/* When time does what to a request opened at now (A6). What would come after the expiry never comes. */
static void
set_times(struct access_request *r, const struct policy *policy, int64_t now)
{
	if (policy->calendar && policy->reminder_business_days)
		r->remind_at = calendar_after(policy->calendar, now, policy->reminder_business_days);
	if (policy->calendar && policy->escalation_business_days)
		r->escalate_at = calendar_after(policy->calendar, now, policy->escalation_business_days);
}

/* "Support access for Eva Lind", or "Support access copied from ACME-1: Eva Lind, Bo Falk"; and the whole in words. */
static void
name_case(struct arena *a, const struct access_request *r, struct new_case *c)
{
	struct str people = access_people_text(a, r), lines = access_lines_text(a, r, 0);

	if (r->source.id) {
		c->subject = arena_format(
		    a, "Support access copied from %.*s: %.*s", STR_ARGS(r->source.org_id), STR_ARGS(people));
		c->description = arena_format(a, "Access copied from %.*s, requested by %.*s:\n%.*s",
		    STR_ARGS(r->source.org_id), STR_ARGS(r->requester_name), STR_ARGS(lines));
		return;
	}
	c->subject = arena_format(a, "Support access for %.*s", STR_ARGS(people));
	c->description = arena_format(a, "Access for %.*s <%.*s>, requested by %.*s:\n%.*s", STR_ARGS(people),
	    STR_ARGS(r->person.address), STR_ARGS(r->requester_name), STR_ARGS(lines));
}

static void
open_case(struct plan *p, const struct access_request *r)
{
	struct effect *f = plan_effect(p, EFFECT_CASE_OPEN);

	f->case_id = PLAN_NEW;
	f->person = r->requester;
	f->way = WAY_CASECTL;
	f->new_case = (struct new_case){ .type = ADMIN_TYPE,
		.sub_type = ADMIN_SUB_TYPE,
		.priority = STR("Medium"),
		.deployment = r->lines[0].deployment.id,
		.contact = r->requester.is_contact ? r->requester.id : r->person.id };
	name_case(p->arena, r, &f->new_case);
	f = plan_effect(p, EFFECT_REQUEST_OPEN);
	f->case_id = f->request_id = PLAN_NEW;
	f->request = r;
}

/* Whether approver k of line i was asked for an earlier line. */
static bool
asked_before(const struct access_request *r, size_t i, size_t k)
{
	for (size_t j = 0; j < i; j++)
		if (request_line_open_to(&r->lines[j], r->lines[i].approvers[k].id))
			return true;
	return false;
}

void
access_ask(struct plan *p, const struct access_request *r, const struct person *to)
{
	struct notice *n;

	if (access_lines_of(r, to->id) == 0 || !person_reachable(to) || person_same(&r->person, to))
		return;
	n = access_notice(p, NOTICE_ACCESS_REQUEST, to, r);
	n->token = TOKEN_OF_APPROVAL;
	access_describe(p, n, r, to->id);
	notice_value(p, n, "expires_at", notice_time(p->arena, r->expires_at));
}

static bool
ask_approvers(struct plan *p, const struct access_request *r, size_t i)
{
	const struct request_line *l = &r->lines[i];
	bool reachable = false;

	for (size_t k = 0; k < l->n_approvers; k++) {
		const struct person *to = &l->approvers[k];

		if (!person_reachable(to))
			continue;
		reachable = true;
		if (asked_before(r, i, k))
			continue;
		access_ask(p, r, to);
	}
	return reachable;
}

/* Of lines that nobody can decide: the deployments, each once. */
static struct str
deployments_text(struct arena *a, const struct access_request *r)
{
	struct str text = STR_NONE;

	for (size_t i = 0; i < r->n_lines; i++) {
		struct str org_id = r->lines[i].deployment.org_id;
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again = r->lines[k].deployment.id == r->lines[i].deployment.id;
		if (!again)
			text = arena_format(a, "%.*s%s%.*s", STR_ARGS(text), text.n ? ", " : "", STR_ARGS(org_id));
	}
	return text;
}

static void
escalate(struct plan *p, const struct access_request *r, const struct access_request *stuck, const struct snapshot *s)
{
	struct str detail =
	    arena_format(p->arena, "nobody can approve access to %.*s", STR_ARGS(deployments_text(p->arena, stuck)));

	for (size_t i = 0; i < s->n_administrators; i++) {
		struct notice *n;

		if (!person_reachable(&s->administrators[i]))
			continue;
		n = access_notice(p, NOTICE_ESCALATION, &s->administrators[i], r);
		notice_value(p, n, "lines", access_lines_text(p->arena, stuck, 0));
		notice_value(p, n, "reason", STR("no-approver"));
		notice_value(p, n, "no_approver", STR("yes"));
		notice_value(p, n, "detail", detail);
	}
}

/* Asks about every pending line; the administrators get one mail about those that nobody can decide. */
static void
ask_all(struct plan *p, const struct access_request *r, const struct snapshot *s)
{
	struct access_request stuck = *r;

	stuck.lines = arena_array(p->arena, r->n_lines, sizeof(*stuck.lines));
	stuck.n_lines = 0;
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING && !ask_approvers(p, r, i))
			stuck.lines[stuck.n_lines++] = r->lines[i];
	if (stuck.n_lines > 0)
		escalate(p, r, &stuck, s);
}

int
access_request_open(const struct access_request *r, const struct snapshot *s, const struct policy *policy,
    struct arena *a, struct plan *out, struct err *e)
{
	const struct access_problem *problem = access_request_check(r, s, policy, a);
	struct access_request *open;
	const struct access_request *now;

	if (problem != NULL)
		return err_set(e, ERR_REJECT, "%.*s", STR_ARGS(problem->words));
	plan_init(out, a);
	now = open = without_grantee(r, policy, a);
	set_times(open, policy, s->now);
	open_case(out, open);
	if (r->requester.id && access_lines_of(open, r->requester.id) > 0) {
		struct access_decision self = { .decider = &r->requester,
			.approve = true,
			.rule = "the request was made by a designated approver",
			.way = WAY_SYSTEM,
			.now = s->now };

		now = access_decide(out, open, &self);
	}
	ask_all(out, now, s);
	return 0;
}

/* The pending lines of r alone. */
static struct access_request
pending_of(const struct access_request *r, struct arena *a)
{
	struct access_request out = *r;

	out.lines = arena_array(a, r->n_lines, sizeof(*out.lines));
	out.n_lines = 0;
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING)
			out.lines[out.n_lines++] = r->lines[i];
	return out;
}

/* Says in every mail of p to an approver what was asked before. */
static void
say_before(struct plan *p, struct str before)
{
	for (struct effect *f = p->effects; f; f = f->next)
		if (f->kind == EFFECT_NOTICE && f->notice.kind == NOTICE_ACCESS_REQUEST)
			notice_value(p, &f->notice, "changed_from", before);
}

int
access_request_edit(const struct access_request *old, const struct access_request *edited, const struct snapshot *s,
    const struct policy *policy, struct str who, struct arena *a, struct plan *out, struct err *e)
{
	struct access_request was = pending_of(old, a), *now;
	struct str before = access_lines_text(a, &was, 0), after = access_lines_text(a, edited, 0);
	const struct access_problem *problem;
	struct effect *f;

	if (was.n_lines == 0)
		return err_set(e, ERR_REJECT, "request %lld is not pending", (long long)old->id);
	if (edited->n_lines == 0)
		return err_set(e, ERR_REJECT, "nothing would be left of the request: withdraw it instead");
	if (str_equal(before, after))
		return err_set(e, ERR_REJECT, "nothing to change: that is what the request asks for");
	problem = access_request_check(edited, s, policy, a);
	if (problem != NULL)
		return err_set(e, ERR_REJECT, "%.*s", STR_ARGS(problem->words));
	plan_init(out, a);
	now = without_grantee(edited, policy, a);
	set_times(now, policy, s->now);
	f = plan_effect(out, EFFECT_REQUEST_EDIT);
	f->request_id = old->id;
	f->case_id = old->case_id;
	f->request = now;
	plan_update(out, old->case_id, &(struct person){ 0 }, WAY_CASECTL, UPDATE_PUBLIC,
	    arena_format(a, "The request was changed by %.*s. Before:\n%.*s\nNow:\n%.*s", STR_ARGS(who),
		STR_ARGS(before), STR_ARGS(after)));
	ask_all(out, now, s);
	say_before(out, before);
	out->case_id = old->case_id;
	out->request_id = old->id;
	return 0;
}
