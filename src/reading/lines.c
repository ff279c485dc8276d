/* SPDX-License-Identifier: ISC
 * lines.c: a text becomes lines, each with its quote marks, its folded form and what that opens with,
 * worked out once. The number of lines is bounded; the rest of a text beyond it is one more line, so
 * that nothing is lost.
 */
#include "config.h"

#include "reading/lines.h"

#include "reading/marks.h"

#define LINES_MOST 100000

size_t
lines_next(const struct lines *ls, size_t i)
{
	for (size_t k = 0; k < LINES_NEAR && i + k < ls->n; k++)
		if (!line_is_blank(&ls->list[i + k]))
			return i + k;
	return ls->n;
}

/* An en dash, an em dash, a horizontal bar, a box drawing line. */
static bool
is_long_dash(struct str s)
{
	return str_starts(s, STR("\xe2\x80\x93")) || str_starts(s, STR("\xe2\x80\x94")) ||
	       str_starts(s, STR("\xe2\x80\x95")) || str_starts(s, STR("\xe2\x94\x80"));
}

size_t
lines_decoration(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '-' || c == '_' || c == '=' || c == '*' || c == '~' || c == '#' || c == '+' || c == ' ' ||
		    c == '.' || c == '>' || c == '<' || c == '[' || c == '(' || c == '|' || c == '/')
			i++;
		else if (c == 0xe2 && is_long_dash(str_skip(s, i)))
			i += 3;
		else
			break;
	}
	return i;
}

bool
lines_is_rule(struct str key, size_t least)
{
	size_t n = 0;

	for (size_t i = 0; i < key.n; n++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c == '-' || c == '_' || c == '=' || c == '*' || c == '~' || c == '#' || c == ' ')
			i++;
		else if (c == 0xe2 && lines_decoration(str_head(str_skip(key, i), 3)) == 3)
			i += 3;
		else
			return false;
	}
	return n >= least;
}

void
lines_fold(struct line *l, struct arena *a)
{
	l->key = marks_fold(l->body, a);
	l->skip = lines_decoration(l->key);
	l->starts = marks_kinds(str_skip(l->key, l->skip));
}

static size_t
count_lines(struct str text)
{
	size_t n = 0;

	for (struct str line; n < LINES_MOST && str_next_line(&text, &line);)
		n++;
	return n;
}

void
lines_make(struct str text, const unsigned char *hints, struct arena *a, struct lines *ls)
{
	size_t n = count_lines(text);
	struct str line;

	ls->arena = a;
	ls->list = arena_array(a, n + 1, sizeof(ls->list[0]));
	ls->n = 0;
	while (str_next_line(&text, &line)) {
		if (ls->n + 1 == n && text.n) /* beyond the limit: the rest is one line */
			line = (struct str){ line.p, (size_t)(text.p + text.n - line.p) }, text = STR_NONE;
		ls->list[ls->n].raw = line;
		ls->list[ls->n].hint = hints ? (enum hint)hints[ls->n] : HINT_NONE;
		ls->n++;
	}
	quote_find_marks(ls);
	quote_join_wrapped(ls);
	forward_find_fields(ls);
	for (size_t i = 0; i < ls->n; i++)
		if (ls->list[i].depth || ls->list[i].hint == HINT_QUOTE)
			ls->list[i].part = PART_QUOTE;
		else if (ls->list[i].hint == HINT_SIGNATURE)
			ls->list[i].part = PART_SIGNATURE;
}

void
lines_cut(struct lines *ls, size_t i, size_t offset)
{
	struct line *l = &ls->list[i], *rest = l + 1;
	size_t front = l->raw.n - l->body.n;

	for (size_t k = ls->n; k > i + 1; k--)
		ls->list[k] = ls->list[k - 1];
	ls->n++;
	*rest = *l;
	rest->raw = rest->body = str_skip(l->body, offset);
	lines_fold(rest, ls->arena);
	l->raw = str_head(l->raw, front + offset);
	l->body = str_head(l->body, offset);
	lines_fold(l, ls->arena);
	l->field = rest->field = 0;
}
