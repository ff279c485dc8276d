/* SPDX-License-Identifier: ISC
 * mail.c: showing the ledger: one message, a page of them newest first, and the raw bytes.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_mail.h"

#define MESSAGE                                                                                                        \
	"m.id, m.case_id, m.request, m.arrived_at, m.decided_at, m.moved_at, m.size, m.mailbox, m.sender, m.subject, " \
	"m.message_id, m.raw_sha256, m.reason, m.rule, m.authentication, m.uidvalidity, m.uid, m.outcome, m.trace"
#define LIST_MOST 1000

static int
message_row(struct query *q, struct arena *a, struct store_message *out, struct err *e)
{
	int outcome;

	*out = (struct store_message){
		.id = column_number(q, 0),
		.case_id = column_number(q, 1),
		.request_id = column_number(q, 2),
		.arrived_at = column_number(q, 3),
		.decided_at = column_number(q, 4),
		.moved_at = column_number(q, 5),
		.size = column_number(q, 6),
		.mailbox = column_text(q, 7, a),
		.from = column_text(q, 8, a),
		.subject = column_text(q, 9, a),
		.message_id = column_text(q, 10, a),
		.raw_sha256 = column_text(q, 11, a),
		.reason = column_text(q, 12, a),
		.rule = column_text(q, 13, a),
		.authentication = column_text(q, 14, a),
		.uidvalidity = (uint32_t)column_number(q, 15),
		.uid = (uint32_t)column_number(q, 16),
		.trace = column_text(q, 18, a),
	};
	if (name_column(q, 17, NAMES_OUTCOME, &outcome, e))
		return -1;
	out->outcome = (enum outcome)outcome;
	return 0;
}

/* All rows of q, which it closes. */
static int
messages_load(struct query *q, struct arena *a, struct store_message **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	int rc;

	while ((rc = query_step(q, e)) == 1)
		if (message_row(q, a, list_add(&l, a, sizeof(**out)), e)) {
			rc = -1;
			break;
		}
	query_close(q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_message_after(
    struct store *s, int64_t id, size_t max, struct arena *a, struct store_message **out, size_t *n, struct err *e)
{
	struct query q;

	QUERY(&q, s, "SELECT " MESSAGE " FROM message m WHERE m.id > ? ORDER BY m.id LIMIT ?", NUMBER(id), NUMBER(max));
	return messages_load(&q, a, out, n, e);
}

int
store_message_redecided(
    struct store *s, int64_t *after, struct arena *a, struct store_message **out, size_t *n, struct err *e)
{
	int64_t last = 0;
	struct query q;
	int rc;

	*n = 0;
	QUERY(&q, s, "SELECT coalesce(max(id), 0) FROM audit");
	if ((rc = query_step(&q, e)) == 1)
		last = column_number(&q, 0);
	query_close(&q);
	if (rc < 0)
		return -1;
	if (*after >= 0 && last > *after) {
		QUERY(&q, s,
		    "SELECT " MESSAGE
		    " FROM audit l CROSS JOIN message m ON m.id = l.message WHERE l.id > ? AND l.id <= ?"
		    " AND l.event IN ('mail-requeue', 'mail-release', 'mail-drop') ORDER BY l.id LIMIT 1000",
		    NUMBER(*after), NUMBER(last));
		if (messages_load(&q, a, out, n, e) < 0)
			return -1;
	}
	*after = last;
	return 0;
}

static void
condition_add(struct buf *sql, struct bind *values, size_t *n, const char *condition, struct bind v)
{
	buf_add_format(sql, " AND %s%s", *n ? "+" : "", condition);
	values[(*n)++] = v;
}

int
store_message_list(struct store *s, const struct store_message_filter *f, struct arena *a, struct store_message **out,
    size_t *n, struct err *e)
{
	struct bind v[10];
	struct buf sql;
	struct query q;
	size_t k = 0;
	int rc;

	buf_init(&sql, 4096);
	buf_add_z(&sql, "SELECT " MESSAGE " FROM message m WHERE 1");
	if (f->case_id)
		condition_add(&sql, v, &k, "m.case_id = ?", NUMBER(f->case_id));
	if (f->from.n)
		condition_add(&sql, v, &k, "m.sender = ?", TEXT(f->from));
	if (f->outcome != OUTCOME_NONE)
		condition_add(&sql, v, &k, "m.outcome = ?", Z(name_of(NAMES_OUTCOME, (int)f->outcome)));
	if (f->mailbox.n)
		condition_add(&sql, v, &k, "m.mailbox = ?", TEXT(f->mailbox));
	/* Numbers grow with the time of decision: the first one since then bounds the walk. */
	if (f->since) {
		buf_add_z(&sql, " AND m.id >= (SELECT x.id FROM message x WHERE x.decided_at >= ?"
				" ORDER BY x.decided_at LIMIT 1)");
		v[k++] = NUMBER(f->since);
	}
	buf_add_z(&sql, " AND m.id < ? ORDER BY m.id DESC LIMIT ?");
	v[k++] = NUMBER(f->before_id ? f->before_id : INT64_MAX);
	v[k++] = NUMBER(f->max ? f->max : LIST_MOST);
	query_open(&q, s, buf_z(&sql), v, k);
	rc = messages_load(&q, a, out, n, e);
	buf_free(&sql);
	return rc;
}

int
store_message_get(struct store *s, int64_t id, struct arena *a, struct store_message *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " MESSAGE " FROM message m WHERE m.id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = message_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "the ledger has no message %lld", (long long)id);
	return rc == 1 ? 0 : -1;
}

int
store_message_raw(struct store *s, int64_t id, struct arena *a, struct str *raw, struct err *e)
{
	struct query q;
	int64_t blob = 0;
	int rc;

	QUERY(&q, s, "SELECT raw FROM message WHERE id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		blob = column_number(&q, 0);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "the ledger has no message %lld", (long long)id);
	return rc == 1 ? blob_get(s, blob, a, raw, e) : -1;
}
