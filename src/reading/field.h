/* SPDX-License-Identifier: ISC
 * field.h: the fields of a message's own header, read from the raw bytes. Used by mime.c.
 */
#ifndef CASEMAIL_READING_FIELD_H
#define CASEMAIL_READING_FIELD_H

#include "reading/mime.h"

/* Sets out->fields (name and raw value) and out->odd from the header that raw begins with. */
void field_read_all(struct str raw, struct mime_message *out, struct arena *a);
/* Sets the decoded value of n fields; hint: the charset of bare 8-bit bytes. */
void field_decode_all(struct mime_field *fields, size_t n, struct str hint, struct arena *a);

/* The charset of the first encoded word in the message's fields: what an undeclared body is likely in. May be empty. */
struct str field_word_charset(const struct mime_message *m);
/* What bare 8-bit fields are likely in: the body's charset where that says something, else what all of them together
 * look like, as one alone is often too short to tell. */
struct str field_charset(const struct mime_message *m);

/* A copy of raw for gmime, of the same length, good for finding the parts and nothing else. gmime parses address lists
 * as it meets them, in quadratic time, so their fields have other names ("~rom"); it decodes what it can with whatever
 * charset is named, from files that the reader must not open, so nothing in it looks like an encoded word, an RFC 2231
 * charset or an 8-bit byte. Boundaries and their delimiters change alike. *start: where gmime is to begin, above 0
 * where the message's own fields were left out but for those it needs; these stand at other places than in raw then. */
struct str field_mask(struct str raw, struct arena *a, size_t *start);

#endif
