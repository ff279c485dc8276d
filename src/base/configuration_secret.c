/* SPDX-License-Identifier: ISC
 * configuration_secret.c: passwords from files. A secret lives in the caller's buffer only, between the
 * connection that needs it and configuration_forget; no copy stays on the stack.
 */
#include "config.h"

#include "base/configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MOST 4096
#define PATH_MOST 4096

/* The path to open in out; *credential: whether it lies in the folder that systemd made for this unit. */
static int
path_resolve(struct str path, char out[PATH_MOST], bool *credential, struct err *e)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct str prefix = str_of(folder);
	bool relative = path.n == 0 || path.p[0] != '/';

	if (path.n == 0)
		return err_set(e, ERR_FATAL, "the name of a secret file is empty");
	if (path.n + prefix.n + 2 > PATH_MOST)
		return err_set(e, ERR_FATAL, "the name of a secret file has %zu bytes", path.n);
	if (relative && (prefix.n == 0 || str_find_char(path, '/') >= 0))
		return err_set(e, ERR_FATAL, "%.*s: %s", STR_ARGS(path),
		    prefix.n == 0
			? "a relative name needs LoadCredential= in the unit ($CREDENTIALS_DIRECTORY is not set)"
			: "the name of a credential has no /");
	if (relative)
		snprintf(out, PATH_MOST, "%s/%.*s", folder, STR_ARGS(path));
	else
		snprintf(out, PATH_MOST, "%.*s", STR_ARGS(path));
	*credential = prefix.n > 0 && strncmp(out, folder, prefix.n) == 0 && out[prefix.n] == '/' &&
		      strchr(out + prefix.n + 1, '/') == NULL && strcmp(out + prefix.n, "/..") != 0;
	return 0;
}

static int
mode_check(int fd, const char *path, bool credential, struct err *e)
{
	mode_t refused = credential ? 037 : 077;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_FATAL, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_FATAL, "%s is not a regular file", path);
	if (credential && st.st_uid != 0)
		refused = 077;
	if (st.st_mode & refused)
		return err_set(e, ERR_FATAL, "%s may be read by others than its owner (mode %04o); run: chmod 600 %s",
		    path, (unsigned)(st.st_mode & 07777), path);
	return 0;
}

static int
line_read(int fd, const char *path, struct buf *secret, struct err *e)
{
	char raw[SECRET_MOST + 2]; /* one more than the longest line and its end */
	struct str rest = { raw, 0 }, line = STR_NONE;
	int result = 0;
	ssize_t n;

	while (rest.n < sizeof(raw)) {
		n = read(fd, raw + rest.n, sizeof(raw) - rest.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			result = err_set(e, ERR_RETRY, "%s: %s", path, strerror(errno));
		if (n <= 0)
			break;
		rest.n += (size_t)n;
	}
	if (result == 0) {
		str_next_line(&rest, &line);
		if (line.n == 0)
			result = err_set(e, ERR_FATAL, "%s is empty; write the secret on its first line", path);
		else if (line.n > SECRET_MOST)
			result = err_set(e, ERR_FATAL, "%s: its first line is longer than %d bytes", path, SECRET_MOST);
		else if (str_find_char(line, '\0') >= 0)
			result = err_set(e, ERR_FATAL, "%s: its first line contains a NUL byte", path);
		else
			buf_add(secret, line);
	}
	explicit_bzero(raw, sizeof(raw));
	return result;
}

/* The secret file, opened and fit to be read; its path in resolved. -1: *e is set. */
static int
secret_open(struct str path, char resolved[PATH_MOST], struct err *e)
{
	bool credential = false;
	int fd;

	if (path_resolve(path, resolved, &credential, e) != 0)
		return -1;
	/* O_NONBLOCK: a named pipe is refused below instead of waiting for a writer. */
	fd = open(resolved, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, ERR_FATAL, "%s: %s", resolved, strerror(errno));
	if (mode_check(fd, resolved, credential, e) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
configuration_secret(struct str path, struct buf *secret, struct err *e)
{
	char resolved[PATH_MOST];
	int fd, result;

	buf_init(secret, SECRET_MOST);
	fd = secret_open(path, resolved, e);
	if (fd < 0)
		return -1;
	result = line_read(fd, resolved, secret, e);
	close(fd);
	return result;
}

int
configuration_secret_path(struct str path, struct buf *out, struct err *e)
{
	char resolved[PATH_MOST];
	int fd;

	buf_init(out, PATH_MOST);
	fd = secret_open(path, resolved, e);
	if (fd < 0)
		return -1;
	close(fd);
	buf_add_z(out, resolved);
	return 0;
}

void
configuration_forget(struct buf *secret)
{
	if (secret->cap)
		explicit_bzero(secret->p, secret->cap);
	buf_free(secret);
}
