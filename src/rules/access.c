/* SPDX-License-Identifier: ISC
 * access.c: access requests: opened, decided, taken back.
 *
 * A request has one line a deployment; each line is decided by one of its own approvers, the first valid word counts.
 * What follows from a word is the same whether it came by mail or stands behind the request itself because an approver
 * made it. Whether the word is proved is decided elsewhere.
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

static bool
decides_line(const struct request_line *l, int64_t approver)
{
	return l->state == LINE_PENDING && request_line_approver(l, approver);
}

size_t
access_lines_of(const struct access_request *r, int64_t approver)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		n += decides_line(&r->lines[i], approver);
	return n;
}

bool
access_pending_without(const struct access_request *r, int64_t approver)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING && !request_line_approver(&r->lines[i], approver))
			return true;
	return false;
}

/* --- words --- */

#define LINES_MAX (64 * 1024) /* bytes of lines in one mail */

static void
add_line(struct buf *b, const struct request_line *l)
{
	buf_add_format(b, "%s%.*s  %.*s  %s -> %s", b->n ? "\n" : "", STR_ARGS(l->deployment.org_id),
	    STR_ARGS(l->deployment.customer), access_level_name(l->before),
	    access_level_name(l->removal ? ACCESS_NONE : l->level));
}

/* The lines that wanted says yes to, as text in a; what goes beyond LINES_MAX is left out, and that is said. */
static struct str
lines_text(struct arena *a, const struct access_request *r,
    bool (*wanted)(const struct request_line *l, const struct access_decision *d), const struct access_decision *d)
{
	struct buf b;
	struct str text;

	buf_init(&b, LINES_MAX);
	for (size_t i = 0; i < r->n_lines; i++)
		if (wanted(&r->lines[i], d))
			add_line(&b, &r->lines[i]);
	text = b.overflow ? arena_format(a, "%.*s\n...", STR_ARGS(buf_str(&b))) : arena_copy(a, buf_str(&b));
	buf_free(&b);
	return text;
}

static bool
is_any(const struct request_line *l, const struct access_decision *d)
{
	(void)l;
	(void)d;
	return true;
}

static bool
is_decided_now(const struct request_line *l, const struct access_decision *d)
{
	return decides_line(l, d->decider->id);
}

static bool
is_approved(const struct request_line *l, const struct access_decision *d)
{
	return is_decided_now(l, d) ? d->approve : l->state == LINE_APPROVED;
}

static bool
is_denied(const struct request_line *l, const struct access_decision *d)
{
	return is_decided_now(l, d) ? !d->approve : l->state == LINE_DENIED;
}

/* The lines that approver may decide now; 0: all. */
static struct str
describe_lines(struct arena *a, const struct access_request *r, int64_t approver)
{
	struct access_decision d = { .decider = &(struct person){ .id = approver } };

	return lines_text(a, r, approver ? is_decided_now : is_any, &d);
}

void
access_describe(struct plan *p, struct notice *n, const struct access_request *r, int64_t approver)
{
	notice_value(p, n, "person_name", person_full_name(&r->person, p->arena));
	notice_value(p, n, "person_address", r->person.address);
	notice_value(p, n, "person_employer", r->employer);
	notice_value(p, n, "requester_name",
	    r->requester_name.n || r->requester.id == 0 ? r->requester_name
							: person_full_name(&r->requester, p->arena));
	notice_value(p, n, "lines", describe_lines(p->arena, r, approver));
}

static int64_t
request_id(const struct access_request *r)
{
	return r->id ? r->id : PLAN_NEW;
}

static int64_t
request_case(const struct access_request *r)
{
	return r->case_id ? r->case_id : PLAN_NEW;
}

static struct notice *
request_notice(struct plan *p, enum notice_kind kind, const struct person *to, const struct access_request *r)
{
	struct notice *n = plan_notice(p, kind, to);

	n->request_id = request_id(r);
	n->case_id = request_case(r);
	access_describe(p, n, r, 0);
	return n;
}

