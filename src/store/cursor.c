/* SPDX-License-Identifier: ISC
 * cursor.c: how far each mailbox was served. UIDs only grow, so what lies below the cursor need not be listed again; a
 * change of UIDVALIDITY starts it anew, and the content keys of the ledger tell what is known.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_mail.h"

static int
cursor_load(struct store *s, struct str mailbox, struct store_cursor *out, struct err *e)
{
	struct query q;
	int rc;

	*out = (struct store_cursor){ 0 };
	QUERY(&q, s,
	    "SELECT started_at, uidvalidity, old_below, next_uid, reconciled_at FROM mailbox_state WHERE mailbox = ?",
	    TEXT(mailbox));
	rc = query_step(&q, e);
	if (rc == 1) {
		out->started_at = column_number(&q, 0);
		out->uidvalidity = (uint32_t)column_number(&q, 1);
		out->old_below = (uint32_t)column_number(&q, 2);
		out->next_uid = (uint32_t)column_number(&q, 3);
		out->reconciled_at = column_number(&q, 4);
	}
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

int
store_cursor_begin(struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uidnext, int64_t now,
    struct store_cursor *out, struct err *e)
{
	if (cursor_load(s, mailbox, out, e))
		return -1;
	if (out->started_at && out->uidvalidity == uidvalidity)
		return 0;
	out->old_below = out->started_at ? 0 : uidnext;
	out->started_at = out->started_at ? out->started_at : now;
	out->uidvalidity = uidvalidity;
	out->next_uid = 1;
	return RUN(s, NULL, e,
	    "INSERT INTO mailbox_state (mailbox, started_at, uidvalidity, old_below, next_uid)"
	    " VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT (mailbox)"
	    " DO UPDATE SET started_at = ?2, uidvalidity = ?3, old_below = ?4, next_uid = 1,"
	    " look_again = NULL, suspect_uid = NULL, suspect_times = 0",
	    TEXT(mailbox), NUMBER(out->started_at), NUMBER(uidvalidity), NUMBER(out->old_below));
}

/* One statement in a transaction of its own; of one that returns a row, *number is its first column. */
static int
write_number(struct store *s, const char *sql, const struct bind *values, size_t n, int64_t *number, struct err *e)
{
	struct query q;
	int rc;

	if (store_begin(s, e) < 0)
		return -1;
	query_open(&q, s, sql, values, n);
	while ((rc = query_step(&q, e)) == 1)
		if (number)
			*number = column_number(&q, 0);
	query_close(&q);
	if (rc == 0)
		rc = store_commit(s, e);
	if (rc < 0)
		store_rollback(s);
	return rc;
}

int
store_cursor_started(struct store *s, struct str mailbox, int *starts, struct err *e)
{
	const struct bind values[] = { TEXT(mailbox) };
	int64_t n = 0;
	int rc = write_number(s,
	    "INSERT INTO mailbox_state (mailbox, starts) VALUES (?, 1)"
	    " ON CONFLICT (mailbox) DO UPDATE SET starts = starts + 1 RETURNING starts",
	    values, 1, &n, e);

	*starts = (int)n;
	return rc;
}

int
store_cursor_suspect(struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uid, int *times, struct err *e)
{
	const struct bind values[] = { TEXT(mailbox), NUMBER(uidvalidity), NUMBER(uid) };
	int64_t n = 0;
	int rc = write_number(s,
	    "UPDATE mailbox_state SET suspect_times = CASE WHEN suspect_uid = ?3 THEN suspect_times + 1 ELSE 1 END,"
	    " suspect_uid = ?3 WHERE mailbox = ?1 AND uidvalidity = ?2 RETURNING suspect_times",
	    values, 3, &n, e);

	*times = (int)n;
	return rc;
}

int
store_cursor_look_again(struct store *s, struct str mailbox, uint32_t uid, struct err *e)
{
	const struct bind values[] = { TEXT(mailbox), NUMBER(uid) };

	return write_number(s,
	    "UPDATE mailbox_state SET look_again = min(coalesce(look_again, ?2), ?2) WHERE mailbox = ?1", values, 2,
	    NULL, e);
}

int
store_cursor_take_order(struct store *s, struct str mailbox, uint32_t *next_uid, struct err *e)
{
	const struct bind values[] = { TEXT(mailbox) };
	int64_t uid = 0;
	struct query q;
	int rc;

	query_open(
	    &q, s, "SELECT look_again FROM mailbox_state WHERE mailbox = ? AND look_again IS NOT NULL", values, 1);
	rc = query_step(&q, e);
	query_close(&q);
	if (rc != 1)
		return rc;
	rc = write_number(s,
	    "UPDATE mailbox_state SET next_uid = min(next_uid, look_again), look_again = NULL WHERE mailbox = ?"
	    " RETURNING next_uid",
	    values, 1, &uid, e);
	if (rc == 0 && uid > 0 && (uint32_t)uid < *next_uid)
		*next_uid = (uint32_t)uid;
	return rc;
}

int
store_cursor_reconciled(struct store *s, struct str mailbox, int64_t now, struct err *e)
{
	const struct bind values[] = { TEXT(mailbox), NUMBER(now) };

	return write_number(s, "UPDATE mailbox_state SET reconciled_at = ?2 WHERE mailbox = ?1", values, 2, NULL, e);
}
