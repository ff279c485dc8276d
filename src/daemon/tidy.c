/* SPDX-License-Identifier: ISC
 * tidy.c: from the ledger's outcome to a command on the server. The ledger is marked after the server has done it, so
 * that death in between repeats the command and nothing else. Deleted is only what the database holds whole.
 */
#include "config.h"

#include "daemon/tidy.h"

#include "base/clock.h"
#include "base/fault.h"

enum tidy_how { TIDY_FOLDER, TIDY_FLAG, TIDY_DELETE };

static struct str
tidy_folder(const struct mailbox_settings *m, enum outcome o)
{
	switch (o) {
	case OUTCOME_REFUSED:
		return m->refused;
	case OUTCOME_HELD:
		return m->held;
	case OUTCOME_QUARANTINED:
		return m->quarantine;
	default:
		return m->processed;
	}
}

static enum tidy_how
tidy_how(const struct mailbox_settings *m, enum outcome o)
{
	if (m->after == AFTER_FLAG)
		return TIDY_FLAG;
	if (m->after == AFTER_MOVE || o == OUTCOME_REFUSED || o == OUTCOME_HELD || o == OUTCOME_QUARANTINED)
		return TIDY_FOLDER;
	return TIDY_DELETE;
}

static int
tidy_mark(const struct tidy *t, const int64_t *ids, size_t n, struct err *e)
{
	int ok;

	if (store_begin(t->store, e) < 0)
		return -1;
	ok = store_ledger_moved(t->store, ids, n, clock_now(), e);
	if (ok == 0)
		ok = store_commit(t->store, e);
	if (ok < 0)
		store_rollback(t->store);
	return ok;
}

/* Those of moves that go the same way as the one at first. */
static int
tidy_alike(const struct tidy *t, const struct store_move *moves, size_t first, size_t n, bool *done, struct err *e)
{
	enum tidy_how how = tidy_how(t->mailbox, moves[first].outcome);
	struct str folder = tidy_folder(t->mailbox, moves[first].outcome);
	uint32_t uids[TIDY_MOST];
	int64_t ids[TIDY_MOST];
	size_t k = 0;
	int ok;

	for (size_t i = first; i < n; i++) {
		if (tidy_how(t->mailbox, moves[i].outcome) != how ||
		    (how == TIDY_FOLDER && !str_equal(tidy_folder(t->mailbox, moves[i].outcome), folder)))
			continue;
		done[i] = true;
		uids[k] = moves[i].uid;
		ids[k++] = moves[i].id;
	}
	if (how == TIDY_FLAG)
		ok = session_flag(t->session, uids, k, e);
	else if (how == TIDY_DELETE)
		ok = session_delete(t->session, uids, k, e);
	else
		ok = session_move(t->session, uids, k, folder, e);
	if (ok < 0)
		return -1;
	fault_point("after-move");
	return tidy_mark(t, ids, k, e);
}

int
tidy_messages(const struct tidy *t, const struct store_move *moves, size_t n, struct err *e)
{
	bool done[TIDY_MOST] = { false };

	if (n > TIDY_MOST)
		return err_set(e, ERR_FATAL, "more than %d messages to be moved at once", TIDY_MOST);
	for (size_t i = 0; i < n; i++)
		if (!done[i] && tidy_alike(t, moves, i, n, done, e) < 0)
			return -1;
	return 0;
}

int
tidy_decided(const struct tidy *t, struct err *e)
{
	const struct store_range all = { t->uidvalidity, 1, UINT32_MAX };
	struct store_move *moves;
	size_t n;

	do {
		arena_reset(t->scratch);
		if (store_ledger_unmoved(t->store, t->mailbox->name, &all, TIDY_MOST, t->scratch, &moves, &n, e) < 0 ||
		    tidy_messages(t, moves, n, e) < 0)
			return -1;
	} while (n == TIDY_MOST);
	return 0;
}