/* --- a decision --- */

struct deciding {
	const struct access_request *r;
	const struct access_decision *d;
	struct str lines; /* those decided now */
};

static void
fill_decision(struct plan *p, struct notice *n, const struct deciding *x)
{
	const struct access_decision *d = x->d;

	notice_value(p, n, "lines", x->lines);
	notice_value(p, n, "decision", d->approve ? STR("approved") : STR("denied"));
	notice_value(p, n, d->approve ? "approved" : "denied", STR("yes"));
	notice_value(p, n, "decider_name", person_full_name(d->decider, p->arena));
	notice_value(p, n, "decided_at", notice_time(p->arena, d->now));
	notice_value(p, n, "comment", d->comment);
	notice_value(p, n, "rule", str_of(d->rule));
}

static bool
may_be_told(const struct person *to)
{
	return to->active && !to->undeliverable && to->address.n;
}

/* Whether who is an approver of a line before (i, k) that the decider decides: then a receipt is already there. */
static bool
told_before(const struct access_request *r, int64_t decider, size_t i, size_t k)
{
	int64_t who = r->lines[i].approvers[k].id;

	for (size_t j = 0; j < i; j++)
		if (decides_line(&r->lines[j], decider) && request_line_approver(&r->lines[j], who))
			return true;
	for (size_t j = 0; j < k; j++)
		if (r->lines[i].approvers[j].id == who)
			return true;
	return false;
}

/* Receipts: each approver of the decided lines once, the requester in words of an own kind. */
static void
send_receipts(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->r;

	for (size_t i = 0; i < r->n_lines; i++) {
		const struct request_line *l = &r->lines[i];

		if (!decides_line(l, x->d->decider->id))
			continue;
		for (size_t k = 0; k < l->n_approvers; k++) {
			const struct person *to = &l->approvers[k];

			if (may_be_told(to) && to->id != r->requester.id && !told_before(r, x->d->decider->id, i, k))
				fill_decision(p, request_notice(p, NOTICE_DECISION_RECEIPT, to, r), x);
		}
	}
	if (r->requester.id && may_be_told(&r->requester))
		fill_decision(p, request_notice(p, NOTICE_DECISION_REQUESTER, &r->requester, r), x);
}

static void
decide_lines(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->r;

	for (size_t i = 0; i < r->n_lines; i++) {
		struct effect *f;

		if (!decides_line(&r->lines[i], x->d->decider->id))
			continue;
		f = plan_effect(p, EFFECT_LINE);
		f->request_id = request_id(r);
		f->case_id = request_case(r);
		f->line_id = r->lines[i].id;
		f->line_index = i;
		f->line_state = x->d->approve ? LINE_APPROVED : LINE_DENIED;
		f->person = *x->d->decider;
		f->text = x->d->comment;
		if (!x->d->approve)
			continue;
		f = plan_effect(p, EFFECT_GRANT);
		f->request_id = request_id(r);
		f->case_id = request_case(r);
		f->line_id = r->lines[i].id;
		f->line_index = i;
		f->person = r->person;
		f->deployment = r->lines[i].deployment.id;
		f->level = r->lines[i].removal ? ACCESS_NONE : r->lines[i].level;
	}
}

/* Nothing is pending any more: the person hears of it in one mail, and the admin case ends. */
static void
finish(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->r;
	struct str granted = lines_text(p->arena, r, is_approved, x->d);
	struct str denied = lines_text(p->arena, r, is_denied, x->d);
	struct effect *f = plan_effect(p, EFFECT_TOKENS_OF_REQUEST);
	struct notice *n;

	f->request_id = request_id(r);
	f->token_state = TOKEN_USED;
	plan_status(p, request_case(r), x->d->decider, STR("CLOSED"), granted.n ? STR("Resolved") : STR("Cancelled"));
	if (r->person.address.n == 0 || r->person.undeliverable)
		return;
	n = request_notice(p, granted.n ? NOTICE_ACCESS_GRANTED : NOTICE_ACCESS_DENIED, &r->person, r);
	n->from_noreply = true;
	notice_value(p, n, "lines", granted.n ? granted : denied);
	if (granted.n)
		notice_value(p, n, "denied_lines", denied);
	notice_value(p, n, "decider_name", person_full_name(x->d->decider, p->arena));
	notice_value(p, n, "comment", x->d->comment);
}

