/* SPDX-License-Identifier: ISC
 * dispatch.h: runs the timers, and as many senders as the outbox needs.
 */
#ifndef CASEMAIL_DAEMON_DISPATCH_H
#define CASEMAIL_DAEMON_DISPATCH_H

#include "base/configuration.h"
#include "daemon/child.h"

/* Serves until the process should stop; how->once: runs the timers, sends what is due, then ends. The exit status of
 * the process: 1 where once no server answered. */
int dispatch_run(const struct configuration *c, const struct child_start *how);

#endif
