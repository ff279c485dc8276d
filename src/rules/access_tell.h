/* SPDX-License-Identifier: ISC
 * access_tell.h: what is said about an access request, and to whom. For the files access*.c only.
 */
#ifndef CASEMAIL_RULES_ACCESS_TELL_H
#define CASEMAIL_RULES_ACCESS_TELL_H

#include "rules/access.h"

/* Which lines of a request: every one that all of these say yes to. */
struct access_lines {
	int state;                             /* enum line_state, or -1: any */
	int64_t open_to;                       /* that this approver may decide; 0: any */
	int64_t deniable_by;                   /* that this approver may deny; 0: any */
	const struct access_decision *decided; /* that this word decides; NULL: any */
};

/* Those lines as text in a, one a line. */
struct str access_lines_chosen(struct arena *a, const struct access_request *r, struct access_lines wanted);
bool access_lines_fit(struct arena *a, const struct access_request *r); /* all of them, in one mail */
/* Whether d decides l: l is open to the decider, and the mail that is answered has shown it. */
bool access_decides(const struct access_decision *d, const struct request_line *l);

bool access_is_about(const struct access_request *r, const struct person *who); /* a line of it is */
int64_t access_request_id(const struct access_request *r);                      /* or PLAN_NEW */
int64_t access_request_case(const struct access_request *r);

bool access_lines_remove(const struct access_request *r, struct access_lines wanted); /* those are all removals */

/* For whom its lines were decided by delegation, each once; empty: nobody. */
struct str access_givers_text(struct arena *a, const struct access_request *r);

void access_grant(struct plan *p, const struct access_request *r, size_t i); /* what line i says */
/* Nothing of r is pending any more: who asked hears of it, and its tokens and its case end. */
void access_finish(struct plan *p, const struct access_request *r, const struct person *by);
/* Where the requester is a person: one mail about all that was decided. */
void access_tell_requester(struct plan *p, const struct access_request *r);
/* One mail about what was granted to who and what was denied; nothing where nothing was decided. */
void access_tell_person(struct plan *p, const struct access_request *r, const struct person *who);

#endif
