/* SPDX-License-Identifier: ISC
 * approver_ask.h: who may decide more than before is asked about what is pending.
 */
#ifndef CASEMAIL_CTL_APPROVER_ASK_H
#define CASEMAIL_CTL_APPROVER_ASK_H

#include "ctl/ctl.h"
#include "daemon/apply.h"
#include "rules/model.h"

/* The pending requests, to be loaded before that changes. */
struct approver_ask {
	struct access_request *before;
	size_t n;
};
/* In an open transaction. 0, or -1 and why. */
int approver_ask_open(struct ctl *c, struct approver_ask *x, struct err *e);
/* After the change: asks to about every request that waited for no word of his before, with the audit row of event
 * where there is one, and commits. An exit status. */
int approver_ask_commit(
    struct ctl *c, const struct approver_ask *x, const struct person *to, const char *event, struct applied *done);

#endif
