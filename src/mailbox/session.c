/* SPDX-License-Identifier: ISC
 * session.c: the policy above single IMAP commands: pages, batches, fallbacks, waiting.
 *
 * Listing goes by windows of UIDs no wider than the page, so that an answer is never larger than
 * the page; a gap is crossed by bisecting message numbers, one small FETCH each (at most 32), and
 * not by asking for a range nobody knows the size of. Fetching splits into commands of a few
 * megabytes, so that a taker who stops waits for little.
 */
#include "config.h"

#include "mailbox/session.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "mailbox/folder.h"
#include "mailbox/imap.h"

#define LINE_MAX_BYTES 65536      /* one response without its literals */
#define SEARCH_LINE_BYTES 8388608 /* one SEARCH response: a number for each deleted message */
#define TALK_BYTES 1048576        /* what a server may tell us beside what we asked for */
#define ITEM_BYTES 1024           /* one FETCH response without its literal */
#define COMMAND_BYTES 4194304     /* messages fetched by one command, together, by their RFC822.SIZE */
#define SLOWEST_BYTES_PER_SECOND 32768

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
	/* of the fetch under way */
	const struct session_item *wanted;
	bool given[SESSION_PAGE];
	size_t n_wanted;
	bool header_only, stopped;
	session_taker *take;
	void *context;
};

static void
allow(struct session *s, uint64_t bytes, size_t line, size_t literal)
{
	int64_t ms = s->settings->server.timeout_seconds * 1000LL;

	ms += (int64_t)(bytes * 1000 / SLOWEST_BYTES_PER_SECOND);
	transport_begin(imap_transport(s->imap), ms, bytes + TALK_BYTES, line, literal);
}

static void
allow_talk(struct session *s)
{
	allow(s, 0, LINE_MAX_BYTES, LINE_MAX_BYTES);
}

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

	if (wire_name(s, folder, name, e) != 0)
		return -1;
	allow_talk(s);
	if (imap_exists(s->imap, name, &exists, e) != IMAP_OK)
		return -1;
	if (exists)
		return 0;
	allow_talk(s);
	if (imap_create(s->imap, name, e) != IMAP_OK)
		return err_prefix(e, "folder %.*s: ", STR_ARGS(folder));
	return 0;
}

