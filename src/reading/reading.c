/* SPDX-License-Identifier: ISC
 * reading.c: one input from guard to reading, in the order of the papers.
 *
 * The conductor of src/reading: it takes no decision and parses nothing itself. Everything it makes lives in the
 * caller's arena; the context holds what is compiled once.
 */
#include "config.h"

#include "reading/reading.h"

#include <stdlib.h>
#include <string.h>

#include "reading/attachment.h"
#include "reading/body.h"
#include "reading/candidate.h"
#include "reading/charset.h"
#include "reading/content_key.h"
#include "reading/guard.h"
#include "reading/header.h"
#include "reading/machine.h"
#include "reading/mime.h"
#include "reading/record.h"
#include "reading/redact.h"
#include "reading/reference.h"
#include "reading/sender.h"
#include "reading/split.h"
#include "reading/transfer.h"

#define ANCESTORS 50
#define SETUP_MOST (4u << 20)

struct reader_context {
	struct arena *arena;
	struct reading_setup setup;
	struct patterns *patterns;
	struct mime_charsets *charsets;
};

/* A deep copy by way of its record. */
static int
setup_copy(const struct reading_setup *setup, struct arena *a, struct reading_setup *out, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, SETUP_MOST);
	record_from_setup(setup, &b);
	if (b.overflow)
		r = err_set(e, ERR_FATAL, "the reader's setup is larger than %u bytes", SETUP_MOST);
	else
		r = record_to_setup(arena_copy(a, buf_str(&b)), a, out, e);
	if (r < 0)
		e->kind = ERR_FATAL;
	buf_free(&b);
	return r;
}

struct reader_context *
reading_open(const struct reading_setup *setup, struct err *e)
{
	struct reader_context *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->arena = arena_open(4 * SETUP_MOST);
	if (setup_copy(setup, c->arena, &c->setup, e) == 0)
		c->patterns = patterns_open(&c->setup.patterns, e);
	if (c->patterns == NULL) {
		reading_close(&c);
		return NULL;
	}
	c->charsets = mime_preload();
	return c;
}

void
reading_close(struct reader_context **c)
{
	if (*c == NULL)
		return;
	if ((*c)->patterns)
		patterns_close(&(*c)->patterns);
	mime_release(&(*c)->charsets);
	arena_close(&(*c)->arena);
	free(*c);
	*c = NULL;
}

/* The Message-IDs in a field, in order: what stands between "<" and ">". Written without them, the words. */
static size_t
read_ids(struct str value, struct str *list, size_t max)
{
	struct str rest = value, word;
	size_t n = 0;
	bool angles = str_find_char(value, '<') >= 0;

	while (n < max && rest.n) {
		ptrdiff_t open = angles ? str_find_char(rest, '<') : 0, close;

		if (open < 0)
			break;
		rest = angles ? str_skip(rest, (size_t)open + 1) : str_trim(rest);
		for (close = 0; (size_t)close < rest.n && rest.p[close] != '>' && (angles || rest.p[close] != ' ');)
			close++;
		word = str_trim(str_head(rest, (size_t)close));
		rest = str_skip(rest, (size_t)close + 1);
		if (word.n)
			list[n++] = word;
	}
	return n;
}

static struct str
field_value(const struct mime_message *m, const char *name)
{
	const struct mime_field *f = mime_field(m, name);

	return f ? f->value : STR_NONE;
}

static bool
is_listed(const struct reading *r, struct str id)
{
	for (size_t i = 0; i < r->n_ancestors; i++)
		if (str_equal(r->ancestors[i], id))
			return true;
	return false;
}

/* In-Reply-To first, then References from the newest on. */
static void
read_ancestors(const struct mime_message *m, struct arena *a, struct reading *out)
{
	struct str list[ANCESTORS];
	struct str references = field_value(m, "References");
	size_t n = read_ids(field_value(m, "In-Reply-To"), list, ANCESTORS);

	out->ancestors = arena_array(a, 2 * ANCESTORS, sizeof(*out->ancestors));
	for (size_t i = 0; i < n; i++)
		if (!is_listed(out, list[i]))
			out->ancestors[out->n_ancestors++] = list[i];
	/* of a long list the end counts */
	if (references.n > 8192)
		references = str_skip(references, references.n - 8192);
	n = read_ids(references, list, ANCESTORS);
	while (n-- > 0)
		if (!is_listed(out, list[n]))
			out->ancestors[out->n_ancestors++] = list[n];
}

