/* SPDX-License-Identifier: ISC
 * send.h: a sender: takes due letters one by one and hands them to a server over a connection of its own.
 */
#ifndef CASEMAIL_DAEMON_SEND_H
#define CASEMAIL_DAEMON_SEND_H

#include "base/configuration.h"

/* Sends what is due until the process should stop or nothing was due for a while; once: until nothing is due, or no
 * server answers. The exit status of the process: 1 where it could not serve, or once found no server that answers. A
 * letter that a server refuses is no failure of the process. */
int send_run(const struct configuration *c, bool once);

#endif
