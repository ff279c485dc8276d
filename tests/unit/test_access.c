/* SPDX-License-Identifier: ISC
 * test_access.c: access requests: A1-A5, A8, P1, P5.
 */
#include "config.h"

#include "rules/access_end.h"

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
	    GRANTED "notice:decision-receipt>ben notice:access-request#>ben" },
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
	    STR("line:approved grant update update- notice:decision-receipt>ada notice:decision-receipt>ben "
		"notice:decision-requester>eva tokens status:CLOSED notice:access-granted>pat"),
	    "A3 A5: one approval grants, everybody hears of it");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "lines"), STR("ACME-1  Acme Ltd  none -> read-write"),
	    "receipt: what");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "decider_name"), STR("ada Test"), "receipt: who");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "decided_at"), STR("2026-02-02 02:40 UTC"), "when");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "comment"), STR("since May"), "the comment");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_REQUESTER, "comment"), STR("since May"), "also to who asked");
	OK(!notice_has_value(NOTICE_ACCESS_GRANTED, STR("comment")) &&
		!notice_has_value(NOTICE_ACCESS_DENIED, STR("comment")),
	    "the person is not shown what the approver wrote");
	w.request.requester = people[PAT];
	decided(ADA, false);
	IS_STR(
	    world_value(&w.plan, NOTICE_DECISION_REQUESTER, "comment"), STR(""), "nor where the person asked himself");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "comment"), STR("since May"), "the approvers are");
	w.request.requester = people[EVA];
	IS_STR(decided(BEN, false),
	    STR("line:denied update update- notice:decision-receipt>ada notice:decision-receipt>ben "
		"notice:decision-requester>eva tokens status:CLOSED notice:access-denied>pat"),
	    "A5: denied: requester and person are told");
	IS_INT(world_effect(&w.plan, EFFECT_STATUS)->closing, CLOSING_REFUSED, "the admin case is cancelled");
	IS_STR(decided(OLE, true), STR(""), "who is no approver decides nothing");
	ben = people[BEN];
	w.request.n_lines = 2;
	w.lines[1].approvers = &ben;
	w.lines[1].n_approvers = 1;
	IS_STR(decided(ADA, true),
	    STR("line:approved grant update update- notice:decision-receipt>ada notice:decision-receipt>ben"),
	    "a request over several deployments is decided per deployment");
	w.lines[0].state = LINE_APPROVED;
	decided(BEN, false);
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_GRANTED, "denied_lines"), STR("ACME-2  Acme Ltd  none -> read-write"),
	    "the person gets one mail, with what was denied");
	IS_INT(world_effect(&w.plan, EFFECT_STATUS)->closing, CLOSING_GRANTED, "the admin case is resolved");
	arena_close(&w.arena);
}

