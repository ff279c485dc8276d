/* SPDX-License-Identifier: ISC
 * reading.h: what a message says, as facts. No decision is taken here.
 *
 * Everything in a reading borrows from the arena it was made in. Text is UTF-8 with LF line ends;
 * strings that a message left out are empty (n == 0).
 */
#ifndef CASEMAIL_READING_READING_H
#define CASEMAIL_READING_READING_H

#include "base/arena.h"
#include "base/configuration.h"
#include "base/err.h"
#include "reading/reading_part.h"

struct reading {
	/* Refused by the header guard: a reason code ("two-from", "nul", ...); then only raw facts are set. */
	struct str malformed, malformed_detail;

	struct reading_address *from, *to, *cc;
	size_t n_from, n_to, n_cc;
	struct str sender_address; /* Sender: of another domain than From, or empty */
	struct str from_strict;    /* identity: the one From that passed the strict grammar, else empty */
	enum authentication_level authentication;
	struct str authentication_detail; /* "dmarc=pass header.from=..." : why */
	struct str border;                /* the border host whose Received field is the topmost of one; empty: none */
	struct str *received_by;          /* the hosts that wrote the topmost Received fields, at most 10 */
	size_t n_received_by;
	struct reading_results *results; /* the Authentication-Results fields, topmost first, at most 32 */
	size_t n_results;
	struct str subject, message_id; /* message_id without <> */
	struct str *ancestors;          /* In-Reply-To first, then References, newest first; without <> */
	size_t n_ancestors;
	struct str date;        /* as written: never decides */
	struct str return_path; /* "<>" is KIND-relevant; empty when absent */
	bool addressed;         /* one of our addresses is in To, Cc or Resent-* */
	unsigned received;      /* trace fields */

	struct str text;     /* the whole body */
	struct str new_text; /* what the sender newly wrote */
	struct str quoted, signature;
	struct str other_text; /* new text of the other alternative (HTML beside plain) when both exist */
	bool other_unread;     /* there is another alternative, not looked at: the text cannot be an answer */
	bool interleaved;      /* text between quotes */
	bool is_forward;
	struct str above, forward_subject, forward_from, forward_date;
	bool damaged;   /* some text could not be decoded */
	bool encrypted; /* OpenPGP or S/MIME encrypted: text unreadable */

	enum reading_kind kind;
	struct str kind_reason; /* the header or marker that told: "Auto-Submitted: auto-replied" */
	bool is_list;           /* list mail: never decides, never answered */
	bool no_answer;         /* Return-Path <>, suppress headers, ...: never answer */
	int permanent;          /* bounces: 1, 0, or -1 unknown */
	struct reading_recipient *failed;
	size_t n_failed;
	struct str original_id;   /* Message-ID of the mail a report is about */
	struct str original_path; /* its envelope sender, where the report tells it: with its token, so shown nowhere */

	struct reading_reference *references;
	size_t n_references;
	struct reading_token *tokens;
	size_t n_tokens;
	bool undetermined; /* a pattern ran into its limit: not "no reference" */

	struct reading_attachment *attachments;
	size_t n_attachments;
	struct str *notes; /* "attachment-dropped big.zip 31457280" ...: what the sender and the case must be told */
	size_t n_notes;
	struct str content_key; /* hex SHA-256 over Message-ID, From, Date, decoded body and parts */
};

enum reading_input { READING_MESSAGE, READING_TEXT, READING_HTML };

/* What reading needs to know of us; travels to the reader process in its first record. */
struct reading_setup {
	struct limits limits;
	struct strings patterns;  /* pcre2 */
	struct strings addresses; /* ours: support@example.com; sub-addresses are of these */
	char subaddress_delimiter;
	struct strings authserv_ids, border_hosts;
	struct str instance, loop_key; /* our X-Loop is instance;loop_key */
	struct str message_id_domain;  /* of our own Message-IDs: TOKEN@ or id@domain */
};

/* A prepared setup: patterns compiled, charset tables loaded. */
struct reader_context;
/* NULL and *e (ERR_FATAL) where a pattern is refused: no group "number", matches the empty string,
 * does not compile. The setup is copied. */
struct reader_context *reading_open(const struct reading_setup *setup, struct err *e);
void reading_close(struct reader_context **c);

/* Reads one input. Never fails: bad mail is a reading with flags. Pure: no I/O, clock, locale.
 * Everything in *out lives in a, or in raw. */
void reading_read(
    struct reader_context *c, enum reading_input input, struct str raw, struct arena *a, struct reading *out);

/* Whether one pattern may be used: 0, or -1 with the reason. For the check of the configuration. */
int reading_check_pattern(struct str pattern, struct err *e);

#endif