static void
read_header(const struct mime_message *m, struct arena *a, struct reading *out)
{
	struct str id;

	out->subject = field_value(m, "Subject");
	out->date = field_value(m, "Date");
	if (read_ids(field_value(m, "Message-ID"), &id, 1))
		out->message_id = id;
	read_ancestors(m, a, out);
}

/* Texts that become one at the end: joined one by one, many parts would be copied again and again. */
struct pieces {
	struct str *list;
	size_t n;
};

static void
piece_add(struct pieces *p, struct str s)
{
	if (s.n)
		p->list[p->n++] = s;
}

/* The pieces, each on lines of its own. */
static struct str
pieces_join(const struct pieces *p, struct arena *a)
{
	size_t n = 0, room = p->n;
	char *out;

	if (p->n <= 1)
		return p->n ? p->list[0] : STR_NONE;
	for (size_t i = 0; i < p->n; i++)
		room += p->list[i].n;
	out = arena_bytes(a, room);
	for (size_t i = 0; i < p->n; i++) {
		if (n && out[n - 1] != '\n')
			out[n++] = '\n';
		memcpy(out + n, p->list[i].p, p->list[i].n);
		n += p->list[i].n;
	}
	return (struct str){ out, n };
}

/* A body that is read part by part. */
struct body {
	struct reading *out;
	struct arena *a;
	struct pieces plain, text, new_text, quoted, signature;
};

static void
body_open(struct body *b, size_t parts, struct arena *a, struct reading *out)
{
	*b = (struct body){ .out = out, .a = a };
	b->plain.list = arena_array(a, parts, sizeof(struct str));
	b->text.list = arena_array(a, parts, sizeof(struct str));
	b->new_text.list = arena_array(a, parts, sizeof(struct str));
	b->quoted.list = arena_array(a, parts, sizeof(struct str));
	b->signature.list = arena_array(a, parts, sizeof(struct str));
}

static void
body_take(struct body *b, struct str text, const struct split *s)
{
	struct reading *out = b->out;

	piece_add(&b->text, text);
	piece_add(&b->new_text, s->new_text);
	piece_add(&b->quoted, s->quoted);
	piece_add(&b->signature, s->signature);
	out->interleaved |= s->interleaved;
	if (!s->is_forward || out->is_forward)
		return;
	/* a header block alone stands above Outlook's replies too */
	if (!s->forward_marked && out->subject.n && !split_subject_forwards(out->subject, b->a))
		return;
	out->is_forward = true;
	out->above = s->above;
	out->forward_subject = s->forward_subject;
	out->forward_from = s->forward_from;
	out->forward_date = s->forward_date;
}

static void
body_add_html(struct body *b, struct str html)
{
	struct split s = { 0 };
	struct str text = STR_NONE;

	split_html(html, b->a, &text, &s);
	body_take(b, text, &s);
}

/* The plain parts since the last HTML part. */
static void
body_end_plain(struct body *b)
{
	struct split s = { 0 };
	struct str text = pieces_join(&b->plain, b->a);

	b->plain.n = 0;
	if (text.n == 0)
		return;
	split_text(text, b->a, &s);
	body_take(b, text, &s);
}

static void
body_close(struct body *b)
{
	body_end_plain(b);
	b->out->text = pieces_join(&b->text, b->a);
	b->out->new_text = pieces_join(&b->new_text, b->a);
	b->out->quoted = pieces_join(&b->quoted, b->a);
	b->out->signature = pieces_join(&b->signature, b->a);
}

/* A body of one part, or none at all. */
static void
read_single(struct str text, bool html, struct arena *a, struct reading *out)
{
	struct body b;

	body_open(&b, 1, a, out);
	if (html)
		body_add_html(&b, text);
	else
		piece_add(&b.plain, text);
	body_close(&b);
}

/* Neighbouring plain parts are one text; HTML parts are read one by one, as each has its own quote containers. */
static void
read_body(const struct mime_message *m, const enum body_role *roles, struct arena *a, struct reading *out)
{
	struct body b;

	body_open(&b, m->n_parts, a, out);
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct mime_part *p = &m->parts[i];

		if (roles[i] != BODY_TEXT)
			continue;
		out->damaged |= p->damaged;
		if (!body_is_html(p)) {
			piece_add(&b.plain, p->text);
		} else {
			body_end_plain(&b);
			body_add_html(&b, p->text);
		}
	}
	body_close(&b);
}

