/* SPDX-License-Identifier: ISC
 * names.c: how states and kinds are written in the database. They are part of the schema: a name once written is never
 * changed here, whatever a person is shown elsewhere.
 */
#include "config.h"

#include "store/internal.h"

#include "store/store_outbox.h"

struct name_set {
	const char *what;
	int n;
	const char *const *names;
};

#define SET(what, ...)                                                                                                 \
	{                                                                                                              \
		what, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), (const char *const[])             \
		{                                                                                                      \
			__VA_ARGS__                                                                                    \
		}                                                                                                      \
	}

static const struct name_set sets[] = {
	[NAMES_LEVEL] = SET("access level", "none", "basic", "read-only", "read-write"),
	[NAMES_LINE_STATE] = SET("line state", "pending", "approved", "denied", "expired", "cancelled"),
	[NAMES_TOKEN_KIND] = SET("token kind", "none", "case", "approval", "confirmation"),
	[NAMES_TOKEN_STATE] = SET("token state", "valid", "used", "void", "expired", "superseded"),
	[NAMES_OUTCOME] = SET("outcome", "none", "appended", "posted", "decided", "already-decided", "asked-again",
	    "confirmation-asked", "refused", "machine", "duplicate", "held", "quarantined", "dropped"),
	[NAMES_NOTICE] = SET("notice kind", "case-opened", "update", "info-requested", "status-changed",
	    "solution-proposed", "case-closed", "customer-replied", "reply-refused", "access-request", "ask-again",
	    "confirm", "already-decided", "decision-receipt", "decision-requester", "access-granted", "access-denied",
	    "access-expired", "reminder", "escalation", "security", "closure-requested", "reopen-requested"),
	[NAMES_WAY] = SET("way", "mail", "casectl", "system"),
	[NAMES_VISIBILITY] = SET("visibility", "public", "internal"),
	[NAMES_LETTER_STATE] = SET("letter state", "queued", "claimed", "sent", "unknown", "failed", "cancelled"),
	[NAMES_KIND] = SET(
	    "kind", "person", "auto-reply", "bounce", "delay", "report", "complaint", "calendar", "reaction", "own"),
	[NAMES_AUTHENTICATION] = SET("authentication", "fail", "none", "weak", "pass"),
};

const char *
name_of(enum names set, int value)
{
	return value >= 0 && value < sets[set].n ? sets[set].names[value] : "?";
}

int
name_column(struct query *q, int i, enum names set, int *out, struct err *e)
{
	struct str s = str_of((const char *)sqlite3_column_text(q->st->handle, i));

	for (int v = 0; v < sets[set].n; v++)
		if (str_equal(s, str_of(sets[set].names[v]))) {
			*out = v;
			return 0;
		}
	return err_set(e, ERR_FATAL, "store: unknown %s \"%.*s\" in the database", sets[set].what, STR_ARGS(s));
}

const char *
letter_state_name(enum letter_state s)
{
	return name_of(NAMES_LETTER_STATE, (int)s);
}
