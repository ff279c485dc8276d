/* SPDX-License-Identifier: ISC
 * charset.c: labels, detection and conversion.
 *
 * What was declared is tried first; where it is unknown or does not fit the bytes, UTF-8, then uchardet for the East
 * Asian and Cyrillic families, then windows-1252. Labels follow the WHATWG (iso-8859-1 is windows-1252), as that is
 * what senders mean. Conversions come from a fixed list of iconv modules, opened once and kept: the reader's filter
 * forbids opening files later. ISO-2022-JP is unshifted here, as no iconv module knows its vendor variants.
 */
#include "config.h"

#include "reading/charset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <iconv.h>
#include <uchardet/uchardet.h>

#include "reading/mime.h"

enum module {
	M_UTF8,
	M_ISO2022JP,
	M_HZ,
	M_CP1252,
	M_FIRST_ICONV = M_CP1252,
	M_8859_2,
	M_8859_3,
	M_8859_4,
	M_8859_5,
	M_8859_6,
	M_8859_7,
	M_8859_8,
	M_8859_10,
	M_8859_13,
	M_8859_14,
	M_8859_15,
	M_8859_16,
	M_CP874,
	M_CP1250,
	M_CP1251,
	M_CP1253,
	M_CP1254,
	M_CP1255,
	M_CP1256,
	M_CP1257,
	M_CP1258,
	M_KOI8R,
	M_KOI8U,
	M_CP437,
	M_CP850,
	M_CP852,
	M_CP866,
	M_MAC,
	M_MACCYRILLIC,
	M_CP932,
	M_EUCJP,
	M_CP949,
	M_ISO2022KR,
	M_GB18030,
	M_ISO2022CN,
	M_BIG5,
	M_CP950,
	M_EUCTW,
	M_UTF7,
	M_UTF16,
	M_UTF16LE,
	M_UTF16BE,
	M_UTF32,
	M_COUNT
};

/* The name for people, and iconv's. */
static const struct {
	const char *name, *iconv;
} modules[M_COUNT] = {
	[M_UTF8] = { "utf-8", NULL },
	[M_ISO2022JP] = { "iso-2022-jp", NULL },
	[M_HZ] = { "hz-gb-2312", NULL },
	[M_CP1252] = { "windows-1252", "CP1252" },
	[M_8859_2] = { "iso-8859-2", "ISO-8859-2" },
	[M_8859_3] = { "iso-8859-3", "ISO-8859-3" },
	[M_8859_4] = { "iso-8859-4", "ISO-8859-4" },
	[M_8859_5] = { "iso-8859-5", "ISO-8859-5" },
	[M_8859_6] = { "iso-8859-6", "ISO-8859-6" },
	[M_8859_7] = { "iso-8859-7", "ISO-8859-7" },
	[M_8859_8] = { "iso-8859-8", "ISO-8859-8" },
	[M_8859_10] = { "iso-8859-10", "ISO-8859-10" },
	[M_8859_13] = { "iso-8859-13", "ISO-8859-13" },
	[M_8859_14] = { "iso-8859-14", "ISO-8859-14" },
	[M_8859_15] = { "iso-8859-15", "ISO-8859-15" },
	[M_8859_16] = { "iso-8859-16", "ISO-8859-16" },
	[M_CP874] = { "windows-874", "CP874" },
	[M_CP1250] = { "windows-1250", "CP1250" },
	[M_CP1251] = { "windows-1251", "CP1251" },
	[M_CP1253] = { "windows-1253", "CP1253" },
	[M_CP1254] = { "windows-1254", "CP1254" },
	[M_CP1255] = { "windows-1255", "CP1255" },
	[M_CP1256] = { "windows-1256", "CP1256" },
	[M_CP1257] = { "windows-1257", "CP1257" },
	[M_CP1258] = { "windows-1258", "CP1258" },
	[M_KOI8R] = { "koi8-r", "KOI8-R" },
	[M_KOI8U] = { "koi8-u", "KOI8-U" },
	[M_CP437] = { "ibm437", "CP437" },
	[M_CP850] = { "ibm850", "CP850" },
	[M_CP852] = { "ibm852", "CP852" },
	[M_CP866] = { "ibm866", "CP866" },
	[M_MAC] = { "macintosh", "MACINTOSH" },
	[M_MACCYRILLIC] = { "x-mac-cyrillic", "MAC-CYRILLIC" },
	[M_CP932] = { "shift_jis", "CP932" },
	[M_EUCJP] = { "euc-jp", "EUC-JP-MS" },
	[M_CP949] = { "euc-kr", "CP949" },
	[M_ISO2022KR] = { "iso-2022-kr", "ISO-2022-KR" },
	[M_GB18030] = { "gb18030", "GB18030" },
	[M_ISO2022CN] = { "iso-2022-cn", "ISO-2022-CN-EXT" },
	[M_BIG5] = { "big5", "BIG5-HKSCS" },
	[M_CP950] = { "cp950", "CP950" },
	[M_EUCTW] = { "euc-tw", "EUC-TW" },
	[M_UTF7] = { "utf-7", "UTF-7" },
	[M_UTF16] = { "utf-16", "UTF-16" },
	[M_UTF16LE] = { "utf-16le", "UTF-16LE" },
	[M_UTF16BE] = { "utf-16be", "UTF-16BE" },
	[M_UTF32] = { "utf-32", "UTF-32" },
};

