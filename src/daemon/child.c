/* SPDX-License-Identifier: ISC
 * child.c: fork, exec of the same program with a role, reports over a pipe, back-off. A child that finished something
 * before it died is started again at once; one that dies early waits longer each time.
 */
#include "config.h"

#include "daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/process.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS 60000
#define LIVED_LONG_MS 60000

/* The program that runs now: by its path, which also holds under valgrind, or, where a newer one was installed
 * meanwhile, the very file that runs, so that parent and child are of one version. */
static void
child_exec_self(const char **argv)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n > 0) {
		path[n] = '\0';
		if (!str_ends(str_of(path), STR(" (deleted)")))
			execv(path, (char **)argv);
	}
	execv("/proc/self/exe", (char **)argv);
}

/* In the child: descriptors 3 and 4 are what process.h says, nothing above is open. */
static void
child_exec(const struct child *c, const struct child_start *how, int report, pid_t parent)
{
	const char *argv[12] = { "casemaild", "--role", c->role };
	size_t n = 3;
	sigset_t none;
	int report_high = fcntl(report, F_DUPFD, 10), text_high = fcntl(how->configuration_fd, F_DUPFD, 10);

	if (c->mailbox[0]) {
		argv[n++] = "--mailbox";
		argv[n++] = c->mailbox;
	}
	if (how->once)
		argv[n++] = "--once";
	if (how->debug)
		argv[n++] = "--debug";
	if (how->journal)
		argv[n++] = "--journal";
	argv[n] = NULL;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan goes on without its supervisor's lock */
	if (getppid() != parent)
		_exit(125);
	if (report_high < 0 || text_high < 0 || dup2(report_high, PROCESS_REPORT_FD) < 0 ||
	    dup2(text_high, PROCESS_CONFIGURATION_FD) < 0 || lseek(PROCESS_CONFIGURATION_FD, 0, SEEK_SET) < 0 ||
	    close_range(PROCESS_CONFIGURATION_FD + 1, ~0U, 0) < 0)
		_exit(126);
	child_exec_self(argv);
	_exit(127);
}

static void
child_wait_longer(struct child *c, int64_t now)
{
	bool lived = c->made_progress || now - c->started_at > LIVED_LONG_MS;

	c->backoff = lived ? 0 : process_backoff(c->backoff, BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
	c->restart_at = now + c->backoff;
}

int
child_spawn(struct child *c, const struct child_start *how, struct err *e)
{
	int64_t now = clock_monotonic();
	pid_t pid = -1, parent = getpid();
	int p[2], error = 0;

	c->restart_at = 0;
	c->is_ready = c->made_progress = false;
	c->started_at = c->reported_at = now;
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0) {
		error = errno;
	} else {
		pid = fork();
		error = errno;
		if (pid == 0)
			child_exec(c, how, p[1], parent);
		close(p[1]);
		if (pid < 0)
			close(p[0]);
	}
	if (pid < 0) {
		child_wait_longer(c, now);
		return err_set(e, ERR_RETRY, "the %s could not be started: %s", c->role, strerror(error));
	}
	c->pid = pid;
	c->report_fd = p[0];
	LOG_DEBUG("process started", LOG_Z("role", c->role), LOG_Z("mailbox", c->mailbox), LOG_NUMBER("pid", pid));
	return 0;
}

void
child_listen(struct child *c)
{
	char room[256];
	ssize_t n;

	if (c->report_fd < 0)
		return;
	while ((n = read(c->report_fd, room, sizeof(room))) > 0) {
		c->reported_at = clock_monotonic();
		c->is_ready = c->is_ready || memchr(room, REPORT_READY, (size_t)n);
		c->made_progress = c->made_progress || memchr(room, REPORT_PROGRESS, (size_t)n);
	}
	if (n == 0) {
		close(c->report_fd);
		c->report_fd = -1;
	}
}

void
child_ended(struct child *c, int wait_status, bool was_wanted)
{
	int64_t now = clock_monotonic();

	child_listen(c);
	if (c->report_fd >= 0)
		close(c->report_fd);
	c->report_fd = -1;
	c->status = WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
	if (was_wanted) {
		LOG_DEBUG("process ended", LOG_Z("role", c->role), LOG_Z("mailbox", c->mailbox),
		    LOG_NUMBER("status", c->status));
		c->restart_at = 0;
	} else {
		child_wait_longer(c, now);
		LOG_ERROR("process died; it will be started again", LOG_Z("role", c->role),
		    LOG_Z("mailbox", c->mailbox), LOG_NUMBER("pid", c->pid),
		    LOG_Z("how", WIFSIGNALED(wait_status) ? "signal" : "exit"),
		    LOG_NUMBER("status", WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status)),
		    LOG_NUMBER("wait_ms", c->backoff));
	}
	c->pid = 0;
}
