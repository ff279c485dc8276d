/* SPDX-License-Identifier: ISC
 * access.c: casectl access: requests, and who has what.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/listing.h"
#include "ctl/table.h"
#include "daemon/apply.h"
#include "daemon/settle_calendar.h"
#include "rules/access.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define LINES_MOST 32
#define DAY_MS ((int64_t)86400000)

/* --deployment ORGID=LEVEL, or ORGID=none for a removal. */
static int
request_line(struct ctl *c, struct str value, struct request_line *out)
{
	ptrdiff_t at = str_rfind_char(value, '=');
	struct err e;

	*out = (struct request_line){ 0 };
	if (at < 0 || !access_level_parse(str_skip(value, (size_t)at + 1), &out->level))
		return ctl_refuse(
		    "--deployment %.*s: ORGID=LEVEL is allowed, with LEVEL none, basic, read-only or read-write",
		    STR_ARGS(value));
	if (store_deployment_find(c->store, str_head(value, (size_t)at), c->arena, &out->deployment, &e) < 0)
		return ctl_fail(c, &e);
	out->removal = out->level == ACCESS_NONE;
	return CTL_DONE;
}

/* Whom it is about: a person we know, or one with all five fields. */
static int
request_person(struct ctl *c, struct access_request *r)
{
	struct str name = str_trim(ctl_option(c, "name"));
	ptrdiff_t at = str_rfind_char(name, ' ');
	struct person_record known;
	struct err e;

	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &known, &e) == 0) {
		r->person = known.person;
		return CTL_DONE;
	}
	if (e.kind != ERR_REJECT)
		return ctl_fail(c, &e);
	if (at < 0 || !ctl_has(c, "employer") || !ctl_has(c, "country"))
		return ctl_refuse(
		    "%s is not known yet: a new person needs --name \"FIRST LAST\", --employer and --country",
		    c->words[0]);
	r->person = (struct person){ .address = ctl_word(c, 0),
		.first_name = str_trim(str_head(name, (size_t)at)),
		.last_name = str_skip(name, (size_t)at + 1),
		.active = true };
	r->employer = ctl_option(c, "employer");
	r->country = ctl_option(c, "country");
	r->phone = ctl_option(c, "phone");
	return ctl_language(c, &r->person.language);
}

static int
request_requester(struct ctl *c, struct access_request *r)
{
	struct person_record known;
	struct err e;

	r->requester_name = c->configuration->brand; /* approvers do not know our operators' logins; the audit does */
	if (!ctl_has(c, "by"))
		return CTL_DONE;
	if (store_person_find(c->store, ctl_option(c, "by"), c->arena, &known, &e) < 0)
		return ctl_fail(c, &e);
	r->requester = known.person;
	r->requester_name =
	    arena_format(c->arena, "%.*s %.*s", STR_ARGS(known.person.first_name), STR_ARGS(known.person.last_name));
	return CTL_DONE;
}

static int
request_load(struct ctl *c, struct access_request *r, struct snapshot *s)
{
	struct str value;
	struct err e;
	int status;

	*r = (struct access_request){ .version = 1,
		.created_at = c->now,
		.expires_at = c->now + c->configuration->approval_expiry_days * DAY_MS,
		.lines = arena_array(c->arena, LINES_MOST, sizeof(*r->lines)) };
	*s = (struct snapshot){ .now = c->now };
	if ((status = request_person(c, r)) != CTL_DONE || (status = request_requester(c, r)) != CTL_DONE)
		return status;
	for (; (value = ctl_option_at(c, "deployment", r->n_lines)).p; r->n_lines++) {
		if (r->n_lines == LINES_MOST)
			return ctl_refuse("at most %d deployments in one request", LINES_MOST);
		if ((status = request_line(c, value, &r->lines[r->n_lines])) != CTL_DONE)
			return status;
	}
	if (store_request_prepare(c->store, r, c->arena, &e) < 0 ||
	    store_request_list(c->store, true, c->arena, &s->requests, &s->n_requests, &e) < 0 ||
	    store_administrators(c->store, c->arena, &s->administrators, &s->n_administrators, &e) < 0)
		return ctl_fail(c, &e);
	return CTL_DONE;
}

static int
access_request_run(struct ctl *c)
{
	struct access_request r;
	struct calendar calendar;
	struct policy policy;
	struct snapshot s;
	struct case_view view;
	struct applied done;
	struct plan plan;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE || (status = request_load(c, &r, &s)) != CTL_DONE)
		return status;
	settle_policy(c->configuration, NULL, &policy);
	if (settle_calendar(c->configuration, c->now, c->arena, &calendar, &e) < 0)
		return ctl_fail(c, &e);
	policy.calendar = &calendar;
	if (access_request_open(&r, &s, &policy, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "access-request", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (store_case_get(c->store, done.new_case, c->arena, &view, &e) < 0)
		return ctl_fail(c, &e);
	if (c->json)
		printf("{\"request\":%lld,\"case\":\"%.*s\",\"notices\":%zu}\n", (long long)done.new_request,
		    STR_ARGS(view.number), done.letters);
	else
		printf("request %lld, case %.*s: %zu notice%s queued\n", (long long)done.new_request,
		    STR_ARGS(view.number), done.letters, done.letters == 1 ? "" : "s");
	return CTL_DONE;
}

static struct str
person_text(struct ctl *c, const struct person *p)
{
	return arena_format(
	    c->arena, "%.*s %.*s <%.*s>", STR_ARGS(p->first_name), STR_ARGS(p->last_name), STR_ARGS(p->address));
}

static int
requests_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	(void)filter;
	return store_request_list(c->store, ctl_has(c, "pending"), c->arena, out, n, e);
}

