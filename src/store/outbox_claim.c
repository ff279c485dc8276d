/* SPDX-License-Identifier: ISC
 * outbox_claim.c: which letter a sender takes next, and what became of it.
 *
 * A claim is committed before the letter is handed over, so a sender that dies leaves a claimed row; who knows that it
 * is dead recovers it. Only a claim gives the token in clear. Letters of one case to one person go out in the order in
 * which they were written: triggers of the schema keep the later one without a time until its turn comes. Limits move
 * letters to a later time, and never drop one.
 */
#include "config.h"

#include "store/internal.h"
#include "store/outbox_row.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)
#define POSTPONE_MOST 100 /* letters in one transaction */
#define LETTER_BYTES ((size_t)256 << 20)

/* When the next of a kind may be tried, of which there may be most within window ms; 0: now. */
static int
limit_check(struct query *q, int64_t window, int64_t *free_at, struct err *e)
{
	int rc = query_step(q, e);

	*free_at = rc == 1 ? column_number(q, 0) + window : 0;
	query_close(q);
	return rc < 0 ? -1 : 0;
}

static int
limit_of_all(struct store *s, int most, int64_t now, int64_t *free_at, struct err *e)
{
	struct query q;

	*free_at = 0;
	if (most <= 0)
		return 0;
	QUERY(&q, s, "SELECT limited_at FROM outbox WHERE limited_at > ? ORDER BY limited_at DESC LIMIT 1 OFFSET ?",
	    NUMBER(now - MINUTE_MS), NUMBER(most - 1));
	return limit_check(&q, MINUTE_MS, free_at, e);
}

static int
limit_of_recipient(struct store *s, struct str to, int most, int64_t now, int64_t *free_at, struct err *e)
{
	struct query q;

	*free_at = 0;
	if (most <= 0)
		return 0;
	QUERY(&q, s,
	    "SELECT limited_at FROM outbox WHERE to_address = ? AND limited_at > ? ORDER BY limited_at DESC LIMIT 1"
	    " OFFSET ?",
	    TEXT(to), NUMBER(now - HOUR_MS), NUMBER(most - 1));
	return limit_check(&q, HOUR_MS, free_at, e);
}

/* 1: *id and *to of the letter that is due first; 0: none is. */
static int
due_find(struct store *s, int64_t now, struct arena *a, int64_t *id, struct str *to, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT id, to_address FROM outbox WHERE next_at <= ? ORDER BY next_at, id LIMIT 1", NUMBER(now));
	rc = query_step(&q, e);
	if (rc == 1) {
		*id = column_number(&q, 0);
		*to = column_text(&q, 1, a);
	}
	query_close(&q);
	return rc;
}

static int
letter_claim(struct store *s, int64_t id, struct str claimer, int64_t now, bool limited, struct arena *a,
    struct store_queued *out, struct err *e)
{
	if (outbox_load(s, id, a, out, e))
		return -1;
	out->attempts++;
	return RUN(s, NULL, e,
	    "UPDATE outbox SET state = 'claimed', claimer = ?, claimed_at = ?, limited_at = ?, next_at = NULL, "
	    "attempts = attempts + 1"
	    " WHERE id = ?",
	    TEXT(claimer), NUMBER(now), ID(limited ? now : 0), NUMBER(id));
}

int
store_outbox_claim(struct store *s, struct str claimer, int64_t now, const struct outbox_limits *l, struct arena *a,
    struct store_queued *out, int64_t *wait_until, struct err *e)
{
	int64_t id, free_at;
	struct str to;
	int rc;

	*out = (struct store_queued){ 0 };
	*wait_until = 0;
	if (limit_of_all(s, l->per_minute, now, wait_until, e))
		return -1;
	if (*wait_until)
		return 0;
	for (int n = 0; n < POSTPONE_MOST; n++) {
		if ((rc = due_find(s, now, a, &id, &to, e)) != 1)
			return rc;
		if (limit_of_recipient(s, to, l->per_recipient_per_hour, now, &free_at, e))
			return -1;
		if (free_at == 0)
			return letter_claim(s, id, claimer, now, l->per_minute || l->per_recipient_per_hour, a, out, e);
		if (RUN(s, NULL, e, "UPDATE outbox SET next_at = ? WHERE id = ?", NUMBER(free_at), NUMBER(id)))
			return -1;
	}
	*wait_until = now; /* more of them: in the next transaction */
	return 0;
}

int
store_outbox_result(struct store *s, struct str claimer, const struct outbox_result *r, int64_t now, struct err *e)
{
	bool is_timed = r->state == LETTER_QUEUED || r->state == LETTER_UNKNOWN;
	int64_t next_at = r->state == LETTER_QUEUED && r->next_at <= 0 ? now : r->next_at, changes;
	struct arena *a;
	int rc;

	if (r->state == LETTER_CLAIMED)
		return err_set(e, ERR_FATAL, "store: a claim is no result");
	if (RUN(s, &changes, e,
		"UPDATE outbox SET state = ?1, last_reply = ?2, next_at = ?3, claimer = '',"
		" sent_at = CASE ?1 WHEN 'sent' THEN ?4 END WHERE id = ?5 AND state = 'claimed' AND claimer = ?6",
		Z(name_of(NAMES_LETTER_STATE, (int)r->state)), TEXT(str_head(r->reply, 2000)),
		ID(is_timed ? next_at : 0), NUMBER(now), NUMBER(r->id), TEXT(claimer)))
		return -1;
	if (changes == 0)
		return err_set(e, ERR_REJECT, "letter %lld is no longer this sender's", (long long)r->id);
	if (r->state != LETTER_SENT)
		return 0;
	a = arena_open(LETTER_BYTES);
	rc = outbox_scrub(s, r->id, a, e);
	arena_close(&a);
	return rc;
}

int
store_outbox_recover(struct store *s, struct str claimer, bool hold, int64_t now, int64_t *n, struct err *e)
{
	if (RUN(s, n, e,
		"UPDATE outbox SET state = 'unknown', claimer = '', next_at = ?, last_reply = 'the process that was "
		"sending"
		" it died before it wrote down the answer' WHERE state = 'claimed' AND (?2 = '' OR claimer = ?2)",
		ID(hold ? 0 : now), TEXT(claimer)))
		return -1;
	if (claimer.n > 0)
		return 0;
	/* A letter whose turn never came, as what it waited for was changed past the triggers. */
	return RUN(s, NULL, e,
	    "UPDATE outbox SET next_at = created_at WHERE state IN ('queued', 'claimed') AND state = 'queued' AND "
	    "next_at IS"
	    " NULL AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.case_id = outbox.case_id AND b.person = "
	    "outbox.person AND"
	    " b.id < outbox.id AND b.state IN ('queued', 'claimed'))");
}

int
store_outbox_next(struct store *s, int64_t *next_at, struct err *e)
{
	struct query q;
	int rc;

	*next_at = 0;
	QUERY(&q, s, "SELECT next_at FROM outbox WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1");
	rc = query_step(&q, e);
	if (rc == 1)
		*next_at = column_number(&q, 0);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

int
store_outbox_demand(struct store *s, int64_t now, int64_t most, int64_t *n, struct err *e)
{
	struct query q;
	int rc;

	*n = 0;
	QUERY(&q, s,
	    "SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE next_at <= ? LIMIT ?)) +"
	    " (SELECT count(*) FROM outbox WHERE state = 'claimed')",
	    NUMBER(now), NUMBER(most));
	rc = query_step(&q, e);
	if (rc == 1)
		*n = column_number(&q, 0);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}
