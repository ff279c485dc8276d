/* SPDX-License-Identifier: ISC
 * process.h: what every child process has: a way to be stopped, and a way to tell its supervisor how it goes.
 */
#ifndef CASEMAIL_DAEMON_PROCESS_H
#define CASEMAIL_DAEMON_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* The descriptors a supervisor hands to its children. */
#define PROCESS_REPORT_FD 3        /* a pipe: one byte a report */
#define PROCESS_CONFIGURATION_FD 4 /* the text of the configuration that was checked */

enum process_report {
	REPORT_READY = 'R',    /* store open, reader started: may serve */
	REPORT_ALIVE = 'A',    /* waiting, or working on something long */
	REPORT_PROGRESS = 'P', /* something was finished for good */
};

/* Catches SIGTERM and SIGINT; ignores SIGPIPE and SIGHUP. */
void process_init(void);
bool process_is_stopping(void);
int process_stop_fd(void); /* readable once the process should stop; nothing is read from it */
/* Waits until ms are over or the process should stop (true). */
bool process_pause(int64_t ms);
/* Tells the supervisor; nothing where there is none. */
void process_report(enum process_report r);
/* A growing delay: 0 -> first, then twice the last up to most. */
int64_t process_backoff(int64_t last, int64_t first, int64_t most);

#endif
