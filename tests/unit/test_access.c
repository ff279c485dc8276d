/* SPDX-License-Identifier: ISC
 * test_access.c: access requests: A1-A5, A8, P1, P5.
 */
#include "config.h"

#include "rules/access.h"

#include "world.h"

static struct world w;

static struct str
opened(struct err *e)
{
	*e = (struct err){ 0 };
	w.request.id = w.request.case_id = 0;
	for (size_t i = 0; i < 2; i++)
		w.lines[i].id = 0;
	if (access_request_open(&w.request, &w.s, &w.policy, w.arena, &w.plan, e) < 0)
		return str_of(e->text);
	return world_effects(&w.plan, w.arena);
}

static void
alone(const struct person *approver)
{
	w.approvers[0] = *approver;
	w.lines[0].n_approvers = 1;
}

static void
set_grantee_approves(void)
{
	w.approvers[1] = people[PAT];
}

static void
set_grantee_alone(void)
{
	alone(&people[PAT]);
}

static void
set_self(void)
{
	w.request.requester = people[ADA];
}

static void
set_self_grant(void)
{
	w.request.requester = w.request.person = people[ADA];
}

static void
set_no_self_grant(void)
{
	set_self_grant();
	w.policy.approval_self_grant = false;
}

static void
set_two_lines(void)
{
	w.request.n_lines = 2;
}

static void
set_two_lines_self(void)
{
	static struct person ben;

	ben = people[BEN];
	w.request.n_lines = 2;
	w.request.requester = people[ADA];
	w.lines[1].approvers = &ben;
	w.lines[1].n_approvers = 1;
}

static void
set_dead_approver(void)
{
	alone(&people[ADA]);
	w.approvers[0].undeliverable = true;
}

static void
set_no_lines(void)
{
	w.request.n_lines = 0;
}

static void
set_same_level(void)
{
	w.lines[0].before = ACCESS_READ_WRITE;
}

static void
set_twice(void)
{
	w.request.n_lines = 2;
	w.lines[1].deployment = acme;
}

static void
set_partner(void)
{
	w.lines[0].deployment.partner = ORG_PARTNER;
}

static void
set_partner_member(void)
{
	set_partner();
	w.request.person.organisation = ORG_PARTNER;
}

static void
set_partner_read_only(void)
{
	set_partner();
	w.lines[0].level = ACCESS_READ_ONLY;
}

static void
set_new_person(void)
{
	w.request.person = (struct person){
		.first_name = STR("Nia"), .last_name = STR("New"), .address = STR("nia@acme.example"), .active = true
	};
	w.request.employer = STR("Acme Ltd");
	w.request.country = STR("NO");
}

static struct access_request pending;
static struct request_line pending_line;

/* A request for Pat that is there already. */
static void
set_pending(void)
{
	pending = w.request;
	pending.id = 7;
	pending_line = w.lines[0];
	pending_line.level = ACCESS_BASIC;
	pending.lines = &pending_line;
	w.s.requests = &pending;
	w.s.n_requests = 1;
}

static void
set_pending_other(void)
{
	set_pending();
	pending.person = people[OLE];
}

static void
set_pending_elsewhere(void)
{
	set_pending();
	pending_line.deployment = w.lines[1].deployment;
}

static void
set_pending_decided(void)
{
	set_pending();
	pending_line.state = LINE_DENIED;
}

static void
set_pending_new(void)
{
	set_new_person();
	set_pending();
	pending.person.address = STR("NIA@acme.example");
}

static void
set_free_mail(void)
{
	static struct str list[] = { STR("mail.example") };

	set_new_person();
	w.request.person.address = STR("nia@MAIL.example");
	w.policy.free_mail_domains = (struct strings){ list, 1 };
}

static void
set_no_country(void)
{
	set_new_person();
	w.request.country = STR_NONE;
}

