/* SPDX-License-Identifier: ISC
 * store.c: opening, making and closing the database, and its transactions.
 *
 * A new database is built under a temporary name beside its place and linked there when complete, so that no failure
 * leaves half of one. A transaction in which a write failed cannot be committed.
 */
#include "config.h"

#include "store/internal.h"

#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/schema.inc" /* static const char schema[], made from schema.sql */

static const char connection_settings[] = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;"
					  "PRAGMA secure_delete = ON;"
					  "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
					  "PRAGMA recursive_triggers = ON; PRAGMA cache_size = -4000;"
					  "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;";

/* Somebody else writes: waits, and says whether to try again. Commits take around a millisecond, so the first waits are
 * a fraction of one; SQLite's own handler begins with whole ones and soon takes tens. */
static int
on_busy(void *context, int n)
{
	static const struct {
		int until;
		long ns;
	} steps[] = { { 50, 200000 }, { 150, 1000000 }, { 150 + (STORE_BUSY_MS - 110) / 10, 10000000 } };
	size_t i = 0;

	(void)context;
	while (i < sizeof(steps) / sizeof(*steps) && n >= steps[i].until)
		i++;
	if (i == sizeof(steps) / sizeof(*steps))
		return 0;
	nanosleep(&(struct timespec){ .tv_nsec = steps[i].ns }, NULL);
	return 1;
}

