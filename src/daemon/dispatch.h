/* SPDX-License-Identifier: ISC
 * dispatch.h: sends what the transactions wrote, and runs the timers.
 */
#ifndef CASEMAIL_DAEMON_DISPATCH_H
#define CASEMAIL_DAEMON_DISPATCH_H

#include "base/configuration.h"

/* Serves the outbox until the process should stop; once: sends what is due, then ends. The exit status of the process:
 * 1 where once no server answered. A letter that a server refuses is no failure of the process. */
int dispatch_run(const struct configuration *c, bool once);

#endif
