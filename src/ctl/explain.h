/* SPDX-License-Identifier: ISC
 * explain.h: what would happen to a message, changing nothing.
 */
#ifndef CASEMAIL_CTL_EXPLAIN_H
#define CASEMAIL_CTL_EXPLAIN_H

#include "ctl/ctl.h"

/* Reads arrival->raw in a reader process, decides on what the store holds now, prints the chain of rules and the
 * effects. The store is open for reading; arrival's missing fields are filled in. The exit status. */
int explain_message(struct ctl *c, struct arrival *arrival);

#endif
