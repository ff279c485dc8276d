/* SPDX-License-Identifier: ISC
 * forward.c: where a forwarded or original mail begins: a marker ("---------- Forwarded message"),
 * a header block (From, Sent, To, Subject in any language, wrapped, bold, quoted), or both, and the
 * subject, sender and date that the block states. A block that some web mailers put on one line,
 * field glued to field, is read too.
 */
#include "config.h"

#include "reading/split.h"

#include "reading/lines.h"

#include "reading/marks.h"

#define BLOCK_LINES 40
#define NAME_BYTES 48

struct block {
	unsigned kinds; /* MARK_* of the fields seen */
	unsigned fields;
	bool address;
	size_t n; /* lines */
	struct str subject, from, date;
};

/* The kinds of the field a line begins, and its value; 0 where it is none. */
static unsigned
read_field(const struct line *l, struct str *value)
{
	struct str key = l->key, name;
	ptrdiff_t colon;
	size_t at;
	unsigned kinds;

	while (key.n && (key.p[0] == '*' || key.p[0] == '|' || key.p[0] == ' ' || key.p[0] == '_'))
		key = str_skip(key, 1);
	colon = str_find_char(str_head(key, NAME_BYTES), ':');
	if (colon <= 0)
		return 0;
	name = str_head(key, (size_t)colon);
	while (name.n && (name.p[name.n - 1] == '*' || name.p[name.n - 1] == ' ' || name.p[name.n - 1] == '_'))
		name.n--;
	kinds = marks_exact(name) & MARK_FIELDS;
	if (kinds == 0)
		return 0;
	at = marks_unfold(l->body, (size_t)(key.p - l->key.p) + (size_t)colon + 1);
	*value = str_trim(str_skip(l->body, at));
	while (value->n && value->p[0] == '*')
		*value = str_trim(str_skip(*value, 1));
	return kinds;
}

void
forward_find_fields(struct lines *ls)
{
	for (size_t i = 0; i < ls->n; i++)
		ls->list[i].field = read_field(&ls->list[i], &ls->list[i].value);
}

static void
keep_value(struct block *b, unsigned kinds, struct str value)
{
	if ((kinds & MARK_SUBJECT) && b->subject.n == 0)
		b->subject = value;
	if ((kinds & MARK_FROM) && b->from.n == 0 && !(b->kinds & MARK_FROM))
		b->from = value;
	else if ((kinds & MARK_DATE) && b->date.n == 0)
		b->date = value;
	b->kinds |= kinds;
	b->fields++;
	if (str_find_char(value, '@') >= 0)
		b->address = true;
}

/* Whether line i can be the rest of a field's value on the line before. */
static bool
is_continuation(const struct lines *ls, size_t i)
{
	const struct line *l = &ls->list[i], *before = l - 1;
	struct str tail = before->key;

	if (line_is_blank(l) || line_is_blank(before) || l->depth != before->depth)
		return false;
	if (l->key.p[0] == '<' || tail.p[tail.n - 1] == ',' || tail.p[tail.n - 1] == ';' || tail.p[tail.n - 1] == ':' ||
	    char_is_space(l->body.p[0]))
		return true;
	return i + 1 < ls->n && ls->list[i + 1].field != 0;
}

static struct str
with_continuation(struct str value, const struct line *l, struct arena *a)
{
	struct str more = str_trim(l->body);

	return value.n ? arena_format(a, "%.*s %.*s", STR_ARGS(value), STR_ARGS(more)) : more;
}

/* Reads a header block from line i on. */
static void
read_block(const struct lines *ls, size_t i, struct block *b)
{
	unsigned last = 0;

	*b = (struct block){ 0 };
	for (size_t k = i; k < ls->n && k < i + BLOCK_LINES; k++) {
		const struct line *l = &ls->list[k];
		unsigned kinds = l->field;

		if (line_is_blank(l)) {
			size_t next = lines_next(ls, k);

			if (k == i || next != k + 1 || ls->list[next].field == 0 || (b->kinds & MARK_SUBJECT))
				break;
			continue;
		}
		if (kinds) {
			keep_value(b, kinds, l->value);
			last = kinds;
		} else if (k > i && is_continuation(ls, k)) {
			if (str_find_char(l->key, '@') >= 0)
				b->address = true;
			if ((last & MARK_SUBJECT) && k > i)
				b->subject = with_continuation(b->subject, l, ls->arena);
			if ((last & MARK_FROM) && b->fields == 1)
				b->from = with_continuation(b->from, l, ls->arena);
		} else
			break;
		b->n = k - i + 1;
	}
}

