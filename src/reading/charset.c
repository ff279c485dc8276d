/* SPDX-License-Identifier: ISC
 * charset.c: decides which charset bytes are in.
 *
 * What was declared is tried first; where it is unknown or does not fit the bytes, UTF-8, then uchardet for the East
 * Asian and Cyrillic families, then windows-1252. The one user of uchardet.
 */
#include "config.h"

#include "reading/charset.h"

#include <string.h>

#include <uchardet/uchardet.h>

#include "reading/charset_module.h"
#include "reading/mime.h"

bool
charset_is_utf8(struct str s)
{
	size_t good, bad;

	module_count_utf8(s, &good, &bad);
	return bad == 0;
}

/* What uchardet says, where it is one of the families that it tells well; else -1. 64 KiB are enough to know. */
static int
detect(struct str s)
{
	static const enum module families[] = { M_CP932, M_EUCJP, M_CP949, M_GB18030, M_BIG5, M_EUCTW, M_KOI8R,
		M_CP1251, M_CP866, M_MACCYRILLIC, M_8859_5, M_ISO2022JP, M_ISO2022KR, M_ISO2022CN, M_HZ, M_CP950 };
	uchardet_t u = uchardet_new();
	int m = -1;

	if (u == NULL)
		return -1;
	if (uchardet_handle_data(u, s.p, s.n < 65536 ? s.n : 65536) == 0) {
		uchardet_data_end(u);
		m = module_of(str_of(uchardet_get_charset(u)));
	}
	uchardet_delete(u);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (m == (int)families[i])
			return m;
	return -1;
}

static bool
is_eight_bit(struct str s)
{
	return charset_ascii_length(s) < s.n;
}

/* Charsets whose ASCII bytes may mean something else. */
static bool
is_stateful(int m)
{
	return m == M_ISO2022JP || m == M_HZ || m == M_ISO2022KR || m == M_ISO2022CN || m >= M_UTF7;
}

/* Bytes that are called ISO-2022-JP but have the eighth bit: EUC-JP or Shift_JIS. Text in the latter has bytes that
 * are controls in the former. */
static int
guess_japanese(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80 && c <= 0xa0 && c != 0x8e && c != 0x8f)
			return M_CP932;
	}
	return M_EUCJP;
}

/* The best guess for bytes that nothing (true) was said about. */
static int
guess(struct str s, int hint)
{
	size_t good, bad;
	int m;

	module_count_utf8(s, &good, &bad);
	if (bad == 0)
		return M_UTF8;
	if (hint == M_ISO2022JP)
		return guess_japanese(s);
	if (hint > M_CP1252 && !is_stateful(hint)) {
		module_convert((enum module)hint, s, NULL, &bad);
		if (bad == 0)
			return hint;
	}
	if (good > 4 * bad)
		return M_UTF8;
	m = detect(s);
	if (m >= 0) {
		module_convert((enum module)m, s, NULL, &bad);
		if (bad <= s.n / 200)
			return m;
	}
	return M_CP1252;
}

/* The module for seven-bit bytes without a word on their charset: escapes tell ISO 2022. */
static int
guess_seven_bit(struct str s)
{
	if (str_find_char(s, 0x1b) < 0)
		return M_UTF8;
	if (str_find(s, STR("\033$)C")) >= 0)
		return M_ISO2022KR;
	if (str_find(s, STR("\033$B")) >= 0 || str_find(s, STR("\033$@")) >= 0 || str_find(s, STR("\033(I")) >= 0)
		return M_ISO2022JP;
	return M_UTF8;
}

static int
choose(struct str s, struct str label, struct str hint)
{
	int m = module_of(label), other;
	bool eight = is_eight_bit(s);
	size_t bad, good, other_bad;

	if (!eight && (m < 0 || !is_stateful(m)))
		return guess_seven_bit(s);
	if (m < 0)
		return guess(s, module_of(hint));
	/* iso-8859-1 is the label that programs write without looking; bytes that happen to be UTF-8 are no Latin-1
	 * text */
	if (m == M_CP1252 || m == M_UTF8) {
		module_count_utf8(s, &good, &bad);
		if (bad == 0)
			return M_UTF8;
	}
	if (eight && (m == M_ISO2022JP || m == M_ISO2022KR || m == M_HZ) &&
	    str_find_char(s, m == M_HZ ? '~' : 0x1b) < 0)
		return guess(s, m == M_ISO2022KR ? M_CP949 : m == M_HZ ? M_GB18030 : m);
	module_convert((enum module)m, s, NULL, &bad);
	if (bad == 0 || is_stateful(m))
		return m;
	if (m == M_BIG5) {
		module_convert(M_CP950, s, NULL, &other_bad);
		if (other_bad == 0)
			return M_CP950;
	}
	if (m == M_UTF8) {
		module_count_utf8(s, &good, &bad);
		if (good > bad)
			return m;
	}
	other = guess(s, module_of(hint));
	module_convert((enum module)other, s, NULL, &other_bad);
	/* windows-1252 knows nearly every byte: that it fits proves nothing against a multibyte label */
	if (other == M_CP1252 && m >= M_CP932 && bad * 20 < s.n)
		return m;
	return other_bad < bad ? other : m;
}

struct str
charset_guess(struct str bytes)
{
	return is_eight_bit(bytes) ? str_of(module_name((enum module)guess(bytes, -1))) : STR_NONE;
}

static struct str
without_nul(struct str s, struct arena *a, size_t *bad)
{
	size_t count = 0, n = 0;
	char *out;

	if (str_find_char(s, '\0') < 0)
		return s;
	for (size_t i = 0; i < s.n; i++)
		count += s.p[i] == '\0';
	out = arena_alloc(a, s.n + 2 * count + 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i]) {
			out[n++] = s.p[i];
		} else {
			memcpy(out + n, "\xef\xbf\xbd", 3);
			n += 3;
		}
	}
	*bad += count;
	return (struct str){ out, n };
}

struct str
charset_to_utf8(struct str bytes, struct str label, struct str hint, struct arena *a, bool *damaged, struct str *used)
{
	int m = choose(bytes, label, hint);
	struct str out = bytes;
	size_t bad = 0;

	if (m != M_UTF8 || !charset_is_utf8(bytes) || str_starts(bytes, STR("\xef\xbb\xbf")))
		out = module_convert((enum module)m, bytes, a, &bad);
	out = without_nul(out, a, &bad);
	/* a guess against a label that nobody knows is no reading */
	if (bad || (m != M_UTF8 && is_eight_bit(bytes) && module_of(label) < 0 && !module_is_unsaid(label)))
		*damaged = true;
	if (used)
		*used = str_of(module_name((enum module)m));
	return out;
}

struct str
mime_to_utf8(struct str bytes, struct str charset, struct arena *a, bool *damaged)
{
	return charset_to_utf8(bytes, charset, STR_NONE, a, damaged, NULL);
}
