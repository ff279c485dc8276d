/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mailbox/wire.h"
#include "tap.h"

#define LINE 100
#define LITERAL 50

static const struct {
	const char *name, *bytes;
	size_t good; /* how many may be handed on; SIZE_MAX: all */
	const char *refused;
} rows[] = {
	{ "plain responses", "* 3 EXISTS\r\n* OK [UIDNEXT 7] {9} is text (((((((((((((((((((((\r\n1 OK done {5}\r\n",
	    SIZE_MAX, NULL },
	{ "an empty literal", "* 1 FETCH (BODY[] {0}\r\n)\r\n", SIZE_MAX, NULL },
	{ "a literal hides its bytes", "* 1 FETCH (BODY[] {14}\r\n* BYE {999}\r\nx UID 4)\r\n1 OK\r\n", SIZE_MAX,
	    NULL },
	{ "a literal at the limit", "* 1 FETCH ({50}\r\n12345678901234567890123456789012345678901234567890)\r\n",
	    SIZE_MAX, NULL },
	{ "a literal above it", "* 1 FETCH ({51}\r\nx", 0, "a literal larger than agreed" },
	{ "literals above it together", "* 1 EXISTS\r\n* 1 FETCH ({1}\r\nx {50}\r\n", 12,
	    "a literal larger than agreed" },
	{ "each response anew", "* 1 FETCH ({2}\r\nxx)\r\n* 2 FETCH ({49}\r\n", SIZE_MAX, NULL },
	{ "4 GB", "* 1 FETCH ({4294967295}\r\n", 0, "a literal larger than agreed" },
	{ "more digits than 64 bits hold", "* 1 FETCH ({99999999999999999999999}\r\n", 0, "a malformed literal" },
	{ "a negative literal", "* 1 FETCH ({-5}\r\n", 0, "a malformed literal" },
	{ "a literal with blanks behind", "* 1 FETCH ({5} \r\n", 0, "a malformed literal" },
	{ "a literal within the line", "* 1 FETCH ({5}xxxxx)\r\n", 0, "a malformed literal" },
	{ "a literal without CR", "* 1 FETCH ({5}\nxxxxx)\r\n", 0, "a malformed literal" },
	{ "braces in quotes", "* LIST () \"/\" \"{99}\\\"((((((((((((((((((((\"\r\n", SIZE_MAX, NULL },
	{ "a quoted string over the line end", "* LIST () \"/\r\n", 0, "a line end in a quoted string" },
	{ "depth at the limit", "* 1 FETCH ((((((((((((((((\r\n", SIZE_MAX, NULL },
	{ "depth above it", "* 1 FETCH (((((((((((((((((\r\n", 0, "parentheses too deep" },
	{ "depth is per response", "* 1 FETCH ((((((((((((\r\n* 1 FETCH ((((((((((((\r\n", SIZE_MAX, NULL },
	{ "farewell", "* 1 EXISTS\r\n* BYE going down\r\n", 12, "the server closed the session" },
	{ "farewell without text", "* bye\r\n", 0, "the server closed the session" },
	{ "BYE only as a word", "* BYEBYE 1\r\n", SIZE_MAX, NULL },
	{ "no star", "(x)\r\n", 0, "a line that is no response" },
	{ "no blank behind the star", "*1 FETCH\r\n", 0, "a line that is no response" },
	{ "an empty line", "\r\n", 0, "a line that is no response" },
	{ "a line at the limit",
	    "* OK xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
	    SIZE_MAX, NULL },
	{ "a line above it",
	    "* OK xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
	    0, "a line longer than agreed" },
};

/* Fed in pieces of every size, the verdict is the same. */
static void
check_row(size_t i)
{
	size_t n = strlen(rows[i].bytes), want = rows[i].good == SIZE_MAX ? n : rows[i].good;
	bool same = true;

	for (size_t piece = 1; piece <= n; piece++) {
		struct wire w;
		size_t whole = 0, at = 0;

		wire_init(&w, LINE, LITERAL);
		while (at < n) {
			size_t size = n - at < piece ? n - at : piece;
			struct str copy = tap_exact((struct str){ rows[i].bytes + at, size });
			size_t good = wire_feed(&w, copy.p, copy.n);

			free((char *)copy.p);
			whole += good;
			at += size;
			if (good < size)
				break;
		}
		if (piece == n)
			same = same && whole == want;
		same = same && str_equal(str_of(wire_refused(&w)), str_of(rows[i].refused));
		if (wire_refused(&w) != NULL)
			same = same && wire_feed(&w, "* OK\r\n", 6) == 0;
	}
	OK(same, "%s", rows[i].name);
}

int
main(void)
{
	struct wire w;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
	wire_init(&w, LINE, LITERAL);
	wire_feed(&w, "* BYE going down\r\n", 18);
	IS_STR(str_of(w.text), STR("going down"), "the farewell's text is kept");
	return tap_done();
}
