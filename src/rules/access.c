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
access_is_pending(const struct access_request *r)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING)
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

size_t
access_lines_shown(const struct access_request *r, int64_t approver, const struct token_fact *token)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		n += request_line_open_to(&r->lines[i], approver) && is_shown(token, &r->lines[i]);
	return n;
}

/* Whether that word decides that line. Who became an approver of a line after the mail was written has not been asked
 * about it. */
static bool
is_decided(const struct access_decision *d, const struct request_line *l)
{
	return request_line_open_to(l, d->decider->id) && (d->token == NULL || is_shown(d->token, l));
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

		*l = r->lines[i];
		if (!is_decided(d, l))
			continue;
		l->state = d->approve ? LINE_APPROVED : LINE_DENIED;
		l->decided_by = *d->decider;
		l->decided_at = d->now;
	}
	return out;
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

/* Which lines of a request: in one state (or -1), open to an approver (or 0), decided by a word (or NULL). */
struct lines {
	int state;
	int64_t open_to;
	const struct access_decision *decided;
};

static bool
is_wanted(const struct lines *w, const struct request_line *l)
{
	return (w->state < 0 || l->state == (enum line_state)w->state) &&
	       (w->open_to == 0 || request_line_open_to(l, w->open_to)) &&
	       (w->decided == NULL || is_decided(w->decided, l));
}

/* Those lines as text in a; what goes beyond LINES_MAX is left out, and that is said. */
static struct str
lines_text(struct arena *a, const struct access_request *r, struct lines wanted)
{
	struct buf b;
	struct str text;

	buf_init(&b, LINES_MAX);
	for (size_t i = 0; i < r->n_lines; i++)
		if (is_wanted(&wanted, &r->lines[i]))
			add_line(&b, &r->lines[i]);
	text = b.overflow ? arena_format(a, "%.*s\n...", STR_ARGS(buf_str(&b))) : arena_copy(a, buf_str(&b));
	buf_free(&b);
	return text;
}

struct str
access_lines_text(struct arena *a, const struct access_request *r, int64_t approver)
{
	return lines_text(a, r, (struct lines){ .state = -1, .open_to = approver });
}

struct str
access_lines_granted(struct arena *a, const struct access_request *r)
{
	return lines_text(a, r, (struct lines){ .state = LINE_APPROVED });
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
	const struct access_request *r, *after; /* as it was, and as it is then */
	const struct access_decision *d;
	struct str lines; /* those decided now */
};

/* What an approver writes about a person is not for that person, who may have asked for the access himself. */
static void
fill_decision(struct plan *p, struct notice *n, const struct deciding *x)
{
	const struct access_decision *d = x->d;

	notice_value(p, n, "lines", x->lines);
	notice_value(p, n, "decision", d->approve ? STR("approved") : STR("denied"));
	notice_value(p, n, d->approve ? "approved" : "denied", STR("yes"));
	notice_value(p, n, "decider_name", person_full_name(d->decider, p->arena));
	notice_value(p, n, "decided_at", notice_time(p->arena, d->now));
	if (!person_same(&n->to, &x->r->person))
		notice_value(p, n, "comment", d->comment);
	notice_value(p, n, "rule", str_of(d->rule));
}

/* Whether approver k of line i is one of a decided line before: then a receipt is already there. */
static bool
told_before(const struct deciding *x, size_t i, size_t k)
{
	const struct request_line *l = x->r->lines;
	int64_t who = l[i].approvers[k].id;

	for (size_t j = 0; j < i; j++)
		if (is_decided(x->d, &l[j]) && request_line_approver(&l[j], who))
			return true;
	for (size_t j = 0; j < k; j++)
		if (l[i].approvers[j].id == who)
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

		if (!is_decided(x->d, l))
			continue;
		for (size_t k = 0; k < l->n_approvers; k++) {
			const struct person *to = &l->approvers[k];

			if (person_reachable(to) && to->id != r->requester.id && !told_before(x, i, k))
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

		if (!is_decided(x->d, &r->lines[i]))
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
	struct str granted = access_lines_granted(p->arena, x->after);
	struct str denied = lines_text(p->arena, x->after, (struct lines){ .state = LINE_DENIED });
	struct effect *f = plan_effect(p, EFFECT_TOKENS_OF_REQUEST);
	struct notice *n;

	f->request_id = request_id(r);
	f->token_state = TOKEN_USED;
	plan_status(p, request_case(r), x->d->decider, STR("CLOSED"), granted.n ? STR("Resolved") : STR("Cancelled"));
	if (r->person.address.n == 0 || r->person.undeliverable)
		return;
	n = access_notice(p, granted.n ? NOTICE_ACCESS_GRANTED : NOTICE_ACCESS_DENIED, &r->person, r);
	n->from_noreply = true;
	notice_value(p, n, "lines", granted.n ? granted : denied);
	if (granted.n)
		notice_value(p, n, "denied_lines", denied);
	notice_value(p, n, "decider_name", person_full_name(x->d->decider, p->arena));
}

const struct access_request *
access_decide(struct plan *p, const struct access_request *r, const struct access_decision *d)
{
	struct deciding x = { r, decided_request(p->arena, r, d), d,
		lines_text(p->arena, r, (struct lines){ .state = -1, .decided = d }) };
	struct str words;

	if (x.lines.n == 0)
		return x.after;
	words = arena_format(p->arena, "%s by %.*s (%s):\n%.*s", d->approve ? "Approved" : "Denied",
	    STR_ARGS(person_full_name(d->decider, p->arena)), d->rule, STR_ARGS(x.lines));
	decide_lines(p, &x);
	plan_update(p, request_case(r), d->decider, d->way, UPDATE_PUBLIC, words);
	if (d->comment.n) /* internal: the case's contact may be the person the access is for */
		plan_update(p, request_case(r), d->decider, d->way, UPDATE_INTERNAL, d->comment);
	send_receipts(p, &x);
	if (!access_is_pending(x.after))
		finish(p, &x);
	return x.after;
}
