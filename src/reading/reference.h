/* SPDX-License-Identifier: ISC
 * reference.h: Reference IDs by the operator's patterns, and reply tokens. The one user of pcre2.
 */
#ifndef CASEMAIL_READING_REFERENCE_H
#define CASEMAIL_READING_REFERENCE_H

#include "reading/mime.h"

/* The shape of "[ref:{number}-{token}]": case number and 13 characters of crypto_token. Tolerates upper case, a blank
 * or a line end behind any of its signs (wrapped lines), "=" left of a soft line end, and full-width brackets and
 * colon, which some input methods set. Bounded: no text makes it slow. */
#define REFERENCE_PATTERN_DEFAULT                                                                                      \
	"(?i)(?:\\[|\\x{FF3B}|\\x{3010})[ \\t]{0,4}ref[ \\t]{0,4}(?::|\\x{FF1A})=?\\s{0,4}"                            \
	"(?<number>[0-9]{1,18}|[a-z]{1,8}-?[0-9]{1,18})=?\\s{0,4}-=?\\s{0,4}"                                          \
	"(?<token>(?:[0-9a-hjkmnp-tv-z]=?\\s{0,2}){12}[0-9a-hjkmnp-tv-z])=?\\s{0,4}(?:\\]|\\x{FF3D}|\\x{3011})"

struct patterns;
struct patterns *patterns_open(const struct strings *list, struct err *e); /* NULL and *e as reading_open */
void patterns_close(struct patterns **p);

/* Adds what the patterns find (blanks, line ends and "=" inside number and token left out, lower case) in text to
 * out->references, each number+token+place once; sets out->undetermined where a limit was reached. At most 64 KiB of
 * text and 32 references are looked at; where text is longer its first and last 32 KiB. */
void reference_find(
    struct patterns *p, struct str text, enum reading_place place, struct arena *a, struct reading *out);
/* Tokens in recipients' sub-addresses and in In-Reply-To and References with our Message-ID domain. */
void reference_tokens(
    const struct mime_message *m, const struct reading_setup *s, struct arena *a, struct reading *out);

#endif
