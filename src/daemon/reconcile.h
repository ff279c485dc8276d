/* SPDX-License-Identifier: ISC
 * reconcile.h: what the server holds compared with the ledger, and mended.
 */
#ifndef CASEMAIL_DAEMON_RECONCILE_H
#define CASEMAIL_DAEMON_RECONCILE_H

#include "daemon/tidy.h"

enum difference {
	DIFFERENCE_UNMOVED, /* decided, but still in the folder: moved now */
	DIFFERENCE_BACK,    /* marked moved, but in the folder: moved now */
	DIFFERENCE_GONE,    /* decided and not marked moved, but no longer in the folder: marked now */
	DIFFERENCE_MISSED,  /* in the folder and not in the ledger, though it was passed: looked at again */
};
const char *difference_name(enum difference d); /* "unmoved", ... */

/* Told of each; message: its row, 0 where there is none. */
typedef void reconcile_teller(void *context, enum difference d, uint32_t uid, int64_t message);

/* Compares all that is in the folder with the ledger, a page at a time. cursor: how far the mailbox was served. What is
 * missed is ordered to be looked at again (store_cursor_look_again). *n: how many differences. It may run beside an
 * intake; what that one does meanwhile is no difference, or mended twice to the same end. */
int reconcile_run(const struct tidy *t, const struct store_cursor *cursor, reconcile_teller *tell, void *context,
    size_t *n, struct err *e);

#endif
