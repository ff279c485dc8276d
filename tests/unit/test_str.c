/* SPDX-License-Identifier: ISC
 * test_str.c: slices and buffers.
 */
#include "config.h"

#include "base/str.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/visible.h"
#include "tap.h"

static void
test_lines(void)
{
	struct str rest = STR("a\r\n\nb"), line;

	OK(str_next_line(&rest, &line), "first line");
	IS_STR(line, STR("a"), "CR LF is left out");
	OK(str_next_line(&rest, &line) && line.n == 0, "an empty line is a line");
	OK(str_next_line(&rest, &line), "last piece");
	IS_STR(line, STR("b"), "without a line end");
	OK(!str_next_line(&rest, &line), "then no more");
}

static void
test_fields(void)
{
	struct str rest = STR("a,,b"), field;
	int n = 0;

	while (str_next_field(&rest, ',', &field))
		n++;
	IS_INT(n, 3, "a,,b has three fields");
}

static void
test_buffer(void)
{
	struct buf b;

	buf_init(&b, 4);
	buf_add(&b, STR("abc"));
	buf_add(&b, STR("de"));
	OK(b.overflow, "what does not fit sets overflow");
	IS_STR(buf_str(&b), STR("abc"), "and is left out whole");
	buf_add_char(&b, 'd');
	IS_STR(buf_str(&b), STR("abcd"), "what fits still goes in");
	buf_clear(&b);
	buf_add_utf8(&b, 0xd800);
	IS_STR(buf_str(&b), STR("\xef\xbf\xbd"), "a surrogate becomes U+FFFD");
	buf_free(&b);
}

static void
test_search(void)
{
	IS_INT(str_find(STR("hallo"), STR("lo")), 3, "find");
	IS_INT(str_find(STR("hal"), STR("hallo")), -1, "a longer needle is not found");
	IS_INT(str_find_nocase(STR("xAbC"), STR("aBc")), 1, "find without case");
	IS_STR(str_trim(STR(" \t a b\r\n")), STR("a b"), "trim");
}

static void
test_number(void)
{
	long long v;

	OK(str_to_number(STR("042"), &v) && v == 42, "a number");
	OK(!str_to_number(STR("4x"), &v) && !str_to_number(STR(""), &v) && !str_to_number(STR("-1"), &v),
	    "not numbers");
	OK(!str_to_number(STR("1234567890123456789"), &v), "19 digits are refused");
}

static void
test_visible(void)
{
	static const struct {
		const char *text, *visible;
	} rows[] = {
		{ "", "" },
		{ "a\tb\nc", "a\tb\nc" },
		{ "\x1b\x7f\r", "\\x{1b}\\x{7f}\\x{0d}" },
		{ "\xc2\x85\xc2\xa0", "\\x{85}\xc2\xa0" },
		{ "\xe2\x80\xaa\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf", "\\x{202a}\\x{2066}\\x{200b}\\x{feff}" },
		{ "\xe2\x80\x8e\xe2\x80\x8d\xef\xbf\xbd\xe2\x82\xac",
		    "\xe2\x80\x8e\xe2\x80\x8d\xef\xbf\xbd\xe2\x82\xac" },
		{ "\xf3\xa0\x81\xbf", "\\x{e007f}" },
	};
	struct arena *a = arena_open(1 << 20);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str exact = tap_exact(str_of(rows[i].text)), once = visible_text(exact, a);

		IS_STR(once, str_of(rows[i].visible), "made visible");
		OK(visible_text(once, a).p == once.p, "and nothing is left to do");
		free((char *)(size_t)exact.p);
	}
	arena_close(&a);
}

static void
test_arena(void)
{
	struct arena *a = arena_open(1 << 20);
	struct str s = arena_copy(a, STR("x"));

	IS_STR(s, STR("x"), "copy");
	OK(s.p[1] == '\0', "a copy ends in NUL");
	for (int i = 0; i < 1000; i++)
		arena_alloc(a, 1000);
	OK(arena_used(a) > 1000000, "many blocks");
	arena_reset(a);
	IS_INT((long long)arena_used(a), 0, "reset");
	for (int round = 0; round < 3; round++, arena_reset(a)) {
		size_t dirty = 0;

		for (int i = 0; i < 200; i++) {
			unsigned char *p = arena_alloc(a, 3000);

			for (size_t k = 0; k < 3000; k++)
				dirty += p[k] != 0;
			memset(p, 0xaa, 3000);
		}
		IS_INT((long long)dirty, 0, "blocks that were kept are zeroed");
	}
	arena_close(&a);
	OK(a == NULL, "close clears");
}

static void
test_err(void)
{
	struct err e = { 0 };

	IS_INT(err_set(&e, ERR_REJECT, "bad %s", "a\nb"), -1, "set gives -1");
	IS_STR(str_of(e.text), STR("bad a\\x0ab"), "controls are shown");
	err_prefix(&e, "mailbox %s: ", "m");
	IS_STR(str_of(e.text), STR("mailbox m: bad a\\x0ab"), "context goes first");
}

int
main(void)
{
	test_lines();
	test_fields();
	test_buffer();
	test_search();
	test_number();
	test_visible();
	test_arena();
	test_err();
	return tap_done();
}
