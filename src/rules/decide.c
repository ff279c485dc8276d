/* SPDX-License-Identifier: ISC
 * decide.c: the loop over the rules, and what they share.
 *
 * First come rules about the message as such (can it be read, was it seen, did a machine write it), then it is found
 * out which case or request it is about, and then either the approval rules or the update rules have the word. Each
 * rule looked at leaves one line in the trace. What no rule wants is held for a person.
 */
#include "config.h"

#include "rules/decision.h"

#include <stdio.h>

#include "rules/notice.h"

#define WORDS_MAX 512

static void __attribute__((format(printf, 2, 0))) say(struct decision *d, const char *format, va_list ap)
{
	char words[WORDS_MAX];

	vsnprintf(words, sizeof(words), format, ap);
	d->words = arena_copy(d->a, plan_shorten(str_of(words), WORDS_MAX - 8));
}

bool
decision_pass(struct decision *d, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(d, format, ap);
	va_end(ap);
	return false;
}

bool
decision_settle(struct decision *d, enum outcome o, const char *reason, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(d, format, ap);
	va_end(ap);
	d->p->outcome = o;
	d->p->reason = reason;
	return true;
}

struct str
decision_from(const struct decision *d)
{
	if (d->r->from_strict.n)
		return d->r->from_strict;
	return d->r->n_from ? d->r->from[0].address : STR("a sender without an address");
}

static bool
was_answered(const struct decision *d, int64_t case_id, const char *reason)
{
	for (size_t i = 0; i < d->s->n_answered; i++)
		if (d->s->answered[i].case_id == case_id && str_equal(d->s->answered[i].reason, str_of(reason)))
			return true;
	return false;
}

bool
decision_may_answer(const struct decision *d, int64_t case_id, const char *reason)
{
	const struct person *to = &d->s->sender;

	if (to->id == 0 || !person_reachable(to))
		return false;
	if (d->r->kind != KIND_PERSON || d->r->is_list || d->r->no_answer || !d->r->addressed)
		return false;
	/* A forged From must not make us write to the person whose name it bears. */
	if (d->authentication == AUTH_FAIL ||
	    (d->policy->authentication == AUTHENTICATION_RESULTS && d->authentication < AUTH_WEAK && !d->proved))
		return false;
	return d->s->answers_recent < d->policy->answers_per_10_minutes && !was_answered(d, case_id, reason);
}

struct notice *
decision_answer(struct decision *d, enum notice_kind kind, int64_t case_id, const char *reason)
{
	struct notice *n = plan_notice(d->p, kind, &d->s->sender);

	n->is_answer = true;
	n->reason = str_of(reason);
	n->case_id = case_id;
	n->in_reply_to = d->r->message_id;
	return n;
}

/* --- rules about the message as such --- */

/* Only its header was fetched; that says who sent it, and whether that one may be told. Told is who sends it, not who
 * has it delivered again, and not by an operator's command. */
bool
rule_oversize(struct decision *d)
{
	if (!d->arrival->oversize)
		return decision_pass(d, "the message is not too big");
	if (d->s->duplicate_of == 0 && d->arrival->message == 0 && decision_may_answer(d, 0, "oversize")) {
		struct notice *n = decision_answer(d, NOTICE_REPLY_REFUSED, 0, "oversize");

		notice_value(d->p, n, "reason", STR("oversize"));
		notice_value(d->p, n, "too_large", STR("yes"));
		return decision_settle(d, OUTCOME_QUARANTINED, "oversize",
		    "the message has %lld bytes, more than is allowed; the sender is told",
		    (long long)d->arrival->size);
	}
	return decision_settle(d, OUTCOME_QUARANTINED, "oversize", "the message has %lld bytes, more than is allowed",
	    (long long)d->arrival->size);
}

bool
rule_reader_failed(struct decision *d)
{
	if (!d->arrival->reader_failed)
		return decision_pass(d, "the message could be read");
	return decision_settle(
	    d, OUTCOME_QUARANTINED, "reader-failed", "the reader crashed or ran too long on it, twice");
}

bool
rule_malformed(struct decision *d)
{
	if (d->r->malformed.n == 0)
		return decision_pass(d, "its header keeps to the rules");
	return decision_settle(d, OUTCOME_QUARANTINED, "malformed", "its header is refused: %.*s %.*s",
	    STR_ARGS(d->r->malformed), STR_ARGS(d->r->malformed_detail));
}

bool
rule_duplicate(struct decision *d)
{
	if (d->s->duplicate_of == 0)
		return decision_pass(d, "no message with the same content was seen before");
	return decision_settle(
	    d, OUTCOME_DUPLICATE, "duplicate", "message %lld had the same content", (long long)d->s->duplicate_of);
}

const struct rule decide_first_rules[] = {
	{ "oversize", rule_oversize },
	{ "reader-failed", rule_reader_failed },
	{ "malformed", rule_malformed },
	{ "own-mail", rule_own_mail },
	{ "duplicate", rule_duplicate },
	{ "bounce", rule_bounce },
	{ "complaint", rule_complaint },
	{ "machine", rule_machine },
	{ "address-verification", rule_address },
	{ "references-determined", rule_undetermined },
	{ "references-agree", rule_route },
	{ NULL, NULL },
};

static bool
decided_by(const struct rule *rules, struct decision *d)
{
	for (; rules->name != NULL; rules++) {
		bool hit = rules->decides(d);

		plan_trace(d->p, rules->name, hit, "%.*s", STR_ARGS(d->words));
		if (hit) {
			d->p->rule = rules->name;
			return true;
		}
	}
	return false;
}

static struct decision
decision_begin(const struct reading *r, const struct arrival *arrival, const struct snapshot *s,
    const struct policy *policy, struct arena *a, struct plan *out)
{
	plan_init(out, a);
	return (struct decision){ .r = r,
		.arrival = arrival,
		.s = s,
		.policy = policy,
		.p = out,
		.a = a,
		.arrived = arrival->internal_date ? arrival->internal_date : s->now,
		.authentication = r->authentication };
}

void
decide_message(const struct reading *r, const struct arrival *arrival, const struct snapshot *s,
    const struct policy *policy, struct arena *a, struct plan *out)
{
	struct decision d = decision_begin(r, arrival, s, policy, a, out);

	if (decided_by(decide_first_rules, &d))
		return;
	if (decided_by(decide_is_approval(&d) ? decide_approval_rules : decide_update_rules, &d))
		return;
	out->outcome = OUTCOME_HELD;
	out->reason = "no-rule";
	out->rule = "otherwise";
	plan_trace(out, "otherwise", true, "no rule decides this: a person has to look at it");
}

void
decide_release(const struct reading *r, const struct arrival *arrival, const struct snapshot *s,
    const struct policy *policy, struct arena *a, struct plan *out)
{
	struct decision d = decision_begin(r, arrival, s, policy, a, out);

	decided_by(decide_release_rules, &d);
	if (out->outcome == OUTCOME_APPENDED)
		out->rule = "released";
}
