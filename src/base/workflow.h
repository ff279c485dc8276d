/* SPDX-License-Identifier: ISC
 * workflow.h: the statuses of cases and how a case moves between them, as the configuration has them; the words by
 * which a mail asks for it. Pure look-ups; what may stand in the file is checked when it is loaded.
 */
#ifndef CASEMAIL_BASE_WORKFLOW_H
#define CASEMAIL_BASE_WORKFLOW_H

#include "base/arena.h"
#include "base/str.h"

#define WORKFLOW_STATUSES_MOST 32
#define WORKFLOW_TRANSITIONS_MOST 64
#define WORKFLOW_LANGUAGES_MOST 24

enum status_kind { STATUS_OPEN, STATUS_SOLUTION /* one is proposed: the contact is told so */, STATUS_CLOSED };

struct status_settings {
	struct str name;
	struct strings sub_statuses; /* a case that only says the status gets the first */
	enum status_kind kind;
};

enum transition_by { TRANSITION_BY_PERSON, TRANSITION_BY_MAIL /* an update of the customer's, by itself */ };

struct transition_settings {
	struct str from;   /* a status */
	struct strings to; /* each a status, or "STATUS / Sub-status" */
	enum transition_by by;
	struct str priority; /* that the case gets with it; empty: the one it has */
};

struct command_words {
	struct str language;
	struct str close, reopen; /* "#close" */
};

struct workflow {
	struct status_settings *statuses; /* a new case starts in the first */
	size_t n_statuses;
	struct transition_settings *transitions;
	size_t n_transitions;
	struct str merged;                           /* "STATUS / Sub-status" of a case merged into another */
	struct str request_granted, request_refused; /* and of an access request's case, when nothing is pending */
	struct command_words *words;                 /* one entry a language */
	size_t n_words;
};

/* A status with one of its sub-statuses. Borrows from the workflow. */
struct status {
	struct str name, sub;
	enum status_kind kind;
};

/* What holds where the file says nothing, in a; fills in only what is missing. */
void workflow_default(struct workflow *w, struct arena *a);

/* By its exact name; NULL: unknown. */
const struct status_settings *workflow_find(const struct workflow *w, struct str name);
/* As people type it: "awaiting-info", "Pending RCA", "OPEN / Investigation"; letters of any ASCII case, and blanks, "-"
 * and "_" are one. A bare status means its first sub-status. False: unknown. */
bool workflow_parse(const struct workflow *w, struct str s, struct status *out);
/* The same where both are told; sub may be empty. */
bool workflow_status(const struct workflow *w, struct str name, struct str sub, struct status *out);
/* "OPEN, AWAITING INFO or CLOSED", in a: for messages. */
struct str workflow_names(const struct workflow *w, struct arena *a);

struct status workflow_start(const struct workflow *w);
/* Whether a person may move a case so. Between sub-statuses of one status always, and from a status that is not
 * configured (any more) to any. */
bool workflow_may_move(const struct workflow *w, struct str from, const struct status *to);
/* Where a person may move a case from there, "OPEN or CLOSED", in a. */
struct str workflow_ways(const struct workflow *w, struct str from, struct arena *a);
/* The move that a customer's update makes by itself (C7); priority is empty where that stays. False: none. */
bool workflow_by_mail(const struct workflow *w, struct str from, struct status *to, struct str *priority);
/* The first status that a customer's update moves a case out of: that of a case which waits for the customer. */
bool workflow_awaiting(const struct workflow *w, struct status *out);
/* The first closed status; there is always one. */
struct status workflow_closed(const struct workflow *w);
/* The first status, not closed, that a person may move a closed case to. False: none. */
bool workflow_reopened(const struct workflow *w, struct str from, struct status *out);

bool workflow_priority_known(struct str s); /* Low, Medium, High, Critical (C3) */

/* The words of a language; of English, or the first, where it has none of its own. */
const struct command_words *workflow_words(const struct workflow *w, struct str language);

#endif
