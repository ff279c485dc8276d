/* SPDX-License-Identifier: ISC
 * test_header.c: fields, encoded words, parameters.
 */
#include "config.h"

#include "reading/header.h"

#include <time.h>

#include "tap.h"

static struct arena *a;

static void
test_fields(void)
{
	struct str rest = STR("A: 1\r\n 2\r\nB : x\nnot a field\nC:\n\nbody"), name, value;

	OK(header_next(&rest, &name, &value), "first");
	IS_STR(name, STR("A"), "its name");
	IS_STR(value, STR(" 1\r\n 2"), "its value, folded");
	header_next(&rest, &name, &value);
	IS_STR(name, STR("B"), "blanks before the colon are not in the name");
	header_next(&rest, &name, &value);
	OK(name.n == 0, "a line that is no field has no name");
	IS_STR(value, STR("not a field"), "and is its own value");
	OK(header_next(&rest, &name, &value) && value.n == 0, "an empty value");
	OK(!header_next(&rest, &name, &value), "the empty line ends the header");
	IS_STR(rest, STR("body"), "and is taken off");
}

static void
test_words(void)
{
	static const struct {
		const char *raw, *text;
	} rows[] = {
		{ "plain", "plain" },
		{ "=?utf-8?Q?gr=C3=BC=C3=9Fe?=", "grüße" },
		{ "=?UTF-8?b?Z3LDvMOf?= you", "grüß you" },
		{ "=?iso-8859-1?q?a_b?=\r\n =?iso-8859-1?q?_c?=", "a b c" },
		{ "a =?utf-8?q?b?= c", "a b c" },
		{ "a=?utf-8?q?b?=c", "abc" },
		{ "=?utf-8*en?q?hi?=", "hi" },
		/* one character cut between two words, in both encodings */
		{ "=?utf-8?q?gr=C3?= =?utf-8?q?=BC=C3=9F?=", "grüß" },
		{ "=?utf-8?B?Z3LD?=\n =?utf-8?B?vMOf?=", "grüß" },
		{ "=?utf-8?B?Z3LDv?= =?utf-8?B?MOf?=", "grüß" },
		{ "=?gb2312?B?xOM=?= =?GB2312?B?usM=?=", "你好" },
		/* blanks inside, no end, questionable ends */
		{ "=?utf-8?Q?a b?=", "a b" },
		{ "=?utf-8?Q?gr=C3=BC", "grü" },
		{ "=?utf-8?B?Z3LDvMOf", "grüß" },
		{ "=?utf-8?B?Z3LDvMOf =?utf-8?B?IQ==?=", "grüß!" },
		{ "=?utf-8?Q?what?"
		  "?=",
		    "what?" },
		{ "=?utf-8?Q?=?=", "=" },
		{ "\"=?utf-8?Q?a=2Cb?=\"", "\"a,b\"" },
		{ "=?x?=", "=?x?=" },
		{ "=?utf-8?X?a?=", "=?utf-8?X?a?=" },
		{ "= ? =?", "= ? =?" },
		{ "gr\xc3\xbc\xc3\x9f", "grüß" },
		{ "gr\xfc\xdf", "grüß" },
		{ "=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=", "テスト" },
		{ "=?utf-8?Q?a=0D=0AB=00c?=", "a  B\xef\xbf\xbd"
					      "c" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str in = tap_exact(str_of(rows[i].raw));

		IS_STR(mime_decode_header(in, a), str_of(rows[i].text), rows[i].raw);
		free((char *)(size_t)in.p);
	}
}

static void
test_parameters(void)
{
	static const struct {
		const char *value, *name, *text;
	} rows[] = {
		{ "text/plain; charset=utf-8", "charset", "utf-8" },
		{ "text/plain; CHARSET = \"utf-8\" ; x=y", "charset", "utf-8" },
		{ "text/plain;charset=us-ascii (plain text)", "charset", "us-ascii (plain text)" },
		{ "text/plain", "charset", "" },
		{ "a/b; name=\"a;b\\\"c\"", "name", "a;b\"c" },
		{ "a/b; name=a b.pdf; x=y", "name", "a b.pdf" },
		{ "a/b; name=\"no end", "name", "no end" },
		{ "a/b;; ;name=x", "name", "x" },
		{ "a/b; filename*=UTF-8''gr%C3%BC%C3%9F.txt", "filename", "grüß.txt" },
		{ "a/b; filename*=iso-8859-1'en'gr%FC.txt; filename=fallback", "filename", "grü.txt" },
		{ "a/b; filename*0=a; filename*1=b; filename*2=\"c d\"", "filename", "abc d" },
		{ "a/b; filename*1*=%BC; filename*0*=utf-8''gr%C3", "filename", "grü" },
		{ "a/b; filename*0*=utf-8''gr%C3; filename*1*=%BC; filename*2=.txt", "filename", "grü.txt" },
		{ "a/b; filename=\"=?utf-8?Q?gr=C3=BC.txt?=\"", "filename", "grü.txt" },
		{ "a/b; name==?utf-8?B?Z3LDvA==?=", "name", "grü" },
		{ "a/b; name=gr\xfc.txt", "name", "grü.txt" },
		{ "a/b; names=x; name=y", "name", "y" },
		{ "a/b; (a;b) name=y", "name", "y" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str in = tap_exact(str_of(rows[i].value));

		IS_STR(header_parameter(in, rows[i].name, a), str_of(rows[i].text), rows[i].value);
		free((char *)(size_t)in.p);
	}
	IS_STR(header_main_value(STR(" Text/Plain (x) ; charset=y"), a), STR("text/plain"), "the main value");
}

static double
seconds(const char *piece, size_t times, bool parameter)
{
	struct buf b;
	clock_t before;
	double s;

	buf_init(&b, 32u << 20);
	if (parameter)
		buf_add(&b, STR("a/b;"));
	for (size_t i = 0; i < times; i++)
		buf_add_z(&b, piece);
	before = clock();
	if (parameter)
		header_parameter(buf_str(&b), "name", a);
	else
		mime_decode_header(buf_str(&b), a);
	s = (double)(clock() - before) / CLOCKS_PER_SEC;
	buf_free(&b);
	return s;
}

static void
test_linear(void)
{
	static const struct {
		const char *piece;
		bool parameter;
	} rows[] = { { "=?a?q?", false }, { "=?a?b?x", false }, { "=?utf-8?q?=C3?= ", false }, { "=?", false },
		{ "?=", false }, { "=?utf-8?b?4?=\n ", false }, { "a=\"b\";", true }, { "name*0*=a;", true },
		{ "(", true }, { "\"\\", true } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double one = seconds(rows[i].piece, 20000, rows[i].parameter);
		double two = seconds(rows[i].piece, 40000, rows[i].parameter);

		OK(two < 3 * one + 0.02, "%s: linear (%.0f ms, doubled %.0f ms)",
		    rows[i].piece[0] == '?' ? "?=" : "words", 1e3 * one, 1e3 * two);
	}
}

int
main(void)
{
	a = arena_open(1u << 30);
	test_fields();
	test_words();
	test_parameters();
	test_linear();
	arena_close(&a);
	return tap_done();
}
