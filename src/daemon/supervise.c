/* SPDX-License-Identifier: ISC
 * supervise.c: the parent of all: one intake a mailbox and the dispatcher. It touches no mail and holds no connection.
 * At SIGHUP the new configuration is checked whole; only then the children are replaced.
 */
#include "config.h"

#include "daemon/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/systemd.h"
#include "daemon/check.h"
#include "daemon/child.h"

#define CHILDREN_MOST 66
#define STOP_MS 4500     /* then SIGKILL: everything stopped within 5 s */
#define SILENT_MS 150000 /* without a report, beyond what its servers may take: killed, and started again */
#define SLOWEST 32       /* bytes a millisecond: what a session counts with for large messages */

struct supervisor {
	const char *path;
	struct configuration *configuration;
	struct child children[CHILDREN_MOST];
	size_t n;
	struct child_start start;
	int signal_fd;
	bool stopping, reloading, told_ready;
	bool reload_again; /* SIGHUP while the last one was under way */
	int64_t kill_at;   /* of a stop or a reload; 0: none under way */
	int64_t watchdog_at;
};

/* The checked file's text for the children: a later change of the file does not reach them. */
static int
supervise_keep_text(const char *path, struct err *e)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("casemaild.conf", MFD_CLOEXEC);
	char room[65536];
	ssize_t n = -1;

	while (from >= 0 && to >= 0 && (n = read(from, room, sizeof(room))) > 0)
		if (write(to, room, (size_t)n) != n)
			break;
	if (n != 0)
		err_set(e, ERR_FATAL, "%s: %s", path, strerror(errno));
	if (from >= 0)
		close(from);
	if (n != 0 && to >= 0)
		close(to);
	return n == 0 ? to : -1;
}

static struct child *
supervise_add(struct supervisor *s, const char *role, struct str mailbox)
{
	struct child *c = &s->children[s->n++];

	*c = (struct child){ .report_fd = -1 };
	snprintf(c->role, sizeof(c->role), "%s", role);
	snprintf(c->mailbox, sizeof(c->mailbox), "%.*s", STR_ARGS(mailbox));
	return c;
}

/* How long an intake may be busy between two reports: a login with its commands, or a message of the largest size over
 * the slowest line, read twice. */
static int64_t
supervise_intake_ms(const struct configuration *c, const struct mailbox_settings *m)
{
	return 8000 * (int64_t)m->server.timeout_seconds + (int64_t)(c->limits.message_bytes / SLOWEST) +
	       2000 * (int64_t)c->limits.reader_wall_seconds;
}

static void
supervise_plan_children(struct supervisor *s)
{
	const struct configuration *c = s->configuration;
	struct child *dispatcher;

	s->n = 0;
	for (size_t i = 0; i < c->n_mailboxes && s->n < CHILDREN_MOST - 1; i++)
		supervise_add(s, "intake", c->mailboxes[i].name)->silent_ms =
		    SILENT_MS + supervise_intake_ms(c, &c->mailboxes[i]);
	dispatcher = supervise_add(s, "dispatcher", STR_NONE);
	dispatcher->silent_ms = SILENT_MS;
	for (size_t i = 0; i < c->n_smtp; i++) /* one letter may try each of them twice */
		dispatcher->silent_ms += 2000 * (int64_t)c->smtp[i].timeout_seconds;
}

static bool
supervise_all_gone(const struct supervisor *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i].pid)
			return false;
	return true;
}

static void
supervise_signal_all(const struct supervisor *s, int signal_number)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i].pid)
			kill(s->children[i].pid, signal_number);
}

/* With once the dispatcher waits for the intakes. */
static bool
supervise_may_start(const struct supervisor *s, const struct child *c)
{
	if (!s->start.once || strcmp(c->role, "dispatcher") != 0)
		return true;
	for (size_t i = 0; i < s->n; i++)
		if (&s->children[i] != c && !s->children[i].is_done)
			return false;
	return true;
}

static void
supervise_start_due(struct supervisor *s)
{
	int64_t now = clock_monotonic();

	if (s->stopping || s->reloading)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct child *c = &s->children[i];
		struct err e;

		if (c->pid || c->is_done || c->restart_at > now || !supervise_may_start(s, c))
			continue;
		if (child_spawn(c, &s->start, &e) < 0)
			LOG_ERROR("a process could not be started", LOG_Z("reason", e.text));
	}
}

static void
supervise_reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < s->n; i++) {
			struct child *c = &s->children[i];

			if (c->pid != pid)
				continue;
			child_ended(c, status, s->stopping || s->reloading || s->start.once);
			c->is_done = s->start.once;
		}
	}
}

static void
supervise_stop(struct supervisor *s)
{
	if (s->stopping)
		return;
	LOG_INFO("stopping");
	systemd_notify("STOPPING=1");
	s->stopping = true;
	s->kill_at = clock_monotonic() + STOP_MS;
	supervise_signal_all(s, SIGTERM);
}

/* What a running daemon cannot change. */
static bool
supervise_may_reload(const struct supervisor *s, const struct configuration *c)
{
	if (str_equal(c->database, s->configuration->database))
		return true;
	LOG_ERROR(
	    "the configuration was not loaded: another database needs a restart", LOG_TEXT("database", c->database));
	return false;
}

static void
log_lines(const char *message, struct str lines)
{
	struct str line;

	while (str_next_line(&lines, &line))
		LOG_ERROR("configuration", LOG_Z("state", message), LOG_TEXT("error", line));
}

