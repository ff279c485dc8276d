/* SPDX-License-Identifier: ISC
 * case.h: what a person does with a case by casectl, as plans. Each returns 0 with the plan filled in (initialised
 * here), or -1 and ERR_REJECT with what was wrong and what is allowed. Pure.
 */
#ifndef CASEMAIL_RULES_CASE_H
#define CASEMAIL_RULES_CASE_H

#include "base/err.h"
#include "rules/plan.h"

/* The shipped statuses (C2), types (C1) and priorities (C3). */
bool case_status_known(struct str status, struct str sub_status);
bool case_status_closed(struct str status);
/* Whether a customer's update moves the case on by itself (C7), and that move. */
bool case_status_awaits_customer(struct str status);
void case_customer_responded(struct plan *p, int64_t case_id, const struct person *author);
/* "OPEN / Investigation", in a. */
struct str case_status_text(struct str status, struct str sub_status, struct arena *a);
bool case_type_known(struct str type, struct str sub_type); /* sub_type may be empty */
bool case_priority_known(struct str priority);
/* "awaiting-info" -> "AWAITING INFO" and its first sub-status; also the exact names. False: unknown. */
bool case_status_parse(struct str s, struct str *status, struct str *sub_status);

/* contact must be a Designated Contact (level) of the deployment (C6); priority Critical is refused (C3). */
int case_open(const struct new_case *c, const struct person *contact, enum access_level level, struct arena *a,
    struct plan *out, struct err *e);
/* A public update by author. ask: AWAITING INFO, and the contact is asked. The notice's value "files" is left to the
 * caller, who has them. A closed case takes none. */
int case_reply(const struct case_view *c, const struct person *author, struct str text, bool ask, struct arena *a,
    struct plan *out, struct err *e);
/* An internal update; also on a closed case. */
int case_note(const struct case_view *c, const struct person *author, struct str text, struct arena *a,
    struct plan *out, struct err *e);
/* sub_status empty: the first of status. A closed case can only become OPEN. */
int case_set_status(const struct case_view *c, const struct person *author, struct str status, struct str sub_status,
    struct arena *a, struct plan *out, struct err *e);
/* owner must be an active representative or administrator. */
int case_assign(const struct case_view *c, const struct person *author, const struct person *owner, struct arena *a,
    struct plan *out, struct err *e);

#endif
