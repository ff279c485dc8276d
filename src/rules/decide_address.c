/* SPDX-License-Identifier: ISC
 * decide_address.c: the answer to a mail that asks whether a further address is a contact's.
 *
 * Two proofs, as for an approval: the token that only that address was sent, and From equal to that address,
 * authenticated as the configuration demands of updates; and the word yes, as a stranger to whom the mail went by
 * mistake writes back, too, to say that it is not his, and some programs answer every mail. What says no ends the
 * question, what is unclear is kept for an operator, and nobody is answered.
 */
#include "config.h"

#include "rules/decision.h"

/* The token of such a mail; *alone: nothing else of ours is carried. */
static const struct token_fact *
address_token(const struct snapshot *s, bool *alone)
{
	const struct token_fact *found = NULL;

	*alone = true;
	for (size_t i = 0; i < s->n_tokens; i++)
		if (found == NULL && s->tokens[i].kind == TOKEN_OF_ADDRESS)
			found = &s->tokens[i];
	for (size_t i = 0; found != NULL && i < s->n_tokens; i++)
		*alone = *alone && (s->tokens[i].kind == TOKEN_NONE || s->tokens[i].id == found->id);
	return found;
}

static bool
is_authentic(const struct decision *d)
{
	if (d->policy->authentication == AUTHENTICATION_TOKEN)
		return d->authentication != AUTH_FAIL; /* the token has shown that the mailbox is read */
	return d->authentication >= AUTH_WEAK && d->authentication >= d->policy->updates_authentication;
}

/* The proofs are there: what is said? */
static bool
settle_said(struct decision *d, const struct token_fact *t)
{
	struct effect *f;

	decision_judge(d, t, t->owner.language);
	if (d->answer.verdict == VERDICT_AMBIGUOUS)
		return decision_settle(d, OUTCOME_HELD, "address-unclear",
		    "the answer about %.*s says neither yes nor no; casectl address verify does", STR_ARGS(t->sent_to));
	d->p->token_id = t->id;
	f = plan_effect(d->p, EFFECT_TOKEN);
	f->token_id = t->id;
	f->token_state = d->answer.verdict == VERDICT_APPROVE ? TOKEN_USED : TOKEN_VOID;
	if (d->answer.verdict != VERDICT_APPROVE)
		return decision_settle(d, OUTCOME_HELD, "address-denied",
		    "whoever reads %.*s says that it is not the address of %.*s", STR_ARGS(t->sent_to),
		    STR_ARGS(person_full_name(&t->owner, d->a)));
	f = plan_effect(d->p, EFFECT_ADDRESS);
	f->person = t->owner;
	f->text = t->sent_to;
	return decision_settle(d, OUTCOME_DECIDED, "address-verified", "%.*s is an address of %.*s from now on",
	    STR_ARGS(t->sent_to), STR_ARGS(person_full_name(&t->owner, d->a)));
}

bool
rule_address(struct decision *d)
{
	bool alone;
	const struct token_fact *t = address_token(d->s, &alone);

	if (t == NULL)
		return decision_pass(d, "it verifies no address");
	if (!alone)
		return decision_settle(d, OUTCOME_HELD, "references-differ",
		    "it answers the question about an address, and something else");
	if (d->authentication == AUTH_FAIL)
		return decision_settle(d, OUTCOME_REFUSED, "authentication-failed",
		    "the border server says that the sender is forged: %.*s", STR_ARGS(d->r->authentication_detail));
	if (d->r->from_strict.n == 0 || !str_equal_nocase(d->r->from_strict, t->sent_to))
		return decision_settle(d, OUTCOME_REFUSED, "address-differs",
		    "%.*s answers the question about another address", STR_ARGS(decision_from(d)));
	if (t->state != TOKEN_VALID || !t->owner.active)
		return decision_settle(d, OUTCOME_REFUSED, "address-token-ended",
		    "the question about %.*s is answered, has expired or was withdrawn", STR_ARGS(t->sent_to));
	if (d->r->is_list || !is_authentic(d))
		return decision_settle(
		    d, OUTCOME_HELD, "unverified", "%.*s is not authenticated well enough", STR_ARGS(t->sent_to));
	return settle_said(d, t);
}
