/* SPDX-License-Identifier: ISC
 * test_watch.c: what wakes a process that waits, and how its waits grow.
 */
#include "config.h"

#include "daemon/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/process.h"
#include "tap.h"

#define LONG_MS 20000
#define SHORT_MS 50

static char folder[200];

static void
write_file(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1)
		abort();
	close(fd);
}

static int64_t
waited(struct watch *w, int stop_fd, int64_t ms)
{
	int64_t begun = clock_monotonic();

	watch_wait(w, stop_fd, ms);
	return clock_monotonic() - begun;
}

static void
test_watch(void)
{
	struct watch *w = NULL;
	char path[300], command[300];
	struct err e = { 0 };
	int p[2];

	snprintf(path, sizeof(path), "%s/db", folder);
	if (pipe(p) < 0 || watch_open(str_of(path), &w, &e) < 0)
		abort();
	OK(waited(w, p[0], SHORT_MS) >= SHORT_MS, "nothing happens: it waits");
	OK(waited(w, p[0], 0) < LONG_MS / 2 && waited(w, p[0], -5) < LONG_MS / 2, "no time: no wait");
	write_file("db-wal");
	OK(waited(w, p[0], LONG_MS) < LONG_MS / 2, "what was written before the wait ends it");
	for (int i = 0; i < 4; i++)
		OK(waited(w, p[0], LONG_MS) < LONG_MS / 2, "and some waits after it: a commit is seen late");
	OK(waited(w, p[0], SHORT_MS) >= SHORT_MS, "but no more");
	write_file("db-wal");
	OK(waited(w, p[0], LONG_MS) < LONG_MS / 2, "a commit ends it");
	for (int i = 0; i < 4; i++)
		watch_wait(w, p[0], LONG_MS);
	write_file("other-wal");
	write_file("db");
	OK(waited(w, p[0], SHORT_MS) >= SHORT_MS, "other files do not");
	if (write(p[1], "", 1) != 1)
		abort();
	OK(waited(w, p[0], LONG_MS) < LONG_MS / 2, "the word to stop does");
	watch_close(&w);
	OK(w == NULL, "closed");
	IS_INT(watch_open(STR("/nonexistent/db"), &w, &e), -1, "no folder");
	close(p[0]);
	close(p[1]);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		abort();
}

static void
test_backoff(void)
{
	static const struct {
		int64_t last, first, most, next;
	} rows[] = { { 0, 1000, 60000, 1000 }, { 1000, 1000, 60000, 2000 }, { 32000, 1000, 60000, 60000 },
		{ 60000, 1000, 60000, 60000 }, { 0, 5, 3, 3 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		IS_INT(process_backoff(rows[i].last, rows[i].first, rows[i].most), rows[i].next, "back-off");
}

static void
test_process(void)
{
	int64_t begun;

	process_init();
	OK(!process_is_stopping() && !process_pause(SHORT_MS), "it goes on");
	raise(SIGHUP);
	raise(SIGPIPE);
	OK(!process_is_stopping(), "other signals do nothing");
	raise(SIGTERM);
	begun = clock_monotonic();
	OK(process_is_stopping() && process_pause(LONG_MS), "SIGTERM stops it");
	OK(clock_monotonic() - begun < LONG_MS / 2, "at once");
	raise(SIGTERM);
	OK(process_is_stopping(), "twice is once");
}

int
main(void)
{
	const char *t = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/watch.XXXXXX", t ? t : "/tmp");
	if (mkdtemp(folder) == NULL)
		abort();
	test_watch();
	test_backoff();
	test_process();
	return tap_done();
}