/* A text that may be an answer and does not stand by itself is one no answer is read from. */
static void
mark_answer(struct reading *out)
{
	if (str_trim(out->new_text).n > 0 && out->new_text.n <= CANDIDATE_MOST &&
	    !candidate_stands_apart(out->text, out->new_text))
		out->interleaved = true;
}

/* The alternative that was not taken says the same, unless somebody wants a yes to be read that no person sees: so it
 * is read beside a text that may be an answer, and only there, as HTML costs more than all the rest. */
static void
read_other(const struct mime_message *m, const enum body_role *roles, struct arena *a, struct reading *out)
{
	struct reading other = { 0 };
	struct str text = out->is_forward ? out->above : out->new_text;

	for (size_t i = 0; i < m->n_parts && other.text.n == 0; i++) {
		if (roles[i] != BODY_OTHER)
			continue;
		if (!candidate_may_answer(text)) {
			out->other_unread = true;
			return;
		}
		read_single(m->parts[i].text, body_is_html(&m->parts[i]), a, &other);
	}
	out->other_text = other.new_text;
}

static void
find_references(struct reader_context *c, const struct mime_message *m, struct arena *a, struct reading *out)
{
	static const struct {
		const char *name;
		enum reading_place place;
	} fields[] = {
		{ "To", PLACE_RECIPIENT },
		{ "Cc", PLACE_RECIPIENT },
		{ "Delivered-To", PLACE_RECIPIENT },
		{ "X-Original-To", PLACE_RECIPIENT },
		{ "In-Reply-To", PLACE_IN_REPLY_TO },
		{ "References", PLACE_IN_REPLY_TO },
		{ "Thread-Topic", PLACE_IN_REPLY_TO },
		{ "Thread-Index", PLACE_IN_REPLY_TO },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (mime_field(m, fields[i].name))
			reference_find(c->patterns, field_value(m, fields[i].name), fields[i].place, a, out);
	reference_tokens(m, &c->setup, a, out);
}

static void
find_text_references(struct reader_context *c, struct arena *a, struct reading *out)
{
	reference_find(c->patterns, out->subject, PLACE_SUBJECT, a, out);
	reference_find(c->patterns, out->new_text, PLACE_TEXT, a, out);
	reference_find(c->patterns, out->signature, PLACE_TEXT, a, out);
	reference_find(c->patterns, out->other_text, PLACE_TEXT, a, out);
	reference_find(c->patterns, out->quoted, PLACE_QUOTED, a, out);
}

static void
read_message(struct reader_context *c, struct str raw, struct arena *a, struct reading *out)
{
	struct mime_message m;
	enum body_role *roles;

	if (!guard_check(raw, &c->setup.limits, a, out)) {
		content_key_set_raw(raw, a, out);
		return;
	}
	mime_read(raw, &c->setup.limits, a, &m);
	roles = body_choose(&m, a);
	read_header(&m, a, out);
	sender_read(&m, &c->setup, a, out);
	read_body(&m, roles, a, out);
	read_other(&m, roles, a, out);
	mark_answer(out);
	out->encrypted = body_is_encrypted(&m);
	machine_classify(&m, &c->setup, a, out);
	find_references(c, &m, a, out);
	attachment_read(&m, roles, &c->setup.limits, a, out);
	content_key_set(&m, a, out);
	guard_hops(&c->setup.limits, out);
}

void
reading_read(struct reader_context *c, enum reading_input input, struct str raw, struct arena *a, struct reading *out)
{
	struct str text;

	*out = (struct reading){ .authentication = AUTH_NONE, .permanent = -1 };
	if (input == READING_MESSAGE) {
		read_message(c, raw, a, out);
	} else {
		text = str_head(raw, c->setup.limits.text_bytes);
		text = transfer_lines(charset_to_utf8(text, STR("utf-8"), STR_NONE, a, &out->damaged, NULL), a);
		read_single(text, input == READING_HTML, a, out);
		mark_answer(out);
		content_key_set_raw(raw, a, out);
	}
	if (out->malformed.n == 0)
		find_text_references(c, a, out);
	record_clean(out, a);
	redact_reading(out, a);
}
