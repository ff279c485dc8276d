/* SPDX-License-Identifier: ISC
 * decide_approval.c: the decision table for answers to access requests, read from the top.
 *
 * T: a valid token of this request, in its present version. F: From is the approver it was sent to. A: how far the
 * border server vouches for From. A decision needs T and F and A = pass, or the code of a confirmation; everything
 * that is less is refused, asked again or held. No rule here answers an address that is not in the store.
 */
#include "config.h"

#include "rules/decision.h"

#include <string.h>

#include "rules/access.h"
#include "rules/notice.h"

/* --- what is told --- */

void
decision_describe(struct decision *d, struct notice *n, int64_t approver)
{
	access_describe(d->p, n, d->request, approver);
	n->request_id = d->request->id;
	n->case_id = d->request->case_id;
}

struct telling {
	struct decision *d;
	const char *reason, *flag;
	struct str detail;
};

static void
fill_telling(struct plan *p, struct notice *n, const void *ctx)
{
	const struct telling *t = ctx;
	struct decision *d = t->d;

	n->case_id = d->p->case_id;
	if (d->request != NULL)
		decision_describe(d, n, 0);
	notice_value(p, n, "reason", str_of(t->reason));
	notice_value(p, n, t->flag, STR("yes"));
	notice_value(p, n, "detail", t->detail);
	if (n->kind == NOTICE_SECURITY) {
		notice_value(p, n, "sender_address", decision_from(d));
		notice_value(p, n, "arrived_at", notice_time(p->arena, d->arrived));
	}
}

void
decision_escalate(
    struct decision *d, const char *reason, const char *flag, const struct person *except, struct str detail)
{
	struct telling t = { d, reason, flag, detail };

	plan_notify(d->p, NOTICE_ESCALATION, d->s->administrators, d->s->n_administrators, except, fill_telling, &t);
}

static void
end_token(struct decision *d, enum token_state state)
{
	struct effect *f = plan_effect(d->p, EFFECT_TOKEN);

	f->token_id = d->token->id;
	f->request_id = d->request->id;
	f->token_state = state;
}

/* The token is worth nothing any more; its owner and, where wanted, the administrators hear of it. */
static void
void_token(struct decision *d, const char *reason, const char *flag, bool administrators, struct str detail)
{
	struct telling t = { d, reason, flag, detail };

	end_token(d, TOKEN_VOID);
	plan_notify(d->p, NOTICE_SECURITY, &d->token->owner, 1, NULL, fill_telling, &t);
	if (administrators)
		plan_notify(d->p, NOTICE_SECURITY, d->s->administrators, d->s->n_administrators, &d->token->owner,
		    fill_telling, &t);
}

/* --- the rules --- */

static bool
rule_request_known(struct decision *d)
{
	d->p->verdict = verdict_name(d->answer.verdict);
	d->p->decision_line = d->answer.line;
	if (d->token != NULL && d->proved)
		d->p->token_id = d->token->id;
	if (d->request == NULL)
		return decision_settle(
		    d, OUTCOME_HELD, "request-unknown", "the token's access request is not in the store");
	d->p->request_id = d->request->id;
	d->p->case_id = d->request->case_id;
	return decision_pass(d, "it answers access request %lld; token %s, From %s, authentication %s",
	    (long long)d->request->id, d->proved ? "valid" : "not valid", d->owns ? "its owner" : "not its owner",
	    (const char *[]){ "fail", "none", "weak", "pass" }[d->authentication]);
}

static bool
rule_list(struct decision *d)
{
	if (!d->r->is_list)
		return decision_pass(d, "it did not come through a list");
	return decision_settle(d, OUTCOME_MACHINE, "list", "mail of a list never decides");
}

static bool
rule_authentication_failed(struct decision *d)
{
	if (d->authentication != AUTH_FAIL)
		return decision_pass(d, "authentication of the sender did not fail");
	if (d->proved)
		void_token(d, "authentication-failed", "authentication_failed", false,
		    STR("an answer with your reply address came from a sender whose authentication failed"));
	return decision_settle(d, OUTCOME_REFUSED, "authentication-failed",
	    "the border server says that the sender is forged: %.*s", STR_ARGS(d->r->authentication_detail));
}

