/* SPDX-License-Identifier: ISC
 * access.h: access requests and their decisions (A1-A8, P3-P6). Pure.
 */
#ifndef CASEMAIL_RULES_ACCESS_H
#define CASEMAIL_RULES_ACCESS_H

#include "base/err.h"
#include "rules/plan.h"

/* Whether domain of address is a free-mail one (P1). */
bool access_free_mail(struct str address, const struct strings *free_mail_domains);

/* A new request (ids 0, approvers and levels held loaded): opens its admin case, mails the approvers; lines whose
 * deployment the requester approves are approved at once (A4); a line without an approver tells the administrators. -1
 * and ERR_REJECT: free-mail address, partner rule (P5), nothing to change. */
int access_request_open(const struct access_request *r, const struct snapshot *s, const struct policy *policy,
    struct arena *a, struct plan *out, struct err *e);

/* One approver's word. */
struct access_decision {
	const struct person *decider;
	bool approve;
	struct str comment; /* what else the approver wrote */
	const char *rule;   /* in plain words, constant: receipts name it */
	enum way way;
	int64_t now; /* ms */
};

/* Adds to p the decision of the lines of r that the decider may decide: states, grants, receipts to the approvers of
 * those lines and to the requester; when no line is pending any more also the mail to the person, the end of the
 * request's tokens and of the admin case (A5). r is not changed; where its ids are 0 it is the one p creates. */
void access_decide(struct plan *p, const struct access_request *r, const struct access_decision *d);

/* Sets the values every notice about a request has; lines: those approver may decide now, 0: all. */
void access_describe(struct plan *p, struct notice *n, const struct access_request *r, int64_t approver);

/* Whether lines stay pending when approver's are decided. */
bool access_pending_without(const struct access_request *r, int64_t approver);

/* The lines of r that approver may decide now: pending, approver among the line's approvers. */
size_t access_lines_of(const struct access_request *r, int64_t approver);

/* Removal of levels at once (A8): one grant effect a level held. */
int access_revoke(const struct person *person, const struct deployment *d, enum access_level held, struct arena *a,
    struct plan *out, struct err *e);

#endif
