/* SPDX-License-Identifier: ISC
 * judge.c: reads one message in a caged reader and decides it by the same rules as the daemon. Changes nothing.
 */
#include "config.h"

#include "ctl/judge.h"

#include "base/crypto.h"
#include "daemon/reader.h"
#include "daemon/settle.h"

int
judge_read(struct ctl *c, struct arrival *arrival, struct reading *out)
{
	struct reading_setup setup;
	struct own_marks marks;
	struct reader *reader;
	struct err e;

	*out = (struct reading){ 0 };
	if (arrival->internal_date == 0)
		arrival->internal_date = c->now;
	if (!arrival->oversize)
		arrival->size = (int64_t)arrival->raw.n;
	crypto_sha256_hex(arrival->raw, arrival->raw_sha256);
	if (settle_marks(c->store, c->configuration, &marks, &e) < 0)
		return ctl_fail(c, &e);
	settle_reading(c->configuration, &marks, c->arena, &setup);
	if (reader_open(&setup, &reader, &e) < 0)
		return ctl_fail(c, &e);
	if (arrival->raw.n > c->configuration->limits.message_bytes)
		arrival->oversize = true;
	else if (reader_read(reader, READING_MESSAGE, arrival->raw, c->arena, out, &e) < 0)
		arrival->reader_failed = true;
	reader_close(&reader);
	return CTL_DONE;
}

int
judge_open(struct ctl *c, const struct arrival *arrival, const struct reading *r, enum judge_how how, struct judge *out)
{
	const struct configuration *conf = c->configuration;
	struct snapshot snapshot;
	struct policy policy;
	struct err e;

	*out = (struct judge){ 0 };
	if (store_snapshot(c->store, r, arrival, c->now, c->arena, &snapshot, &e) < 0)
		return ctl_fail(c, &e);
	out->phrases = verdict_open(&conf->approval_languages, &conf->extra_yes, &conf->extra_no, &e);
	if (out->phrases == NULL)
		return ctl_fail(c, &e);
	settle_policy(conf, out->phrases, &policy);
	if (how == JUDGE_EXPLAIN)
		snapshot.duplicate_of = 0;
	if (how == JUDGE_RELEASE)
		decide_release(r, arrival, &snapshot, &policy, c->arena, &out->plan);
	else
		decide_message(r, arrival, &snapshot, &policy, c->arena, &out->plan);
	return CTL_DONE;
}

void
judge_close(struct judge *j)
{
	verdict_close(&j->phrases);
}
