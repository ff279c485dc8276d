/* SPDX-License-Identifier: ISC
 * decider.c: opens and closes what deciding takes. An intake and a replay decide by the same means; where the messages
 * come from is theirs.
 */
#include "config.h"

#include "daemon/decider.h"

#include <malloc.h>

#define SETTLE_MEMORY ((size_t)16 << 20)

int
decider_open(const struct configuration *c, size_t *outcomes, struct decider *d, struct err *e)
{
	*d = (struct decider){ .settled = arena_open(SETTLE_MEMORY) };
	d->phrases = verdict_open(&c->approval_languages, &c->extra_yes, &c->extra_no, e);
	if (d->phrases == NULL || (d->templates = settle_templates_or_err(c, e)) == NULL ||
	    store_open(c->database, STORE_WRITE, &d->store, e) < 0 || settle_marks(d->store, c, &d->marks, e) < 0)
		return -1;
	settle_reading(c, &d->marks, d->settled, &d->setup);
	settle_policy(c, d->phrases, &d->policy);
	if (reader_open(&d->setup, &d->reader, e) < 0)
		return -1;
	d->batch = batch_open(&(struct batch_tools){ .store = d->store,
	    .reader = d->reader,
	    .configuration = c,
	    .templates = d->templates,
	    .marks = &d->marks,
	    .policy = &d->policy,
	    .outcomes = outcomes });
	malloc_trim(0); /* what reading phrases and templates took */
	return 0;
}

void
decider_close(struct decider *d)
{
	batch_close(&d->batch);
	reader_close(&d->reader);
	store_close(&d->store);
	templates_close(&d->templates);
	verdict_close(&d->phrases);
	arena_close(&d->settled);
}
