/* SPDX-License-Identifier: ISC
 * internal.h: what the files of src/store share; the only header that knows SQLite. Nobody else includes it.
 */
#ifndef CASEMAIL_STORE_INTERNAL_H
#define CASEMAIL_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store/names.h"
#include "store/store.h"

#define STORE_APPLICATION 0x63736d6c /* "csml" */
#define STORE_VERSION 1
#define STORE_BUSY_MS 10000
#define STORE_BUCKETS 256

struct statement {
	sqlite3_stmt *handle;
	char *sql;
	bool in_use;
	struct statement *next;
};

struct store {
	sqlite3 *db;
	struct statement *cache[STORE_BUCKETS]; /* by text; as many as the code has queries */
	bool in_transaction;
	bool failed; /* a write of this transaction failed: it must not be committed */
};

/* One value of a statement, in the order of its parameters. The text must live until query_close. */
struct bind {
	enum { BIND_NUMBER, BIND_TEXT, BIND_BLOB, BIND_NULL } kind;
	int64_t number;
	struct str text;
};
#define NUMBER(v) ((struct bind){ .kind = BIND_NUMBER, .number = (int64_t)(v) })
#define ID(v) ((struct bind){ .kind = (v) > 0 ? BIND_NUMBER : BIND_NULL, .number = (int64_t)(v) }) /* 0: NULL */
#define TEXT(s) ((struct bind){ .kind = BIND_TEXT, .text = (s) })
#define Z(z) ((struct bind){ .kind = BIND_TEXT, .text = str_of(z) })
#define BYTES(s) ((struct bind){ .kind = BIND_BLOB, .text = (s) })

/* A statement being run. After query_open always query_close; errors of opening come out of the first step. */
struct query {
	struct store *s;
	struct statement *st;
	int rc;
	bool has_nul;
};
void query_open(struct query *q, struct store *s, const char *sql, const struct bind *values, size_t n);
#define QUERY(q, s, sql, ...)                                                                                          \
	query_open((q), (s), (sql), (const struct bind[]){ __VA_ARGS__ },                                              \
	    sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind))
/* 1: a row; 0: no more; -1 and *e. A write outside a transaction is ERR_FATAL. */
int query_step(struct query *q, struct err *e);
void query_close(struct query *q);
/* Step to the end and close. *changes may be NULL. */
int query_finish(struct query *q, int64_t *changes, struct err *e);
int query_run(struct store *s, const char *sql, const struct bind *values, size_t n, int64_t *changes, struct err *e);
#define RUN(s, changes, e, sql, ...)                                                                                   \
	query_run((s), (sql), (const struct bind[]){ __VA_ARGS__ },                                                    \
	    sizeof((const struct bind[]){ __VA_ARGS__ }) / sizeof(struct bind), (changes), (e))
int64_t store_last_id(struct store *s);

/* Columns of the present row, from 0. Text is copied into the arena. */
int64_t column_number(struct query *q, int i); /* NULL: 0 */
struct str column_text(struct query *q, int i, struct arena *a);

/* Turns what SQLite said into *e: -1. */
int store_error(struct store *s, int rc, const char *doing, struct err *e);

struct list { /* an array that grows in an arena */
	void *items;
	size_t n, cap;
};
void *list_add(struct list *l, struct arena *a, size_t size);

/* Every cached statement, for the test of query plans. */
void store_each_statement(struct store *s, void (*call)(void *context, const char *sql), void *context);

/* people.c */
struct str address_key(struct arena *a, struct str address); /* how an address is compared: ASCII lower case */
int person_get(struct store *s, int64_t id, struct arena *a, struct person *out, struct err *e); /* 0: nobody */
int person_by_address(struct store *s, struct str address, struct arena *a, struct person *out, struct err *e);
int deployment_get(struct store *s, int64_t id, struct arena *a, struct deployment *out, struct err *e);
struct str person_label(struct arena *a, const struct person *p); /* "Eva Berg <eva@acme.example>" */
/* Who may decide about d now, for grantee (0: no person yet): approvers, and their delegates. */
int approvers_of(struct store *s, const struct deployment *d, int64_t grantee, struct arena *a, struct person **out,
    size_t *n, struct err *e);
int access_give(struct store *s, int64_t person, int64_t deployment, enum access_level level, struct str by,
    int64_t now, struct err *e);

/* cases.c */
int case_resolve(struct store *s, int64_t id, int64_t *out, struct err *e); /* where merges lead to */

/* blob.c: content by its SHA-256: hex where this process computed it, NULL otherwise. */
int blob_add(struct store *s, struct str content, int64_t now, int64_t *id, const char *hex, struct err *e);
int blob_get(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e);

/* letters.c: the token in a Message-ID or sub-address, or empty. */
struct str outbox_token(struct str address, struct str key);

#endif
