/* SPDX-License-Identifier: ISC
 * world.h: a small support desk for the tests of the rules: people, two cases, one access request.
 */
#ifndef CASEMAIL_TESTS_WORLD_H
#define CASEMAIL_TESTS_WORLD_H

#include "rules/decide.h"
#include "rules/notice.h"
#include "tap.h"

#define NOW 1770000000000LL /* 2026-02-02 02:40 UTC */
#define HOUR 3600000LL

enum { EVA = 1, OLE, ADA, BEN, RITA, ADMA, PAT };
enum { ORG_ACME = 1, ORG_PARTNER };

#define PERSON(ID, FIRST, ROLE)                                                                                        \
	{                                                                                                              \
		.id = (ID), .first_name = STR(FIRST), .last_name = STR("Test"), .address = STR(FIRST "@acme.example"), \
		.organisation = ORG_ACME, .active = true, .ROLE = true                                                 \
	}

/* Eva: Designated Contact. Ole: contact with Read-Only. Ada, Ben: approvers. Rita: representative and owner.
 * Adma: administrator. Pat: contact, whom the request is about. */
static const struct person people[] = {
	[EVA] = PERSON(EVA, "eva", is_contact),
	[OLE] = PERSON(OLE, "ole", is_contact),
	[ADA] = PERSON(ADA, "ada", is_approver),
	[BEN] = PERSON(BEN, "ben", is_approver),
	[RITA] = PERSON(RITA, "rita", is_representative),
	[ADMA] = PERSON(ADMA, "adma", is_administrator),
	[PAT] = PERSON(PAT, "pat", is_contact),
};

static const struct deployment acme = {
	.id = 1, .organisation = ORG_ACME, .org_id = STR("ACME-1"), .customer = STR("Acme Ltd"), .product = STR("Cloud")
};

struct world {
	struct reading r;
	struct arrival arrival;
	struct snapshot s;
	struct policy policy;
	struct case_fact cases[3]; /* open, closed, admin */
	struct access_request request;
	struct request_line lines[2];
	struct person approvers[2], administrators[1];
	struct token_fact tokens[4];
	int64_t shown[2]; /* the lines that mails with those tokens have shown: both */
	struct reference_fact references[4];
	struct answered answered[1];
	struct arena *arena;
	struct plan plan;
};

#define CASE_OPEN 10
#define CASE_CLOSED 11
#define CASE_ADMIN 12
#define REQUEST 20

static inline void
world_case(struct case_fact *f, int64_t id, struct str number, struct str status, struct str sub)
{
	f->view = (struct case_view){ .id = id,
		.number = number,
		.reference = STR("0123456789abc"),
		.type = STR("Support Case"),
		.subject = STR("It stops"),
		.status = status,
		.sub_status = sub,
		.priority = STR("Medium"),
		.deployment = acme,
		.contact = people[EVA],
		.owner = people[RITA],
		.is_closed = str_equal(status, STR("CLOSED")) };
}

static inline void
world_request(struct world *w)
{
	w->approvers[0] = people[ADA];
	w->approvers[1] = people[BEN];
	w->lines[0] = (struct request_line){
		.id = 30, .deployment = acme, .level = ACCESS_READ_WRITE, .approvers = w->approvers, .n_approvers = 2
	};
	w->lines[1] = w->lines[0];
	w->lines[1].id = 31;
	w->lines[1].deployment = (struct deployment){ .id = 2, .org_id = STR("ACME-2"), .customer = STR("Acme Ltd") };
	w->request = (struct access_request){ .id = REQUEST,
		.case_id = CASE_ADMIN,
		.version = 1,
		.person = people[PAT],
		.requester = people[EVA],
		.requester_name = STR("eva Test"),
		.lines = w->lines,
		.n_lines = 1,
		.created_at = NOW - 24 * HOUR,
		.expires_at = NOW + 24 * HOUR };
	w->shown[0] = w->lines[0].id;
	w->shown[1] = w->lines[1].id;
}

/* The shipped statuses; kept until the program ends. */
static inline const struct workflow *
world_workflow(void)
{
	static struct configuration *defaults;

	if (defaults == NULL)
		defaults = configuration_defaults();
	return &defaults->workflow;
}

