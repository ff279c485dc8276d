/* SPDX-License-Identifier: ISC
 * access.c: what an approver's word about an access request leads to.
 *
 * A request has one line a deployment; each line is decided by one of its own approvers, the first valid word counts.
 * What follows from a word is the same whether it came by mail or stands behind the request itself because an approver
 * made it. Whether the word is proved is decided elsewhere.
 */
#include "config.h"

#include "rules/access_tell.h"

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
access_is_pending(const struct access_request *r)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING)
			return true;
	return false;
}

bool
access_is_open(const struct access_request *r)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING && !request_line_cools(&r->lines[i]))
			return true;
	return false;
}

static bool
is_shown(const struct token_fact *t, const struct request_line *l)
{
	for (size_t i = 0; i < t->n_lines; i++)
		if (t->lines[i] == l->id)
			return true;
	return false;
}

/* Whether that word decides that line. Who became an approver of a line after the mail was written has not been asked
 * about it. */
bool
access_decides(const struct access_decision *d, const struct request_line *l)
{
	return request_line_decidable(l, d->decider->id, d->approve) && (d->token == NULL || is_shown(d->token, l)) &&
	       !(request_line_cools(l) && d->arrived > l->takes_effect_at);
}

size_t
access_lines_decided(const struct access_request *r, const struct access_decision *d)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		n += access_decides(d, &r->lines[i]);
	return n;
}

/* Until when an approval may be stopped; 0: d takes effect at once. */
static int64_t
effective_at(const struct access_decision *d)
{
	return d->approve && d->cooling ? d->now + d->cooling : 0;
}

/* r as it stands after d. */
static struct access_request *
decided_request(struct arena *a, const struct access_request *r, const struct access_decision *d)
{
	struct access_request *out = arena_new(a, struct access_request);

	*out = *r;
	out->lines = arena_array(a, r->n_lines, sizeof(*out->lines));
	for (size_t i = 0; i < r->n_lines; i++) {
		struct request_line *l = &out->lines[i];
		const struct person *giver;

		*l = r->lines[i];
		if (!access_decides(d, l))
			continue;
		l->takes_effect_at = effective_at(d);
		l->state = l->takes_effect_at ? LINE_PENDING : d->approve ? LINE_APPROVED : LINE_DENIED;
		l->decided_by = *d->decider;
		l->decided_at = d->now;
		l->comment = d->comment;
		giver = request_line_giver(l, d->decider->id);
		l->on_behalf_of = giver ? *giver : (struct person){ 0 };
	}
	return out;
}

/* --- a decision --- */

struct deciding {
	const struct access_request *r, *after; /* as it was, and as it is then */
	const struct access_decision *d;
	struct str lines;  /* those decided now */
	struct str givers; /* for whom, by delegation */
};

/* What an approver writes about a person is not for that person, who may have asked for the access himself. */
static void
fill_decision(struct plan *p, struct notice *n, const struct deciding *x)
{
	const struct access_decision *d = x->d;

	notice_value(p, n, "lines", x->lines);
	if (access_lines_remove(x->r, (struct access_lines){ .state = -1, .decided = d }))
		notice_value(p, n, "removal", STR("yes"));
	notice_value(p, n, "decision", d->approve ? STR("approved") : STR("denied"));
	if (effective_at(d))
		notice_value(p, n, "takes_effect_at", notice_time(p->arena, effective_at(d)));
	else
		notice_value(p, n, d->approve ? "approved" : "denied", STR("yes"));
	notice_value(p, n, "decider_name", person_full_name(d->decider, p->arena));
	notice_value(p, n, "decided_at", notice_time(p->arena, d->now));
	if (!access_is_about(x->r, &n->to))
		notice_value(p, n, "comment", d->comment);
	notice_value(p, n, "on_behalf_of", x->givers);
	notice_value(p, n, "rule", str_of(d->rule));
}

/* Whether approver k of line i is one of a decided line before: then a receipt is already there. */
static bool
told_before(const struct deciding *x, size_t i, size_t k)
{
	const struct request_line *l = x->r->lines;
	int64_t who = l[i].approvers[k].id;

	for (size_t j = 0; j < i; j++)
		if (access_decides(x->d, &l[j]) && request_line_approver(&l[j], who))
			return true;
	for (size_t j = 0; j < k; j++)
		if (l[i].approvers[j].id == who)
			return true;
	return false;
}

/* Receipts: each approver of the decided lines once, but for one who asked: a mail of its own kind comes at the end. */
static void
send_receipts(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->r;

	for (size_t i = 0; i < r->n_lines; i++) {
		const struct request_line *l = &r->lines[i];

		if (!access_decides(x->d, l))
			continue;
		for (size_t k = 0; k < l->n_approvers; k++) {
			const struct person *to = &l->approvers[k];

			if (person_reachable(to) && to->id != r->requester.id && !told_before(x, i, k))
				fill_decision(p, access_notice(p, NOTICE_DECISION_RECEIPT, to, r), x);
		}
	}
}

