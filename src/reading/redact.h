/* SPDX-License-Identifier: ISC
 * redact.h: reply tokens out of what people and logs see.
 */
#ifndef CASEMAIL_READING_REDACT_H
#define CASEMAIL_READING_REDACT_H

#include "reading/reading.h"

/* Adds text to out with each reply token cut to its first four characters and "...": a run of TOKEN_REPLY characters
 * of the token alphabet that stands before an "@" (also as "%40"), before ".KEY@" as in our Message-IDs, or is one of
 * the tokens. A "%2B" before it is the delimiter. Linear in text. */
void redact_text(struct str text, const struct reading_token *tokens, size_t n, struct buf *out);
/* In every text of r that is stored or shown. What rules look up (tokens, ancestors, the
 * id of the mail a report is about) stays. */
void redact_reading(struct reading *r, struct arena *a);

#endif
