/* SPDX-License-Identifier: ISC
 * slice.h: struct str, and what is asked of it for every byte or line: inline, so that no call is made for it. str.h
 * has the rest, and includes this.
 */
#ifndef CASEMAIL_BASE_SLICE_H
#define CASEMAIL_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *p; /* may be NULL only when n is 0 */
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* For printf: "%.*s", STR_ARGS(s). Cuts at INT_MAX. */
#define STR_ARGS(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), ((s).n ? (s).p : "")

/* blank, tab, CR, LF, VT, FF */
static inline bool
char_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ASCII letters, as for char_lower. */
static inline bool
char_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char
char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* s without its first n bytes; n beyond the end gives what there is, as for str_head. */
static inline struct str
str_skip(struct str s, size_t n)
{
	if (n > s.n)
		n = s.n;
	if (n > 0) {
		s.p += n;
		s.n -= n;
	}
	return s;
}

static inline struct str
str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

static inline bool
str_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_equal_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	return true;
}

static inline bool
str_starts(struct str s, struct str prefix)
{
	return str_equal(str_head(s, prefix.n), prefix);
}

static inline bool
str_starts_nocase(struct str s, struct str prefix)
{
	return str_equal_nocase(str_head(s, prefix.n), prefix);
}

#endif
