/* SPDX-License-Identifier: ISC
 * notice_kinds.h: the kinds of notice and their values, for tests of what knows base only. src/rules/notice.c has the
 * table the daemon uses; a test of the daemon opens the shipped templates with that one.
 */
#ifndef CASEMAIL_TESTS_NOTICE_KINDS_H
#define CASEMAIL_TESTS_NOTICE_KINDS_H

#include "outbox/template.h"

#define REQUEST "person_name", "person_address", "person_employer", "requester_name", "lines"
#define DECISION "decision", "approved", "denied", "decider_name", "decided_at", "comment"
#define VALUES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char *const notice_kinds_standard[] = { "brand", "address", "case_number", "case_subject", "case_status",
	"case_sub_status", "reference", "recipient_name", "recipient_first_name", "date", NULL };

static const struct template_kind notice_kinds[] = {
	{ "case-opened", VALUES("update_text", "author_name", "files") },
	{ "update", VALUES("update_text", "author_name", "files") },
	{ "info-requested", VALUES("update_text", "author_name", "files") },
	{ "status-changed", VALUES("author_name", "old_status", "new_status") },
	{ "solution-proposed", VALUES("author_name", "old_status", "new_status") },
	{ "case-closed", VALUES("author_name", "old_status", "new_status") },
	{ "customer-replied",
	    VALUES("update_text", "author_name", "author_address", "files", "old_status", "new_status") },
	{ "reply-refused", VALUES("reason", "closed_case", "no_reference", "not_permitted") },
	{ "access-request", VALUES(REQUEST, "expires_at") },
	{ "ask-again", VALUES(REQUEST, "expires_at", "quoted_line", "why", "why_unclear", "why_empty", "why_quote",
			   "why_unreadable", "why_code") },
	{ "confirm", VALUES(REQUEST, "expires_at", "decision", "approved", "denied", "why", "code") },
	{ "already-decided", VALUES(REQUEST, DECISION, "reason", "decided", "expired", "superseded", "cancelled") },
	{ "decision-receipt", VALUES(REQUEST, DECISION, "rule") },
	{ "decision-requester", VALUES(REQUEST, DECISION, "rule") },
	{ "access-granted", VALUES(REQUEST, "denied_lines", "decider_name", "comment") },
	{ "access-denied", VALUES(REQUEST, "decider_name", "comment") },
	{ "access-expired", VALUES(REQUEST, "expires_at") },
	{ "reminder", VALUES(REQUEST, "expires_at") },
	{ "escalation", VALUES(REQUEST, "reason", "detail", "no_approver", "approver_is_grantee", "approver_bounced",
			    "answer_refused") },
	{ "security", VALUES(REQUEST, "reason", "detail", "sender_differs", "authentication_failed", "sender_address",
			  "arrived_at") },
	{ "closure-requested", VALUES("author_name", "author_address", "update_text") },
	{ "reopen-requested", VALUES("author_name", "author_address", "update_text") },
};
#define NOTICE_KINDS (sizeof notice_kinds / sizeof notice_kinds[0])

#endif
