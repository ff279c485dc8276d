/* SPDX-License-Identifier: ISC
 * supervise.h: starts the other processes, keeps them running, stops them.
 */
#ifndef CASEMAIL_DAEMON_SUPERVISE_H
#define CASEMAIL_DAEMON_SUPERVISE_H

#include "base/configuration.h"

struct supervise_mode {
	bool once, debug; /* debug: children log at that level too */
	bool journal;     /* children log to the journal */
};

/* Runs until SIGTERM or SIGINT (or, with once, until every mailbox had one pass and the due letters were sent). Takes
 * over *c, which changes at SIGHUP. The exit status: 0, or 1 where once a child failed. */
int supervise_run(const char *path, struct configuration **c, const struct supervise_mode *mode);

#endif
