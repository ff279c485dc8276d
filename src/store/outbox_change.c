/* SPDX-License-Identifier: ISC
 * outbox_change.c: what an operator does with a letter: try it now, hold, release or cancel it.
 *
 * The state is read and written in one transaction that began as a writer, and a sender claims in one of its own, so
 * that a letter is either changed or claimed: whoever comes second sees what the first did, and is refused.
 */
#include "config.h"

#include "store/internal.h"
#include "store/outbox_row.h"

#define MAY(state) (1U << (state))

static const struct {
	unsigned from;
	enum letter_state to;
	bool is_due;
	const char *allowed; /* for the refusal */
} changes[] = {
	[LETTER_RETRY] = { MAY(LETTER_QUEUED) | MAY(LETTER_FAILED) | MAY(LETTER_UNKNOWN), LETTER_QUEUED, true,
	    "queued, failed or unknown can be tried again" },
	[LETTER_HOLD] = { MAY(LETTER_QUEUED), LETTER_HELD, false, "queued can be held" },
	[LETTER_RELEASE] = { MAY(LETTER_HELD), LETTER_QUEUED, true, "held can be released" },
	[LETTER_CANCEL] = { MAY(LETTER_QUEUED) | MAY(LETTER_HELD) | MAY(LETTER_FAILED) | MAY(LETTER_UNKNOWN),
	    LETTER_CANCELLED, false, "queued, held, failed or unknown can be cancelled" },
};

int
store_outbox_change(struct store *s, int64_t id, enum letter_change change, int64_t now, struct arena *a,
    enum letter_state *after, struct err *e)
{
	struct store_queued v;

	if (outbox_load(s, id, a, &v, e))
		return -1;
	if (v.state == LETTER_CLAIMED)
		return err_set(e, ERR_REJECT,
		    "letter %lld is claimed: it is being sent right now; try again when that is over", (long long)id);
	if (!(changes[change].from & MAY(v.state)))
		return err_set(e, ERR_REJECT, "letter %lld is %s; only one that is %s", (long long)id,
		    letter_state_name(v.state), changes[change].allowed);
	*after = changes[change].to;
	if (RUN(s, NULL, e, "UPDATE outbox SET state = ?, next_at = ? WHERE id = ?",
		Z(name_of(NAMES_LETTER_STATE, (int)*after)), ID(changes[change].is_due ? now : 0), NUMBER(id)))
		return -1;
	return *after == LETTER_CANCELLED ? outbox_scrub(s, id, a, e) : 0;
}
