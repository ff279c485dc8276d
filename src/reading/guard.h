/* SPDX-License-Identifier: ISC
 * guard.h: looks at the raw header block before any parser does.
 */
#ifndef CASEMAIL_READING_GUARD_H
#define CASEMAIL_READING_GUARD_H

#include "reading/reading.h"

/* True where raw may be parsed. Else false and out->malformed (a code) and malformed_detail are set: "two-from",
 * "nul", "bare-cr", "header-too-big", "field-too-big", "too-deep-comment", "too-deep-group", "too-many-parts", ...
 * Linear in raw. RFC 5322 3.6 gives the fields that may stand once. */
bool guard_check(struct str raw, const struct limits *limits, struct arena *a, struct reading *out);

/* Refuses what has been under way too often, and would be again: more trace fields than limits allow (RFC 5321 6.3). */
void guard_hops(const struct limits *limits, struct reading *out);

#endif
