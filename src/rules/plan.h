/* SPDX-License-Identifier: ISC
 * plan.h: what a decision wants done. Every change of the store, by mail or by casectl, is a plan; it is applied
 * whole, in one transaction, together with its audit row and the notices it causes.
 */
#ifndef CASEMAIL_RULES_PLAN_H
#define CASEMAIL_RULES_PLAN_H

#include "rules/snapshot.h"

/* The ledger's outcomes. A plan made by casectl has OUTCOME_NONE. */
enum outcome {
	OUTCOME_NONE,
	OUTCOME_APPENDED,
	OUTCOME_POSTED,
	OUTCOME_DECIDED,
	OUTCOME_ALREADY_DECIDED,
	OUTCOME_ASKED_AGAIN,
	OUTCOME_CONFIRMATION_ASKED,
	OUTCOME_REFUSED,
	OUTCOME_MACHINE,
	OUTCOME_DUPLICATE,
	OUTCOME_HELD,
	OUTCOME_QUARANTINED,
	OUTCOME_DROPPED,
	OUTCOME_COUNT
};
const char *outcome_name(enum outcome o); /* "appended", ... */

enum visibility { UPDATE_PUBLIC, UPDATE_INTERNAL };

/* Kinds of notice; the name is also the template's file name. */
enum notice_kind {
	NOTICE_CASE_OPENED,    /* to the contact */
	NOTICE_UPDATE,         /* public update by a representative, to the contact */
	NOTICE_INFO_REQUESTED, /* likewise, status AWAITING INFO */
	NOTICE_STATUS_CHANGED, /* to the contact */
	NOTICE_SOLUTION_PROPOSED,
	NOTICE_CASE_CLOSED,
	NOTICE_CUSTOMER_REPLIED, /* to the owner (or the administrators) */
	NOTICE_REPLY_REFUSED,    /* to a registered sender; value "reason" chooses the words */
	NOTICE_ACCESS_REQUEST,   /* to an approver; token */
	NOTICE_ASK_AGAIN,        /* to an approver; token */
	NOTICE_CONFIRM,          /* to an approver; token and code */
	NOTICE_ALREADY_DECIDED,  /* to an approver */
	NOTICE_DECISION_RECEIPT, /* to the approvers */
	NOTICE_DECISION_REQUESTER,
	NOTICE_ACCESS_GRANTED, /* to the person, from the no-reply address, with instructions */
	NOTICE_ACCESS_DENIED,  /* to the person */
	NOTICE_ACCESS_EXPIRED,
	NOTICE_REMINDER,   /* to an approver; token */
	NOTICE_ESCALATION, /* to administrators: value "reason" */
	NOTICE_SECURITY,   /* to a token's owner and administrators: somebody else used it */
	NOTICE_CLOSURE_REQUESTED,
	NOTICE_REOPEN_REQUESTED,
	NOTICE_COUNT
};
const char *notice_kind_name(enum notice_kind k); /* "case-opened", ...; its values: notice.h */

struct value {
	const char *name; /* as templates write it: "update_text" */
	struct str text;  /* data: escaped by the template for its place */
};

struct notice {
	enum notice_kind kind;
	struct person to;  /* from the store only, never from a mail; id 0: whom the request of the plan is about, and
			    * who  becomes a contact, if at all, by a grant of the same plan: find it by address */
	bool is_answer;    /* automatic answer to a mail: null envelope sender, Auto-Submitted: auto-replied, counted */
	struct str reason; /* of an answer: what the once-a-day rule counts */
	bool from_noreply;
	enum token_kind token;       /* what Reply-To and Message-ID carry */
	bool confirms;               /* TOKEN_OF_CONFIRMATION: which verdict */
	struct str in_reply_to;      /* Message-ID, without <>, of the mail that is answered; or empty */
	int64_t case_id, request_id; /* 0 or PLAN_NEW */
	struct value *values;        /* besides the standard ones: notice.h */
	size_t n_values;
};

/* In place of an id: the case or request that this same plan creates. */
#define PLAN_NEW (-1)

