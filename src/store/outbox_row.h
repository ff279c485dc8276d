/* SPDX-License-Identifier: ISC
 * outbox_row.h: a letter's row, token and all. Inside src/store only.
 */
#ifndef CASEMAIL_STORE_OUTBOX_ROW_H
#define CASEMAIL_STORE_OUTBOX_ROW_H

#include "store/store_outbox.h"

/* A letter with its token in clear, in a. ERR_REJECT where there is none. */
int outbox_load(struct store *s, int64_t id, struct arena *a, struct store_queued *out, struct err *e);
/* Takes the token out of a final row, in the caller's transaction. */
int outbox_scrub(struct store *s, int64_t id, struct arena *a, struct err *e);

#endif