/* Labels squeezed: lower case, letters and digits only. "iso-8859-N" and "windows-N"/"cpN" are formed by rule. */
static const struct {
	const char *label;
	enum module module;
} labels[] = {
	{ "utf8", M_UTF8 },
	{ "unicode11utf8", M_UTF8 },
	{ "unicode20utf8", M_UTF8 },
	{ "xunicode20utf8", M_UTF8 },
	{ "utf8mb4", M_UTF8 },
	{ "cp65001", M_UTF8 },
	{ "latin1", M_CP1252 },
	{ "l1", M_CP1252 },
	{ "ansix341968", M_CP1252 },
	{ "ibm819", M_CP1252 },
	{ "cp819", M_CP1252 },
	{ "xcp1252", M_CP1252 },
	{ "ansi", M_CP1252 },
	{ "latin2", M_8859_2 },
	{ "l2", M_8859_2 },
	{ "latin3", M_8859_3 },
	{ "latin4", M_8859_4 },
	{ "cyrillic", M_8859_5 },
	{ "arabic", M_8859_6 },
	{ "asmo708", M_8859_6 },
	{ "greek", M_8859_7 },
	{ "greek8", M_8859_7 },
	{ "elot928", M_8859_7 },
	{ "hebrew", M_8859_8 },
	{ "visual", M_8859_8 },
	{ "logical", M_8859_8 },
	{ "iso88598i", M_8859_8 },
	{ "iso88598e", M_8859_8 },
	{ "iso88596i", M_8859_6 },
	{ "iso88596e", M_8859_6 },
	{ "latin5", M_CP1254 },
	{ "latin6", M_8859_10 },
	{ "latin9", M_8859_15 },
	{ "tis620", M_CP874 },
	{ "dos874", M_CP874 },
	{ "koi8r", M_KOI8R },
	{ "koi8", M_KOI8R },
	{ "koi", M_KOI8R },
	{ "cskoi8r", M_KOI8R },
	{ "koi8u", M_KOI8U },
	{ "koi8ru", M_KOI8U },
	{ "macintosh", M_MAC },
	{ "macroman", M_MAC },
	{ "xmacroman", M_MAC },
	{ "mac", M_MAC },
	{ "xmaccyrillic", M_MACCYRILLIC },
	{ "maccyrillic", M_MACCYRILLIC },
	{ "xmacukrainian", M_MACCYRILLIC },
	{ "shiftjis", M_CP932 },
	{ "sjis", M_CP932 },
	{ "xsjis", M_CP932 },
	{ "mskanji", M_CP932 },
	{ "ms932", M_CP932 },
	{ "csshiftjis", M_CP932 },
	{ "windows31j", M_CP932 },
	{ "eucjp", M_EUCJP },
	{ "eucjpms", M_EUCJP },
	{ "xeucjp", M_EUCJP },
	{ "ujis", M_EUCJP },
	{ "cp51932", M_EUCJP },
	{ "iso2022jp", M_ISO2022JP },
	{ "iso2022jp1", M_ISO2022JP },
	{ "iso2022jp2", M_ISO2022JP },
	{ "iso2022jp3", M_ISO2022JP },
	{ "iso2022jp2004", M_ISO2022JP },
	{ "iso2022jpms", M_ISO2022JP },
	{ "csiso2022jp", M_ISO2022JP },
	{ "jis", M_ISO2022JP },
	{ "jis7", M_ISO2022JP },
	{ "cp50220", M_ISO2022JP },
	{ "cp50221", M_ISO2022JP },
	{ "cp50222", M_ISO2022JP },
	{ "euckr", M_CP949 },
	{ "ksc56011987", M_CP949 },
	{ "ksc56011989", M_CP949 },
	{ "ksc5601", M_CP949 },
	{ "ks_c_56011987", M_CP949 },
	{ "isoir149", M_CP949 },
	{ "korean", M_CP949 },
	{ "uhc", M_CP949 },
	{ "ms949", M_CP949 },
	{ "xwindows949", M_CP949 },
	{ "cseuckr", M_CP949 },
	{ "iso2022kr", M_ISO2022KR },
	{ "csiso2022kr", M_ISO2022KR },
	{ "gb2312", M_GB18030 },
	{ "gb231280", M_GB18030 },
	{ "csgb2312", M_GB18030 },
	{ "gbk", M_GB18030 },
	{ "xgbk", M_GB18030 },
	{ "gb18030", M_GB18030 },
	{ "gb180302005", M_GB18030 },
	{ "chinese", M_GB18030 },
	{ "euccn", M_GB18030 },
	{ "cngb", M_GB18030 },
	{ "ms936", M_GB18030 },
	{ "isoir58", M_GB18030 },
	{ "hzgb2312", M_HZ },
	{ "hz", M_HZ },
	{ "iso2022cn", M_ISO2022CN },
	{ "iso2022cnext", M_ISO2022CN },
	{ "big5", M_BIG5 },
	{ "big5hkscs", M_BIG5 },
	{ "big5eten", M_BIG5 },
	{ "xxbig5", M_BIG5 },
	{ "cnbig5", M_BIG5 },
	{ "csbig5", M_BIG5 },
	{ "euctw", M_EUCTW },
	{ "utf7", M_UTF7 },
	{ "unicode11utf7", M_UTF7 },
	{ "csunicode11utf7", M_UTF7 },
	{ "utf16", M_UTF16 },
	{ "ucs2", M_UTF16 },
	{ "unicode", M_UTF16 },
	{ "iso10646ucs2", M_UTF16 },
	{ "utf16le", M_UTF16LE },
	{ "utf16be", M_UTF16BE },
	{ "utf32", M_UTF32 },
	{ "ucs4", M_UTF32 },
};

