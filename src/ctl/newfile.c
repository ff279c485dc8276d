/* SPDX-License-Identifier: ISC
 * newfile.c: written under a temporary name in the same folder, then linked or renamed to its own.
 *
 * Without force the name is taken by link(2), which fails where somebody was quicker; a look before is only for an
 * early answer.
 */
#include "config.h"

#include "ctl/newfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
exists(const char *path, struct err *e)
{
	return err_set(e, ERR_REJECT, "%s: exists; --force replaces it", path);
}

int
newfile_open(const char *path, bool force, struct newfile *out, struct err *e)
{
	struct stat st;
	int fd;

	*out = (struct newfile){ 0 };
	if (snprintf(out->path, sizeof(out->path), "%s", path) >= (int)sizeof(out->path) ||
	    snprintf(out->temporary, sizeof(out->temporary), "%s.XXXXXX", path) >= (int)sizeof(out->temporary))
		return err_set(e, ERR_REJECT, "the path is longer than %zu bytes", sizeof(out->path) - 8);
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_REJECT, "%s: not a file", path);
	if (!force && lstat(path, &st) == 0)
		return exists(path, e);
	fd = mkstemp(out->temporary);
	if (fd < 0)
		return err_set(e, ERR_REJECT, "%s: %s", path, strerror(errno));
	out->file = fdopen(fd, "wb");
	if (out->file == NULL)
		abort();
	return 0;
}

static int
put_in_place(struct newfile *f, bool force, struct err *e)
{
	if (fflush(f->file) != 0 || ferror(f->file) || fsync(fileno(f->file)) != 0)
		return err_set(e, ERR_FATAL, "%s: %s", f->path, strerror(errno));
	if (force ? rename(f->temporary, f->path) == 0 : link(f->temporary, f->path) == 0)
		return 0;
	return errno == EEXIST ? exists(f->path, e) : err_set(e, ERR_FATAL, "%s: %s", f->path, strerror(errno));
}

int
newfile_close(struct newfile *f, bool keep, bool force, struct err *e)
{
	int rc = keep ? put_in_place(f, force, e) : 0;

	fclose(f->file);
	unlink(f->temporary); /* after a rename there is none */
	return rc;
}
