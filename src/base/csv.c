/* SPDX-License-Identifier: ISC
 * csv.c: reads and writes comma-separated values.
 *
 * The reader is strict: what RFC 4180 leaves open is an error with its line, never a guess, since what is read becomes
 * people and rights. After an error it goes on with the next line, so that one pass names all of them; an open quote
 * takes the rest of the text with it.
 */
#include "config.h"

#include "base/csv.h"

#include <string.h>

void
csv_open(struct csv *c, struct str text)
{
	*c = (struct csv){ .rest = str_starts(text, STR("\xef\xbb\xbf")) ? str_skip(text, 3) : text, .line = 1 };
}

/* Takes n bytes off, counting their line ends. */
static void
take(struct csv *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c->rest.p[i] == '\n')
			c->line++;
	c->rest = str_skip(c->rest, n);
}

/* Goes on behind the present line: -1. */
static int
fail(struct csv *c, struct err *e, const char *why)
{
	ptrdiff_t end = str_find_char(c->rest, '\n');

	take(c, end < 0 ? c->rest.n : (size_t)end + 1);
	return err_set(e, ERR_REJECT, "%s", why);
}

/* The length of the line end that the text begins with, or 0. */
static size_t
line_end(struct str s)
{
	if (s.n > 0 && s.p[0] == '\n')
		return 1;
	return s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n' ? 2 : 0;
}

/* The length of a character that a field may hold, or 0 and why. */
static size_t
character(struct str s, const char **why)
{
	size_t n = str_utf8_length(s);

	*why = n == 0 ? "not UTF-8: save the table as UTF-8" : s.p[0] == '\0' ? "a NUL byte" : NULL;
	return *why ? 0 : n;
}

static int
plain_field(struct csv *c, struct str *out, struct err *e)
{
	struct str s = c->rest;
	const char *why;
	size_t n = 0;

	while (n < s.n && s.p[n] != ',' && line_end(str_skip(s, n)) == 0) {
		size_t k = character(str_skip(s, n), &why);

		if (k == 0)
			return fail(c, e, why);
		if (s.p[n] == '"')
			return fail(
			    c, e, "a quote inside a field that does not begin with one: write \"a \"\"b\"\" c\"");
		if (s.p[n] == '\r')
			return fail(c, e, "a carriage return without a line feed: lines end in LF or CR LF");
		n += k;
	}
	*out = str_head(s, n);
	take(c, n);
	return 0;
}

/* Doubled quotes become one: in the arena. */
static struct str
unquoted(struct str s, struct arena *a)
{
	char *p;
	size_t n = 0;

	if (str_find_char(s, '"') < 0)
		return s;
	p = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		p[n++] = s.p[i];
		if (s.p[i] == '"')
			i++;
	}
	return (struct str){ p, n };
}

static int
quoted_field(struct csv *c, struct arena *a, struct str *out, struct err *e)
{
	struct str s = str_skip(c->rest, 1);
	const char *why;
	size_t n = 0, k;

	for (;; n += k) {
		if (n == s.n) {
			take(c, c->rest.n);
			return err_set(e, ERR_REJECT, "a quote that is never closed");
		}
		k = character(str_skip(s, n), &why);
		if (k == 0) {
			take(c, n);
			return fail(c, e, why);
		}
		if (s.p[n] == '"' && (n + 1 == s.n || s.p[n + 1] != '"'))
			break;
		if (s.p[n] == '"')
			k = 2;
	}
	*out = unquoted(str_head(s, n), a);
	take(c, n + 2);
	if (c->rest.n > 0 && c->rest.p[0] != ',' && line_end(c->rest) == 0)
		return fail(c, e, "text behind a closing quote");
	return 0;
}

int
csv_next(struct csv *c, struct arena *a, struct csv_row *row, struct err *e)
{
	size_t end;

	while ((end = line_end(c->rest)) > 0)
		take(c, end);
	row->line = c->line;
	row->n = 0;
	if (c->rest.n == 0)
		return 0;
	for (;;) {
		bool quoted = c->rest.n > 0 && c->rest.p[0] == '"';

		if (row->n == CSV_FIELDS_MOST)
			return fail(c, e, "too many fields");
		if ((quoted ? quoted_field(c, a, &row->fields[row->n], e) : plain_field(c, &row->fields[row->n], e)) <
		    0)
			return -1;
		row->n++;
		if (c->rest.n == 0 || c->rest.p[0] != ',')
			break;
		take(c, 1);
	}
	take(c, line_end(c->rest));
	return 1;
}

void
csv_add(struct buf *out, struct str field)
{
	bool quote = false, formula = field.n > 0 && field.p[0] && strchr("=+-@\t\r", field.p[0]) != NULL;

	for (size_t i = 0; i < field.n; i++)
		quote = quote || strchr("\",\r\n", field.p[i]) != NULL;
	if (quote)
		buf_add_char(out, '"');
	if (formula)
		buf_add_char(out, '\'');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, field.p[i]);
	}
	if (quote)
		buf_add_char(out, '"');
}
