/* SPDX-License-Identifier: ISC
 * decide_update.c: mail to a case.
 *
 * A Reference ID has brought the message here; it authorises nothing. Only a Designated Contact of the case's
 * deployment updates it, a representative only with a reply token of his own. A sender without that right is told so in
 * the same words whether the case is somebody else's or does not exist, and a stranger is told nothing.
 */
#include "config.h"

#include "rules/decision.h"

#include <string.h>

#include "rules/case.h"
#include "rules/notice.h"

#define POSTS_MOST 20 /* of one representative to one case in ten minutes */

static bool
is_staff(const struct person *p)
{
	return p->id && p->active && (p->is_representative || p->is_administrator);
}

/* Refuses, and tells a registered sender why, once a day. case_id: 0 where the answer must not show whether there is
 * one. */
static bool
refuse(struct decision *d, const char *reason, const char *flag, int64_t case_id, const char *words)
{
	struct str from = decision_from(d);

	if (decision_may_answer(d, case_id, reason)) {
		struct notice *n = decision_answer(d, NOTICE_REPLY_REFUSED, case_id, reason);

		notice_value(d->p, n, "reason", str_of(reason));
		notice_value(d->p, n, flag, STR("yes"));
		if (case_id)
			n->token = TOKEN_OF_CASE;
		return decision_settle(
		    d, OUTCOME_REFUSED, reason, "%.*s %s; the sender is told", STR_ARGS(from), words);
	}
	return decision_settle(d, OUTCOME_REFUSED, reason, "%.*s %s; no answer is sent", STR_ARGS(from), words);
}

static bool
rule_sender_known(struct decision *d)
{
	const struct person *p = &d->s->sender;

	if (d->r->from_strict.n == 0)
		return decision_settle(d, OUTCOME_REFUSED, "no-identity", "From is no address that can be relied on");
	if (p->id == 0)
		return decision_settle(d, OUTCOME_REFUSED, "unknown-sender",
		    "%.*s is nobody we know; no answer is sent", STR_ARGS(d->r->from_strict));
	if (!p->active)
		return decision_settle(d, OUTCOME_REFUSED, "inactive-sender", "%.*s has left; no answer is sent",
		    STR_ARGS(d->r->from_strict));
	return decision_pass(d, "%.*s is %.*s", STR_ARGS(d->r->from_strict), STR_ARGS(person_full_name(p, d->a)));
}

static bool
rule_forged(struct decision *d)
{
	if (d->authentication != AUTH_FAIL)
		return decision_pass(d, "authentication of the sender did not fail");
	return decision_settle(d, OUTCOME_REFUSED, "authentication-failed",
	    "the border server says that the sender is forged: %.*s", STR_ARGS(d->r->authentication_detail));
}

static bool
rule_reference(struct decision *d)
{
	if (d->names_something)
		return decision_pass(d, "it carries a reference");
	return refuse(d, "no-reference", "no_reference", 0, "names no case, and none is made by mail");
}

static bool
rule_staff(struct decision *d)
{
	if (!is_staff(&d->s->sender) || decision_by_contact(d))
		return decision_pass(d, "the sender is no representative");
	if (d->subject == NULL)
		return decision_settle(d, OUTCOME_HELD, "representative-without-case",
		    "a representative's mail names a case that does not exist");
	if (!d->own_case_token)
		return decision_settle(d, OUTCOME_HELD, "representative-unproved",
		    "a representative's mail without a reply address of his own");
	if (d->authentication != AUTH_PASS)
		return decision_settle(
		    d, OUTCOME_HELD, "representative-unverified", "a representative's mail that is not verified");
	if (d->r->is_list)
		return decision_settle(
		    d, OUTCOME_HELD, "representative-list", "a representative's mail through a list");
	return decision_pass(d, "a representative, proved by a reply address of his own");
}

/* Whether a customer's contact names a case of another customer: how it came to know the reference, a person asks. */
static bool
is_of_other_customer(const struct decision *d)
{
	const struct deployment *of = &d->subject->view.deployment;
	int64_t from = d->s->sender.organisation;

	return d->s->sender.is_contact && of->id && from != of->organisation && (from == 0 || from != of->partner);
}

static bool
rule_permitted(struct decision *d)
{
	if (decision_by_contact(d) || (d->subject != NULL && is_staff(&d->s->sender)))
		return decision_pass(
		    d, "%.*s may update case %.*s", STR_ARGS(d->s->sender.address), STR_ARGS(d->subject->view.number));
	refuse(d, "not-permitted", "not_permitted", 0,
	    d->subject == NULL ? "names a case that does not exist"
			       : "is no Designated Contact of the case's deployment");
	if (d->subject == NULL || !is_of_other_customer(d))
		return true;
	/* Kept for a person; what the sender is told stays what it is for a case that does not exist. */
	d->p->outcome = OUTCOME_HELD;
	d->p->reason = "other-customer";
	return true;
}

static bool
rule_verified(struct decision *d)
{
	static const char *const names[] = { "fail", "none", "weak", "pass" };

	if (d->authentication >= d->policy->updates_authentication)
		return decision_pass(d, "authentication: %s", names[d->authentication]);
	return decision_settle(d, OUTCOME_HELD, "unverified", "authentication is \"%s\", but \"%s\" is required",
	    names[d->authentication], names[d->policy->updates_authentication]);
}

/* --- what is told --- */

struct news {
	struct decision *d;
	struct str text, old_status, new_status;
};

