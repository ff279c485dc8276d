/* SPDX-License-Identifier: ISC
 * test_frame.c: frames through a pipe: whole, large, cut, too long, too late.
 */
#include "config.h"

#include "daemon/frame.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tap.h"

#define SOON_MS 100

static void
test_round_trip(struct arena *a)
{
	static const size_t sizes[] = { 0, 1, 4096, 3 << 20 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *data = arena_alloc(a, sizes[i]);
		enum frame_type type = FRAME_ERROR;
		struct str got = STR("?");
		int p[2], status;
		struct err e = { 0 };
		pid_t pid;

		memset(data, 'x', sizes[i]);
		if (pipe(p) < 0 || (pid = fork()) < 0)
			abort();
		if (pid == 0)
			_exit(frame_write(p[1], FRAME_MESSAGE, (struct str){ data, sizes[i] }, 0, &e) < 0);
		close(p[1]);
		fcntl(p[0], F_SETFL, O_NONBLOCK);
		OK(frame_read(p[0], 4 << 20, clock_monotonic() + 10000, a, &type, &got, &e) == 1 &&
			type == FRAME_MESSAGE && str_equal(got, (struct str){ data, sizes[i] }),
		    "%zu bytes come as they went", sizes[i]);
		IS_INT(frame_read(p[0], 4 << 20, clock_monotonic() + 10000, a, &type, &got, &e), 0, "then the end");
		close(p[0]);
		OK(waitpid(pid, &status, 0) == pid && status == 0, "the writer is content");
	}
}

static const struct bad {
	const char *name, *bytes;
	size_t n;
	bool open; /* the writer stays */
} bad[] = {
	{ "a header that is cut", "R\0\0\0\4", 5, false },
	{ "data that is cut", "R\0\0\0\4\0\0\0abc", 11, false },
	{ "a length and nothing behind it", "R\0\0\0\4\0\0\0", 8, false },
	{ "a length over the limit", "R\0\0\0\377\377\377\377", 8, true },
	{ "half a frame and then silence", "R\0\0\0\4\0\0\0ab", 10, true },
	{ "silence", "", 0, true },
};

static void
test_bad(struct arena *a)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t begun = clock_monotonic();
		enum frame_type type;
		struct str got;
		struct err e = { 0 };
		int p[2];

		if (pipe(p) < 0 || write(p[1], bad[i].bytes, bad[i].n) != (ssize_t)bad[i].n)
			abort();
		if (!bad[i].open)
			close(p[1]);
		fcntl(p[0], F_SETFL, O_NONBLOCK);
		OK(frame_read(p[0], 1000, begun + SOON_MS, a, &type, &got, &e) == -1 && e.kind == ERR_RETRY, "%s: %s",
		    bad[i].name, e.text);
		OK(clock_monotonic() - begun < 5000, "%s: in time", bad[i].name);
		close(p[0]);
		if (bad[i].open)
			close(p[1]);
	}
}

static void
test_write(struct arena *a)
{
	struct str data = { arena_alloc(a, 1 << 20), 1 << 20 };
	struct err e = { 0 };
	int p[2];

	if (pipe(p) < 0)
		abort();
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	IS_INT(frame_write(p[1], FRAME_MESSAGE, data, clock_monotonic() + SOON_MS, &e), -1, "nobody reads");
	close(p[0]);
	IS_INT(frame_write(p[1], FRAME_MESSAGE, data, clock_monotonic() + SOON_MS, &e), -1, "nobody can read");
	close(p[1]);
}

int
main(void)
{
	struct arena *a = arena_open(64 << 20);

	signal(SIGPIPE, SIG_IGN);
	test_round_trip(a);
	test_bad(a);
	test_write(a);
	arena_close(&a);
	return tap_done();
}
