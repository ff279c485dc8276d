/* SPDX-License-Identifier: ISC
 * access_time.c: what time does to a request that nobody has answered: reminder, administrators, expiry (A6).
 *
 * What is due is done once, however long nobody looked. Time alone grants nothing: it ends the wait of an approval.
 */
#include "config.h"

#include "rules/access_tell.h"

#include "rules/notice.h"

static bool
is_first_of(const struct access_request *r, size_t i, size_t k)
{
	for (size_t j = 0; j < i; j++)
		if (request_line_open_to(&r->lines[j], r->lines[i].approvers[k].id))
			return false;
	return true;
}

static struct notice *
time_notice(struct plan *p, enum notice_kind kind, const struct person *to, const struct access_request *r)
{
	struct notice *n = access_notice(p, kind, to, r);

	if (kind != NOTICE_ESCALATION)
		notice_value(p, n, "expires_at", notice_time(p->arena, r->expires_at));
	return n;
}

static bool
is_open(const struct request_line *l)
{
	return l->state == LINE_PENDING && !request_line_cools(l);
}

/* A notice of kind to everybody who may still decide a line, about those lines. */
static void
tell_approvers(struct plan *p, const struct access_request *r, enum notice_kind kind)
{
	for (size_t i = 0; i < r->n_lines; i++)
		for (size_t k = 0; is_open(&r->lines[i]) && k < r->lines[i].n_approvers; k++) {
			const struct person *to = &r->lines[i].approvers[k];
			struct notice *n;

			if (!person_reachable(to) || person_same(to, request_line_person(r, &r->lines[i])) ||
			    !is_first_of(r, i, k))
				continue;
			n = time_notice(p, kind, to, r);
			notice_value(p, n, "lines", access_lines_text(p->arena, r, to->id));
			if (kind == NOTICE_REMINDER)
				n->token = TOKEN_OF_APPROVAL;
		}
}

static void
tell_administrators(
    struct plan *out, const struct access_request *r, const struct person *administrators, size_t n_administrators)
{
	for (size_t i = 0; access_is_open(r) && i < n_administrators; i++) {
		struct notice *n;

		if (!person_reachable(&administrators[i]))
			continue;
		n = time_notice(out, NOTICE_ESCALATION, &administrators[i], r);
		notice_value(out, n, "reason", STR("unanswered"));
		notice_value(out, n, "unanswered", STR("yes"));
		notice_value(out, n, "detail", STR("no approver has answered the request in time"));
	}
}

void
access_remind(const struct access_request *r, struct arena *a, struct plan *out)
{
	plan_init(out, a);
	tell_approvers(out, r, NOTICE_REMINDER);
}

void
access_overdue(const struct access_request *r, const struct person *administrators, size_t n_administrators,
    struct arena *a, struct plan *out)
{
	plan_init(out, a);
	tell_administrators(out, r, administrators, n_administrators);
}

/* Who had a line that expires hears of what was decided before; others have heard. */
static void
tell_people(struct plan *p, const struct access_request *r)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct person *who = request_line_person(r, &r->lines[i]);
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again =
			    r->lines[k].state == LINE_PENDING && person_same(request_line_person(r, &r->lines[k]), who);
		if (r->lines[i].state == LINE_PENDING && !again)
			access_tell_person(p, r, who);
	}
}

static void
tell_requester(struct plan *p, const struct access_request *r)
{
	struct notice *n;

	if (r->requester.id == 0 || !person_reachable(&r->requester))
		return;
	n = time_notice(p, NOTICE_ACCESS_EXPIRED, &r->requester, r);
	notice_value(p, n, "lines", access_lines_chosen(p->arena, r, (struct access_lines){ .state = LINE_PENDING }));
	access_tell_requester(p, r);
}

static void
expire(const struct access_request *r, struct plan *out)
{
	struct str granted;
	struct effect *f;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (r->lines[i].state != LINE_PENDING)
			continue;
		f = plan_effect(out, EFFECT_LINE);
		f->request_id = r->id;
		f->case_id = r->case_id;
		f->line_id = r->lines[i].id;
		f->line_index = i;
		f->line_state = LINE_EXPIRED;
	}
	f = plan_effect(out, EFFECT_TOKENS_OF_REQUEST);
	f->request_id = r->id;
	f->token_state = TOKEN_VOID;
	plan_update(out, r->case_id, &(struct person){ 0 }, WAY_SYSTEM, UPDATE_PUBLIC,
	    STR("The request expired: no designated approver has answered in time."));
	granted = access_lines_granted(out->arena, r);
	plan_close(out, r->case_id, &(struct person){ 0 }, granted.n ? CLOSING_GRANTED : CLOSING_REFUSED);
	tell_approvers(out, r, NOTICE_ACCESS_EXPIRED);
	tell_requester(out, r);
	tell_people(out, r);
}

void
access_expire(const struct access_request *r, struct arena *a, struct plan *out)
{
	plan_init(out, a);
	if (access_is_pending(r))
		expire(r, out);
}

static bool
is_due(int64_t at, int64_t now)
{
	return at != 0 && at <= now;
}

void
access_due(const struct access_request *r, int64_t now, const struct person *administrators, size_t n_administrators,
    struct arena *a, struct plan *out)
{
	bool remind = is_due(r->remind_at, now), escalate = is_due(r->escalate_at, now);
	struct effect *f;

	plan_init(out, a);
	if (!access_is_pending(r))
		return;
	r = access_take_effect(out, r, now, administrators, n_administrators);
	if (access_is_pending(r) && is_due(r->expires_at, now)) {
		expire(r, out);
	} else if (access_is_pending(r) && (remind || escalate)) {
		f = plan_effect(out, EFFECT_REQUEST_TIMES);
		f->request_id = r->id;
		f->remind_at = remind ? 0 : r->remind_at;
		f->escalate_at = escalate ? 0 : r->escalate_at;
		if (remind)
			tell_approvers(out, r, NOTICE_REMINDER);
		if (escalate)
			tell_administrators(out, r, administrators, n_administrators);
	}
	out->case_id = r->case_id;
	out->request_id = r->id;
}

int64_t
access_next(const struct access_request *r)
{
	int64_t next = r->expires_at;

	if (!access_is_pending(r))
		return 0;
	if (r->remind_at && (next == 0 || r->remind_at < next))
		next = r->remind_at;
	if (r->escalate_at && (next == 0 || r->escalate_at < next))
		next = r->escalate_at;
	for (size_t i = 0; i < r->n_lines; i++)
		if (request_line_cools(&r->lines[i]) && (next == 0 || r->lines[i].takes_effect_at < next))
			next = r->lines[i].takes_effect_at;
	return next;
}
