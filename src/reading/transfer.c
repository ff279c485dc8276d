/* SPDX-License-Identifier: ISC
 * transfer.c: base64, quoted-printable, uuencode; format=flowed.
 *
 * Not gmime's: mail programs misspell the names of encodings, leave out padding and "begin" lines, and put words behind
 * the end. Text in uuencode or yEnc that no header announces is left as text.
 */
#include "config.h"

#include "reading/transfer.h"

#include <stdint.h>
#include <string.h>

#include "reading/header.h"

enum encoding { ENCODING_NONE, ENCODING_BASE64, ENCODING_QUOTED, ENCODING_UUENCODE };

static enum encoding
encoding_of(struct str s)
{
	char squeezed[24];
	size_t n = 0;
	struct str e;

	for (size_t i = 0; i < s.n && n < sizeof(squeezed) && s.p[i] != ';' && s.p[i] != '('; i++)
		if (char_is_alpha(s.p[i]) || char_is_digit(s.p[i]))
			squeezed[n++] = char_lower(s.p[i]);
	e = (struct str){ squeezed, n };
	if (str_starts(e, STR("base64")) || str_equal(e, STR("xbase64")) || str_equal(e, STR("b64")))
		return ENCODING_BASE64;
	if (str_starts(e, STR("quotedprint")) || str_equal(e, STR("qp")) || str_starts(e, STR("quoteprint")))
		return ENCODING_QUOTED;
	if (str_starts(e, STR("xuu")) || str_starts(e, STR("uu")))
		return ENCODING_UUENCODE;
	return ENCODING_NONE;
}

/* Whether a line's first character states the length that it has. */
static bool
is_uu_line(struct str line)
{
	size_t n = line.n ? ((size_t)(unsigned char)line.p[0] - 32) & 63 : 0;

	return line.n > 1 && line.n - 1 >= (n + 2) / 3 * 4 && line.n - 1 <= (n + 2) / 3 * 4 + 2;
}

/* *s from behind its "begin MODE NAME" line on; or, where that was left out, as it is, if it looks so. */
static bool
uu_start(struct str *s)
{
	struct str rest = *s, line, first = STR_NONE;

	while (str_next_line(&rest, &line)) {
		if (str_starts(line, STR("begin "))) {
			*s = rest;
			return true;
		}
		if (first.n == 0)
			first = str_trim(line);
	}
	return is_uu_line(first);
}

