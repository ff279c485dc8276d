/* SPDX-License-Identifier: ISC
 * reader.c: starts a reader, feeds it, judges it. The reader is expendable: whatever it does wrong costs one retry of
 * one message. What it answers is untrusted and is checked by record.c.
 */
#include "config.h"

#include "daemon/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/frame.h"
#include "reading/record.h"

#define START_MS 30000
#define RECORD_SLACK (8u << 20) /* what a record may be larger than its input */

struct reader {
	const struct reading_setup *setup;
	char program[PATH_MAX];
	pid_t pid;       /* 0: not running */
	int to, from;    /* pipes */
	char status[64]; /* how the last one ended */
};

static void
reader_find_program(char out[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash && snprintf(out, PATH_MAX, "%.*s/casemail-reader", (int)(slash - self), self) < PATH_MAX &&
		    access(out, X_OK) == 0)
			return;
	}
	snprintf(out, PATH_MAX, "%s/casemail-reader", PKGLIBEXECDIR);
}

/* In the child, after fork: only async-signal-safe calls. */
static void
reader_exec(const char *program, int in, int out, pid_t parent)
{
	char *argv[] = { (char *)"casemail-reader", NULL };
	char *envp[] = { (char *)"LC_ALL=C", NULL };
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	if (null < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0 || close_range(3, ~0U, 0) < 0)
		_exit(126);
	execve(program, argv, envp);
	_exit(127);
}

/* Ends the process, if it has not ended itself, and writes down how. */
static void
reader_end(struct reader *r)
{
	int status = 0;

	if (r->pid == 0)
		return;
	close(r->to);
	close(r->from);
	kill(r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		snprintf(r->status, sizeof(r->status), "killed by signal %d", WTERMSIG(status));
	else
		snprintf(r->status, sizeof(r->status), "exit status %d", WEXITSTATUS(status));
	r->pid = 0;
}

/* Both ends of a pipe the child inherits, or -1. */
static int
pipe_open(int p[2], struct err *e)
{
	if (pipe2(p, O_CLOEXEC) == 0)
		return 0;
	return err_set(e, ERR_RETRY, "pipe: %s", strerror(errno));
}

static void
pipe_use(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	fcntl(fd, F_SETPIPE_SZ, 1 << 20); /* fewer turns; a refusal does no harm */
}

static int
reader_spawn(struct reader *r, struct err *e)
{
	pid_t parent = getpid();
	int in[2], out[2];

	if (pipe_open(in, e) < 0)
		return -1;
	if (pipe_open(out, e) < 0) {
		close(in[0]);
		close(in[1]);
		return -1;
	}
	r->pid = fork();
	if (r->pid == 0)
		reader_exec(r->program, in[0], out[1], parent);
	close(in[0]);
	close(out[1]);
	r->to = in[1];
	r->from = out[0];
	if (r->pid < 0) {
		r->pid = 0;
		close(r->to);
		close(r->from);
		return err_set(e, ERR_RETRY, "fork: %s", strerror(errno));
	}
	pipe_use(r->to);
	pipe_use(r->from);
	return 0;
}

/* Sends the setup and waits for the word that the cage is closed. */
static int
reader_greet(struct reader *r, struct arena *a, struct err *e)
{
	int64_t deadline = clock_monotonic() + START_MS;
	enum frame_type type = FRAME_ERROR;
	struct str data = STR_NONE;
	struct buf setup;
	struct err ignored;
	int ok, got;

	buf_init(&setup, 16 << 20);
	record_from_setup(r->setup, &setup);
	ok = frame_write(r->to, FRAME_SETUP, buf_str(&setup), deadline, e);
	buf_free(&setup);
	/* One that refused before it had read all may have said why. */
	got = frame_read(r->from, 1 << 16, deadline, a, &type, &data, ok == 0 ? e : &ignored);
	if (got == 1 && type != FRAME_READY)
		return err_set(e, ERR_FATAL, "%.*s", STR_ARGS(data));
	if (ok == 0 && got == 0)
		return err_set(e, ERR_RETRY, "it ended at once");
	return ok == 0 && got == 1 ? 0 : -1;
}

static int
reader_start(struct reader *r, struct err *e)
{
	struct arena *a;
	int ok;

	if (r->pid)
		return 0;
	if (reader_spawn(r, e) < 0)
		return -1;
	a = arena_open(1 << 20);
	ok = reader_greet(r, a, e);
	arena_close(&a);
	if (ok == 0)
		return 0;
	reader_end(r);
	return e->kind == ERR_FATAL ? -1 : err_prefix(e, "%s did not start (%s): ", r->program, r->status);
}

int
reader_open(const struct reading_setup *setup, struct reader **out, struct err *e)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	signal(SIGPIPE, SIG_IGN); /* a reader that dies while it is fed must not take its parent along */
	r->setup = setup;
	reader_find_program(r->program);
	if (reader_start(r, e) < 0) {
		free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
reader_close(struct reader **r)
{
	if (*r == NULL)
		return;
	reader_end(*r);
	free(*r);
	*r = NULL;
}

static enum frame_type
reader_frame(enum reading_input input)
{
	switch (input) {
	case READING_TEXT:
		return FRAME_TEXT;
	case READING_HTML:
		return FRAME_HTML;
	case READING_MESSAGE:
		break;
	}
	return FRAME_MESSAGE;
}

/* One attempt in the process that runs. */
static int
reader_try(
    struct reader *r, enum reading_input input, struct str raw, struct arena *a, struct reading *out, struct err *e)
{
	int64_t deadline = clock_monotonic() + (int64_t)r->setup->limits.reader_wall_seconds * 1000;
	enum frame_type type;
	struct str record;
	int got;

	if (frame_write(r->to, reader_frame(input), raw, deadline, e) < 0)
		return -1;
	got = frame_read(r->from, raw.n * 8 + RECORD_SLACK, deadline, a, &type, &record, e);
	if (got <= 0)
		return got < 0 ? -1 : err_set(e, ERR_REJECT, "the reader ended");
	if (type != FRAME_READING)
		return err_set(e, ERR_REJECT, "the reader answered with a frame of type %d", (int)type);
	return record_to_reading(record, a, out, e);
}

int
reader_read(
    struct reader *r, enum reading_input input, struct str raw, struct arena *a, struct reading *out, struct err *e)
{
	for (int attempt = 1; attempt <= 2; attempt++) {
		if (reader_start(r, e) < 0) {
			e->kind = ERR_RETRY;
			return -1;
		}
		if (reader_try(r, input, raw, a, out, e) == 0)
			return 0;
		reader_end(r);
		LOG_WARNING("a message broke its reader", LOG_Z("reason", e->text), LOG_Z("reader", r->status),
		    LOG_NUMBER("bytes", (long long)raw.n), LOG_NUMBER("attempt", attempt));
	}
	return err_set(e, ERR_REJECT, "the reader did not survive this input: %s", r->status);
}
