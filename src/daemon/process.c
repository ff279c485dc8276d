/* SPDX-License-Identifier: ISC
 * process.c: a self-pipe for stopping, a byte for reporting. The handler does nothing but write(2).
 */
#include "config.h"

#include "daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int stop_pipe[2] = { -1, -1 };
static volatile sig_atomic_t stopping;

static void
process_on_stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	if (!stopping && write(stop_pipe[1], "", 1) == 1)
		stopping = 1;
	errno = saved;
}

void
process_init(void)
{
	struct sigaction stop = { .sa_handler = process_on_stop }, ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		abort();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
}

bool
process_is_stopping(void)
{
	return stopping;
}

int
process_stop_fd(void)
{
	return stop_pipe[0];
}

bool
process_pause(int64_t ms)
{
	struct pollfd p = { .fd = stop_pipe[0], .events = POLLIN };

	if (!stopping && ms > 0)
		poll(&p, 1, ms > 3600000 ? 3600000 : (int)ms);
	return stopping;
}

void
process_report(enum process_report r)
{
	char c = (char)r;

	/* A full pipe means the supervisor has plenty to read; without a supervisor the descriptor is closed. */
	if (write(PROCESS_REPORT_FD, &c, 1) < 0)
		return;
}

int64_t
process_backoff(int64_t last, int64_t first, int64_t most)
{
	int64_t next = last ? last * 2 : first;

	return next < most ? next : most;
}
