/* SPDX-License-Identifier: ISC
 * access_end.h: requests withdrawn, access taken back, people who leave (A8). Pure.
 */
#ifndef CASEMAIL_RULES_ACCESS_END_H
#define CASEMAIL_RULES_ACCESS_END_H

#include "rules/access.h"

/* Withdraws what of r is pending: lines, tokens, admin case. who: "casectl root". -1 and ERR_REJECT: nothing is. */
int access_cancel(const struct access_request *r, struct str who, struct arena *a, struct plan *out, struct err *e);

/* Who leaves, and what that touches. */
struct access_leaving {
	const struct person *people;
	size_t n_people;
	int64_t organisation; /* a customer that leaves: what is pending on its deployments ends; or 0 */
	const struct access_held {
		struct person person;
		int64_t deployment;
	} * held; /* the levels to be taken */
	size_t n_held;
	const struct access_request *pending; /* every pending request there is */
	size_t n_pending;
	const struct person *administrators;
	size_t n_administrators;
};
/* Offboarding (A8): the levels go; pending lines about or by those people, or on those deployments, are cancelled;
 * those people and all their reply tokens end. Administrators hear of requests nobody is left to decide. */
void access_offboard(const struct access_leaving *l, struct arena *a, struct plan *out);
size_t access_leaving_lines(const struct access_leaving *l, const struct access_request *r); /* of r that end */

/* Who was offboarded is active again; no access, request, approval or reply address returns by that. */
int access_reactivate(const struct person *person, struct arena *a, struct plan *out, struct err *e);

/* Removal of levels at once (A8): one grant effect a level held. */
int access_revoke(const struct person *person, const struct deployment *d, enum access_level held, struct arena *a,
    struct plan *out, struct err *e);

#endif