void
access_grant(struct plan *p, const struct access_request *r, size_t i)
{
	struct effect *f = plan_effect(p, EFFECT_GRANT);

	f->request_id = access_request_id(r);
	f->case_id = access_request_case(r);
	f->line_id = r->lines[i].id;
	f->line_index = i;
	f->person = *request_line_person(r, &r->lines[i]);
	f->deployment = r->lines[i].deployment.id;
	f->level = r->lines[i].removal ? ACCESS_NONE : r->lines[i].level;
}

static void
decide_lines(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->r;

	for (size_t i = 0; i < r->n_lines; i++) {
		struct effect *f;

		if (!access_decides(x->d, &r->lines[i]))
			continue;
		f = plan_effect(p, effective_at(x->d) ? EFFECT_COOL : EFFECT_LINE);
		f->request_id = access_request_id(r);
		f->case_id = access_request_case(r);
		f->line_id = r->lines[i].id;
		f->line_index = i;
		f->line_state = x->after->lines[i].state;
		f->takes_effect_at = effective_at(x->d);
		f->person = *x->d->decider;
		f->on_behalf_of = x->after->lines[i].on_behalf_of.id;
		f->text = x->d->comment;
		if (x->after->lines[i].state == LINE_APPROVED)
			access_grant(p, r, i);
	}
}

/* Whether x decided a line about who, and the last one. */
static bool
is_done_with(const struct deciding *x, const struct person *who)
{
	bool touched = false;

	for (size_t i = 0; i < x->r->n_lines; i++) {
		if (!person_same(request_line_person(x->r, &x->r->lines[i]), who))
			continue;
		if (x->after->lines[i].state == LINE_PENDING)
			return false;
		touched = touched || access_decides(x->d, &x->r->lines[i]);
	}
	return touched;
}

/* Each person hears in one mail what became of all the lines about him. */
static void
tell_people(struct plan *p, const struct deciding *x)
{
	const struct access_request *r = x->after;

	for (size_t i = 0; i < r->n_lines; i++) {
		const struct person *who = request_line_person(r, &r->lines[i]);
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again = person_same(request_line_person(r, &r->lines[k]), who);
		if (!again && is_done_with(x, who))
			access_tell_person(p, r, who);
	}
}

void
access_finish(struct plan *p, const struct access_request *r, const struct person *by)
{
	struct str granted = access_lines_granted(p->arena, r);
	struct effect *f;

	access_tell_requester(p, r);
	f = plan_effect(p, EFFECT_TOKENS_OF_REQUEST);
	f->request_id = access_request_id(r);
	f->token_state = TOKEN_USED;
	plan_close(p, access_request_case(r), by, granted.n ? CLOSING_GRANTED : CLOSING_REFUSED);
}

/* Those whose decision it was by right, where it was made by delegation. */
static struct str
givers_text(struct arena *a, const struct deciding *x)
{
	struct access_request decided = *x->after;

	decided.lines = arena_array(a, x->r->n_lines, sizeof(*decided.lines));
	decided.n_lines = 0;
	for (size_t i = 0; i < x->r->n_lines; i++)
		if (access_decides(x->d, &x->r->lines[i]))
			decided.lines[decided.n_lines++] = x->after->lines[i];
	return access_givers_text(a, &decided);
}

const struct access_request *
access_decide(struct plan *p, const struct access_request *r, const struct access_decision *d)
{
	struct deciding x = { .r = r, .after = decided_request(p->arena, r, d), .d = d };
	struct str words;

	x.lines = access_lines_chosen(p->arena, r, (struct access_lines){ .state = -1, .decided = d });
	x.givers = givers_text(p->arena, &x);
	if (x.lines.n == 0)
		return x.after;
	words = arena_format(p->arena, "%s by %.*s%s%.*s (%s)%s%.*s:\n%.*s", d->approve ? "Approved" : "Denied",
	    STR_ARGS(person_full_name(d->decider, p->arena)), x.givers.n ? " on behalf of " : "", STR_ARGS(x.givers),
	    d->rule, effective_at(d) ? ", to take effect " : "", STR_ARGS(notice_time(p->arena, effective_at(d))),
	    STR_ARGS(x.lines));
	decide_lines(p, &x);
	plan_update(p, access_request_case(r), d->decider, d->way, UPDATE_PUBLIC, words);
	if (d->comment.n) /* internal: the case's contact may be the person the access is for */
		plan_update(p, access_request_case(r), d->decider, d->way, UPDATE_INTERNAL, d->comment);
	send_receipts(p, &x);
	if (!access_is_pending(x.after))
		access_finish(p, x.after, d->decider);
	tell_people(p, &x);
	return x.after;
}
