/* SPDX-License-Identifier: ISC
 * snapshot.h: what the store knows about one message's sender, case and request, loaded in the
 * transaction that will apply the plan. The rules see nothing else.
 */
#ifndef CASEMAIL_RULES_SNAPSHOT_H
#define CASEMAIL_RULES_SNAPSHOT_H

#include "reading/reading.h"
#include "reading/verdict.h"
#include "rules/calendar.h"
#include "rules/model.h"

/* How the message reached us. */
struct arrival {
	struct str mailbox;
	uint32_t uidvalidity, uid; /* 0 for a file */
	int64_t internal_date;     /* ms, the border's arrival time (INTERNALDATE): judges expiry, never Date: */
	int64_t size;              /* bytes on the server */
	struct str raw;            /* what was fetched */
	bool oversize;             /* only the header was fetched */
	bool reader_failed;        /* the reader crashed or overran twice */
	char raw_sha256[65];
	int64_t message;        /* its row in the ledger, where it is decided anew; else 0 */
	int64_t named_case;     /* an operator says that it belongs to this case; else 0 */
	bool released_internal; /* an operator lets it through for representatives only */
};

struct token_fact {
	struct str hash; /* hex of the token's SHA-256, as it is shown in logs and audit */
	enum reading_place place;
	enum token_kind kind; /* TOKEN_NONE: not one of ours */
	enum token_state state;
	int64_t id, case_id, request_id; /* case_id: after merges */
	int version;
	struct person owner;  /* whom it was sent to */
	struct str code;      /* confirmation: hash of the code for the first line */
	bool confirms;        /* confirmation: the verdict it confirms: true approve, false deny */
	struct str sent_to;   /* the address it was sent to */
	struct str sent_text; /* the text of the notice that carried it: lines of it are no answer */
	int64_t *lines;       /* of the request, that the notice has shown: an answer decides no other */
	size_t n_lines;
};

struct reference_fact {
	struct reading_reference reference;
	int64_t case_id; /* after merges; 0: unknown number or wrong token */
};

struct answered {
	int64_t case_id;
	struct str reason;
};

struct snapshot {
	int64_t now;          /* ms */
	int64_t duplicate_of; /* ledger id of the same content, or 0 */
	int64_t original;     /* outbox id of the mail a report is about, or 0; its case is in cases */
	int64_t original_case, original_request;
	bool original_bounced;     /* an earlier report said so */
	bool original_proved;      /* the report came to the address of that mail alone, or the mail has none */
	bool original_claimed;     /* an earlier report that was not proved said so */
	struct person original_to; /* whom that mail was sent to */

	struct person sender; /* of reading.from_strict; id 0: unknown */

	struct token_fact *tokens; /* as reading.tokens */
	size_t n_tokens;
	struct reference_fact *references; /* as reading.references */
	size_t n_references;

	/* Every case and request a token or reference leads to, and the sender's level on each. */
	struct case_fact {
		struct case_view view;
		enum access_level level; /* the sender's, on the case's deployment */
		int mailed_recently;     /* updates by mail of this sender in the last 10 minutes */
	} * cases;
	size_t n_cases;
	struct access_request *requests;
	size_t n_requests;
	int asked_again;          /* how often this sender was asked again about requests[0] */
	int64_t asked_again_last; /* ms; 0: never */

	struct answered *answered; /* automatic answers to this sender in the last 24 hours */
	size_t n_answered;
	int answers_recent; /* automatic answers to anybody in the last 10 minutes */

	struct person *administrators; /* active */
	size_t n_administrators;
};

/* What of the configuration the rules need. */
struct policy {
	enum authentication_mode authentication;
	enum authentication_level updates_authentication;
	bool approval_self_grant;
	const struct verdict_phrases *phrases; /* of the configured languages */
	struct str language;                   /* of mail to people who have none */
	struct strings confirm_levels;
	int ask_again_most, ask_again_hours, answers_per_10_minutes, approval_expiry_days;
	int cooling_minutes; /* before an approval takes effect */
	struct strings free_mail_domains;
	const struct workflow *workflow;
	const struct calendar *calendar;                      /* for new requests; NULL: no reminders */
	int reminder_business_days, escalation_business_days; /* 0: never */
};

#endif
