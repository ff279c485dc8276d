/* SPDX-License-Identifier: ISC
 * cases.c: finding, listing and searching cases.
 *
 * A list's statement is put together from constant pieces, one index leading: the values are always bound. Every list
 * is newest update first.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_cases.h"

#include <stdio.h>

#define CASE                                                                                                           \
	"c.id, c.number, c.reference, c.type, c.sub_type, c.subject, c.status, c.sub_status, c.priority, "             \
	"c.opened_at, c.modified_at, c.version, c.is_closed, c.deployment, c.contact, c.owner, "                       \
	"(SELECT max(r.id) FROM request r WHERE r.case_id = c.id), c.escalated_to, c.escalated_at, "                   \
	"(SELECT m.number FROM cases m WHERE m.id = c.merged_into), "                                                  \
	"(SELECT m.number FROM cases m WHERE m.id = c.split_from)"
#define LIST_MOST 1000
#define MERGES_MOST 64

static int
case_row(struct query *q, struct arena *a, struct case_view *out, struct err *e)
{
	*out = (struct case_view){
		.id = column_number(q, 0),
		.number = column_text(q, 1, a),
		.reference = column_text(q, 2, a),
		.type = column_text(q, 3, a),
		.sub_type = column_text(q, 4, a),
		.subject = column_text(q, 5, a),
		.status = column_text(q, 6, a),
		.sub_status = column_text(q, 7, a),
		.priority = column_text(q, 8, a),
		.opened_at = column_number(q, 9),
		.modified_at = column_number(q, 10),
		.version = column_number(q, 11),
		.is_closed = column_number(q, 12),
		.request = column_number(q, 16),
		.escalated_at = column_number(q, 18),
		.merged_into = column_text(q, 19, a),
		.split_from = column_text(q, 20, a),
	};
	if (deployment_get(q->s, column_number(q, 13), a, &out->deployment, e) ||
	    person_get(q->s, column_number(q, 14), a, &out->contact, e) ||
	    person_get(q->s, column_number(q, 15), a, &out->owner, e) ||
	    person_get(q->s, column_number(q, 17), a, &out->escalated_to, e))
		return -1;
	return 0;
}

int
store_case_get(struct store *s, int64_t id, struct arena *a, struct case_view *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " CASE " FROM cases c WHERE c.id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = case_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such case");
	return rc == 1 ? 0 : -1;
}

int
store_case_find(struct store *s, struct str number, struct arena *a, struct case_view *out, struct err *e)
{
	struct query q;
	long long v;
	char padded[24];
	int rc;

	if (!str_to_number(number, &v))
		return err_set(e, ERR_REJECT, "\"%.*s\" is no case number", STR_ARGS(number));
	snprintf(padded, sizeof(padded), "%08lld", v);
	QUERY(&q, s, "SELECT " CASE " FROM cases c WHERE c.number = ?", Z(padded));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = case_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no case %s", padded);
	return rc == 1 ? 0 : -1;
}

int
store_case_description(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT description FROM cases WHERE id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = column_text(&q, 0, a);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such case");
	return rc == 1 ? 0 : -1;
}

int
case_resolve(struct store *s, int64_t id, int64_t *out, struct err *e)
{
	for (int i = 0; i < MERGES_MOST; i++) {
		struct query q;
		int64_t next = 0;
		int rc;

		QUERY(&q, s, "SELECT merged_into FROM cases WHERE id = ?", NUMBER(id));
		rc = query_step(&q, e);
		if (rc == 1)
			next = column_number(&q, 0);
		query_close(&q);
		if (rc < 0)
			return -1;
		if (next == 0) {
			*out = rc == 1 ? id : 0;
			return 0;
		}
		id = next;
	}
	return err_set(e, ERR_FATAL, "store: case %lld was merged in a circle", (long long)id);
}

static int
cases_load(struct query *q, struct arena *a, struct case_view **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	int rc;

	while ((rc = query_step(q, e)) == 1)
		if (case_row(q, a, list_add(&l, a, sizeof(**out)), e)) {
			rc = -1;
			break;
		}
	query_close(q);
	*out = l.items;
	*n = l.n;
	return rc;
}

/* Adds one condition. The first of a statement leads by its index; the unary plus keeps the others from doing so. */
static void
condition_add(struct buf *sql, struct bind *values, size_t *n, const char *column, const char *test, struct bind v)
{
	buf_add_format(sql, "%s%sc.%s %s", *n ? " AND " : "", *n ? "+" : "", column, test);
	values[(*n)++] = v;
}

int
store_case_list(struct store *s, const struct store_case_filter *f, struct arena *a, struct case_view **out, size_t *n,
    struct err *e)
{
	struct bind v[12];
	struct buf sql;
	struct query q;
	size_t k = 0, max = f->max && f->max < LIST_MOST ? f->max : LIST_MOST;
	int rc;

	buf_init(&sql, 4096);
	buf_add_z(&sql, "SELECT " CASE " FROM cases c WHERE ");
	if (f->contact)
		condition_add(&sql, v, &k, "contact", "= ?", NUMBER(f->contact));
	if (f->owner)
		condition_add(&sql, v, &k, "owner", "= ?", NUMBER(f->owner));
	if (f->deployment)
		condition_add(&sql, v, &k, "deployment", "= ?", NUMBER(f->deployment));
	if (f->organisation)
		condition_add(&sql, v, &k, "organisation", "= ?", NUMBER(f->organisation));
	if (f->status.n)
		condition_add(&sql, v, &k, "status", "= ?", TEXT(f->status));
	if (f->type.n)
		condition_add(&sql, v, &k, "type", "= ?", TEXT(f->type));
	if (f->product.n)
		condition_add(
		    &sql, v, &k, "deployment", "IN (SELECT id FROM deployment WHERE product = ?)", TEXT(f->product));
	buf_add_format(&sql, "%sc.modified_at >= ?%s ORDER BY c.modified_at DESC, c.id DESC LIMIT ? OFFSET ?",
	    k ? " AND " : "", f->open_only ? " AND c.is_closed = 0" : "");
	v[k++] = NUMBER(f->since);
	v[k++] = NUMBER(max);
	v[k++] = NUMBER(f->offset);
	query_open(&q, s, buf_z(&sql), v, k);
	rc = cases_load(&q, a, out, n, e);
	buf_free(&sql);
	return rc;
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

int
store_case_search(
    struct store *s, struct str words, size_t max, struct arena *a, struct case_view **out, size_t *n, struct err *e)
{
	struct str match = search_words(words, a), number = str_trim(words);
	long long v;
	char padded[24] = "";
	struct query q;

	*out = NULL;
	*n = 0;
	if (match.n == 0)
		return 0;
	if (str_to_number(number, &v))
		snprintf(padded, sizeof(padded), "%08lld", v);
	QUERY(&q, s,
	    "SELECT " CASE " FROM cases c WHERE c.id IN"
	    " (SELECT rowid FROM (SELECT rowid FROM case_search WHERE case_search MATCH ?1 ORDER BY rowid DESC LIMIT "
	    "5000)"
	    " UNION SELECT u.case_id FROM (SELECT rowid AS id FROM update_search WHERE update_search MATCH ?1"
	    " ORDER BY rowid DESC LIMIT 5000) x CROSS JOIN case_update u ON u.id = x.id"
	    " UNION SELECT id FROM cases WHERE number = ?2)"
	    " ORDER BY c.modified_at DESC, c.id DESC LIMIT ?3",
	    TEXT(match), Z(padded), NUMBER(max && max < LIST_MOST ? max : LIST_MOST));
	return cases_load(&q, a, out, n, e);
}
