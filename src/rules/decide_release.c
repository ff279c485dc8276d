/* SPDX-License-Identifier: ISC
 * decide_release.c: a message that was kept for a person, and that an operator lets through.
 *
 * The operator vouches for the sender and may say which case is meant; nothing else is given away. A contact's words
 * are posted as if they had come through. What anybody else wrote becomes an internal note, and an answer to an access
 * request never more than a note: only an approver's own proved mail decides. Where a release is not possible, the
 * plan has no effect and the outcome OUTCOME_HELD; its last trace says why.
 */
#include "config.h"

#include "rules/decision.h"

/* The case that is meant: the operator's, else that all references lead to. */
static bool
rule_release_case(struct decision *d)
{
	const struct snapshot *s = d->s;
	bool split = rule_route(d);

	for (size_t i = 0; d->arrival->named_case && i < s->n_cases; i++) {
		if (s->cases[i].view.id != d->arrival->named_case)
			continue;
		d->subject = &s->cases[i];
		d->p->case_id = d->subject->view.id;
		return decision_pass(
		    d, "the operator says that it belongs to case %.*s", STR_ARGS(d->subject->view.number));
	}
	if (split)
		return decision_settle(
		    d, OUTCOME_HELD, "references-disagree", "it names different cases; say which with --case");
	if (d->subject == NULL)
		return decision_settle(
		    d, OUTCOME_HELD, "no-case", "it names no case that exists; say which with --case");
	return decision_pass(d, "it leads to case %.*s", STR_ARGS(d->subject->view.number));
}

static bool
rule_release_closed(struct decision *d)
{
	if (!d->subject->view.is_closed)
		return decision_pass(d, "the case is open");
	return decision_settle(
	    d, OUTCOME_HELD, "closed-case", "case %.*s is closed; re-open it first", STR_ARGS(d->subject->view.number));
}

/* What is not the word of a contact of the case is shown to representatives only. */
static bool
rule_release_note(struct decision *d)
{
	const char *why = decide_is_approval(d)           ? "an answer to an access request decides nothing here"
			  : d->r->kind != KIND_PERSON     ? "no person wrote it"
			  : !decision_by_contact(d)       ? "the sender is no Designated Contact of the case"
			  : d->arrival->released_internal ? "the operator wants it so"
							  : NULL;
	struct decision_text m;

	if (why == NULL)
		return decision_pass(d, "a Designated Contact of the case wrote it");
	decision_read_text(d, &m);
	m.text = arena_format(d->a, "[mail from %.*s]\n\n%.*s", STR_ARGS(decision_from(d)), STR_ARGS(m.text));
	decision_update(d, &m, UPDATE_INTERNAL);
	return decision_settle(d, OUTCOME_APPENDED, "released-internal", "an internal note: %s", why);
}

const struct rule decide_release_rules[] = {
	{ "oversize", rule_oversize },
	{ "reader-failed", rule_reader_failed },
	{ "malformed", rule_malformed },
	{ "duplicate", rule_duplicate },
	{ "release-case", rule_release_case },
	{ "case-closed", rule_release_closed },
	{ "empty", rule_empty },
	{ "release-note", rule_release_note },
	{ "append", rule_append },
	{ NULL, NULL },
};