#define GRANTED "open request line:approved grant update "
static const struct row {
	const char *name;
	void (*set)(void);
	const char *want; /* effects, or the beginning of the error */
} open_rows[] = {
	{ "A2: each approver is asked once", NULL,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "A2: one mail for all deployments of an approver", set_two_lines,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "A2: the grantee is not asked", set_grantee_approves, "open request notice:access-request#>ada" },
	{ "A2: nobody else can approve: administrators", set_grantee_alone, "open request notice:escalation>adma" },
	{ "A2: the only approver cannot be reached", set_dead_approver, "open request notice:escalation>adma" },
	{ "A4: an approver's request stands approved", set_self,
	    GRANTED "notice:decision-receipt>ben notice:decision-requester>ada tokens status:CLOSED "
		    "notice:access-granted>pat" },
	{ "A4: also for the approver", set_self_grant,
	    GRANTED "notice:decision-receipt>ben notice:decision-requester>ada tokens status:CLOSED "
		    "notice:access-granted>ada" },
	{ "A4: self_grant = false: the others are asked", set_no_self_grant,
	    "open request notice:access-request#>ben" },
	{ "A4: only the lines the requester approves", set_two_lines_self,
	    GRANTED "notice:decision-receipt>ben notice:decision-requester>ada notice:access-request#>ben" },
	{ "A1: a request without deployment", set_no_lines, "the request names no deployment" },
	{ "A1: nothing to change", set_same_level, "ACME-1: nothing to change, the level is read-write" },
	{ "A1: a deployment twice", set_twice, "ACME-1 is named twice" },
	{ "A1: a new person", set_new_person, "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "A1: what is pending is not asked for again", set_pending,
	    "ACME-1: request 7 for pat@acme.example is pending already" },
	{ "A1: nor for a new person", set_pending_new, "ACME-1: request 7 for nia@acme.example is pending already" },
	{ "A1: pending for somebody else", set_pending_other,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "A1: pending for another deployment", set_pending_elsewhere,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "A1: no longer pending", set_pending_decided,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "P1: a free-mail address", set_free_mail,
	    "nia@MAIL.example is a free-mail address: a corporate one is needed" },
	{ "P1: five mandatory fields", set_no_country,
	    "a new person needs first name, last name, work e-mail, employer and country" },
	{ "P5: read-write of an end user on a partner's deployment", set_partner,
	    "ACME-1 is managed by a partner: only its members may hold read-write, others read-only at most" },
	{ "P5: of a member of the partner", set_partner_member,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
	{ "P5: read-only of an end user", set_partner_read_only,
	    "open request notice:access-request#>ada notice:access-request#>ben" },
};

static void
test_open(void)
{
	for (size_t i = 0; i < sizeof(open_rows) / sizeof(open_rows[0]); i++) {
		struct err e;

		world_init(&w, NULL);
		w.s.n_requests = 0;
		if (open_rows[i].set != NULL)
			open_rows[i].set();
		IS_STR(opened(&e), str_of(open_rows[i].want), open_rows[i].name);
		arena_close(&w.arena);
	}
}

static struct str
decided(int who, bool approve)
{
	struct access_decision d = {
		.decider = &people[who], .approve = approve, .comment = STR("since May"), .rule = "by mail", .now = NOW
	};

	plan_init(&w.plan, w.arena);
	access_decide(&w.plan, &w.request, &d);
	return world_effects(&w.plan, w.arena);
}

static void
test_decide(void)
{
	static struct person ben;

	world_init(&w, NULL);
	IS_STR(decided(ADA, true),
	    STR("line:approved grant update notice:decision-receipt>ada notice:decision-receipt>ben "
		"notice:decision-requester>eva tokens status:CLOSED notice:access-granted>pat"),
	    "A3 A5: one approval grants, everybody hears of it");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "lines"), STR("ACME-1  Acme Ltd  none -> read-write"),
	    "receipt: what");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "decider_name"), STR("ada Test"), "receipt: who");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "decided_at"), STR("2026-02-02 02:40 UTC"), "when");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "comment"), STR("since May"), "the comment");
	IS_STR(decided(BEN, false),
	    STR("line:denied update notice:decision-receipt>ada notice:decision-receipt>ben "
		"notice:decision-requester>eva tokens status:CLOSED notice:access-denied>pat"),
	    "A5: denied: requester and person are told");
	IS_INT(world_effect(&w.plan, EFFECT_STATUS)->closing, CLOSING_REFUSED, "the admin case is cancelled");
	IS_STR(decided(OLE, true), STR(""), "who is no approver decides nothing");
	ben = people[BEN];
	w.request.n_lines = 2;
	w.lines[1].approvers = &ben;
	w.lines[1].n_approvers = 1;
	IS_STR(decided(ADA, true),
	    STR("line:approved grant update notice:decision-receipt>ada notice:decision-receipt>ben "
		"notice:decision-requester>eva"),
	    "a request over several deployments is decided per deployment");
	w.lines[0].state = LINE_APPROVED;
	decided(BEN, false);
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_GRANTED, "denied_lines"), STR("ACME-2  Acme Ltd  none -> read-write"),
	    "the person gets one mail, with what was denied");
	IS_INT(world_effect(&w.plan, EFFECT_STATUS)->closing, CLOSING_GRANTED, "the admin case is resolved");
	arena_close(&w.arena);
}

