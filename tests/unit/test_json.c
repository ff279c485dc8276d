/* SPDX-License-Identifier: ISC
 * test_json.c: the JSON writer.
 */
#include "config.h"

#include "base/json.h"

#include "tap.h"

static void
test_structure(void)
{
	struct buf b;

	buf_init(&b, 1000);
	json_open(&b, NULL, '{');
	json_text(&b, "a", STR("x,{"));
	json_open(&b, "list", '[');
	json_number(&b, NULL, -1);
	json_bool(&b, NULL, true);
	json_open(&b, NULL, '{');
	json_close(&b, '}');
	json_close(&b, ']');
	json_null(&b, "n");
	json_time(&b, "t", 1000);
	json_raw(&b, "raw", STR("[1]"));
	json_close(&b, '}');
	IS_STR(buf_str(&b),
	    STR("{\"a\":\"x,{\",\"list\":[-1,true,{}],\"n\":null,\"t\":\"1970-01-01T00:00:01Z\",\"raw\":[1]}"),
	    "commas stand where they belong");
	buf_free(&b);
}

static void
test_escapes(void)
{
	static const struct {
		struct str in, want;
	} rows[] = {
		{ STR("\"\\\n\t\x01\x7f"), STR("\"\\\"\\\\\\n\\t\\u0001\\u007f\"") },
		{ STR("a\xff"
		      "b"),
		    STR("\"a\xef\xbf\xbd"
			"b\"") },
		{ STR("\xc3\xbc\xf0\x9f\x98\x80"), STR("\"\xc3\xbc\xf0\x9f\x98\x80\"") },
		{ STR("\xe2\x80\xaeright\xd8\x9c\xc2\x9b\xef\xbb\xbf"), STR("\"\\u202eright\\u061c\\u009b\\ufeff\"") },
		{ STR("\xe2\x80\x93\xd8\xa7\xc2\xa0"), STR("\"\xe2\x80\x93\xd8\xa7\xc2\xa0\"") },
		{ STR("\xed\xa0\x80"), STR("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") },
		{ STR("\xc0\x80"), STR("\"\xef\xbf\xbd\xef\xbf\xbd\"") },
		{ STR("\xe2\x82"), STR("\"\xef\xbf\xbd\xef\xbf\xbd\"") },
	};
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str in = tap_exact(rows[i].in);

		buf_clear(&b);
		json_text(&b, NULL, in);
		IS_STR(buf_str(&b), rows[i].want, "escape");
		free((void *)in.p);
	}
	buf_free(&b);
}

int
main(void)
{
	test_structure();
	test_escapes();
	return tap_done();
}
