/* SPDX-License-Identifier: ISC
 * intake.c: a mailbox from its server to the ledger and back. What the ledger holds is never fetched again; what it
 * holds and is not moved yet is moved first. Nothing is done to a message on the server before its row is committed, so
 * death at any point repeats at most a move.
 */
#include "config.h"

#include "daemon/intake.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/decider.h"
#include "daemon/passing.h"
#include "daemon/process.h"
#include "daemon/reconcile.h"
#include "daemon/tidy.h"
#include "store/store_health.h"

#define BACKOFF_FIRST_MS 2000
#define BACKOFF_MOST_MS 300000
#define BACKOFF_LOGIN_MS 300000 /* a refused password is not tried again sooner, or the account gets locked */
#define SCRATCH_MEMORY ((size_t)16 << 20)
#define WAIT_SLICE_MS 60000 /* a word to the supervisor, and to the routers on the way, each minute */
#define SERVED_MS 60000
#define SUSPECT_HEADER 2   /* fetches that a message may break before only its header is asked for, */
#define SUSPECT_GIVEN_UP 4 /* and before it is given up */
#define STARTS_CAREFUL 3   /* starts without an end after which messages are taken up one at a time, */
#define DEATHS_GIVEN_UP 2  /* and how often one of them may be the last thing that is done */

struct intake {
	const struct configuration *configuration;
	const struct mailbox_settings *mailbox;
	struct decider decider;
	struct arena *scratch;
	struct session *session;
	struct store_cursor cursor; /* cursor.next_uid runs on; served, it is written down */
	uint32_t suspect;           /* a UID whose fetch broke the connection */
	unsigned suspect_tries;     /* how often */
	struct err trouble;         /* from inside a fetch; kind ERR_NONE: none */
	bool careful;               /* processes died before they had served the mailbox: one message at a time */
	int64_t served_at;          /* clock_monotonic() when that was last written down; 0: not since the connection */
};

/* Ends a transaction of the ledger alone: ok is what was done in it. */
static int
intake_conclude(struct intake *in, int ok, struct err *e)
{
	if (ok == 0)
		ok = store_commit(in->decider.store, e);
	if (ok < 0)
		store_rollback(in->decider.store);
	return ok;
}

static struct tidy
intake_tidy_tools(struct intake *in)
{
	return (struct tidy){ .mailbox = in->mailbox,
		.session = in->session,
		.store = in->decider.store,
		.scratch = in->scratch,
		.uidvalidity = in->cursor.uidvalidity };
}

static int
intake_tidy(struct intake *in, struct err *e)
{
	struct tidy t = intake_tidy_tools(in);

	return tidy_decided(&t, e);
}

static int
intake_commit(struct intake *in, struct err *e)
{
	size_t done = 0;
	int ok = batch_commit(in->decider.batch, &done, e);

	if (done > 0)
		process_report(REPORT_PROGRESS);
	return ok;
}

/* One fetched message into the batch. Trouble ends the fetch and waits in in->trouble. */
static bool
intake_take(void *context, const struct session_message *m)
{
	struct intake *in = context;
	struct arrival arrival = {
		.mailbox = in->mailbox->name,
		.uidvalidity = in->cursor.uidvalidity,
		.uid = m->item->uid,
		.internal_date = m->item->internal_date_ms,
		.size = m->item->size,
		.raw = m->raw,
		.oversize = m->part == SESSION_HEADER,
		.reader_failed = m->part == SESSION_UNREADABLE,
	};

	fault_point("after-fetch");
	process_report(REPORT_ALIVE);
	if (batch_add(in->decider.batch, &arrival, &in->trouble) < 0)
		return false;
	if (batch_is_full(in->decider.batch) && intake_commit(in, &in->trouble) < 0)
		return false;
	return !process_is_stopping();
}

/* Fetches items and commits what came; what came before trouble is committed too. */
static int
intake_fetch(struct intake *in, const struct session_item *items, size_t n, struct err *e)
{
	struct err late = { 0 };
	int fetched;

	if (n == 0)
		return 0;
	in->trouble.kind = ERR_NONE;
	fetched = session_fetch(in->session, items, n, intake_take, in, e);
	if (fetched < 0) {
		uint32_t suspect = session_suspect(in->session);

		in->suspect_tries = suspect && suspect == in->suspect ? in->suspect_tries + 1 : 1;
		in->suspect = suspect;
	}
	if (intake_commit(in, &late) < 0 && in->trouble.kind == ERR_NONE)
		in->trouble = late;
	if (in->trouble.kind == ERR_NONE)
		return fetched;
	*e = in->trouble;
	return -1;
}

