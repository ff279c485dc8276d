/* SPDX-License-Identifier: ISC
 * decide_route.c: which case or request a message is about.
 *
 * Everything the sender could have set must lead to one place: the sub-address and threading headers (reply tokens),
 * subject and new text (Reference IDs). Quoted text counts only where nothing else speaks. This routes; it proves
 * nothing about who may act.
 */
#include "config.h"

#include "rules/decision.h"

#include "rules/access.h"

static const struct case_fact *
case_of(const struct decision *d, int64_t id)
{
	for (size_t i = 0; id && i < d->s->n_cases; i++)
		if (d->s->cases[i].view.id == id)
			return &d->s->cases[i];
	return NULL;
}

static const struct access_request *
request_of(const struct decision *d, int64_t id, int64_t case_id)
{
	for (size_t i = 0; i < d->s->n_requests; i++) {
		const struct access_request *r = &d->s->requests[i];

		if ((id && r->id == id) || (!id && case_id && r->case_id == case_id))
			return r;
	}
	return NULL;
}

static bool
is_approval_token(const struct token_fact *t)
{
	return t->kind == TOKEN_OF_APPROVAL || t->kind == TOKEN_OF_CONFIRMATION;
}

/* The case a token leads to: an approval's is the admin case of its request. */
static int64_t
token_case(const struct decision *d, const struct token_fact *t)
{
	const struct access_request *r = is_approval_token(t) ? request_of(d, t->request_id, 0) : NULL;

	return r != NULL ? r->case_id : t->case_id;
}

/* The token that leads: the sub-address answered to, else the mail answered to (they come newest first). */
static const struct token_fact *
leading_token(const struct snapshot *s)
{
	const struct token_fact *found = NULL;

	for (size_t i = 0; i < s->n_tokens; i++) {
		if (s->tokens[i].kind == TOKEN_NONE)
			continue;
		if (s->tokens[i].place == PLACE_RECIPIENT)
			return &s->tokens[i];
		if (found == NULL)
			found = &s->tokens[i];
	}
	return found;
}

/* Two approval tokens of different requests or people in one mail. */
static bool
tokens_differ(const struct snapshot *s)
{
	const struct token_fact *first = NULL;

	for (size_t i = 0; i < s->n_tokens; i++) {
		const struct token_fact *t = &s->tokens[i];

		if (!is_approval_token(t))
			continue;
		if (first != NULL && (t->request_id != first->request_id || t->owner.id != first->owner.id))
			return true;
		if (first == NULL)
			first = t;
	}
	return false;
}

bool
rule_undetermined(struct decision *d)
{
	if (!d->r->undetermined)
		return decision_pass(d, "the reference patterns came to an end");
	return decision_settle(
	    d, OUTCOME_HELD, "undetermined", "a reference pattern ran into its limit: nobody knows what is named");
}

/* Adds the case id (0: one that does not exist) to what was found: false where it differs from what is there. */
static bool
agrees(int64_t *found, bool *any, int64_t id)
{
	if (*any && *found != id)
		return false;
	*found = id;
	*any = true;
	return true;
}

static bool
references_agree(const struct decision *d, bool quoted, int64_t *found, bool *any)
{
	for (size_t i = 0; i < d->s->n_references; i++) {
		const struct reference_fact *f = &d->s->references[i];

		if ((f->reference.place == PLACE_QUOTED) == quoted && !agrees(found, any, f->case_id))
			return false;
	}
	return true;
}

/* T, F and A, once it is known what is meant. Mode "token" has nobody who vouches for From: there the token does. */
static void
weigh_proofs(struct decision *d)
{
	const struct token_fact *t = d->token;
	bool known;

	d->owns = t != NULL && d->r->from_strict.n && d->s->sender.id && d->s->sender.active &&
		  d->s->sender.id == t->owner.id;
	d->own_case_token = d->owns && t->kind == TOKEN_OF_CASE && t->state == TOKEN_VALID && d->subject != NULL;
	d->proved = t != NULL && is_approval_token(t) && t->state == TOKEN_VALID && d->request != NULL &&
		    t->request_id == d->request->id && t->version == d->request->version;
	/* A token that was used or came too late still shows whose mailbox it was read in; a void one does not. */
	known = d->owns && ((is_approval_token(t) && t->state != TOKEN_VOID) || d->own_case_token);
	if (d->policy->authentication == AUTHENTICATION_TOKEN && d->authentication != AUTH_FAIL)
		d->authentication = known ? AUTH_PASS : AUTH_NONE;
}

bool
rule_route(struct decision *d)
{
	bool any = false, agree = !tokens_differ(d->s);
	int64_t id = 0;

	d->token = leading_token(d->s);
	for (size_t i = 0; agree && i < d->s->n_tokens; i++)
		if (d->s->tokens[i].kind != TOKEN_NONE)
			agree = agrees(&id, &any, token_case(d, &d->s->tokens[i]));
	agree = agree && references_agree(d, false, &id, &any);
	if (agree && !any)
		agree = references_agree(d, true, &id, &any);
	if (!agree)
		return decision_settle(d, OUTCOME_HELD, "references-disagree",
		    "its reply address, threading headers, subject and text name different cases");
	d->names_something = any || d->s->n_tokens > 0;
	d->subject = case_of(d, id);
	d->request = request_of(d, d->token != NULL && is_approval_token(d->token) ? d->token->request_id : 0, id);
	weigh_proofs(d);
	if (d->subject != NULL)
		d->p->case_id = d->subject->view.id;
	if (d->subject != NULL)
		return decision_pass(d, "it leads to case %.*s", STR_ARGS(d->subject->view.number));
	return decision_pass(d, any ? "it names a case that does not exist" : "it names no case");
}

static bool
sender_approves(const struct decision *d)
{
	for (size_t i = 0; d->request != NULL && i < d->request->n_lines; i++)
		if (request_line_approver(&d->request->lines[i], d->s->sender.id))
			return d->r->from_strict.n > 0 && d->s->sender.active;
	return false;
}

/* Read in the configured languages and in those that the sender was written to: his own, that of mail to people who
 * have none, and English, which is there where a template is in neither. */
void
decision_judge(struct decision *d, const struct token_fact *token, struct str language)
{
	struct str list[] = { language, d->policy->language, STR("en") };
	struct strings spoken = { list, 3 };
	struct verdict_phrases *wide = verdict_widen(d->policy->phrases, &spoken);

	answer_judge(d->r, token, wide ? wide : d->policy->phrases, d->a, &d->answer);
	verdict_close(&wide);
}

bool
decide_is_approval(struct decision *d)
{
	bool by_token = d->token != NULL && is_approval_token(d->token);

	if (!by_token && !sender_approves(d))
		return false;
	decision_judge(d, by_token ? d->token : NULL, d->s->sender.language);
	if (by_token)
		return true;
	/* An approver who writes to the request's case without the token: a clear word is an answer, the rest is mail.
	 */
	if (d->answer.verdict != VERDICT_APPROVE && d->answer.verdict != VERDICT_DENY)
		return false;
	d->owns = true;
	return true;
}