static void
fill_news(struct plan *p, struct notice *n, const void *ctx)
{
	const struct news *x = ctx;
	struct decision *d = x->d;

	n->case_id = d->subject->view.id;
	n->token = TOKEN_OF_CASE;
	notice_value(p, n, "update_text", x->text);
	notice_value(p, n, "author_name", person_full_name(&d->s->sender, d->a));
	if (n->kind != NOTICE_UPDATE)
		notice_value(p, n, "author_address", d->s->sender.address);
	if (n->kind == NOTICE_UPDATE || n->kind == NOTICE_CUSTOMER_REPLIED)
		notice_value(p, n, "files", decision_files(d));
	if (n->kind == NOTICE_CUSTOMER_REPLIED) {
		notice_value(p, n, "old_status", x->old_status);
		notice_value(p, n, "new_status", x->new_status);
	}
}

/* To the owner; where there is none that can be reached, to the administrators. */
static void
tell_owner(struct decision *d, enum notice_kind kind, const struct news *x)
{
	const struct person *owner = &d->subject->view.owner;

	if (owner->id && plan_notify(d->p, kind, owner, 1, NULL, fill_news, x) > 0)
		return;
	plan_notify(d->p, kind, d->s->administrators, d->s->n_administrators, NULL, fill_news, x);
}

/* --- what is done --- */

static bool
rule_closed(struct decision *d)
{
	struct decision_text m;
	struct news x = { .d = d };

	if (!d->subject->view.is_closed)
		return decision_pass(d, "the case is open");
	if (!decision_by_contact(d))
		return decision_settle(d, OUTCOME_HELD, "closed-case", "a representative's mail to a closed case");
	decision_read_text(d, &m);
	if (!m.reopens)
		return refuse(d, "closed-case", "closed_case", d->subject->view.id, "writes to a closed case");
	if (d->r->is_list)
		return decision_settle(d, OUTCOME_HELD, "list", "a request to re-open came through a list");
	if (m.text.n == 0)
		m.text = STR("[asked to re-open the case]");
	x.text = decision_update(d, &m, UPDATE_PUBLIC)->text;
	tell_owner(d, NOTICE_REOPEN_REQUESTED, &x);
	decision_tell_losses(d);
	return decision_settle(d, OUTCOME_APPENDED, "reopen-requested", "the contact asks to re-open the case");
}

bool
rule_empty(struct decision *d)
{
	struct decision_text m;

	decision_read_text(d, &m);
	if (m.text.n || m.closes || m.reopens || d->r->n_attachments || d->r->n_notes || d->r->encrypted)
		return decision_pass(d, "there is something new in it");
	return decision_settle(d, OUTCOME_HELD, "empty", "there is no new text in it and no file");
}

static bool
rule_post(struct decision *d)
{
	const struct person *contact = &d->subject->view.contact;
	struct decision_text m;
	struct news x = { .d = d };

	if (decision_by_contact(d))
		return decision_pass(d, "the sender writes as a contact");
	/* Two programs that answer each other, neither of which says so, would else never end. */
	if (d->subject->mailed_recently >= POSTS_MOST)
		return decision_settle(d, OUTCOME_HELD, "loop", "%d mails of this sender to this case in ten minutes",
		    d->subject->mailed_recently);
	decision_read_text(d, &m);
	x.text = decision_update(d, &m, m.internal ? UPDATE_INTERNAL : UPDATE_PUBLIC)->text;
	decision_tell_losses(d);
	if (m.internal)
		return decision_settle(d, OUTCOME_POSTED, "internal-note", "an internal note by a representative");
	if (contact->id)
		plan_notify(d->p, NOTICE_UPDATE, contact, 1, NULL, fill_news, &x);
	return decision_settle(d, OUTCOME_POSTED, "representative-posted", "a public update by a representative");
}

bool
rule_append(struct decision *d)
{
	const struct case_view *c = &d->subject->view;
	struct news x = { .d = d };
	struct decision_text m;
	const char *reason = "customer-replied";

	decision_read_text(d, &m);
	if (m.text.n == 0 && (m.closes || m.reopens))
		m.text =
		    m.closes ? STR("[asked to close the case]") : STR("[asked to re-open the case, which is open]");
	x.text = decision_update(d, &m, UPDATE_PUBLIC)->text;
	if (case_customer_responded(d->p, d->policy->workflow, c, &d->s->sender, &x.new_status))
		x.old_status = case_status_text(c->status, c->sub_status, d->a);
	if (m.closes && !d->r->is_list) {
		tell_owner(d, NOTICE_CLOSURE_REQUESTED, &x);
		reason = "closure-requested";
	} else {
		tell_owner(d, NOTICE_CUSTOMER_REPLIED, &x);
	}
	decision_tell_losses(d);
	return decision_settle(d, OUTCOME_APPENDED, reason, "appended to case %.*s%s%.*s%s", STR_ARGS(c->number),
	    x.new_status.n ? ", which is " : "", STR_ARGS(x.new_status), x.new_status.n ? " now" : "");
}

const struct rule decide_update_rules[] = {
	{ "sender-known", rule_sender_known },
	{ "authentication-failed", rule_forged },
	{ "reference", rule_reference },
	{ "representative", rule_staff },
	{ "permitted", rule_permitted },
	{ "verified", rule_verified },
	{ "case-closed", rule_closed },
	{ "empty", rule_empty },
	{ "post", rule_post },
	{ "append", rule_append },
	{ NULL, NULL },
};
