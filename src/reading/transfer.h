/* SPDX-License-Identifier: ISC
 * transfer.h: a part's bytes out of its transfer encoding, and its lines out of format=flowed.
 */
#ifndef CASEMAIL_READING_TRANSFER_H
#define CASEMAIL_READING_TRANSFER_H

#include "base/arena.h"
#include "base/str.h"

/* content decoded by the Content-Transfer-Encoding as written ("Base 64", "quoted/printable", "x-uue" are understood;
 * what is not known is taken as it is). At most max bytes of output are made. Borrows from content or a. */
struct str transfer_decode(struct str content, struct str encoding, size_t max, struct arena *a);

/* text with CR LF and lone CR as LF, in a. */
struct str transfer_lines(struct str text, struct arena *a);
/* format=flowed undone (RFC 3676 4): flowed lines joined within one quote depth, space-stuffing removed, quote marks
 * kept as "> " per line. delete_space: DelSp=yes. text has LF line ends. Linear. */
struct str transfer_unflow(struct str text, bool delete_space, struct arena *a);

#endif