static bool
rule_sender_differs(struct decision *d)
{
	if (!d->proved || d->owns)
		return decision_pass(d, d->owns ? "From is the approver" : "no valid token was used");
	void_token(d, "sender-differs", "sender_differs", true,
	    STR("a reply address that was sent to one person was used by another sender"));
	return decision_settle(d, OUTCOME_REFUSED, "sender-differs", "the token was sent to %.*s, but From is %.*s",
	    STR_ARGS(d->token->owner.address), STR_ARGS(decision_from(d)));
}

/* The line that tells an approver why his answer came too late: one of his, or any. */
static const struct request_line *
telling_line(const struct access_request *r, int64_t approver)
{
	const struct request_line *found = NULL;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (r->lines[i].state == LINE_PENDING && !request_line_cools(&r->lines[i]))
			continue;
		if (request_line_approver(&r->lines[i], approver))
			return &r->lines[i];
		if (found == NULL)
			found = &r->lines[i];
	}
	return found;
}

static bool
approves_any(const struct access_request *r, int64_t person)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (request_line_approver(&r->lines[i], person))
			return true;
	return false;
}

static bool
is_approval(const struct token_fact *t)
{
	return t != NULL && (t->kind == TOKEN_OF_APPROVAL || t->kind == TOKEN_OF_CONFIRMATION);
}

/* The lines that an answer of the sender can decide: those the mail has shown; without its token, all of the sender's.
 * The mail of an older version has shown none of today's, but is told apart by its number. */
static size_t
lines_to_decide(const struct decision *d)
{
	const struct access_request *r = d->request;
	const struct token_fact *t = d->token;

	struct access_decision x = { .decider = &d->s->sender, .arrived = d->arrived };

	x.approve = d->answer.verdict != VERDICT_DENY;
	x.token = is_approval(t) && t->version == r->version ? t : NULL;
	return access_lines_decided(r, &x);
}

/* What the sender may decide by now, and no mail has shown, is asked in a new one; the token that led here ends. */
static void
ask_rest(struct decision *d)
{
	const struct access_request *r = d->request;
	bool is_over = r->expires_at && d->arrived > r->expires_at;

	if (!d->proved || !d->owns || is_over || access_lines_of(r, d->s->sender.id) == 0)
		return;
	end_token(d, TOKEN_USED);
	access_ask(d->p, r, &d->s->sender);
}

/* Why an answer of person comes too late: "decided", "expired", "superseded", "cancelled", or NULL. */
static const char *
too_late(const struct decision *d)
{
	const struct access_request *r = d->request;
	int64_t person = d->s->sender.id;
	bool open = approves_any(r, person) ? lines_to_decide(d) > 0 : access_is_open(r);
	const struct request_line *l = open ? NULL : telling_line(r, person);

	if (l != NULL)
		return l->state == LINE_EXPIRED ? "expired" : l->state == LINE_CANCELLED ? "cancelled" : "decided";
	if (r->expires_at && d->arrived > r->expires_at)
		return "expired";
	if (!is_approval(d->token))
		return NULL;
	if (d->token->version != r->version || d->token->state == TOKEN_SUPERSEDED)
		return "superseded";
	return d->token->state == TOKEN_EXPIRED ? "expired" : NULL;
}

static void
tell_already_decided(struct decision *d, const char *reason)
{
	const struct request_line *l = telling_line(d->request, d->s->sender.id);
	struct notice *n = decision_answer(d, NOTICE_ALREADY_DECIDED, d->request->case_id, "already-decided");

	decision_describe(d, n, 0);
	notice_value(d->p, n, "reason", str_of(reason));
	notice_value(d->p, n, reason, STR("yes"));
	if (l == NULL || strcmp(reason, "decided") != 0)
		return;
	notice_value(d->p, n, "decision", str_of(line_state_name(request_line_cools(l) ? LINE_APPROVED : l->state)));
	if (request_line_cools(l))
		notice_value(d->p, n, "takes_effect_at", notice_time(d->a, l->takes_effect_at));
	else
		notice_value(d->p, n, l->state == LINE_APPROVED ? "approved" : "denied", STR("yes"));
	if (l->removal)
		notice_value(d->p, n, "removal", STR("yes"));
	notice_value(d->p, n, "decider_name", person_full_name(&l->decided_by, d->a));
	notice_value(d->p, n, "decided_at", notice_time(d->a, l->decided_at));
}

