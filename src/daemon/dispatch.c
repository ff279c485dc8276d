/* SPDX-License-Identifier: ISC
 * dispatch.c: claims due letters, composes each, hands it to the server, writes down what became of it. A letter is
 * claimed and concluded in transactions of its own; death in between leaves a claim, which is found again and repeated
 * with the same Message-ID.
 */
#include "config.h"

#include "daemon/dispatch.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/alarms.h"
#include "daemon/process.h"
#include "daemon/settle.h"
#include "daemon/timers.h"
#include "daemon/watch.h"
#include "outbox/compose.h"
#include "outbox/smtp.h"
#include "reading/redact.h"
#include "store/store_outbox.h"

#define CLAIM_MOST 20
#define CLAIM_STALE_MS 600000
#define LETTER_MOST ((size_t)100 << 20)
#define STORE_REST_MS 5000
#define OUTAGE_FIRST_MS 5000 /* no server answers: one letter is tried after this, then after twice that, up to */
#define OUTAGE_MOST_MS 300000

struct dispatch {
	const struct configuration *configuration;
	struct store *store;
	struct watch *watch;
	struct templates *templates;
	struct timers *timers;
	struct alarms *alarms;
	struct smtp *smtp;
	struct own_marks marks;
	struct arena *arena;
	struct buf mail;
	char claimer[32];
	int64_t outage;    /* while no server answers: the wait before the next trial; else 0 */
	int64_t resume_at; /* clock_monotonic() of that trial */
	bool has_claimed; /* claims found before the first of our own are a dead process's: the daemon's lock says so */
};

static int
dispatch_open(struct dispatch *d, bool once, struct err *e)
{
	const struct configuration *c = d->configuration;

	d->arena = arena_open((size_t)1 << 30);
	buf_init(&d->mail, LETTER_MOST);
	snprintf(d->claimer, sizeof(d->claimer), "%ld", (long)getpid());
	if (store_open(c->database, STORE_WRITE, &d->store, e) < 0 || settle_marks(d->store, c, &d->marks, e) < 0 ||
	    watch_open(c->database, &d->watch, e) < 0 || (d->templates = settle_templates_or_err(c, e)) == NULL)
		return -1;
	d->timers = timers_open(c, d->store, &d->marks, d->templates, once);
	d->alarms = alarms_open(c, d->store, &d->marks, d->templates);
	d->smtp = smtp_open(c->smtp, c->n_smtp);
	smtp_stop_when(d->smtp, process_is_stopping);
	return 0;
}

static void
dispatch_close(struct dispatch *d)
{
	smtp_close(&d->smtp);
	alarms_close(&d->alarms);
	timers_close(&d->timers);
	templates_close(&d->templates);
	watch_close(&d->watch);
	store_close(&d->store);
	buf_free(&d->mail);
	arena_close(&d->arena);
}

/* The wait before the next attempt: 1, 5, 15, 60 minutes, then every four hours. */
static int64_t
retry_delay(int attempts)
{
	static const int minutes[] = { 1, 5, 15, 60, 240 };
	size_t n = sizeof(minutes) / sizeof(*minutes);

	return (int64_t)minutes[attempts < 1 ? 0 : (size_t)attempts > n ? n - 1 : (size_t)attempts - 1] * 60000;
}

static int
dispatch_compose(struct dispatch *d, const struct store_letter *s, int64_t date, struct err *e)
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
		.is_answer = s->is_answer,
		.date = date };

	buf_clear(&d->mail);
	return compose_letter(&l, &d->mail, e);
}

/* What the outcome of one attempt means for the row. */
static enum letter_state
dispatch_judge(
    const struct dispatch *d, const struct store_queued *q, const struct smtp_outcome *o, int64_t now, int64_t *next_at)
{
	*next_at = 0;
	if (o->result == SMTP_SENT)
		return LETTER_SENT;
	if (o->result == SMTP_REFUSED)
		return LETTER_FAILED;
	if (o->result == SMTP_UNKNOWN && !d->configuration->retry_unknown)
		return LETTER_UNKNOWN;
	if (now - q->created_at > (int64_t)d->configuration->retry_days * 86400000)
		return LETTER_FAILED;
	*next_at = now + (d->outage ? d->outage : retry_delay(q->attempts));
	return LETTER_QUEUED;
}

/* Writes it down, again and again where the store is busy or its disk full: what was sent and is not written down
 * would be sent twice. A letter that somebody ended meanwhile stays as it is. */
static int
dispatch_write(
    struct dispatch *d, int64_t id, enum letter_state state, struct str reply, int64_t next_at, struct err *e)
{
	while (store_outbox_result(d->store, id, state, reply, next_at, clock_now(), e) < 0) {
		LOG_ERROR("the state of a letter can not be written", LOG_NUMBER("letter", id),
		    LOG_Z("state", letter_state_name(state)), LOG_Z("reason", e->text));
		if (e->kind == ERR_REJECT)
			break;
		if (e->kind == ERR_FATAL || process_pause(STORE_REST_MS))
			return -1;
		process_report(REPORT_ALIVE);
	}
	e->kind = ERR_NONE;
	return 0;
}

