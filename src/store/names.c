/* SPDX-License-Identifier: ISC
 * names.c: how states and kinds are written in the database. They are part of the schema: a name once written is never
 * changed here, whatever a person is shown elsewhere.
 */
#include "config.h"

#include "store/internal.h"

#include "rules/health.h"
#include "store/store_outbox.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const levels[] = { "none", "basic", "read-only", "read-write" };
static const char *const line_states[] = { "pending", "approved", "denied", "expired", "cancelled" };
static const char *const token_kinds[] = { "none", "case", "approval", "confirmation", "address" };
static const char *const token_states[] = { "valid", "used", "void", "expired", "superseded" };
static const char *const outcomes[] = { "none", "appended", "posted", "decided", "already-decided", "asked-again",
	"confirmation-asked", "refused", "machine", "duplicate", "held", "quarantined", "dropped" };
static const char *const notices[] = { "case-opened", "update", "info-requested", "status-changed", "solution-proposed",
	"case-closed", "customer-replied", "reply-refused", "access-request", "ask-again", "confirm", "already-decided",
	"decision-receipt", "decision-requester", "access-granted", "access-denied", "access-expired", "reminder",
	"escalation", "security", "closure-requested", "reopen-requested", "case-merged", "case-escalated",
	"case-transcript", "address-verify", "alarm", "messages-kept", "reply-incomplete" };
static const char *const ways[] = { "mail", "casectl", "system" };
static const char *const visibilities[] = { "public", "internal" };
static const char *const letter_states[] = { "queued", "held", "claimed", "sent", "unknown", "failed", "cancelled" };
static const char *const kinds[] = { "person", "auto-reply", "bounce", "delay", "report", "complaint", "calendar",
	"reaction", "own" };
static const char *const authentications[] = { "fail", "none", "weak", "pass" };
static const char *const healths[] = { "ok", "warning", "critical", "unknown" };

/* Who adds a value adds its name here. */
_Static_assert(COUNT(levels) == ACCESS_LEVELS, "a name for each access level");
_Static_assert(COUNT(line_states) == LINE_CANCELLED + 1, "a name for each line state");
_Static_assert(COUNT(token_kinds) == TOKEN_OF_ADDRESS + 1, "a name for each token kind");
_Static_assert(COUNT(token_states) == TOKEN_SUPERSEDED + 1, "a name for each token state");
_Static_assert(COUNT(outcomes) == OUTCOME_COUNT, "a name for each outcome");
_Static_assert(COUNT(notices) == NOTICE_COUNT, "a name for each notice");
_Static_assert(COUNT(ways) == WAY_SYSTEM + 1, "a name for each way");
_Static_assert(COUNT(letter_states) == LETTER_STATES, "a name for each letter state");
_Static_assert(COUNT(kinds) == KIND_COUNT, "a name for each kind");
_Static_assert(COUNT(healths) == HEALTH_UNKNOWN + 1, "a name for each state of health");
_Static_assert(COUNT(authentications) == AUTH_PASS + 1, "a name for each authentication level");

static const struct {
	const char *what;
	const char *const *names;
	int n;
} sets[] = {
	[NAMES_LEVEL] = { "access level", levels, COUNT(levels) },
	[NAMES_LINE_STATE] = { "line state", line_states, COUNT(line_states) },
	[NAMES_TOKEN_KIND] = { "token kind", token_kinds, COUNT(token_kinds) },
	[NAMES_TOKEN_STATE] = { "token state", token_states, COUNT(token_states) },
	[NAMES_OUTCOME] = { "outcome", outcomes, COUNT(outcomes) },
	[NAMES_NOTICE] = { "notice kind", notices, COUNT(notices) },
	[NAMES_WAY] = { "way", ways, COUNT(ways) },
	[NAMES_VISIBILITY] = { "visibility", visibilities, COUNT(visibilities) },
	[NAMES_LETTER_STATE] = { "letter state", letter_states, COUNT(letter_states) },
	[NAMES_KIND] = { "kind", kinds, COUNT(kinds) },
	[NAMES_AUTHENTICATION] = { "authentication", authentications, COUNT(authentications) },
	[NAMES_HEALTH] = { "state of health", healths, COUNT(healths) },
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
