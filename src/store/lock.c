/* SPDX-License-Identifier: ISC
 * lock.c: one daemon a database. PATH.lock is locked with flock(2) and holds the daemon's pid; a clean stop empties it.
 * A pid found without a lock means that the last daemon did not stop cleanly: then the database is checked first.
 */
#include "config.h"

#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int
lock_name(struct str path, char out[4096], struct err *e)
{
	if (path.n == 0 || memchr(path.p, '\0', path.n) || snprintf(out, 4096, "%.*s.lock", STR_ARGS(path)) >= 4096)
		return err_set(e, ERR_FATAL, "store: no path of a lock: \"%.*s\"", STR_ARGS(str_head(path, 80)));
	return 0;
}

static void
content_read(int fd, char out[32])
{
	ssize_t n = pread(fd, out, 31, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

static int
quick_check(struct str path, struct err *e)
{
	struct store *s = NULL;
	sqlite3_stmt *h = NULL;
	char text[256] = "";
	int rc;

	if (store_open(path, STORE_WRITE, &s, e))
		return -1;
	rc = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &h, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(h);
	if (rc == SQLITE_ROW)
		snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(h, 0));
	sqlite3_finalize(h);
	if (rc != SQLITE_ROW)
		store_error(s, rc, "checking after an unclean stop", e);
	store_close(&s);
	if (rc != SQLITE_ROW)
		return -1;
	if (strcmp(text, "ok") == 0)
		return 0;
	return err_set(e, ERR_FATAL,
	    "%.*s: damaged (found after an unclean stop): %s; keep a copy and restore the last backup", STR_ARGS(path),
	    text);
}

static int
pid_write(int fd, const char *name, struct err *e)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n || fsync(fd) != 0)
		return err_set(e, ERR_RETRY, "%s: %s", name, strerror(errno));
	return 0;
}

int
store_lock_daemon(struct str path, int *fd, struct err *e)
{
	char name[4096], before[32];
	int f;

	if (lock_name(path, name, e))
		return -1;
	f = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f < 0)
		return err_set(e, ERR_FATAL, "%s: %s", name, strerror(errno));
	if (flock(f, LOCK_EX | LOCK_NB) != 0) {
		int error = errno;

		content_read(f, before);
		close(f);
		if (error == EWOULDBLOCK)
			return err_set(e, ERR_FATAL, "%.*s: another casemaild (pid %s) runs on this database",
			    STR_ARGS(path), before);
		return err_set(e, ERR_FATAL, "%s: %s", name, strerror(error));
	}
	content_read(f, before);
	if ((before[0] && quick_check(path, e)) || pid_write(f, name, e)) {
		close(f);
		return -1;
	}
	*fd = f;
	return 0;
}

bool
store_lock_is_held(struct str path, int64_t *since)
{
	char name[4096];
	struct stat st;
	struct err e;
	bool held;
	int f;

	*since = 0;
	if (lock_name(path, name, &e))
		return false;
	f = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (f < 0)
		return false;
	held = flock(f, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	if (held && fstat(f, &st) == 0) /* the daemon writes its pid when it starts */
		*since = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	close(f);
	return held;
}

void
store_unlock_daemon(struct str path, int *fd)
{
	(void)path;
	if (*fd < 0)
		return;
	if (ftruncate(*fd, 0) == 0)
		fsync(*fd);
	close(*fd);
	*fd = -1;
}
