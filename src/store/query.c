/* SPDX-License-Identifier: ISC
 * query.c: prepared statements, kept per connection by their text, and what SQLite's answers mean to a caller.
 *
 * Values are always bound, never written into the text. Texts with NUL are refused here, so none is ever stored. A
 * write needs the transaction the caller opened: where SQLite gave it up by itself (disk full), the next write fails
 * instead of standing alone.
 */
#include "config.h"

#include "store/internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
store_error(struct store *s, int rc, const char *doing, struct err *e)
{
	enum err_kind kind = ERR_FATAL;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
	case SQLITE_INTERRUPT:
	case SQLITE_NOMEM:
		kind = ERR_RETRY;
		break;
	case SQLITE_READONLY:
		kind = rc == SQLITE_READONLY_DBMOVED ? ERR_FATAL : ERR_RETRY;
		break;
	case SQLITE_TOOBIG:
		kind = ERR_REJECT;
		break;
	case SQLITE_CONSTRAINT: /* what this item refers to is not there, or taken; a trigger of ours is an invariant */
		kind = rc == SQLITE_CONSTRAINT_TRIGGER ? ERR_FATAL : ERR_REJECT;
		break;
	default:
		break;
	}
	return err_set(e, kind, "store: %s: %s (%d)%s", doing,
	    s && s->db && sqlite3_extended_errcode(s->db) == rc ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc), rc,
	    (rc & 0xff) == SQLITE_CORRUPT ? "; stop the daemon, keep a copy, and restore the last backup" : "");
}

static struct statement *
statement_find(struct store *s, const char *sql, int *rc)
{
	uint32_t h = 2166136261u;
	struct statement *st;

	for (const char *p = sql; *p; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	for (st = s->cache[h % STORE_BUCKETS]; st; st = st->next)
		if (strcmp(st->sql, sql) == 0)
			return st;
	st = calloc(1, sizeof(*st));
	if (st == NULL || (st->sql = strdup(sql)) == NULL)
		abort();
	*rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->handle, NULL);
	if (*rc != SQLITE_OK) {
		free(st->sql);
		free(st);
		return NULL;
	}
	st->next = s->cache[h % STORE_BUCKETS];
	s->cache[h % STORE_BUCKETS] = st;
	return st;
}

static int
value_bind(sqlite3_stmt *h, int i, const struct bind *v, bool *has_nul)
{
	const char *p = v->text.n ? v->text.p : "";

	switch (v->kind) {
	case BIND_NUMBER:
		return sqlite3_bind_int64(h, i, v->number);
	case BIND_TEXT:
		if (v->text.n && memchr(p, '\0', v->text.n))
			*has_nul = true;
		return sqlite3_bind_text64(h, i, p, v->text.n, SQLITE_STATIC, SQLITE_UTF8);
	case BIND_BLOB:
		return sqlite3_bind_blob64(h, i, p, v->text.n, SQLITE_STATIC);
	case BIND_NULL:
		break;
	}
	return sqlite3_bind_null(h, i);
}

void
query_open(struct query *q, struct store *s, const char *sql, const struct bind *values, size_t n)
{
	*q = (struct query){ .s = s, .rc = SQLITE_OK };
	q->st = statement_find(s, sql, &q->rc);
	if (q->st == NULL)
		return;
	assert(!q->st->in_use); /* a query inside itself would lose its place */
	assert((int)n == sqlite3_bind_parameter_count(q->st->handle));
	q->st->in_use = true;
	for (size_t i = 0; i < n && q->rc == SQLITE_OK; i++)
		q->rc = value_bind(q->st->handle, (int)i + 1, &values[i], &q->has_nul);
}

static int
write_check(struct query *q, struct err *e)
{
	if (!q->s->in_transaction)
		return err_set(e, ERR_FATAL, "store: a change outside a transaction");
	if (sqlite3_get_autocommit(q->s->db))
		return err_set(e, ERR_RETRY, "store: the transaction was given up after an earlier error");
	return 0;
}

int
query_step(struct query *q, struct err *e)
{
	struct store *s = q->s;
	bool writes = q->st && !sqlite3_stmt_readonly(q->st->handle);

	if (q->rc != SQLITE_OK)
		goto failed;
	if (q->has_nul) {
		s->failed = s->failed || writes;
		return err_set(e, ERR_REJECT, "store: a text holds NUL");
	}
	if (writes && write_check(q, e))
		return -1;
	q->rc = sqlite3_step(q->st->handle);
	if (q->rc == SQLITE_ROW) {
		q->rc = SQLITE_OK;
		return 1;
	}
	if (q->rc == SQLITE_DONE)
		return 0;
failed:
	s->failed = s->failed || writes;
	return store_error(s, q->rc, writes ? "writing" : "reading", e);
}

void
query_close(struct query *q)
{
	if (q->st == NULL)
		return;
	sqlite3_reset(q->st->handle);
	sqlite3_clear_bindings(q->st->handle);
	q->st->in_use = false;
	q->st = NULL;
}

int
query_finish(struct query *q, int64_t *changes, struct err *e)
{
	int rc;

	while ((rc = query_step(q, e)) == 1)
		continue;
	if (rc == 0 && changes)
		*changes = sqlite3_changes64(q->s->db);
	query_close(q);
	return rc;
}

int
query_run(struct store *s, const char *sql, const struct bind *values, size_t n, int64_t *changes, struct err *e)
{
	struct query q;

	query_open(&q, s, sql, values, n);
	return query_finish(&q, changes, e);
}

int64_t
store_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int64_t
column_number(struct query *q, int i)
{
	return sqlite3_column_int64(q->st->handle, i);
}

struct str
column_text(struct query *q, int i, struct arena *a)
{
	const void *p = sqlite3_column_blob(q->st->handle, i);
	int n = sqlite3_column_bytes(q->st->handle, i);

	if (p == NULL || n <= 0)
		return STR_NONE;
	return arena_copy(a, (struct str){ p, (size_t)n });
}

void *
list_add(struct list *l, struct arena *a, size_t size)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		void *p = arena_array(a, cap, size);

		if (l->n)
			memcpy(p, l->items, l->n * size);
		l->items = p;
		l->cap = cap;
	}
	return (char *)l->items + size * l->n++;
}

void
store_each_statement(struct store *s, void (*call)(void *context, const char *sql), void *context)
{
	for (size_t i = 0; i < STORE_BUCKETS; i++)
		for (struct statement *st = s->cache[i]; st; st = st->next)
			call(context, st->sql);
}
