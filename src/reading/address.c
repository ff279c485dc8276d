/* SPDX-License-Identifier: ISC
 * address.c: a lenient reader of RFC 5322 address lists.
 *
 * One pass splits at commas, semicolons and group colons outside quotes, comments and angles; each piece is then
 * taken apart: an angle address with what stands before it as name, or a bare address with a comment as name. A
 * comma that a program forgot to quote ("Doe, Jane <j@x>") is healed: a piece without "@" joins the next.
 */
#include "config.h"

#include "reading/address.h"

#include <string.h>

#include "reading/charset.h"
#include "reading/header.h"

#define HEALED_MOST 200 /* bytes of a name with bare commas */

/* The pieces of one address, gathered while scanning. */
struct gather {
	struct arena *a;
	struct str hint;
	struct reading_address *out;
	size_t n, max;
	struct buf phrase, angle, comment;
	bool has_angle, has_quoted;
	size_t no_quotes;      /* from here on no quoted string ends */
	unsigned bad_comments; /* "(" without its ")"; after a few, none is looked for */
};

static struct str
squeeze_blanks(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_space(s.p[i]) || (n && out[n - 1] != ' '))
			out[n++] = char_is_space(s.p[i]) ? ' ' : s.p[i];
	return (struct str){ out, n };
}

struct str
address_lower_domain(struct str s, struct arena *a)
{
	char *out = arena_z(a, s);
	ptrdiff_t at = str_rfind_char(s, '@');

	for (size_t i = at < 0 ? s.n : (size_t)at; i < s.n; i++)
		out[i] = char_lower(out[i]);
	return (struct str){ out, s.n };
}

/* Blanks around "@" and "." and at the ends out; "a @ b" is one address. */
static struct str
tidy_address(struct gather *g, struct str s)
{
	bool damaged = false;
	char *out;
	size_t n = 0;

	s = squeeze_blanks(charset_to_utf8(s, STR_NONE, g->hint, g->a, &damaged, NULL), g->a);
	out = arena_alloc(g->a, s.n + 1);
	if (s.n && s.p[0] == '@') { /* a route (RFC 5322 4.4) */
		ptrdiff_t colon = str_rfind_char(s, ':');

		if (colon >= 0)
			s = str_skip(s, (size_t)colon + 1);
	}
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == ' ' && n && (out[n - 1] == '@' || (i + 1 < s.n && s.p[i + 1] == '@')))
			continue;
		out[n++] = c;
	}
	return address_lower_domain((struct str){ out, n }, g->a);
}

static void
add(struct gather *g, struct str name, struct str address)
{
	if (g->n < g->max && (name.n || address.n))
		g->out[g->n++] = (struct reading_address){ .name = name, .address = address };
}

static struct str
decoded(struct gather *g, struct str s)
{
	struct str name = squeeze_blanks(header_decode(s, g->hint, g->a), g->a);

	/* quotes that an encoded word brought along */
	if (name.n >= 2 && (name.p[0] == '"' || name.p[0] == '\'') && name.p[name.n - 1] == name.p[0])
		name = str_trim((struct str){ name.p + 1, name.n - 2 });
	return name;
}

static void
gather_clear(struct gather *g)
{
	buf_clear(&g->phrase);
	buf_clear(&g->angle);
	buf_clear(&g->comment);
	g->has_angle = g->has_quoted = false;
}

/* The last word of s that holds an "@", for "Jane Doe jane@x"; *before receives what stands before it. */
static struct str
last_address_word(struct str s, struct str *before)
{
	ptrdiff_t at = str_rfind_char(s, '@');
	size_t from, to;

	*before = STR_NONE;
	if (at < 0)
		return s;
	from = to = (size_t)at;
	while (from > 0 && !char_is_space(s.p[from - 1]))
		from--;
	while (to < s.n && !char_is_space(s.p[to]))
		to++;
	*before = str_trim(str_head(s, from));
	return (struct str){ s.p + from, to - from };
}

/* A bare address and what stands around it: "a@b", "Jane a@b", "a@b (Jane)", "Jane (a@b)", "MAILER-DAEMON (Jane)". */
static void
add_bare(struct gather *g, struct str phrase, struct str comment)
{
	struct str s, word, before = STR_NONE;

	if (str_find_char(phrase, '@') < 0 && str_find_char(comment, '@') >= 0) {
		add(g, decoded(g, phrase), tidy_address(g, comment));
		return;
	}
	if (str_find_char(phrase, '@') < 0 && (g->has_quoted || str_find_char(phrase, ' ') >= 0)) {
		add(g, decoded(g, phrase), STR_NONE);
		return;
	}
	s = word = tidy_address(g, phrase);
	if (str_find_char(s, ' ') >= 0 && !g->has_quoted)
		word = last_address_word(s, &before);
	add(g, decoded(g, before.n ? before : comment), word);
}

/* Ends one address. At a comma (soft), a piece without "@" is kept for the next. */
static void
gather_end(struct gather *g, bool soft)
{
	struct str phrase = str_trim(buf_str(&g->phrase)), angle = str_trim(buf_str(&g->angle));
	struct str comment = buf_str(&g->comment), before;

	if (g->has_angle && (angle.n || !soft)) {
		struct str address = tidy_address(g, angle);

		if (str_find_char(address, '"') < 0)
			address = last_address_word(address, &before);
		add(g, decoded(g, phrase.n ? phrase : comment), address);
	} else if (!g->has_angle && phrase.n && phrase.n < HEALED_MOST && soft && str_find_char(phrase, '@') < 0 &&
		   comment.n == 0) {
		buf_add(&g->phrase, STR(", "));
		return;
	} else if (!g->has_angle && phrase.n) {
		add_bare(g, phrase, comment);
	}
	gather_clear(g);
}

