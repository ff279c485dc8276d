/* SPDX-License-Identifier: ISC
 * newfile.h: a file that is there whole or not at all.
 */
#ifndef CASEMAIL_CTL_NEWFILE_H
#define CASEMAIL_CTL_NEWFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct newfile {
	char path[4096], temporary[4096]; /* temporary: beside it, mode 0600 */
	FILE *file;                       /* to write to; or have temporary written by name */
};

/* force: a file at path will be replaced, else ERR_REJECT where there is one. After 0 always newfile_close. */
int newfile_open(const char *path, bool force, struct newfile *out, struct err *e);
/* keep: puts it into place, on the disk (fsync), else, or on failure, nothing of it stays. -1 and *e: it is not there.
 */
int newfile_close(struct newfile *f, bool keep, bool force, struct err *e);

#endif
