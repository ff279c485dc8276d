/* SPDX-License-Identifier: ISC
 * send.c: one sender. It claims a letter, composes it, hands it to a server, and writes down what became of it in the
 * transaction that claims the next one.
 *
 * It holds one claim at a time, so that a slow server keeps no other letter waiting, and the other senders go on. Death
 * in between leaves the claim, which the dispatcher finds and gives out again with the same Message-ID. Which servers
 * failed lately is in the store: one sender tries such a server again, and the others leave it alone meanwhile.
 */
#include "config.h"

#include "daemon/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/process.h"
#include "daemon/settle.h"
#include "daemon/watch.h"
#include "outbox/compose.h"
#include "outbox/smtp.h"
#include "reading/redact.h"
#include "store/store_outbox.h"

#define MAIL_MOST ((size_t)100 << 20)
#define STORE_REST_MS 5000
#define IDLE_MS 10000 /* then it ends: the dispatcher starts another when there is something to do */
#define WAIT_MOST_MS 60000

struct sender {
	const struct configuration *configuration;
	struct store *store;
	struct watch *watch;
	struct smtp *smtp;
	struct smtp_route *known; /* what the store says of each server */
	struct own_marks marks;
	struct arena *arena;
	struct buf mail;
	char claimer[32];
	struct outbox_result result; /* of the last letter, not written down yet; id 0: none */
	char reply[sizeof(((struct smtp_outcome *)NULL)->reply)];
	struct buf unfit; /* where it could not be composed: what the audit says of it */
	int64_t unfit_case;
	int64_t wait_until; /* of the limit per minute; 0: none */
};

static int
sender_open(struct sender *d, struct err *e)
{
	const struct configuration *c = d->configuration;

	d->arena = arena_open((size_t)1 << 30);
	buf_init(&d->mail, MAIL_MOST);
	buf_init(&d->unfit, 16384);
	snprintf(d->claimer, sizeof(d->claimer), "%ld", (long)getpid());
	if ((d->known = calloc(c->n_smtp + 1, sizeof(*d->known))) == NULL)
		abort();
	if (store_open(c->database, STORE_WRITE, &d->store, e) < 0 || settle_marks(d->store, c, &d->marks, e) < 0 ||
	    watch_open(c->database, &d->watch, e) < 0)
		return -1;
	d->smtp = smtp_open(c->smtp, c->n_smtp);
	smtp_stop_when(d->smtp, process_is_stopping);
	return 0;
}

static void
sender_close(struct sender *d)
{
	smtp_close(&d->smtp);
	watch_close(&d->watch);
	store_close(&d->store);
	buf_free(&d->mail);
	buf_free(&d->unfit);
	free(d->known);
	arena_close(&d->arena);
}

/* --- servers ---------------------------------------------------------------------------------------------------- */

static struct str
route_name(const struct sender *d, size_t i)
{
	return arena_format(
	    d->arena, "%.*s:%d", STR_ARGS(d->configuration->smtp[i].host), d->configuration->smtp[i].port);
}

static void
route_log(const struct sender *d, size_t i, const struct smtp_route *now)
{
	if (now->failures > 0 && d->known[i].failures == 0)
		LOG_WARNING("a server does not serve; it is left alone for a while",
		    LOG_TEXT("server", route_name(d, i)), LOG_Z("reply", now->reply));
	else if (now->failures == 0 && d->known[i].failures > 0)
		LOG_INFO("the server serves again", LOG_TEXT("server", route_name(d, i)));
}

/* What this sender learned since the last turn. */
static int
routes_write(struct sender *d, struct err *e)
{
	const struct smtp_route *routes = smtp_routes(d->smtp);

	for (size_t i = 0; i < d->configuration->n_smtp; i++) {
		const struct smtp_route *r = &routes[i];
		struct store_route row = { route_name(d, i), r->failures, r->retry_at, str_of(r->reply) };

		if (r->failures == d->known[i].failures)
			continue;
		if (store_route_set(d->store, &row, e) < 0)
			return -1;
	}
	return 0;
}

