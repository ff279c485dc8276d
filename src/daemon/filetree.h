/* SPDX-License-Identifier: ISC
 * filetree.h: the files of mail below a folder, oldest first.
 */
#ifndef CASEMAIL_DAEMON_FILETREE_H
#define CASEMAIL_DAEMON_FILETREE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define FILETREE_MOST 1000000 /* files of one list */

struct filetree_file {
	const char *path;
	int64_t at; /* ms: when it was delivered (its name in a Maildir says it), else last changed */
};

/* path itself, or, where it is a folder, the files below it: of a Maildir those in new and cur; of any other folder
 * all whose name does not begin with a dot, and what its folders hold likewise. Symbolic links and special files are
 * passed over; path itself may be a link. *out lives in a, sorted by time, then by name. -1 and ERR_FATAL: path or a
 * folder below it can not be read, or there are more than FILETREE_MOST files. */
int filetree_list(const char *path, struct arena *a, struct filetree_file **out, size_t *n, struct err *e);

#endif
