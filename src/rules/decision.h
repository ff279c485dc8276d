/* SPDX-License-Identifier: ISC
 * decision.h: one message on its way through the rules. For the files decide*.c only.
 */
#ifndef CASEMAIL_RULES_DECISION_H
#define CASEMAIL_RULES_DECISION_H

#include "rules/answer.h"
#include "rules/decide.h"

struct decision {
	const struct reading *r;
	const struct arrival *arrival;
	const struct snapshot *s;
	const struct policy *policy;
	struct plan *p;
	struct arena *a;

	int64_t arrived;                 /* at the border, ms */
	const struct token_fact *token;  /* that led here, whatever its state; or NULL */
	const struct case_fact *subject; /* the case the message is about, or NULL */
	const struct access_request *request;
	bool names_something; /* a token or reference is there, known or not */
	bool proved;          /* T: a valid token of the request as it stands now */
	bool owns;            /* F: From is the person the token was sent to; without one: an approver of the request */
	bool own_case_token;  /* a valid reply token of the case, and From is the person it was sent to */
	enum authentication_level authentication;
	struct answer answer; /* to a request; judged when a request is concerned */
	struct str words;     /* of the rule that was looked at last */
};

/* One rule: true where it has decided; either way d->words says what it saw. */
struct rule {
	const char *name;
	bool (*decides)(struct decision *d);
};

/* How a rule ends: "not this one", or with an outcome. */
bool decision_pass(struct decision *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool decision_settle(struct decision *d, enum outcome o, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The lists, each in its order. */
extern const struct rule decide_first_rules[], decide_approval_rules[], decide_update_rules[],
    decide_release_rules[]; /* each ends in { NULL } */
/* Rules that a release shares with the first (decide.c) and the update list (decide_update.c). */
bool rule_oversize(struct decision *d);
bool rule_reader_failed(struct decision *d);
bool rule_malformed(struct decision *d);
bool rule_duplicate(struct decision *d);
bool rule_empty(struct decision *d);
bool rule_append(struct decision *d);
/* The rules for machines (decide_machine.c) and for finding the case (decide_route.c), which stand in the first list.
 */
bool rule_own_mail(struct decision *d);
bool rule_bounce(struct decision *d);
bool rule_complaint(struct decision *d);
bool rule_machine(struct decision *d);
bool rule_address(struct decision *d); /* decide_address.c */
bool rule_undetermined(struct decision *d);
bool rule_route(struct decision *d);
/* The rules that ask an approver (decide_ask.c), which stand in the approval list. */
bool rule_confirm(struct decision *d);
bool rule_ask_again(struct decision *d);
/* Settles with a confirmation asked for, or held where no more may be asked. why: plain words. */
bool decision_confirm(struct decision *d, const char *reason, const char *why);
bool decision_is_clear(const struct decision *d); /* the answer is yes or no */
/* Sets the values of a notice about d->request; approver: access_describe. */
void decision_describe(struct decision *d, struct notice *n, int64_t approver);
/* Judges the answer to the notice of token (may be NULL), in the configured languages and this one: into d->answer. */
void decision_judge(struct decision *d, const struct token_fact *token, struct str language);
/* Whether the message answers an access request, so that the approval rules have the word. */
bool decide_is_approval(struct decision *d);

/* Whether From is named in the store and may get an automatic answer for reason about case_id (0: none): addressed to
 * us, no list, no machine, not forged, not answered for it today, breaker closed. */
bool decision_may_answer(const struct decision *d, int64_t case_id, const char *reason);
/* An automatic answer to the sender; the caller has asked decision_may_answer. */
struct notice *decision_answer(struct decision *d, enum notice_kind kind, int64_t case_id, const char *reason);
/* Tells the administrators: NOTICE_ESCALATION about d->request (may be NULL). */
void decision_escalate(
    struct decision *d, const char *reason, const char *flag, const struct person *except, struct str detail);

/* Whether From is a Designated Contact of the deployment of the case the message is about (C6). */
bool decision_by_contact(const struct decision *d);

/* What is said in an update, and the words of command that were in it, each on a line of its own. */
struct decision_text {
	struct str text;
	bool closes, reopens; /* a contact's words for it, of any language */
	bool internal;        /* a representative's #internal: as first word, or a line of its own anywhere */
};
void decision_read_text(struct decision *d, struct decision_text *out);
/* The update with that text, its notes and attachments. */
struct effect *decision_update(struct decision *d, const struct decision_text *m, enum visibility v);
/* text with what of the message could not be read or kept below it; and an automatic answer to the sender that says so,
 * where something was and one may be sent. */
struct str decision_with_losses(const struct decision *d, struct str text);
void decision_tell_losses(struct decision *d);
struct str decision_files(const struct decision *d); /* names of the attachments, one a line */

struct str decision_from(const struct decision *d); /* how to name the sender in a trace */

#endif
