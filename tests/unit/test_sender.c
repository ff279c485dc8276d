/* SPDX-License-Identifier: ISC
 * test_sender.c: addresses for display, the one for identity, and what the border server says.
 */
#include "config.h"

#include "reading/sender.h"

#include <time.h>

#include "reading/address.h"
#include "reading/authentication.h"
#include "setup.h"
#include "tap.h"

static struct arena *a;
static struct reading_setup setup;

static void
test_lists(void)
{
	static const struct {
		const char *raw, *shown; /* name <address>, joined by " | " */
	} rows[] = {
		{ "a@b.example", " <a@b.example>" },
		{ "Jane Doe <jane@B.Example>", "Jane Doe <jane@b.example>" },
		{ "\"Doe, Jane\" <j@x.example>, k@y.example", "Doe, Jane <j@x.example> |  <k@y.example>" },
		{ "Doe, Jane <j@x.example>", "Doe, Jane <j@x.example>" },
		{ "j@x.example (Jane)", "Jane <j@x.example>" },
		{ "Jane (j@x.example)", "Jane <j@x.example>" },
		{ "Team: a@b.example, c@d.example;", " <a@b.example> |  <c@d.example>" },
		{ "undisclosed-recipients:;", "" },
		{ "=?utf-8?Q?J=C3=BCrg?= <j@x.example>", "Jürg <j@x.example>" },
		{ "\"=?utf-8?Q?J=C3=BCrg=2C_X?=\" <j@x.example>", "Jürg, X <j@x.example>" },
		{ "=?iso-8859-1?Q?B=FCrling, Andreas?= <j@x.example>", "Bürling, Andreas <j@x.example>" },
		{ "<@route.example:a@b.example>", " <a@b.example>" },
		{ "\"a b\"@x.example", " <\"a b\"@x.example>" },
		{ "Jane jane@x.example", "Jane <jane@x.example>" },
		{ "a @ b.example", " <a@b.example>" },
		{ "<<a@b.example>>", " <a@b.example>" },
		{ "MAILER-DAEMON (Mail System)", "Mail System <MAILER-DAEMON>" },
		{ "J <j@x.example", "J <j@x.example>" },
		{ "\"x\" <>, y <y@z.example>", "y <y@z.example>" },
		{ "a@b.example; c@d.example", " <a@b.example> |  <c@d.example>" },
		{ "k.g\xfcnther@x.example", " <k.günther@x.example>" },
		{ "\"no end <a@b.example>", "no end <a@b.example>" },
		{ "", "" },
		{ ",,;,", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading_address list[8];
		struct str in = tap_exact(str_of(rows[i].raw));
		size_t n = address_list(in, STR_NONE, a, list, 8);
		struct buf b;

		buf_init(&b, 4096);
		for (size_t k = 0; k < n; k++)
			buf_add_format(
			    &b, "%s%.*s <%.*s>", k ? " | " : "", STR_ARGS(list[k].name), STR_ARGS(list[k].address));
		IS_STR(buf_str(&b), str_of(rows[i].shown), rows[i].raw);
		buf_free(&b);
		free((char *)(size_t)in.p);
	}
}

static void
test_strict(void)
{
	static const char *const good[] = { "a@b.example", "a.b-c+d@x-y.example", "\"a b\"@x.example", "a@1.b2" };
	static const char *const bad[] = { "", "a", "@b.example", "a@", "a@b", "a@@b.example", "a b@c.example",
		"a@b .example", ".a@b.example", "a.@b.example", "a..b@c.example", "a@-b.example", "a@b-.example",
		"a@b..example", "a@[127.0.0.1]", "a@127.0.0.1", "a@b.example.", "=?utf-8?q?a?=@b.example@c.example",
		"a@b.example>", "<a@b.example>", "a(x)@b.example", "\xc3\xbc@b.example", "a@b\xc3\xbc.example",
		"\"a\"b\"@c.example", "a@b_c.example", "a\n@b.example" };
	struct str out;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		OK(sender_strict_address(str_of(good[i]), a, &out), "%s is an address", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!sender_strict_address(str_of(bad[i]), a, &out), "row %zu is none", i);
	sender_strict_address(STR("Jane@Example.COM"), a, &out);
	IS_STR(out, STR("Jane@example.com"), "only the domain is folded");
}

static void
read_message(const char *raw, struct reading *out)
{
	struct mime_message m;

	*out = (struct reading){ 0 };
	mime_read(arena_copy(a, str_of(raw)), &setup.limits, a, &m);
	sender_read(&m, &setup, a, out);
}

static void
test_identity(void)
{
	static const struct {
		const char *raw, *identity;
	} rows[] = {
		{ "From: Jane <jane@x.example>\n\n", "jane@x.example" },
		{ "From: jane@X.example\n\n", "jane@x.example" },
		{ "From: \"Doe, (J) <x>\" <jane@x.example>\n\n", "jane@x.example" },
		{ "From: =?utf-8?q?J?= <jane@x.example>\n\n", "jane@x.example" },
		{ "From:\n Jane\n <jane@x.example>\n\n", "jane@x.example" },
		{ "From: a@x.example, b@x.example\n\n", "" },
		{ "From: g: a@x.example;\n\n", "" },
		{ "From: Jane (a) <jane@x.example>\n\n", "" },
		{ "From: <@r.example:jane@x.example>\n\n", "" },
		{ "From: boss@x.example <evil@y.example>\n\n", "" },
		{ "From: \"boss@x.example\" <evil@y.example>\n\n", "evil@y.example" },
		{ "From: <a@x.example>:<b@y.example>\n\n", "" },
		{ "From: <a@x.example> <b@y.example>\n\n", "" },
		{ "From: <=?utf-8?q?jane=40x.example?=>\n\n", "" },
		{ "From: <=?utf-8?q?jane?=@x.example>\n\n", "=?utf-8?q?jane?=@x.example" },
		{ "From: jane@x.example\nDate: a\nDate: b\n\n", "" },
		{ "From: jane@x.example\nMessage-ID: <a@b>\nmessage-id: <c@d>\n\n", "" },
		{ "From: jane@x.example\nno field\n\n", "" },
		{ "From: jane@x.example\r\nTo: a@b.example\n\n", "" },
		{ "To: a@b.example\n\n", "" },
	};
	struct reading r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		read_message(rows[i].raw, &r);
		IS_STR(r.from_strict, str_of(rows[i].identity), rows[i].raw);
	}
	read_message("From: a@x.example\nSender: b@y.example\n\n", &r);
	IS_STR(r.sender_address, STR("b@y.example"), "a Sender of another domain");
	read_message("From: a@x.example\nSender: b@x.example\n\n", &r);
	IS_STR(r.sender_address, STR(""), "a Sender of the same domain");
	read_message("From: a@x.example\nTo: Support+abc@CASES.example\n\n", &r);
	OK(r.addressed, "our sub-address is ours");
	read_message("From: a@x.example\nTo: supporter@cases.example\n\n", &r);
	OK(!r.addressed, "a longer name is not");
	read_message("From: a@x.example\nResent-To: support@cases.example\nReturn-Path: <>\nReceived: x\n\n", &r);
	OK(r.addressed, "resent to us");
	IS_STR(r.return_path, STR("<>"), "return path");
	IS_INT(r.received, 1, "trace fields");
}

