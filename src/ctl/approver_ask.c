/* SPDX-License-Identifier: ISC
 * approver_ask.c: a new approver, or a delegate, is asked about what is pending at once, as the approvers before were.
 *
 * Compared is what a person may decide before and after, so that nobody is asked a second time.
 */
#include "config.h"

#include "ctl/approver_ask.h"

#include "rules/access.h"
#include "store/store_cases.h"

int
approver_ask_open(struct ctl *c, struct approver_ask *x, struct err *e)
{
	return store_request_list(c->store, true, c->arena, &x->before, &x->n, e);
}

static int
plan_questions(struct ctl *c, const struct approver_ask *x, const struct person *to, struct plan *p, struct err *e)
{
	plan_init(p, c->arena);
	for (size_t i = 0; i < x->n; i++) {
		struct access_request now;

		if (access_lines_of(&x->before[i], to->id) > 0)
			continue;
		if (store_request_get(c->store, x->before[i].id, c->arena, &now, e) < 0)
			return -1;
		access_ask(p, &now, to);
	}
	return 0;
}

int
approver_ask_commit(
    struct ctl *c, const struct approver_ask *x, const struct person *to, const char *event, struct applied *done)
{
	struct plan plan;
	struct err e;

	if (plan_questions(c, x, to, &plan, &e) < 0)
		return ctl_fail(c, &e);
	*done = (struct applied){ 0 };
	if (plan.effects == NULL)
		return ctl_commit(c);
	return ctl_apply(c, &plan, event, NULL, 0, done);
}
