/* SPDX-License-Identifier: ISC
 * access.h: access requests and their decisions (A1-A8, P3-P6). Pure.
 */
#ifndef CASEMAIL_RULES_ACCESS_H
#define CASEMAIL_RULES_ACCESS_H

#include "base/err.h"
#include "rules/plan.h"

/* Whether domain of address is a free-mail one (P1). */
bool access_free_mail(struct str address, const struct strings *free_mail_domains);
/* Whether a member of organisation (0: of none) may hold the level on d: more than read-only on one that is managed by
 * a partner only members of that partner (P5). */
bool access_level_fits(const struct deployment *d, int64_t organisation, enum access_level level);

/* What is wrong with a request that shall be asked (P1, P5, nothing to change, pending already): all of it, NULL:
 * nothing. s->requests: the pending ones. */
struct access_problem {
	struct str words;
	ptrdiff_t line; /* of the request; -1: its person, or the whole */
	struct access_problem *next;
};
const struct access_problem *access_request_check(
    const struct access_request *r, const struct snapshot *s, const struct policy *policy, struct arena *a);

/* A new request (ids 0, approvers and levels held loaded): opens its admin case, mails the approvers; lines whose
 * deployment the requester approves are approved at once (A4); a line without an approver tells the administrators. -1
 * and ERR_REJECT: the first problem of access_request_check. */
int access_request_open(const struct access_request *r, const struct snapshot *s, const struct policy *policy,
    struct arena *a, struct plan *out, struct err *e);

/* Who holds which level on a deployment. */
struct access_assignment {
	struct person person;
	enum access_level level;
};
/* The lines of a copy that make the target (to) like the source (from), both by ascending person: levels to be given or
 * changed, and, where exact, removals of those the source lacks. out: room for n_from + n_to. Returns how many. */
size_t access_mirror(const struct access_assignment *from, size_t n_from, const struct access_assignment *to,
    size_t n_to, const struct deployment *target, bool exact, struct request_line *out);

/* A pending request changed: edited is old with the next version and the pending lines as they shall be, prepared as
 * for access_request_open. Older tokens decide no more; the approvers get one new mail that says what was asked before.
 * -1 and ERR_REJECT: as there, nothing is pending, nothing differs, or no line would be left. */
int access_request_edit(const struct access_request *old, const struct access_request *edited, const struct snapshot *s,
    const struct policy *policy, struct str who, struct arena *a, struct plan *out, struct err *e);

/* One approver's word. */
struct access_decision {
	const struct person *decider;
	const struct token_fact *token; /* of the mail that is answered: only what that mail has shown is decided; NULL:
					 * there was none, and all that the decider may decide is */
	bool approve;
	struct str comment; /* what else the approver wrote */
	const char *rule;   /* in plain words, constant: receipts name it */
	enum way way;
	int64_t now;     /* ms */
	int64_t arrived; /* ms; a deny that came before an approval takes effect stops it */
	int64_t cooling; /* ms from now until an approval takes effect; 0: at once */
};

/* With d->cooling an approval waits: the lines stay pending, the receipts say until when, and access_due gives what
 * nobody has denied by then. Else:
 * Adds to p the decision of the lines of r that the decider may decide and was shown: states, grants, receipts to the
 * approvers of those lines; to each person no line about whom is pending any more one mail; when none at all is, one to
 * the requester, the end of the request's tokens and of the admin case (A5). The comment goes into receipts and, as an
 * internal update, into the case; the person the access is for is not shown it. r is not changed; where its ids are 0
 * it is the one p creates. Returns r as it is then, in p's arena. */
const struct access_request *access_decide(
    struct plan *p, const struct access_request *r, const struct access_decision *d);

/* Sets the values every notice about a request has; lines: those approver may decide now, 0: all. */
void access_describe(struct plan *p, struct notice *n, const struct access_request *r, int64_t approver);

/* A notice about r with those values, all lines; and the lines as text in a, as access_describe. */
struct notice *access_notice(
    struct plan *p, enum notice_kind kind, const struct person *to, const struct access_request *r);
struct str access_lines_text(struct arena *a, const struct access_request *r, int64_t approver);
struct str access_lines_deniable(
    struct arena *a, const struct access_request *r, int64_t approver); /* with those that cool */

struct str access_lines_granted(struct arena *a, const struct access_request *r); /* likewise, those approved */
struct str access_people_text(struct arena *a, const struct access_request *r);   /* whom r is about, by name */

bool access_is_pending(const struct access_request *r); /* a line is */

bool access_is_open(const struct access_request *r); /* a line is pending that nobody has approved */

/* How many lines of r wait for approver's word: open, approver among the line's approvers. */
size_t access_lines_of(const struct access_request *r, int64_t approver);
/* How many lines of r that word decides. */
size_t access_lines_decided(const struct access_request *r, const struct access_decision *d);

/* Asks one more approver about r, with a token of his own; nothing where no line is his to decide, or r is about him.
 */
void access_ask(struct plan *p, const struct access_request *r, const struct person *to);

/* Approvals whose time has come take effect: what is granted is told, as by access_decide. An approval whose approver
 * may not decide the line any more is void: the line is open again, the others are asked, or where there is none, the
 * administrators. Adds to p; returns r as it is then, in p's arena. */
const struct access_request *access_take_effect(struct plan *p, const struct access_request *r, int64_t now,
    const struct person *administrators, size_t n_administrators);

/* What time does to a request (A6): approvers that may still decide a line are reminded, with a fresh token; the
 * administrators are told; it expires, which ends its pending lines, its tokens and its admin case. Plans without
 * effects where no line is pending. */
void access_remind(const struct access_request *r, struct arena *a, struct plan *out);
void access_overdue(const struct access_request *r, const struct person *administrators, size_t n_administrators,
    struct arena *a, struct plan *out);
void access_expire(const struct access_request *r, struct arena *a, struct plan *out);

/* All that is due at now, once, however late it is; what has expired is neither reminded of nor reported. */
void access_due(const struct access_request *r, int64_t now, const struct person *administrators,
    size_t n_administrators, struct arena *a, struct plan *out);
/* When r is next due, ms: expiry at the latest; 0: nothing is pending. */
int64_t access_next(const struct access_request *r);

#endif
