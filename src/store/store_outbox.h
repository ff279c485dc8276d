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

/* Claims at most max due rows for the sender named (a pid), oldest first, in one transaction of its own. Claims at
 * least stale_ms old come first: their sender died, perhaps after handing the mail over. The rows come with the state
 * they had before (LETTER_UNKNOWN for a stale claim: where the policy is to hold those, give back LETTER_UNKNOWN with
 * next_at 0) and attempts with this one counted. Only here is the token in clear. */
int store_outbox_claim(struct store *s, struct str claimer, int64_t now, int64_t stale_ms, size_t max, struct arena *a,
    struct store_queued **out, size_t *n, struct err *e);
/* The result of one attempt, in a transaction of its own. next_at: when LETTER_QUEUED (0: at once) or LETTER_UNKNOWN
 * (0: held for a person) is tried again. Sent and cancelled are final: the token is scrubbed from the row; a failed one
 * keeps it, for a retry. ERR_REJECT where the row is final already. */
int store_outbox_result(struct store *s, int64_t id, enum letter_state state, struct str reply, int64_t next_at,
    int64_t now, struct err *e);
/* When the next row is due: ms, or 0 where none is. Claimed rows do not count: claim again after stale_ms at the
 * latest. */
int store_outbox_next(struct store *s, int64_t *next_at, struct err *e);

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