/* "windows-1251", "cp-866", "ibm866": the number tells. */
static const struct {
	int page;
	enum module module;
} pages[] = {
	{ 437, M_CP437 },
	{ 850, M_CP850 },
	{ 852, M_CP852 },
	{ 858, M_CP850 },
	{ 866, M_CP866 },
	{ 874, M_CP874 },
	{ 932, M_CP932 },
	{ 943, M_CP932 },
	{ 936, M_GB18030 },
	{ 949, M_CP949 },
	{ 950, M_BIG5 },
	{ 1250, M_CP1250 },
	{ 1251, M_CP1251 },
	{ 1252, M_CP1252 },
	{ 1253, M_CP1253 },
	{ 1254, M_CP1254 },
	{ 1255, M_CP1255 },
	{ 1256, M_CP1256 },
	{ 1257, M_CP1257 },
	{ 1258, M_CP1258 },
	{ 20866, M_KOI8R },
	{ 21866, M_KOI8U },
	{ 28591, M_CP1252 },
	{ 28592, M_8859_2 },
	{ 28595, M_8859_5 },
	{ 50220, M_ISO2022JP },
	{ 50221, M_ISO2022JP },
	{ 51932, M_EUCJP },
	{ 51949, M_CP949 },
	{ 54936, M_GB18030 },
	{ 65000, M_UTF7 },
	{ 65001, M_UTF8 },
};