static void
test_removal(void)
{
	static const enum notice_kind kinds[] = { NOTICE_DECISION_RECEIPT, NOTICE_DECISION_REQUESTER,
		NOTICE_ACCESS_GRANTED, NOTICE_ACCESS_DENIED };

	world_init(&w, NULL);
	w.lines[0].removal = true;
	for (size_t i = 0; i < 4; i++) {
		decided(ADA, kinds[i] != NOTICE_ACCESS_DENIED);
		IS_STR(world_value(&w.plan, kinds[i], "removal"), STR("yes"), "a removal is called one");
	}
	w.request.n_lines = 2;
	decided(ADA, true);
	IS_STR(
	    world_value(&w.plan, NOTICE_ACCESS_GRANTED, "removal"), STR(""), "but not where something is given, too");
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

/* ada approves, and it takes effect an hour from NOW. */
static void
cool(void)
{
	struct access_decision d = {
		.decider = &people[ADA], .approve = true, .rule = "by mail", .now = NOW, .arrived = NOW, .cooling = HOUR
	};

	plan_init(&w.plan, w.arena);
	w.request = *access_decide(&w.plan, &w.request, &d);
}

static struct str
denied_at(int64_t arrived)
{
	struct access_decision d = { .decider = &people[BEN], .rule = "by mail", .now = NOW, .arrived = arrived };

	plan_init(&w.plan, w.arena);
	access_decide(&w.plan, &w.request, &d);
	return world_effects(&w.plan, w.arena);
}

static void
test_req_23_cooling(void)
{
	static const char granted[] =
	    "line:approved grant update notice:decision-requester>eva tokens status:CLOSED notice:access-granted>pat";
	struct access_request *r = &w.request;
	struct err e = { 0 };

	world_init(&w, NULL);
	r->remind_at = NOW;
	cool();
	IS_STR(world_effects(&w.plan, w.arena),
	    STR("cool update notice:decision-receipt>ada notice:decision-receipt>ben"),
	    "req 23: an approval waits, and only the approvers are told");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "takes_effect_at"), STR("2026-02-02 03:40 UTC"),
	    "until when");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "approved"), STR(""), "nothing is said to be granted");
	OK(access_lines_of(r, BEN) == 0 && access_is_pending(r) && !access_is_open(r), "nobody else is asked");
	IS_INT(access_next(r), NOW, "the due time");
	IS_STR(due(NOW), STR("times"), "nobody is reminded of it");
	r->remind_at = 0;
	IS_STR(decided(BEN, true), STR(""), "a second approval changes nothing");
	IS_STR(denied_at(NOW + HOUR),
	    STR("line:denied update notice:decision-receipt>ada notice:decision-receipt>ben "
		"notice:decision-requester>eva tokens status:CLOSED notice:access-denied>pat"),
	    "req 23: a deny within it stops the grant");
	IS_STR(denied_at(NOW + HOUR + 1), STR(""), "req 23: one that arrived later does not");
	IS_STR(due(NOW + HOUR - 1), STR(""), "not a moment early");
	IS_STR(due(NOW + HOUR), str_of(granted), "then it is granted");
	IS_STR(due(NOW + 168 * HOUR), str_of(granted), "also a week later, where it has not expired");
	w.approvers[0] = people[BEN];
	w.lines[0].n_approvers = w.request.lines[0].n_approvers = 1;
	IS_STR(due(NOW + HOUR), STR("cool update notice:access-request#>ben update"),
	    "the approval of one who is no approver any more is void, and the others are asked");
	w.request.lines[0].n_approvers = 0;
	IS_STR(due(NOW + HOUR), STR("cool update update notice:escalation>adma"), "or the administrators are told");
	OK(access_cancel(r, STR("otto"), w.arena, &w.plan, &e) == 0, "req 23: what waits can be withdrawn");
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

/* --- copies --- */

/* Pat and Ole on two deployments: Ada approves the first, Ben the second. Ole is to lose the second. */
static struct request_line copy_lines[4];
static struct person copy_ben;

static void
world_copy(void)
{
	struct request_line *l = copy_lines;

	world_init(&w, NULL);
	w.s.n_requests = 0;
	copy_ben = people[BEN];
	w.lines[0].n_approvers = 1;
	w.lines[1].approvers = &copy_ben;
	w.lines[1].n_approvers = 1;
	for (int i = 0; i < 4; i++) {
		l[i] = w.lines[i / 2];
		l[i].id = 50 + i;
		l[i].person = people[i % 2 ? OLE : PAT];
	}
	l[3].removal = true;
	l[3].before = ACCESS_BASIC;
	w.request.source = (struct deployment){ .id = 9, .org_id = STR("ACME-9") };
	w.request.person = (struct person){ 0 };
	w.request.lines = l;
	w.request.n_lines = 4;
}

