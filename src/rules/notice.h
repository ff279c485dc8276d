/* SPDX-License-Identifier: ISC
 * notice.h: the kinds of notice, and which values each carries. Templates may use these names and no others.
 *
 * Every value is text; an empty one is "not there", so that {{#name}} chooses words. A value that says which case of
 * several it is (a "flag") holds "yes" or nothing, because a template cannot compare.
 */
#ifndef CASEMAIL_RULES_NOTICE_H
#define CASEMAIL_RULES_NOTICE_H

#include "rules/model.h"

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
	NOTICE_CASE_MERGED,      /* to the contact of a case that was merged into another; about the other */
	NOTICE_CASE_ESCALATED,   /* to the manager named */
	NOTICE_CASE_TRANSCRIPT,  /* what was said in public, to whom a person chooses */
	NOTICE_ADDRESS_VERIFY,   /* to a further address of a contact; token */
	NOTICE_ALARM,            /* to administrators: a check of casectl health has changed */
	NOTICE_MESSAGES_KEPT,    /* to administrators: messages have come to wait for a person */
	NOTICE_REPLY_INCOMPLETE, /* to the sender of an update some of which could not be read or kept */
	NOTICE_COUNT
};
const char *notice_kind_name(enum notice_kind k); /* "case-opened", ... */

struct value {
	const char *name; /* as templates write it: "update_text" */
	struct str text;  /* data: escaped by the template for its place */
};

struct notice {
	enum notice_kind kind;
	struct person to;  /* from the store only, never from a mail; id 0: whom the request of the plan is about, and
			    * who becomes a contact, if at all, by a grant of the same plan: find it by address */
	bool is_answer;    /* automatic answer to a mail: null envelope sender, Auto-Submitted: auto-replied, counted */
	struct str reason; /* of an answer: what the once-a-day rule counts */
	bool from_noreply;
	enum token_kind token;       /* what Reply-To and Message-ID carry */
	bool confirms;               /* TOKEN_OF_CONFIRMATION: which verdict */
	int64_t expires_at;          /* of the token, ms; 0: as its request, or never */
	struct str in_reply_to;      /* Message-ID, without <>, of the mail that is answered; or empty */
	int64_t case_id, request_id; /* 0 or PLAN_NEW */
	struct value *values;        /* besides the standard ones */
	size_t n_values;
};

/* Supplied by the conductor to every notice, from its case, its addressee and the configuration. Those about a case are
 * empty where the notice names none: brand, address, case_number, case_subject, case_status, case_sub_status,
 * reference, recipient_name, recipient_first_name, date; words of command: close_word, reopen_word. Ends in NULL. */
extern const char *const notice_standard_values[];

/* What notices of kind k carry besides, in a fixed order; ends in NULL. Set by the plan, empty where there is nothing
 * to say, but for what the conductor draws for the letter: code, reply_to. */
const char *const *notice_values(enum notice_kind k);
bool notice_value_is_drawn(const char *name);
bool notice_has_value(enum notice_kind k, struct str name); /* whether templates may use it: standard, or of its own */

/* What the names mean:
 * update_text      what was newly written; several lines
 * author_name      who wrote it; author_address: the registered one; contact_name: the case's contact
 * files            names of attachments, one a line; merged_number: of the case that was merged
 * old_status, new_status   "OPEN / Investigation"; both empty where nothing changed
 * reason           constant code; the flag of the same name, with "_", says it to a template:
 *                  REPLY_REFUSED    "closed-case", "no-reference", "not-permitted", "oversize" (flag: too_large)
 *                  ALREADY_DECIDED  "decided", "expired", "superseded", "cancelled"
 *                  ESCALATION       "no-approver", "approver-is-grantee", "approver-bounced",
 *                  "answer-refused", "unanswered", "approver-absent" (flag: unanswered), "complained",
 *                  "bounce-unproved", "complaint-unproved" (flag: report_unproved)
 *                  SECURITY         "sender-differs", "authentication-failed"
 * detail           the same in plain words (English), for administrators
 * person_name, person_address, person_employer   whom the request is about; of a copy several names, no address
 * copied_from      of a copy: the Org ID it is copied from
 * requester_name   who asked for it
 * lines            the lines of the request this notice is about, one a line:
 *                  "ACME-1  Acme Ltd  none -> read-write", of a copy with the person; denied_lines: those left out
 * changed_from     of a request that was changed: the lines as they were before
 * decision         "approved" or "denied" (of CONFIRM: "approve" or "deny"); flags: approved, denied
 * on_behalf_of     whose decision it was, where it was made by delegation
 * decider_name     who decided; decided_at, expires_at, arrived_at: "2026-02-03 04:05 UTC"
 * comment          what the approver wrote besides; never for the person the access is for
 * rule             by which rule it was decided, in plain words (English)
 * quoted_line      the line that was not understood; why: in plain words (English); flags: why_unclear (the words do
 *                  not say yes or no, or say it with a condition), why_empty, why_quote (answer mixed with the quoted
 *                  mail), why_unreadable (encrypted, or not decodable), why_code (confirmation code missing or wrong)
 * code             the six characters a confirmation begins with
 * problems, recovered   checks that are not ok, and that are ok again, one a line (English)
 * messages         kept messages, one a line: number, outcome, reason, sender, subject; total: how many
 * reply_to         the address with the letter's own token, for a link in HTML; empty where there are no sub-addresses
 * files_too_big, files_refused   names of files that were left out by size or number, and by type, one a line; flags of
 *                  the same notice: text_encrypted, text_damaged, text_cut, parts_dropped
 * sender_address   From of the mail in question; never mailed to; registered_address: that a person's mail goes to
 */

/* ms as "2026-02-03 04:05 UTC" in a; empty for 0. */
struct str notice_time(struct arena *a, int64_t ms);

#endif
