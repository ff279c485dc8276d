/* SPDX-License-Identifier: ISC
 * folder.h: folder names as the configuration has them, and as a server wants them.
 */
#ifndef CASEMAIL_MAILBOX_FOLDER_H
#define CASEMAIL_MAILBOX_FOLDER_H

#include "base/err.h"
#include "base/str.h"

#define FOLDER_MAX 512 /* bytes of a name on the wire, with NUL */

/* Writes name (UTF-8, "/" between levels) as modified UTF-7 (RFC 3501 section 5.1.3) to out: with
 * prefix before it, unless it is INBOX or begins with prefix already, and with the server's
 * delimiter (0: the server has no levels) for "/". -1, ERR_FATAL: empty, not UTF-8, control
 * characters, wildcards, too long, levels where there are none. */
int folder_name(struct str name, struct str prefix, char delimiter, char out[FOLDER_MAX], struct err *e);

#endif
