/* SPDX-License-Identifier: ISC
 * fetch.c: splits a fetch into commands of a few megabytes, so that a taker who stops waits for
 * little, and finds its way around single messages that a server cannot give.
 *
 * Nothing a server adds unasked reaches the taker: each wanted UID is given once, others never. The
 * server's RFC822.SIZE is used for splitting and for the allowance, never to trust a length.
 */
#include "config.h"

#include "mailbox/fetch.h"

#include <stdlib.h>

#include "mailbox/command.h"

#define ITEM_BYTES 512        /* one FETCH response without its literal */
#define COMMAND_BYTES 4194304 /* messages fetched by one command, together */

struct fetch {
	struct imap *imap;
	const struct limits *limits;
	const struct session_item *items;
	size_t n;
	bool given[FETCH_MAX], present[FETCH_MAX];
	bool header_only; /* the command under way */
	bool stopped;     /* the taker wants no more */
	session_taker *take;
	void *context;
	uint32_t suspect;
};

static int
item_order(const void *a, const void *b)
{
	uint32_t x = ((const struct session_item *)a)->uid, y = ((const struct session_item *)b)->uid;

	return x < y ? -1 : x > y;
}

static void
give(struct fetch *f, size_t i, enum session_part part, struct str raw)
{
	struct session_message message = { .item = &f->items[i], .part = part, .raw = raw };

	f->given[i] = true;
	if (!f->stopped)
		f->stopped = !f->take(f->context, &message);
}

static void
on_message(void *context, const struct imap_item *item)
{
	struct fetch *f = context;
	struct session_item key = { .uid = item->uid };
	const struct session_item *found;

	if (!item->has_body)
		return;
	found = bsearch(&key, f->items, f->n, sizeof(key), item_order);
	if (found != NULL && !f->given[found - f->items])
		give(f, (size_t)(found - f->items), f->header_only ? SESSION_HEADER : SESSION_WHOLE, item->body);
}

/* One command for items first to first + n - 1, as header or whole. */
static enum imap_result
command_run(struct fetch *f, size_t first, size_t n, bool header_only, struct err *e)
{
	size_t header = f->limits->header_bytes, message = f->limits->message_bytes;
	uint32_t uids[FETCH_MAX];
	uint64_t bytes = 0;
	enum imap_result r;

	for (size_t i = 0; i < n; i++) {
		uint64_t size = f->items[first + i].size;

		uids[i] = f->items[first + i].uid;
		bytes += ITEM_BYTES + (header_only ? header : size + size / 4 + 4096);
	}
	f->header_only = header_only;
	imap_allow(f->imap, bytes, header_only ? header : message + message / 4);
	r = command_fetch(f->imap, uids, n, header_only ? COMMAND_HEADER : COMMAND_MESSAGE, header, on_message, f, e);
	for (size_t i = n; r == IMAP_DEAD && i-- > 0;)
		if (!f->given[first + i])
			f->suspect = uids[i];
	return r;
}

/* A message by itself: whole, else its header, else the news that it cannot be had. */
static int
single(struct fetch *f, size_t i, struct err *e)
{
	enum imap_result r = IMAP_OK;

	if (!f->items[i].header_only)
		r = command_run(f, i, 1, false, e);
	if (r != IMAP_DEAD && !f->given[i])
		r = command_run(f, i, 1, true, e);
	if (r == IMAP_DEAD)
		return -1;
	if (!f->given[i] && !(r == IMAP_NO && str_equal_nocase(imap_code(f->imap), STR("EXPUNGEISSUED"))))
		give(f, i, SESSION_UNREADABLE, STR_NONE);
	return 0;
}

static void
on_present(void *context, const struct imap_item *item)
{
	struct fetch *f = context;
	struct session_item key = { .uid = item->uid };
	const struct session_item *found = bsearch(&key, f->items, f->n, sizeof(key), item_order);

	if (found != NULL)
		f->present[found - f->items] = true;
}

/* What a command did not give is either gone, or something the server cannot give (some say NO, some
 * say nothing); only the second must not be passed over. The NOOP lets the server tell what is gone. */
static int
leftovers(struct fetch *f, size_t first, size_t n, struct err *e)
{
	uint32_t uids[FETCH_MAX];
	size_t missing = 0;

	for (size_t i = first; i < first + n; i++)
		if (!f->given[i])
			uids[missing++] = f->items[i].uid;
	if (missing == 0 || f->stopped)
		return 0;
	if (command_noop(f->imap, e) == IMAP_DEAD ||
	    command_fetch(f->imap, uids, missing, COMMAND_UID, 0, on_present, f, e) == IMAP_DEAD)
		return -1;
	for (size_t i = first; i < first + n && !f->stopped; i++)
		if (!f->given[i] && f->present[i] && single(f, i, e) != 0)
			return -1;
	return 0;
}

/* How many items from first on go into one command: all of one kind, COMMAND_BYTES together. */
static size_t
span_of(const struct fetch *f, size_t first)
{
	bool header_only = f->items[first].header_only;
	uint64_t bytes = 0;
	size_t n = 0;

	while (first + n < f->n && f->items[first + n].header_only == header_only) {
		bytes += header_only ? f->limits->header_bytes : f->items[first + n].size;
		if (n > 0 && bytes > COMMAND_BYTES)
			break;
		n++;
	}
	return n;
}

int
fetch_run(struct imap *m, const struct limits *limits, const struct session_item *items, size_t n, session_taker *take,
    void *context, uint32_t *suspect, struct err *e)
{
	struct fetch f = { .imap = m, .limits = limits, .items = items, .n = n, .take = take, .context = context };
	int failed = 0;

	for (size_t first = 0, span; first < n && !f.stopped && failed == 0; first += span) {
		span = span_of(&f, first);
		if (command_run(&f, first, span, items[first].header_only, e) == IMAP_DEAD)
			failed = -1;
		else
			failed = leftovers(&f, first, span, e);
	}
	*suspect = failed != 0 ? f.suspect : 0;
	return failed;
}
