/* SPDX-License-Identifier: ISC
 * visible.c: controls and marks of direction as text, for what is stored and shown. The bytes of UTF-8 are compared as
 * they are: what is not UTF-8 passes. Never applied to what is judged: a verdict and a reference are read before.
 */
#include "config.h"

#include "base/visible.h"

#include <stdio.h>

#define SHOWN_MOST 12 /* bytes of "\x{e007f}" and a NUL, at most */

/* The length of the character s begins with, and its code, where it is one to be shown; else 0. */
static size_t
unseen(struct str s, unsigned *code)
{
	const unsigned char *p = (const unsigned char *)s.p;

	*code = p[0];
	if (p[0] < 0x80)
		return (p[0] < 0x20 && p[0] != '\n' && p[0] != '\t') || p[0] == 0x7f;
	if (p[0] == 0xc2 && s.n > 1) {
		*code = p[1];
		return p[1] >= 0x80 && p[1] < 0xa0 ? 2 : 0;
	}
	if ((p[0] == 0xe2 || p[0] == 0xef) && s.n > 2) {
		*code = (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
		return *code == 0x200b || (*code >= 0x2028 && *code <= 0x202e) ||
			       (*code >= 0x2060 && *code <= 0x206f) || *code == 0xfeff ||
			       (*code >= 0xfff0 && *code <= 0xfffb)
			   ? 3
			   : 0;
	}
	if (p[0] == 0xf3 && s.n > 3 && p[1] == 0xa0 && (p[2] & 0xfe) == 0x80) {
		*code = 0xe0000 | (p[2] & 63u) << 6 | (p[3] & 63u);
		return 4;
	}
	return 0;
}

static size_t
count_unseen(struct str s)
{
	size_t count = 0, n;
	unsigned code;

	for (; s.n; s = str_skip(s, n ? n : 1)) {
		n = unseen(s, &code);
		count += n > 0;
	}
	return count;
}

struct str
visible_text(struct str s, struct arena *a)
{
	size_t count = count_unseen(s), n = 0, step;
	unsigned code;
	char *out;

	if (count == 0)
		return s;
	out = arena_bytes(a, s.n + count * SHOWN_MOST);
	for (; s.n; s = str_skip(s, step ? step : 1)) {
		step = unseen(s, &code);
		if (step)
			n += (size_t)snprintf(out + n, SHOWN_MOST, "\\x{%02x}", code);
		else
			out[n++] = s.p[0];
	}
	return (struct str){ out, n };
}
