/* SPDX-License-Identifier: ISC
 * json.c: a comma goes before a value wherever the last byte written is not an opening bracket or a colon, so the
 * writer needs no state of its own. One value a line (JSON lines) works too: after a line end no comma goes.
 */
#include "config.h"

#include "base/json.h"

#include <string.h>

#include "base/clock.h"

static void
json_character(struct buf *out, char c)
{
	static const char *const names[] = { ['\b'] = "\\b",
		['\t'] = "\\t",
		['\n'] = "\\n",
		['\f'] = "\\f",
		['\r'] = "\\r",
		['"'] = "\\\"",
		['\\'] = "\\\\" };
	unsigned char u = (unsigned char)c;

	if (u < sizeof(names) / sizeof(*names) && names[u])
		buf_add_z(out, names[u]);
	else if (u < 0x20 || u == 0x7f)
		buf_add_format(out, "\\u%04x", u);
	else
		buf_add_char(out, c);
}

/* The code of a valid sequence of two or three bytes that changes the direction of text or is seen by a terminal only;
 * 0 for others. It is written as a number, so that JSON may be looked at. */
static unsigned
unseen_code(struct str s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned code = n == 2   ? (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu)
			: n == 3 ? (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu)
				 : 0;
	bool unseen = (code >= 0x80 && code < 0xa0) || code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
		      (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
		      (code >= 0xfff9 && code <= 0xfffb);

	return unseen ? code : 0;
}

static void
json_quote(struct buf *out, struct str s)
{
	buf_add_char(out, '"');
	while (s.n > 0) {
		size_t n = str_utf8_length(s);
		unsigned code;

		if (n == 0)
			buf_add_utf8(out, 0xfffd);
		else if (n == 1)
			json_character(out, s.p[0]);
		else if ((code = unseen_code(s, n)) != 0)
			buf_add_format(out, "\\u%04x", code);
		else
			buf_add(out, str_head(s, n));
		s = str_skip(s, n ? n : 1);
	}
	buf_add_char(out, '"');
}

static void
json_before(struct buf *out, const char *key)
{
	if (out->n > 0 && strchr("{[:\n", out->p[out->n - 1]) == NULL)
		buf_add_char(out, ',');
	if (key) {
		json_quote(out, str_of(key));
		buf_add_char(out, ':');
	}
}

void
json_open(struct buf *out, const char *key, char bracket)
{
	json_before(out, key);
	buf_add_char(out, bracket);
}

void
json_close(struct buf *out, char bracket)
{
	buf_add_char(out, bracket);
}

void
json_text(struct buf *out, const char *key, struct str s)
{
	json_before(out, key);
	json_quote(out, s);
}

void
json_number(struct buf *out, const char *key, int64_t n)
{
	json_before(out, key);
	buf_add_format(out, "%lld", (long long)n);
}

void
json_bool(struct buf *out, const char *key, bool b)
{
	json_before(out, key);
	buf_add_z(out, b ? "true" : "false");
}

void
json_null(struct buf *out, const char *key)
{
	json_before(out, key);
	buf_add_z(out, "null");
}

void
json_time(struct buf *out, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT];

	if (ms == 0) {
		json_null(out, key);
		return;
	}
	clock_format(ms, text);
	json_text(out, key, str_of(text));
}

void
json_raw(struct buf *out, const char *key, struct str json)
{
	json_before(out, key);
	buf_add(out, json);
}
