/* SPDX-License-Identifier: ISC
 * decide_ask.c: questions back to an approver: a confirmation with a code, or the request once more.
 *
 * Both go to the registered address only, carry a fresh token, and count: no approver is asked without end. Nothing is
 * decided by asking.
 */
#include "config.h"

#include "rules/decision.h"

#include <string.h>

#include "rules/access.h"
#include "rules/notice.h"

/* Whether this approver may be sent one more question about the request. */
static bool
may_ask(const struct decision *d, const char *reason, bool once_a_day)
{
	int64_t since = d->s->now - d->s->asked_again_last;

	if (d->s->asked_again >= d->policy->ask_again_most)
		return false;
	if (once_a_day && d->s->asked_again_last && since < (int64_t)d->policy->ask_again_hours * 3600 * 1000)
		return false;
	return decision_may_answer(d, once_a_day ? d->request->case_id : -1, reason);
}

static struct notice *
ask(struct decision *d, enum notice_kind kind, enum token_kind token, const char *reason)
{
	struct notice *n = decision_answer(d, kind, d->request->case_id, reason);
	struct effect *f = plan_effect(d->p, EFFECT_ASKED_AGAIN);

	f->request_id = d->request->id;
	f->person = d->s->sender;
	n->token = token;
	decision_describe(d, n, d->s->sender.id);
	notice_value(d->p, n, "expires_at", notice_time(d->a, d->request->expires_at));
	return n;
}

bool
decision_confirm(struct decision *d, const char *reason, const char *why)
{
	bool approve = d->answer.verdict == VERDICT_APPROVE;
	struct notice *n;

	if (!may_ask(d, "confirm", false))
		return decision_settle(d, OUTCOME_HELD, "confirmation-limit",
		    "a confirmation is needed (%s), but no more may be asked of this approver now", why);
	n = ask(d, NOTICE_CONFIRM, TOKEN_OF_CONFIRMATION, "confirm");
	n->confirms = approve;
	if (!approve)
		notice_value(d->p, n, "lines", access_lines_deniable(d->a, d->request, d->s->sender.id));
	notice_value(d->p, n, "decision", approve ? STR("approve") : STR("deny"));
	notice_value(d->p, n, approve ? "approved" : "denied", STR("yes"));
	notice_value(d->p, n, "why", str_of(why));
	return decision_settle(
	    d, OUTCOME_CONFIRMATION_ASKED, reason, "%s: a confirmation with a code is asked for", why);
}

bool
decision_is_clear(const struct decision *d)
{
	return d->answer.verdict == VERDICT_APPROVE || d->answer.verdict == VERDICT_DENY;
}

static bool
has_confirm_level(const struct decision *d)
{
	const struct access_request *r = d->request;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (!request_line_open_to(&r->lines[i], d->s->sender.id))
			continue;
		for (size_t k = 0; k < d->policy->confirm_levels.n; k++)
			if (str_equal_nocase(
				d->policy->confirm_levels.list[k], str_of(access_level_name(r->lines[i].level))))
				return true;
	}
	return false;
}

/* Why a clear answer with T and F is not enough; or NULL. The code of a confirmation answers all of them. */
static const char *
needs_confirmation(const struct decision *d)
{
	bool approve = d->answer.verdict == VERDICT_APPROVE;

	if (d->token->kind == TOKEN_OF_CONFIRMATION && strcmp(d->answer.reason, ANSWER_BY_CODE) == 0)
		return NULL;
	if (d->r->sender_address.n)
		return "the mail was sent by somebody on behalf of the approver";
	if (d->authentication < (approve ? AUTH_PASS : AUTH_WEAK))
		return "the sender could not be verified";
	return approve && has_confirm_level(d) ? "this level of access needs a confirmation" : NULL;
}

bool
rule_confirm(struct decision *d)
{
	const char *why;

	if (!d->proved || !d->owns || !decision_is_clear(d))
		return decision_pass(d, "there is no clear answer with a valid token by its owner");
	why = needs_confirmation(d);
	if (why == NULL)
		return decision_pass(d, "the answer needs no confirmation");
	return decision_confirm(d, "confirmation-needed", why);
}

static void
keep_words(struct decision *d)
{
	struct effect *f =
	    plan_update(d->p, d->request->case_id, &d->s->sender, WAY_MAIL, UPDATE_INTERNAL, str_trim(d->r->new_text));

	f->cut = d->r->quoted;
	f->with_attachments = true;
}

bool
rule_ask_again(struct decision *d)
{
	static const struct {
		const char *flag, *words;
	} whys[] = {
		[WHY_NONE] = { "why_unclear", "the answer is not clear" },
		[WHY_UNCLEAR] = { "why_unclear", "the answer is not a plain yes or no, or it has a condition" },
		[WHY_EMPTY] = { "why_empty", "the answer holds no words of its own" },
		[WHY_QUOTE] = { "why_quote", "the answer is mixed with the quoted mail" },
		[WHY_UNREADABLE] = { "why_unreadable", "the answer could not be read" },
		[WHY_CODE] = { "why_code", "the confirmation code is missing or wrong" },
	};
	struct notice *n;

	if (!d->proved || !d->owns || decision_is_clear(d))
		return decision_pass(d, "there is no unclear answer with a valid token by its owner");
	keep_words(d);
	if (d->token->kind == TOKEN_OF_CONFIRMATION) {
		d->answer.verdict = d->token->confirms ? VERDICT_APPROVE : VERDICT_DENY;
		return decision_confirm(d, "code-missing", "the confirmation code was missing, wrong or not alone");
	}
	if (!may_ask(d, "ask-again", true))
		return decision_settle(d, OUTCOME_HELD, "ask-again-limit",
		    "unclear (%s), and the approver may not be asked again now", d->answer.reason);
	n = ask(d, NOTICE_ASK_AGAIN, TOKEN_OF_APPROVAL, "ask-again");
	notice_value(d->p, n, "quoted_line", plan_shorten(d->answer.line, 200));
	notice_value(d->p, n, "why", str_of(whys[d->answer.why].words));
	notice_value(d->p, n, whys[d->answer.why].flag, STR("yes"));
	return decision_settle(
	    d, OUTCOME_ASKED_AGAIN, "unclear", "unclear (%s): the approver is asked again", d->answer.reason);
}
