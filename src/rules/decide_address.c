/* SPDX-License-Identifier: ISC
 * decide_address.c: the answer to a mail that asks whether a further address is a contact's.
 *
 * Two proofs, as for an approval: the token that only that address was sent, and From equal to that address,
 * authenticated as the configuration demands of updates. What is written in the answer does not matter, and nobody is
 * answered: a stranger to whom the mail went by mistake shall not be drawn into anything.
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

bool
rule_address(struct decision *d)
{
	bool alone;
	const struct token_fact *t = address_token(d->s, &alone);
	struct effect *f;

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
	d->p->token_id = t->id;
	f = plan_effect(d->p, EFFECT_TOKEN);
	f->token_id = t->id;
	f->token_state = TOKEN_USED;
	f = plan_effect(d->p, EFFECT_ADDRESS);
	f->person = t->owner;
	f->text = t->sent_to;
	return decision_settle(d, OUTCOME_DECIDED, "address-verified", "%.*s is an address of %.*s from now on",
	    STR_ARGS(t->sent_to), STR_ARGS(person_full_name(&t->owner, d->a)));
}