/* The ledger says that this one was given up; its mail stays on the server, in the folder for such. */
static int
intake_give_up(struct intake *in, const struct session_item *item, struct err *e)
{
	LOG_ERROR("a message can not be fetched; it is given up", LOG_TEXT("mailbox", in->mailbox->name),
	    LOG_NUMBER("uid", item->uid), LOG_NUMBER("bytes", item->size), LOG_NUMBER("tries", in->suspect_tries));
	in->trouble.kind = ERR_NONE;
	intake_take(in, &(struct session_message){ .item = item, .part = SESSION_UNREADABLE });
	if (in->trouble.kind == ERR_NONE && intake_commit(in, &in->trouble) == 0)
		return 0;
	*e = in->trouble;
	return -1;
}

/* Of a page, what the ledger has not seen and nobody marked deleted. */
static int
intake_select(struct intake *in, struct session_item *items, size_t n, size_t *n_new, struct err *e)
{
	uint32_t *uids = arena_array(in->scratch, n, sizeof(*uids));
	size_t k = 0, kept = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		if (!(items[i].flags & SESSION_DELETED) && !passing_over(in->mailbox, &in->cursor, &items[i]))
			uids[k++] = items[i].uid;
	if (store_ledger_unseen(in->decider.store, in->mailbox->name, in->cursor.uidvalidity, uids, k, &kept, e) < 0)
		return -1;
	*n_new = 0;
	for (size_t i = 0; i < n && at < kept; i++) {
		if (items[i].uid != uids[at])
			continue;
		items[*n_new] = items[i];
		if (items[i].uid == in->suspect && in->suspect_tries >= SUSPECT_HEADER)
			items[*n_new].header_only = true;
		++*n_new;
		at++;
	}
	return 0;
}

/* A message that broke a fetch is fetched alone, those before it first. */
static int
intake_fetch_apart(struct intake *in, struct session_item *items, size_t n, struct err *e)
{
	for (size_t i = 0; in->suspect && i < n; i++) {
		if (items[i].uid != in->suspect)
			continue;
		if (intake_fetch(in, items, i, e) < 0)
			return -1;
		if ((in->suspect_tries >= SUSPECT_GIVEN_UP ? intake_give_up(in, &items[i], e)
							   : intake_fetch(in, &items[i], 1, e)) < 0)
			return -1;
		in->suspect = 0;
		return intake_fetch(in, items + i + 1, n - i - 1, e);
	}
	return intake_fetch(in, items, n, e);
}

/* After deaths nobody can explain: each message alone, and written down before it is touched, so that the one that
 * kills its intake is known, and given up unread. */
static int
intake_fetch_careful(struct intake *in, struct session_item *items, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && !process_is_stopping(); i++) {
		int times = 0;

		if (store_cursor_suspect(
			in->decider.store, in->mailbox->name, in->cursor.uidvalidity, items[i].uid, &times, e) < 0)
			return -1;
		if ((times > DEATHS_GIVEN_UP ? intake_give_up(in, &items[i], e) : intake_fetch(in, &items[i], 1, e)) <
		    0)
			return -1;
	}
	return 0;
}

/* All that is in the folder now, oldest first. */
static int
intake_sweep(struct intake *in, struct err *e)
{
	struct session_item items[SESSION_PAGE];
	size_t page = in->mailbox->batch < SESSION_PAGE ? (size_t)in->mailbox->batch : SESSION_PAGE, n, n_new;

	if (store_cursor_take_order(in->decider.store, in->mailbox->name, &in->cursor.next_uid, e) < 0)
		return -1;
	for (;;) {
		uint32_t last;

		arena_reset(in->scratch);
		if (process_is_stopping())
			return 0;
		if (session_list(in->session, in->cursor.next_uid, items, page, &n, e) < 0)
			return -1;
		if (n == 0)
			return 0;
		last = items[n - 1].uid;
		if (intake_select(in, items, n, &n_new, e) < 0 ||
		    (in->careful ? intake_fetch_careful(in, items, n_new, e)
				 : intake_fetch_apart(in, items, n_new, e)) < 0 ||
		    intake_tidy(in, e) < 0)
			return -1;
		if (process_is_stopping())
			return 0;
		in->cursor.next_uid = last + 1;
	}
}