static int
request_load_one(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	const long long *id = filter;
	struct access_request **one = out;

	*one = arena_new(c->arena, struct access_request);
	*n = 1;
	return store_request_get(c->store, *id, c->arena, *one, e);
}

static void
request_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct access_request *r = record;

	for (size_t i = 0; i < r->n_lines; i++) {
		const struct request_line *line = &r->lines[i];

		listing_row(l);
		listing_number(l, "request", r->id);
		listing_text(l, "person", person_text(c, &r->person));
		listing_text(l, "org_id", line->deployment.org_id);
		listing_text(l, "customer", line->deployment.customer);
		listing_z(l, "before", access_level_name(line->before));
		listing_z(l, "level", access_level_name(line->level));
		listing_z(l, "state", line_state_name(line->state));
		listing_text(l, "decided_by", line->decided_by.id ? person_text(c, &line->decided_by) : STR_NONE);
		listing_time(l, "decided_at", line->decided_at);
		listing_text(l, "requester", r->requester_name);
		listing_time(l, "created_at", r->created_at);
		listing_time(l, "expires_at", r->expires_at);
		listing_number(l, "version", r->version);
	}
}

static const struct column request_columns[] = { { "REQUEST", "request" }, { "PERSON", "person" },
	{ "DEPLOYMENT", "org_id" }, { "HELD", "before" }, { "WANTED", "level" }, { "STATE", "state" },
	{ "DECIDED BY", "decided_by" }, { "AT", "decided_at" } };

static int
access_requests_run(struct ctl *c)
{
	static const struct listing_source source =
	    LISTING_SOURCE(request_columns, struct access_request, requests_load, request_show);

	return listing_run(c, &source, NULL);
}

static int
access_show_run(struct ctl *c)
{
	static const struct listing_source source =
	    LISTING_SOURCE(request_columns, struct access_request, request_load_one, request_show);
	long long id;

	if (!str_to_number(ctl_word(c, 0), &id))
		return fprintf(stderr, "casectl: %s: the number of a request is allowed\n", c->words[0]), CTL_USAGE;
	return listing_run(c, &source, &id);
}

static int
access_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	struct person_record p = { 0 };
	struct deployment d = { 0 };

	(void)filter;
	if (ctl_has(c, "deployment") &&
	    store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &d, e) < 0)
		return -1;
	if (ctl_has(c, "person") && store_person_find(c->store, ctl_option(c, "person"), c->arena, &p, e) < 0)
		return -1;
	return store_access_list(c->store, p.person.id, d.id, c->arena, out, n, e);
}

static void
access_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct access_record *r = record;

	listing_row(l);
	listing_text(l, "person", person_text(c, &r->person));
	listing_text(l, "address", r->person.address);
	listing_text(l, "org_id", r->deployment.org_id);
	listing_text(l, "customer", r->deployment.customer);
	listing_z(l, "level", access_level_name(r->level));
	listing_time(l, "since", r->since);
	listing_text(l, "granted_by", r->granted_by);
}

static int
access_list_run(struct ctl *c)
{
	static const struct column columns[] = { { "PERSON", "person" }, { "DEPLOYMENT", "org_id" },
		{ "CUSTOMER", "customer" }, { "LEVEL", "level" }, { "SINCE", "since" },
		{ "GRANTED BY", "granted_by" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct access_record, access_load, access_show);

	return listing_run(c, &source, NULL);
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec request_options[] = {
	{ "deployment", "ORGID=LEVEL", true, true, "what is wanted: none (removal), basic, read-only or read-write" },
	{ "by", "ADDRESS", false, false, "who asks for it; an approver's request is approved at once" },
	{ "name", "\"FIRST LAST\"", false, false, "of a new person" },
	{ "employer", "NAME", false, false, "of a new person" }, { "country", "NAME", false, false, "of a new person" },
	{ "phone", "NUMBER", false, false, "of a new person" }, { "language", "CODE", false, false, "of a new person" },
	END_OPTIONS
};
static const struct option_spec requests_options[] = { { "pending", NULL, false, false, "only what is not decided" },
	END_OPTIONS };
static const struct option_spec list_options[] = { { "deployment", "ORGID", false, false, "only of this deployment" },
	{ "person", "ADDRESS", false, false, "only of this person" }, END_OPTIONS };

const struct verb verbs_access[] = {
	{ "access", "request", "ADDRESS", 1, 1, "Ask the approvers for access",
	    "casectl access request max@acme.example --name \"Max Ek\" --employer \"Acme Ltd\" --country Sweden "
	    "--deployment "
	    "ACME-1=read-write",
	    request_options, access_request_run },
	{ "access", "requests", "", 0, 0, "List access requests", "casectl access requests --pending", requests_options,
	    access_requests_run },
	{ "access", "list", "", 0, 0, "List who has access to what", "casectl access list --deployment ACME-1",
	    list_options, access_list_run },
	{ "access", "show", "REQUEST", 1, 1, "Show one access request", "casectl access show 1", NULL,
	    access_show_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
