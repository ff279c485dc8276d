/* SPDX-License-Identifier: ISC
 * decider.h: all that a process needs which decides messages: the store, a reader, and the rules' view of the
 * configuration, behind one batch.
 */
#ifndef CASEMAIL_DAEMON_DECIDER_H
#define CASEMAIL_DAEMON_DECIDER_H

#include "daemon/batch.h"

struct decider {
	struct store *store;
	struct batch *batch;
	/* of decider.c */
	struct reader *reader;
	struct templates *templates;
	struct verdict_phrases *phrases;
	struct arena *settled;
	struct own_marks marks;
	struct reading_setup setup;
	struct policy policy;
};

/* Opens the database for writing and starts a reader. *d must stay where it is; c outlives it. outcomes: as in
 * batch.h. -1 and *e: ERR_FATAL
 * where the configuration or the database is not usable. Ends with decider_close, also after a failure. */
int decider_open(const struct configuration *c, size_t *outcomes, struct decider *d, struct err *e);
void decider_close(struct decider *d);

#endif
