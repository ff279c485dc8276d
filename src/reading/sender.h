/* SPDX-License-Identifier: ISC
 * sender.h: who a message says it is from, and whether the border server vouches for it (RFC 8601).
 */
#ifndef CASEMAIL_READING_SENDER_H
#define CASEMAIL_READING_SENDER_H

#include "reading/mime.h"

/* Sets from, to, cc, sender_address, from_strict, return_path, addressed, received, authentication and its detail. */
void sender_read(const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out);

/* The addr-spec in s by the strict grammar (RFC 5322 dot-atom or quoted local part, a domain of LDH labels; no
 * comment, no route, no group): *out local@domain with the domain in lower case; else false. */
bool sender_strict_address(struct str s, struct arena *a, struct str *out);

#endif
