/* SPDX-License-Identifier: ISC
 * audit.c: the audit chain. Each row's hash covers the hash before it and every field of the row, each with its length
 * in front, so that no two different rows have one form. Row numbers have no gaps: AUTOINCREMENT, and a rollback gives
 * a number back. A removed end shows in the counter beside the table; against one who changes both, only an anchor
 * outside helps.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_audit.h"

#include "base/crypto.h"

#include <stdio.h>

#define COLUMNS "id, at, event, who, case_id, message, details, hash"
#define ROW_BYTES (16 << 20)
#define DETAILS_MOST (1 << 20)
#define LIST_MOST 1000

static void
field_add(struct crypto_hash *h, struct str s)
{
	char length[32];

	snprintf(length, sizeof(length), "%zu:", s.n);
	crypto_hash_add(h, str_of(length));
	crypto_hash_add(h, s);
}

static void
number_add(struct crypto_hash *h, int64_t v)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	field_add(h, str_of(text));
}

static void
row_hash(struct str before, const struct store_audit *r, char out[SHA256_HEX])
{
	unsigned char digest[SHA256_BYTES];
	struct crypto_hash *h = crypto_hash_open();

	crypto_hash_add(h, before);
	number_add(h, r->id);
	number_add(h, r->at);
	field_add(h, r->event);
	field_add(h, r->who);
	number_add(h, r->case_id);
	number_add(h, r->message);
	field_add(h, r->details);
	crypto_hash_close(&h, digest);
	crypto_hex(digest, sizeof(digest), out);
}

static void
audit_row(struct query *q, struct arena *a, struct store_audit *out)
{
	*out = (struct store_audit){
		.id = column_number(q, 0),
		.at = column_number(q, 1),
		.event = column_text(q, 2, a),
		.who = column_text(q, 3, a),
		.case_id = column_number(q, 4),
		.message = column_number(q, 5),
		.details = column_text(q, 6, a),
		.hash = column_text(q, 7, a),
	};
}

/* The last row's number and hash; 0 and "" where there is none. */
static int
head_get(struct store *s, int64_t *id, char hash[SHA256_HEX], struct err *e)
{
	struct query q;
	int rc;

	*id = 0;
	hash[0] = '\0';
	QUERY(&q, s, "SELECT id, hash FROM audit WHERE id > 0 ORDER BY id DESC LIMIT 1");
	rc = query_step(&q, e);
	if (rc == 1) {
		*id = column_number(&q, 0);
		snprintf(hash, SHA256_HEX, "%s", (const char *)sqlite3_column_text(q.st->handle, 1));
	}
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

/* The number the next row gets less one, also where rows at the end were removed. */
static int
counter_get(struct store *s, int64_t *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'");
	rc = query_step(&q, e);
	*out = rc == 1 ? column_number(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

/* A row that could not be read back as JSON, or not be held in memory by verify, is never written. */
static int
details_check(struct store *s, struct str details, struct err *e)
{
	struct query q;
	int rc;
	bool ok;

	if (details.n > DETAILS_MOST)
		return err_set(e, ERR_REJECT, "store: audit details of %zu bytes", details.n);
	QUERY(&q, s, "SELECT json_valid(?)", TEXT(details));
	rc = query_step(&q, e);
	ok = rc == 1 && column_number(&q, 0);
	query_close(&q);
	if (rc < 0)
		return -1;
	return ok ? 0 : err_set(e, ERR_FATAL, "store: audit details are no JSON");
}

int
store_audit_add(struct store *s, const char *event, struct str who, int64_t case_id, int64_t message,
    struct str details, int64_t now, struct err *e)
{
	struct store_audit r = { 0, now, case_id, message, str_of(event), who, details, STR_NONE };
	char before[SHA256_HEX], hash[SHA256_HEX];
	int64_t counter;

	if (details_check(s, details, e) || head_get(s, &r.id, before, e) || counter_get(s, &counter, e))
		return -1;
	r.id = (counter > r.id ? counter : r.id) + 1;
	row_hash(str_of(before), &r, hash);
	return RUN(s, NULL, e,
	    "INSERT INTO audit (id, at, event, who, case_id, message, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	    NUMBER(r.id), NUMBER(now), TEXT(r.event), TEXT(who), NUMBER(case_id), NUMBER(message), TEXT(details),
	    Z(hash));
}

int
store_audit_list(struct store *s, int64_t case_id, int64_t before_id, size_t max, struct arena *a,
    struct store_audit **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	max = max && max < LIST_MOST ? max : LIST_MOST;
	if (before_id == 0)
		before_id = INT64_MAX;
	if (case_id)
		QUERY(&q, s, "SELECT " COLUMNS " FROM audit WHERE case_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		    NUMBER(case_id), NUMBER(before_id), NUMBER(max));
	else
		QUERY(&q, s, "SELECT " COLUMNS " FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?", NUMBER(before_id),
		    NUMBER(max));
	while ((rc = query_step(&q, e)) == 1)
		audit_row(&q, a, list_add(&l, a, sizeof(**out)));
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

struct walk {
	int64_t rows, bad, last;
	char hash[SHA256_HEX];
};

/* Whether r goes on from what was seen; if not, why. */
static bool
row_follows(struct walk *w, const struct store_audit *r, struct buf *why)
{
	char hash[SHA256_HEX];

	if (r->id != w->last + 1) {
		buf_add_format(why, "row %lld is missing", (long long)w->last + 1);
		w->bad = w->last + 1;
		return false;
	}
	row_hash(str_of(w->hash), r, hash);
	if (!str_equal(str_of(hash), r->hash)) {
		buf_add_format(
		    why, "row %lld does not give its hash: it, or the row before it, was changed", (long long)r->id);
		w->bad = r->id;
		return false;
	}
	snprintf(w->hash, sizeof(w->hash), "%s", hash);
	w->last = r->id;
	return true;
}

/* All rows in one statement, so of one moment, while others write on. After the first bad one only counts. */
static int
chain_walk(struct store *s, struct walk *w, struct arena *a, struct buf *why, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " COLUMNS " FROM audit WHERE id > 0 ORDER BY id");
	while ((rc = query_step(&q, e)) == 1) {
		struct store_audit r;

		w->rows++;
		if (w->bad)
			continue;
		arena_reset(a);
		audit_row(&q, a, &r);
		row_follows(w, &r, why);
	}
	query_close(&q);
	return rc;
}

int
store_audit_verify(struct store *s, int64_t *rows, int64_t *first_bad, struct buf *why, struct err *e)
{
	struct walk w = { 0 };
	struct arena *a = arena_open(ROW_BYTES);
	int64_t counter;
	int rc = counter_get(s, &counter, e);

	if (rc == 0)
		rc = chain_walk(s, &w, a, why, e);
	arena_close(&a);
	if (rc)
		return -1;
	if (w.bad == 0 && w.last < counter) {
		w.bad = w.last + 1;
		buf_add_format(why, "row %lld is missing: rows at the end were removed", (long long)w.bad);
	}
	*rows = w.rows;
	*first_bad = w.bad;
	return 0;
}
