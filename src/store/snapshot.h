/* SPDX-License-Identifier: ISC
 * snapshot.h: what snapshot.c and original.c share.
 */
#ifndef CASEMAIL_STORE_SNAPSHOT_H
#define CASEMAIL_STORE_SNAPSHOT_H

#include "store/internal.h"

struct snapshot_work {
	struct store *s;
	struct arena *a;
	struct snapshot *out;
	struct list cases, requests;
};

/* The letter a report is about, by the address of that letter alone that the report came to; else by the Message-ID it
 * names: whole, or by the message key or the reply token in it. Sets out->original and what goes with it; leaves them 0
 * where there is none. */
int original_load(struct store *s, const struct reading *r, struct arena *a, struct snapshot *out, struct err *e);

#endif
