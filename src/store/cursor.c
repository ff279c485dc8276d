/* SPDX-License-Identifier: ISC
 * cursor.c: how far each mailbox was served. UIDs only grow, so what lies below the cursor need not be listed again; a
 * change of UIDVALIDITY starts it anew, and the content keys of the ledger tell what is known.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_mail.h"

static int
cursor_load(struct store *s, struct str mailbox, struct store_cursor *out, struct err *e)
{
	struct query q;
	int rc;

	*out = (struct store_cursor){ 0 };
	QUERY(&q, s, "SELECT started_at, uidvalidity, old_below, next_uid FROM mailbox_state WHERE mailbox = ?",
	    TEXT(mailbox));
	rc = query_step(&q, e);
	if (rc == 1) {
		out->started_at = column_number(&q, 0);
		out->uidvalidity = (uint32_t)column_number(&q, 1);
		out->old_below = (uint32_t)column_number(&q, 2);
		out->next_uid = (uint32_t)column_number(&q, 3);
	}
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

int
store_cursor_begin(struct store *s, struct str mailbox, uint32_t uidvalidity, uint32_t uidnext, int64_t now,
    struct store_cursor *out, struct err *e)
{
	if (cursor_load(s, mailbox, out, e))
		return -1;
	if (out->started_at && out->uidvalidity == uidvalidity)
		return 0;
	out->old_below = out->started_at ? 0 : uidnext;
	out->started_at = out->started_at ? out->started_at : now;
	out->uidvalidity = uidvalidity;
	out->next_uid = 1;
	return RUN(s, NULL, e,
	    "INSERT INTO mailbox_state (mailbox, started_at, uidvalidity, old_below, next_uid)"
	    " VALUES (?1, ?2, ?3, ?4, 1) ON CONFLICT (mailbox)"
	    " DO UPDATE SET started_at = ?2, uidvalidity = ?3, old_below = ?4, next_uid = 1",
	    TEXT(mailbox), NUMBER(out->started_at), NUMBER(uidvalidity), NUMBER(out->old_below));
}