static void
supervise_reload(struct supervisor *s)
{
	struct configuration *c;
	struct buf errors;
	struct err e;
	int text = -1;

	if (s->stopping || s->start.once)
		return;
	s->reload_again = s->reloading;
	if (s->reloading)
		return;
	buf_init(&errors, 1 << 20);
	c = check_configuration(s->path, &errors);
	if (c == NULL)
		log_lines("not loaded, the old one stays", buf_str(&errors));
	buf_free(&errors);
	if (c && (!supervise_may_reload(s, c) || (text = supervise_keep_text(s->path, &e)) < 0))
		configuration_close(&c);
	if (c == NULL)
		return;
	LOG_INFO("new configuration loaded; the processes are replaced");
	configuration_close(&s->configuration);
	s->configuration = c;
	close(s->start.configuration_fd);
	s->start.configuration_fd = text;
	s->reloading = true;
	s->kill_at = clock_monotonic() + STOP_MS;
	supervise_signal_all(s, SIGTERM);
}

static void
supervise_signals(struct supervisor *s)
{
	struct signalfd_siginfo i;

	while (read(s->signal_fd, &i, sizeof(i)) == sizeof(i)) {
		if (i.ssi_signo == SIGCHLD)
			supervise_reap(s);
		else if (i.ssi_signo == SIGHUP)
			supervise_reload(s);
		else
			supervise_stop(s);
	}
}

static void
supervise_kill_stuck(struct supervisor *s)
{
	int64_t now = clock_monotonic();

	for (size_t i = 0; i < s->n; i++) {
		struct child *c = &s->children[i];

		if (c->pid == 0 || now - c->reported_at < c->silent_ms)
			continue;
		LOG_ERROR("process gave no sign of life; killed", LOG_Z("role", c->role), LOG_Z("mailbox", c->mailbox),
		    LOG_NUMBER("silent_ms", now - c->reported_at));
		kill(c->pid, SIGKILL);
		c->reported_at = now;
	}
}

static void
supervise_tell_manager(struct supervisor *s)
{
	long long watchdog = systemd_watchdog();
	int64_t now = clock_monotonic();
	bool ready = s->n > 0, alive = true;

	for (size_t i = 0; i < s->n; i++) {
		const struct child *c = &s->children[i];

		ready = ready && c->is_ready;
		alive = alive && (c->pid == 0 || now - c->reported_at < c->silent_ms);
	}
	if (ready && !s->told_ready) {
		s->told_ready = true;
		systemd_notify("READY=1");
		LOG_INFO("ready", LOG_NUMBER("mailboxes", (long long)s->n - 1));
	}
	if (watchdog > 0 && alive && now >= s->watchdog_at) {
		systemd_notify("WATCHDOG=1");
		s->watchdog_at = now + watchdog;
	}
}

/* Until the next thing that is due without an event. */
static int
supervise_timeout(const struct supervisor *s)
{
	int64_t now = clock_monotonic(), next = now + 10000;
	long long watchdog = systemd_watchdog();

	if (watchdog > 0 && s->watchdog_at < next)
		next = s->watchdog_at;
	if (s->kill_at && s->kill_at < next)
		next = s->kill_at;
	for (size_t i = 0; i < s->n; i++)
		if (!s->children[i].pid && s->children[i].restart_at && s->children[i].restart_at < next)
			next = s->children[i].restart_at;
	return next > now ? (int)(next - now) : 0;
}

static void
supervise_wait(struct supervisor *s)
{
	struct pollfd p[CHILDREN_MOST + 1];
	nfds_t n = 0;

	p[n++] = (struct pollfd){ .fd = s->signal_fd, .events = POLLIN };
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i].report_fd >= 0)
			p[n++] = (struct pollfd){ .fd = s->children[i].report_fd, .events = POLLIN };
	poll(p, n, supervise_timeout(s));
	for (size_t i = 0; i < s->n; i++)
		child_listen(&s->children[i]);
	supervise_signals(s);
}

/* Ends a stop or a reload that is under way. True: the supervisor itself ends. */
static bool
supervise_conclude(struct supervisor *s)
{
	if (s->kill_at && clock_monotonic() >= s->kill_at) {
		s->kill_at = clock_monotonic() + 1000;
		supervise_signal_all(s, SIGKILL);
	}
	if (!supervise_all_gone(s))
		return false;
	if (s->reloading && !s->stopping) {
		s->reloading = false;
		s->kill_at = 0;
		supervise_plan_children(s);
		if (s->reload_again)
			supervise_reload(s);
	}
	if (s->start.once) {
		bool done = true;

		for (size_t i = 0; i < s->n; i++)
			done = done && s->children[i].is_done;
		return done || s->stopping;
	}
	return s->stopping;
}

static int
supervise_signal_fd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
supervise_run(const char *path, struct configuration **c, const struct supervise_mode *mode)
{
	struct supervisor s = { .path = path,
		.configuration = *c,
		.start = { .once = mode->once, .debug = mode->debug, .journal = mode->journal } };
	int status = 0;
	struct err e;

	*c = NULL;
	signal(SIGPIPE, SIG_IGN);
	s.signal_fd = supervise_signal_fd();
	s.start.configuration_fd = supervise_keep_text(path, &e);
	if (s.signal_fd < 0 || s.start.configuration_fd < 0) {
		LOG_ERROR("could not start", LOG_Z("reason", s.signal_fd < 0 ? strerror(errno) : e.text));
		configuration_close(&s.configuration);
		return 1;
	}
	supervise_plan_children(&s);
	do {
		supervise_start_due(&s);
		supervise_wait(&s);
		supervise_kill_stuck(&s);
		supervise_tell_manager(&s);
	} while (!supervise_conclude(&s));
	for (size_t i = 0; mode->once && i < s.n; i++)
		status = s.children[i].status ? 1 : status;
	close(s.start.configuration_fd);
	close(s.signal_fd);
	configuration_close(&s.configuration);
	return status;
}
