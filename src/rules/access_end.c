/* SPDX-License-Identifier: ISC
 * access_end.c: requests withdrawn, and people who leave (A8).
 *
 * Who leaves loses all levels, open requests about and by him, and every reply address, in one plan. A request of
 * somebody else that nobody is left to decide is brought to the administrators, so that it does not hang.
 */
#include "config.h"

#include "rules/access_end.h"

#include "rules/notice.h"

static bool
leaves(const struct access_leaving *l, const struct person *p)
{
	for (size_t i = 0; i < l->n_people; i++)
		if ((p->id || p->address.n) && person_same(&l->people[i], p))
			return true;
	return false;
}

/* Whether a pending line ends: all of a request about or by one who leaves, those on deployments of a company that
 * does. */
static bool
line_ends(const struct access_leaving *l, const struct access_request *r, const struct request_line *line)
{
	return line->state == LINE_PENDING &&
	       (leaves(l, request_line_person(r, line)) || leaves(l, &r->requester) ||
		   (l->organisation && line->deployment.organisation == l->organisation));
}

size_t
access_leaving_lines(const struct access_leaving *l, const struct access_request *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		n += line_ends(l, r, &r->lines[i]);
	return n;
}

static void
cancel_line(struct plan *p, const struct access_request *r, size_t i)
{
	struct effect *f = plan_effect(p, EFFECT_LINE);

	f->request_id = r->id;
	f->case_id = r->case_id;
	f->line_id = r->lines[i].id;
	f->line_index = i;
	f->line_state = LINE_CANCELLED;
}

/* After the lines: what the case says, and, where nothing is pending any more, its end. */
static void
cancel_case(struct plan *p, const struct access_request *r, bool ends, enum way way, struct str why)
{
	struct str granted = access_lines_granted(p->arena, r);
	struct effect *f;

	plan_update(p, r->case_id, &(struct person){ 0 }, way, UPDATE_PUBLIC, why);
	if (!ends)
		return;
	f = plan_effect(p, EFFECT_TOKENS_OF_REQUEST);
	f->request_id = r->id;
	f->token_state = TOKEN_VOID;
	plan_close(p, r->case_id, &(struct person){ 0 }, granted.n ? CLOSING_GRANTED : CLOSING_REFUSED);
}

int
access_cancel(const struct access_request *r, struct str who, struct arena *a, struct plan *out, struct err *e)
{
	size_t pending = 0;

	plan_init(out, a);
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].state == LINE_PENDING) {
			cancel_line(out, r, i);
			pending++;
		}
	if (pending == 0)
		return err_set(e, ERR_REJECT, "request %lld is not pending", (long long)r->id);
	cancel_case(out, r, true, WAY_CASECTL, arena_format(a, "The request was withdrawn by %.*s.", STR_ARGS(who)));
	out->case_id = r->case_id;
	out->request_id = r->id;
	return 0;
}

/* A line that stays, and that only people who leave could decide. */
static bool
is_orphan(const struct access_leaving *l, const struct access_request *r, const struct request_line *line)
{
	bool had = false;

	if (line->state != LINE_PENDING || request_line_cools(line) || line_ends(l, r, line))
		return false;
	for (size_t k = 0; k < line->n_approvers; k++) {
		if (person_same(&line->approvers[k], request_line_person(r, line)))
			continue;
		if (!leaves(l, &line->approvers[k]))
			return false;
		had = true;
	}
	return had;
}

static void
tell_orphans(struct plan *p, const struct access_leaving *l, const struct access_request *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		n += is_orphan(l, r, &r->lines[i]);
	for (size_t i = 0; n > 0 && i < l->n_administrators; i++) {
		const struct person *to = &l->administrators[i];
		struct notice *notice;

		if (!person_reachable(to) || leaves(l, to))
			continue;
		notice = access_notice(p, NOTICE_ESCALATION, to, r);
		notice_value(p, notice, "reason", STR("no-approver"));
		notice_value(p, notice, "no_approver", STR("yes"));
		notice_value(p, notice, "detail", STR("the last approver of the request has left"));
	}
}

static void
end_request(struct plan *p, const struct access_leaving *l, const struct access_request *r)
{
	bool stays = false;
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		if (line_ends(l, r, &r->lines[i])) {
			cancel_line(p, r, i);
			n++;
		} else if (r->lines[i].state == LINE_PENDING) {
			stays = true;
		}
	if (n > 0)
		cancel_case(p, r, !stays, WAY_CASECTL,
		    stays
			? STR("A part of the request was cancelled: the person or the customer it depends on has left.")
			: STR("The request was cancelled: the person or the customer it depends on has left."));
	tell_orphans(p, l, r);
}

void
access_offboard(const struct access_leaving *l, struct arena *a, struct plan *out)
{
	plan_init(out, a);
	for (size_t i = 0; i < l->n_pending; i++)
		end_request(out, l, &l->pending[i]);
	for (size_t i = 0; i < l->n_held; i++) {
		struct effect *f = plan_effect(out, EFFECT_GRANT);

		f->person = l->held[i].person;
		f->deployment = l->held[i].deployment;
		f->level = ACCESS_NONE;
		f->way = WAY_CASECTL;
	}
	for (size_t i = 0; i < l->n_people; i++)
		plan_effect(out, EFFECT_LEAVE)->person = l->people[i];
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

int
access_reactivate(const struct person *person, struct arena *a, struct plan *out, struct err *e)
{
	if (person->active)
		return err_set(e, ERR_REJECT, "%.*s is active", STR_ARGS(person->address));
	plan_init(out, a);
	plan_effect(out, EFFECT_RETURN)->person = *person;
	return 0;
}
