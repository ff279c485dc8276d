/* SPDX-License-Identifier: ISC
 * outbox.c: letters as they are shown. What is shown has the token left out, and a letter that was sent or cancelled
 * keeps none: Message-ID becomes redacted.KEY@domain, and text and HTML lose it too.
 */
#include "config.h"

#include "store/internal.h"
#include "store/outbox_row.h"

#include <string.h>

#define LETTER                                                                                                         \
	"o.id, o.created_at, o.next_at, o.sent_at, o.state, o.attempts, o.last_reply, c.number, o.case_id, "           \
	"o.request, "                                                                                                  \
	"o.person, o.message, o.kind, o.message_id, o.message_key, o.envelope_from, o.from_name, o.from_address, "     \
	"o.to_name, o.to_address, o.reply_to, o.subject, o.text, o.html, o.in_reply_to, o.ancestors, "                 \
	"o.answer_reason, "                                                                                            \
	"o.is_answer"
#define FROM_OUTBOX " FROM outbox o LEFT JOIN cases c ON c.id = o.case_id "
#define LIST_MOST 1000

static int
letter_row(struct query *q, struct arena *a, struct store_queued *out, struct err *e)
{
	int state, kind;

	*out = (struct store_queued){
		.id = column_number(q, 0),
		.created_at = column_number(q, 1),
		.next_at = column_number(q, 2),
		.sent_at = column_number(q, 3),
		.attempts = (int)column_number(q, 5),
		.last_reply = column_text(q, 6, a),
		.case_number = column_text(q, 7, a),
		.letter = {
			.case_id = column_number(q, 8),
			.request_id = column_number(q, 9),
			.person = column_number(q, 10),
			.message = column_number(q, 11),
			.message_id = column_text(q, 13, a),
			.message_key = column_text(q, 14, a),
			.envelope_from = column_text(q, 15, a),
			.from_name = column_text(q, 16, a),
			.from = column_text(q, 17, a),
			.to_name = column_text(q, 18, a),
			.to = column_text(q, 19, a),
			.reply_to = column_text(q, 20, a),
			.subject = column_text(q, 21, a),
			.text = column_text(q, 22, a),
			.html = column_text(q, 23, a),
			.in_reply_to = column_text(q, 24, a),
			.references = column_text(q, 25, a),
			.answer_reason = column_text(q, 26, a),
			.is_answer = column_number(q, 27),
		},
	};
	if (name_column(q, 4, NAMES_LETTER_STATE, &state, e) || name_column(q, 12, NAMES_NOTICE, &kind, e))
		return -1;
	out->state = (enum letter_state)state;
	out->letter.kind = (enum notice_kind)kind;
	return 0;
}

static struct str
replace_all(struct str s, struct str what, struct arena *a)
{
	struct buf b;
	struct str out;
	ptrdiff_t at;

	if (what.n == 0 || str_find(s, what) < 0)
		return s;
	buf_init(&b, s.n + 16);
	while ((at = str_find(s, what)) >= 0) {
		buf_add(&b, str_head(s, (size_t)at));
		buf_add_z(&b, "redacted");
		s = str_skip(s, (size_t)at + what.n);
	}
	buf_add(&b, s);
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* l without its token, wherever it stands. */
static void
letter_redact(struct store_letter *l, struct arena *a)
{
	struct str tokens[] = { outbox_token(l->message_id, l->message_key), outbox_token(l->reply_to, STR_NONE),
		outbox_token(l->envelope_from, STR_NONE) };
	struct str *const fields[] = { &l->message_id, &l->reply_to, &l->envelope_from, &l->subject, &l->text,
		&l->html };

	for (size_t t = 0; t < sizeof(tokens) / sizeof(*tokens); t++)
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			*fields[i] = replace_all(*fields[i], tokens[t], a);
}

int
outbox_load(struct store *s, int64_t id, struct arena *a, struct store_queued *out, struct err *e)
{
	struct query q;
	int rc;

	*out = (struct store_queued){ 0 };
	QUERY(&q, s, "SELECT " LETTER FROM_OUTBOX "WHERE o.id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = letter_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "the outbox has no letter %lld", (long long)id);
	return rc == 1 ? 0 : -1;
}

int
outbox_scrub(struct store *s, int64_t id, struct arena *a, struct err *e)
{
	struct store_queued v;
	struct store_letter *l = &v.letter;

	if (outbox_load(s, id, a, &v, e))
		return -1;
	letter_redact(l, a);
	return RUN(s, NULL, e,
	    "UPDATE outbox SET message_id = ?, reply_to = ?, envelope_from = ?, subject = ?, text = ?, html = ?"
	    " WHERE id = ?",
	    TEXT(l->message_id), TEXT(l->reply_to), TEXT(l->envelope_from), TEXT(l->subject), TEXT(l->text),
	    TEXT(l->html), NUMBER(id));
}

int
store_outbox_get(struct store *s, int64_t id, struct arena *a, struct store_queued *out, struct err *e)
{
	if (outbox_load(s, id, a, out, e))
		return -1;
	letter_redact(&out->letter, a);
	return 0;
}

int
store_outbox_list(struct store *s, const struct store_outbox_filter *f, struct arena *a, struct store_queued **out,
    size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct bind before = NUMBER(f->before_id ? f->before_id : INT64_MAX);
	struct bind max = NUMBER(f->max && f->max < LIST_MOST ? f->max : LIST_MOST);
	struct bind state = f->state >= 0 ? Z(name_of(NAMES_LETTER_STATE, f->state)) : Z("");
	struct query q;
	int rc;

	if (f->case_id)
		QUERY(&q, s,
		    "SELECT " LETTER FROM_OUTBOX "WHERE o.case_id = ? AND o.id < ? AND (?3 = '' OR +o.state = ?3)"
		    " ORDER BY o.id DESC LIMIT ?",
		    NUMBER(f->case_id), before, state, max);
	else if (f->state >= 0)
		QUERY(&q, s, "SELECT " LETTER FROM_OUTBOX "WHERE o.state = ? AND o.id < ? ORDER BY o.id DESC LIMIT ?",
		    state, before, max);
	else
		QUERY(&q, s, "SELECT " LETTER FROM_OUTBOX "WHERE o.id < ? ORDER BY o.id DESC LIMIT ?", before, max);
	while ((rc = query_step(&q, e)) == 1) {
		struct store_queued *v = list_add(&l, a, sizeof(*v));

		if (letter_row(&q, a, v, e)) {
			rc = -1;
			break;
		}
		letter_redact(&v->letter, a);
	}
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}