static int
dispatch_conclude(struct dispatch *d, const struct store_queued *q, const struct smtp_outcome *o, struct err *e)
{
	int64_t next_at;
	enum letter_state state = dispatch_judge(d, q, o, clock_now(), &next_at);

	if (dispatch_write(d, q->id, state, str_of(o->reply), next_at, e) < 0)
		return -1;
	fault_point("after-result");
	process_report(REPORT_PROGRESS);
	if (state == LETTER_SENT)
		LOG_INFO("letter sent", LOG_NUMBER("letter", q->id), LOG_Z("kind", notice_kind_name(q->letter.kind)),
		    LOG_TEXT("to", q->letter.to), LOG_Z("reply", o->reply));
	else
		LOG_WARNING("letter not sent", LOG_NUMBER("letter", q->id),
		    LOG_Z("kind", notice_kind_name(q->letter.kind)), LOG_TEXT("to", q->letter.to),
		    LOG_Z("state", letter_state_name(state)), LOG_Z("reply", o->reply));
	return 0;
}

/* Some servers repeat the Message-ID in their reply, and the addressee's token with it. */
static void
dispatch_redact(const struct store_letter *l, struct smtp_outcome *o)
{
	struct reading_token token = { str_head(l->message_id, TOKEN_REPLY), PLACE_IN_REPLY_TO };
	struct buf b;

	buf_init(&b, 2 * sizeof(o->reply));
	redact_text(str_of(o->reply), &token, 1, &b);
	snprintf(o->reply, sizeof(o->reply), "%.*s", STR_ARGS(buf_str(&b)));
	buf_free(&b);
}

static int
dispatch_letter(struct dispatch *d, const struct store_queued *q, struct err *e)
{
	struct smtp_outcome o = { .result = SMTP_REFUSED };
	struct err why;

	fault_point("after-claim");
	if (q->state == LETTER_UNKNOWN && !d->configuration->retry_unknown) {
		o.result = SMTP_UNKNOWN;
		snprintf(
		    o.reply, sizeof(o.reply), "the process that was sending it died before it wrote down the answer");
		return dispatch_conclude(d, q, &o, e);
	}
	if (dispatch_compose(d, &q->letter, q->created_at, &why) < 0) {
		snprintf(o.reply, sizeof(o.reply), "not composed: %.400s", why.text);
	} else {
		smtp_send(d->smtp, q->letter.envelope_from, q->letter.to, buf_str(&d->mail), &o);
		dispatch_redact(&q->letter, &o);
		d->outage = smtp_is_down(d->smtp) ? process_backoff(d->outage, OUTAGE_FIRST_MS, OUTAGE_MOST_MS) : 0;
		d->resume_at = clock_monotonic() + d->outage;
	}
	fault_point("after-send");
	return dispatch_conclude(d, q, &o, e);
}

/* What is due now, as far as it goes. *n: how many were claimed; 0: nothing is due, or no server answers. While none
 * does, a single letter at a time is tried, and the others wait without being counted as tried. */
static int
dispatch_round(struct dispatch *d, size_t *n, struct err *e)
{
	struct store_queued *due;
	size_t i;

	arena_reset(d->arena);
	if (timers_run(d->timers, e) < 0 || alarms_run(d->alarms, e) < 0)
		return -1;
	if (d->outage && clock_monotonic() < d->resume_at)
		return 0;
	if (store_outbox_claim(d->store, str_of(d->claimer), clock_now(), d->has_claimed ? CLAIM_STALE_MS : 0,
		d->outage ? 1 : CLAIM_MOST, d->arena, &due, n, e) < 0)
		return -1;
	d->has_claimed = true;
	for (i = 0; i < *n && !process_is_stopping(); i++) {
		if (dispatch_letter(d, &due[i], e) < 0)
			return -1;
		if (d->outage) {
			i++;
			break;
		}
	}
	for (; i < *n; i++) { /* not tried: due again at once, but what is unknown stays so */
		bool unknown = due[i].state == LETTER_UNKNOWN && !d->configuration->retry_unknown;

		if (dispatch_write(d, due[i].id, unknown ? LETTER_UNKNOWN : LETTER_QUEUED, due[i].last_reply,
			unknown ? 0 : due[i].next_at, e) < 0)
			return -1;
	}
	return 0;
}

static int
dispatch_wait(struct dispatch *d, struct err *e)
{
	int64_t next_at, timer_at, ms = alarms_wait(d->alarms);

	if (store_outbox_next(d->store, &next_at, e) < 0 || timers_next(d->timers, &timer_at, e) < 0)
		return -1;
	if (d->outage)
		ms = d->resume_at - clock_monotonic() < ms ? d->resume_at - clock_monotonic() : ms;
	else if (next_at && next_at - clock_now() < ms)
		ms = next_at - clock_now();
	if (timer_at && timer_at - clock_now() < ms)
		ms = timer_at - clock_now();
	process_report(REPORT_ALIVE);
	watch_wait(d->watch, process_stop_fd(), ms);
	return 0;
}

static int
dispatch_loop(struct dispatch *d, bool once)
{
	while (!process_is_stopping()) {
		struct err e = { 0 };
		size_t n = 0;

		if (dispatch_round(d, &n, &e) == 0 && once && (n == 0 || d->outage))
			return d->outage ? 1 : 0;
		if (e.kind == ERR_NONE && (n > 0 || dispatch_wait(d, &e) == 0))
			continue;
		LOG_ERROR("the outbox is not served", LOG_Z("reason", e.text));
		if (e.kind == ERR_FATAL || once)
			return 1;
		process_pause(STORE_REST_MS);
	}
	return 0;
}

int
dispatch_run(const struct configuration *c, bool once)
{
	struct dispatch d = { .configuration = c };
	struct err e = { 0 };
	int status = 1;

	if (dispatch_open(&d, once, &e) < 0) {
		LOG_ERROR("the dispatcher could not start", LOG_Z("reason", e.text));
	} else {
		process_report(REPORT_READY);
		status = dispatch_loop(&d, once);
	}
	dispatch_close(&d);
	return status;
}
