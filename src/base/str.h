/* SPDX-License-Identifier: ISC
 * str.h: text as (pointer, length), and a buffer that grows up to a limit.
 *
 * A struct str borrows: it never owns its bytes, need not end in NUL, and is
 * valid as long as what it was taken from. Comparisons of "case" fold ASCII
 * only and know no locale.
 */
#ifndef CASEMAIL_BASE_STR_H
#define CASEMAIL_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct strings {
	struct str *list;
	size_t n;
};

struct str str_of(const char *z); /* z may be NULL: gives the empty slice */
bool str_ends(struct str s, struct str suffix);
bool str_ends_nocase(struct str s, struct str suffix);
int str_compare(struct str a, struct str b); /* bytewise, <0 0 >0 */

/* The offset of the first needle in s, or -1. Linear in s for one-byte needles,
 * memmem(3) for longer ones. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_nocase(struct str s, struct str needle);
ptrdiff_t str_find_char(struct str s, char c);
ptrdiff_t str_rfind_char(struct str s, char c);

struct str str_trim(struct str s);       /* without blanks, tabs, CR, LF at both ends */
struct str str_trim_right(struct str s); /* at the end only */

/* Takes the next line off *rest (without its LF or CR LF) into *line; false when *rest is used up.
 * A text without a final line end yields its last piece as a line. */
bool str_next_line(struct str *rest, struct str *line);
/* Takes the next field up to sep off *rest; false when *rest is used up. "a,,b" gives three. */
bool str_next_field(struct str *rest, char sep, struct str *field);

/* The whole of s as a decimal number of at most 18 digits: true and *out, or false. */
bool str_to_number(struct str s, long long *out);

/* The length of the character in valid UTF-8 that s begins with (RFC 3629); 0 where it begins with none. */
size_t str_utf8_length(struct str s);

/* A byte buffer that grows up to max. What would not fit is left out whole and
 * sets overflow, which stays set: check once, at the end. Out of memory aborts. */
struct buf {
	char *p; /* owned; NUL-terminated whenever cap > 0 */
	size_t n, cap, max;
	bool overflow;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);  /* may be used again after buf_init */
void buf_clear(struct buf *b); /* empties, keeps the memory, resets overflow */
void buf_add(struct buf *b, struct str s);
void buf_add_z(struct buf *b, const char *z);
void buf_add_char(struct buf *b, char c);
void buf_add_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds the UTF-8 form of a code point; U+FFFD for surrogates and values above U+10FFFF. */
void buf_add_utf8(struct buf *b, unsigned code);
struct str buf_str(const struct buf *b); /* borrowed, until the next change */
const char *buf_z(struct buf *b);        /* NUL-terminated, borrowed likewise; never NULL */

#endif
