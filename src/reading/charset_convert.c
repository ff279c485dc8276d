/* SPDX-License-Identifier: ISC
 * charset_convert.c: bytes of a known charset to UTF-8. The one user of iconv.
 *
 * Conversions come from a fixed list of iconv modules. glibc loads them as shared objects; whoever holds what
 * mime_preload gave has them all in memory, and a conversion opens no file, as the reader's filter demands. ISO-2022-JP
 * is unshifted here, as no iconv module knows its vendor variants. What a charset does not know becomes U+FFFD, and is
 * counted.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <iconv.h>

#include "reading/charset.h"
#include "reading/charset_module.h"
#include "reading/mime.h"

struct mime_charsets {
	iconv_t open[M_COUNT]; /* or (iconv_t)-1 */
};

/* A conversion of a few bytes makes iconv load what it needs. */
static iconv_t
module_load(enum module m)
{
	char in[4] = { 'a', 'a', 'a', 'a' }, out[32], *from = in, *to = out;
	size_t n = sizeof(in), room = sizeof(out);
	iconv_t h = module_iconv(m) ? iconv_open("UTF-8", module_iconv(m)) : (iconv_t)-1;

	if (h != (iconv_t)-1)
		iconv(h, &from, &n, &to, &room);
	return h;
}

struct mime_charsets *
mime_preload(void)
{
	struct mime_charsets *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	for (int m = 0; m < M_COUNT; m++)
		c->open[m] = module_load((enum module)m);
	return c;
}

void
mime_release(struct mime_charsets **c)
{
	if (*c == NULL)
		return;
	for (int m = 0; m < M_COUNT; m++)
		if ((*c)->open[m] != (iconv_t)-1)
			iconv_close((*c)->open[m]);
	free(*c);
	*c = NULL;
}

/* The length of the UTF-8 sequence at s, or 0 where there is none; *skip: how many bytes one U+FFFD stands for. */
static size_t
utf8_length(struct str s, size_t *skip)
{
	unsigned char c = (unsigned char)s.p[0];
	unsigned low = 0x80, high = 0xbf;
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;

	*skip = 1;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < n; i++) {
		unsigned char d = i < s.n ? (unsigned char)s.p[i] : 0;

		if (d < low || d > high)
			return 0;
		low = 0x80;
		high = 0xbf;
		*skip = i + 1;
	}
	return n;
}

size_t
charset_ascii_length(struct str s)
{
	size_t n = 0;
	uint64_t eight;

	for (; n + 8 <= s.n; n += 8) {
		memcpy(&eight, s.p + n, 8);
		if (eight & 0x8080808080808080u)
			break;
	}
	while (n < s.n && (unsigned char)s.p[n] < 0x80)
		n++;
	return n;
}

void
module_count_utf8(struct str s, size_t *good, size_t *bad)
{
	size_t skip;

	*good = *bad = 0;
	for (s = str_skip(s, charset_ascii_length(s)); s.n; s = str_skip(s, charset_ascii_length(s))) {
		size_t n = utf8_length(s, &skip);

		*good += n > 1;
		*bad += n == 0;
		s = str_skip(s, n ? n : skip);
	}
}

struct output {
	char *p;
	size_t n, bad;
};

static void
output_bad(struct output *o)
{
	memcpy(o->p + o->n, "\xef\xbf\xbd", 3);
	o->n += 3;
	o->bad++;
}

/* Each byte gives at most three. */
static void
convert_utf8(struct str s, struct output *o)
{
	size_t skip;

	if (str_starts(s, STR("\xef\xbb\xbf")))
		s = str_skip(s, 3);
	while (s.n) {
		size_t n = charset_ascii_length(s);

		if (n == 0)
			n = utf8_length(s, &skip);
		if (n == 0) {
			output_bad(o);
			s = str_skip(s, skip);
			continue;
		}
		memcpy(o->p + o->n, s.p, n);
		o->n += n;
		s = str_skip(s, n);
	}
}

/* Room: at most 6 bytes for one (a pair of code points), and a U+FFFD for each byte that means nothing. */
static void
convert_iconv(enum module m, struct str s, struct output *o, size_t room)
{
	iconv_t h = iconv_open("UTF-8", module_iconv(m));
	char *in = (char *)(size_t)s.p, *out;
	size_t left = s.n, space;

	if (h == (iconv_t)-1) {
		convert_utf8(s, o);
		o->bad++;
		return;
	}
	while (left) {
		out = o->p + o->n;
		space = room - o->n - 3;
		size_t r = iconv(h, &in, &left, &out, &space);

		o->n = (size_t)(out - o->p);
		if (r != (size_t)-1)
			break;
		if (errno == E2BIG)
			break;
		output_bad(o);
		in++;
		left--;
		if (room - o->n < 16)
			break;
	}
	out = o->p + o->n;
	space = room - o->n;
	iconv(h, NULL, NULL, &out, &space);
	o->n = (size_t)(out - o->p);
	iconv_close(h);
}

enum japanese_set { J_ASCII, J_KANA, J_0208, J_0212 };

