/* SPDX-License-Identifier: ISC
 * store_mail.h: the ledger: one row a message, its outcome, and what is still to be done in the mailbox.
 */
#ifndef CASEMAIL_STORE_STORE_MAIL_H
#define CASEMAIL_STORE_STORE_MAIL_H

#include "store/store.h"

/* How far a mailbox was served. */
struct store_cursor {
	int64_t started_at;    /* ms: when it was reached for the first time */
	uint32_t uidvalidity;  /* of the UIDs below */
	uint32_t old_below;    /* lower ones were there then; 0 where that can only be told by the time of arrival */
	uint32_t next_uid;     /* lower ones were all looked at */
	int64_t reconciled_at; /* ms; 0: never */
};
/* In the caller's transaction: what is stored, made new where the mailbox is, or has another UIDVALIDITY than it had.
 * uidnext: the server's, 0 where it did not tell. */
int store_cursor_begin(struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uidnext, int64_t now,
    struct store_cursor *out, struct err *e);

/* Each a transaction of its own. A new process begins to serve the mailbox: *starts is how many have since it was last
 * served to the end, this one too. */
int store_cursor_started(struct store *s, struct str mailbox, int *starts, struct err *e);
/* A message is taken up alone; *times: how often it was in a row, this time too. */
int store_cursor_suspect(
    struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uid, int *times, struct err *e);
/* Everything from uid on is to be looked at once more, by whoever takes the order: *next_uid is lowered to it. */
int store_cursor_look_again(struct store *s, struct str mailbox, uint32_t uid, struct err *e);
int store_cursor_take_order(struct store *s, struct str mailbox, uint32_t *next_uid, struct err *e);
int store_cursor_reconciled(struct store *s, struct str mailbox, int64_t now, struct err *e);

/* Of n UIDs, ascending, those without a ledger row: kept in place, *n_new of them. */
int store_ledger_unseen(
    struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t *uids, size_t n, size_t *n_new, struct err *e);

/* Whether a message of exactly these bytes (hex of their SHA-256) has a row; retention forgets it with the bytes. */
int store_ledger_has_bytes(struct store *s, const char *sha256, bool *has, struct err *e);

/* Whether a message of outcome o waits for a person, who may have it decided anew: held, quarantined, refused, dropped.
 */
bool store_ledger_waits(enum outcome o);

/* Messages that are decided but not moved yet, oldest first, at most max; of UIDs from first to last. */
struct store_move {
	int64_t id;
	uint32_t uid;
	enum outcome outcome;
};
struct store_range {
	uint32_t uidvalidity, first, last;
};
int store_ledger_unmoved(struct store *s, struct str mailbox, const struct store_range *range, size_t max,
    struct arena *a, struct store_move **out, size_t *n, struct err *e);
/* The row of one UID: 1, and whether it is marked moved; 0: there is none. */
int store_ledger_row(struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uid, struct store_move *out,
    bool *moved, struct err *e);
/* In the caller's transaction: marks them moved; rows of an older UIDVALIDITY that can no longer be moved are closed by
 * the second. */
int store_ledger_moved(struct store *s, const int64_t *ids, size_t n, int64_t now, struct err *e);
int store_ledger_forget_old(struct store *s, struct str mailbox, uint32_t uidvalidity, int64_t now, struct err *e);

struct store_message {
	int64_t id, case_id, request_id, arrived_at, decided_at, moved_at, size;
	struct str mailbox, from, subject, message_id, raw_sha256, reason, rule, authentication;
	uint32_t uidvalidity, uid;
	enum outcome outcome;
	struct str trace; /* JSON array of {rule, hit, words} */
};
struct store_message_filter {
	enum outcome outcome;              /* OUTCOME_NONE: all */
	int64_t case_id, since, before_id; /* 0: all; since: decided then or later; before_id: paging, newest first */
	struct str mailbox, from;
	size_t max; /* 0: 1000 */
};
int store_message_list(struct store *s, const struct store_message_filter *f, struct arena *a,
    struct store_message **out, size_t *n, struct err *e);
/* Messages with a number greater than id, by number: at most max. */
int store_message_after(
    struct store *s, int64_t id, size_t max, struct arena *a, struct store_message **out, size_t *n, struct err *e);
/* Messages that operators decided anew (requeued, released, dropped; at most 1000), by rows of the audit behind *after,
 * which is moved to the last one there is; below 0, it is only moved. */
int store_message_redecided(
    struct store *s, int64_t *after, struct arena *a, struct store_message **out, size_t *n, struct err *e);
/* ERR_REJECT where there is none. */
int store_message_get(struct store *s, int64_t id, struct arena *a, struct store_message *out, struct err *e);
int store_message_raw(struct store *s, int64_t id, struct arena *a, struct str *raw, struct err *e);

#endif
