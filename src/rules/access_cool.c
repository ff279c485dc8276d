/* SPDX-License-Identifier: ISC
 * access_cool.c: approvals that waited for a deny, and take effect.
 *
 * Until its time has come such a line is pending, and all that ends pending lines ends it: a deny, a withdrawal, an
 * edit, somebody leaving. What is left is granted here, in the name of who approved it; but not where that person may
 * not decide the line any more, for a mailbox that was taken over is why there is a wait.
 */
#include "config.h"

#include "rules/access_tell.h"

#include "rules/notice.h"

static bool
is_due(const struct request_line *l, int64_t now)
{
	return request_line_cools(l) && l->takes_effect_at <= now;
}

static bool
still_approves(const struct request_line *l)
{
	return request_line_decidable(l, l->decided_by.id, false);
}

static struct effect *
line_effect(struct plan *p, const struct access_request *r, size_t i, enum effect_kind kind)
{
	struct effect *f = plan_effect(p, kind);

	f->request_id = r->id;
	f->case_id = r->case_id;
	f->line_id = r->lines[i].id;
	f->line_index = i;
	return f;
}

static void
grant_line(struct plan *p, const struct access_request *r, size_t i)
{
	const struct request_line *l = &r->lines[i];
	struct effect *f = line_effect(p, r, i, EFFECT_LINE);

	f->line_state = LINE_APPROVED;
	f->person = l->decided_by;
	f->on_behalf_of = l->on_behalf_of.id;
	f->text = l->comment;
	access_grant(p, r, i);
}

/* r with its lines as they stand then. */
static struct access_request *
settled(struct plan *p, const struct access_request *r, int64_t now)
{
	struct access_request *after = arena_new(p->arena, struct access_request);

	*after = *r;
	after->lines = arena_array(p->arena, r->n_lines, sizeof(*after->lines));
	for (size_t i = 0; i < r->n_lines; i++) {
		struct request_line *l = &after->lines[i];

		*l = r->lines[i];
		if (!is_due(l, now))
			continue;
		if (still_approves(l)) {
			l->state = LINE_APPROVED;
			grant_line(p, r, i);
		} else {
			line_effect(p, r, i, EFFECT_COOL);
			l->decided_by = l->on_behalf_of = (struct person){ 0 };
			l->decided_at = 0;
			l->comment = STR_NONE;
		}
		l->takes_effect_at = 0;
	}
	return after;
}

/* Whether k stands for the first time at line i, among the lines that opened again. */
static bool
asked_before(const struct access_request *r, const struct access_request *after, int64_t now, size_t i, int64_t who)
{
	for (size_t k = 0; k < i; k++)
		if (is_due(&r->lines[k], now) && request_line_open_to(&after->lines[k], who))
			return true;
	return false;
}

static void
tell_administrators(struct plan *p, const struct access_request *r, const struct person *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct notice *notice;

		if (!person_reachable(&to[i]))
			continue;
		notice = access_notice(p, NOTICE_ESCALATION, &to[i], r);
		notice_value(p, notice, "reason", STR("no-approver"));
		notice_value(p, notice, "no_approver", STR("yes"));
		notice_value(p, notice, "detail", STR("who had approved the request is not an approver any more"));
	}
}

/* Lines whose approval is void are asked about anew. */
static void
ask_anew(struct plan *p, const struct access_request *r, const struct access_request *after, int64_t now,
    const struct person *administrators, size_t n_administrators)
{
	bool stuck = false, any = false;

	for (size_t i = 0; i < r->n_lines; i++) {
		const struct request_line *l = &after->lines[i];
		bool reachable = false;

		if (!is_due(&r->lines[i], now) || l->state != LINE_PENDING)
			continue;
		any = true;
		for (size_t k = 0; k < l->n_approvers; k++) {
			const struct person *to = &l->approvers[k];

			reachable |= person_reachable(to) && request_line_open_to(l, to->id) &&
				     !person_same(request_line_person(after, l), to);
			if (!asked_before(r, after, now, i, to->id))
				access_ask(p, after, to);
		}
		stuck |= !reachable;
	}
	if (any)
		plan_update(p, r->case_id, &(struct person){ 0 }, WAY_SYSTEM, UPDATE_PUBLIC,
		    STR("An approval is void: who gave it is not a Designated Approver any more."));
	if (stuck)
		tell_administrators(p, after, administrators, n_administrators);
}

/* Whether a line about who was granted now, and it was the last one about who. */
static bool
is_done_with(const struct access_request *r, const struct access_request *after, int64_t now, const struct person *who)
{
	bool touched = false;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (!person_same(request_line_person(r, &r->lines[i]), who))
			continue;
		if (after->lines[i].state == LINE_PENDING)
			return false;
		touched |= is_due(&r->lines[i], now);
	}
	return touched;
}

static void
tell_people(struct plan *p, const struct access_request *r, const struct access_request *after, int64_t now)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct person *who = request_line_person(r, &r->lines[i]);
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again = person_same(request_line_person(r, &r->lines[k]), who);
		if (!again && is_done_with(r, after, now, who))
			access_tell_person(p, after, who);
	}
}

const struct access_request *
access_take_effect(struct plan *p, const struct access_request *r, int64_t now, const struct person *administrators,
    size_t n_administrators)
{
	const struct access_request *after;
	const struct person *by = NULL;

	for (size_t i = 0; i < r->n_lines; i++)
		if (is_due(&r->lines[i], now))
			by = &r->lines[i].decided_by;
	if (by == NULL)
		return r;
	after = settled(p, r, now);
	plan_update(
	    p, r->case_id, &(struct person){ 0 }, WAY_SYSTEM, UPDATE_PUBLIC, STR("The wait for a rejection is over."));
	ask_anew(p, r, after, now, administrators, n_administrators);
	if (!access_is_pending(after))
		access_finish(p, after, by);
	tell_people(p, r, after, now);
	return after;
}