/* How many different kinds of field were seen; a word that is two kinds counts once. */
static unsigned
different(unsigned kinds)
{
	unsigned n = 0;

	for (unsigned bit = MARK_FROM; bit <= MARK_REPLYTO; bit <<= 1)
		n += (kinds & bit) != 0;
	return n;
}

static bool
is_block(const struct block *b, bool marked)
{
	unsigned k = b->kinds;

	if (marked)
		return b->fields >= 2 || (b->fields == 1 && (k & MARK_FROM));
	if (b->fields < 2 || different(k) < 2)
		return false;
	if ((k & MARK_FROM) && (b->address ? b->fields >= 2 : b->fields >= 3 && (k & MARK_SUBJECT) && (k & MARK_DATE)))
		return true;
	return b->address && (k & MARK_DATE) && (k & MARK_TO);
}

/* The kind of field whose name ends right before the colon at `colon`; *start gets where the name begins. */
static unsigned
glued_field(struct str key, size_t colon, size_t *start)
{
	size_t end = colon;
	size_t from;

	while (end > 0 && key.p[end - 1] == ' ')
		end--;
	from = end > NAME_BYTES ? end - NAME_BYTES : 0;
	for (size_t i = from; i < end; i++) {
		unsigned kinds;

		if (((unsigned char)key.p[i] & 0xc0) == 0x80)
			continue;
		kinds = marks_exact((struct str){ key.p + i, end - i }) & MARK_FIELDS;
		/* one letter counts only where a word begins */
		if (kinds && (end - i > 2 || i == 0 || key.p[i - 1] == ' ' || key.p[i - 1] == '>')) {
			*start = i;
			return kinds;
		}
	}
	return 0;
}

/* Reads a block that stands on one line, from byte `at` of the key on. */
static void
read_glued(const struct line *l, size_t at, struct block *b)
{
	struct str key = str_head(l->key, 4096);
	size_t value_at = 0;
	unsigned kinds = 0;

	*b = (struct block){ .n = 1 };
	for (size_t i = at; i <= key.n; i++) {
		size_t start = i;
		unsigned next = 0;

		if (i < key.n && (key.p[i] != ':' || (next = glued_field(str_skip(key, at), i - at, &start)) == 0))
			continue;
		if (i < key.n)
			start += at;
		if (i < key.n && (b->kinds & MARK_SUBJECT))
			continue;
		if (kinds) {
			size_t a = marks_unfold(l->body, value_at), z = marks_unfold(l->body, start);

			keep_value(b, kinds, str_trim(str_head(str_skip(l->body, a), z - a)));
		}
		kinds = next;
		value_at = i + 1;
		if (kinds & MARK_SUBJECT) { /* it runs to the end of the line */
			keep_value(b, kinds, str_trim(str_skip(l->body, marks_unfold(l->body, value_at))));
			return;
		}
	}
}

/* A marker on line i: its kinds, and where in the key something else follows it. */
static unsigned
marker_of(const struct line *l, size_t *rest, bool *dashes)
{
	size_t skip = l->skip, n;
	struct str key = str_skip(l->key, skip), after;
	unsigned kinds;

	if (!(l->starts & (MARK_ORIGINAL | MARK_FORWARD | MARK_BEGIN)))
		return 0;
	if (l->key.n > 4096 || key.n == 0)
		return 0;
	n = marks_prefix(key, MARK_ORIGINAL | MARK_FORWARD | MARK_BEGIN);
	if (n == 0)
		return 0;
	kinds = marks_exact(str_head(key, n)) & (MARK_ORIGINAL | MARK_FORWARD | MARK_BEGIN);
	after = str_skip(key, n);
	while (after.n && (after.p[0] == ' ' || after.p[0] == ':'))
		after = str_skip(after, 1);
	*dashes = skip >= 3 && (after.n == 0 || lines_decoration(after) >= 2);
	/* "---- Forwarded by Jo Doe/Org on 03/05/2024 ----" */
	if (skip >= 3 && lines_is_rule((struct str){ l->key.p + l->key.n - 3, 3 }, 3))
		*dashes = true;
	after = str_skip(after, lines_decoration(after));
	*rest = (size_t)(after.p - l->key.p);
	if (after.n == 0)
		*rest = l->key.n;
	return *dashes || after.n == 0 ? kinds : 0;
}

