/* SPDX-License-Identifier: ISC
 * test_charset.c: labels, conversion and detection.
 */
#include "config.h"

#include "reading/charset.h"
#include "reading/mime.h"

#include "tap.h"

static struct arena *a;

/* Bytes and label to text, with no damage unless it is expected. */
static void
test_declared(void)
{
	static const struct {
		const char *label, *bytes, *text;
		bool damaged;
	} rows[] = {
		{ "utf-8", "gr\xc3\xbc\xc3\x9f", "grüß", false },
		{ "UTF8", "\xef\xbb\xbfx", "x", false },
		{ "iso-8859-1", "gr\xfc\xdf \x80 \x96", "grüß € –", false },
		{ "ISO_8859-1:1987", "\xe4", "ä", false },
		{ "us-ascii", "gr\xfc\xdf", "grüß", false },
		{ "us-ascii", "gr\xc3\xbc\xc3\x9f", "grüß", false },
		{ "iso-8859-1", "gr\xc3\xbc\xc3\x9f", "grüß", false },
		{ "iso-8859-2", "\xb9o\xb9i\xe6", "šošić", false },
		{ "windows-1250", "\x9a\x9e", "šž", false },
		{ "cp1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет", false },
		{ "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", false },
		{ "KOI8-U", "\xe7\xa6", "Гі", false },
		{ "iso-8859-9", "\xfe\xfd\xf0", "şığ", false },
		{ "iso-8859-8-i", "\xf9\xec\xe5\xed", "שלום", false },
		{ "gb2312", "\xc4\xe3\xba\xc3", "你好", false },
		{ "gbk", "\x95\x4c", "昄", false },
		{ "gb18030", "\x81\x30\x84\x36", "¥", false },
		{ "big5", "\xa7\x41\xa6\x6e", "你好", false },
		{ "big5-hkscs", "\xfa\x41", "鋛", false },
		{ "euc-kr", "\xb0\xed\xb8\xbf", "고맙", false },
		{ "ks_c_5601-1987", "\x8c\x63", "똠", false },
		{ "shift_jis", "\x83\x65\x83\x58\x83\x67", "テスト", false },
		{ "windows-31j", "\x87\x40", "①", false },
		{ "euc-jp", "\xa5\xc6\xa5\xb9\xa5\xc8", "テスト", false },
		{ "iso-2022-jp", "\033$B%F%9%H\033(B!", "テスト!", false },
		{ "iso-2022-jp", "\033$B-!\033(B", "①", false },
		{ "iso-2022-jp", "\033$By_\033(B", "﨏", false },
		{ "iso-2022-jp-1", "\033$(D\"/\033(B", "˘", false },
		{ "cp50221", "\033(I\x43\x3d\x44\033(B", "ﾃｽﾄ", false },
		{ "iso-2022-jp", "\x0e\x43\x3d\x44\x0f.", "ﾃｽﾄ.", false },
		{ "iso-2022-jp", "\033$B%F%9\nabc", "テス\nabc", false },
		{ "iso-2022-jp", "\x83\x65\x83\x58\x83\x67", "テスト", false },
		{ "iso-2022-kr", "\033$)C\x0e\x30\x6d\x38\x3f\x0f", "고맙", false },
		{ "hz-gb-2312", "~{Dc:C~}!", "你好!", false },
		{ "utf-7", "+ZeVnLIqe-", "日本語", false },
		{ "unicode-1-1-utf-7", "gr+APw-", "grü", false },
		{ "windows-874", "\xa1\xa2", "กข", false },
		{ "\"utf-8\"", "\xc3\xbc", "ü", false },
		{ "utf-8 (Unicode)", "\xc3\xbc", "ü", false },
		{ "utf-8", "a\xff\xc3\xbc\xc3\xbc z", "a\xef\xbf\xbdüü z", true },
		{ "x-strange", "gr\xfc\xdf", "grüß", true },
		{ "x-strange", "gr\xc3\xbc", "grü", false },
		{ "", "gr\xfc\xdf und mehr", "grüß und mehr", false },
		{ "", "\033$B%F%9%H\033(B", "テスト", false },
		{ "", "plain", "plain", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str in = tap_exact(str_of(rows[i].bytes));
		bool damaged = false;
		struct str out = mime_to_utf8(in, str_of(rows[i].label), a, &damaged);

		IS_STR(out, str_of(rows[i].text), rows[i].label[0] ? rows[i].label : "no label");
		OK(damaged == rows[i].damaged, "%s: damaged %d", rows[i].label, rows[i].damaged);
		free((char *)(size_t)in.p);
	}
}

/* Texts long enough to be told apart without a label. */
static void
test_detected(void)
{
	static const struct {
		const char *name, *charset, *bytes;
	} rows[] = {
		{ "Russian in windows-1251", "windows-1251",
		    "\xc7\xe4\xf0\xe0\xe2\xf1\xf2\xe2\xf3\xe9\xf2\xe5, \xed\xe0\xf8\xe0 \xf1\xe8\xf1\xf2\xe5\xec\xe0 "
		    "\xed\xe5 \xf0\xe0\xe1\xee\xf2\xe0\xe5\xf2 \xf1 \xf3\xf2\xf0\xe0" },
		{ "Russian in koi8-r", "koi8-r",
		    "\xfa\xc4\xd2\xc1\xd7\xd3\xd4\xd7\xd5\xca\xd4\xc5, \xce\xc1\xdb\xc1 \xd3\xc9\xd3\xd4\xc5\xcd\xc1 "
		    "\xce\xc5 \xd2\xc1\xc2\xcf\xd4\xc1\xc5\xd4 \xd3 \xd5\xd4\xd2\xc1" },
		{ "Japanese in Shift_JIS", "shift_jis",
		    "\x82\xa8\x90\xa2\x98\x62\x82\xc9\x82\xc8\x82\xc1\x82\xc4\x82\xa8\x82\xe8\x82\xdc\x82\xb7\x81"
		    "\x42" },
		{ "Chinese in GBK", "gb18030",
		    "\xc4\xfa\xba\xc3\xa3\xac\xce\xd2\xc3\xc7\xb5\xc4\xcf\xb5\xcd\xb3\xbd\xf1\xcc\xec\xd4\xe7\xc9\xcf"
		    "\xb2\xbb\xc4\xdc\xd3\xc3\xa3\xac\xc7\xeb\xbc\xec\xb2\xe9\xa1\xa3" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool damaged = false;
		struct str used;

		charset_to_utf8(str_of(rows[i].bytes), STR_NONE, STR_NONE, a, &damaged, &used);
		IS_STR(used, str_of(rows[i].charset), rows[i].name);
	}
}

static void
test_utf8(void)
{
	OK(charset_is_utf8(STR("\xf0\x9f\x98\x80 \xc3\xbc")), "valid");
	OK(!charset_is_utf8(STR("\xc0\x80")), "overlong");
	OK(!charset_is_utf8(STR("\xed\xa0\x80")), "a surrogate");
	OK(!charset_is_utf8(STR("\xf4\x90\x80\x80")), "beyond U+10FFFF");
	OK(!charset_is_utf8(STR("\xe2\x82")), "cut short");
}

/* Whatever goes in, UTF-8 comes out, and no NUL. */
static void
test_any_bytes(void)
{
	static const char *const names[] = { "", "utf-8", "iso-2022-jp", "hz", "gb18030", "big5", "euc-kr", "shift_jis",
		"utf-7", "utf-16", "iso-2022-kr", "iso-2022-cn", "windows-1255", "euc-tw", "utf-32" };
	unsigned long long seed = 1;
	int bad = 0;

	for (int round = 0; round < 400; round++) {
		char raw[61];
		bool damaged = false;
		struct str in, out;

		for (size_t i = 0; i < sizeof(raw); i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			raw[i] = (char)(seed >> 56);
			if (round % 3 == 0 && i % 5 == 0)
				raw[i] = "\033$B(~{+"[(seed >> 40) % 7];
		}
		in = tap_exact((struct str){ raw, (size_t)round % sizeof(raw) });
		out = mime_to_utf8(in, str_of(names[(size_t)round % (sizeof(names) / sizeof(*names))]), a, &damaged);
		bad += !charset_is_utf8(out) || str_find_char(out, '\0') >= 0;
		free((char *)(size_t)in.p);
	}
	IS_INT(bad, 0, "any bytes give UTF-8 without NUL");
}

int
main(void)
{
	struct mime_charsets *charsets;

	a = arena_open(64u << 20);
	charsets = mime_preload();
	test_declared();
	test_detected();
	test_utf8();
	test_any_bytes();
	mime_release(&charsets);
	OK(charsets == NULL, "released");
	arena_close(&a);
	return tap_done();
}
