/* SPDX-License-Identifier: ISC
 * mail_change.c: casectl mail requeue, release, drop, export: what an operator does with a message that was kept.
 *
 * The stored bytes go the daemon's way once more, or are let through, or are put aside; the ledger's row says what
 * became of the message now, and the audit who wanted it. A message that had an effect is never applied again.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "ctl/judge.h"
#include "daemon/apply.h"
#include "store/store_cases.h"
#include "store/store_mail.h"

/* The message whose number is the first word, as it would arrive again. */
struct kept {
	struct store_message row;
	struct arrival arrival;
};

static int
kept_load(struct ctl *c, enum store_mode mode, struct kept *out)
{
	long long id;
	struct err e;
	int status;

	*out = (struct kept){ 0 };
	if (!str_to_number(ctl_word(c, 0), &id)) {
		fprintf(stderr, "casectl: %s: the number of a message is allowed (casectl mail list)\n", c->words[0]);
		return CTL_USAGE;
	}
	if ((status = ctl_store(c, mode)) != CTL_DONE)
		return status;
	if (store_message_get(c->store, id, c->arena, &out->row, &e) < 0 ||
	    store_message_raw(c->store, id, c->arena, &out->arrival.raw, &e) < 0)
		return ctl_fail(c, &e);
	out->arrival.mailbox = out->row.mailbox;
	out->arrival.uidvalidity = out->row.uidvalidity;
	out->arrival.uid = out->row.uid;
	out->arrival.internal_date = out->row.arrived_at;
	out->arrival.message = id;
	out->arrival.oversize = str_equal(out->row.reason, STR("oversize")); /* the bytes are its header alone */
	out->arrival.size = out->row.size;
	return CTL_DONE;
}

/* Likewise, to be changed: it must wait for a person. */
static int
kept_open(struct ctl *c, struct kept *out)
{
	int status = kept_load(c, STORE_WRITE, out);

	if (status != CTL_DONE)
		return status;
	if (!store_ledger_waits(out->row.outcome))
		return ctl_refuse(
		    "message %lld is %s; only one that is held, quarantined, refused or dropped is decided anew",
		    (long long)out->row.id, outcome_name(out->row.outcome));
	return CTL_DONE;
}

static int
kept_say(struct ctl *c, const struct kept *k, const struct plan *p, const struct applied *done)
{
	struct buf j;

	if (!c->json) {
		printf("message %lld: %s (%s), was %s (%.*s), %zu notice%s queued\n", (long long)k->row.id,
		    outcome_name(p->outcome), p->reason, outcome_name(k->row.outcome), STR_ARGS(k->row.reason),
		    done->letters, done->letters == 1 ? "" : "s");
		return CTL_DONE;
	}
	buf_init(&j, 65536);
	json_open(&j, NULL, '{');
	json_number(&j, "message", k->row.id);
	json_text(&j, "outcome", str_of(outcome_name(p->outcome)));
	json_text(&j, "reason", str_of(p->reason));
	json_text(&j, "before", str_of(outcome_name(k->row.outcome)));
	json_number(&j, "case_id", p->case_id);
	json_number(&j, "notices", (int64_t)done->letters);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
	return CTL_DONE;
}

/* The plan is applied and committed in the open transaction. r: what was read again, or NULL. */
static int
kept_apply(struct ctl *c, const struct kept *k, const struct reading *r, const struct plan *p, const char *event)
{
	struct applied done;
	int status = ctl_apply_message(c, p, event, &k->arrival, r, &done);

	return status == CTL_DONE ? kept_say(c, k, p, &done) : status;
}

static int
mail_requeue_run(struct ctl *c)
{
	struct reading reading;
	struct judge judge = { 0 };
	struct kept k;
	struct err e;
	int status = kept_open(c, &k);

	if (status == CTL_DONE)
		status = judge_read(c, &k.arrival, &reading);
	if (status == CTL_DONE && store_begin(c->store, &e) < 0)
		status = ctl_fail(c, &e);
	if (status == CTL_DONE)
		status = judge_open(c, &k.arrival, &reading, JUDGE_MESSAGE, &judge);
	if (status == CTL_DONE)
		status = kept_apply(c, &k, &reading, &judge.plan, "mail-requeue");
	judge_close(&judge);
	return status;
}

static struct str
last_words(const struct plan *p)
{
	struct str words = STR_NONE;

	for (const struct trace *t = p->trace; t; t = t->next)
		words = t->words;
	return words;
}