void
access_decide(struct plan *p, const struct access_request *r, const struct access_decision *d)
{
	struct deciding x = { r, d, describe_lines(p->arena, r, d->decider->id) };
	struct str words;

	if (x.lines.n == 0)
		return;
	words = arena_format(p->arena, "%s by %.*s (%s):\n%.*s%s%.*s", d->approve ? "Approved" : "Denied",
	    STR_ARGS(person_full_name(d->decider, p->arena)), d->rule, STR_ARGS(x.lines), d->comment.n ? "\n\n" : "",
	    STR_ARGS(d->comment));
	decide_lines(p, &x);
	plan_update(p, request_case(r), d->decider, d->way, UPDATE_PUBLIC, words);
	send_receipts(p, &x);
	if (!access_pending_without(r, d->decider->id))
		finish(p, &x);
}

/* --- a new request --- */

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

static int
check_request(const struct access_request *r, const struct policy *policy, struct err *e)
{
	if (r->n_lines == 0)
		return err_set(e, ERR_REJECT, "the request names no deployment");
	if (check_person(r, policy, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n_lines; i++)
		if (check_line(r, i, e) < 0)
			return -1;
	return 0;
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

static void
open_case(struct plan *p, const struct access_request *r)
{
	struct effect *f = plan_effect(p, EFFECT_CASE_OPEN);
	struct str name = person_full_name(&r->person, p->arena), lines = describe_lines(p->arena, r, 0);

	f->case_id = PLAN_NEW;
	f->person = r->requester;
	f->way = WAY_CASECTL;
	f->new_case = (struct new_case){ .type = ADMIN_TYPE,
		.sub_type = ADMIN_SUB_TYPE,
		.status = STR("OPEN"),
		.sub_status = STR("New"),
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

		if (!may_be_told(&s->administrators[i]))
			continue;
		n = request_notice(p, NOTICE_ESCALATION, &s->administrators[i], r);
		notice_value(p, n, "lines", describe_lines(p->arena, &one, 0));
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
		if (decides_line(&r->lines[j], r->lines[i].approvers[k].id))
			return true;
	return false;
}

static bool
ask_approvers(struct plan *p, const struct access_request *r, size_t i)
{
	const struct request_line *l = &r->lines[i];
	bool reachable = false;

	for (size_t k = 0; k < l->n_approvers; k++) {
		const struct person *to = &l->approvers[k];
		struct notice *n;

		if (!may_be_told(to))
			continue;
		reachable = true;
		if (asked_before(r, i, k))
			continue;
		n = request_notice(p, NOTICE_ACCESS_REQUEST, to, r);
		n->token = TOKEN_OF_APPROVAL;
		access_describe(p, n, r, to->id);
		notice_value(p, n, "expires_at", notice_time(p->arena, r->expires_at));
	}
	return reachable;
}

int
access_request_open(const struct access_request *r, const struct snapshot *s, const struct policy *policy,
    struct arena *a, struct plan *out, struct err *e)
{
	struct access_request *open;

	if (check_request(r, policy, e) < 0)
		return -1;
	plan_init(out, a);
	open = without_grantee(r, policy, a);
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
			if (decides_line(&open->lines[i], r->requester.id))
				rest->lines[i].state = LINE_APPROVED;
		open = rest;
	}
	for (size_t i = 0; i < open->n_lines; i++)
		if (open->lines[i].state == LINE_PENDING && !ask_approvers(out, open, i))
			escalate_line(out, open, &open->lines[i], s);
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
