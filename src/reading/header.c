/* SPDX-License-Identifier: ISC
 * header.c: fields and encoded words.
 *
 * Deliberately lenient: what comes out is shown to people, never used as identity. RFC 2047 words are decoded
 * wherever they stand (in quoted strings, glued to text, with blanks inside, without their final "?="), and
 * neighbours of one charset are joined before conversion, as many programs cut inside a character.
 */
#include "config.h"

#include "reading/header.h"

#include <string.h>

#include "reading/charset.h"

static bool
is_name_char(char c)
{
	return c > 0x20 && c < 0x7f && c != ':';
}

bool
header_next(struct str *rest, struct str *name, struct str *value)
{
	struct str start = *rest, line, next;
	size_t n = 0, end;

	if (!str_next_line(rest, &line) || line.n == 0)
		return false;
	while (n < line.n && is_name_char(line.p[n]))
		n++;
	end = n;
	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	*name = STR_NONE;
	*value = line;
	if (end == 0 || n >= line.n || line.p[n] != ':')
		return true;
	*name = str_head(line, end);
	next = *rest;
	for (struct str at = next; at.n && (at.p[0] == ' ' || at.p[0] == '\t'); at = next)
		if (!str_next_line(&next, &line))
			break;
	*rest = next;
	*value = str_skip(str_head(start, (size_t)(line.p + line.n - start.p)), n + 1);
	return true;
}

/* Whether the line begins an mbox entry: "From " and an address. "From :" is a field with a blank before its colon. */
static bool
is_envelope(struct str line)
{
	if (!str_starts(line, STR("From ")) && !str_starts(line, STR(">From ")))
		return false;
	line = str_skip(line, (size_t)str_find_char(line, ' '));
	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = str_skip(line, 1);
	return line.n == 0 || line.p[0] != ':';
}

struct str
header_skip_envelope(struct str raw)
{
	struct str at = raw, line, rest, name, value;

	while (at.n && (at.p[0] == '\r' || at.p[0] == '\n'))
		at = str_skip(at, 1);
	rest = at;
	if (is_envelope(at))
		return str_next_line(&rest, &line) ? rest : at;
	/* an empty line with no field behind it is an empty header */
	return header_next(&rest, &name, &value) && name.n ? at : raw;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

size_t
header_base64(struct str s, char *out)
{
	unsigned bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int v = base64_value(s.p[i]);

		if (s.p[i] == '=')
			bits = have = 0; /* the end of a run; another may follow */
		if (v < 0)
			continue;
		bits = bits << 6 | (unsigned)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
		}
	}
	return n;
}

