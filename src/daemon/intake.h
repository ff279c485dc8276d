/* SPDX-License-Identifier: ISC
 * intake.h: one mailbox: fetch, read, decide, apply, commit, and only then move.
 */
#ifndef CASEMAIL_DAEMON_INTAKE_H
#define CASEMAIL_DAEMON_INTAKE_H

#include "base/configuration.h"

/* Serves the mailbox until the process should stop; once: one pass, then ends. The exit status of the process: 0, or 1
 * where once could not finish its pass, or on ERR_FATAL. Configuration and mailbox outlive the call. */
int intake_run(const struct configuration *c, const struct mailbox_settings *mailbox, bool once);

#endif
