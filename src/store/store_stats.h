/* SPDX-License-Identifier: ISC
 * store_stats.h: counts for the operator. They walk what they count, not whole tables: messages and cases since a
 * moment, and the open cases.
 */
#ifndef CASEMAIL_STORE_STORE_STATS_H
#define CASEMAIL_STORE_STORE_STATS_H

#include "store/store.h"

#define STATS_SLOT_MS ((int64_t)900000) /* a quarter of an hour: every zone's hours and days are made of these */

/* Messages with one outcome in one slot, by time. */
struct stats_messages {
	int64_t at; /* the slot's begin, ms */
	enum outcome outcome;
	int64_t n;
};
int store_stats_messages(
    struct store *s, int64_t since, struct arena *a, struct stats_messages **out, size_t *n, struct err *e);

/* Open cases in one status, opened on one day counted back from now (0: less than a day ago). */
struct stats_open {
	struct str status;
	int64_t days, n;
};
int store_stats_open(struct store *s, int64_t now, struct arena *a, struct stats_open **out, size_t *n, struct err *e);

#define STATS_CASES_MOST 50000

/* How long people waited, ms, ascending: from the opening, or the customer's first update that nobody has answered, to
 * the next public update of the support organisation; answers since that moment. Of more than STATS_CASES_MOST cases
 * updated since, those updated last count. */
int store_stats_answers(struct store *s, int64_t since, struct arena *a, int64_t **out, size_t *n, struct err *e);

#endif