static const enum module parts_of_8859[17] = { [1] = M_CP1252,
	[2] = M_8859_2,
	[3] = M_8859_3,
	[4] = M_8859_4,
	[5] = M_8859_5,
	[6] = M_8859_6,
	[7] = M_8859_7,
	[8] = M_8859_8,
	[9] = M_CP1254,
	[10] = M_8859_10,
	[11] = M_CP874,
	[13] = M_8859_13,
	[14] = M_8859_14,
	[15] = M_8859_15,
	[16] = M_8859_16 };

/* Kept open for the life of the process; 0 is "not tried", -1 "not there". A cache, not state: what a conversion
 * gives does not depend on it. */
static iconv_t handles[M_COUNT];

static iconv_t
handle_of(enum module m)
{
	if (handles[m] == NULL)
		handles[m] = iconv_open("UTF-8", modules[m].iconv);
	return handles[m];
}

void
mime_preload(void)
{
	for (int m = M_FIRST_ICONV; m < M_COUNT; m++) {
		char in[4] = { 'a', 'a', 'a', 'a' }, out[32], *from = in, *to = out;
		size_t n = sizeof(in), room = sizeof(out);

		if (handle_of((enum module)m) != (iconv_t)-1)
			iconv(handles[m], &from, &n, &to, &room);
	}
}

/* A label squeezed to letters and digits in lower case: "ISO_8859-1" and "iso8859-1" are one. */
static struct str
label_squeeze(struct str label, char out[32])
{
	size_t n = 0;

	for (size_t i = 0; i < label.n; i++) {
		char c = char_lower(label.p[i]);

		if (c == '*' || c == ':' || c == '(' || c == '$')
			break; /* a language (RFC 2231), a year (iso_8859-1:1987), a comment, $ESC */
		if (!char_is_digit(c) && !char_is_alpha(c))
			continue;
		if (n == 31)
			return STR_NONE;
		out[n++] = c;
	}
	return (struct str){ out, n };
}

static bool
after_prefix(struct str s, const char *prefix, long long *number)
{
	struct str p = str_of(prefix);

	return str_starts(s, p) && str_to_number(str_skip(s, p.n), number);
}

static int
module_by_number(struct str s)
{
	static const char *const page_prefixes[] = { "windows", "cp", "xcp", "ibm", "win", "cswindows", "ms", "" };
	long long v;

	if (after_prefix(s, "iso8859", &v) || after_prefix(s, "xiso8859", &v) || after_prefix(s, "csiso8859", &v) ||
	    after_prefix(s, "8859", &v) || after_prefix(s, "isoiso8859", &v))
		return v >= 1 && v <= 16 && parts_of_8859[v] ? (int)parts_of_8859[v] : -1;
	for (size_t i = 0; i < sizeof(page_prefixes) / sizeof(*page_prefixes); i++) {
		if (!after_prefix(s, page_prefixes[i], &v))
			continue;
		for (size_t k = 0; k < sizeof(pages) / sizeof(*pages); k++)
			if (pages[k].page == v)
				return (int)pages[k].module;
	}
	return -1;
}

static int
module_of(struct str label)
{
	char room[32];
	struct str s = label_squeeze(label, room);

	if (s.n == 0)
		return -1;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (str_equal(s, str_of(labels[i].label)))
			return (int)labels[i].module;
	return module_by_number(s);
}

