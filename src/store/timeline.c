/* SPDX-License-Identifier: ISC
 * timeline.c: what happened in a case, oldest first: updates, changes of status and owner, notices. Three lists by
 * index, then one stable sort by time.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_cases.h"

#include <stdlib.h>

struct numbered {
	struct store_entry entry;
	size_t position; /* keeps rows of the same time in order */
};

static int
attachments_load(struct store *s, int64_t update, struct arena *a, struct store_entry *out, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT t.id, t.name, t.type, b.sha256, b.size FROM attachment t JOIN blob b ON b.id = t.blob"
	    " WHERE t.case_update = ? ORDER BY t.id",
	    NUMBER(update));
	while ((rc = query_step(&q, e)) == 1) {
		struct store_attachment *t = list_add(&l, a, sizeof(*t));

		t->id = column_number(&q, 0);
		t->name = column_text(&q, 1, a);
		t->type = column_text(&q, 2, a);
		t->sha256 = column_text(&q, 3, a);
		t->size = column_number(&q, 4);
	}
	query_close(&q);
	out->attachments = l.items;
	out->n_attachments = l.n;
	return rc;
}

static struct store_entry *
entry_add(struct list *l, struct arena *a, enum entry_kind kind)
{
	struct numbered *n = list_add(l, a, sizeof(*n));

	*n = (struct numbered){ .position = l->n };
	n->entry.kind = kind;
	return &n->entry;
}

static int
updates_load(struct store *s, int64_t id, struct arena *a, struct list *l, struct err *e)
{
	struct query q;
	int rc, way, visibility;

	QUERY(&q, s,
	    "SELECT id, at, person, who, way, visibility, message, text, cut FROM case_update WHERE case_id = ?"
	    " ORDER BY id",
	    NUMBER(id));
	while ((rc = query_step(&q, e)) == 1) {
		struct store_entry *t = entry_add(l, a, ENTRY_UPDATE);

		t->update = column_number(&q, 0);
		t->at = column_number(&q, 1);
		t->who = column_text(&q, 3, a);
		t->message = column_number(&q, 6);
		t->text = column_text(&q, 7, a);
		t->cut = column_text(&q, 8, a);
		if (name_column(&q, 4, NAMES_WAY, &way, e) || name_column(&q, 5, NAMES_VISIBILITY, &visibility, e) ||
		    person_get(s, column_number(&q, 2), a, &t->author, e) ||
		    attachments_load(s, column_number(&q, 0), a, t, e)) {
			rc = -1;
			break;
		}
		t->way = (enum way)way;
		t->visibility = (enum visibility)visibility;
	}
	query_close(&q);
	return rc;
}

static int
statuses_load(struct store *s, int64_t id, struct arena *a, struct list *l, struct err *e)
{
	struct query q;
	int rc;

	QUERY(
	    &q, s, "SELECT at, who, message, before, after FROM case_status WHERE case_id = ? ORDER BY id", NUMBER(id));
	while ((rc = query_step(&q, e)) == 1) {
		struct store_entry *t = entry_add(l, a, ENTRY_STATUS);

		t->at = column_number(&q, 0);
		t->who = column_text(&q, 1, a);
		t->message = column_number(&q, 2);
		t->before = column_text(&q, 3, a);
		t->after = column_text(&q, 4, a);
	}
	query_close(&q);
	return rc;
}

static int
notices_load(struct store *s, int64_t id, struct arena *a, struct list *l, struct err *e)
{
	struct query q;
	int rc, kind;

	QUERY(&q, s,
	    "SELECT id, created_at, message, kind, to_address, CASE WHEN bounced_at IS NULL THEN state ELSE 'bounced' "
	    "END"
	    " FROM outbox WHERE case_id = ? ORDER BY id",
	    NUMBER(id));
	while ((rc = query_step(&q, e)) == 1) {
		struct store_entry *t = entry_add(l, a, ENTRY_NOTICE);

		t->letter = column_number(&q, 0);
		t->at = column_number(&q, 1);
		t->message = column_number(&q, 2);
		t->who = STR("system");
		t->to = column_text(&q, 4, a);
		t->state = column_text(&q, 5, a);
		if (name_column(&q, 3, NAMES_NOTICE, &kind, e)) {
			rc = -1;
			break;
		}
		t->notice = (enum notice_kind)kind;
	}
	query_close(&q);
	return rc;
}

static int
by_time(const void *x, const void *y)
{
	const struct numbered *a = x, *b = y;

	if (a->entry.at != b->entry.at)
		return a->entry.at < b->entry.at ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

int
store_case_timeline(struct store *s, int64_t id, struct arena *a, struct store_entry **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct numbered *all;

	if (updates_load(s, id, a, &l, e) || statuses_load(s, id, a, &l, e) || notices_load(s, id, a, &l, e))
		return -1;
	all = l.items;
	if (l.n)
		qsort(all, l.n, sizeof(*all), by_time);
	*out = arena_array(a, l.n, sizeof(**out));
	for (size_t i = 0; i < l.n; i++)
		(*out)[i] = all[i].entry;
	*n = l.n;
	return 0;
}

int
store_attachment_content(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e)
{
	struct query q;
	int64_t blob = 0;
	int rc;

	QUERY(&q, s, "SELECT blob FROM attachment WHERE id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		blob = column_number(&q, 0);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such attachment");
	return rc == 1 ? blob_get(s, blob, a, out, e) : -1;
}
