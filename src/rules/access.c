/* SPDX-License-Identifier: ISC
 * access.c: what an approver's word about an access request leads to.
 *
 * A request has one line a deployment; each line is decided by one of its own approvers, the first valid word counts.
 * What follows from a word is the same whether it came by mail or stands behind the request itself because an approver
 * made it. Whether the word is proved is decided elsewhere.
 */
#include "config.h"

#include "rules/access.h"

#include "rules/notice.h"

size_t
access_lines_of(const struct access_request *r, int64_t approver)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		n += request_line_open_to(&r->lines[i], approver);
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
	return request_line_open_to(l, d->decider->id);
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

struct str
access_lines_text(struct arena *a, const struct access_request *r, int64_t approver)
{
	struct access_decision d = { .decider = &(struct person){ .id = approver } };

	return lines_text(a, r, approver ? is_decided_now : is_any, &d);
}

struct str
access_lines_granted(struct arena *a, const struct access_request *r)
{
	struct access_decision none = { .decider = &(struct person){ 0 } };

	return lines_text(a, r, is_approved, &none);
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
	notice_value(p, n, "lines", access_lines_text(p->arena, r, approver));
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

struct notice *
access_notice(struct plan *p, enum notice_kind kind, const struct person *to, const struct access_request *r)
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

/* Whether who is an approver of a line before (i, k) that the decider decides: then a receipt is already there. */
static bool
told_before(const struct access_request *r, int64_t decider, size_t i, size_t k)
{
	int64_t who = r->lines[i].approvers[k].id;

	for (size_t j = 0; j < i; j++)
		if (request_line_open_to(&r->lines[j], decider) && request_line_approver(&r->lines[j], who))
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

		if (!request_line_open_to(l, x->d->decider->id))
			continue;
		for (size_t k = 0; k < l->n_approvers; k++) {
			const struct person *to = &l->approvers[k];

			if (person_reachable(to) && to->id != r->requester.id &&
			    !told_before(r, x->d->decider->id, i, k))
				fill_decision(p, access_notice(p, NOTICE_DECISION_RECEIPT, to, r), x);
		}
	}
	if (r->requester.id && person_reachable(&r->requester))
		fill_decision(p, access_notice(p, NOTICE_DECISION_REQUESTER, &r->requester, r), x);
}

static void
decide_lines(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->r;

	for (size_t i = 0; i < r->n_lines; i++) {
		struct effect *f;

		if (!request_line_open_to(&r->lines[i], x->d->decider->id))
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
	plan_close(p, request_case(r), x->d->decider, granted.n ? CLOSING_GRANTED : CLOSING_REFUSED);
	if (r->person.address.n == 0 || r->person.undeliverable)
		return;
	n = access_notice(p, granted.n ? NOTICE_ACCESS_GRANTED : NOTICE_ACCESS_DENIED, &r->person, r);
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
	struct deciding x = { r, d, access_lines_text(p->arena, r, d->decider->id) };
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
