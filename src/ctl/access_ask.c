/* SPDX-License-Identifier: ISC
 * access_ask.c: one way to an access request, for the commands that make one, many, or a copy.
 */
#include "config.h"

#include "ctl/access_ask.h"

#include "daemon/apply.h"
#include "daemon/settle_calendar.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define DAY_MS ((int64_t)86400000)

int
access_ask_open(struct ctl *c, struct access_ask *x, struct err *e)
{
	*x = (struct access_ask){ .snapshot = { .now = c->now } };
	settle_policy(c->configuration, NULL, &x->policy);
	x->policy.calendar = &x->calendar;
	if (settle_calendar(c->configuration, c->now, c->arena, &x->calendar, e) < 0 ||
	    store_administrators(c->store, c->arena, &x->snapshot.administrators, &x->snapshot.n_administrators, e) <
		0 ||
	    store_request_list(c->store, true, c->arena, &x->snapshot.requests, &x->snapshot.n_requests, e) < 0)
		return -1;
	return ctl_applier_open(c, &x->applier, e);
}

void
access_ask_close(struct access_ask *x)
{
	ctl_applier_close(&x->applier);
}

void
access_ask_init(const struct ctl *c, size_t n, struct access_request *r)
{
	*r = (struct access_request){ .version = 1,
		.created_at = c->now,
		.expires_at = c->now + c->configuration->approval_expiry_days * DAY_MS,
		.lines =
		    arena_array(c->arena, n > ACCESS_ASK_LINES ? n : ACCESS_ASK_LINES, sizeof(struct request_line)) };
}

int
access_ask_person(struct ctl *c, const struct access_ask_person *p, struct access_request *r, struct err *e)
{
	struct str name = str_trim(p->name);
	ptrdiff_t at = str_rfind_char(name, ' ');
	struct person_record known;
	struct err why = { 0 };

	if (store_person_find(c->store, p->address, c->arena, &known, &why) == 0) {
		r->person = known.person;
		return 0;
	}
	if (why.kind != ERR_REJECT) {
		*e = why;
		return -1;
	}
	if (at < 0 || !p->employer.n || !p->country.n)
		return err_set(e, ERR_REJECT,
		    "%.*s is not known yet: a new person needs a name (\"FIRST LAST\"), an employer and a country",
		    STR_ARGS(p->address));
	r->person = (struct person){ .address = p->address,
		.first_name = str_trim(str_head(name, (size_t)at)),
		.last_name = str_skip(name, (size_t)at + 1),
		.language = p->language,
		.active = true };
	r->employer = p->employer;
	r->country = p->country;
	r->phone = p->phone;
	known = (struct person_record){
		.person = r->person, .employer = r->employer, .country = r->country, .phone = r->phone
	};
	known.person.is_contact = true; /* as the first grant will make it: better refused now than then */
	return store_person_check(&known, e);
}

int
access_ask_line(struct ctl *c, struct str org_id, enum access_level level, struct access_request *r, struct err *e)
{
	struct request_line *l = &r->lines[r->n_lines];

	if (r->n_lines == ACCESS_ASK_LINES)
		return err_set(e, ERR_REJECT, "at most %d deployments in one request", ACCESS_ASK_LINES);
	*l = (struct request_line){ .level = level, .removal = level == ACCESS_NONE };
	if (store_deployment_find(c->store, org_id, c->arena, &l->deployment, e) < 0)
		return -1;
	r->n_lines++;
	return 0;
}

int
access_ask_requester(struct ctl *c, struct str address, struct access_request *r, struct err *e)
{
	struct person_record known;

	r->requester_name = c->configuration->brand;
	if (address.n == 0)
		return 0;
	if (store_person_find(c->store, address, c->arena, &known, e) < 0)
		return -1;
	r->requester = known.person;
	r->requester_name = person_full_name(&known.person, c->arena);
	return 0;
}

int
access_ask_check(
    struct ctl *c, struct access_ask *x, struct access_request *r, const struct access_problem **out, struct err *e)
{
	if (store_request_prepare(c->store, r, c->arena, e) < 0)
		return -1;
	*out = access_request_check(r, &x->snapshot, &x->policy, c->arena);
	return 0;
}

/* One more request is pending now: the next one must not ask for the same. */
static int
remember(struct ctl *c, struct access_ask *x, int64_t id, struct access_asked *out, struct err *e)
{
	struct snapshot *s = &x->snapshot;
	struct access_request *all;

	if (s->n_requests >= x->room) {
		x->room = 2 * s->n_requests + 8;
		all = arena_array(c->arena, x->room, sizeof(*all));
		for (size_t i = 0; i < s->n_requests; i++)
			all[i] = s->requests[i];
		s->requests = all;
	}
	if (store_request_get(c->store, id, c->arena, &s->requests[s->n_requests], e) < 0)
		return -1;
	out->state = access_is_pending(&s->requests[s->n_requests]) ? STR("pending") : STR("decided");
	s->n_requests++;
	return 0;
}

int
access_ask_apply(struct ctl *c, struct access_ask *x, const struct access_request *r, const char *event,
    struct access_asked *out, struct err *e)
{
	struct case_view view;
	struct applied done;
	struct plan plan;

	if (access_request_open(r, &x->snapshot, &x->policy, c->arena, &plan, e) < 0 ||
	    ctl_applier_run(c, x->applier, &plan, event, &done, e) < 0 ||
	    store_case_get(c->store, done.new_case, c->arena, &view, e) < 0)
		return -1;
	*out =
	    (struct access_asked){ .request = done.new_request, .case_number = view.number, .notices = done.letters };
	return remember(c, x, done.new_request, out, e);
}
