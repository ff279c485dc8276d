/* SPDX-License-Identifier: ISC
 * session.c: the policy above single IMAP commands: folders, pages, moving, waiting. Fetching is
 * in fetch.c.
 *
 * Listing goes by windows of UIDs no wider than the page, so that an answer is never larger than
 * the page; a gap is crossed by bisecting message numbers, one small FETCH each (at most 32), and
 * not by asking for a range nobody knows the size of.
 */
#include "config.h"

#include "mailbox/session.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "mailbox/command.h"
#include "mailbox/fetch.h"
#include "mailbox/folder.h"
#include "mailbox/idle.h"
#include "mailbox/imap.h"

#define ITEM_BYTES 512 /* one FETCH response of a listing */

_Static_assert(SESSION_PAGE <= COMMAND_UIDS && SESSION_PAGE <= FETCH_MAX, "a page fits into one command");

struct session {
	const struct mailbox_settings *settings;
	const struct limits *limits;
	struct imap *imap; /* owned */
	char prefix[FOLDER_MAX];
	char delimiter;
	uint32_t suspect;
	/* of the listing under way */
	struct session_item *items;
	size_t n, max;
	uint32_t from, to;
	uint32_t found_uid;
};

/* --- opening ---------------------------------------------------------- */

static int
wire_name(const struct session *s, struct str folder, char out[FOLDER_MAX], struct err *e)
{
	return folder_name(folder, str_of(s->prefix), s->delimiter, out, e);
}

static int
folder_provide(struct session *s, struct str folder, struct err *e)
{
	char name[FOLDER_MAX];
	bool exists = false;

	if (wire_name(s, folder, name, e) != 0 || command_exists(s->imap, name, &exists, e) == IMAP_DEAD)
		return -1;
	if (exists || command_create(s->imap, name, e) == IMAP_OK)
		return 0;
	if (str_equal_nocase(imap_code(s->imap), STR("ALREADYEXISTS")))
		return 0;
	return err_prefix(e, "folder %.*s: ", STR_ARGS(folder));
}

/* Where folders live: NAMESPACE says it, or else LIST tells the delimiter. */
static int
places_learn(struct session *s, struct err *e)
{
	enum imap_result r;

	if (imap_status(s->imap)->namespaces) {
		r = imap_namespace(s->imap, &s->delimiter, s->prefix, sizeof(s->prefix), e);
		if (r == IMAP_DEAD || (r == IMAP_OK && s->delimiter != '\0'))
			return r == IMAP_DEAD ? -1 : 0;
	}
	return command_delimiter(s->imap, &s->delimiter, e) == IMAP_OK ? 0 : -1;
}

static int
folders_open(struct session *s, struct err *e)
{
	const struct mailbox_settings *set = s->settings;
	const struct str provided[] = { set->refused, set->held, set->quarantine, set->processed };
	size_t wanted = set->after == AFTER_MOVE ? 4 : set->after == AFTER_DELETE ? 3 : 0;
	char name[FOLDER_MAX];

	if (imap_status(s->imap)->id && command_id(s->imap, e) == IMAP_DEAD)
		return -1;
	if (places_learn(s, e) != 0)
		return -1;
	for (size_t i = 0; i < wanted; i++)
		if (folder_provide(s, provided[i], e) != 0)
			return -1;
	if (wire_name(s, set->folder, name, e) != 0)
		return -1;
	if (imap_select(s->imap, name, e) != IMAP_OK)
		return err_prefix(e, "folder %.*s: ", STR_ARGS(set->folder));
	if (!imap_status(s->imap)->writable)
		return err_set(e, ERR_RETRY, "folder %.*s is read-only", STR_ARGS(set->folder));
	if (imap_status(s->imap)->uidvalidity == 0)
		return err_set(e, ERR_RETRY, "folder %.*s has no UIDVALIDITY", STR_ARGS(set->folder));
	if (set->after == AFTER_FLAG && !imap_status(s->imap)->keywords)
		return err_set(e, ERR_RETRY,
		    "folder %.*s keeps no keywords, so after = \"flag\" can not be done: write after = \"move\" or "
		    "\"delete\"",
		    STR_ARGS(set->folder));
	return 0;
}

enum mailbox_trouble
session_trouble(const struct session *s)
{
	return imap_alive(s->imap) ? MAILBOX_TROUBLE_SERVER : MAILBOX_TROUBLE_CONNECTION;
}

