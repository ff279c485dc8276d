/* SPDX-License-Identifier: ISC
 * access_edit.c: casectl access edit: a pending request as a new version. What was decided stays as it is.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/access_ask.h"
#include "daemon/apply.h"
#include "daemon/settle_calendar.h"
#include "rules/access.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define DAY_MS ((int64_t)86400000)

static struct request_line *
line_of(struct access_request *r, int64_t deployment)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (r->lines[i].deployment.id == deployment)
			return &r->lines[i];
	return NULL;
}

static int
edit_line(struct ctl *c, struct access_request *r, struct str value)
{
	ptrdiff_t at = str_rfind_char(value, '=');
	enum access_level level;
	struct request_line *l;
	struct deployment d;
	struct err e;

	if (at < 0 || !access_level_parse(str_skip(value, (size_t)at + 1), &level))
		return ctl_refuse(
		    "--deployment %.*s: ORGID=LEVEL is allowed, with LEVEL none, basic, read-only or read-write",
		    STR_ARGS(value));
	if (store_deployment_find(c->store, str_head(value, (size_t)at), c->arena, &d, &e) < 0)
		return ctl_fail(c, &e);
	if ((l = line_of(r, d.id)) == NULL) {
		if (r->n_lines == ACCESS_ASK_LINES)
			return ctl_refuse("at most %d deployments in one request", ACCESS_ASK_LINES);
		l = &r->lines[r->n_lines++];
		*l = (struct request_line){ .deployment = d };
	}
	l->level = level;
	l->removal = level == ACCESS_NONE;
	return CTL_DONE;
}

static int
edit_drop(struct ctl *c, struct access_request *r, struct str org_id)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (str_equal_nocase(r->lines[i].deployment.org_id, org_id)) {
			r->n_lines--;
			for (size_t k = i; k < r->n_lines; k++)
				r->lines[k] = r->lines[k + 1];
			return CTL_DONE;
		}
	(void)c;
	return ctl_refuse("--drop %.*s: the request has no such pending deployment", STR_ARGS(org_id));
}

/* The request as it shall be: its pending lines, changed. */
static int
edit_load(struct ctl *c, const struct access_request *old, struct access_request *edited)
{
	struct str value;
	struct err e;
	int status;

	*edited = *old;
	edited->version = old->version + 1;
	edited->expires_at = c->now + c->configuration->approval_expiry_days * DAY_MS;
	edited->lines = arena_array(c->arena, ACCESS_ASK_LINES + old->n_lines, sizeof(*edited->lines));
	edited->n_lines = 0;
	for (size_t i = 0; i < old->n_lines; i++)
		if (old->lines[i].state == LINE_PENDING)
			edited->lines[edited->n_lines++] = old->lines[i];
	for (size_t i = 0; (value = ctl_option_at(c, "drop", i)).p; i++)
		if ((status = edit_drop(c, edited, value)) != CTL_DONE)
			return status;
	for (size_t i = 0; (value = ctl_option_at(c, "deployment", i)).p; i++)
		if ((status = edit_line(c, edited, value)) != CTL_DONE)
			return status;
	return store_request_prepare(c->store, edited, c->arena, &e) < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

static int
edit_plan(struct ctl *c, const struct access_request *old, const struct access_request *edited, struct plan *plan)
{
	struct snapshot s = { .now = c->now };
	struct calendar calendar;
	struct policy policy;
	struct err e;

	settle_policy(c->configuration, NULL, &policy);
	policy.calendar = &calendar;
	if (settle_calendar(c->configuration, c->now, c->arena, &calendar, &e) < 0 ||
	    store_request_list(c->store, true, c->arena, &s.requests, &s.n_requests, &e) < 0 ||
	    store_administrators(c->store, c->arena, &s.administrators, &s.n_administrators, &e) < 0 ||
	    access_request_edit(old, edited, &s, &policy, c->who, c->arena, plan, &e) < 0)
		return ctl_fail(c, &e);
	return CTL_DONE;
}

static int
access_edit_run(struct ctl *c)
{
	struct access_request old, edited;
	struct applied done;
	struct plan plan;
	long long id;
	struct err e;
	int status;

	if (!str_to_number(ctl_word(c, 0), &id))
		return fprintf(stderr, "casectl: %s: the number of a request is allowed\n", c->words[0]), CTL_USAGE;
	if ((status = ctl_begin(c)) != CTL_DONE)
		return status;
	if (store_request_get(c->store, id, c->arena, &old, &e) < 0)
		return ctl_fail(c, &e);
	if (old.source.id)
		return ctl_refuse("request %lld is a copy of %.*s: withdraw it, and ask for another copy", id,
		    STR_ARGS(old.source.org_id));
	if ((status = edit_load(c, &old, &edited)) != CTL_DONE ||
	    (status = edit_plan(c, &old, &edited, &plan)) != CTL_DONE ||
	    (status = ctl_apply(c, &plan, "access-edit", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"request\":%lld,\"version\":%d,\"notices\":%zu}\n", id, edited.version, done.letters);
	else
		printf("request %lld is at version %d now: %zu notice%s queued\n", id, edited.version, done.letters,
		    done.letters == 1 ? "" : "s");
	return CTL_DONE;
}

static const struct option_spec edit_options[] = { { "deployment", "ORGID=LEVEL", false, true,
						       "what is wanted there instead, or as well" },
	{ "drop", "ORGID", false, true, "nothing is wanted there any more" }, { NULL, NULL, false, false, NULL } };

const struct verb verbs_access_edit[] = {
	{ "access", "edit", "REQUEST", 1, 1, "Change a pending access request: approvers are asked anew",
	    "casectl access edit 1 --deployment ACME-1=read-only", edit_options, access_edit_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
