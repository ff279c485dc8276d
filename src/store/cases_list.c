/* SPDX-License-Identifier: ISC
 * cases_list.c: lists of cases: filtered, sorted, searched.
 *
 * A list's statement is put together from constant pieces, the values are always bound. One index leads: that of the
 * first condition, or that of the order where there is none, so that a first page never walks the table. The unary plus
 * keeps the other conditions from leading.
 */
#include "config.h"

#include "store/cases.h"
#include "store/store_cases.h"

#include <stdio.h>
#include <stdlib.h>

#define LIST_MOST 1000
#define MATCHES_MOST "1000" /* of a common word, the newest cases and updates that are looked at */
#define SQL_MOST 8192
#define VALUES_MOST 40

struct selection {
	struct buf sql;
	struct bind values[VALUES_MOST];
	size_t n;
	bool led;         /* a condition leads already */
	struct str match; /* what FTS5 is asked for; empty: nothing */
	char number[24];  /* the case number that was searched for */
};

static const struct {
	const char *column, *least, *order, *reverse;
} sorts[] = {
	[CASE_SORT_MODIFIED] = { "modified_at", "0", "c.modified_at DESC, c.id DESC", "c.modified_at, c.id" },
	[CASE_SORT_OPENED] = { "opened_at", "0", "c.opened_at DESC, c.id DESC", "c.opened_at, c.id" },
	[CASE_SORT_NUMBER] = { "number", "''", "c.number", "c.number DESC" },
	[CASE_SORT_PRIORITY] = { "priority_rank", "0", "c.priority_rank DESC, c.modified_at DESC, c.id DESC",
	    "c.priority_rank, c.modified_at, c.id" },
};

static void
condition_add(struct selection *q, const char *column, const char *test, struct bind v)
{
	buf_add_format(&q->sql, "%sc.%s %s AND ", q->led ? "+" : "", column, test);
	q->values[q->n++] = v;
	q->led = true;
}

static void
number_add(struct selection *q, const char *column, int64_t id)
{
	if (id)
		condition_add(q, column, "= ?", NUMBER(id));
}

static void
text_add(struct selection *q, const char *column, const char *test, struct str s)
{
	if (s.n)
		condition_add(q, column, test, TEXT(s));
}

/* Of a column without an index: it never leads. */
static void
rest_add(struct selection *q, const char *column, struct str s)
{
	if (s.n == 0)
		return;
	buf_add_format(&q->sql, "+c.%s = ? AND ", column);
	q->values[q->n++] = TEXT(s);
}

static void
match_add(struct selection *q)
{
	if (q->match.n == 0)
		return;
	buf_add_z(&q->sql,
	    "c.id IN (SELECT rowid FROM (SELECT rowid FROM case_search WHERE case_search MATCH ?"
	    " ORDER BY rowid DESC LIMIT " MATCHES_MOST ")"
	    " UNION SELECT u.case_id FROM (SELECT rowid AS id FROM update_search WHERE update_search MATCH ?"
	    " ORDER BY rowid DESC LIMIT " MATCHES_MOST ") x CROSS JOIN case_update u ON u.id = x.id"
	    " UNION SELECT id FROM cases WHERE number = ?) AND ");
	q->values[q->n++] = TEXT(q->match);
	q->values[q->n++] = TEXT(q->match);
	q->values[q->n++] = Z(q->number);
	q->led = true;
}