enum effect_kind {
	EFFECT_CASE_OPEN,    /* new_case */
	EFFECT_UPDATE,       /* case_id, author, way, visibility, text, cut; with_attachments */
	EFFECT_STATUS,       /* case_id, status, sub_status */
	EFFECT_ASSIGN,       /* case_id, person */
	EFFECT_REQUEST_OPEN, /* request (its case: case_id) */
	EFFECT_LINE,  /* line_id (or, of the new request, line_index), line_state, person = decider, text = comment */
	EFFECT_GRANT, /* request_id and line_id/line_index: give or remove what the line says; creates the contact first
		       */
	EFFECT_TOKEN, /* token_id, token_state */
	EFFECT_TOKENS_OF_REQUEST, /* request_id, token_state: all that are still valid */
	EFFECT_ASKED_AGAIN,       /* request_id, person */
	EFFECT_UNDELIVERABLE,     /* person: the registered address bounced for good */
	EFFECT_BOUNCED,           /* outbox_id, text = diagnostic: shown with the notice */
	EFFECT_NOTICE             /* notice */
};

enum way { WAY_MAIL, WAY_CASECTL, WAY_SYSTEM };

struct new_case {
	struct str type, sub_type, subject, description, status, sub_status, priority;
	int64_t deployment, contact, owner; /* 0: none */
};

struct effect {
	enum effect_kind kind;
	int64_t case_id, request_id, line_id, token_id, outbox_id; /* case_id, request_id may be PLAN_NEW */
	size_t line_index;
	struct person person; /* author, decider, owner, ... */
	enum way way;
	enum visibility visibility;
	struct str text, cut;  /* new text; what was cut off it */
	bool with_attachments; /* those of the reading or of the command */
	struct str status, sub_status;
	enum line_state line_state;
	int64_t deployment; /* EFFECT_GRANT without a request: person gets level (or none) on it */
	enum access_level level;
	enum token_state token_state;
	struct new_case new_case;
	const struct access_request *request;
	struct notice notice;
	struct effect *next;
};

/* One rule looked at: for explain. */
struct trace {
	const char *rule; /* "sender-known" */
	bool hit;
	struct str words; /* plain words: "eva@acme.example is no Designated Contact of ACME-1" */
	struct trace *next;
};

struct plan {
	enum outcome outcome;
	const char *reason;          /* constant code: "customer-replied", "closed-case", ... */
	const char *rule;            /* constant name of the rule that gave the outcome */
	int64_t case_id, request_id; /* what the message led to, or 0 */
	struct str decision_line;    /* of an approval answer */
	const char *verdict;         /* "approve", ... or NULL */
	int64_t token_id;            /* that proved it, or 0 */
	struct effect *effects, **effects_end;
	struct trace *trace, **trace_end;
	struct arena *arena;
};

void plan_init(struct plan *p, struct arena *a);
struct effect *plan_effect(struct plan *p, enum effect_kind kind); /* appended; owned by the arena */
struct notice *plan_notice(struct plan *p, enum notice_kind kind, const struct person *to);
/* name: constant, one of notice_values(n->kind) (else aborts); text is borrowed. A second value of a name replaces. */
void notice_value(struct plan *p, struct notice *n, const char *name, struct str text);
/* s up to max bytes, cut between characters (UTF-8): for lines shown to people. */
struct str plan_shorten(struct str s, size_t max);
/* Shorthands: an update on a case, a change of its status. */
struct effect *plan_update(
    struct plan *p, int64_t case_id, const struct person *author, enum way way, enum visibility v, struct str text);
struct effect *plan_status(
    struct plan *p, int64_t case_id, const struct person *author, struct str status, struct str sub_status);
/* One notice of kind to each, without those whose address is dead and without the person "except" (may be NULL);
 * each is set up by fill. Returns how many. */
size_t plan_notify(struct plan *p, enum notice_kind kind, const struct person *to, size_t n,
    const struct person *except, void (*fill)(struct plan *p, struct notice *n, const void *ctx), const void *ctx);
void plan_trace(struct plan *p, const char *rule, bool hit, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