#define AR "Authentication-Results: mx.cases.example"
#define BORDER "Received: from x by mx.cases.example with SMTP; now\n"
#define FROM "From: Jane <jane@x.example>\n\n"

static void
test_authentication(void)
{
	static const struct {
		const char *name, *raw;
		enum authentication_level level;
	} rows[] = {
		{ "dmarc", AR "; dmarc=pass header.from=x.example\n" BORDER FROM, AUTH_PASS },
		{ "version 1", AR " 1; dmarc=pass header.from=x.example\n" BORDER FROM, AUTH_PASS },
		{ "version 2", AR " 2; dmarc=pass header.from=x.example\n" BORDER FROM, AUTH_NONE },
		{ "id in capitals",
		    "Authentication-Results: MX.Cases.Example; dmarc=pass header.from=X.example\n" BORDER FROM,
		    AUTH_PASS },
		{ "comments and folding",
		    AR " (a (b) c)\n ;\n dmarc (x) = (y) pass (p=none) header.from = x.example\n" BORDER FROM,
		    AUTH_PASS },
		{ "quoted value", AR "; dmarc=pass header.from=\"x.example\"\n" BORDER FROM, AUTH_PASS },
		{ "another domain", AR "; dmarc=pass header.from=y.example\n" BORDER FROM, AUTH_NONE },
		{ "a parent domain", AR "; dmarc=pass header.from=example\n" BORDER FROM, AUTH_NONE },
		{ "no header.from", AR "; dmarc=pass\n" BORDER FROM, AUTH_NONE },
		{ "header.from twice", AR "; dmarc=pass header.from=x.example header.from=y.example\n" BORDER FROM,
		    AUTH_NONE },
		{ "a foreign id",
		    "Authentication-Results: evil.example; dmarc=pass header.from=x.example\n" BORDER FROM, AUTH_NONE },
		{ "below the border", BORDER AR "; dmarc=pass header.from=x.example\n" FROM, AUTH_NONE },
		{ "no border", AR "; dmarc=pass header.from=x.example\n" FROM, AUTH_NONE },
		{ "an inner hop above",
		    "Received: by store.cases.example\n" AR "; dmarc=pass header.from=x.example\n" BORDER FROM,
		    AUTH_PASS },
		{ "a border named in a comment",
		    AR
		    "; dmarc=pass header.from=x.example\nReceived: from (by mx.cases.example) by evil.example\n" FROM,
		    AUTH_NONE },
		{ "dmarc in two fields",
		    AR "; dmarc=pass header.from=x.example\n" AR "; dmarc=pass header.from=x.example\n" BORDER FROM,
		    AUTH_NONE },
		{ "methods in two fields",
		    AR "; spf=pass smtp.mailfrom=x.example\n" AR "; dmarc=pass header.from=x.example\n" BORDER FROM,
		    AUTH_PASS },
		{ "fail wins", AR "; dkim=pass header.d=x.example; dmarc=fail header.from=x.example\n" BORDER FROM,
		    AUTH_FAIL },
		{ "fail and a copy that passes",
		    AR "; dmarc=fail header.from=x.example\n" AR "; dmarc=pass header.from=x.example\n" BORDER FROM,
		    AUTH_FAIL },
		{ "dmarc none, dkim",
		    AR "; dmarc=none header.from=x.example; dkim=pass header.d=x.example\n" BORDER FROM, AUTH_PASS },
		{ "dkim", AR "; dkim=pass header.d=x.example header.s=s\n" BORDER FROM, AUTH_PASS },
		{ "two signatures in one field",
		    AR "; dkim=pass header.d=esp.example; dkim=pass header.d=x.example\n" BORDER FROM, AUTH_PASS },
		{ "dkim of another", AR "; dkim=pass header.d=esp.example\n" BORDER FROM, AUTH_NONE },
		{ "dkim fail", AR "; dkim=fail header.d=x.example\n" BORDER FROM, AUTH_NONE },
		{ "dkim by SHA-1", AR "; dkim=pass header.d=x.example header.a=rsa-sha1\n" BORDER FROM, AUTH_NONE },
		{ "dkim with a body length", AR "; dkim=pass header.d=x.example header.l=10\n" BORDER FROM, AUTH_NONE },
		{ "dkim with a short key", AR "; dkim=pass (768-bit key) header.d=x.example\n" BORDER FROM, AUTH_NONE },
		{ "dkim with a long key", AR "; dkim=pass (2048-bit key) header.d=x.example\n" BORDER FROM, AUTH_PASS },
		{ "spf", AR "; spf=pass smtp.mailfrom=bounce@x.example\n" BORDER FROM, AUTH_WEAK },
		{ "spf of HELO", AR "; spf=pass smtp.helo=x.example\n" BORDER FROM, AUTH_NONE },
		{ "spf of another", AR "; spf=pass smtp.mailfrom=y.example\n" BORDER FROM, AUTH_NONE },
		{ "spf with an address in quotes",
		    AR "; spf=pass smtp.mailfrom=\"a@x.example\"@y.example\n" BORDER FROM, AUTH_NONE },
		{ "a result in a comment", AR "; none (; dmarc=pass header.from=x.example)\n" BORDER FROM, AUTH_NONE },
		{ "a result in a quoted string",
		    AR "; spf=fail smtp.mailfrom=\"; dmarc=pass header.from=x.example\"\n" BORDER FROM, AUTH_NONE },
		{ "injected into a value", AR "; spf=pass smtp.mailfrom=x.example(.y.example\n" BORDER FROM,
		    AUTH_NONE },
		{ "a syntax error voids all", AR "; dmarc=pass header.from=x.example; spf pass\n" BORDER FROM,
		    AUTH_NONE },
		{ "comments too deep", AR " ((((((x)))))); dmarc=pass header.from=x.example\n" BORDER FROM, AUTH_NONE },
		{ "no result", AR "; none\n" BORDER FROM, AUTH_NONE },
		{ "temperror", AR "; dmarc=temperror header.from=x.example\n" BORDER FROM, AUTH_NONE },
		{ "ARC",
		    "ARC-Authentication-Results: i=1; mx.cases.example; dmarc=pass header.from=x.example\n" BORDER FROM,
		    AUTH_NONE },
		{ "From that is no identity",
		    AR "; dmarc=pass header.from=x.example\n" BORDER "From: a@x.example, b@x.example\n\n", AUTH_NONE },
		{ "an unknown method", AR "; x-foo=bar a.b=c; dmarc=pass header.from=x.example\n" BORDER FROM,
		    AUTH_PASS },
		{ "a reason", AR "; dmarc=pass reason=\"x; y\" header.from=x.example\n" BORDER FROM, AUTH_PASS },
	};
	struct reading r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		read_message(rows[i].raw, &r);
		IS_INT(r.authentication, rows[i].level, rows[i].name);
	}
}

static void
test_linear(void)
{
	static const char *const pieces[] = { "a,", "<\"", "\"\\\"", "(", "a@b,", "g:", "=?", "=?a?q?,", ";:", "\\" };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		double seconds[2];

		for (int k = 0; k < 2; k++) {
			struct reading_address *list = arena_array(a, 200, sizeof(*list));
			struct buf b;
			clock_t before;

			buf_init(&b, 1u << 20);
			for (int n = 0; n < 20000 * (k + 1); n++)
				buf_add_z(&b, pieces[i]);
			before = clock();
			address_list(buf_str(&b), STR_NONE, a, list, 200);
			seconds[k] = (double)(clock() - before) / CLOCKS_PER_SEC;
			buf_free(&b);
		}
		OK(seconds[1] < 3 * seconds[0] + 0.02, "row %zu: linear (%.0f ms, doubled %.0f ms)", i,
		    1e3 * seconds[0], 1e3 * seconds[1]);
	}
}

int
main(void)
{
	a = arena_open(256u << 20);
	setup_for_tests(&setup);
	test_lists();
	test_strict();
	test_identity();
	test_authentication();
	test_linear();
	arena_close(&a);
	return tap_done();
}
