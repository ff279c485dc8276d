/* SPDX-License-Identifier: ISC
 * passing.h: which messages of a folder are left alone.
 */
#ifndef CASEMAIL_DAEMON_PASSING_H
#define CASEMAIL_DAEMON_PASSING_H

#include "mailbox/session.h"
#include "store/store_mail.h"

/* Whether it was there at the first start, and the setting first_run leaves such alone. */
static inline bool
passing_over(const struct mailbox_settings *m, const struct store_cursor *c, const struct session_item *item)
{
	bool is_old = c->old_below ? item->uid < c->old_below : item->internal_date_ms < c->started_at;

	if (!is_old || m->first_run == FIRST_RUN_ALL)
		return false;
	return m->first_run == FIRST_RUN_NEW || (item->flags & SESSION_SEEN);
}

#endif
