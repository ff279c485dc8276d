/* SPDX-License-Identifier: ISC
 * decide.h: one message's plan. Pure: the same facts give the same plan.
 */
#ifndef CASEMAIL_RULES_DECIDE_H
#define CASEMAIL_RULES_DECIDE_H

#include "rules/plan.h"

/* Rules are looked at in a fixed order, first match wins; each that was looked at is in the trace. Never fails: what no
 * rule wants is held. *out is initialised here and lives in a. */
void decide_message(const struct reading *r, const struct arrival *arrival, const struct snapshot *s,
    const struct policy *policy, struct arena *a, struct plan *out);

/* Likewise of a message that an operator lets through (decide_release.c). The outcome is OUTCOME_APPENDED, or another
 * with no effect and the reason in the last trace: then nothing is to be applied. */
void decide_release(const struct reading *r, const struct arrival *arrival, const struct snapshot *s,
    const struct policy *policy, struct arena *a, struct plan *out);

#endif