/* The end of the quoted string, comment or angle that opens at i, or v.n. */
static size_t
comment_end(struct str v, size_t i)
{
	size_t depth = 0;

	for (; i < v.n; i++) {
		if (v.p[i] == '\\')
			i++;
		else if (v.p[i] == '(')
			depth++;
		else if (v.p[i] == ')' && --depth == 0)
			return i;
	}
	return v.n;
}

static void
add_unquoted(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		buf_add_char(b, s.p[i]);
	}
}

/* The end of a quoted string that opens at i; v.n where it has none. */
static size_t
quoted_end(struct str v, size_t i)
{
	for (i++; i < v.n && v.p[i] != '"'; i++)
		if (v.p[i] == '\\')
			i++;
	return i < v.n ? i : v.n;
}

/* An encoded word holds no list marks, though some programs leave "," or "<" bare in it. */
static size_t
word_end(struct str v, size_t i)
{
	size_t marks = 0;

	for (size_t k = i + 2; k < v.n && k < i + 200; k++) {
		if (char_is_space(v.p[k]) && marks < 2)
			return 0;
		marks += v.p[k] == '?';
		if (marks == 3 && v.p[k] == '?' && k + 1 < v.n && v.p[k + 1] == '=')
			return k + 1;
		if (marks > 3)
			return 0;
	}
	return 0;
}

/* The same, but no byte is searched twice for a quote that never comes. */
static size_t
gather_quoted_end(struct gather *g, struct str v, size_t i)
{
	size_t end = i < g->no_quotes ? quoted_end(v, i) : v.n;

	if (end == v.n && i < g->no_quotes)
		g->no_quotes = i;
	return end;
}

/* Takes the token at i; where it ends. */
static size_t
gather_token(struct gather *g, struct str v, size_t i)
{
	size_t end;

	if (v.p[i] == '"') {
		end = gather_quoted_end(g, v, i);
		if (end == v.n)
			return i + 1;
		g->has_quoted = true;
		if (end + 1 < v.n && v.p[end + 1] == '@') /* a quoted local part stays as it is */
			buf_add(&g->phrase, (struct str){ v.p + i, end + 1 - i });
		else
			add_unquoted(&g->phrase, (struct str){ v.p + i + 1, end - i - 1 });
		return end + 1;
	}
	if (v.p[i] == '(' && g->bad_comments < 8) {
		end = comment_end(v, i);
		if (end == v.n) {
			g->bad_comments++;
			buf_add_char(&g->phrase, '(');
			return i + 1;
		}
		if (g->comment.n == 0)
			add_unquoted(&g->comment, (struct str){ v.p + i + 1, end - i - 1 });
		return end + 1;
	}
	end = str_starts(str_skip(v, i), STR("=?")) ? word_end(v, i) : 0;
	if (end) {
		buf_add(&g->phrase, (struct str){ v.p + i, end + 1 - i });
		return end + 1;
	}
	buf_add_char(&g->phrase, v.p[i]);
	return i + 1;
}

/* The angle address that opens at i: up to ">", or to a comma or the end where that is missing. */
static size_t
gather_angle(struct gather *g, struct str v, size_t i)
{
	size_t from = i + 1, k = from;

	while (k < v.n && v.p[k] != '>' && v.p[k] != '<' && v.p[k] != ',') {
		size_t end = v.p[k] == '"' ? gather_quoted_end(g, v, k) : v.n;

		k = end < v.n ? end + 1 : k + 1;
	}
	if (k > v.n)
		k = v.n;
	if (k < v.n && v.p[k] == '<') /* "<<a@b>>", "<name <a@b>": the inner one counts */
		return k;
	if (!g->has_angle || g->angle.n == 0) {
		buf_clear(&g->angle);
		buf_add(&g->angle, (struct str){ v.p + from, k - from });
	}
	g->has_angle = true;
	while (k < v.n && v.p[k] == '>')
		k++;
	return k;
}

size_t
address_list(struct str raw, struct str hint, struct arena *a, struct reading_address *out, size_t max)
{
	struct gather g = { .a = a, .hint = hint, .out = out, .max = max, .no_quotes = raw.n };
	ptrdiff_t last_semicolon = str_rfind_char(raw, ';');

	buf_init(&g.phrase, 3 * raw.n + 2);
	buf_init(&g.angle, raw.n + 1);
	buf_init(&g.comment, raw.n + 1);
	for (size_t i = 0; i < raw.n && g.n < max;) {
		char c = raw.p[i];

		if (c == '<') {
			i = gather_angle(&g, raw, i);
		} else if (c == ',') {
			gather_end(&g, true);
			i++;
		} else if (c == ';') {
			gather_end(&g, false);
			i++;
		} else if (c == ':' && !g.has_angle && (ptrdiff_t)i < last_semicolon &&
			   str_find_char(buf_str(&g.phrase), '@') < 0) {
			gather_clear(&g); /* the name of a group */
			i++;
		} else {
			i = gather_token(&g, raw, i);
		}
	}
	gather_end(&g, false);
	buf_free(&g.phrase);
	buf_free(&g.angle);
	buf_free(&g.comment);
	return g.n;
}