/* What an escape sequence at s (behind the ESC) designates, and its length; 0: none that is known. */
static size_t
japanese_escape(struct str s, enum japanese_set *set)
{
	static const struct {
		const char *text;
		enum japanese_set set;
	} escapes[] = { { "$B", J_0208 }, { "$@", J_0208 }, { "$(D", J_0212 }, { "$(B", J_0208 }, { "$(@", J_0208 },
		{ "$(Q", J_0208 }, { "$(O", J_0208 }, { "(I", J_KANA }, { "(B", J_ASCII }, { "(J", J_ASCII },
		{ "(H", J_ASCII } };

	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++)
		if (str_starts(s, str_of(escapes[i].text))) {
			*set = escapes[i].set;
			return str_of(escapes[i].text).n;
		}
	return 0;
}

/* Two bytes of JIS X 0208, the vendors' rows included, as Shift_JIS. */
static size_t
put_shift_jis(char *out, unsigned c, unsigned d)
{
	unsigned lead = ((c - 0x21) >> 1) + 0x81;

	out[0] = (char)(lead > 0x9f ? lead + 0x40 : lead);
	out[1] = (char)(c & 1 ? d + 0x1f + (d >= 0x60) : d + 0x7e);
	return 2;
}

static size_t
put_euc(char *out, unsigned c, unsigned d, bool third_plane)
{
	size_t n = 0;

	if (third_plane)
		out[n++] = (char)0x8f;
	out[n++] = (char)(c | 0x80);
	out[n++] = (char)(d | 0x80);
	return n;
}

/* ISO-2022-JP in all its forms: JIS X 0208, 0201 kana by escape, SO/SI or the eighth bit, 0212. A line end returns to
 * ASCII, as many mail programs forget to. Gives Shift_JIS, which knows the vendors' rows, or EUC-JP, which knows 0212.
 * out has room for 2 * s.n. */
static size_t
unshift_japanese(struct str s, bool euc, char *out)
{
	size_t n = 0;
	enum japanese_set set = J_ASCII;
	bool shifted = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i], d = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		size_t escape = c == 0x1b ? japanese_escape(str_skip(s, i + 1), &set) : 0;
		bool kana =
		    ((set == J_KANA || shifted) && c > 0x20 && c < 0x60) || (c >= 0xa1 && c <= 0xdf && set < J_0208);

		if (escape) {
			i += escape;
		} else if (c == 0x0e || c == 0x0f) {
			shifted = c == 0x0e;
		} else if (kana) {
			if (euc)
				out[n++] = (char)0x8e;
			out[n++] = (char)(c | 0x80);
		} else if (set >= J_0208 && c > 0x20 && c < 0x7f && d > 0x20 && d < 0x7f) {
			n += euc ? put_euc(out + n, c, d, set == J_0212) : put_shift_jis(out + n, c, d);
			i++;
		} else {
			if (c == '\n' || c == '\r') {
				set = J_ASCII;
				shifted = false;
			}
			out[n++] = (char)c;
		}
	}
	return n;
}

/* HZ (RFC 1843): ~{ and ~} around GB 2312 in seven bits. out has room for s.n. */
static size_t
unshift_hz(struct str s, char *out)
{
	size_t n = 0;
	bool shifted = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], d = i + 1 < s.n ? s.p[i + 1] : '\0';

		if (c == '~' && (d == '{' || d == '}')) {
			shifted = d == '{';
			i++;
		} else if (c == '~' && d == '~' && !shifted) {
			out[n++] = c;
			i++;
		} else if (c == '~' && d == '\n' && !shifted) {
			i++;
		} else {
			if (c == '\n')
				shifted = false;
			out[n++] = (char)(shifted && c > 0x20 ? c | 0x80 : c);
		}
	}
	return n;
}

static void *
allocate(size_t n)
{
	void *p = malloc(n);

	if (p == NULL)
		abort();
	return p;
}

struct str
module_convert(enum module m, struct str s, struct arena *a, size_t *bad)
{
	struct output o = { 0 };
	struct str in = s, out;
	char *shifted = NULL;
	size_t room;

	if (m == M_ISO2022JP) {
		bool euc = str_find(s, STR("\033$(D")) >= 0;

		shifted = allocate(2 * s.n + 1);
		in = (struct str){ shifted, unshift_japanese(s, euc, shifted) };
		m = euc ? M_EUCJP : M_CP932;
	} else if (m == M_HZ) {
		shifted = allocate(s.n + 1);
		in = (struct str){ shifted, unshift_hz(s, shifted) };
		m = M_GB18030;
	}
	room = (m == M_UTF8 ? 3 : 6) * in.n + 32;
	o.p = allocate(room);
	if (m == M_UTF8)
		convert_utf8(in, &o);
	else
		convert_iconv(m, in, &o, room);
	out = (struct str){ o.p, o.n };
	if (str_starts(out, STR("\xef\xbb\xbf")))
		out = str_skip(out, 3);
	out = a ? arena_copy(a, out) : STR_NONE;
	*bad = o.bad;
	free(o.p);
	free(shifted);
	return out;
}