static int
hex_value(char c)
{
	c = char_lower(c);
	if (char_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str
decode_quoted(struct str s, struct arena *a)
{
	char *out = arena_bytes(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		struct str rest = str_skip(s, i);
		ptrdiff_t plain = str_find_char(rest, '=');
		size_t k, run = plain < 0 ? rest.n : (size_t)plain;

		memcpy(out + n, rest.p, run);
		n += run;
		i += run;
		if (i == s.n)
			break;
		k = i + 1;
		if (i + 2 < s.n && hex_value(s.p[i + 1]) >= 0 && hex_value(s.p[i + 2]) >= 0) {
			out[n++] = (char)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
			i += 2;
			continue;
		}
		while (k < s.n && k < i + 80 && (s.p[k] == ' ' || s.p[k] == '\t'))
			k++;
		if (k < s.n && s.p[k] == '\r')
			k++;
		if (k >= s.n || s.p[k] == '\n')
			i = k; /* a soft line break */
		else
			out[n++] = s.p[i];
	}
	return (struct str){ out, n };
}

static bool
is_base64_line(struct str line)
{
	size_t n = 0;

	line = str_trim(line);
	while (n < line.n &&
	       (char_is_alpha(line.p[n]) || char_is_digit(line.p[n]) || line.p[n] == '+' || line.p[n] == '/'))
		n++;
	while (n < line.n && line.p[n] == '=')
		n++;
	return line.n && line.n % 4 == 0 && n == line.n;
}

/* What stands behind the padding on its line, and lines that are no base64 (a list's footer), are no content; whole
 * lines of base64 behind them are. */
static struct str
decode_base64(struct str s, struct arena *a)
{
	char *out = arena_bytes(a, s.n / 4 * 3 + 4);
	struct str line;
	size_t n = 0;

	while (s.n) {
		ptrdiff_t padding = str_find_char(s, '=');
		struct str run = padding < 0 ? s : str_head(s, (size_t)padding + 1);

		n += header_base64(run, out + n);
		s = str_skip(s, run.n);
		str_next_line(&s, &line);
		for (struct str rest = s; str_next_line(&rest, &line) && !is_base64_line(line);)
			s = rest;
	}
	return (struct str){ out, n };
}

/* One line: its first character states how many bytes it gives. */
static size_t
decode_uu_line(struct str line, char *out)
{
	size_t length = ((size_t)(unsigned char)line.p[0] - 32) & 63, n = 0;

	for (size_t i = 1; i < line.n && n < length; i += 4) {
		unsigned bits = 0;

		for (size_t k = 0; k < 4; k++)
			bits = bits << 6 | (i + k < line.n ? ((unsigned)(unsigned char)line.p[i + k] - 32) & 63 : 0);
		for (int shift = 16; shift >= 0 && n < length; shift -= 8)
			out[n++] = (char)(bits >> shift & 0xff);
	}
	return n;
}

/* Up to "end" or an empty line; s begins behind "begin". */
static struct str
decode_uu(struct str s, struct arena *a)
{
	/* a line of four characters and its length gives three bytes */
	char *out = arena_bytes(a, s.n + 3);
	struct str line;
	size_t n = 0;

	while (str_next_line(&s, &line) && !str_equal(line, STR("end")))
		if (line.n > 1)
			n += decode_uu_line(line, out + n);
	return (struct str){ out, n };
}

struct str
transfer_decode(struct str content, struct str encoding, size_t max, struct arena *a)
{
	struct str in = str_head(content, max > SIZE_MAX / 4 ? max : 4 * max);

	switch (encoding_of(encoding)) {
	case ENCODING_BASE64:
		return str_head(decode_base64(in, a), max);
	case ENCODING_QUOTED:
		return str_head(decode_quoted(in, a), max);
	case ENCODING_UUENCODE:
		return str_head(uu_start(&in) ? decode_uu(in, a) : in, max);
	case ENCODING_NONE:
		break;
	}
	return str_head(content, max);
}

struct str
transfer_lines(struct str text, struct arena *a)
{
	char *out;
	size_t n = 0;

	if (str_find_char(text, '\r') < 0)
		return text;
	out = arena_bytes(a, text.n + 1);
	while (text.n) {
		ptrdiff_t cr = str_find_char(text, '\r');
		size_t run = cr < 0 ? text.n : (size_t)cr;

		memcpy(out + n, text.p, run);
		n += run;
		text = str_skip(text, run);
		if (text.n && (text.n == 1 || text.p[1] != '\n'))
			out[n++] = '\n';
		text = str_skip(text, 1);
	}
	return (struct str){ out, n };
}

struct str
transfer_unflow(struct str text, bool delete_space, struct arena *a)
{
	/* each line gets at most one byte more: the blank behind its quote marks */
	char *out = arena_bytes(a, 2 * text.n + 2);
	struct str rest = text, line;
	size_t n = 0, open_depth = 0;
	bool open = false;

	while (str_next_line(&rest, &line)) {
		size_t depth = 0;
		bool flowed;

		while (depth < line.n && line.p[depth] == '>')
			depth++;
		line = str_skip(line, depth);
		if (line.n && line.p[0] == ' ')
			line = str_skip(line, 1);
		flowed = line.n && line.p[line.n - 1] == ' ' && !str_equal(line, STR("-- "));
		if (open && (depth != open_depth || str_equal(line, STR("-- ")))) {
			out[n++] = '\n';
			open = false;
		}
		if (!open && depth) {
			memset(out + n, '>', depth);
			n += depth;
			if (line.n)
				out[n++] = ' ';
		}
		if (flowed && delete_space)
			line.n--;
		if (line.n)
			memcpy(out + n, line.p, line.n);
		n += line.n;
		open = flowed;
		open_depth = depth;
		if (!flowed && rest.n)
			out[n++] = '\n';
		else if (!flowed && text.p[text.n - 1] == '\n')
			out[n++] = '\n';
	}
	return (struct str){ out, n };
}