static void
test_mirror(void)
{
	struct access_assignment from[] = { { people[EVA], ACCESS_READ_WRITE }, { people[OLE], ACCESS_BASIC },
		{ people[PAT], ACCESS_READ_ONLY } };
	struct access_assignment to[] = { { people[OLE], ACCESS_READ_ONLY }, { people[RITA], ACCESS_BASIC },
		{ people[PAT], ACCESS_READ_ONLY } };
	struct request_line out[6];

	IS_INT((long long)access_mirror(from, 3, to, 3, &acme, false, out), 2, "A1: what differs");
	OK(out[0].person.id == EVA && out[0].before == ACCESS_NONE && out[0].level == ACCESS_READ_WRITE, "added");
	OK(out[1].person.id == OLE && out[1].before == ACCESS_READ_ONLY && out[1].level == ACCESS_BASIC, "changed");
	IS_INT((long long)access_mirror(from, 3, to, 3, &acme, true, out), 3, "A1: exact");
	OK(out[2].person.id == RITA && out[2].removal && out[2].level == ACCESS_NONE, "removed where exact");
	IS_INT((long long)access_mirror(from, 3, from, 3, &acme, true, out), 0, "nothing differs");
	IS_INT((long long)access_mirror(NULL, 0, to, 3, &acme, false, out), 0, "nothing to copy");
	IS_INT((long long)access_mirror(NULL, 0, to, 3, &acme, true, out), 3, "everything to remove");
	IS_INT((long long)access_mirror(from, 3, NULL, 0, &acme, true, out), 3, "everything to add");
}

static void
test_copy(void)
{
	struct err e;

	world_copy();
	IS_STR(opened(&e), STR("open request notice:access-request#>ada notice:access-request#>ben"),
	    "A1, A2: one mail to each approver of a copy");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_REQUEST, "lines"),
	    STR("ACME-1  Acme Ltd  pat Test <pat@acme.example>  none -> read-write\n"
		"ACME-1  Acme Ltd  ole Test <ole@acme.example>  none -> read-write"),
	    "with every line that is theirs to decide");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_REQUEST, "person_name"), STR("pat Test, ole Test"), "about whom");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_REQUEST, "copied_from"), STR("ACME-9"), "copied from where");
	IS_STR(world_effect(&w.plan, EFFECT_CASE_OPEN)->new_case.subject,
	    STR("Support access copied from ACME-9: pat Test, ole Test"), "the admin case");
	IS_STR(decided(ADA, true),
	    STR("line:approved grant line:approved grant update update- notice:decision-receipt>ada"),
	    "one answer decides all that the approver may decide; nobody is told before all is decided");
	OK(world_effect(&w.plan, EFFECT_GRANT)->person.id == PAT, "the person of the line gets it");
	for (int i = 0; i < 2; i++) {
		copy_lines[i].state = i ? LINE_DENIED : LINE_APPROVED;
		copy_lines[i].decided_by = people[ADA];
	}
	IS_STR(decided(BEN, true),
	    STR("line:approved grant line:approved grant update update- notice:decision-receipt>ben "
		"notice:decision-requester>eva tokens status:CLOSED notice:access-granted>pat "
		"notice:access-granted>ole"),
	    "A5: then the requester and each person get one mail");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_REQUESTER, "denied_lines"),
	    STR("ACME-1  Acme Ltd  ole Test <ole@acme.example>  none -> read-write"), "the requester: what was denied");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_REQUESTER, "decider_name"), STR("ada Test, ben Test"), "by whom");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_GRANTED, "lines"),
	    STR("ACME-1  Acme Ltd  pat Test <pat@acme.example>  none -> read-write\n"
		"ACME-2  Acme Ltd  pat Test <pat@acme.example>  none -> read-write"),
	    "a person sees the own lines alone");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_GRANTED, "person_address"), STR("pat@acme.example"), "and address");
	arena_close(&w.arena);
}

/* An approver decides a copy, but for the line about himself. */
static void
test_copy_own_line(void)
{
	struct err e;

	world_copy();
	copy_lines[0].person = people[ADA];
	IS_STR(opened(&e),
	    STR("open request notice:access-request#>ada notice:access-request#>ben notice:escalation>adma"),
	    "row 6: an own line is nobody's to decide: the administrators are told");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_REQUEST, "lines"),
	    STR("ACME-1  Acme Ltd  ole Test <ole@acme.example>  none -> read-write"), "nor shown to the approver");
	IS_INT((long long)access_lines_of(&w.request, ADA), 1, "row 6: the other line is");
	w.request.requester = people[ADA];
	IS_STR(opened(&e),
	    STR("open request line:approved grant line:approved grant update notice:access-granted>ada "
		"notice:access-request#>ben"),
	    "A4: who asks and approves has approved, also about himself");
	w.policy.approval_self_grant = false;
	IS_STR(opened(&e),
	    STR("open request line:approved grant update notice:access-request#>ben notice:escalation>adma"),
	    "A4: self_grant = false: but not about himself");
	arena_close(&w.arena);
}

