/* SPDX-License-Identifier: ISC
 * replay.h: mail from files through the same rules as from a mailbox.
 */
#ifndef CASEMAIL_DAEMON_REPLAY_H
#define CASEMAIL_DAEMON_REPLAY_H

#include "base/configuration.h"

#define REPLAY_MAILBOX                                                                                                 \
	"file" /* what the ledger has as their mailbox; no mailbox of the configuration may be called so */

/* Decides what path holds, oldest first, and commits it, beside a running daemon or without one; prints how many had
 * which outcome. The exit status: 0; 1 where a file could not be read or SIGTERM came before the end; 3 where the
 * configuration, the database or path is not usable. */
int replay_run(const struct configuration *c, const char *path);

#endif
