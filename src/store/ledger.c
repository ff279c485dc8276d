/* SPDX-License-Identifier: ISC
 * ledger.c: one row a message, what is new in a mailbox, and what is still to be moved there.
 *
 * The row is written whatever the message holds: NUL in a field of it becomes U+FFFD here, so that even such a message
 * is kept. The raw bytes are stored as they came.
 */
#include "config.h"

#include "store/internal.h"
#include "base/crypto.h"
#include "base/json.h"
#include "store/store_mail.h"

#include <stdio.h>

#define FIELD_MOST 2000

/* s without NUL, cut to a bound that fits any index. */
static struct str
clean(struct str s, struct arena *a)
{
	struct buf b;
	struct str out;

	s = str_head(s, FIELD_MOST);
	if (str_find_char(s, '\0') < 0)
		return s;
	buf_init(&b, 4 * FIELD_MOST);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			buf_add_char(&b, s.p[i]);
		else
			buf_add_utf8(&b, 0xfffd);
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* Half the buffer is enough for any trace; what goes beyond is left out, so that the JSON stays whole. */
static void
trace_write(const struct plan *p, struct buf *b)
{
	json_open(b, NULL, '[');
	for (const struct trace *t = p->trace; t && b->n < b->max / 2; t = t->next) {
		json_open(b, NULL, '{');
		json_text(b, "rule", str_of(t->rule));
		json_bool(b, "hit", t->hit);
		json_text(b, "words", str_head(t->words, FIELD_MOST));
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* Whether the row of this UID is there already. */
static int
uid_check(struct store *s, const struct arrival *v, struct err *e)
{
	struct query q;
	int rc;

	if (v->uid == 0)
		return 0;
	QUERY(&q, s, "SELECT id FROM message WHERE mailbox = ? AND uidvalidity = ? AND uid = ?", TEXT(v->mailbox),
	    NUMBER(v->uidvalidity), NUMBER(v->uid));
	rc = query_step(&q, e);
	query_close(&q);
	if (rc == 1)
		return err_set(e, ERR_REJECT, "mailbox %.*s: UID %u has its row already", STR_ARGS(v->mailbox), v->uid);
	return rc;
}

static struct str
row_sender(const struct reading *r)
{
	if (r->from_strict.n)
		return r->from_strict;
	return r->n_from ? r->from[0].address : STR_NONE;
}

static int
row_insert(struct store *s, const struct arrival *v, const struct reading *r, const struct plan *p, int64_t now,
    int64_t raw, const char *sha256, struct str trace, struct arena *a, struct err *e)
{
	return RUN(s, NULL, e,
	    "INSERT INTO message (mailbox, uidvalidity, uid, message_id, content_key, raw_sha256, raw, size, sender,"
	    " subject, kind, authentication, authentication_detail, arrived_at, decided_at, moved_at, outcome, reason,"
	    " rule, verdict, decision_line, token, case_id, request, trace)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    TEXT(v->mailbox), NUMBER(v->uidvalidity), ID(v->uid), TEXT(clean(r->message_id, a)),
	    TEXT(clean(r->content_key, a)), Z(sha256), NUMBER(raw), NUMBER(v->size ? v->size : (int64_t)v->raw.n),
	    TEXT(clean(row_sender(r), a)), TEXT(clean(r->subject, a)), Z(name_of(NAMES_KIND, (int)r->kind)),
	    Z(name_of(NAMES_AUTHENTICATION, (int)r->authentication)), TEXT(clean(r->authentication_detail, a)),
	    NUMBER(v->internal_date), NUMBER(now), ID(v->uid ? 0 : now), Z(name_of(NAMES_OUTCOME, (int)p->outcome)),
	    Z(p->reason), Z(p->rule), Z(p->verdict), TEXT(clean(p->decision_line, a)), ID(p->token_id), ID(p->case_id),
	    ID(p->request_id), TEXT(trace));
}

int
store_ledger_add(struct store *s, const struct arrival *arrival, const struct reading *r, const struct plan *p,
    int64_t now, int64_t *id, struct err *e)
{
	struct arena *a;
	struct buf trace;
	char sha256[65];
	int64_t raw;
	int rc;

	if (arrival->raw_sha256[0])
		snprintf(sha256, sizeof(sha256), "%s", arrival->raw_sha256);
	else
		crypto_sha256_hex(arrival->raw, sha256);
	if (uid_check(s, arrival, e) || blob_add(s, arrival->raw, now, &raw, sha256, e))
		return -1;
	a = arena_open(1 << 20);
	buf_init(&trace, 1 << 20);
	trace_write(p, &trace);
	rc = row_insert(s, arrival, r, p, now, raw, sha256, buf_str(&trace), a, e);
	if (rc == 0)
		*id = store_last_id(s);
	buf_free(&trace);
	arena_close(&a);
	return rc;
}

bool
store_ledger_waits(enum outcome o)
{
	return o == OUTCOME_HELD || o == OUTCOME_QUARANTINED || o == OUTCOME_REFUSED || o == OUTCOME_DROPPED;
}

/* What was read of it, which an earlier reader may have failed on. */
static int
row_read_again(struct store *s, int64_t id, const struct reading *r, struct arena *a, struct err *e)
{
	return RUN(s, NULL, e,
	    "UPDATE message SET message_id = ?, content_key = ?, sender = ?, subject = ?, kind = ?, authentication = ?,"
	    " authentication_detail = ? WHERE id = ?",
	    TEXT(clean(r->message_id, a)), TEXT(clean(r->content_key, a)), TEXT(clean(row_sender(r), a)),
	    TEXT(clean(r->subject, a)), Z(name_of(NAMES_KIND, (int)r->kind)),
	    Z(name_of(NAMES_AUTHENTICATION, (int)r->authentication)), TEXT(clean(r->authentication_detail, a)),
	    NUMBER(id));
}

int
store_ledger_change(
    struct store *s, int64_t id, const struct reading *r, const struct plan *p, int64_t now, struct err *e)
{
	struct arena *a = arena_open(1 << 20);
	struct buf trace;
	int64_t changes = 0;
	int rc;

	buf_init(&trace, 1 << 20);
	trace_write(p, &trace);
	rc = RUN(s, &changes, e,
	    "UPDATE message SET decided_at = ?, outcome = ?, reason = ?, rule = ?, verdict = ?, decision_line = ?,"
	    " token = coalesce(?, token), case_id = coalesce(?, case_id), request = coalesce(?, request), trace = ?"
	    " WHERE id = ? AND outcome IN ('held', 'quarantined', 'refused', 'dropped')",
	    NUMBER(now), Z(name_of(NAMES_OUTCOME, (int)p->outcome)), Z(p->reason), Z(p->rule), Z(p->verdict),
	    TEXT(clean(p->decision_line, a)), ID(p->token_id), ID(p->case_id), ID(p->request_id), TEXT(buf_str(&trace)),
	    NUMBER(id));
	if (rc == 0 && changes != 1)
		rc = err_set(e, ERR_REJECT,
		    "message %lld does not wait for a person any more: see casectl mail show %lld", (long long)id,
		    (long long)id);
	if (rc == 0 && r)
		rc = row_read_again(s, id, r, a, e);
	buf_free(&trace);
	arena_close(&a);
	return rc;
}

/* One ordered walk over the rows between the first and the last UID, beside the list. */
int
store_ledger_unseen(
    struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t *uids, size_t n, size_t *n_new, struct err *e)
{
	struct query q;
	size_t kept = 0;
	int64_t row = -1;
	int rc;

	*n_new = 0;
	if (n == 0)
		return 0;
	QUERY(&q, s,
	    "SELECT uid FROM message WHERE mailbox = ? AND uidvalidity = ? AND uid BETWEEN ? AND ? ORDER BY uid",
	    TEXT(mailbox), NUMBER(uidvalidity), NUMBER(uids[0]), NUMBER(uids[n - 1]));
	rc = 1;
	for (size_t i = 0; i < n && rc >= 0; i++) {
		while (rc == 1 && row < uids[i])
			if ((rc = query_step(&q, e)) == 1)
				row = column_number(&q, 0);
		if (row != uids[i])
			uids[kept++] = uids[i];
	}
	query_close(&q);
	*n_new = kept;
	return rc < 0 ? -1 : 0;
}

int
store_ledger_has_bytes(struct store *s, const char *sha256, bool *has, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT 1 FROM blob b JOIN message m ON m.raw = b.id WHERE b.sha256 = ? LIMIT 1", Z(sha256));
	rc = query_step(&q, e);
	query_close(&q);
	*has = rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
move_row(struct query *q, struct store_move *m, struct err *e)
{
	int outcome;

	m->id = column_number(q, 0);
	m->uid = (uint32_t)column_number(q, 1);
	if (name_column(q, 2, NAMES_OUTCOME, &outcome, e))
		return -1;
	m->outcome = (enum outcome)outcome;
	return 0;
}

int
store_ledger_unmoved(struct store *s, struct str mailbox, const struct store_range *range, size_t max, struct arena *a,
    struct store_move **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT id, uid, outcome FROM message WHERE mailbox = ? AND uidvalidity = ? AND uid BETWEEN ? AND ?"
	    " AND moved_at IS NULL ORDER BY uid LIMIT ?",
	    TEXT(mailbox), NUMBER(range->uidvalidity), NUMBER(range->first), NUMBER(range->last), NUMBER(max));
	while ((rc = query_step(&q, e)) == 1)
		if (move_row(&q, list_add(&l, a, sizeof(**out)), e)) {
			rc = -1;
			break;
		}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_ledger_row(struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uid, struct store_move *out,
    bool *moved, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT id, uid, outcome, moved_at IS NOT NULL FROM message WHERE mailbox = ? AND uidvalidity = ? AND uid "
	    "= ?",
	    TEXT(mailbox), NUMBER(uidvalidity), NUMBER(uid));
	rc = query_step(&q, e);
	if (rc == 1) {
		*moved = column_number(&q, 3);
		rc = move_row(&q, out, e) ? -1 : 1;
	}
	query_close(&q);
	return rc;
}

int
store_ledger_moved(struct store *s, const int64_t *ids, size_t n, int64_t now, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (RUN(s, NULL, e, "UPDATE message SET moved_at = ? WHERE id = ? AND moved_at IS NULL", NUMBER(now),
			NUMBER(ids[i])))
			return -1;
	return 0;
}

int
store_ledger_forget_old(struct store *s, struct str mailbox, uint32_t uidvalidity, int64_t now, struct err *e)
{
	return RUN(s, NULL, e,
	    "UPDATE message SET moved_at = ? WHERE mailbox = ? AND moved_at IS NULL AND uidvalidity <> ?", NUMBER(now),
	    TEXT(mailbox), NUMBER(uidvalidity));
}