static bool
rule_already_decided(struct decision *d)
{
	const char *reason = too_late(d);

	if (reason == NULL)
		return decision_pass(d, "the request is open, and this is its present version");
	if (d->owns && d->authentication >= AUTH_WEAK && approves_any(d->request, d->s->sender.id) &&
	    decision_may_answer(d, d->request->case_id, "already-decided"))
		tell_already_decided(d, reason);
	ask_rest(d);
	return decision_settle(
	    d, OUTCOME_ALREADY_DECIDED, reason, "the answer comes too late: the request is %s", reason);
}

static bool
rule_approver_is_grantee(struct decision *d)
{
	const struct person *sender = &d->s->sender;

	if (sender->id == 0 || !person_same(&d->request->person, sender))
		return decision_pass(d, "the sender is not the person the access is for");
	if (d->policy->approval_self_grant && d->request->requester.id == sender->id)
		return decision_pass(d, "the access is for the sender, who asked for it");
	/* The administrators hear of it once: the token ends with it. */
	if (d->proved && d->owns) {
		end_token(d, TOKEN_VOID);
		decision_escalate(d, "approver-is-grantee", "approver_is_grantee", NULL,
		    STR("an approver answered a request for access of his or her own"));
	}
	return decision_settle(d, OUTCOME_REFUSED, "approver-is-grantee",
	    "%.*s cannot decide about access of his or her own", STR_ARGS(sender->address));
}

static bool
rule_not_approver(struct decision *d)
{
	if (!d->owns || lines_to_decide(d) > 0)
		return decision_pass(d, d->owns ? "the sender is still an approver" : "the sender is not proved");
	ask_rest(d);
	return decision_settle(d, OUTCOME_REFUSED, "not-approver", "%.*s is not an approver of it any more",
	    STR_ARGS(d->s->sender.address));
}

static bool
rule_decide(struct decision *d)
{
	bool approve = d->answer.verdict == VERDICT_APPROVE;
	struct access_decision x = { .decider = &d->s->sender, .approve = approve, .now = d->s->now };
	const struct access_request *after;

	if (!d->proved || !d->owns || !decision_is_clear(d))
		return decision_pass(d, "there is no clear answer with a valid token by its owner");
	x.comment = d->answer.comment;
	x.way = WAY_MAIL;
	x.rule = d->token->kind == TOKEN_OF_CONFIRMATION ? "confirmed by a designated approver, by mail"
							 : "answered by a designated approver, by mail";
	x.token = d->token;
	x.arrived = d->arrived;
	x.cooling = (int64_t)d->policy->cooling_minutes * 60 * 1000;
	after = access_decide(d->p, d->request, &x);
	if (access_is_pending(after)) {
		/* While an approval cools its reply address is good for a deny, and for nothing else. */
		if (!approve || x.cooling == 0)
			end_token(d, TOKEN_USED);
		access_ask(d->p, after, &d->s->sender);
	}
	return decision_settle(d, OUTCOME_DECIDED, approve ? "approved" : "denied", "%.*s says: %s",
	    STR_ARGS(d->s->sender.address), verdict_name(d->answer.verdict));
}

static bool
rule_no_token(struct decision *d)
{
	if (d->proved)
		return decision_pass(d, "a valid token was used");
	if (d->owns && d->authentication == AUTH_PASS && decision_is_clear(d))
		return decision_confirm(d, "no-token", "the answer came without its reply address");
	if (d->authentication == AUTH_PASS)
		return decision_pass(d, "no token, but the sender is verified");
	return decision_settle(
	    d, OUTCOME_REFUSED, "no-token", "neither a valid token nor a verified sender: nothing is decided");
}

const struct rule decide_approval_rules[] = {
	{ "request-known", rule_request_known },
	{ "list-mail", rule_list },
	{ "authentication-failed", rule_authentication_failed },
	{ "token-of-another", rule_sender_differs },
	{ "already-decided", rule_already_decided },
	{ "approver-is-grantee", rule_approver_is_grantee },
	{ "no-longer-approver", rule_not_approver },
	{ "confirmation-needed", rule_confirm },
	{ "decision", rule_decide },
	{ "no-token", rule_no_token },
	{ "ask-again", rule_ask_again },
	{ NULL, NULL },
};