static void
test_time(void)
{
	world_init(&w, NULL);
	access_remind(&w.request, w.arena, &w.plan);
	IS_STR(world_effects(&w.plan, w.arena), STR("notice:reminder#>ada notice:reminder#>ben"), "A6: a reminder");
	access_overdue(&w.request, w.administrators, 1, w.arena, &w.plan);
	IS_STR(world_effects(&w.plan, w.arena), STR("notice:escalation>adma"), "A6: then the administrators");
	access_expire(&w.request, w.arena, &w.plan);
	IS_STR(world_effects(&w.plan, w.arena),
	    STR("line:expired tokens update status:CLOSED notice:access-expired>ada notice:access-expired>ben "
		"notice:access-expired>eva"),
	    "A6: then it expires");
	w.request.n_lines = 2;
	w.lines[1].state = LINE_APPROVED;
	access_expire(&w.request, w.arena, &w.plan);
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_GRANTED, "lines"), STR("ACME-2  Acme Ltd  none -> read-write"),
	    "A6: what was granted is told");
	w.lines[0].state = LINE_DENIED;
	access_expire(&w.request, w.arena, &w.plan);
	OK(w.plan.effects == NULL, "A6: what is decided does not expire");
	access_remind(&w.request, w.arena, &w.plan);
	OK(w.plan.effects == NULL, "A6: and needs no reminder");
	arena_close(&w.arena);
}

static struct str
due(int64_t now)
{
	access_due(&w.request, now, w.administrators, 1, w.arena, &w.plan);
	return world_effects(&w.plan, w.arena);
}

