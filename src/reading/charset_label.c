/* SPDX-License-Identifier: ISC
 * charset_label.c: what mail programs call a charset.
 *
 * Labels follow the WHATWG (iso-8859-1 is windows-1252, gb2312 is gb18030), as that is what senders mean; besides, the
 * names that Windows, old Unix and broken programs write. What is not listed is unknown: this is the allow-list.
 */
#include "config.h"

#include "reading/charset.h"
#include "reading/charset_module.h"

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

int
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
module_is_unsaid(struct str label)
{
	static const char *const unsaid[] = { "", "usascii", "ascii", "unknown", "unknown8bit", "xunknown", "default",
		"8bit", "7bit", "binary", "xuserdefined", "none", "charset", "us" };
	char room[32];
	struct str s = label_squeeze(label, room);

	for (size_t i = 0; i < sizeof(unsaid) / sizeof(*unsaid); i++)
		if (str_equal(s, str_of(unsaid[i])))
			return true;
	return false;
}

const char *
module_name(enum module m)
{
	return modules[m].name;
}

const char *
module_iconv(enum module m)
{
	return modules[m].iconv;
}

bool
charset_is_known(struct str label)
{
	return module_of(label) >= 0;
}
