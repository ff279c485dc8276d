/* SPDX-License-Identifier: ISC
 * part.h: the header of one part. Inside the MIME reader only.
 */
#ifndef CASEMAIL_READING_PART_H
#define CASEMAIL_READING_PART_H

#include "reading/mime.h"

/* The raw value of the part's first field of that name, or the empty one. */
struct str part_raw(const struct mime_part *p, const char *name);
/* Sets, from p->fields, what the header says: type, names, charset, boundary. multipart, message: what it was parsed
 * as, which its type says in the end. Borrows from the fields and a. */
void part_describe(struct mime_part *p, bool multipart, bool message, struct arena *a);

#endif
