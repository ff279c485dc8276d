/* SPDX-License-Identifier: ISC
 * effects.h: what effects*.c share. Each applies one kind of effect; see store_effect.
 */
#ifndef CASEMAIL_STORE_EFFECTS_H
#define CASEMAIL_STORE_EFFECTS_H

#include "store/internal.h"

/* The id an effect means: PLAN_NEW stands for what this plan made. 0 is ERR_FATAL: the plan lacks it. */
int effect_case(const struct effect *f, const struct store_change *c, int64_t *id, struct err *e);
int effect_request(const struct effect *f, const struct store_change *c, int64_t *id, struct err *e);

/* One line of a case's history: "owner nobody" to "owner Rolf Berg". */
int history_add(struct store *s, int64_t id, const struct store_change *c, struct str who, struct str before,
    struct str after, struct err *e);

/* Each as store_effect. */
int effect_merge(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_move_update(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_deployment(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_escalate(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_request_open(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_line(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_cool(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_grant(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_token(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_tokens_of_request(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_request_times(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_absent(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_request_edit(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_leave(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_return(struct store *s, const struct effect *f, struct store_change *c, struct err *e);
int effect_asked_again(struct store *s, const struct effect *f, struct store_change *c, struct err *e);

#endif