static int
mail_release_run(struct ctl *c)
{
	struct reading reading;
	struct judge judge = { 0 };
	struct case_view view;
	struct kept k;
	struct err e;
	int status = kept_open(c, &k);

	k.arrival.released_internal = ctl_has(c, "internal");
	if (status == CTL_DONE)
		status = judge_read(c, &k.arrival, &reading);
	if (status == CTL_DONE && store_begin(c->store, &e) < 0)
		status = ctl_fail(c, &e);
	if (status == CTL_DONE && ctl_has(c, "case")) {
		if (store_case_find(c->store, ctl_option(c, "case"), c->arena, &view, &e) < 0)
			status = ctl_fail(c, &e);
		else
			k.arrival.named_case = view.id;
	}
	if (status == CTL_DONE)
		status = judge_open(c, &k.arrival, &reading, JUDGE_RELEASE, &judge);
	if (status == CTL_DONE && judge.plan.outcome != OUTCOME_APPENDED)
		status = ctl_refuse(
		    "message %lld can not be released: %.*s", (long long)k.row.id, STR_ARGS(last_words(&judge.plan)));
	else if (status == CTL_DONE)
		status = kept_apply(c, &k, &reading, &judge.plan, "mail-release");
	judge_close(&judge);
	return status;
}

static int
mail_drop_run(struct ctl *c)
{
	struct str why = ctl_option(c, "reason");
	struct kept k;
	struct plan p;
	struct err e;
	int status = kept_open(c, &k);

	if (status != CTL_DONE)
		return status;
	if (k.row.outcome == OUTCOME_DROPPED)
		return ctl_refuse("message %lld is dropped already", (long long)k.row.id);
	plan_init(&p, c->arena);
	p.outcome = OUTCOME_DROPPED;
	p.reason = "dropped";
	p.rule = "operator";
	plan_trace(&p, "operator", true, "%.*s put it aside: %.*s", STR_ARGS(c->who), STR_ARGS(why));
	if (store_begin(c->store, &e) < 0)
		return ctl_fail(c, &e);
	return kept_apply(c, &k, NULL, &p, "mail-drop");
}

/* A new file, or nothing. */
static int
raw_write(struct str raw, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool written = false;

	if (fd < 0)
		return ctl_refuse(
		    "%s: %s", path, errno == EEXIST ? "exists; a file is never written over" : strerror(errno));
	for (ssize_t n; raw.n; raw = str_skip(raw, (size_t)n))
		if ((n = write(fd, raw.p, raw.n)) <= 0)
			break;
	written = raw.n == 0 && fsync(fd) == 0;
	if (close(fd) == 0 && written)
		return CTL_DONE;
	fprintf(stderr, "casectl: %s: %s\n", path, strerror(errno));
	unlink(path);
	return CTL_TROUBLE;
}

static int
mail_export_run(struct ctl *c)
{
	struct str path = ctl_option(c, "output");
	struct kept k;
	int status = kept_load(c, STORE_READ, &k);

	if (status != CTL_DONE)
		return status;
	if (path.p && (status = raw_write(k.arrival.raw, path.p)) != CTL_DONE)
		return status;
	if (path.p)
		return printf("message %lld: %zu bytes in %s\n", (long long)k.row.id, k.arrival.raw.n, path.p),
		       CTL_DONE;
	if (isatty(STDOUT_FILENO))
		return ctl_refuse(
		    "raw mail is not written to a terminal: give --output FILE, or use casectl mail show --raw");
	return fwrite(k.arrival.raw.p, 1, k.arrival.raw.n, stdout) == k.arrival.raw.n ? CTL_DONE : CTL_TROUBLE;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec release_options[] = { { "case", "NUMBER", false, false,
							  "the case it belongs to, where its references do not say" },
	{ "internal", NULL, false, false, "as an internal note, also of a contact's mail" }, END_OPTIONS };
static const struct option_spec drop_options[] = { { "reason", "TEXT", true, false, "why, for the audit" },
	END_OPTIONS };
static const struct option_spec export_options[] = {
	{ "output", "FILE", false, false, "a new file; else standard output" }, END_OPTIONS
};

const struct verb verbs_mail_change[] = {
	{ "mail", "requeue", "MESSAGE", 1, 1, "Decide a message that was kept once more, as things stand now",
	    "casectl mail requeue 12", NULL, mail_requeue_run },
	{ "mail", "release", "MESSAGE", 1, 1, "Let a message that was kept through to its case",
	    "casectl mail release 12 --case 00000042", release_options, mail_release_run },
	{ "mail", "drop", "MESSAGE", 1, 1, "Put a message that was kept aside for good",
	    "casectl mail drop 12 --reason \"an advertisement\"", drop_options, mail_drop_run },
	{ "mail", "export", "MESSAGE", 1, 1, "Write the raw message as it arrived",
	    "casectl mail export 12 --output 12.eml", export_options, mail_export_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
