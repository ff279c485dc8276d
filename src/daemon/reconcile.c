/* SPDX-License-Identifier: ISC
 * reconcile.c: two ordered walks side by side, the folder's UIDs and the ledger's rows that are not marked moved, in
 * windows that join without a gap. Nothing is decided here: what the ledger does not know goes the usual way.
 */
#include "config.h"

#include "daemon/reconcile.h"

#include "daemon/passing.h"

struct reconcile {
	const struct tidy *tidy;
	const struct store_cursor *cursor;
	reconcile_teller *tell;
	void *context;
	struct session_item items[SESSION_PAGE];
	size_t n_items, differences;
	struct store_move back[SESSION_PAGE]; /* of this window: to be moved once more */
	size_t n_back;
};

const char *
difference_name(enum difference d)
{
	static const char *const names[] = { [DIFFERENCE_UNMOVED] = "unmoved",
		[DIFFERENCE_BACK] = "back",
		[DIFFERENCE_GONE] = "gone",
		[DIFFERENCE_MISSED] = "missed" };

	return names[d];
}

static void
differs(struct reconcile *r, enum difference d, uint32_t uid, int64_t message)
{
	r->differences++;
	r->tell(r->context, d, uid, message);
}

/* One message of the folder. One marked \Deleted is on its way out, or was never to be taken. */
static int
item_compare(struct reconcile *r, const struct session_item *item, struct err *e)
{
	const struct tidy *t = r->tidy;
	struct store_move row;
	bool moved = false;
	int found;

	if (item->flags & SESSION_DELETED)
		return 0;
	found = store_ledger_row(t->store, t->mailbox->name, t->uidvalidity, item->uid, &row, &moved, e);
	if (found < 0)
		return -1;
	if (found == 0) {
		if (item->uid >= r->cursor->next_uid || passing_over(t->mailbox, r->cursor, item))
			return 0;
		differs(r, DIFFERENCE_MISSED, item->uid, 0);
		return store_cursor_look_again(t->store, t->mailbox->name, item->uid, e);
	}
	if (moved && t->mailbox->after == AFTER_FLAG)
		return 0;
	differs(r, moved ? DIFFERENCE_BACK : DIFFERENCE_UNMOVED, item->uid, row.id);
	if (moved)
		r->back[r->n_back++] = row;
	return 0;
}

/* Rows of first to last that are not marked moved and whose message is not there. They are marked with the others: a
 * command about what is gone does nothing. */
static int
rows_compare(struct reconcile *r, uint32_t first, uint32_t last, struct err *e)
{
	const struct tidy *t = r->tidy;
	struct store_range range = { t->uidvalidity, first, last };
	struct store_move *rows;
	size_t n, at = 0;

	do {
		arena_reset(t->scratch);
		if (store_ledger_unmoved(t->store, t->mailbox->name, &range, TIDY_MOST, t->scratch, &rows, &n, e) < 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			while (at < r->n_items && r->items[at].uid < rows[i].uid)
				at++;
			if (at == r->n_items || r->items[at].uid != rows[i].uid)
				differs(r, DIFFERENCE_GONE, rows[i].uid, rows[i].id);
		}
		if (n > 0) {
			if (tidy_messages(t, rows, n, e) < 0)
				return -1;
			range.first = rows[n - 1].uid + 1;
		}
	} while (n == TIDY_MOST && range.first != 0);
	return 0;
}

int
reconcile_run(const struct tidy *t, const struct store_cursor *cursor, reconcile_teller *tell, void *context, size_t *n,
    struct err *e)
{
	static struct reconcile r;
	uint32_t first = 1, last;

	r = (struct reconcile){ .tidy = t, .cursor = cursor, .tell = tell, .context = context };
	do {
		if (session_list(t->session, first, r.items, SESSION_PAGE, &r.n_items, e) < 0)
			return -1;
		last = r.n_items ? r.items[r.n_items - 1].uid : UINT32_MAX;
		r.n_back = 0;
		for (size_t i = 0; i < r.n_items; i++)
			if (item_compare(&r, &r.items[i], e) < 0)
				return -1;
		if (rows_compare(&r, first, last, e) < 0 || tidy_messages(t, r.back, r.n_back, e) < 0)
			return -1;
		first = last + 1;
	} while (last != UINT32_MAX);
	*n = r.differences;
	return 0;
}