/* person: the column that f->mine is compared with, or NULL. The narrowest come first. */
static void
conditions_add(struct selection *q, const struct store_case_filter *f, const char *person)
{
	const bool by_time = f->sort == CASE_SORT_MODIFIED;

	q->led = false;
	match_add(q);
	if (person)
		number_add(q, person, f->mine);
	number_add(q, "contact", f->contact);
	number_add(q, "owner", f->owner);
	number_add(q, "deployment", f->deployment);
	number_add(q, "organisation", f->organisation);
	text_add(q, "deployment", "IN (SELECT id FROM deployment WHERE product = ?)", f->product);
	text_add(q, "status", "= ?", f->status);
	text_add(q, "type", "= ?", f->type);
	rest_add(q, "sub_type", f->sub_type);
	rest_add(q, "sub_status", f->sub_status);
	if (f->open_only)
		buf_add_z(&q->sql, "c.is_closed = 0 AND ");
	if (f->closed_only)
		buf_add_z(&q->sql, "c.is_closed = 1 AND ");
	if (!q->led && !by_time)
		buf_add_format(&q->sql, "c.%s >= %s AND ", sorts[f->sort].column, sorts[f->sort].least);
	buf_add_format(&q->sql, "%sc.modified_at >= ?", by_time && q->match.n == 0 ? "" : "+");
	q->values[q->n++] = NUMBER(f->since);
}

static void
limit_add(struct selection *q, const struct store_case_filter *f, int64_t most, size_t offset)
{
	buf_add_format(
	    &q->sql, " ORDER BY %s LIMIT ? OFFSET ?", f->reverse ? sorts[f->sort].reverse : sorts[f->sort].order);
	q->values[q->n++] = NUMBER(most);
	q->values[q->n++] = NUMBER(offset);
}

/* Cases in which one person is contact or owner: the first of each by its own index. */
static void
mine_add(struct selection *q, const struct store_case_filter *f, int64_t most)
{
	int64_t each = most < 0 ? -1 : most + (int64_t)f->offset;

	buf_add_z(&q->sql,
	    "SELECT " CASE_COLUMNS " FROM cases c WHERE c.id IN (SELECT id FROM (SELECT c.id FROM cases c WHERE ");
	conditions_add(q, f, "contact");
	limit_add(q, f, each, 0);
	buf_add_z(&q->sql, ") UNION SELECT id FROM (SELECT c.id FROM cases c WHERE ");
	conditions_add(q, f, "owner");
	limit_add(q, f, each, 0);
	buf_add_z(&q->sql, "))");
	limit_add(q, f, most, f->offset);
}