static int
hex_value(char c)
{
	c = char_lower(c);
	if (char_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Q of RFC 2047; s.n bytes of room. */
static size_t
decode_q(struct str s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_') {
			out[n++] = ' ';
		} else if (s.p[i] == '=' && i + 2 < s.n && hex_value(s.p[i + 1]) >= 0 && hex_value(s.p[i + 2]) >= 0) {
			out[n++] = (char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return n;
}

struct word {
	struct str charset, text;
	char encoding; /* 'b' or 'q' */
	size_t length; /* of the whole, from "=?" on */
};

/* The state of one run through a value; searched: where "?=" was last looked for and found, so that no byte is
 * looked at twice. */
struct words {
	struct str all;
	ptrdiff_t found;
	struct arena *a;
	struct str hint;
	struct buf *out;
	/* pending bytes of neighbouring words of one charset */
	struct str charset;
	char *bytes;
	size_t n_bytes;
	/* pending base64, which may be cut anywhere */
	char *base64;
	size_t n_base64;
};

/* Where the next "?=" stands, at or behind at; all.n where there is none. */
static size_t
words_end(struct words *w, size_t at)
{
	if (w->found < (ptrdiff_t)at) {
		ptrdiff_t f = str_find(str_skip(w->all, at), STR("?="));

		w->found = f < 0 ? (ptrdiff_t)w->all.n : f + (ptrdiff_t)at;
	}
	return (size_t)w->found;
}

/* The text of a word without its end: up to a blank or the next "=?". */
static size_t
unended_length(struct str s, size_t at)
{
	while (at < s.n && !char_is_space(s.p[at]) && !(s.p[at] == '=' && at + 1 < s.n && s.p[at + 1] == '?'))
		at++;
	return at;
}

/* An encoded word at offset at. Its charset has at most 40 bytes. */
static bool
word_at(struct words *w, size_t at, struct word *out)
{
	struct str s = w->all;
	size_t i = at + 2, end;

	if (!str_starts(str_skip(s, at), STR("=?")))
		return false;
	while (i < s.n && i < at + 42 && s.p[i] != '?' && !char_is_space(s.p[i]))
		i++;
	if (i + 2 >= s.n || s.p[i] != '?' || i == at + 2 || s.p[i + 2] != '?')
		return false;
	out->charset = str_head(str_skip(s, at + 2), i - at - 2);
	out->encoding = char_lower(s.p[i + 1]);
	if (out->encoding != 'b' && out->encoding != 'q')
		return false;
	i += 3;
	end = words_end(w, i);
	/* "?=" that belongs to the next word: this one has no end */
	if (end < s.n) {
		struct str body = str_head(str_skip(s, i), end - i);
		ptrdiff_t next = str_find(body, STR("=?"));

		if (next >= 0 && out->encoding == 'b')
			end = s.n;
	}
	if (end == s.n) {
		end = unended_length(s, i);
		out->text = str_head(str_skip(s, i), end - i);
		out->length = end - at;
		return out->text.n > 0;
	}
	out->text = str_head(str_skip(s, i), end - i);
	out->length = end + 2 - at;
	return true;
}

static void
words_flush_base64(struct words *w)
{
	w->n_bytes += header_base64((struct str){ w->base64, w->n_base64 }, w->bytes + w->n_bytes);
	w->n_base64 = 0;
}

static void
words_flush(struct words *w)
{
	bool damaged = false;

	words_flush_base64(w);
	if (w->n_bytes)
		buf_add(w->out,
		    charset_to_utf8((struct str){ w->bytes, w->n_bytes }, w->charset, w->hint, w->a, &damaged, NULL));
	w->n_bytes = 0;
	w->charset = STR_NONE;
}

static void
words_add(struct words *w, const struct word *word)
{
	if (!str_equal_nocase(w->charset, word->charset))
		words_flush(w);
	w->charset = word->charset;
	if (word->encoding == 'b') {
		memcpy(w->base64 + w->n_base64, word->text.p, word->text.n);
		w->n_base64 += word->text.n;
		return;
	}
	words_flush_base64(w);
	w->n_bytes += decode_q(word->text, w->bytes + w->n_bytes);
}

/* Text that is no encoded word. */
static void
words_add_plain(struct words *w, struct str s)
{
	bool damaged = false;

	words_flush(w);
	if (s.n)
		buf_add(w->out, charset_to_utf8(s, STR_NONE, w->hint, w->a, &damaged, NULL));
}

static struct str
blanks_for_controls(struct str s, struct arena *a)
{
	char *out = arena_z(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0')
			out[i] = ' ';
	return (struct str){ out, s.n };
}

/* Folding undone: line ends go, the blank behind them stays. */
static struct str
unfold(struct str s, struct arena *a)
{
	char *out = arena_bytes(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n')
			out[n++] = s.p[i] ? s.p[i] : ' ';
	return (struct str){ out, n };
}

static bool
is_blank(struct str s)
{
	return str_trim(s).n == 0;
}

/* Nothing to undo: ASCII without escapes, line ends and encoded words, as most values are. */
static bool
is_plain(struct str s)
{
	return charset_ascii_length(s) == s.n && str_find_char(s, '\r') < 0 && str_find_char(s, '\n') < 0 &&
	       str_find_char(s, '\0') < 0 && str_find_char(s, 0x1b) < 0 && str_find(s, STR("=?")) < 0;
}

struct str
header_decode(struct str raw, struct str hint, struct arena *a)
{
	struct str s = is_plain(raw) ? raw : unfold(raw, a), out;
	struct buf b;
	struct words w = { .all = s, .found = -1, .a = a, .hint = hint, .out = &b };
	size_t from = 0;

	if (is_plain(s))
		return s;
	buf_init(&b, 16 * s.n + 64);
	w.bytes = arena_bytes(a, s.n + 1);
	w.base64 = arena_bytes(a, s.n + 1);
	for (size_t at = 0; at < s.n;) {
		struct word word;
		struct str gap = str_head(str_skip(s, from), at - from);

		if (s.p[at] != '=' || !word_at(&w, at, &word)) {
			at++;
			continue;
		}
		/* blanks between two words are not text */
		if (!(is_blank(gap) && w.charset.n))
			words_add_plain(&w, gap);
		words_add(&w, &word);
		at += word.length;
		from = at;
	}
	words_add_plain(&w, str_skip(s, from));
	out = blanks_for_controls(buf_str(&b), a);
	buf_free(&b);
	return out;
}

struct str
mime_decode_header(struct str raw, struct arena *a)
{
	return str_trim(header_decode(raw, STR_NONE, a));
}