/* Where to go on. UIDs of another UIDVALIDITY say nothing any more: what they stood for can not be moved. */
static int
intake_cursor(struct intake *in, const struct session_state *state, struct err *e)
{
	uint32_t before = in->cursor.uidvalidity;
	struct store *s = in->decider.store;
	int ok;

	if (store_begin(s, e) < 0)
		return -1;
	ok = store_ledger_forget_old(s, in->mailbox->name, state->uidvalidity, clock_now(), e);
	if (ok == 0)
		ok = store_cursor_begin(
		    s, in->mailbox->name, state->uidvalidity, state->uidnext, clock_now(), &in->cursor, e);
	if (intake_conclude(in, ok, e) < 0)
		return -1;
	if (in->mailbox->first_run == FIRST_RUN_NEW && in->cursor.next_uid < in->cursor.old_below)
		in->cursor.next_uid = in->cursor.old_below;
	if (before && before != state->uidvalidity)
		LOG_WARNING("UIDVALIDITY changed; content tells what is known already",
		    LOG_TEXT("mailbox", in->mailbox->name), LOG_NUMBER("before", before),
		    LOG_NUMBER("now", state->uidvalidity));
	return 0;
}

static int
intake_connect(struct intake *in, enum mailbox_trouble *trouble, struct err *e)
{
	struct session_state state;

	if (session_open(in->mailbox, &in->configuration->limits, &in->session, trouble, e) < 0)
		return -1;
	state = session_state(in->session);
	LOG_INFO("watching a mailbox", LOG_TEXT("mailbox", in->mailbox->name),
	    LOG_TEXT("host", in->mailbox->server.host), LOG_TEXT("folder", in->mailbox->folder),
	    LOG_NUMBER("messages", state.exists), LOG_Z("idle", state.idle ? "yes" : "no"));
	if (intake_cursor(in, &state, e) < 0)
		return -1;
	return intake_tidy(in, e);
}

/* Writes down that all there was at that time is done, at most once a minute: for casectl health, and for the timers,
 * which end no request whose answer may wait unread. */
static int
intake_note_served(struct intake *in, int64_t at, struct err *e)
{
	int64_t now = clock_monotonic();

	if (in->served_at && now - in->served_at < SERVED_MS)
		return 0;
	in->served_at = now;
	return store_mailbox_served(
	    in->decider.store, in->mailbox->name, in->cursor.uidvalidity, in->cursor.next_uid, at, e);
}

static void
intake_tell_difference(void *context, enum difference d, uint32_t uid, int64_t message)
{
	const struct intake *in = context;

	LOG_WARNING("the mailbox and the ledger differed; mended", LOG_TEXT("mailbox", in->mailbox->name),
	    LOG_Z("difference", difference_name(d)), LOG_NUMBER("uid", uid), LOG_NUMBER("message", message));
}

/* Every reconcile_hours, also across restarts. */
static int
intake_reconcile(struct intake *in, struct err *e)
{
	int64_t every = (int64_t)in->mailbox->reconcile_hours * 3600000, now = clock_now();
	struct tidy t = intake_tidy_tools(in);
	size_t n;

	if (every == 0 || (in->cursor.reconciled_at <= now && now - in->cursor.reconciled_at < every))
		return 0;
	process_report(REPORT_ALIVE);
	if (reconcile_run(&t, &in->cursor, intake_tell_difference, in, &n, e) < 0 ||
	    store_cursor_reconciled(in->decider.store, in->mailbox->name, now, e) < 0)
		return -1;
	in->cursor.reconciled_at = now;
	LOG_INFO("the mailbox was compared with the ledger", LOG_TEXT("mailbox", in->mailbox->name),
	    LOG_NUMBER("differences", (long long)n));
	return n ? intake_sweep(in, e) : 0;
}

