/* SPDX-License-Identifier: ISC
 * batch.h: messages that are read, decided and committed together: a backlog in groups, a single mail at once.
 */
#ifndef CASEMAIL_DAEMON_BATCH_H
#define CASEMAIL_DAEMON_BATCH_H

#include "daemon/apply.h"
#include "daemon/reader.h"

#define BATCH_MESSAGES 100
#define BATCH_BYTES (4u << 20)

/* What a batch works with; everything is borrowed. */
struct batch_tools {
	struct store *store;
	struct reader *reader;
	const struct configuration *configuration;
	struct templates *templates;
	const struct own_marks *marks;
	const struct policy *policy;
	size_t *outcomes; /* [OUTCOME_COUNT], where what was committed is counted; or NULL */
};

/* An empty batch with memory of its own; tools and what they point to outlive it. Closing discards what was added and
 * not committed, and clears *b; NULL in *b is fine. */
struct batch;
struct batch *batch_open(const struct batch_tools *tools);
void batch_close(struct batch **b);

/* Reads one message (arrival->raw is copied) in the reader and keeps it. A reader that breaks is a fact of the message.
 * -1 and ERR_RETRY where no reader can be started. */
int batch_add(struct batch *b, const struct arrival *arrival, struct err *e);
bool batch_is_full(const struct batch *b);
/* Decides and commits all that was added, in order, in one transaction; where one of them can not be applied, each in
 * its own, and that one is quarantined. Then the batch is empty. -1: nothing that is not committed stands, the batch is
 * empty too, the messages are still on the server. *done: how many were committed. */
int batch_commit(struct batch *b, size_t *done, struct err *e);

#endif