/* What all senders learned. */
static int
routes_read(struct sender *d, struct err *e)
{
	struct smtp_route *routes = smtp_routes(d->smtp);
	struct store_route *rows;
	size_t n;

	if (store_route_list(d->store, d->arena, &rows, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < d->configuration->n_smtp; i++) {
		struct str name = route_name(d, i);

		route_log(d, i, &routes[i]);
		routes[i].failures = 0;
		routes[i].retry_at = 0;
		for (size_t k = 0; k < n; k++) {
			if (!str_equal(rows[k].name, name))
				continue;
			routes[i].failures = rows[k].failures;
			routes[i].retry_at = rows[k].retry_at;
		}
		d->known[i] = routes[i];
	}
	return 0;
}

/* The letter just claimed will try a server again that failed: until that is over the others leave it alone. */
static int
routes_reserve(struct sender *d, int64_t now, struct err *e)
{
	const struct smtp_route *routes = smtp_routes(d->smtp);

	for (size_t i = 0; i < d->configuration->n_smtp; i++) {
		struct store_route row = { route_name(d, i), routes[i].failures,
			now + 2000 * (int64_t)d->configuration->smtp[i].timeout_seconds, STR("being tried again") };

		if (routes[i].retry_at > now)
			continue;
		if (routes[i].failures == 0)
			return 0;
		if (store_route_set(d->store, &row, e) < 0)
			return -1;
	}
	return 0;
}

/* --- one letter ------------------------------------------------------------------------------------------------- */

/* The wait before the next attempt: 1, 5, 15, 60 minutes, then every four hours; give or take a fifth, so that letters
 * that failed together do not come back together. */
static int64_t
retry_delay(int attempts)
{
	static const int minutes[] = { 1, 5, 15, 60, 240 };
	size_t n = sizeof(minutes) / sizeof(*minutes);
	int64_t ms = (int64_t)minutes[attempts < 1 ? 0 : (size_t)attempts > n ? n - 1 : (size_t)attempts - 1] * 60000;
	uint32_t random;

	crypto_random(&random, sizeof(random));
	return ms * 4 / 5 + ms * 2 / 5 * (random >> 8) / (1 << 24);
}

static int
letter_compose(struct sender *d, const struct store_letter *s, int64_t date, struct err *e)
{
	struct letter l = { .message_id = s->message_id,
		.in_reply_to = s->in_reply_to,
		.references = s->references,
		.from_name = s->from_name,
		.from = s->from,
		.to_name = s->to_name,
		.to = s->to,
		.reply_to = s->reply_to,
		.subject = s->subject,
		.text = s->text,
		.html = s->html,
		.instance = d->configuration->instance,
		.loop_mark = str_of(d->marks.loop),
		.list_name = d->configuration->brand,
		.list_id = d->configuration->list_id,
		.is_answer = s->is_answer,
		.date = date };

	buf_clear(&d->mail);
	return compose_letter(&l, &d->mail, e);
}

/* A value that would have ended a header, or broken the mail otherwise, is somebody's doing. */
static void
letter_note_unfit(struct sender *d, const struct store_queued *q, const char *why)
{
	buf_clear(&d->unfit);
	json_open(&d->unfit, NULL, '{');
	json_number(&d->unfit, "letter", q->id);
	json_text(&d->unfit, "kind", str_of(notice_kind_name(q->letter.kind)));
	json_text(&d->unfit, "to", q->letter.to);
	json_text(&d->unfit, "reason", str_of(why));
	json_close(&d->unfit, '}');
	d->unfit_case = q->letter.case_id;
}

/* What the outcome of one attempt means for the row. */
static enum letter_state
letter_judge(
    const struct sender *d, const struct store_queued *q, const struct smtp_outcome *o, int64_t now, int64_t *next_at)
{
	*next_at = 0;
	if (o->result == SMTP_SENT)
		return LETTER_SENT;
	if (o->result == SMTP_REFUSED)
		return LETTER_FAILED;
	if (o->result == SMTP_UNKNOWN && d->configuration->unknown == UNKNOWN_HOLD)
		return LETTER_UNKNOWN;
	if (now - q->created_at > (int64_t)d->configuration->retry_days * 86400000)
		return LETTER_FAILED;
	*next_at = smtp_is_down(d->smtp) ? smtp_ready_at(d->smtp) : now + retry_delay(q->attempts);
	return LETTER_QUEUED;
}

/* Some servers repeat the Message-ID in their reply, and the addressee's token with it. */
static void
letter_redact(const struct store_letter *l, struct smtp_outcome *o)
{
	struct reading_token token = { str_head(l->message_id, TOKEN_REPLY), PLACE_IN_REPLY_TO };
	struct buf b;

	buf_init(&b, 2 * sizeof(o->reply));
	redact_text(str_of(o->reply), &token, 1, &b);
	snprintf(o->reply, sizeof(o->reply), "%.*s", STR_ARGS(buf_str(&b)));
	buf_free(&b);
}

static void
letter_log(const struct sender *d, const struct store_queued *q)
{
	if (d->result.state == LETTER_SENT)
		LOG_INFO("letter sent", LOG_NUMBER("letter", q->id), LOG_Z("kind", notice_kind_name(q->letter.kind)),
		    LOG_TEXT("to", q->letter.to), LOG_Z("reply", d->reply));
	else
		LOG_WARNING("letter not sent", LOG_NUMBER("letter", q->id),
		    LOG_Z("kind", notice_kind_name(q->letter.kind)), LOG_TEXT("to", q->letter.to),
		    LOG_Z("state", letter_state_name(d->result.state)), LOG_Z("reply", d->reply));
}

static void
letter_send(struct sender *d, const struct store_queued *q)
{
	struct smtp_outcome o = { .result = SMTP_REFUSED };
	struct err why;

	fault_point("after-claim");
	if (letter_compose(d, &q->letter, q->created_at, &why) < 0) {
		snprintf(o.reply, sizeof(o.reply), "not composed: %.400s", why.text);
		letter_note_unfit(d, q, why.text);
	} else {
		smtp_send(d->smtp, q->letter.envelope_from, q->letter.to, buf_str(&d->mail), &o);
		letter_redact(&q->letter, &o);
	}
	fault_point("after-send");
	snprintf(d->reply, sizeof(d->reply), "%s", o.reply);
	d->result = (struct outbox_result){ .id = q->id, .reply = str_of(d->reply) };
	d->result.state = letter_judge(d, q, &o, clock_now(), &d->result.next_at);
	letter_log(d, q);
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

/* In the open transaction: a letter to send, or next->id 0. */
static int
turn_claim(struct sender *d, struct store_queued *next, struct err *e)
{
	const struct configuration *c = d->configuration;
	const struct outbox_limits limits = { c->outbox_per_minute, c->outbox_per_recipient_per_hour };
	int64_t now = clock_now();

	if (routes_read(d, e) < 0)
		return -1;
	if (smtp_ready_at(d->smtp) > now)
		return 0;
	if (store_outbox_claim(d->store, str_of(d->claimer), now, &limits, d->arena, next, &d->wait_until, e) < 0)
		return -1;
	return next->id ? routes_reserve(d, now, e) : 0;
}

/* Writes down what became of the last letter, and claims the next, in one transaction. */
static int
turn_take(struct sender *d, struct store_queued *next, struct err *e)
{
	struct err other = { 0 };

	if (store_begin(d->store, e) < 0)
		return -1;
	if (d->result.id && store_outbox_result(d->store, str_of(d->claimer), &d->result, clock_now(), &other) < 0) {
		if (other.kind != ERR_REJECT) {
			*e = other;
			return -1;
		}
		LOG_ERROR("a letter was changed while it was sent", LOG_Z("reason", other.text));
	}
	if (d->unfit.n > 0 && store_audit_add(d->store, "letter-refused", STR("sender"), d->unfit_case, 0,
				  buf_str(&d->unfit), clock_now(), e) < 0)
		return -1;
	if (routes_write(d, e) < 0 || (!process_is_stopping() && turn_claim(d, next, e) < 0))
		return -1;
	return store_commit(d->store, e);
}

/* 0; -1 where nothing could be written, *e says why. Where the store is busy or its disk full it is tried again and
 * again: what was sent and is not written down would be sent twice. */
static int
turn(struct sender *d, struct store_queued *next, struct err *e)
{
	bool wrote = d->result.id != 0;

	for (;;) {
		arena_reset(d->arena);
		*next = (struct store_queued){ 0 };
		d->wait_until = 0;
		if (turn_take(d, next, e) == 0)
			break;
		store_rollback(d->store);
		LOG_ERROR(
		    "the outbox can not be written", LOG_NUMBER("letter", d->result.id), LOG_Z("reason", e->text));
		if (e->kind == ERR_FATAL || d->result.id == 0 || process_pause(STORE_REST_MS))
			return -1;
		process_report(REPORT_ALIVE);
	}
	d->result.id = 0;
	buf_clear(&d->unfit);
	if (wrote) {
		fault_point("after-result");
		process_report(REPORT_PROGRESS);
	}
	return 0;
}

/* When a letter may be claimed, 0: none is on its way to be due. *has_due: one is due, and only waits for a server or a
 * limit. */
static int
sender_next(struct sender *d, int64_t *at, bool *has_due, struct err *e)
{
	int64_t now = clock_now(), next_at, ready_at;

	arena_reset(d->arena);
	if (routes_read(d, e) < 0 || store_outbox_next(d->store, &next_at, e) < 0)
		return -1;
	ready_at = smtp_ready_at(d->smtp);
	ready_at = d->wait_until > ready_at ? d->wait_until : ready_at;
	*has_due = next_at && next_at <= now;
	*at = next_at == 0 || next_at > ready_at ? next_at : ready_at;
	return 0;
}

/* False: nothing was due for so long that it should end. */
static bool
sender_rest(struct sender *d, int64_t at, bool has_due, int64_t *idle_at)
{
	int64_t now = clock_now(), ms = at && at - now < WAIT_MOST_MS ? at - now : WAIT_MOST_MS, left;

	if (!has_due) {
		*idle_at = *idle_at ? *idle_at : clock_monotonic();
		if ((left = *idle_at + IDLE_MS - clock_monotonic()) <= 0)
			return false;
		ms = left < ms ? left : ms;
	}
	process_report(REPORT_ALIVE);
	watch_wait(d->watch, process_stop_fd(), ms);
	return true;
}

/* What the loop does next: take a turn (1), go on after a rest (0), or end (-1, *status). */
static int
sender_step(struct sender *d, bool once, int64_t *idle_at, int *status)
{
	struct err e = { 0 };
	bool has_due;
	int64_t at;

	if (d->result.id)
		return 1;
	if (sender_next(d, &at, &has_due, &e) < 0) {
		LOG_ERROR("the outbox can not be read", LOG_Z("reason", e.text));
		*status = 1;
		if (once || e.kind == ERR_FATAL)
			return -1;
		process_pause(STORE_REST_MS);
		return 0;
	}
	if (at && at <= clock_now())
		return 1;
	*status = once && has_due && d->wait_until == 0;
	return once || !sender_rest(d, at, has_due, idle_at) ? -1 : 0;
}

static int
sender_loop(struct sender *d, bool once)
{
	int64_t idle_at = 0;
	int status = 0, step;

	while (!process_is_stopping() || d->result.id) {
		struct store_queued next;
		struct err e = { 0 };

		if ((step = sender_step(d, once, &idle_at, &status)) < 0)
			return status;
		if (step == 0)
			continue;
		if (turn(d, &next, &e) < 0) {
			if (once || e.kind == ERR_FATAL || process_pause(STORE_REST_MS))
				return 1;
		} else if (next.id) {
			idle_at = 0;
			letter_send(d, &next);
		}
	}
	return 0;
}

int
send_run(const struct configuration *c, bool once)
{
	struct sender d = { .configuration = c };
	struct err e = { 0 };
	int status = 1;

	if (sender_open(&d, &e) < 0) {
		LOG_ERROR("the sender could not start", LOG_Z("reason", e.text));
	} else {
		process_report(REPORT_READY);
		status = sender_loop(&d, once);
	}
	sender_close(&d);
	return status;
}
