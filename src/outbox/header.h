/* SPDX-License-Identifier: ISC
 * header.h: header fields of a mail as bytes. Inside src/outbox only. Values hold no CR, LF or NUL: compose_letter
 * has refused those.
 */
#ifndef CASEMAIL_OUTBOX_HEADER_H
#define CASEMAIL_OUTBOX_HEADER_H

#include "base/str.h"

/* Appends "name: value" CR LF, folded at blanks to 76 columns where words allow (RFC 5322 2.2.3). */
void header_put(struct buf *out, const char *name, struct str value);
/* Appends text (UTF-8) as unstructured text: words that are not printable ASCII, too long, or look like encoded-words
 * become encoded-words of at most 75 characters, each of whole characters (RFC 2047 2, 5). Linear. */
void header_text(struct buf *out, struct str text);
/* Appends "name <address>": the name as atoms, as a quoted string, or as encoded-words; empty: the address alone. */
void header_mailbox(struct buf *out, struct str name, struct str address);

#endif