static void
test_due(void)
{
	static const char remind[] = "times notice:reminder#>ada notice:reminder#>ben";
	static const char expire[] = "line:expired tokens update status:CLOSED notice:access-expired>ada "
				     "notice:access-expired>ben notice:access-expired>eva";
	struct access_request *r = &w.request;

	world_init(&w, NULL);
	r->remind_at = NOW;
	r->escalate_at = NOW + HOUR;
	IS_INT(access_next(r), NOW, "A6: the reminder is next");
	IS_STR(due(NOW - 1), STR(""), "A6: nothing before its time");
	IS_STR(due(NOW), str_of(remind), "A6: the reminder in time");
	OK(world_effect(&w.plan, EFFECT_REQUEST_TIMES)->remind_at == 0 &&
		world_effect(&w.plan, EFFECT_REQUEST_TIMES)->escalate_at == NOW + HOUR,
	    "A6: it is crossed out, the other stays");
	IS_STR(due(NOW + 2 * HOUR), STR("times notice:reminder#>ada notice:reminder#>ben notice:escalation>adma"),
	    "A6: late for both: one of each");
	OK(world_effect(&w.plan, EFFECT_REQUEST_TIMES)->escalate_at == 0, "A6: both are crossed out");
	IS_STR(due(NOW + 168 * HOUR), str_of(expire), "A6: a week away: it expired, and nobody is reminded of it");
	r->remind_at = 0;
	IS_INT(access_next(r), NOW + HOUR, "A6: then the administrators");
	IS_STR(due(NOW + HOUR), STR("times notice:escalation>adma"), "A6: the administrators alone");
	r->escalate_at = 0;
	IS_INT(access_next(r), NOW + 24 * HOUR, "A6: then the expiry");
	IS_STR(due(NOW + 24 * HOUR - 1), STR(""), "A6: not a moment early");
	w.lines[0].state = LINE_APPROVED;
	IS_STR(due(NOW + 168 * HOUR), STR(""), "A6: what is decided is never due");
	IS_INT(access_next(r), 0, "A6: nor next");
	arena_close(&w.arena);
}

static void
test_times(void)
{
	struct calendar c = { .working_days = 0x1f, .from = 540, .to = 1020 };
	const struct access_request *r;
	struct err e;

	world_init(&w, NULL);
	w.s.n_requests = 0;
	w.policy.calendar = &c;
	w.policy.reminder_business_days = 1;
	w.policy.escalation_business_days = 2;
	opened(&e);
	r = world_effect(&w.plan, EFFECT_REQUEST_OPEN)->request;
	IS_STR(notice_time(w.arena, r->remind_at), STR("2026-02-03 09:00 UTC"), "A6: the reminder of a new request");
	IS_STR(notice_time(w.arena, r->escalate_at), STR("2026-02-04 09:00 UTC"), "A6: the administrators' turn");
	w.policy.reminder_business_days = 0;
	opened(&e);
	r = world_effect(&w.plan, EFFECT_REQUEST_OPEN)->request;
	OK(r->remind_at == 0 && r->escalate_at > 0, "A6: 0 is never");
	arena_close(&w.arena);
}

static void
test_revoke(void)
{
	struct err e = { 0 };

	world_init(&w, NULL);
	IS_INT(access_revoke(&people[PAT], &acme, ACCESS_BASIC, w.arena, &w.plan, &e), 0, "A8: access is taken back");
	OK(world_effect(&w.plan, EFFECT_GRANT)->level == ACCESS_NONE &&
		world_effect(&w.plan, EFFECT_GRANT)->deployment == 1,
	    "the level is none then");
	IS_INT(
	    access_revoke(&people[PAT], &acme, ACCESS_NONE, w.arena, &w.plan, &e), -1, "what is not held is not taken");
	arena_close(&w.arena);
}

static struct str
offboarded(const struct access_leaving *l)
{
	access_offboard(l, w.arena, &w.plan);
	return world_effects(&w.plan, w.arena);
}

