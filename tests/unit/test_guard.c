/* SPDX-License-Identifier: ISC
 * test_guard.c: what the header guard refuses, what it lets pass, and that it is linear.
 */
#include "config.h"

#include "reading/guard.h"

#include <time.h>

#include "setup.h"
#include "tap.h"

/* NUL may be in it. */
#define LITERAL(s)                                                                                                     \
	{                                                                                                              \
		s, sizeof(s) - 1                                                                                       \
	}

static struct arena *a;
static struct reading_setup setup;

static struct str
check(struct str raw)
{
	struct reading out = { 0 };
	struct str exact = tap_exact(raw), code;

	guard_check(exact, &setup.limits, a, &out);
	code = arena_copy(a, out.malformed);
	free((char *)(size_t)exact.p);
	return code;
}

static struct str
repeated(const char *head, const char *piece, size_t times, const char *tail)
{
	struct buf b;
	struct str s;

	buf_init(&b, 64u << 20);
	buf_add_z(&b, head);
	for (size_t i = 0; i < times; i++)
		buf_add_z(&b, piece);
	buf_add_z(&b, tail);
	s = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
test_codes(void)
{
	static const struct {
		const char *name;
		struct str raw;
		const char *code;
	} rows[] = {
		{ "an ordinary mail", LITERAL("From: a@b.example\r\nTo: c@d.example\r\n\r\nhi\r\n"), "" },
		{ "an empty one", LITERAL(""), "" },
		{ "an mbox line", LITERAL("From x@y Mon\nFrom: a@b.example\n\n"), "" },
		{ "blank lines first", LITERAL("\r\n\r\nFrom: a@b.example\r\n\r\n"), "" },
		{ "two From", LITERAL("From: a@b\nSubject: x\nfrom : c@d\n\n"), "two-from" },
		{ "two From, a blank behind the first one's name", LITERAL("From : a@b\nFrom: c@d\n\n"), "two-from" },
		{ "two From that cannot be parsed", LITERAL("From: <<\nFROM\t: \n\n"), "two-from" },
		{ "two Subject", LITERAL("Subject: a\nSubject: b\n\n"), "" },
		{ "From in the body", LITERAL("From: a@b\n\nFrom: c@d\n"), "" },
		{ "NUL", LITERAL("From: a@b\nX: \0\n\n"), "nul" },
		{ "NUL in the body", LITERAL("From: a@b\n\n\0\n"), "" },
		{ "bare CR", LITERAL("From: a@b\rBcc: c@d\n\n"), "bare-cr" },
		{ "bare CR in the body", LITERAL("From: a@b\n\na\rb\n"), "" },
		{ "a line that is no field", LITERAL("From: a@b\nhello\n\n"), "" },
		{ "a smiley", LITERAL("From: a@b\nSubject: :((((((((((((((((((((((((((\n\n"), "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		IS_STR(check(rows[i].raw), str_of(rows[i].code), rows[i].name);
}

static void
test_sizes(void)
{
	static const char mixed[] = "Content-Type: multipart/mixed; boundary=b\n\n";

	IS_STR(check(repeated("To: ", "g:", 15000, "\n\n")), STR("too-deep-group"), "groups in groups");
	IS_STR(check(repeated("To: ", "g:", 200000, "\n\n")), STR("header-too-big"), "200000 groups");
	IS_STR(check(repeated("From: ", "(", 1000, "\n\n")), STR("too-deep-comment"), "comments in comments");
	IS_STR(check(repeated("From: ", "(", 131000, "\n\n")), STR("field-too-big"), "131000 opening brackets");
	IS_STR(check(repeated("X: ", "a", 33000, "\n\n")), STR("field-too-big"), "a long field");
	IS_STR(check(repeated("", "X: abc\n", 40000, "\n\n")), STR("header-too-big"), "a long header");
	IS_STR(check(repeated(mixed, "--b\n\n", 200000, "")), STR("too-many-parts"), "200000 parts");
	IS_STR(check(repeated("Content-Type: multipart/mixed; boundary*0=b\n\n", "--b\n\n", 200000, "")),
	    STR("too-many-parts"), "with an RFC 2231 boundary");
	IS_STR(check(repeated(mixed, "--b\n\nx\n", 500, "--b--\n")), STR(""), "500 parts pass, to be cut by mime");
	IS_STR(check(repeated("", "Content-Type: message/rfc822\n\n", 28000, "")), STR("too-deep"), "28000 messages");
	IS_STR(check(repeated("", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10000, "")), STR("too-deep"),
	    "10000 multiparts with one boundary");
	IS_STR(check(repeated("Content-Type: message/rfc822\n\nTo: ", "g:", 10000, "\n\n")), STR("too-deep-group"),
	    "groups in an embedded message");
	IS_STR(check(repeated("Content-Type: multipart/mixed; boundary=b\n\n--b\n", "X: y\n", 100000, "\n")),
	    STR("header-too-big"), "many fields in a part");
	IS_STR(check(STR("Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n--\"\n\nx\n--\"--\n")), STR(""),
	    "a boundary of one quote");
	IS_STR(check(repeated("X: y\n\n", "a", 31u << 20, "")), STR("too-big"), "31 MB");
}

static void
test_many_dashes(void)
{
	/* a text full of rules and diffs is no mail of a thousand parts */
	IS_STR(check(repeated("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", "--- a/file\n-- \n--\n----\n",
		   50000, "--b--\n")),
	    STR(""), "lines of dashes are no delimiters");
}

static double
seconds(struct str raw)
{
	struct reading out = { 0 };
	clock_t before = clock();

	for (int i = 0; i < 3; i++)
		guard_check(raw, &setup.limits, a, &out);
	return (double)(clock() - before) / CLOCKS_PER_SEC;
}

/* Doubling the input must not do more than about double the work; 20 ms are noise. */
static void
test_linear(void)
{
	static const struct {
		const char *name, *head, *piece;
		size_t times;
	} rows[] = {
		{ "dashes", "Content-Type: multipart/mixed; boundary=b\n\n", "--\n", 1000000 },
		{ "line ends", "From: a@b\n\n", "\n", 4000000 },
		{ "near delimiters", "Content-Type: multipart/mixed; boundary=bbbbbbbbbbbbbbbbbbbb\n\n",
		    "--bbbbbbbbbbbbbbbbbbb\n", 300000 },
		{ "fields of a part", "Content-Type: message/rfc822\n\n", "X: y\n", 9000 },
		{ "parameters", "Content-Type: text/plain", ";a=\"b\"", 2500 },
		{ "quotes", "To: ", "\"\\\"", 5000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double one = seconds(repeated(rows[i].head, rows[i].piece, rows[i].times, "\n\n"));
		double two = seconds(repeated(rows[i].head, rows[i].piece, 2 * rows[i].times, "\n\n"));

		OK(two < 3 * one + 0.02, "%s: linear (%.0f ms, doubled %.0f ms)", rows[i].name, 1e3 * one, 1e3 * two);
	}
}

int
main(void)
{
	a = arena_open(1u << 30);
	setup_for_tests(&setup);
	test_codes();
	test_sizes();
	test_many_dashes();
	test_linear();
	arena_close(&a);
	return tap_done();
}