static int
folders_open(struct session *s, struct err *e)
{
	const struct mailbox_settings *set = s->settings;
	const struct str provided[] = { set->processed, set->refused, set->held, set->quarantine };
	char name[FOLDER_MAX];

	allow_talk(s);
	if (imap_namespace(s->imap, &s->delimiter, s->prefix, sizeof(s->prefix), e) != IMAP_OK)
		return -1;
	for (size_t i = 0; i < sizeof(provided) / sizeof(provided[0]); i++)
		if (folder_provide(s, provided[i], e) != 0)
			return -1;
	if (wire_name(s, set->folder, name, e) != 0)
		return -1;
	allow_talk(s);
	if (imap_select(s->imap, name, e) != IMAP_OK)
		return err_prefix(e, "folder %.*s: ", STR_ARGS(set->folder));
	if (!imap_status(s->imap)->writable)
		return err_set(e, ERR_RETRY, "folder %.*s is read-only", STR_ARGS(set->folder));
	if (imap_status(s->imap)->uidvalidity == 0)
		return err_set(e, ERR_RETRY, "folder %.*s has no UIDVALIDITY", STR_ARGS(set->folder));
	return 0;
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
	transport_begin(t, settings->server.timeout_seconds * 1000LL, TALK_BYTES, LINE_MAX_BYTES, LINE_MAX_BYTES);
	s->imap = imap_open(&t, e);
	if (s->imap == NULL || folders_open(s, e) != 0) {
		bool alive = s->imap != NULL && transport_alive(imap_transport(s->imap));

		*trouble = alive ? MAILBOX_TROUBLE_SERVER : MAILBOX_TROUBLE_CONNECTION;
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

/* The UID of message number i (0: the last), or 0 when there is none. */
static int
uid_of_number(struct session *s, uint32_t i, uint32_t *uid, struct err *e)
{
	enum imap_result r;

	s->found_uid = 0;
	allow_talk(s);
	r = imap_fetch_range(s->imap, false, i, i, IMAP_UID_ONLY, on_uid, s, e);
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
	enum imap_result r;

	s->n = 0;
	s->from = from;
	s->to = from > UINT32_MAX - (uint32_t)(s->max - 1) ? UINT32_MAX : from + (uint32_t)(s->max - 1);
	allow(s, s->max * ITEM_BYTES, LINE_MAX_BYTES, LINE_MAX_BYTES);
	r = imap_fetch_range(s->imap, true, s->from, s->to, IMAP_LISTING, on_listed, s, e);
	return r == IMAP_OK ? 0 : -1;
}

int
session_list(struct session *s, uint32_t from, struct session_item *items, size_t max, size_t *n, struct err *e)
{
	uint32_t next;

	s->items = items;
	s->max = max < 1 ? 1 : max > SESSION_PAGE ? SESSION_PAGE : max;
	s->n = 0;
	if (!imap_status(s->imap)->news) {
		allow_talk(s);
		if (imap_noop(s->imap, e) != IMAP_OK)
			return -1;
	}
	imap_status_seen(s->imap);
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

static void
on_message(void *context, const struct imap_item *item)
{
	struct session *s = context;
	struct session_item key = { .uid = item->uid };
	const struct session_item *found;
	struct session_message message;

	if (!item->has_body)
		return;
	found = bsearch(&key, s->wanted, s->n_wanted, sizeof(key), item_order);
	if (found == NULL || s->given[found - s->wanted])
		return;
	s->given[found - s->wanted] = true;
	if (s->stopped)
		return;
	message = (struct session_message){
		.item = found, .part = s->header_only ? SESSION_HEADER : SESSION_WHOLE, .raw = item->body
	};
	s->stopped = !s->take(s->context, &message);
}

/* One command for items first to first + n - 1 of the wanted, which are all of one kind. */
static enum imap_result
fetch_command(struct session *s, size_t first, size_t n, bool header_only, struct err *e)
{
	size_t literal =
	    header_only ? s->limits->header_bytes + 1 : s->limits->message_bytes + s->limits->message_bytes / 4;
	uint64_t bytes = 0;
	uint32_t uids[SESSION_PAGE];
	enum imap_result r;

	for (size_t i = 0; i < n; i++) {
		const struct session_item *item = &s->wanted[first + i];

		uids[i] = item->uid;
		bytes += ITEM_BYTES + (header_only ? literal : item->size + item->size / 4 + 4096ULL);
	}
	s->header_only = header_only;
	allow(s, bytes, LINE_MAX_BYTES, literal);
	r = imap_fetch_uids(
	    s->imap, uids, n, header_only ? IMAP_HEADER : IMAP_MESSAGE, (uint32_t)(literal - 1), on_message, s, e);
	for (size_t i = n; r == IMAP_DEAD && i-- > 0;)
		if (!s->given[first + i])
			s->suspect = uids[i];
	return r;
}

/* The server said NO to a batch. Some servers do so because a message vanished, others because
 * they cannot give one of them: each that is still there is asked for by itself. */
static int
fetch_singly(struct session *s, size_t first, size_t n, struct err *e)
{
	for (size_t i = first; i < first + n && !s->stopped; i++) {
		struct session_message none = { .item = &s->wanted[i], .part = SESSION_UNREADABLE };
		bool header_only = s->wanted[i].header_only;
		enum imap_result r;

		if (s->given[i])
			continue;
		r = fetch_command(s, i, 1, header_only, e);
		if (r == IMAP_NO && str_equal_nocase(imap_code(s->imap), STR("EXPUNGEISSUED")))
			continue;
		if (r == IMAP_NO && !header_only)
			r = fetch_command(s, i, 1, true, e);
		if (r == IMAP_DEAD)
			return -1;
		if (r == IMAP_NO && !s->given[i])
			s->stopped = !s->take(s->context, &none);
		s->given[i] = true;
	}
	return 0;
}

/* How many items from first on go into one command. */
static size_t
command_span(const struct session *s, size_t first)
{
	uint64_t bytes = s->wanted[first].size;
	size_t n = 1;

	while (first + n < s->n_wanted && s->wanted[first + n].header_only == s->wanted[first].header_only) {
		bytes += s->wanted[first].header_only ? s->limits->header_bytes : s->wanted[first + n].size;
		if (bytes > COMMAND_BYTES)
			break;
		n++;
	}
	return n;
}

int
session_fetch(
    struct session *s, const struct session_item *items, size_t n, session_taker *take, void *context, struct err *e)
{
	if (n > SESSION_PAGE)
		return err_set(e, ERR_FATAL, "more than %d messages in one fetch", SESSION_PAGE);
	s->wanted = items;
	s->n_wanted = n;
	s->take = take;
	s->context = context;
	s->stopped = false;
	s->suspect = 0;
	memset(s->given, 0, sizeof(s->given));
	for (size_t first = 0, span; first < n && !s->stopped; first += span) {
		enum imap_result r;

		span = command_span(s, first);
		r = fetch_command(s, first, span, items[first].header_only, e);
		if (r == IMAP_DEAD || (r == IMAP_NO && fetch_singly(s, first, span, e) != 0))
			return -1;
	}
	return 0;
}

uint32_t
session_suspect(const struct session *s)
{
	return s->suspect;
}

/* --- moving ----------------------------------------------------------- */

static int
copy_and_delete(struct session *s, const uint32_t *uids, size_t n, const char *folder, struct err *e)
{
	bool others = true;

	allow_talk(s);
	if (imap_copy(s->imap, uids, n, folder, e) != IMAP_OK)
		return -1;
	allow_talk(s);
	if (imap_mark_deleted(s->imap, uids, n, e) != IMAP_OK)
		return -1;
	if (imap_status(s->imap)->uidplus) {
		allow_talk(s);
		return imap_expunge_uids(s->imap, uids, n, e) == IMAP_OK ? 0 : -1;
	}
	allow(s, SEARCH_LINE_BYTES, SEARCH_LINE_BYTES, LINE_MAX_BYTES);
	if (imap_others_deleted(s->imap, uids, n, &others, e) != IMAP_OK)
		return -1;
	if (others)
		return 0;
	allow_talk(s);
	return imap_expunge(s->imap, e) == IMAP_OK ? 0 : -1;
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
		return copy_and_delete(s, uids, n, name, e);
	allow_talk(s);
	return imap_move(s->imap, uids, n, name, e) == IMAP_OK ? 0 : -1;
}

/* --- waiting ---------------------------------------------------------- */

static bool
is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

/* One IDLE, at most ms long. *event is SESSION_TIMEOUT when its time was over. */
static int
idle_once(struct session *s, int wake_fd, int64_t ms, enum session_event *event, struct err *e)
{
	int64_t end = clock_monotonic() + ms;
	enum transport_event t = TRANSPORT_DATA;

	allow_talk(s);
	if (imap_idle_begin(s->imap, e) != IMAP_OK)
		return -1;
	while (!imap_status(s->imap)->news) {
		int64_t left = end - clock_monotonic();

		t = TRANSPORT_DATA;
		if (!imap_has_input(s->imap))
			t = transport_wait(imap_transport(s->imap), wake_fd, left > 0 ? left : 0);
		if (t != TRANSPORT_DATA)
			break;
		allow_talk(s);
		if (imap_idle_read(s->imap, e) != IMAP_OK)
			return -1;
	}
	*event = imap_status(s->imap)->news ? SESSION_MAIL : t == TRANSPORT_WOKEN ? SESSION_WOKEN : SESSION_TIMEOUT;
	allow_talk(s);
	return imap_idle_end(s->imap, e) == IMAP_OK ? 0 : -1;
}

/* Without IDLE: waits for the wake_fd (or a server that speaks up, or hangs up), then asks. */
static int
poll_once(struct session *s, int wake_fd, int64_t ms, enum session_event *event, struct err *e)
{
	enum transport_event t = transport_wait(imap_transport(s->imap), wake_fd, ms);

	*event = SESSION_WOKEN;
	if (t == TRANSPORT_WOKEN)
		return 0;
	allow_talk(s);
	if (imap_noop(s->imap, e) != IMAP_OK)
		return -1;
	*event = imap_status(s->imap)->news ? SESSION_MAIL : SESSION_TIMEOUT;
	return 0;
}

int
session_wait(struct session *s, int wake_fd, int64_t timeout_ms, enum session_event *event, struct err *e)
{
	bool idle = imap_status(s->imap)->idle;
	int64_t turn = (idle ? s->settings->idle_seconds : s->settings->poll_seconds) * 1000LL;
	int64_t end = clock_monotonic() + timeout_ms;

	for (;;) {
		int64_t left = end - clock_monotonic();

		*event = imap_status(s->imap)->news ? SESSION_MAIL
			 : is_readable(wake_fd)     ? SESSION_WOKEN
						    : SESSION_TIMEOUT;
		if (*event != SESSION_TIMEOUT || left <= 0)
			return 0;
		if (turn > 0 && left > turn)
			left = turn;
		if ((idle ? idle_once : poll_once)(s, wake_fd, left, event, e) != 0)
			return -1;
		if (*event != SESSION_TIMEOUT)
			return 0;
	}
}