static void
test_offboard(void)
{
	struct access_held held[2] = { { people[PAT], 1 }, { people[PAT], 2 } };
	struct access_leaving l = { .n_people = 1, .n_administrators = 1, .n_pending = 1 };

	world_init(&w, NULL);
	l.pending = &w.request;
	l.administrators = w.administrators;
	l.people = &people[PAT];
	l.held = held;
	l.n_held = 2;
	IS_STR(offboarded(&l), STR("line:cancelled update tokens status:CLOSED grant grant leave"),
	    "A8: all levels, the request about the person, the reply addresses");
	OK(world_effect(&w.plan, EFFECT_GRANT)->level == ACCESS_NONE &&
		world_effect(&w.plan, EFFECT_TOKENS_OF_REQUEST)->token_state == TOKEN_VOID,
	    "A8: taken, and void");
	IS_INT((long long)access_leaving_lines(&l, &w.request), 1, "A8: the summary counts it");
	l.n_held = 0;
	l.people = &people[EVA];
	IS_STR(offboarded(&l), STR("line:cancelled update tokens status:CLOSED leave"),
	    "A8: a request by the person ends too");
	l.people = &people[OLE];
	IS_STR(offboarded(&l), STR("leave"), "A8: what is somebody else's stays");
	l.people = &people[ADA];
	IS_STR(offboarded(&l), STR("leave"), "A8: one of two approvers leaves");
	alone(&people[ADA]);
	IS_STR(offboarded(&l), STR("notice:escalation>adma leave"),
	    "A8: the last approver leaves: the administrators are told");
	w.request.n_lines = 2;
	w.lines[0].deployment.organisation = ORG_PARTNER;
	l.people = &people[OLE];
	l.organisation = ORG_PARTNER;
	IS_STR(offboarded(&l), STR("line:cancelled update leave"), "A8: of a customer that leaves: its lines alone");
	w.lines[1].state = LINE_APPROVED;
	offboarded(&l);
	IS_INT(world_effect(&w.plan, EFFECT_STATUS)->closing, CLOSING_GRANTED, "A8: what was granted before stays");
	arena_close(&w.arena);
}

static struct str
edited(const struct access_request *to, struct err *e)
{
	if (access_request_edit(&w.request, to, &w.s, &w.policy, STR("casectl root"), w.arena, &w.plan, e) < 0)
		return str_of(e->text);
	return world_effects(&w.plan, w.arena);
}

static void
test_edit(void)
{
	struct access_request to;
	struct request_line lines[2];
	struct err e = { 0 };

	world_init(&w, NULL);
	to = w.request;
	to.version = 2;
	lines[0] = w.lines[0];
	lines[1] = w.lines[1];
	to.lines = lines;
	IS_STR(edited(&to, &e), STR("nothing to change: that is what the request asks for"), "A1: no change");
	lines[0].level = ACCESS_BASIC;
	IS_STR(edited(&to, &e), STR("edit update notice:access-request#>ada notice:access-request#>ben"),
	    "24: a new version, each approver is asked once");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_REQUEST, "changed_from"), STR("ACME-1  Acme Ltd  none -> read-write"),
	    "what it was");
	IS_STR(
	    world_value(&w.plan, NOTICE_ACCESS_REQUEST, "lines"), STR("ACME-1  Acme Ltd  none -> basic"), "what it is");
	to.n_lines = 2;
	IS_STR(
	    edited(&to, &e), STR("edit update notice:access-request#>ada notice:access-request#>ben"), "a line more");
	to.n_lines = 0;
	IS_STR(edited(&to, &e), STR("nothing would be left of the request: withdraw it instead"), "no line");
	to.n_lines = 1;
	w.lines[0].state = LINE_APPROVED;
	IS_STR(edited(&to, &e), STR("request 20 is not pending"), "what is decided is not edited");
	arena_close(&w.arena);
}

static void
test_cancel(void)
{
	struct err e = { 0 };

	world_init(&w, NULL);
	IS_INT(access_cancel(&w.request, STR("casectl root"), w.arena, &w.plan, &e), 0, "a request is withdrawn");
	IS_STR(world_effects(&w.plan, w.arena), STR("line:cancelled update tokens status:CLOSED"), "whole");
	w.lines[0].state = LINE_DENIED;
	IS_INT(access_cancel(&w.request, STR("casectl root"), w.arena, &w.plan, &e), -1, "a decided one is not");
	arena_close(&w.arena);
}

int
main(void)
{
	test_open();
	test_decide();
	test_time();
	test_due();
	test_times();
	test_revoke();
	test_offboard();
	test_cancel();
	test_edit();
	return tap_done();
}
