/* SPDX-License-Identifier: ISC
 * batch.c: the daemon's main sentence, for a few messages at a time: snapshot, decide, apply, commit. No network call
 * happens while the transaction is open.
 */
#include "config.h"

#include "daemon/batch.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/crypto.h"
#include "base/log.h"
#include "rules/decide.h"

#define ARENA_MOST ((size_t)1 << 32)
#define LARGE ((size_t)16 << 20) /* what a full batch of usual mail does not need: given back to the system */

struct item {
	struct arrival arrival;
	struct reading reading;
	enum outcome outcome; /* as decided */
	const char *reason;
	int64_t case_id;
};

struct batch {
	struct batch_tools tools;
	struct arena *kept;    /* raw bytes and readings, until the commit */
	struct arena *scratch; /* snapshot and plan of one message */
	struct item items[BATCH_MESSAGES];
	size_t n, bytes;
};

struct batch *
batch_open(const struct batch_tools *tools)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (b == NULL)
		abort();
	b->tools = *tools;
	b->kept = arena_open(ARENA_MOST);
	b->scratch = arena_open(ARENA_MOST);
	return b;
}

void
batch_close(struct batch **b)
{
	if (*b == NULL)
		return;
	arena_close(&(*b)->kept);
	arena_close(&(*b)->scratch);
	free(*b);
	*b = NULL;
}

static void
batch_clear(struct batch *b)
{
	bool large = arena_used(b->kept) + arena_used(b->scratch) > LARGE;

	b->n = b->bytes = 0;
	arena_reset(b->kept);
	arena_reset(b->scratch);
	if (large)
		malloc_trim(0);
}

bool
batch_is_full(const struct batch *b)
{
	return b->n == BATCH_MESSAGES || b->bytes >= BATCH_BYTES;
}

int
batch_add(struct batch *b, const struct arrival *arrival, struct err *e)
{
	struct item *it = &b->items[b->n];

	*it = (struct item){ .arrival = *arrival };
	it->arrival.raw = arena_copy(b->kept, arrival->raw);
	it->arrival.mailbox = arena_copy(b->kept, arrival->mailbox);
	crypto_sha256_hex(arrival->raw, it->arrival.raw_sha256);
	if (!arrival->reader_failed &&
	    reader_read(b->tools.reader, READING_MESSAGE, it->arrival.raw, b->kept, &it->reading, e) < 0) {
		if (e->kind == ERR_RETRY)
			return -1;
		it->arrival.reader_failed = true;
		it->reading = (struct reading){ 0 };
	}
	b->n++;
	b->bytes += arrival->raw.n;
	return 0;
}

/* What is done with a message that the store refuses to apply: kept, for a person. */
static void
batch_plan_quarantine(struct batch *b, struct plan *p, const struct err *why)
{
	plan_init(p, b->scratch);
	p->outcome = OUTCOME_QUARANTINED;
	p->reason = "cannot-apply";
	p->rule = "store-refused";
	plan_trace(p, "store-refused", true, "the store refused what the rules wanted: %s", why->text);
}

/* One message in the open transaction; refused: why an earlier attempt could not be applied, or NULL. */
static int
batch_apply(struct batch *b, struct item *it, const struct err *refused, struct err *e)
{
	struct apply a = { .store = b->tools.store,
		.configuration = b->tools.configuration,
		.templates = b->tools.templates,
		.marks = b->tools.marks,
		.arena = b->scratch,
		.now = clock_now(),
		.event = "message",
		.arrival = &it->arrival,
		.reading = &it->reading };
	struct snapshot snapshot;
	struct applied applied;
	struct plan plan;

	arena_reset(b->scratch);
	a.who = arena_format(b->scratch, "mail %.*s",
	    STR_ARGS(it->reading.from_strict.n ? it->reading.from_strict : STR("of unknown sender")));
	if (refused) {
		batch_plan_quarantine(b, &plan, refused);
	} else {
		if (store_snapshot(b->tools.store, &it->reading, &it->arrival, a.now, b->scratch, &snapshot, e) < 0)
			return -1;
		decide_message(&it->reading, &it->arrival, &snapshot, b->tools.policy, b->scratch, &plan);
	}
	if (apply_plan(&a, &plan, &applied, e) < 0)
		return -1;
	it->outcome = plan.outcome;
	it->reason = plan.reason;
	it->case_id = plan.case_id;
	return 0;
}

/* All items from first to end in one transaction. */
static int
batch_transaction(struct batch *b, size_t first, size_t end, const struct err *refused, struct err *e)
{
	if (store_begin(b->tools.store, e) < 0)
		return -1;
	for (size_t i = first; i < end; i++) {
		if (batch_apply(b, &b->items[i], refused, e) < 0) {
			store_rollback(b->tools.store);
			return -1;
		}
	}
	fault_point("before-commit");
	if (store_commit(b->tools.store, e) < 0) {
		store_rollback(b->tools.store);
		return -1;
	}
	fault_point("after-commit");
	return 0;
}

static void
batch_log(const struct item *it)
{
	LOG_INFO("message decided", LOG_TEXT("mailbox", it->arrival.mailbox), LOG_NUMBER("uid", it->arrival.uid),
	    LOG_Z("outcome", outcome_name(it->outcome)), LOG_Z("reason", it->reason),
	    LOG_NUMBER("case_id", it->case_id), LOG_TEXT("from", it->reading.from_strict),
	    LOG_TEXT("message_id", it->reading.message_id));
}

/* One message in its own transaction, twice if the store refuses it. */
static int
batch_commit_one(struct batch *b, size_t i, struct err *e)
{
	struct err refused;

	if (batch_transaction(b, i, i + 1, NULL, e) == 0)
		return 0;
	if (e->kind != ERR_REJECT)
		return -1;
	refused = *e;
	LOG_ERROR("a message could not be applied", LOG_NUMBER("uid", b->items[i].arrival.uid),
	    LOG_Z("reason", refused.text));
	return batch_transaction(b, i, i + 1, &refused, e);
}

int
batch_commit(struct batch *b, size_t *done, struct err *e)
{
	int ok = b->n ? batch_transaction(b, 0, b->n, NULL, e) : 0;

	*done = ok == 0 ? b->n : 0;
	if (ok < 0 && e->kind == ERR_REJECT)
		for (ok = 0; ok == 0 && *done < b->n;)
			if ((ok = batch_commit_one(b, *done, e)) == 0)
				++*done;
	for (size_t i = 0; i < *done; i++) {
		batch_log(&b->items[i]);
		if (b->tools.outcomes)
			b->tools.outcomes[b->items[i].outcome]++;
	}
	batch_clear(b);
	return ok;
}
