/* SPDX-License-Identifier: ISC
 * parameter.c: parameters of Content-Type and Content-Disposition (RFC 2045, 2183, 2231).
 *
 * One pass over the value finds all pieces of the wanted parameter; they are then put together. Lenient: a value
 * without quotes may hold blanks, a quote may be missing, a name may be an encoded word.
 */
#include "config.h"

#include <string.h>

#include "reading/charset.h"
#include "reading/header.h"

#define PIECES 64

struct piece {
	struct str text; /* unquoted */
	bool encoded;    /* percent-encoded, RFC 2231 */
};

struct pieces {
	struct str plain;           /* name=value */
	struct piece piece[PIECES]; /* name*N=value, name*N*=value */
	struct piece whole;         /* name*=charset'language'value */
	bool has_plain, has_whole, has[PIECES];
};

/* A quoted string from its opening quote on; *rest moves behind its end. */
static struct str
quoted_take(struct str *rest, struct arena *a)
{
	size_t n = 0, end = 1;
	char *out;

	for (; end < rest->n && rest->p[end] != '"'; end++)
		if (rest->p[end] == '\\' && end + 1 < rest->n)
			end++;
	out = arena_alloc(a, end);
	for (size_t i = 1; i < end; i++) {
		if (rest->p[i] == '\\' && i + 1 < end)
			i++;
		if (rest->p[i] != '\r' && rest->p[i] != '\n')
			out[n++] = rest->p[i];
	}
	*rest = str_skip(*rest, end + 1);
	return (struct str){ out, n };
}

static struct str
comment_skip(struct str s)
{
	size_t depth = 0, i = 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			break;
	}
	return str_skip(s, i + 1);
}

/* Takes one ";"-separated piece "name = value" off *rest. */
static bool
parameter_next(struct str *rest, struct str *name, struct str *value, struct arena *a)
{
	size_t i = 0;

	while (rest->n && (char_is_space(rest->p[0]) || rest->p[0] == ';'))
		*rest = str_skip(*rest, 1);
	while (rest->n && rest->p[0] == '(')
		*rest = str_trim(comment_skip(*rest));
	if (rest->n == 0)
		return false;
	while (i < rest->n && rest->p[i] != '=' && rest->p[i] != ';')
		i++;
	if (i == 0) {
		*rest = str_skip(*rest, 1);
		*name = *value = STR_NONE;
		return true;
	}
	*name = str_trim(str_head(*rest, i));
	*value = STR_NONE;
	if (i == rest->n || rest->p[i] == ';') {
		*rest = str_skip(*rest, i);
		return true;
	}
	*rest = str_skip(*rest, i + 1);
	while (rest->n && char_is_space(rest->p[0]))
		*rest = str_skip(*rest, 1);
	if (rest->n && rest->p[0] == '"') {
		*value = quoted_take(rest, a);
		return true;
	}
	for (i = 0; i < rest->n && rest->p[i] != ';';)
		i++;
	*value = str_trim(str_head(*rest, i));
	*rest = str_skip(*rest, i);
	return true;
}

static int
hex_value(char c)
{
	c = char_lower(c);
	if (char_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
percent_decode(struct str s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n && hex_value(s.p[i + 1]) >= 0 && hex_value(s.p[i + 2]) >= 0) {
			out[n++] = (char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return n;
}

/* Sorts name=value into p where it is a piece of the wanted parameter; the first of a kind counts. */
static void
pieces_add(struct pieces *p, struct str wanted, struct str name, struct str value)
{
	struct str rest;
	long long number;
	bool encoded;

	if (!str_starts_nocase(name, wanted))
		return;
	rest = str_skip(name, wanted.n);
	if (rest.n == 0) {
		if (!p->has_plain)
			p->plain = value;
		p->has_plain = true;
		return;
	}
	if (rest.p[0] != '*')
		return;
	rest = str_skip(rest, 1);
	if (rest.n == 0) {
		if (!p->has_whole)
			p->whole = (struct piece){ value, true };
		p->has_whole = true;
		return;
	}
	encoded = rest.p[rest.n - 1] == '*';
	if (!str_to_number(str_head(rest, rest.n - encoded), &number) || number >= PIECES || p->has[number])
		return;
	p->piece[number] = (struct piece){ value, encoded };
	p->has[number] = true;
}

/* charset'language' off *s. */
static struct str
charset_take(struct str *s)
{
	struct str charset = STR_NONE;
	ptrdiff_t at = str_find_char(*s, '\''), second;

	if (at < 0)
		return charset;
	second = str_find_char(str_skip(*s, (size_t)at + 1), '\'');
	if (second < 0)
		return charset;
	charset = str_head(*s, (size_t)at);
	*s = str_skip(*s, (size_t)(at + second) + 2);
	return charset;
}

static struct str
pieces_join(struct pieces *p, struct arena *a)
{
	struct str charset = STR_NONE;
	bool damaged = false, charset_known = false;
	size_t room = 1, n = 0;
	char *out;

	if (!p->has[0] && p->has_whole) {
		p->piece[0] = p->whole;
		p->has[0] = true;
	}
	if (!p->has[0] && p->has[1])
		p->has[0] = true; /* some count from one */
	for (int i = 0; i < PIECES && p->has[i]; i++)
		room += p->piece[i].text.n;
	out = arena_alloc(a, room);
	for (int i = 0; i < PIECES && p->has[i]; i++) {
		struct piece *q = &p->piece[i];

		if (q->encoded && !charset_known) {
			charset = charset_take(&q->text);
			charset_known = true;
		}
		if (q->encoded) {
			n += percent_decode(q->text, out + n);
		} else if (q->text.n) {
			memcpy(out + n, q->text.p, q->text.n);
			n += q->text.n;
		}
	}
	if (!charset_known)
		return mime_decode_header((struct str){ out, n }, a);
	return charset_to_utf8((struct str){ out, n }, charset, STR_NONE, a, &damaged, NULL);
}

struct str
header_parameter(struct str value, const char *name, struct arena *a)
{
	struct pieces *p = arena_new(a, struct pieces);
	struct str rest = value, n, v;
	ptrdiff_t at = str_find_char(value, ';');

	if (at < 0)
		return STR_NONE;
	rest = str_skip(value, (size_t)at + 1);
	while (parameter_next(&rest, &n, &v, a))
		pieces_add(p, str_of(name), n, v);
	if (p->has_whole || p->has[0] || p->has[1])
		return pieces_join(p, a);
	return p->has_plain ? mime_decode_header(p->plain, a) : STR_NONE;
}

struct str
header_main_value(struct str value, struct arena *a)
{
	char *out = arena_alloc(a, value.n + 1);
	size_t n = 0;

	while (value.n && value.p[0] != ';') {
		if (value.p[0] == '(') {
			value = comment_skip(value);
			continue;
		}
		if (!char_is_space(value.p[0]) && value.p[0] != '"')
			out[n++] = char_lower(value.p[0]);
		value = str_skip(value, 1);
	}
	return (struct str){ out, n };
}
