/* SPDX-License-Identifier: ISC
 * judge.h: the daemon's own path from raw bytes to a plan, for commands that explain a message or decide it anew.
 */
#ifndef CASEMAIL_CTL_JUDGE_H
#define CASEMAIL_CTL_JUDGE_H

#include "ctl/ctl.h"
#include "rules/decide.h"

/* Reads arrival->raw in a reader process of its own; arrival's missing fields are filled in. A reader that breaks, and
 * a message above the limit, are facts of the message (arrival->reader_failed, oversize). The store is open. The exit
 * status, other than CTL_DONE after saying why. */
int judge_read(struct ctl *c, struct arrival *arrival, struct reading *out);

enum judge_how {
	JUDGE_EXPLAIN, /* as if no copy of it had come before */
	JUDGE_MESSAGE,
	JUDGE_RELEASE
};

struct judge {
	struct plan plan; /* lives in the command's arena */
	struct verdict_phrases *phrases;
};

/* Decides on what the store holds now. Ends with judge_close, also after a failure. The exit status. */
int judge_open(
    struct ctl *c, const struct arrival *arrival, const struct reading *r, enum judge_how how, struct judge *out);
void judge_close(struct judge *j);

#endif
