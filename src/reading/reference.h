/* SPDX-License-Identifier: ISC
 * reference.h: Reference IDs by the operator's patterns, and reply tokens. The one user of pcre2.
 */
#ifndef CASEMAIL_READING_REFERENCE_H
#define CASEMAIL_READING_REFERENCE_H

#include "reading/mime.h"

struct patterns;
struct patterns *patterns_open(const struct strings *list, struct err *e); /* NULL and *e as reading_open */
void patterns_close(struct patterns **p);

/* Adds what the patterns find in text to out->references, each number+token+place once; sets
 * out->undetermined where a limit was reached. At most 64 KiB of text and 32 references are looked at;
 * where text is longer its first and last 32 KiB. */
void reference_find(
    struct patterns *p, struct str text, enum reading_place place, struct arena *a, struct reading *out);
/* Tokens in recipients' sub-addresses and in In-Reply-To and References with our Message-ID domain. */
void reference_tokens(
    const struct mime_message *m, const struct reading_setup *s, struct arena *a, struct reading *out);

#endif
