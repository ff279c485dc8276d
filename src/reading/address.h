/* SPDX-License-Identifier: ISC
 * address.h: address lists as people wrote them, for display. Identity is sender_strict_address's business.
 */
#ifndef CASEMAIL_READING_ADDRESS_H
#define CASEMAIL_READING_ADDRESS_H

#include "reading/reading.h"

/* The addresses in the raw value of an address field, groups flattened, at most max; how many. Names are decoded.
 * Never fails: a piece without "@" is kept as a name with an empty address. Linear in raw, no recursion. */
size_t address_list(struct str raw, struct str hint, struct arena *a, struct reading_address *out, size_t max);

/* s with the part behind its last "@" in lower case. */
struct str address_lower_domain(struct str s, struct arena *a);

#endif
