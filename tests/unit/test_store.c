/* SPDX-License-Identifier: ISC
 * test_store.c: opening, making, refusing; transactions; what happens when the file is busy or full; the daemon's lock.
 */
#include "config.h"

#include "store_rig.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void
test_create(void)
{
	struct rig r;
	struct store *again = NULL;
	struct stat st;

	rig_open(&r);
	OK(stat(r.path, &st) == 0 && (st.st_mode & 0777) == 0600, "a new database has mode 0600");
	IS_INT(store_open(str_of(r.path), STORE_CREATE, &again, &r.e), -1, "a second create is refused");
	OK(r.e.kind == ERR_REJECT && strstr(r.e.text, "exists"), "and says why: %s", r.e.text);
	IS_INT(rig_sql(&r, "PRAGMA foreign_keys"), 1, "foreign keys");
	IS_INT(rig_sql(&r, "PRAGMA synchronous"), 2, "synchronous FULL");
	IS_INT(rig_sql(&r, "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict AND schema ="
			   " 'main' AND name NOT LIKE 'sqlite%'"),
	    0, "every table is strict");
	IS_INT(rig_sql(&r, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1, "WAL");
	rig_close(&r);
}

static void
test_create_failure(void)
{
	struct rig r;
	char path[400];

	rig_folder(&r);
	snprintf(path, sizeof(path), "%s/none/db", r.folder);
	IS_INT(store_open(str_of(path), STORE_CREATE, &r.s, &r.e), -1, "no folder, no database");
	OK(r.s == NULL, "nothing is opened");
	IS_INT(store_open(str_of(r.path), STORE_WRITE, &r.s, &r.e), -1, "a missing file is refused");
	OK(r.e.kind == ERR_FATAL && strstr(r.e.text, "casectl init"), "with what to do: %s", r.e.text);
	rig_close(&r);
}

static void
test_refused(void)
{
	static const struct {
		const char *sql, *words, *name;
	} rows[] = {
		{ "PRAGMA user_version = 99", "newer", "a newer version" },
		{ "PRAGMA user_version = 0", "older", "an older version" },
		{ "PRAGMA application_id = 7", "not a casemail database", "another application's file" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rig r;
		struct store *s = NULL;

		rig_open(&r);
		rig_sql(&r, rows[i].sql);
		IS_INT(store_open(str_of(r.path), STORE_READ, &s, &r.e), -1, rows[i].name);
		OK(r.e.kind == ERR_FATAL && strstr(r.e.text, rows[i].words), "is refused: %s", r.e.text);
		rig_close(&r);
	}
}

static void
test_transactions(void)
{
	struct rig r;
	struct organisation o = { .name = STR("Third") };
	int64_t id;

	rig_open(&r);
	IS_INT(store_organisation_add(r.s, &o, &id, &r.e), -1, "no change outside a transaction");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_organisation_add(r.s, &o, &id, &r.e));
	rig_case(&r, "Lost", r.acme_1, r.eva);
	store_rollback(r.s);
	store_rollback(r.s);
	IS_INT(rig_sql(&r, "SELECT count(*) FROM organisation WHERE name = 'Third'"), 0, "a rollback leaves nothing");
	IS_INT(rig_sql(&r, "SELECT count(*) FROM cases"), 0, "no case");
	IS_INT(rig_sql(&r, "SELECT value FROM setting"), 1, "and no number is used up");
	o.name = (struct str){ "a\0b", 3 };
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(store_organisation_add(r.s, &o, &id, &r.e), -1, "NUL in a text is refused");
	OK(r.e.kind == ERR_REJECT, "as the item's fault");
	store_rollback(r.s);
	rig_close(&r);
}

static void
test_busy(void)
{
	struct rig r;
	struct store *other = NULL;

	rig_open(&r);
	MUST(&r, store_open(str_of(r.path), STORE_WRITE, &other, &r.e));
	sqlite3_busy_timeout(other->db, 20);
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(store_begin(other, &r.e), -1, "a second writer waits, then fails");
	IS_INT(r.e.kind, ERR_RETRY, "with RETRY");
	MUST(&r, store_commit(r.s, &r.e));
	IS_INT(store_begin(other, &r.e), 0, "and goes on later");
	store_close(&other);
	rig_close(&r);
}

static void
test_full(void)
{
	struct rig r;
	struct store_change c = { .now = NOW, .who = STR("test") };
	struct effect f = { .kind = EFFECT_UPDATE, .visibility = UPDATE_PUBLIC };
	char *big = malloc(1 << 20);

	memset(big, 'x', 1 << 20);
	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	f.case_id = rig_case(&r, "Full", r.acme_1, r.eva);
	MUST(&r, store_commit(r.s, &r.e));
	rig_sql(&r, "PRAGMA max_page_count = 100");
	MUST(&r, store_begin(r.s, &r.e));
	f.status = STR("OPEN");
	f.text = (struct str){ big, 1 << 20 };
	IS_INT(store_effect(r.s, &f, &c, &r.e), -1, "a full disk fails");
	IS_INT(r.e.kind, ERR_RETRY, "with RETRY");
	OK(store_commit(r.s, &r.e) == -1, "what failed cannot be committed");
	IS_INT(rig_sql(&r, "SELECT count(*) FROM case_update"), 0, "nothing is half-applied");
	IS_INT(rig_sql(&r, "SELECT version FROM cases"), 1, "the case is as it was");
	rig_sql(&r, "PRAGMA max_page_count = 100000");
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(store_effect(r.s, &f, &c, &r.e), 0, "with room it goes on");
	MUST(&r, store_commit(r.s, &r.e));
	free(big);
	rig_close(&r);
}

/* A child makes a case and is killed before or after its commit. */
static void
test_killed(void)
{
	for (int committed = 0; committed < 2; committed++) {
		struct rig r;
		int status = 0;
		pid_t child;

		rig_open(&r);
		store_close(&r.s);
		fflush(stdout);
		child = fork();
		if (child == 0) {
			MUST(&r, store_open(str_of(r.path), STORE_WRITE, &r.s, &r.e));
			MUST(&r, store_begin(r.s, &r.e));
			rig_case(&r, "Killed", r.acme_1, r.eva);
			if (committed)
				MUST(&r, store_commit(r.s, &r.e));
			kill(getpid(), SIGKILL);
		}
		OK(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "a writer is killed");
		MUST(&r, store_open(str_of(r.path), STORE_WRITE, &r.s, &r.e));
		IS_INT(rig_sql(&r, "SELECT count(*) FROM cases"), committed,
		    committed ? "what was committed stands" : "what was not leaves nothing");
		IS_INT(rig_sql(&r, "SELECT quick_check = 'ok' FROM pragma_quick_check"), 1, "the file is sound");
		rig_close(&r);
	}
}

static void
test_lock(void)
{
	struct rig r;
	int fd = -1, second = -1;
	char pid[32];
	FILE *f;

	rig_open(&r);
	store_close(&r.s);
	MUST(&r, store_lock_daemon(str_of(r.path), &fd, &r.e));
	IS_INT(store_lock_daemon(str_of(r.path), &second, &r.e), -1, "a second daemon is refused");
	snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	OK(r.e.kind == ERR_FATAL && strstr(r.e.text, pid), "and told the first one's pid: %s", r.e.text);
	store_unlock_daemon(str_of(r.path), &fd);
	MUST(&r, store_lock_daemon(str_of(r.path), &fd, &r.e));
	close(fd); /* as if killed */
	IS_INT(store_lock_daemon(str_of(r.path), &fd, &r.e), 0, "after an unclean stop a sound file is taken");
	close(fd);
	f = fopen(r.path, "r+");
	for (int page = 3; f && page < 40; page++) {
		fseek(f, page * 4096L, SEEK_SET);
		fwrite("rubbish rubbish rubbish", 1, 23, f);
	}
	fclose(f);
	IS_INT(store_lock_daemon(str_of(r.path), &fd, &r.e), -1, "a damaged one is not");
	OK(r.e.kind == ERR_FATAL, "%s", r.e.text);
	rig_close(&r);
}

int
main(void)
{
	test_create();
	test_create_failure();
	test_refused();
	test_transactions();
	test_busy();
	test_full();
	test_killed();
	test_lock();
	return tap_done();
}
