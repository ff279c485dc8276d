/* SPDX-License-Identifier: ISC
 * notice.c: the one table of kinds of notice: name and values.
 *
 * Templates are checked against it when they are loaded, and plans by the tests, so that the words and the rules
 * cannot drift apart. Which notice goes to whom is decided elsewhere.
 */
#include "config.h"

#include "rules/notice.h"

#include <string.h>

#define REQUEST_VALUES                                                                                                 \
	"person_name", "person_address", "person_employer", "copied_from", "requester_name", "lines", "removal"
#define DECISION_VALUES "decision", "approved", "denied", "takes_effect_at", "decider_name", "decided_at", "comment"

const char *const notice_standard_values[] = { "brand", "address", "case_number", "case_subject", "case_status",
	"case_sub_status", "reference", "recipient_name", "recipient_first_name", "date", "close_word", "reopen_word",
	NULL };

static const struct kind {
	const char *name;
	const char *values[20]; /* ends in NULL */
} kinds[NOTICE_COUNT] = {
	[NOTICE_CASE_OPENED] = { "case-opened", { "update_text", "author_name", "files" } },
	[NOTICE_UPDATE] = { "update", { "update_text", "author_name", "files" } },
	[NOTICE_INFO_REQUESTED] = { "info-requested", { "update_text", "author_name", "files" } },
	[NOTICE_STATUS_CHANGED] = { "status-changed", { "author_name", "old_status", "new_status" } },
	[NOTICE_SOLUTION_PROPOSED] = { "solution-proposed", { "author_name", "old_status", "new_status" } },
	[NOTICE_CASE_CLOSED] = { "case-closed", { "author_name", "old_status", "new_status" } },
	[NOTICE_CUSTOMER_REPLIED] = { "customer-replied",
	    { "update_text", "author_name", "author_address", "files", "old_status", "new_status" } },
	[NOTICE_REPLY_REFUSED] = { "reply-refused",
	    { "reason", "closed_case", "no_reference", "not_permitted", "too_large" } },
	[NOTICE_ACCESS_REQUEST] = { "access-request", { REQUEST_VALUES, "expires_at", "changed_from", "reply_to" } },
	[NOTICE_ASK_AGAIN] = { "ask-again", { REQUEST_VALUES, "expires_at", "quoted_line", "why", "why_unclear",
						"why_empty", "why_quote", "why_unreadable", "why_code", "reply_to" } },
	[NOTICE_CONFIRM] = { "confirm",
	    { REQUEST_VALUES, "expires_at", "decision", "approved", "denied", "why", "code" } },
	[NOTICE_ALREADY_DECIDED] = { "already-decided",
	    { REQUEST_VALUES, DECISION_VALUES, "reason", "decided", "expired", "superseded", "cancelled" } },
	[NOTICE_DECISION_RECEIPT] = { "decision-receipt", { REQUEST_VALUES, DECISION_VALUES, "on_behalf_of", "rule" } },
	[NOTICE_DECISION_REQUESTER] = { "decision-requester",
	    { REQUEST_VALUES, DECISION_VALUES, "on_behalf_of", "denied_lines" } },
	[NOTICE_ACCESS_GRANTED] = { "access-granted", { REQUEST_VALUES, "denied_lines", "decider_name" } },
	[NOTICE_ACCESS_DENIED] = { "access-denied", { REQUEST_VALUES, "decider_name" } },
	[NOTICE_ACCESS_EXPIRED] = { "access-expired", { REQUEST_VALUES, "expires_at" } },
	[NOTICE_REMINDER] = { "reminder", { REQUEST_VALUES, "expires_at", "reply_to" } },
	[NOTICE_ESCALATION] = { "escalation",
	    { REQUEST_VALUES, "reason", "detail", "no_approver", "approver_is_grantee", "approver_bounced",
		"answer_refused", "unanswered", "report_unproved", "complained" } },
	[NOTICE_SECURITY] = { "security", { REQUEST_VALUES, "reason", "detail", "sender_differs",
					      "authentication_failed", "sender_address", "arrived_at" } },
	[NOTICE_CLOSURE_REQUESTED] = { "closure-requested", { "author_name", "author_address", "update_text" } },
	[NOTICE_REOPEN_REQUESTED] = { "reopen-requested", { "author_name", "author_address", "update_text" } },
	[NOTICE_CASE_MERGED] = { "case-merged", { "author_name", "merged_number" } },
	[NOTICE_CASE_ESCALATED] = { "case-escalated", { "author_name", "update_text", "contact_name" } },
	[NOTICE_CASE_TRANSCRIPT] = { "case-transcript", { "author_name", "update_text" } },
	[NOTICE_ADDRESS_VERIFY] = { "address-verify", { "registered_address", "expires_at" } },
	[NOTICE_ALARM] = { "alarm", { "problems", "recovered" } },
	[NOTICE_MESSAGES_KEPT] = { "messages-kept", { "messages", "total" } },
	[NOTICE_REPLY_INCOMPLETE] = { "reply-incomplete",
	    { "files_too_big", "files_refused", "text_encrypted", "text_damaged", "text_cut", "parts_dropped" } },
};

const char *
notice_kind_name(enum notice_kind k)
{
	return (unsigned)k < NOTICE_COUNT ? kinds[k].name : "unknown";
}

const char *const *
notice_values(enum notice_kind k)
{
	static const char *const none[] = { NULL };

	return (unsigned)k < NOTICE_COUNT ? kinds[k].values : none;
}

bool
notice_value_is_drawn(const char *name)
{
	return strcmp(name, "code") == 0 || strcmp(name, "reply_to") == 0;
}

bool
notice_has_value(enum notice_kind k, struct str name)
{
	const char *const *lists[] = { notice_standard_values, notice_values(k) };

	for (size_t i = 0; i < 2; i++)
		for (const char *const *v = lists[i]; *v != NULL; v++)
			if (str_equal(str_of(*v), name))
				return true;
	return false;
}

/* Days since 1970-01-01 as a date of the Gregorian calendar, counted in years that begin in March. The C library's
 * functions look up the machine's time zone: not here. */
static void
civil_date(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468; /* since 0000-03-01 */
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;                                      /* 0..146096 */
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365; /* 0..399 */
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);               /* 0..365 */
	int64_t mp = (5 * doy + 2) / 153;                                    /* 0..11, 0 = March */

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

struct str
notice_time(struct arena *a, int64_t ms)
{
	int64_t minutes, days;
	int y, m, d;

	if (ms == 0)
		return STR_NONE;
	minutes = ms / 60000 - (ms % 60000 < 0);
	days = minutes / 1440 - (minutes % 1440 < 0);
	minutes -= days * 1440;
	civil_date(days, &y, &m, &d);
	return arena_format(a, "%04d-%02d-%02d %02d:%02d UTC", y, m, d, (int)(minutes / 60), (int)(minutes % 60));
}
