/* SPDX-License-Identifier: ISC
 * transfer.c: base64, quoted-printable, uuencode; format=flowed.
 *
 * The decoders are gmime's; the names of encodings are ours, as mail programs misspell them. Text in uuencode or
 * yEnc that no header announces is left as text.
 */
#include "config.h"

#include "reading/transfer.h"

#include <string.h>

#include <gmime/gmime.h>

static GMimeContentEncoding
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
		return GMIME_CONTENT_ENCODING_BASE64;
	if (str_starts(e, STR("quotedprint")) || str_equal(e, STR("qp")) || str_starts(e, STR("quoteprint")))
		return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	if (str_starts(e, STR("xuu")) || str_starts(e, STR("uu")))
		return GMIME_CONTENT_ENCODING_UUENCODE;
	return GMIME_CONTENT_ENCODING_DEFAULT;
}

/* Whether a line's first character states the length that it has. */
static bool
is_uu_line(struct str line)
{
	size_t n = line.n ? ((size_t)(unsigned char)line.p[0] - 32) & 63 : 0;

	return line.n > 1 && line.n - 1 >= (n + 2) / 3 * 4 && line.n - 1 <= (n + 2) / 3 * 4 + 2;
}

/* *s from its "begin MODE NAME" line on, and true; or, where that was left out, *bare and true. */
static bool
uu_start(struct str *s, bool *bare)
{
	struct str rest = *s, line, first = STR_NONE;

	for (struct str at = rest; str_next_line(&rest, &line); at = rest) {
		if (str_starts(line, STR("begin "))) {
			*s = at;
			return true;
		}
		if (first.n == 0)
			first = str_trim(line);
	}
	*bare = true;
	return is_uu_line(first);
}

/* quoted-printable is read by us: gmime's decoder keeps what a soft line break leaves and drops no trailing blanks. */
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
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		size_t k = i + 1;

		if (s.p[i] != '=') {
			out[n++] = s.p[i];
			continue;
		}
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

struct str
transfer_decode(struct str content, struct str encoding, size_t max, struct arena *a)
{
	GMimeContentEncoding e = encoding_of(encoding);
	GMimeEncoding state;
	struct str in = content;
	bool bare = false;
	char *out;
	size_t n;

	if (e == GMIME_CONTENT_ENCODING_DEFAULT)
		return str_head(content, max);
	if (in.n > 3 * max)
		in = str_head(in, 3 * max);
	if (e == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return str_head(decode_quoted(in, a), max);
	if (e == GMIME_CONTENT_ENCODING_UUENCODE && !uu_start(&in, &bare))
		return str_head(in, max);
	g_mime_encoding_init_decode(&state, e);
	if (bare)
		state.state |= GMIME_UUDECODE_STATE_BEGIN;
	out = arena_alloc(a, g_mime_encoding_outlen(&state, in.n) + 8);
	n = g_mime_encoding_step(&state, in.n ? in.p : "", in.n, out);
	n += g_mime_encoding_flush(&state, "", 0, out + n);
	return str_head((struct str){ out, n }, max);
}

struct str
transfer_lines(struct str text, struct arena *a)
{
	char *out;
	size_t n = 0;

	if (str_find_char(text, '\r') < 0)
		return text;
	out = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\r')
			out[n++] = text.p[i];
		else if (i + 1 >= text.n || text.p[i + 1] != '\n')
			out[n++] = '\n';
	}
	return (struct str){ out, n };
}

struct str
transfer_unflow(struct str text, bool delete_space, struct arena *a)
{
	/* each line gets at most one byte more: the blank behind its quote marks */
	char *out = arena_alloc(a, 2 * text.n + 2);
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