int
session_open(const struct mailbox_settings *settings, const struct limits *limits, struct session **out,
    enum mailbox_trouble *trouble, struct err *e)
{
	struct transport *t;
	struct session *s;

	*out = NULL;
	if (transport_open(&settings->server, &t, trouble, e) != 0)
		return -1;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	s->settings = settings;
	s->limits = limits;
	s->imap = imap_open(&t, settings->server.timeout_seconds * 1000LL, e);
	if (s->imap == NULL || folders_open(s, e) != 0) {
		*trouble = s->imap == NULL ? MAILBOX_TROUBLE_CONNECTION : session_trouble(s);
		session_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void
session_close(struct session **out)
{
	struct session *s = *out;

	*out = NULL;
	if (s == NULL)
		return;
	imap_close(&s->imap);
	free(s);
}

struct session_state
session_state(const struct session *s)
{
	const struct imap_status *i = imap_status(s->imap);

	return (struct session_state){ .uidvalidity = i->uidvalidity,
		.uidnext = i->uidnext,
		.exists = i->exists,
		.idle = i->idle,
		.move = i->move,
		.uidplus = i->uidplus,
		.condstore = i->condstore };
}

/* --- listing ---------------------------------------------------------- */

static int
item_order(const void *a, const void *b)
{
	uint32_t x = ((const struct session_item *)a)->uid, y = ((const struct session_item *)b)->uid;

	return x < y ? -1 : x > y;
}

/* What a server adds unasked (other UIDs, flag changes without size) is left out. */
static void
on_listed(void *context, const struct imap_item *item)
{
	struct session *s = context;

	if (!item->has_size || item->uid < s->from || item->uid > s->to || s->n >= s->max)
		return;
	s->items[s->n++] = (struct session_item){ .uid = item->uid,
		.size = item->size,
		.internal_date_ms = item->internal_date_ms,
		.flags = item->flags,
		.header_only = item->size > s->limits->message_bytes };
}

static void
on_uid(void *context, const struct imap_item *item)
{
	struct session *s = context;

	if (item->uid != 0)
		s->found_uid = item->uid;
}

/* The UID of message number i, or 0 when there is none. */
static int
uid_of_number(struct session *s, uint32_t i, uint32_t *uid, struct err *e)
{
	enum imap_result r;

	s->found_uid = 0;
	r = command_uid(s->imap, i, on_uid, s, e);
	*uid = s->found_uid;
	return r == IMAP_DEAD ? -1 : 0;
}

/* The lowest UID >= from, or 0. Message numbers do not change during FETCH (RFC 3501 section 7.4.1). */
static int
uid_at_least(struct session *s, uint32_t from, uint32_t *uid, struct err *e)
{
	uint32_t low = 1, high = imap_status(s->imap)->exists, middle, found, best = 0;

	while (low <= high && high > 0) {
		middle = low + (high - low) / 2;
		if (uid_of_number(s, middle, &found, e) != 0)
			return -1;
		if (found >= from) {
			best = found;
			high = middle - 1;
		} else {
			low = middle + 1;
		}
	}
	*uid = best;
	return 0;
}

static int
window(struct session *s, uint32_t from, struct err *e)
{
	s->n = 0;
	s->from = from;
	s->to = from > UINT32_MAX - (uint32_t)(s->max - 1) ? UINT32_MAX : from + (uint32_t)(s->max - 1);
	imap_allow(s->imap, s->max * ITEM_BYTES, 0);
	return command_list(s->imap, s->from, s->to, on_listed, s, e) == IMAP_OK ? 0 : -1;
}

int
session_list(struct session *s, uint32_t from, struct session_item *items, size_t max, size_t *n, struct err *e)
{
	uint32_t next;

	s->items = items;
	s->max = max < 1 ? 1 : max > SESSION_PAGE ? SESSION_PAGE : max;
	s->n = 0;
	if (!imap_status(s->imap)->news && command_noop(s->imap, e) != IMAP_OK)
		return -1; /* without it a server may keep what arrived from our view */
	imap_status(s->imap)->news = false;
	if (from == 0)
		from = 1;
	if (imap_status(s->imap)->exists > 0) {
		if (window(s, from, e) != 0)
			return -1;
		if (s->n == 0 && (uid_at_least(s, from, &next, e) != 0 || (next > 0 && window(s, next, e) != 0)))
			return -1;
	}
	qsort(items, s->n, sizeof(*items), item_order);
	*n = s->n;
	return 0;
}

/* --- fetching --------------------------------------------------------- */

int
session_fetch(
    struct session *s, const struct session_item *items, size_t n, session_taker *take, void *context, struct err *e)
{
	if (n > SESSION_PAGE)
		return err_set(e, ERR_FATAL, "more than %d messages in one fetch", SESSION_PAGE);
	return fetch_run(s->imap, s->limits, items, n, take, context, &s->suspect, e);
}

uint32_t
session_suspect(const struct session *s)
{
	return s->suspect;
}

/* --- moving ----------------------------------------------------------- */

int
session_delete(struct session *s, const uint32_t *uids, size_t n, struct err *e)
{
	bool others;

	if (n == 0)
		return 0;
	if (n > SESSION_PAGE)
		return err_set(e, ERR_FATAL, "more than %d messages deleted at once", SESSION_PAGE);
	if (command_mark_deleted(s->imap, uids, n, e) != IMAP_OK)
		return -1;
	if (imap_status(s->imap)->uidplus)
		return command_expunge_uids(s->imap, uids, n, e) == IMAP_OK ? 0 : -1;
	if (command_others_deleted(s->imap, uids, n, &others, e) != IMAP_OK)
		return -1;
	return others || command_expunge(s->imap, e) == IMAP_OK ? 0 : -1;
}

int
session_flag(struct session *s, const uint32_t *uids, size_t n, struct err *e)
{
	if (n > SESSION_PAGE)
		return err_set(e, ERR_FATAL, "more than %d messages flagged at once", SESSION_PAGE);
	return n == 0 || command_mark(s->imap, uids, n, s->settings->keyword, e) == IMAP_OK ? 0 : -1;
}

int
session_move(struct session *s, const uint32_t *uids, size_t n, struct str folder, struct err *e)
{
	char name[FOLDER_MAX];

	if (n == 0)
		return 0;
	if (n > SESSION_PAGE)
		return err_set(e, ERR_FATAL, "more than %d messages in one move", SESSION_PAGE);
	if (wire_name(s, folder, name, e) != 0)
		return -1;
	if (!imap_status(s->imap)->move)
		return command_copy(s->imap, uids, n, name, e) == IMAP_OK ? session_delete(s, uids, n, e) : -1;
	return command_move(s->imap, uids, n, name, e) == IMAP_OK ? 0 : -1;
}

/* --- waiting ---------------------------------------------------------- */

static int
idle_turn(struct session *s, int wake_fd, int64_t ms, enum session_event *event, struct err *e)
{
	bool woken;
	enum imap_result r = idle_once(s->imap, wake_fd, ms, &woken, e);

	if (r == IMAP_NO)
		imap_status(s->imap)->idle = false;
	*event = imap_status(s->imap)->news ? SESSION_MAIL : woken ? SESSION_WOKEN : SESSION_TIMEOUT;
	return r == IMAP_DEAD ? -1 : 0;
}

/* Without IDLE: waits for the wake_fd (or a server that speaks up, or hangs up), then asks. */
static int
poll_turn(struct session *s, int wake_fd, int64_t ms, enum session_event *event, struct err *e)
{
	*event = SESSION_WOKEN;
	if (imap_wait(s->imap, wake_fd, ms) == TRANSPORT_WOKEN)
		return 0;
	if (command_noop(s->imap, e) != IMAP_OK)
		return -1;
	*event = imap_status(s->imap)->news ? SESSION_MAIL : SESSION_TIMEOUT;
	return 0;
}

static bool
is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

int
session_wait(struct session *s, int wake_fd, int64_t timeout_ms, enum session_event *event, struct err *e)
{
	int64_t end = clock_monotonic() + timeout_ms;

	for (;;) {
		bool idle = imap_status(s->imap)->idle;
		int64_t turn = (idle ? s->settings->idle_seconds : s->settings->poll_seconds) * 1000LL;
		int64_t left = end - clock_monotonic();

		*event = imap_status(s->imap)->news ? SESSION_MAIL
			 : is_readable(wake_fd)     ? SESSION_WOKEN
						    : SESSION_TIMEOUT;
		if (*event != SESSION_TIMEOUT || left <= 0)
			return 0;
		if (turn > 0 && left > turn)
			left = turn;
		if ((idle ? idle_turn : poll_turn)(s, wake_fd, left, event, e) != 0)
			return -1;
		if (*event != SESSION_TIMEOUT)
			return 0;
	}
}