bool
charset_is_known(struct str label)
{
	return module_of(label) >= 0;
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

static void
utf8_count(struct str s, size_t *good, size_t *bad)
{
	size_t skip;

	*good = *bad = 0;
	while (s.n) {
		size_t n = utf8_length(s, &skip);

		*good += n > 1;
		*bad += n == 0;
		s = str_skip(s, n ? n : skip);
	}
}

bool
charset_is_utf8(struct str s)
{
	size_t good, bad;

	utf8_count(s, &good, &bad);
	return bad == 0;
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
		size_t n = utf8_length(s, &skip);

		if (n == 0 || s.p[0] == '\0') {
			output_bad(o);
			s = str_skip(s, n ? n : skip);
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
	iconv_t h = handle_of(m);
	char *in = (char *)(size_t)s.p, *out;
	size_t left = s.n, space;

	if (h == (iconv_t)-1) {
		convert_utf8(s, o);
		o->bad++;
		return;
	}
	iconv(h, NULL, NULL, NULL, NULL);
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
}

/* ISO-2022-JP in all its forms as EUC-JP: JIS X 0208 (with the vendor rows), 0201 kana by escape or SO/SI, 0212. A
 * line end returns to ASCII, as many mail programs forget to. */
static struct str
unshift_japanese(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, 2 * s.n + 1);
	size_t n = 0;
	int set = 0; /* 0 ASCII, 1 kana, 2 JIS X 0208, 3 JIS X 0212 */
	bool shifted = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i], d = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
		struct str rest = str_skip(s, i + 1);

		if (c == 0x1b && (str_starts(rest, STR("$B")) || str_starts(rest, STR("$@")))) {
			set = 2;
			i += 2;
		} else if (c == 0x1b && (str_starts(rest, STR("$(D")))) {
			set = 3;
			i += 3;
		} else if (c == 0x1b && (str_starts(rest, STR("$(B")) || str_starts(rest, STR("$(@")) ||
					    str_starts(rest, STR("$(Q")) || str_starts(rest, STR("$(O")))) {
			set = 2;
			i += 3;
		} else if (c == 0x1b && str_starts(rest, STR("(I"))) {
			set = 1;
			i += 2;
		} else if (c == 0x1b && rest.n > 1 && rest.p[0] == '(') {
			set = 0;
			i += 2;
		} else if (c == 0x0e || c == 0x0f) {
			shifted = c == 0x0e;
		} else if (c == '\n' || c == '\r') {
			set = 0;
			shifted = false;
			out[n++] = (char)c;
		} else if ((set == 1 || shifted) && c > 0x20 && c < 0x60) {
			out[n++] = (char)0x8e;
			out[n++] = (char)(c | 0x80);
		} else if (c >= 0xa1 && c <= 0xdf && set < 2) {
			out[n++] = (char)0x8e; /* eight-bit kana (CP50222's JIS8) */
			out[n++] = (char)c;
		} else if (set == 2 && c > 0x20 && c < 0x7f && d > 0x20 && d < 0x7f) {
			out[n++] = (char)(c | 0x80);
			out[n++] = (char)(d | 0x80);
			i++;
		} else if (set == 3 && c > 0x20 && c < 0x7f && d > 0x20 && d < 0x7f) {
			/* three bytes for two: the escape before them paid for the first, 2 * s.n covers the rest */
			out[n++] = (char)0x8f;
			out[n++] = (char)(c | 0x80);
			out[n++] = (char)(d | 0x80);
			i++;
		} else {
			out[n++] = (char)c;
		}
	}
	return (struct str){ out, n };
}

/* HZ (RFC 1843): ~{ and ~} around GB 2312 in seven bits. */
static struct str
unshift_hz(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.n + 1);
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
	return (struct str){ out, n };
}