/* A person's authenticated mail to us that names nothing yet. */
static inline void
world_init(struct world *w, const struct verdict_phrases *phrases)
{
	*w = (struct world){ 0 };
	w->arena = arena_open(16 << 20);
	w->r = (struct reading){ .authentication = AUTH_PASS, .addressed = true, .message_id = STR("m1@acme.example") };
	w->arrival = (struct arrival){ .internal_date = NOW, .size = 1000 };
	w->policy = (struct policy){ .workflow = world_workflow(),
		.authentication = AUTHENTICATION_RESULTS,
		.updates_authentication = AUTH_WEAK,
		.approval_self_grant = true,
		.phrases = phrases,
		.ask_again_most = 3,
		.ask_again_hours = 24,
		.answers_per_10_minutes = 30 };
	world_case(&w->cases[0], CASE_OPEN, STR("00000010"), STR("AWAITING INFO"), STR("Info Required from Customer"));
	world_case(&w->cases[1], CASE_CLOSED, STR("00000011"), STR("CLOSED"), STR("Resolved"));
	world_case(&w->cases[2], CASE_ADMIN, STR("00000012"), STR("OPEN"), STR("New"));
	w->cases[2].view.request = REQUEST;
	world_request(w);
	w->administrators[0] = people[ADMA];
	w->s = (struct snapshot){ .now = NOW,
		.cases = w->cases,
		.n_cases = 3,
		.requests = &w->request,
		.n_requests = 1,
		.tokens = w->tokens,
		.references = w->references,
		.administrators = w->administrators,
		.n_administrators = 1 };
}

static inline void
world_from(struct world *w, int who)
{
	w->s.sender = who ? people[who] : (struct person){ 0 };
	w->r.from_strict = who ? people[who].address : STR("mallory@evil.example");
	for (size_t i = 0; i < 3; i++)
		w->cases[i].level = who == EVA ? ACCESS_READ_WRITE : who == OLE ? ACCESS_READ_ONLY : ACCESS_NONE;
}

static inline void
world_reference(struct world *w, int64_t case_id, enum reading_place place)
{
	w->references[w->s.n_references++] =
	    (struct reference_fact){ .reference = { .place = place }, .case_id = case_id };
}

static inline struct token_fact *
world_token(struct world *w, enum token_kind kind, int owner)
{
	struct token_fact *t = &w->tokens[w->s.n_tokens++];

	*t = (struct token_fact){ .place = PLACE_RECIPIENT,
		.kind = kind,
		.state = TOKEN_VALID,
		.id = 40 + (int64_t)w->s.n_tokens,
		.case_id = kind == TOKEN_OF_CASE ? CASE_OPEN : CASE_ADMIN,
		.request_id = kind == TOKEN_OF_CASE ? 0 : REQUEST,
		.version = 1,
		.lines = w->shown,
		.n_lines = 2,
		.owner = people[owner] };
	return t;
}

/* The effects in short: "update status:OPEN notice:update>eva". A mark "!" is an answer, "#" carries a token, "-" an
 * internal update. */
static inline struct str
world_effects(const struct plan *p, struct arena *a)
{
	static const char *const names[] = { "open", "update", "status", "assign", "merge", "move", "deployment",
		"escalate", "request", "line", "cool", "grant", "token", "tokens", "asked", "times", "edit", "absent",
		"leave", "return", "address", "undeliverable", "bounced", "bounce-claimed", "notice" };
	struct str s = STR_NONE;

	for (const struct effect *f = p->effects; f != NULL; f = f->next) {
		s = arena_format(a, "%.*s%s%s", STR_ARGS(s), s.n ? " " : "", names[f->kind]);
		if (f->kind == EFFECT_NOTICE)
			s = arena_format(a, "%.*s:%s%s%s>%.*s", STR_ARGS(s), notice_kind_name(f->notice.kind),
			    f->notice.is_answer ? "!" : "", f->notice.token ? "#" : "",
			    STR_ARGS(f->notice.to.first_name));
		else if (f->kind == EFFECT_STATUS)
			s = arena_format(a, "%.*s:%.*s", STR_ARGS(s),
			    STR_ARGS(f->closing == CLOSING_NONE ? f->status : STR("CLOSED")));
		else if (f->kind == EFFECT_UPDATE && f->visibility == UPDATE_INTERNAL)
			s = arena_format(a, "%.*s-", STR_ARGS(s));
		else if (f->kind == EFFECT_LINE)
			s = arena_format(a, "%.*s:%s", STR_ARGS(s), line_state_name(f->line_state));
	}
	return s;
}

/* The value of the first notice of a kind; empty where there is none. */
static inline struct str
world_value(const struct plan *p, enum notice_kind kind, const char *name)
{
	for (const struct effect *f = p->effects; f != NULL; f = f->next)
		for (size_t i = 0; f->kind == EFFECT_NOTICE && f->notice.kind == kind && i < f->notice.n_values; i++)
			if (strcmp(f->notice.values[i].name, name) == 0)
				return f->notice.values[i].text;
	return STR_NONE;
}

static inline const struct effect *
world_effect(const struct plan *p, enum effect_kind kind)
{
	const struct effect *f = p->effects;

	while (f != NULL && f->kind != kind)
		f = f->next;
	return f;
}

#endif