/* Each word in quotes: what FTS5 would read as its own language is data. */
static struct str
search_words(struct str words, struct arena *a)
{
	struct buf b;
	struct str word, out;

	buf_init(&b, 4096);
	words = str_head(words, 1000);
	while (str_next_field(&words, ' ', &word)) {
		word = str_trim(word);
		if (word.n == 0)
			continue;
		buf_add_z(&b, b.n ? " \"" : "\"");
		for (size_t i = 0; i < word.n; i++)
			if (word.p[i] != '"' && word.p[i] != '\0')
				buf_add_char(&b, word.p[i]);
		buf_add_char(&b, '"');
	}
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* Between selection_open and selection_close, which come in pairs, q is to be stepped. most: -1 for no end. */
static void
selection_open(struct selection *x, struct query *q, struct store *s, const struct store_case_filter *f, int64_t most,
    struct arena *a)
{
	long long v;

	*x = (struct selection){ .match = f->words.n ? search_words(f->words, a) : STR_NONE };
	if (str_to_number(str_trim(f->words), &v))
		snprintf(x->number, sizeof(x->number), "%08lld", v);
	buf_init(&x->sql, SQL_MOST);
	if (f->mine) {
		mine_add(x, f, most);
	} else {
		buf_add_z(&x->sql, "SELECT " CASE_COLUMNS " FROM cases c WHERE ");
		conditions_add(x, f, NULL);
		limit_add(x, f, most, f->offset);
	}
	query_open(q, s, buf_z(&x->sql), x->values, x->n);
}

static void
selection_close(struct selection *x, struct query *q)
{
	query_close(q);
	buf_free(&x->sql);
}

/* Words that hold nothing to search for find nothing. */
static bool
finds_nothing(const struct store_case_filter *f, struct arena *a)
{
	return f->words.n && search_words(f->words, a).n == 0;
}

int
store_case_list(struct store *s, const struct store_case_filter *f, struct arena *a, struct case_view **out, size_t *n,
    struct err *e)
{
	struct list l = { 0 };
	struct selection x;
	struct query q;
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (finds_nothing(f, a))
		return 0;
	selection_open(&x, &q, s, f, f->max ? (int64_t)f->max : LIST_MOST, a);
	while ((rc = query_step(&q, e)) == 1)
		if (case_row(&q, a, list_add(&l, a, sizeof(**out)), e)) {
			rc = -1;
			break;
		}
	selection_close(&x, &q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_case_each(struct store *s, const struct store_case_filter *f, struct arena *room,
    int (*call)(void *context, const struct case_view *c, struct err *e), void *context, struct err *e)
{
	struct arena *words = arena_open(1 << 16);
	struct selection x;
	struct query q;
	int rc = 0;

	if (!finds_nothing(f, words)) {
		selection_open(&x, &q, s, f, f->max ? (int64_t)f->max : -1, words);
		while ((rc = query_step(&q, e)) == 1) {
			struct case_view c;

			if (case_row(&q, room, &c, e) || call(context, &c, e)) {
				rc = -1;
				break;
			}
			arena_reset(room);
		}
		selection_close(&x, &q);
	}
	arena_close(&words);
	return rc;
}

static int
snippet_load(struct query *q, struct arena *a, struct str *out, struct err *e)
{
	int rc = query_step(q, e);

	if (rc == 1)
		*out = column_text(q, 0, a);
	query_close(q);
	return rc;
}

/* Of the case itself, else of its newest update with the words. */
static int
snippet_find(
    struct store *s, struct str match, int64_t id, int64_t update, struct arena *a, struct str *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT snippet(case_search, -1, '[', ']', '...', 16) FROM case_search"
	    " WHERE case_search MATCH ? AND rowid = ?",
	    TEXT(match), NUMBER(id));
	if ((rc = snippet_load(&q, a, out, e)) == 0 && update) {
		QUERY(&q, s,
		    "SELECT snippet(update_search, 0, '[', ']', '...', 16) FROM update_search"
		    " WHERE update_search MATCH ? AND rowid = ?",
		    TEXT(match), NUMBER(update));
		rc = snippet_load(&q, a, out, e);
	}
	return rc < 0 ? -1 : 0;
}

struct match_update {
	int64_t case_id, id;
};

/* The newest update with the words of each case, out of those match_add looks at: one question for all cases, because
 * the index of a common word is long to look through. */
static int
updates_find(struct store *s, struct str match, struct arena *a, struct match_update **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT u.case_id, max(u.id) FROM (SELECT rowid AS id FROM update_search WHERE update_search MATCH ?"
	    " ORDER BY rowid DESC LIMIT " MATCHES_MOST ") x CROSS JOIN case_update u ON u.id = x.id GROUP BY u.case_id",
	    TEXT(match));
	while ((rc = query_step(&q, e)) == 1) {
		struct match_update *m = list_add(&l, a, sizeof(*m));

		m->case_id = column_number(&q, 0);
		m->id = column_number(&q, 1);
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

static int
by_case(const void *x, const void *y)
{
	const struct match_update *a = x, *b = y;

	return a->case_id < b->case_id ? -1 : a->case_id > b->case_id;
}

int
store_case_search(struct store *s, const struct store_case_filter *f, struct arena *a, struct store_found **out,
    size_t *n, struct err *e)
{
	struct str match = search_words(f->words, a);
	struct match_update *updates;
	struct case_view *cases = NULL;
	size_t n_updates;

	*out = NULL;
	*n = 0;
	if (match.n == 0)
		return 0;
	if (store_case_list(s, f, a, &cases, n, e) || updates_find(s, match, a, &updates, &n_updates, e))
		return -1;
	if (cases == NULL)
		return 0;
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		struct match_update key = { .case_id = cases[i].id }, *u = NULL;

		if (n_updates)
			u = bsearch(&key, updates, n_updates, sizeof(key), by_case);
		(*out)[i].c = cases[i];
		if (snippet_find(s, match, cases[i].id, u ? u->id : 0, a, &(*out)[i].snippet, e))
			return -1;
	}
	return 0;
}
