/* SPDX-License-Identifier: ISC
 * decide_machine.c: mail that no person wrote.
 *
 * Machines decide nothing, change no status and get no answer. A bounce that is about one of our mails is noted with it
 * and on its case; where an approver cannot be reached, or the last one is away, the administrators are told, so that
 * no request hangs. Whoever forges an automatic reply reaches no more than that notice.
 */
#include "config.h"

#include "rules/decision.h"

#include "rules/access.h"

bool
rule_own_mail(struct decision *d)
{
	if (d->r->kind != KIND_OWN)
		return decision_pass(d, "it is not mail of ours come back");
	return decision_settle(
	    d, OUTCOME_MACHINE, "own-mail", "our own mail came back: %.*s", STR_ARGS(d->r->kind_reason));
}

static struct str
diagnostic(const struct reading *r, struct arena *a)
{
	if (r->n_failed == 0)
		return r->kind_reason;
	return arena_format(a, "%.*s %.*s", STR_ARGS(str_head(r->failed[0].status, 32)),
	    STR_ARGS(str_head(r->failed[0].diagnostic, 500)));
}

static void
note_on_case(struct decision *d, struct str words)
{
	if (d->s->original_case)
		plan_update(d->p, d->s->original_case, &(struct person){ 0 }, WAY_SYSTEM, UPDATE_INTERNAL, words);
}

/* The request that the mail was about, where it was. */
static void
find_request(struct decision *d)
{
	for (size_t i = 0; i < d->s->n_requests; i++)
		if (d->s->requests[i].id == d->s->original_request)
			d->request = &d->s->requests[i];
}

static void
stop_mail(struct decision *d, const struct person *to, struct str why)
{
	struct effect *f = plan_effect(d->p, EFFECT_UNDELIVERABLE);

	f->person = *to;
	f->text = why;
}

/* What a permanent failure leads to besides the mark on the address. */
static void
note_unreachable(struct decision *d, const struct person *to, struct str words)
{
	note_on_case(d, words);
	if (d->s->original_request) {
		find_request(d);
		decision_escalate(d, "approver-bounced", "approver_bounced", to, words);
	}
}

/* A report that does not know the address of the mail's own: a mail server does, so anybody may have written it who was
 * shown the mail. A person is told, once, and nothing is changed. */
static bool
note_claim(struct decision *d, const struct person *to, const char *what, const char *reason, const char *again)
{
	struct str words = arena_format(d->a,
	    "A report says that mail to %.*s <%.*s> %s: %.*s. It may be forged, and nothing was changed.",
	    STR_ARGS(person_full_name(to, d->a)), STR_ARGS(to->address), what, STR_ARGS(diagnostic(d->r, d->a)));

	if (d->s->original_claimed || d->s->original_bounced)
		return decision_settle(
		    d, OUTCOME_MACHINE, again, "a report about mail %lld, not the first", (long long)d->s->original);
	plan_effect(d->p, EFFECT_BOUNCE_CLAIMED)->outbox_id = d->s->original;
	note_on_case(d, words);
	find_request(d);
	decision_escalate(d, reason, "report_unproved", to, words);
	return decision_settle(d, OUTCOME_MACHINE, reason, "%.*s", STR_ARGS(words));
}

bool
rule_bounce(struct decision *d)
{
	const struct person *to = &d->s->original_to;
	struct str words;
	struct effect *f;

	if (d->r->kind != KIND_BOUNCE)
		return decision_pass(d, "it is no report of a failed delivery");
	if (d->s->original == 0)
		return decision_settle(d, OUTCOME_MACHINE, "bounce-unpaired", "a bounce that is about no mail of ours");
	d->p->case_id = d->s->original_case;
	d->p->request_id = d->s->original_request;
	if (!d->s->original_proved)
		return note_claim(d, to, "was not delivered", "bounce-unproved", "bounce-again");
	/* Anybody who has the mail can make reports about it: they are told of once. */
	if (d->s->original_bounced && (d->r->permanent != 1 || to->undeliverable))
		return decision_settle(d, OUTCOME_MACHINE, "bounce-again", "mail %lld is known not to be delivered",
		    (long long)d->s->original);
	f = plan_effect(d->p, EFFECT_BOUNCED);
	f->outbox_id = d->s->original;
	f->text = diagnostic(d->r, d->a);
	if (d->r->permanent != 1 || to->id == 0)
		return decision_settle(d, OUTCOME_MACHINE, "bounce", "mail %lld was not delivered: %.*s",
		    (long long)d->s->original, STR_ARGS(f->text));
	words = arena_format(d->a, "Mail to %.*s <%.*s> could not be delivered: %.*s",
	    STR_ARGS(person_full_name(to, d->a)), STR_ARGS(to->address), STR_ARGS(f->text));
	stop_mail(d, to, diagnostic(d->r, d->a));
	note_unreachable(d, to, words);
	return decision_settle(d, OUTCOME_MACHINE, "bounce-permanent", "%.*s", STR_ARGS(words));
}

