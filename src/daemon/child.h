/* SPDX-License-Identifier: ISC
 * child.h: one process a supervisor looks after.
 */
#ifndef CASEMAIL_DAEMON_CHILD_H
#define CASEMAIL_DAEMON_CHILD_H

#include <sys/types.h>

#include "base/configuration.h"

struct child {
	char role[16];                               /* "intake", "dispatcher" */
	char mailbox[64];                            /* of an intake */
	pid_t pid;                                   /* 0: not running */
	int report_fd;                               /* what it reports, -1: not running */
	int64_t started_at, reported_at, restart_at; /* clock_monotonic(); restart_at 0: not waiting */
	int64_t backoff;
	int64_t silent_ms;                     /* the longest it may work without a report */
	bool is_ready, made_progress, is_done; /* is_done: not to be started again (once) */
	int status;                            /* of its last end: exit status, or 128 + signal */
};

struct child_start {
	int configuration_fd; /* the checked text */
	bool once, debug, journal;
};

/* Starts it. -1 and ERR_RETRY; restart_at is set then. */
int child_spawn(struct child *c, const struct child_start *how, struct err *e);
/* Takes what it reported since the last call. */
void child_listen(struct child *c);
/* It ended with this wait status: says so in the log, and sets when to start it again. */
void child_ended(struct child *c, int wait_status, bool was_wanted);

#endif