static int
db_open(struct store *s, const char *path, struct err *e)
{
	int rc = sqlite3_open_v2(path, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_busy_handler(s->db, on_busy, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, connection_settings, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return store_error(s, rc, path, e);
	return 0;
}

static int
pragma_number(struct store *s, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *h = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &h, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(h);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(h, 0);
	sqlite3_finalize(h);
	return rc == SQLITE_ROW ? 0 : store_error(s, rc, "opening", e);
}

static int
version_check(struct store *s, const char *path, struct err *e)
{
	int64_t application = 0, version = 0;

	if (pragma_number(s, "PRAGMA application_id", &application, e))
		return -1;
	if (application != STORE_APPLICATION)
		return err_set(e, ERR_FATAL, "%s: not a casemail database; see database in casemaild.conf", path);
	if (pragma_number(s, "PRAGMA user_version", &version, e))
		return -1;
	if (version > STORE_VERSION)
		return err_set(e, ERR_FATAL,
		    "%s: its version %lld is newer than this program's %d: install the casemail that wrote it", path,
		    (long long)version, STORE_VERSION);
	if (version < STORE_VERSION)
		return err_set(e, ERR_FATAL,
		    "%s: its version %lld is older than this program's %d: restore it with the casemail that wrote it",
		    path, (long long)version, STORE_VERSION);
	return 0;
}

static int
schema_make(struct store *s, struct err *e)
{
	unsigned char key[SHA256_BYTES];
	char hex[SHA256_HEX], mark[256];
	int rc;

	crypto_random(key, sizeof(key));
	crypto_hex(key, sizeof(key), hex);
	snprintf(mark, sizeof(mark),
	    "INSERT INTO secret VALUES ('key', '%s'); PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	    hex, STORE_APPLICATION, STORE_VERSION);
	rc = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, schema, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, mark, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : store_error(s, rc, "making the database", e);
}

static void
files_remove(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[4096];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (snprintf(name, sizeof(name), "%s%s", path, ends[i]) < (int)sizeof(name))
			unlink(name);
}

/* The new file's name, and that of the folder entry, reach the disk. */
static int
folder_sync(const char *path, struct err *e)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	int fd, rc;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = fd < 0 ? -1 : fsync(fd);
	if (rc < 0)
		err_set(e, ERR_RETRY, "%s: %s", folder, strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
database_build(const char *temporary, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		abort();
	rc = db_open(s, temporary, e);
	if (rc == 0)
		rc = schema_make(s, e);
	store_close(&s);
	return rc;
}

/* Why no file can be made there, and what to do. */
static int
folder_error(const char *path, int why, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct str folder = slash ? (struct str){ path, (size_t)(slash - path) + (slash == path) } : STR(".");

	switch (why) {
	case ENOENT:
		return err_set(e, ERR_FATAL,
		    "%s: the folder %.*s does not exist: make it (mkdir -p -m 0700 %.*s), or set database in "
		    "casemaild.conf to another place",
		    path, STR_ARGS(folder), STR_ARGS(folder));
	case ENOTDIR:
		return err_set(e, ERR_FATAL, "%s: a part of the path %.*s is no folder: set database in casemaild.conf",
		    path, STR_ARGS(folder));
	case EACCES:
	case EROFS:
		return err_set(e, ERR_FATAL,
		    "%s: %s: no file can be made in %.*s: run this as the user of casemaild, or let that user write "
		    "there",
		    path, strerror(why), STR_ARGS(folder));
	default:
		return err_set(e, ERR_FATAL, "%s: %s", path, strerror(why));
	}
}

static int
database_create(const char *path, struct err *e)
{
	char temporary[4096];
	struct stat st;
	int fd, rc;

	if (lstat(path, &st) == 0)
		return err_set(e, ERR_REJECT, "%s: exists; a new database is never made over a file", path);
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return err_set(e, ERR_REJECT, "%s: the path is too long", path);
	fd = mkstemp(temporary); /* mode 0600 */
	if (fd < 0)
		return folder_error(path, errno, e);
	close(fd);
	rc = database_build(temporary, e);
	if (rc == 0 && link(temporary, path) != 0)
		rc = errno == EEXIST ? err_set(e, ERR_REJECT, "%s: exists by now", path)
				     : err_set(e, ERR_FATAL, "%s: %s", path, strerror(errno));
	files_remove(temporary);
	return rc ? rc : folder_sync(path, e);
}

static int
existing_open(struct store *s, const char *path, enum store_mode mode, struct err *e)
{
	struct stat st;
	int rc;

	if (stat(path, &st) != 0)
		return err_set(e, ERR_FATAL, "%s: %s%s", path, strerror(errno),
		    errno == ENOENT ? "; \"casectl init\" makes a database" : "");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_FATAL, "%s: not a file", path);
	if (db_open(s, path, e) || version_check(s, path, e))
		return -1;
	rc = mode == STORE_READ ? sqlite3_exec(s->db, "PRAGMA query_only = ON", NULL, NULL, NULL) : SQLITE_OK;
	return rc == SQLITE_OK ? 0 : store_error(s, rc, path, e);
}

int
store_open(struct str path, enum store_mode mode, struct store **out, struct err *e)
{
	char z[4000];
	struct store *s;

	if (path.n == 0 || path.n >= sizeof(z) || memchr(path.p, '\0', path.n))
		return err_set(e, ERR_FATAL, "store: \"%.*s\" is no path of a database", STR_ARGS(str_head(path, 80)));
	memcpy(z, path.p, path.n);
	z[path.n] = '\0';
	if (mode == STORE_CREATE && database_create(z, e))
		return -1;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	if (existing_open(s, z, mode, e)) {
		store_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void
store_close(struct store **s)
{
	if (*s == NULL)
		return;
	store_rollback(*s);
	for (size_t i = 0; i < STORE_BUCKETS; i++) {
		struct statement *st = (*s)->cache[i], *next;

		for (; st; st = next) {
			next = st->next;
			sqlite3_finalize(st->handle);
			free(st->sql);
			free(st);
		}
	}
	sqlite3_close((*s)->db);
	free(*s);
	*s = NULL;
}

int
store_key(struct store *s, char key[65], struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT value FROM secret WHERE name = 'key'");
	rc = query_step(&q, e);
	if (rc == 1)
		snprintf(key, 65, "%s", (const char *)sqlite3_column_text(q.st->handle, 0));
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_FATAL, "store: the database's key is missing");
	return rc == 1 ? 0 : -1;
}

int
store_begin(struct store *s, struct err *e)
{
	int rc;

	if (s->in_transaction)
		return err_set(e, ERR_FATAL, "store: a transaction inside a transaction");
	rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return store_error(s, rc, "beginning", e);
	s->in_transaction = true;
	s->failed = false;
	return 0;
}

int
store_commit(struct store *s, struct err *e)
{
	int rc;

	if (!s->in_transaction)
		return err_set(e, ERR_FATAL, "store: nothing to commit");
	if (s->failed || sqlite3_get_autocommit(s->db)) {
		store_rollback(s);
		return err_set(e, ERR_FATAL, "store: commit after an error: rolled back");
	}
	rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		store_error(s, rc, "committing", e);
		store_rollback(s);
		return -1;
	}
	s->in_transaction = false;
	return 0;
}

void
store_rollback(struct store *s)
{
	if (s->in_transaction && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_transaction = false;
	s->failed = false;
}