static void
test_copy_refused(void)
{
	static struct str list[] = { STR("mail.example") };
	static const char *const want[] = { "pat@mail.example is a free-mail address: a corporate one is needed",
		"ole@acme.example is not active",
		"ACME-1, ole@acme.example: nothing to change, the level is read-write",
		"ACME-2, pat@mail.example is managed by a partner: only its members may hold read-write, others "
		"read-only at "
		"most",
		"ACME-2: request 7 for pat@mail.example is pending already" };
	const struct access_problem *p;
	size_t n = 0;

	world_copy();
	w.policy.free_mail_domains = (struct strings){ list, 1 };
	for (int i = 0; i < 4; i++)
		if (i % 2)
			copy_lines[i].person.active = false;
		else
			copy_lines[i].person.address = STR("pat@mail.example");
	copy_lines[1].before = ACCESS_READ_WRITE;
	copy_lines[2].deployment.partner = ORG_PARTNER;
	pending = (struct access_request){ .id = 7, .person = people[PAT], .lines = &pending_line, .n_lines = 1 };
	pending_line = copy_lines[2];
	w.s.requests = &pending;
	w.s.n_requests = 1;
	w.request.id = 0;
	for (p = access_request_check(&w.request, &w.s, &w.policy, w.arena); p != NULL; p = p->next, n++)
		IS_STR(p->words, n < 5 ? str_of(want[n]) : STR(""), "A1, P1, P5: each refusal is named");
	IS_INT((long long)n, 5, "all at once");
	arena_close(&w.arena);
}

static void
test_copy_time(void)
{
	struct access_leaving l = { .n_people = 1, .n_pending = 1, .people = &people[OLE], .pending = &w.request };

	world_copy();
	copy_lines[0].state = copy_lines[1].state = LINE_APPROVED;
	copy_lines[0].decided_by = copy_lines[1].decided_by = people[ADA];
	access_expire(&w.request, w.arena, &w.plan);
	IS_STR(world_effects(&w.plan, w.arena),
	    STR("line:expired line:expired tokens update status:CLOSED notice:access-expired>ben "
		"notice:access-expired>eva notice:decision-requester>eva notice:access-granted>pat "
		"notice:access-granted>ole"),
	    "A6: the rest expires; what was granted is told");
	copy_lines[0].state = copy_lines[1].state = LINE_PENDING;
	IS_STR(offboarded(&l), STR("line:cancelled line:cancelled update leave"),
	    "A8: who leaves takes the own lines out of a copy, and no others");
	arena_close(&w.arena);
}

static void
test_reactivate(void)
{
	struct person gone = people[PAT];
	struct err e = { 0 };

	world_init(&w, NULL);
	IS_INT(access_reactivate(&gone, w.arena, &w.plan, &e), -1, "A8: who is active does not come back");
	gone.active = false;
	IS_INT(access_reactivate(&gone, w.arena, &w.plan, &e), 0, "A8: who has left does");
	IS_STR(world_effects(&w.plan, w.arena), STR("return"), "A8: and nothing else");
	arena_close(&w.arena);
}

int
main(void)
{
	test_open();
	test_decide();
	test_removal();
	test_time();
	test_due();
	test_req_23_cooling();
	test_times();
	test_revoke();
	test_offboard();
	test_cancel();
	test_edit();
	test_mirror();
	test_reactivate();
	test_copy();
	test_copy_own_line();
	test_copy_refused();
	test_copy_time();
	return tap_done();
}
