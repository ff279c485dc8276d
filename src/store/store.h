/* SPDX-License-Identifier: ISC
 * store.h: the embedded store as what it means, not as SQL. One connection a process; blocking, with a deadline.
 *
 * Writing happens between store_begin and store_commit. -1 means: nothing of the transaction stands (the caller rolls
 * back). Errors: ERR_RETRY (busy, disk full, read-only for now), ERR_REJECT (what an item refers to
 * is not there, or taken), ERR_FATAL (corrupt, newer version, not a casemail database). What is loaded lives in the
 * arena given. Other subjects: store_people.h, store_cases.h, store_mail.h, store_outbox.h, store_audit.h.
 */
#ifndef CASEMAIL_STORE_STORE_H
#define CASEMAIL_STORE_STORE_H

#include "base/err.h"
#include "rules/plan.h"

struct store;

enum store_mode { STORE_READ, STORE_WRITE, STORE_CREATE };

/* Opens the database file (WAL, synchronous=FULL, foreign keys). STORE_CREATE makes it, mode 0600, where it does not
 * exist, and refuses one that does. Other modes refuse a missing file, another application's, and a version newer or
 * older than ours. */
int store_open(struct str path, enum store_mode mode, struct store **out, struct err *e);
void store_close(struct store **s); /* rolls back what is open */

/* A secret of this database, made with it, 64 hex digits and NUL: for marks that only we can make. */
int store_key(struct store *s, char key[65], struct err *e);

/* The daemon's own lock beside the database: -1 and ERR_FATAL naming the other's pid where one runs. *fd stays open as
 * long as the lock is held. After an unclean stop (the marker is still there) checks the file (quick_check) first. */
int store_lock_daemon(struct str path, int *fd, struct err *e);
void store_unlock_daemon(struct str path, int *fd); /* a clean stop */
/* Whether a daemon runs on this database; *since: when it started, ms, 0 where that is not known. */
bool store_lock_is_held(struct str path, int64_t *since);

int store_begin(struct store *s, struct err *e); /* a write transaction; waits for other writers up to 10 s */
/* Refused (ERR_FATAL, and rolled back) where a write or an effect of the transaction failed. */
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s); /* harmless where none is open */

/* Loads what decide_message needs about r; tokens are looked up by hash. */
int store_snapshot(struct store *s, const struct reading *r, const struct arrival *arrival, int64_t now,
    struct arena *a, struct snapshot *out, struct err *e);

/* What the effects of one plan have in common, and what they made. */
struct store_change {
	int64_t now;
	int64_t message;                        /* ledger id the change comes from, or 0 */
	struct str who;                         /* "mail eva@acme.example", "casectl root", "dispatcher" */
	const struct reading *reading;          /* attachments; may be NULL */
	const struct reading_attachment *files; /* casectl's attachments */
	size_t n_files;
	int64_t new_case, new_request; /* set by the effects that create them; what PLAN_NEW stands for */
};

/* Applies one effect other than EFFECT_NOTICE. -1 and ERR_REJECT where the row it is about has changed meanwhile: a
 * line that is not pending, a grant whose line does not stand approved (EFFECT_LINE comes first) or was granted, the
 * use of a token that is not valid. A text with NUL is ERR_REJECT too. */
int store_effect(struct store *s, const struct effect *f, struct store_change *c, struct err *e);

/* The ledger row of a message (its raw bytes are kept too; arrival->raw_sha256 is computed here where it is empty). *id
 * is its number. -1 and ERR_REJECT where the UID has one. Written whatever the message holds: in its fields NUL becomes
 * U+FFFD, and 2000 bytes of each are kept. uid 0 (a file): never a conflict, and nothing to be moved. */
int store_ledger_add(struct store *s, const struct arrival *arrival, const struct reading *r, const struct plan *p,
    int64_t now, int64_t *id, struct err *e);
/* The row of a message that was decided anew. reading NULL: nothing was read again. -1 and ERR_REJECT where it does not
 * wait for a person (store_ledger_waits): what was applied once is never applied again. */
int store_ledger_change(
    struct store *s, int64_t id, const struct reading *r, const struct plan *p, int64_t now, struct err *e);

/* A mail to be sent, complete but for its MIME form. */
struct store_letter {
	int64_t case_id, request_id, person, message; /* message: ledger id it answers or 0 */
	enum notice_kind kind;
	struct str message_id;    /* with the token, without <> */
	struct str message_key;   /* the part of it that stays when the token is scrubbed */
	struct str envelope_from; /* empty: the null sender */
	struct str
	    bounce_token; /* what stands in envelope_from so that its bounces are known; only its hash is stored */
	struct str from_name, from, to_name, to, reply_to; /* reply_to empty: none */
	struct str subject, text, html, in_reply_to, references;
	struct str labels;        /* of what html shows besides text, kept to know it again in an answer */
	struct str answer_reason; /* of an automatic answer; else empty */
	bool is_answer;
};
int store_letter_add(struct store *s, const struct store_letter *l, int64_t now, int64_t *id, struct err *e);

/* A reply token: only its hash is stored. */
struct store_token {
	enum token_kind kind;
	struct str token; /* plain, TOKEN_REPLY characters */
	int64_t case_id, request_id, person, letter;
	int version;
	struct str code; /* confirmation: plain; stored as a hash */
	bool confirms;
	int64_t expires_at;   /* 0: never */
	const int64_t *lines; /* of the request, that the mail shows; all of them are there */
	size_t n_lines;
};
int store_token_add(struct store *s, const struct store_token *t, int64_t now, struct err *e);

/* The audit row of a change: details is one JSON object of at most 1 MiB. Chained to the row before it. */
int store_audit_add(struct store *s, const char *event, struct str who, int64_t case_id, int64_t message,
    struct str details, int64_t now, struct err *e);

#endif
