/* SPDX-License-Identifier: ISC
 * access_open.c: a new access request, and access taken back at once.
 *
 * A request is checked whole before anything is planned. Its lines get the approvers that may decide them: nobody
 * decides about access of his own that somebody else asked for. Who asked and is an approver has approved (A4).
 */
#include "config.h"

#include "rules/access.h"

#include "rules/notice.h"

#define ADMIN_TYPE STR("Admin Case")
#define ADMIN_SUB_TYPE STR("Add/Remove Support Access")

bool
access_free_mail(struct str address, const struct strings *free_mail_domains)
{
	struct str domain = str_skip(address, (size_t)(str_rfind_char(address, '@') + 1));

	for (size_t i = 0; i < free_mail_domains->n; i++)
		if (str_equal_nocase(domain, free_mail_domains->list[i]))
			return true;
	return false;
}

static int
check_person(const struct access_request *r, const struct policy *policy, struct err *e)
{
	const struct person *p = &r->person;

	if (p->id)
		return p->active ? 0 : err_set(e, ERR_REJECT, "%.*s is not active", STR_ARGS(p->address));
	if (!p->first_name.n || !p->last_name.n || !p->address.n || !r->employer.n || !r->country.n)
		return err_set(
		    e, ERR_REJECT, "a new person needs first name, last name, work e-mail, employer and country");
	if (access_free_mail(p->address, &policy->free_mail_domains))
		return err_set(
		    e, ERR_REJECT, "%.*s is a free-mail address: a corporate one is needed", STR_ARGS(p->address));
	return 0;
}

static enum access_level
wanted(const struct request_line *l)
{
	return l->removal ? ACCESS_NONE : l->level;
}

static int
check_line(const struct access_request *r, size_t i, struct err *e)
{
	const struct request_line *l = &r->lines[i];
	const struct deployment *d = &l->deployment;

	for (size_t k = 0; k < i; k++)
		if (r->lines[k].deployment.id == d->id)
			return err_set(e, ERR_REJECT, "%.*s is named twice", STR_ARGS(d->org_id));
	if ((unsigned)l->level >= ACCESS_LEVELS)
		return err_set(e, ERR_REJECT, "%.*s: unknown level", STR_ARGS(d->org_id));
	if (wanted(l) == l->before)
		return err_set(e, ERR_REJECT, "%.*s: nothing to change, the level is %s", STR_ARGS(d->org_id),
		    access_level_name(l->before));
	if (d->partner && wanted(l) == ACCESS_READ_WRITE && r->person.organisation != d->partner)
		return err_set(e, ERR_REJECT,
		    "%.*s is managed by a partner: only its members may hold read-write, others read-only at most",
		    STR_ARGS(d->org_id));
	return 0;
}

/* Whether the same is being asked for already; a change of mind belongs into that request. */
static int
check_duplicate(const struct access_request *r, const struct snapshot *s, struct err *e)
{
	for (size_t i = 0; i < s->n_requests; i++) {
		const struct access_request *other = &s->requests[i];

		if (other->id == r->id || !person_same(&other->person, &r->person))
			continue;
		for (size_t k = 0; k < other->n_lines; k++)
			for (size_t j = 0; j < r->n_lines; j++)
				if (other->lines[k].state == LINE_PENDING &&
				    other->lines[k].deployment.id == r->lines[j].deployment.id)
					return err_set(e, ERR_REJECT, "%.*s: request %lld for %.*s is pending already",
					    STR_ARGS(r->lines[j].deployment.org_id), (long long)other->id,
					    STR_ARGS(r->person.address));
	}
	return 0;
}

