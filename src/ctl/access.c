/* SPDX-License-Identifier: ISC
 * access.c: casectl access: requests, and who has what.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/access_ask.h"
#include "ctl/listing.h"
#include "store/store_cases.h"
#include "store/store_people.h"

/* --deployment ORGID=LEVEL, or ORGID=none for a removal. */
static int
request_line(struct ctl *c, struct str value, struct access_request *r)
{
	ptrdiff_t at = str_rfind_char(value, '=');
	enum access_level level;
	struct err e;

	if (at < 0 || !access_level_parse(str_skip(value, (size_t)at + 1), &level))
		return ctl_refuse(
		    "--deployment %.*s: ORGID=LEVEL is allowed, with LEVEL none, basic, read-only or read-write",
		    STR_ARGS(value));
	return access_ask_line(c, str_head(value, (size_t)at), level, r, &e) < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

static int
request_load(struct ctl *c, struct access_request *r)
{
	struct access_ask_person who = { .address = ctl_word(c, 0),
		.name = ctl_option(c, "name"),
		.employer = ctl_option(c, "employer"),
		.country = ctl_option(c, "country"),
		.phone = ctl_option(c, "phone") };
	struct str value;
	struct err e;
	int status;

	access_ask_init(c, 0, r);
	if ((status = ctl_language(c, &who.language)) != CTL_DONE)
		return status;
	if (access_ask_person(c, &who, r, &e) < 0 || access_ask_requester(c, ctl_option(c, "by"), r, &e) < 0)
		return ctl_fail(c, &e);
	for (size_t i = 0; (value = ctl_option_at(c, "deployment", i)).p; i++)
		if ((status = request_line(c, value, r)) != CTL_DONE)
			return status;
	return CTL_DONE;
}

static int
request_ask(struct ctl *c, struct access_ask *x, struct access_request *r)
{
	const struct access_problem *problem;
	struct access_asked done;
	struct err e;
	int status;

	if (access_ask_open(c, x, &e) < 0 || access_ask_check(c, x, r, &problem, &e) < 0)
		return ctl_fail(c, &e);
	for (const struct access_problem *p = problem; p; p = p->next)
		ctl_refuse("%.*s", STR_ARGS(p->words));
	if (problem)
		return CTL_REFUSED;
	if (access_ask_apply(c, x, r, "access-request", &done, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_commit(c)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"request\":%lld,\"case\":\"%.*s\",\"state\":\"%.*s\",\"notices\":%zu}\n",
		    (long long)done.request, STR_ARGS(done.case_number), STR_ARGS(done.state), done.notices);
	else
		printf("request %lld, case %.*s: %zu notice%s queued\n", (long long)done.request,
		    STR_ARGS(done.case_number), done.notices, done.notices == 1 ? "" : "s");
	return CTL_DONE;
}

static int
access_request_run(struct ctl *c)
{
	struct access_request r;
	struct access_ask x = { 0 };
	int status;

	if (ctl_has(c, "batch"))
		return access_batch_run(c);
	if (c->n_words == 0)
		return fprintf(stderr, "casectl: the ADDRESS of a person is missing\n"), CTL_USAGE;
	if (!ctl_has(c, "deployment"))
		return fprintf(stderr, "casectl: --deployment ORGID=LEVEL is missing\n"), CTL_USAGE;
	if ((status = ctl_begin(c)) == CTL_DONE && (status = request_load(c, &r)) == CTL_DONE)
		status = request_ask(c, &x, &r);
	access_ask_close(&x);
	return status;
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
		listing_text(l, "person", person_text(c, request_line_person(r, line)));
		listing_text(l, "org_id", line->deployment.org_id);
		listing_text(l, "customer", line->deployment.customer);
		listing_z(l, "before", access_level_name(line->before));
		listing_z(l, "level", access_level_name(line->level));
		listing_z(l, "state", line_state_name(line->state));
		listing_text(l, "decided_by", line->decided_by.id ? person_text(c, &line->decided_by) : STR_NONE);
		listing_text(l, "on_behalf_of", line->on_behalf_of.id ? person_text(c, &line->on_behalf_of) : STR_NONE);
		listing_time(l, "decided_at", line->decided_at);
		listing_time(l, "takes_effect_at", line->takes_effect_at);
		listing_text(l, "comment", line->comment);
		listing_text(l, "requester", r->requester_name);
		listing_time(l, "created_at", r->created_at);
		listing_time(l, "expires_at", r->expires_at);
		listing_number(l, "version", r->version);
		listing_text(l, "copied_from", r->source.org_id);
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
	{ "deployment", "ORGID=LEVEL", false, true, "what is wanted: none (removal), basic, read-only or read-write" },
	{ "by", "ADDRESS", false, false, "who asks for it; an approver's request is approved at once" },
	{ "name", "\"FIRST LAST\"", false, false, "of a new person" },
	{ "employer", "NAME", false, false, "of a new person" }, { "country", "NAME", false, false, "of a new person" },
	{ "phone", "NUMBER", false, false, "of a new person" },
	{ "batch", "FILE", false, false, "many requests, a JSON array; - is standard input; takes no other option" },
	{ "language", "CODE", false, false, "of a new person" }, END_OPTIONS
};
static const struct option_spec requests_options[] = { { "pending", NULL, false, false, "only what is not decided" },
	END_OPTIONS };
static const struct option_spec list_options[] = { { "deployment", "ORGID", false, false, "only of this deployment" },
	{ "person", "ADDRESS", false, false, "only of this person" }, END_OPTIONS };

const struct verb verbs_access[] = {
	{ "access", "request", "[ADDRESS]", 0, 1, "Ask the approvers for access",
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