static void
intake_note_trouble(struct intake *in, const struct err *why)
{
	struct err e;

	in->served_at = 0;
	if (store_mailbox_trouble(in->decider.store, in->mailbox->name, str_of(why->text), clock_now(), &e) < 0)
		LOG_WARNING("trouble with a mailbox can not be written down", LOG_Z("reason", e.text));
}

/* Waits for mail, for poll_seconds at most. */
static int
intake_wait(struct intake *in, struct err *e)
{
	int64_t end = clock_monotonic() + (int64_t)in->mailbox->poll_seconds * 1000, left;
	enum session_event event = SESSION_TIMEOUT;

	while (event == SESSION_TIMEOUT && (left = end - clock_monotonic()) > 0) {
		process_report(REPORT_ALIVE);
		if (session_wait(
			in->session, process_stop_fd(), left < WAIT_SLICE_MS ? left : WAIT_SLICE_MS, &event, e) < 0)
			return -1;
	}
	return 0;
}

/* One connection, from login to trouble or the end; once: to the end of one pass. */
static int
intake_serve(struct intake *in, bool once, enum mailbox_trouble *trouble, struct err *e)
{
	if (intake_connect(in, trouble, e) < 0)
		return -1;
	while (!process_is_stopping()) {
		int64_t now = clock_now();

		if (intake_sweep(in, e) < 0)
			return -1;
		if (!process_is_stopping() && (intake_reconcile(in, e) < 0 || intake_note_served(in, now, e) < 0))
			return -1;
		if (once)
			return 0;
		if (intake_wait(in, e) < 0)
			return -1;
	}
	return 0;
}

static int64_t
intake_backoff(enum mailbox_trouble trouble, int64_t last)
{
	if (trouble == MAILBOX_TROUBLE_LOGIN)
		return BACKOFF_LOGIN_MS;
	return process_backoff(last, BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
}

/* Waits out a back-off, reporting that all is as well as it can be. True: stop. */
static bool
intake_rest(int64_t ms)
{
	while (ms > 0 && !process_is_stopping()) {
		int64_t slice = ms < 30000 ? ms : 30000;

		process_report(REPORT_ALIVE);
		process_pause(slice);
		ms -= slice;
	}
	return process_is_stopping();
}

static int
intake_loop(struct intake *in, bool once)
{
	int64_t backoff = 0, since;

	for (;;) {
		enum mailbox_trouble trouble = MAILBOX_TROUBLE_NONE;
		struct err e = { 0 };
		int ok;

		since = clock_monotonic();
		ok = intake_serve(in, once, &trouble, &e);
		session_close(&in->session);
		if (ok == 0)
			return 0;
		LOG_ERROR("the mailbox is not served", LOG_TEXT("mailbox", in->mailbox->name), LOG_Z("reason", e.text));
		intake_note_trouble(in, &e);
		if (e.kind == ERR_FATAL || once)
			return 1;
		if (clock_monotonic() - since > BACKOFF_MOST_MS)
			backoff = 0;
		backoff = intake_backoff(trouble, backoff);
		if (intake_rest(backoff))
			return 0;
	}
}

int
intake_run(const struct configuration *c, const struct mailbox_settings *mailbox, bool once)
{
	struct intake in = { .configuration = c, .mailbox = mailbox };
	struct err e = { 0 };
	int status = 1, starts = 0;

	in.scratch = arena_open(SCRATCH_MEMORY);
	if (decider_open(c, NULL, &in.decider, &e) < 0 ||
	    store_cursor_started(in.decider.store, mailbox->name, &starts, &e) < 0) {
		LOG_ERROR("intake could not start", LOG_TEXT("mailbox", mailbox->name), LOG_Z("reason", e.text));
	} else {
		in.careful = starts >= STARTS_CAREFUL;
		if (in.careful)
			LOG_WARNING("the mailbox could not be served before; messages are taken up one at a time",
			    LOG_TEXT("mailbox", mailbox->name), LOG_NUMBER("starts", starts));
		process_report(REPORT_READY);
		status = intake_loop(&in, once);
	}
	session_close(&in.session);
	decider_close(&in.decider);
	arena_close(&in.scratch);
	return status;
}