static int
check_request(const struct access_request *r, const struct snapshot *s, const struct policy *policy, struct err *e)
{
	if (r->n_lines == 0)
		return err_set(e, ERR_REJECT, "the request names no deployment");
	if (check_person(r, policy, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n_lines; i++)
		if (check_line(r, i, e) < 0)
			return -1;
	return check_duplicate(r, s, e);
}

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
		to->approvers = arena_array(a, from->n_approvers, sizeof(*to->approvers));
		to->n_approvers = 0;
		for (size_t k = 0; k < from->n_approvers; k++) {
			const struct person *who = &from->approvers[k];

			if (!person_same(who, &r->person) ||
			    (policy->approval_self_grant && r->requester.id == who->id))
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

static void
open_case(struct plan *p, const struct access_request *r)
{
	struct effect *f = plan_effect(p, EFFECT_CASE_OPEN);
	struct str name = person_full_name(&r->person, p->arena), lines = access_lines_text(p->arena, r, 0);

	f->case_id = PLAN_NEW;
	f->person = r->requester;
	f->way = WAY_CASECTL;
	f->new_case = (struct new_case){ .type = ADMIN_TYPE,
		.sub_type = ADMIN_SUB_TYPE,
		.priority = STR("Medium"),
		.deployment = r->lines[0].deployment.id,
		.contact = r->requester.is_contact ? r->requester.id : r->person.id };
	f->new_case.subject = arena_format(p->arena, "Support access for %.*s", STR_ARGS(name));
	f->new_case.description = arena_format(p->arena, "Access for %.*s <%.*s>, requested by %.*s:\n%.*s",
	    STR_ARGS(name), STR_ARGS(r->person.address), STR_ARGS(r->requester_name), STR_ARGS(lines));
	f = plan_effect(p, EFFECT_REQUEST_OPEN);
	f->case_id = f->request_id = PLAN_NEW;
	f->request = r;
}

static void
escalate_line(struct plan *p, const struct access_request *r, struct request_line *l, const struct snapshot *s)
{
	struct str detail = arena_format(p->arena, "nobody can approve access to %.*s", STR_ARGS(l->deployment.org_id));
	struct access_request one = { .lines = l, .n_lines = 1 };

	for (size_t i = 0; i < s->n_administrators; i++) {
		struct notice *n;

		if (!person_reachable(&s->administrators[i]))
			continue;
		n = access_notice(p, NOTICE_ESCALATION, &s->administrators[i], r);
		notice_value(p, n, "lines", access_lines_text(p->arena, &one, 0));
		notice_value(p, n, "reason", STR("no-approver"));
		notice_value(p, n, "no_approver", STR("yes"));
		notice_value(p, n, "detail", detail);
	}
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

	if (access_lines_of(r, to->id) == 0 || !person_reachable(to))
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

int
access_request_open(const struct access_request *r, const struct snapshot *s, const struct policy *policy,
    struct arena *a, struct plan *out, struct err *e)
{
	struct access_request *open;

	if (check_request(r, s, policy, e) < 0)
		return -1;
	plan_init(out, a);
	open = without_grantee(r, policy, a);
	set_times(open, policy, s->now);
	open_case(out, open);
	if (r->requester.id && access_lines_of(open, r->requester.id) > 0) {
		struct access_decision self = { .decider = &r->requester,
			.approve = true,
			.rule = "the request was made by a designated approver",
			.way = WAY_SYSTEM,
			.now = s->now };
		struct access_request *rest = without_grantee(open, policy, a);

		access_decide(out, open, &self);
		for (size_t i = 0; i < rest->n_lines; i++)
			if (request_line_open_to(&open->lines[i], r->requester.id))
				rest->lines[i].state = LINE_APPROVED;
		open = rest;
	}
	for (size_t i = 0; i < open->n_lines; i++)
		if (open->lines[i].state == LINE_PENDING && !ask_approvers(out, open, i))
			escalate_line(out, open, &open->lines[i], s);
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
	struct effect *f;

	if (was.n_lines == 0)
		return err_set(e, ERR_REJECT, "request %lld is not pending", (long long)old->id);
	if (edited->n_lines == 0)
		return err_set(e, ERR_REJECT, "nothing would be left of the request: withdraw it instead");
	if (str_equal(before, after))
		return err_set(e, ERR_REJECT, "nothing to change: that is what the request asks for");
	if (check_request(edited, s, policy, e) < 0)
		return -1;
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
	for (size_t i = 0; i < now->n_lines; i++)
		if (!ask_approvers(out, now, i))
			escalate_line(out, now, &now->lines[i], s);
	say_before(out, before);
	out->case_id = old->case_id;
	out->request_id = old->id;
	return 0;
}

int
access_revoke(const struct person *person, const struct deployment *d, enum access_level held, struct arena *a,
    struct plan *out, struct err *e)
{
	struct effect *f;

	if (held == ACCESS_NONE)
		return err_set(
		    e, ERR_REJECT, "%.*s has no access to %.*s", STR_ARGS(person->address), STR_ARGS(d->org_id));
	plan_init(out, a);
	f = plan_effect(out, EFFECT_GRANT);
	f->person = *person;
	f->deployment = d->id;
	f->level = ACCESS_NONE;
	f->way = WAY_CASECTL;
	return 0;
}
