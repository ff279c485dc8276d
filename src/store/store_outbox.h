/* SPDX-License-Identifier: ISC
 * store_outbox.h: mails on their way out. queued -> claimed -> sent | unknown | failed; held and cancelled are an
 * operator's doing.
 */
#ifndef CASEMAIL_STORE_STORE_OUTBOX_H
#define CASEMAIL_STORE_STORE_OUTBOX_H

#include "store/store.h"

enum letter_state {
	LETTER_QUEUED,
	LETTER_HELD, /* waits for an operator, who wanted that */
	LETTER_CLAIMED,
	LETTER_SENT,
	LETTER_UNKNOWN,
	LETTER_FAILED,
	LETTER_CANCELLED,
	LETTER_STATES
};
/* "queued", "claimed", ... */
const char *letter_state_name(enum letter_state s);

struct store_queued {
	int64_t id, created_at, next_at, sent_at;
	enum letter_state state;
	int attempts;
	struct str last_reply; /* the server's words, or why */
	struct str case_number;
	struct store_letter letter;
};

struct outbox_limits {
	int per_minute, per_recipient_per_hour; /* attempts; 0: no limit */
};

/* Claims the due letter that waits longest for the sender named (a pid). In the caller's transaction; to be committed
 * before the letter is handed over. out->id 0: none is due, or, where *wait_until is set (ms), none before that for the
 * limit per minute. A letter that its addressee's limit forbids now is due again when it no longer does. attempts
 * counts this one. Only here is the token in clear. */
int store_outbox_claim(struct store *s, struct str claimer, int64_t now, const struct outbox_limits *l, struct arena *a,
    struct store_queued *out, int64_t *wait_until, struct err *e);

struct outbox_result {
	int64_t id;
	enum letter_state state; /* not LETTER_CLAIMED */
	struct str reply;        /* at most 2000 bytes are kept */
	int64_t next_at;         /* when LETTER_QUEUED (0: at once) or LETTER_UNKNOWN (0: by a person) is tried again */
};
/* What became of a claimed letter, in the caller's transaction. Sent is final: the token is scrubbed from the row; a
 * failed one keeps it, for a retry. ERR_REJECT where the row is no longer claimed by the one named; the transaction may
 * go on. */
int store_outbox_result(struct store *s, struct str claimer, const struct outbox_result *r, int64_t now, struct err *e);

/* Letters that a sender, now dead, had claimed (empty: that all had; nobody sends now) become unknown, due now or, with
 * hold, for a person. *n: how many. In the caller's transaction. */
int store_outbox_recover(struct store *s, struct str claimer, bool hold, int64_t now, int64_t *n, struct err *e);

/* When the next row is due: ms, or 0 where none is. */
int store_outbox_next(struct store *s, int64_t *next_at, struct err *e);
/* How many senders have something to do: letters that are due, counted up to most, and those being sent. */
int store_outbox_demand(struct store *s, int64_t now, int64_t most, int64_t *n, struct err *e);

/* A server that failed lately. */
struct store_route {
	struct str name; /* host:port */
	int failures;    /* in a row */
	int64_t retry_at;
	struct str reply; /* what it said, or why */
};
int store_route_list(struct store *s, struct arena *a, struct store_route **out, size_t *n, struct err *e);
/* failures 0: it serves again. In the caller's transaction. */
int store_route_set(struct store *s, const struct store_route *r, struct err *e);

struct store_outbox_filter {
	int state; /* enum letter_state, or -1: all */
	int64_t case_id, before_id;
	size_t max;
};
/* Newest first, at most max (0: 1000). Here and in store_outbox_get "redacted" stands in place of the token. */
int store_outbox_list(struct store *s, const struct store_outbox_filter *f, struct arena *a, struct store_queued **out,
    size_t *n, struct err *e);
int store_outbox_get(struct store *s, int64_t id, struct arena *a, struct store_queued *out, struct err *e);

/* What an operator does with a letter, and in which states it may be. One that is claimed or sent is never changed. */
enum letter_change {
	LETTER_RETRY,   /* queued, failed, unknown: due now */
	LETTER_HOLD,    /* queued: not sent until it is released */
	LETTER_RELEASE, /* held: due now */
	LETTER_CANCEL   /* queued, held, failed, unknown: never sent; its token is scrubbed from the row */
};
/* In the caller's transaction; *after: the state it has then. ERR_REJECT names the state where the change does not fit.
 */
int store_outbox_change(struct store *s, int64_t id, enum letter_change change, int64_t now, struct arena *a,
    enum letter_state *after, struct err *e);

#endif
