/* SPDX-License-Identifier: ISC
 * plan.h: what a decision wants done. Every change of the store, by mail or by casectl, is a plan; it is applied
 * whole, in one transaction, together with its audit row and the notices it causes.
 */
#ifndef CASEMAIL_RULES_PLAN_H
#define CASEMAIL_RULES_PLAN_H

#include "rules/effect.h"
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

/* An empty plan; everything added to it lives in a. */
void plan_init(struct plan *p, struct arena *a);
struct effect *plan_effect(struct plan *p, enum effect_kind kind); /* appended; owned by the arena */
/* An effect that is a notice, with every value of its kind but a drawn one there, and empty. */
struct notice *plan_notice(struct plan *p, enum notice_kind kind, const struct person *to);
/* name: constant, one of notice_values(n->kind) (else aborts); text is borrowed. A second value of a name replaces. */
void notice_value(struct plan *p, struct notice *n, const char *name, struct str text);
/* s up to max bytes, cut between characters (UTF-8): for lines shown to people. */
struct str plan_shorten(struct str s, size_t max);
/* Shorthands: an update on a case, its text made visible (base/visible.h); a change of its status. */
struct effect *plan_update(
    struct plan *p, int64_t case_id, const struct person *author, enum way way, enum visibility v, struct str text);
struct effect *plan_status(
    struct plan *p, int64_t case_id, const struct person *author, struct str status, struct str sub_status);
/* The end of a case, in the status that the configuration has for it. */
struct effect *plan_close(struct plan *p, int64_t case_id, const struct person *author, enum closing why);
/* One notice of kind to each, without those whose address is dead and without the person "except" (may be NULL);
 * each is set up by fill. Returns how many. */
size_t plan_notify(struct plan *p, enum notice_kind kind, const struct person *to, size_t n,
    const struct person *except, void (*fill)(struct plan *p, struct notice *n, const void *ctx), const void *ctx);
/* One line for explain; cut at about 400 bytes. rule: constant. */
void plan_trace(struct plan *p, const char *rule, bool hit, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
