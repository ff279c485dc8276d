/* SPDX-License-Identifier: ISC
 * charset.h: bytes in any charset of mail to UTF-8. It, with charset_*.c, is the one user of iconv and uchardet.
 */
#ifndef CASEMAIL_READING_CHARSET_H
#define CASEMAIL_READING_CHARSET_H

#include "base/arena.h"
#include "base/str.h"

/* bytes as UTF-8, in a, or borrowed from bytes where they are. label: what was declared, or empty. hint: another
 * charset to try before guessing, as that of the body for a bare header; may be empty. *damaged is set (never cleared)
 * where bytes stand for nothing and became U+FFFD, and where the label is unknown and the bytes are not UTF-8. used,
 * unless NULL, receives a constant name of the charset taken. Linear in bytes. NUL becomes U+FFFD. */
struct str charset_to_utf8(
    struct str bytes, struct str label, struct str hint, struct arena *a, bool *damaged, struct str *used);

/* The charset that 8-bit bytes are most likely in, as a constant name; empty where they are all ASCII. */
struct str charset_guess(struct str bytes);
/* Whether label names a charset of the allow-list (WHATWG labels and what mail programs write). */
bool charset_is_known(struct str label);
/* How many bytes s begins with that are ASCII. */
size_t charset_ascii_length(struct str s);
/* Whether s is UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool charset_is_utf8(struct str s);

#endif