/* s by one module, and how many U+FFFD it took. */
static struct str
convert(enum module m, struct str s, struct arena *a, size_t *bad)
{
	struct output o = { 0 };
	struct str in = s;
	size_t room;
	char *scratch;
	struct str out;

	if (m == M_ISO2022JP) {
		in = unshift_japanese(s, a);
		m = M_EUCJP;
	} else if (m == M_HZ) {
		in = unshift_hz(s, a);
		m = M_GB18030;
	}
	room = (m == M_UTF8 ? 3 : 6) * in.n + 32;
	scratch = o.p = malloc(room);
	if (scratch == NULL)
		abort();
	if (m == M_UTF8)
		convert_utf8(in, &o);
	else
		convert_iconv(m, in, &o, room);
	out = (struct str){ scratch, o.n };
	if (str_starts(out, STR("\xef\xbb\xbf")))
		out = str_skip(out, 3);
	out = arena_copy(a, out);
	free(scratch);
	*bad = o.bad;
	return out;
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
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
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
guess(struct str s, int hint, struct arena *a)
{
	size_t good, bad;
	int m;

	utf8_count(s, &good, &bad);
	if (bad == 0)
		return M_UTF8;
	if (hint == M_ISO2022JP)
		return guess_japanese(s);
	if (hint > M_CP1252 && !is_stateful(hint)) {
		convert((enum module)hint, s, a, &bad);
		if (bad == 0)
			return hint;
	}
	if (good > 4 * bad)
		return M_UTF8;
	m = detect(s);
	if (m >= 0) {
		convert((enum module)m, s, a, &bad);
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
choose(struct str s, struct str label, struct str hint, struct arena *a)
{
	int m = module_of(label), other;
	bool eight = is_eight_bit(s);
	size_t bad, good, other_bad;

	if (!eight && (m < 0 || !is_stateful(m)))
		return guess_seven_bit(s);
	if (m < 0)
		return guess(s, module_of(hint), a);
	if (m == M_CP1252) {
		/* the label that programs write without looking; bytes that happen to be UTF-8 are not Latin-1 text */
		utf8_count(s, &good, &bad);
		if (bad == 0)
			return M_UTF8;
	}
	if ((m == M_ISO2022JP || m == M_ISO2022KR || m == M_HZ) && str_find_char(s, m == M_HZ ? '~' : 0x1b) < 0)
		return guess(s, m == M_ISO2022KR ? M_CP949 : m == M_HZ ? M_GB18030 : m, a);
	convert((enum module)m, s, a, &bad);
	if (bad == 0 || is_stateful(m))
		return m;
	if (m == M_BIG5) {
		convert(M_CP950, s, a, &other_bad);
		if (other_bad == 0)
			return M_CP950;
	}
	if (m == M_UTF8) {
		utf8_count(s, &good, &bad);
		if (good > bad)
			return m;
	}
	other = guess(s, module_of(hint), a);
	convert((enum module)other, s, a, &other_bad);
	/* windows-1252 knows nearly every byte: that it fits proves nothing against a multibyte label */
	if (other == M_CP1252 && m >= M_CP932 && bad * 20 < s.n)
		return m;
	return other_bad < bad ? other : m;
}

struct str
charset_guess(struct str bytes, struct arena *a)
{
	return is_eight_bit(bytes) ? str_of(modules[guess(bytes, -1, a)].name) : STR_NONE;
}

static struct str
without_nul(struct str s, struct arena *a, size_t *bad)
{
	size_t count = 0, n = 0;
	char *out;

	for (size_t i = 0; i < s.n; i++)
		count += s.p[i] == '\0';
	if (count == 0)
		return s;
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
	int m = choose(bytes, label, hint, a);
	size_t bad;
	struct str out = convert((enum module)m, bytes, a, &bad);

	out = without_nul(out, a, &bad);
	if (bad)
		*damaged = true;
	if (used)
		*used = str_of(modules[m].name);
	return out;
}

struct str
mime_to_utf8(struct str bytes, struct str charset, struct arena *a, bool *damaged)
{
	return charset_to_utf8(bytes, charset, STR_NONE, a, damaged, NULL);
}
