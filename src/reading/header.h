/* SPDX-License-Identifier: ISC
 * header.h: header fields: where they begin and end, their encoded words and their parameters.
 */
#ifndef CASEMAIL_READING_HEADER_H
#define CASEMAIL_READING_HEADER_H

#include "reading/mime.h"

/* Takes the next field off *rest: its name (blanks before the colon left out) and raw value (with its folding, without
 * the final line end). A line that is no field gives an empty name and itself as value. False at the empty line that
 * ends the header, which is taken off too, or at the end. */
bool header_next(struct str *rest, struct str *name, struct str *value);

/* raw without what does not belong to the message: empty lines and an mbox "From " line before the header. */
struct str header_skip_envelope(struct str raw);

/* Encoded words (RFC 2047) in s decoded, in every broken form that mail programs accept; bare 8-bit bytes by
 * detection, with hint first. Line ends and NUL become blanks. Linear in s. In a, or s itself
 * where there is nothing to decode. */
struct str header_decode(struct str s, struct str hint, struct arena *a);
/* Base64 with anything else in it skipped, with or without padding, also several runs one behind the other; out must
 * hold s.n / 4 * 3 + 3 bytes; the length. */
size_t header_base64(struct str s, char *out);

/* One parameter of a structured value: "text/plain; charset=x". RFC 2231 (continuations, charsets), quoted strings
 * and their broken forms. Empty where it is not there. Decoded to UTF-8. At most 64 continuations. */
struct str header_parameter(struct str value, const char *name, struct arena *a);
/* What stands before the first parameter, trimmed, comments left out, in lower case. */
struct str header_main_value(struct str value, struct arena *a);

#endif
