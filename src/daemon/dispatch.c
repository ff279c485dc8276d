/* SPDX-License-Identifier: ISC
 * dispatch.c: runs the timers and alarms, and starts senders: as many as there are letters to send, up to
 * outbox.senders. They end by themselves when nothing is due.
 *
 * What a sender that died had claimed is given out again. The senders die with their dispatcher, so whatever is found
 * claimed when it starts is a dead one's. It sends nothing itself, but for the single pass of --once.
 */
#include "config.h"

#include "daemon/dispatch.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/alarms.h"
#include "daemon/process.h"
#include "daemon/send.h"
#include "daemon/settle.h"
#include "daemon/timers.h"
#include "daemon/watch.h"
#include "store/store_outbox.h"

#define STORE_REST_MS 5000
#define BUSY_MS 1000     /* between two looks while all senders run */
#define STOP_MS 4000     /* then SIGKILL; the supervisor's own patience is a little longer */
#define SILENT_MS 150000 /* without a report, beyond what the servers may take: killed */

_Static_assert(WATCH_ENDS_MOST >= OUTBOX_SENDERS_MOST, "every sender's end can be waited for");

struct dispatch {
	const struct configuration *configuration;
	const struct child_start *how;
	struct store *store;
	struct watch *watch;
	struct templates *templates;
	struct timers *timers;
	struct alarms *alarms;
	struct own_marks marks;
	struct child senders[OUTBOX_SENDERS_MOST];
};

static int
dispatch_recover(struct dispatch *d, struct str claimer, struct err *e)
{
	bool hold = d->configuration->unknown == UNKNOWN_HOLD;
	int64_t n;

	if (store_begin(d->store, e) < 0)
		return -1;
	if (store_outbox_recover(d->store, claimer, hold, clock_now(), &n, e) < 0 || store_commit(d->store, e) < 0) {
		store_rollback(d->store);
		return -1;
	}
	if (n > 0)
		LOG_WARNING("a sender died while it was sending; nobody knows what became of its letter",
		    LOG_NUMBER("letters", n), LOG_Z("policy", hold ? "hold" : "retry"));
	return 0;
}

static int
dispatch_open(struct dispatch *d, struct err *e)
{
	const struct configuration *c = d->configuration;

	for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++)
		d->senders[i] = (struct child){ .role = "sender", .report_fd = -1, .silent_ms = SILENT_MS };
	for (size_t i = 0; i < c->n_smtp; i++) /* one letter may try each of them twice */
		for (size_t k = 0; k < OUTBOX_SENDERS_MOST; k++)
			d->senders[k].silent_ms += 2000 * (int64_t)c->smtp[i].timeout_seconds;
	if (store_open(c->database, STORE_WRITE, &d->store, e) < 0 || settle_marks(d->store, c, &d->marks, e) < 0 ||
	    watch_open(c->database, &d->watch, e) < 0 || (d->templates = settle_templates_or_err(c, e)) == NULL ||
	    dispatch_recover(d, STR_NONE, e) < 0)
		return -1;
	d->timers = timers_open(c, d->store, &d->marks, d->templates, d->how->once);
	d->alarms = alarms_open(c, d->store, &d->marks, d->templates);
	return 0;
}

static void
dispatch_close(struct dispatch *d)
{
	alarms_close(&d->alarms);
	timers_close(&d->timers);
	templates_close(&d->templates);
	watch_close(&d->watch);
	store_close(&d->store);
}

/* --- senders ---------------------------------------------------------------------------------------------------- */

/* Takes leave of those that ended. *running: how many there are still. -1: a dead one's claims could not be given back;
 * it counts as running until they are. */
static int
senders_reap(struct dispatch *d, int *running, struct err *e)
{
	*running = 0;
	for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++) {
		struct child *c = &d->senders[i];
		char claimer[32];
		int status;

		if (c->pid == 0)
			continue;
		child_listen(c);
		snprintf(claimer, sizeof(claimer), "%ld", (long)c->pid);
		if (!c->is_done && waitpid(c->pid, &status, WNOHANG) == c->pid) {
			c->status = status;
			c->is_done = true;
		}
		if (!c->is_done) {
			(*running)++;
			continue;
		}
		if (dispatch_recover(d, str_of(claimer), e) < 0)
			return -1;
		c->is_done = false;
		child_ended(c, c->status, c->status == 0 || process_is_stopping());
	}
	return 0;
}

static void
senders_kill_stuck(struct dispatch *d)
{
	int64_t now = clock_monotonic();

	for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++) {
		struct child *c = &d->senders[i];

		if (c->pid == 0 || now - c->reported_at < c->silent_ms)
			continue;
		LOG_ERROR("a sender gave no sign of life; killed", LOG_NUMBER("silent_ms", now - c->reported_at));
		kill(c->pid, SIGKILL);
		c->reported_at = now;
	}
}

