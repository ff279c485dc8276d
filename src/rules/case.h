/* SPDX-License-Identifier: ISC
 * case.h: what a person does with a case by casectl, as plans. Each returns 0 with the plan filled in (initialised
 * here), or -1 and ERR_REJECT with what was wrong and what is allowed. Pure.
 */
#ifndef CASEMAIL_RULES_CASE_H
#define CASEMAIL_RULES_CASE_H

#include "base/err.h"
#include "rules/plan.h"

/* The shipped types (C1). The statuses are the configuration's: base/workflow.h. */
bool case_type_known(struct str type, struct str sub_type); /* sub_type may be empty */
/* "OPEN / Investigation", in a. */
struct str case_status_text(struct str status, struct str sub_status, struct arena *a);
/* The move that a customer's update makes by itself (C7), added to p; *now: the new status as text. False: none. */
bool case_customer_responded(
    struct plan *p, const struct workflow *w, const struct case_view *c, const struct person *author, struct str *now);
/* Fills in what only the configuration can tell of an effect that sets a status: the status of a closing, that of a new
 * case which names none, and whether it is a closed one. Other effects stay as they are. ERR_REJECT: a status that is
 * not configured. */
int case_settle(const struct workflow *w, struct effect *f, struct err *e);

/* contact must be a Designated Contact (level) of the deployment (C6); priority Critical is refused (C3). */
int case_open(const struct new_case *c, const struct person *contact, enum access_level level, const struct workflow *w,
    struct arena *a, struct plan *out, struct err *e);
/* A public update by author. ask: the case waits for the customer, and the contact is asked. The notice's value "files"
 * is left to the caller, who has them. A closed case takes none. */
int case_reply(const struct case_view *c, const struct person *author, struct str text, bool ask,
    const struct workflow *w, struct arena *a, struct plan *out, struct err *e);
/* An internal update; also on a closed case. */
int case_note(const struct case_view *c, const struct person *author, struct str text, struct arena *a,
    struct plan *out, struct err *e);
/* Where the transitions of the configuration let a person; the contact is told. */
int case_set_status(const struct case_view *c, const struct person *author, const struct status *to,
    const struct workflow *w, struct arena *a, struct plan *out, struct err *e);
/* To a closed status: sub empty: the first of the first one. ERR_REJECT: the case is closed. And back to the first open
 * status that its transitions name; ERR_REJECT: it is not closed, or merged into another. */
int case_close(const struct case_view *c, const struct person *author, struct str sub_status, const struct workflow *w,
    struct arena *a, struct plan *out, struct err *e);
int case_reopen(const struct case_view *c, const struct person *author, const struct workflow *w, struct arena *a,
    struct plan *out, struct err *e);
/* owner must be an active representative or administrator. */
int case_assign(const struct case_view *c, const struct person *author, const struct person *owner, struct arena *a,
    struct plan *out, struct err *e);

/* --- cases and each other (case_tie.c) --- */

/* c goes on in into, of the same deployment: it is closed, its references lead there, its contact is told (tell:
 * whether the contact may see it). ERR_REJECT: the same case, one merged already, into is closed, an access request's
 * case, another deployment. */
int case_merge(const struct case_view *c, const struct case_view *into, const struct person *author, bool tell,
    struct arena *a, struct plan *out, struct err *e);
/* The updates with these ids go to a new case with that subject, otherwise like c; its contact is told. */
int case_split(const struct case_view *c, const struct person *author, struct str subject, const int64_t *updates,
    size_t n, struct arena *a, struct plan *out, struct err *e);
/* To another deployment, with a contact who is a Designated Contact (level) there; a new contact is told. */
int case_move(const struct case_view *c, const struct person *author, const struct deployment *to,
    const struct person *contact, enum access_level level, struct arena *a, struct plan *out, struct err *e);

/* --- who else is told (case_send.c) --- */

/* C12: the manager, an active representative or administrator, is told and shown. reason may be empty. */
int case_escalate(const struct case_view *c, const struct person *author, const struct person *manager,
    struct str reason, struct arena *a, struct plan *out, struct err *e);

/* C13: what was said, to be mailed. */
struct case_said {
	int64_t at;
	struct str who, text, files; /* files: names, one a line */
	enum visibility visibility;
};
struct case_recipient {
	struct person person;
	enum access_level level; /* on the case's deployment */
};
/* Whether the transcript may go to r: active, reachable, of the staff, or with Read-Only or more. Else why not, in a.
 */
bool case_may_see(const struct case_view *c, const struct case_recipient *r, struct arena *a, struct str *why);
/* Each recipient gets the same transcript. ERR_REJECT: somebody may not see it, an internal update is among them,
 * nothing is said, or more than CASE_TRANSCRIPT_MOST bytes are. */
#define CASE_TRANSCRIPT_MOST ((size_t)512 << 10)
int case_mail(const struct case_view *c, const struct person *author, const struct case_recipient *to, size_t n_to,
    const struct case_said *said, size_t n_said, struct arena *a, struct plan *out, struct err *e);

#endif
