/* SPDX-License-Identifier: ISC
 * replay.c: files of mail from disk to the ledger, by the daemon's own path.
 *
 * It takes no lock: each batch is one transaction, and whether a message was seen is asked inside it, so a daemon may
 * run beside, and a second replay too. Bytes that the ledger holds are passed over without a row, so that a replay that
 * was cut short is simply run again; the same message in other bytes becomes a duplicate by its content key.
 */
#include "config.h"

#include "daemon/replay.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "daemon/decider.h"
#include "daemon/filetree.h"
#include "daemon/mailfile.h"
#include "daemon/process.h"
#include "store/store_mail.h"

#define TROUBLE 3
#define NAMES_MEMORY ((size_t)4 << 30)
#define PROGRESS_MS 200

struct replay {
	const struct configuration *configuration;
	struct decider decider;
	size_t file, files, messages, known, unreadable;
	size_t outcomes[OUTCOME_COUNT];
	int64_t shown_at; /* clock_monotonic() */
	bool on_terminal;
};

static void
replay_show(struct replay *r, bool last)
{
	int64_t now = clock_monotonic();

	if (!r->on_terminal || (!last && now - r->shown_at < PROGRESS_MS))
		return;
	r->shown_at = now;
	fprintf(stderr, "\r%zu message%s, file %zu of %zu%s", r->messages, r->messages == 1 ? "" : "s", r->file,
	    r->files, last ? "\n" : "");
}

static int
replay_commit(struct replay *r, struct err *e)
{
	size_t done;

	return batch_commit(r->decider.batch, &done, e);
}

static int
replay_message(struct replay *r, const struct filetree_file *file, const struct mailfile_message *m, struct err *e)
{
	const struct limits *limits = &r->configuration->limits;
	int64_t now = clock_now(), at = m->at && m->at <= now ? m->at : file->at;
	struct arrival arrival = { .mailbox = STR(REPLAY_MAILBOX),
		.internal_date = at && at <= now ? at : now,
		.size = m->size,
		.raw = m->raw,
		.oversize = (size_t)m->size > limits->message_bytes };
	bool known = false;
	char hex[SHA256_HEX];

	if (arrival.oversize)
		arrival.raw = str_head(m->raw, limits->header_bytes);
	crypto_sha256_hex(arrival.raw, hex);
	r->messages++;
	if (store_ledger_has_bytes(r->decider.store, hex, &known, e) < 0)
		return -1;
	if (known) {
		r->known++;
		return 0;
	}
	if (batch_add(r->decider.batch, &arrival, e) < 0)
		return -1;
	return batch_is_full(r->decider.batch) ? replay_commit(r, e) : 0;
}

/* A file that can not be read is told and passed over; -1: the database or the reader is in trouble. */
static int
replay_file(struct replay *r, const struct filetree_file *file, struct err *e)
{
	struct mailfile *m = NULL;
	struct mailfile_message message;
	struct err bad;
	int more = mailfile_open(file->path, r->configuration->limits.message_bytes, &m, &bad), ok = 0;

	while (more >= 0 && ok == 0 && !process_is_stopping() && (more = mailfile_next(m, &message, &bad)) == 1) {
		ok = replay_message(r, file, &message, e);
		replay_show(r, false);
	}
	if (more < 0) {
		LOG_ERROR("a file can not be replayed", LOG_Z("reason", bad.text));
		r->unreadable++;
	}
	mailfile_close(&m);
	return ok;
}

static void
replay_summary(const struct replay *r)
{
	printf("%-20s %8zu\n", "messages", r->messages);
	for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
		if (r->outcomes[o])
			printf("  %-18s %8zu\n", outcome_name((enum outcome)o), r->outcomes[o]);
	if (r->known)
		printf("  %-18s %8zu\n", "known already", r->known);
	if (r->unreadable)
		printf("%-20s %8zu\n", "unreadable files", r->unreadable);
}

static int
replay_files(struct replay *r, const struct filetree_file *files, struct err *e)
{
	int ok = 0;

	for (size_t i = 0; ok == 0 && i < r->files && !process_is_stopping(); i++) {
		r->file = i + 1;
		ok = replay_file(r, &files[i], e);
	}
	return ok < 0 ? -1 : replay_commit(r, e);
}

int
replay_run(const struct configuration *c, const char *path)
{
	struct replay r = { .configuration = c, .on_terminal = isatty(STDERR_FILENO) };
	struct arena *names = arena_open(NAMES_MEMORY);
	struct filetree_file *files;
	struct err e = { 0 };
	int status = TROUBLE;

	process_init();
	if (filetree_list(path, names, &files, &r.files, &e) < 0 || decider_open(c, r.outcomes, &r.decider, &e) < 0 ||
	    replay_files(&r, files, &e) < 0)
		LOG_ERROR("not replayed to the end", LOG_Z("reason", e.text));
	else
		status = r.unreadable || process_is_stopping() ? 1 : 0;
	replay_show(&r, true);
	replay_summary(&r);
	decider_close(&r.decider);
	arena_close(&names);
	return status;
}
