/* SPDX-License-Identifier: ISC
 * tidy.h: what is done on the server with messages that are decided.
 */
#ifndef CASEMAIL_DAEMON_TIDY_H
#define CASEMAIL_DAEMON_TIDY_H

#include "mailbox/session.h"
#include "store/store_mail.h"

#define TIDY_MOST 500 /* messages of one step */

/* Everything is borrowed; scratch is reset. */
struct tidy {
	const struct mailbox_settings *mailbox;
	struct session *session;
	struct store *store;
	struct arena *scratch;
	uint32_t uidvalidity;
};

/* Moves, flags or deletes (settings: after) n (<= TIDY_MOST, ascending UIDs) messages on the server, then marks them
 * moved in the ledger. It may be repeated: what is gone is passed over. -1: some may be done and not marked. */
int tidy_messages(const struct tidy *t, const struct store_move *moves, size_t n, struct err *e);
/* Likewise all that the ledger holds and that is not marked yet. */
int tidy_decided(const struct tidy *t, struct err *e);

#endif