/* As many as there are letters. *running is kept up. */
static int
senders_start(struct dispatch *d, int *running, struct err *e)
{
	int64_t most = d->configuration->outbox_senders, wanted, now = clock_monotonic();

	if (store_outbox_demand(d->store, clock_now(), most, &wanted, e) < 0)
		return -1;
	wanted = wanted < most ? wanted : most;
	for (size_t i = 0; i < (size_t)most && *running < wanted; i++) {
		struct child *c = &d->senders[i];

		if (c->pid || c->restart_at > now)
			continue;
		if (child_spawn(c, d->how, e) < 0)
			return -1;
		(*running)++;
	}
	return 0;
}

static int
senders_run(struct dispatch *d, bool *all_run, struct err *e)
{
	int running = 0, done = senders_reap(d, &running, e);

	senders_kill_stuck(d);
	if (done == 0)
		done = senders_start(d, &running, e);
	*all_run = running >= d->configuration->outbox_senders;
	return done;
}

static void
senders_stop(struct dispatch *d)
{
	int64_t end = clock_monotonic() + STOP_MS;
	bool killed = false;

	for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++)
		if (d->senders[i].pid)
			kill(d->senders[i].pid, SIGTERM);
	for (int running = 1; running > 0;) {
		int ends[OUTBOX_SENDERS_MOST];
		struct err e = { 0 };
		size_t n = 0;

		if (senders_reap(d, &running, &e) < 0) {
			LOG_ERROR("the claims of a sender are kept until the next start", LOG_Z("reason", e.text));
			return;
		}
		for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++) {
			if (d->senders[i].pid && !killed && clock_monotonic() >= end)
				kill(d->senders[i].pid, SIGKILL);
			if (d->senders[i].pid)
				ends[n++] = d->senders[i].report_fd;
		}
		killed = clock_monotonic() >= end;
		if (running > 0) /* the stop is known already: no descriptor for it */
			watch_wait_ends(NULL, -1, ends, n, 20);
	}
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

static int
dispatch_wait(struct dispatch *d, bool all_run, struct err *e)
{
	int64_t next_at, timer_at, now = clock_now(), ms = alarms_wait(d->alarms);
	int ends[OUTBOX_SENDERS_MOST];
	size_t n = 0;

	if (store_outbox_next(d->store, &next_at, e) < 0 || timers_next(d->timers, &timer_at, e) < 0)
		return -1;
	for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++)
		if (d->senders[i].pid)
			ends[n++] = d->senders[i].report_fd;
	if (next_at > now && next_at - now < ms)
		ms = next_at - now;
	if (timer_at && timer_at - now < ms)
		ms = timer_at - now;
	for (size_t i = 0; i < OUTBOX_SENDERS_MOST; i++)
		if (!d->senders[i].pid && d->senders[i].restart_at > clock_monotonic() && ms > BUSY_MS)
			ms = BUSY_MS;
	if (all_run && ms > BUSY_MS)
		ms = BUSY_MS;
	process_report(REPORT_ALIVE);
	/* While all senders run, what they write needs no look. */
	watch_wait_ends(all_run ? NULL : d->watch, process_stop_fd(), ends, n, ms);
	return 0;
}

static int
dispatch_round(struct dispatch *d, bool *all_run, struct err *e)
{
	if (timers_run(d->timers, e) < 0 || alarms_run(d->alarms, e) < 0)
		return -1;
	return d->how->once ? 0 : senders_run(d, all_run, e);
}

static int
dispatch_loop(struct dispatch *d)
{
	while (!process_is_stopping()) {
		struct err e = { 0 };
		bool all_run = false;

		if (dispatch_round(d, &all_run, &e) == 0) {
			if (d->how->once)
				return send_run(d->configuration, true);
			if (dispatch_wait(d, all_run, &e) == 0)
				continue;
		}
		LOG_ERROR("the outbox is not served", LOG_Z("reason", e.text));
		if (e.kind == ERR_FATAL || d->how->once)
			return 1;
		process_pause(STORE_REST_MS);
	}
	return 0;
}

int
dispatch_run(const struct configuration *c, const struct child_start *how)
{
	struct dispatch d = { .configuration = c, .how = how };
	struct err e = { 0 };
	int status = 1;

	if (dispatch_open(&d, &e) < 0) {
		LOG_ERROR("the dispatcher could not start", LOG_Z("reason", e.text));
	} else {
		process_report(REPORT_READY);
		status = dispatch_loop(&d);
		senders_stop(&d);
	}
	dispatch_close(&d);
	return status;
}
