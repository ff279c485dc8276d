/* SPDX-License-Identifier: ISC
 * test_reference.c: patterns that are taken and refused, references in texts, tokens in header fields.
 */
#include "config.h"

#include "reading/reference.h"

#include "tap.h"

#define TOKEN "0123456789abcdefghjkmnpqrs"
#define REF "abcdefghjkmnp"

static struct arena *arena;

static void
test_check(void)
{
	static const struct {
		const char *pattern;
		bool ok;
	} rows[] = {
		{ REFERENCE_PATTERN_DEFAULT, true },
		{ "#(?<number>[0-9]{4,10})", true },
		{ "(?<number>a+)b(c*)", true },
		{ "#([0-9]+)", false },
		{ "(?<number>[0-9]*)", false },
		{ "(?<number>(a+)+)", false },
		{ "(?<number>x(a|b*c){2,})", false },
		{ "(?<number>((a+)b?)*)x", false },
		{ "(?<number>[(+*]+)x", true },
		{ "(?<number>\\(a+\\)+)x", true },
		{ "(?<number>[0-9", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err e = { 0 };
		int rc = reading_check_pattern(str_of(rows[i].pattern), &e);

		OK((rc == 0) == rows[i].ok && (e.kind == ERR_FATAL) == !rows[i].ok, "%s: %s", rows[i].pattern, e.text);
	}
}

static struct reading
find(const char *pattern, struct str text)
{
	struct str one[] = { str_of(pattern) };
	struct strings list = { one, 1 };
	struct reading r = { 0 };
	struct err e = { 0 };
	struct patterns *p = patterns_open(&list, &e);
	struct str exact = tap_exact(text);

	if (p == NULL) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	reference_find(p, exact, PLACE_TEXT, arena, &r);
	free((char *)exact.p);
	patterns_close(&p);
	return r;
}

static void
test_find(void)
{
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {
		{ "Re: help [ref:1042-" REF "]", 1 },
		{ "[REF:1042-ABCDEFGHJKMNP]", 1 },
		{ "> [ref:1042-\n abcdef\nghjkmnp]", 1 },
		{ "[ref:1042-abcdef=\nghjkmnp]", 1 },
		{ "\xef\xbc\xbbref\xef\xbc\x9a"
		  "1042-" REF "\xef\xbc\xbd",
		    1 },
		{ "[ref:1042-" REF "] [ref:1042-" REF "]", 1 },
		{ "[ref:1042-" REF "] [ref:1043-" REF "]", 2 },
		{ "[ref:1042-" REF "q]", 0 },
		{ "[ref:1042-abcdefghijkmn]", 0 },
		{ "[ref:1042]", 0 },
		{ "\xff\xfe [ref:1042-" REF "] \xff", 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = find(REFERENCE_PATTERN_DEFAULT, str_of(rows[i].text));

		IS_INT((long long)r.n_references, (long long)rows[i].n, rows[i].text);
		OK(!r.undetermined, "determined");
		if (r.n_references) {
			IS_STR(r.references[0].number, STR("1042"), "number");
			IS_STR(r.references[0].token, STR(REF), "token");
		}
	}
}

static void
test_limits(void)
{
	struct buf b;
	struct reading r;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < 40; i++)
		buf_add_format(&b, "[ref:%d-" REF "]", i);
	r = find(REFERENCE_PATTERN_DEFAULT, buf_str(&b));
	OK(r.n_references == 32 && r.undetermined, "more than 32 are not looked at, and that is said");
	buf_clear(&b);
	for (int i = 0; i < 60; i++)
		buf_add_z(&b, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	r = find("(?<number>a{1,40}a{1,40}a{1,40}a{1,40})[bc]", buf_str(&b));
	OK(r.n_references == 0 && r.undetermined, "a limit is \"undetermined\", not \"none\"");
	buf_clear(&b);
	for (int i = 0; i < 100000; i++)
		buf_add_char(&b, 'x');
	buf_add_z(&b, "[ref:7-" REF "]");
	r = find(REFERENCE_PATTERN_DEFAULT, buf_str(&b));
	IS_INT((long long)r.n_references, 1, "the end of a long text is looked at");
	buf_free(&b);
}

static void
test_tokens(void)
{
	static const struct {
		const char *name, *value;
		size_t n;
	} rows[] = {
		{ "To", "Support <support+" TOKEN "@example.com>", 1 },
		{ "to", "a@b.example, SUPPORT+0123456789ABCDEFGHJKMNPQRS@Example.COM", 1 },
		{ "Delivered-To", "support+" TOKEN "@example.com", 1 },
		{ "X-Original-To", "support+" TOKEN "@example.com", 1 },
		{ "Bcc", "support+" TOKEN "@example.com", 0 },
		{ "To", "support+" TOKEN "@example.com.evil.example", 0 },
		{ "To", "other+" TOKEN "@example.com", 0 },
		{ "To", "support+" TOKEN "t@example.com", 0 },
		{ "To", "support+0123456789abcdefghijkmnpqr@example.com", 0 },
		{ "In-Reply-To", "<" TOKEN "@mail.example.com>", 1 },
		{ "References", "<x@y> <" TOKEN ".2@mail.example.com> <" TOKEN "@mail.example.com>", 1 },
		{ "References", "<" TOKEN "@other.example>", 0 },
		{ "References", "<" TOKEN "t@mail.example.com>", 0 },
		{ "In-Reply-To", TOKEN "@mail.example.com", 0 },
		{ "Subject", "<" TOKEN "@mail.example.com>", 0 },
	};
	struct str own[] = { STR("support@example.com") };
	struct reading_setup setup = {
		.addresses = { own, 1 }, .subaddress_delimiter = '+', .message_id_domain = STR("mail.example.com")
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct mime_field f = { str_of(rows[i].name), tap_exact(str_of(rows[i].value)), STR_NONE };
		struct mime_message m = { .fields = &f, .n_fields = 1 };
		struct reading r = { 0 };

		reference_tokens(&m, &setup, arena, &r);
		IS_INT((long long)r.n_tokens, (long long)rows[i].n, rows[i].value);
		if (r.n_tokens)
			IS_STR(r.tokens[0].token, STR(TOKEN), "token in lower case");
		free((char *)f.raw.p);
	}
}

int
main(void)
{
	arena = arena_open((size_t)64 << 20);
	test_check();
	test_find();
	test_limits();
	test_tokens();
	arena_close(&arena);
	return tap_done();
}