bool
split_subject_forwards(struct str subject, struct arena *a)
{
	struct str key = marks_fold(str_head(subject, 1024), a), word;
	ptrdiff_t end;

	while (key.n && (key.p[0] == '[' || key.p[0] == '(') &&
	       (end = str_find_char(key, key.p[0] == '[' ? ']' : ')')) > 0) /* "[EXT] Fwd: ..." */
		key = str_trim(str_skip(key, (size_t)end + 1));
	end = str_find_char(str_head(key, NAME_BYTES), ':');
	if (end <= 0)
		return false;
	word = str_trim(str_head(key, (size_t)end));
	end = str_find_char(word, '['); /* "Fwd[2]:" */
	if (end > 0)
		word = str_trim(str_head(word, (size_t)end));
	return (marks_exact(word) & MARK_FWD) != 0;
}

static void
fill(struct forward *out, const struct block *b)
{
	out->subject = b->subject;
	out->from = b->from;
	out->date = b->date;
}

/* A block in a language that is not known: a dashed line, then three fields, one with an address. */
static bool
is_unknown_block(const struct lines *ls, size_t i)
{
	bool address = false;
	size_t fields = 0;

	for (size_t k = i; k < ls->n && k < i + 6 && !line_is_blank(&ls->list[k]); k++) {
		struct str key = ls->list[k].key;
		ptrdiff_t colon = str_find_char(str_head(key, NAME_BYTES), ':');

		if (colon <= 0 || (size_t)colon + 1 >= key.n || key.p[colon + 1] == '/')
			return false;
		fields++;
		address = address || str_find_char(key, '@') > 0;
	}
	return fields >= 3 && address;
}

static bool
is_dashed_words(struct str key, size_t skip)
{
	return key.n > 8 && key.n < 120 && skip >= 4 && skip < key.n && str_ends(key, STR("---"));
}

static void
forward_by_marker(const struct lines *ls, size_t i, unsigned kinds, size_t rest, bool dashes, struct forward *out)
{
	const struct line *l = &ls->list[i];
	size_t next = lines_next(ls, i + 1);
	struct block b = { 0 };
	bool block, quoted = next < ls->n && ls->list[next].depth > l->depth;

	if (rest < l->key.n) {
		read_glued(l, rest, &b);
		block = b.fields >= 2;
		next = i;
	} else {
		if (next < ls->n)
			read_block(ls, next, &b);
		block = is_block(&b, true);
	}
	if (!dashes && !block && !quoted && !(kinds & MARK_BEGIN))
		return;
	if (!dashes && !block && !quoted && l->key.p[l->key.n - 1] != ':')
		return;
	if (rest < l->key.n && !block && !dashes)
		return;
	out->n = block ? next + b.n - i : 1;
	out->is_marked = (kinds & (MARK_FORWARD | MARK_BEGIN)) != 0;
	out->is_forward = out->is_marked || block;
	if (block)
		fill(out, &b);
}

void
forward_at(const struct lines *ls, size_t i, struct forward *out)
{
	const struct line *l = &ls->list[i];
	size_t rest = 0;
	bool dashes = false;
	unsigned kinds;
	struct block b;

	*out = (struct forward){ 0 };
	if (line_is_blank(l))
		return;
	kinds = marker_of(l, &rest, &dashes);
	if (kinds) {
		forward_by_marker(ls, i, kinds, rest, dashes, out);
		if (out->n)
			return;
	}
	if (is_dashed_words(l->key, l->skip) && is_unknown_block(ls, lines_next(ls, i + 1))) {
		*out = (struct forward){ .n = 1, .is_forward = true };
		return;
	}
	if (l->field) {
		read_block(ls, i, &b);
		if (is_block(&b, false)) {
			out->n = b.n;
			out->is_forward = true;
			fill(out, &b);
		}
	}
}