/* A complaint (RFC 5965) is a wish for silence: the address gets no more mail until an operator says otherwise. */
bool
rule_complaint(struct decision *d)
{
	const struct person *to = &d->s->original_to;
	struct str words;

	if (d->r->kind != KIND_COMPLAINT || d->s->original == 0 || to->id == 0)
		return decision_pass(d, "it is no complaint about mail of ours");
	d->p->case_id = d->s->original_case;
	d->p->request_id = d->s->original_request;
	if (to->undeliverable)
		return decision_settle(
		    d, OUTCOME_MACHINE, "complaint-again", "mail to %.*s is stopped already", STR_ARGS(to->address));
	if (!d->s->original_proved)
		return note_claim(d, to, "was complained about", "complaint-unproved", "complaint-again");
	words = arena_format(d->a, "%.*s <%.*s> complained about mail; no more is sent",
	    STR_ARGS(person_full_name(to, d->a)), STR_ARGS(to->address));
	stop_mail(d, to, STR("complaint"));
	note_on_case(d, words);
	find_request(d);
	decision_escalate(d, "complained", "complained", to, words);
	return decision_settle(d, OUTCOME_MACHINE, "complaint-stops", "%.*s", STR_ARGS(words));
}

/* The request that an automatic reply answers: the token or the mail it came back for says which. */
static const struct access_request *
answered_request(const struct decision *d, const struct person **who)
{
	const struct snapshot *s = d->s;
	int64_t id = s->original_request;

	*who = &s->original_to;
	for (size_t i = 0; i < s->n_tokens && id == 0; i++)
		if (s->tokens[i].kind == TOKEN_OF_APPROVAL && s->tokens[i].state == TOKEN_VALID) {
			id = s->tokens[i].request_id;
			*who = &s->tokens[i].owner;
		}
	for (size_t i = 0; i < s->n_requests && id != 0; i++)
		if (s->requests[i].id == id)
			return &s->requests[i];
	return NULL;
}

static bool
is_absent(const struct access_request *r, int64_t person)
{
	for (size_t i = 0; i < r->n_absent; i++)
		if (r->absent[i] == person)
			return true;
	return false;
}

/* Whether a line that who may decide has nobody left who may answer soon. */
static bool
nobody_is_there(const struct access_request *r, const struct person *who)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		bool is_there = false;

		if (!request_line_open_to(&r->lines[i], who->id))
			continue;
		for (size_t k = 0; k < r->lines[i].n_approvers; k++) {
			const struct person *p = &r->lines[i].approvers[k];

			is_there =
			    is_there || (person_reachable(p) && !person_same(p, request_line_person(r, &r->lines[i])) &&
					    p->id != who->id && !is_absent(r, p->id));
		}
		if (!is_there)
			return true;
	}
	return false;
}

/* The other approvers of a request were asked together with the one who is away; where there is none, the
 * administrators are told at once, and once. */
static void
note_absent(struct decision *d)
{
	const struct person *who;
	const struct access_request *r = answered_request(d, &who);
	struct effect *f;

	if (d->r->kind != KIND_AUTO_REPLY || r == NULL || who->id == 0 || access_lines_of(r, who->id) == 0 ||
	    is_absent(r, who->id))
		return;
	f = plan_effect(d->p, EFFECT_ABSENT);
	f->request_id = r->id;
	f->person = *who;
	d->p->case_id = r->case_id;
	d->p->request_id = r->id;
	if (!nobody_is_there(r, who))
		return;
	d->request = r;
	decision_escalate(d, "approver-absent", "unanswered", who,
	    arena_format(d->a, "%.*s, who is to decide, is away according to an automatic reply; nobody else can",
		STR_ARGS(who->address)));
}

bool
rule_machine(struct decision *d)
{
	if (d->r->kind == KIND_PERSON)
		return decision_pass(d, "a person wrote it");
	note_absent(d);
	return decision_settle(
	    d, OUTCOME_MACHINE, reading_kind_name(d->r->kind), "a machine wrote it: %.*s", STR_ARGS(d->r->kind_reason));
}
