/* SPDX-License-Identifier: ISC
 * outbox_change.c: casectl outbox retry, hold, release, cancel: what an operator does with a letter that is not sent
 * yet. Each is one transaction with its row in the audit; which states it fits is the store's rule.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/verbs.h"
#include "store/store_outbox.h"

int
ctl_letter(const struct ctl *c, long long *id)
{
	if (str_to_number(ctl_word(c, 0), id))
		return CTL_DONE;
	fprintf(stderr, "casectl: %s: the number of a letter is allowed (casectl outbox list)\n", c->words[0]);
	return CTL_USAGE;
}

static void
change_audit(struct buf *out, const struct store_queued *q, enum letter_state after, struct str reason)
{
	json_open(out, NULL, '{');
	json_number(out, "letter", q->id);
	json_text(out, "kind", str_of(notice_kind_name(q->letter.kind)));
	json_text(out, "before", str_of(letter_state_name(q->state)));
	json_text(out, "state", str_of(letter_state_name(after)));
	if (reason.p)
		json_text(out, "reason", reason);
	json_close(out, '}');
}

static void
change_say(const struct ctl *c, int64_t id, enum letter_state after, const char *words)
{
	struct buf j;

	if (!c->json) {
		printf("letter %lld %s\n", (long long)id, words);
		return;
	}
	buf_init(&j, 256);
	json_open(&j, NULL, '{');
	json_number(&j, "letter", id);
	json_text(&j, "state", str_of(letter_state_name(after)));
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

/* event: of the audit row; words: what is true of the letter afterwards. */
static int
change_run(struct ctl *c, enum letter_change change, const char *event, const char *words)
{
	enum letter_state after = LETTER_QUEUED;
	struct store_queued q;
	long long id;
	struct err e;
	struct buf j;
	int ok, status = ctl_letter(c, &id);

	if (status == CTL_DONE)
		status = ctl_begin(c);
	if (status != CTL_DONE)
		return status;
	buf_init(&j, 65536);
	ok = store_outbox_get(c->store, id, c->arena, &q, &e);
	if (ok == 0)
		ok = store_outbox_change(c->store, id, change, c->now, c->arena, &after, &e);
	if (ok == 0)
		change_audit(&j, &q, after, ctl_option(c, "reason"));
	if (ok == 0)
		ok = store_audit_add(
		    c->store, event, c->who, q.letter.case_id, q.letter.message, buf_str(&j), c->now, &e);
	status = ok < 0 ? ctl_fail(c, &e) : ctl_commit(c);
	if (status == CTL_DONE)
		change_say(c, id, after, words);
	buf_free(&j);
	return status;
}

static int
outbox_retry_run(struct ctl *c)
{
	return change_run(c, LETTER_RETRY, "outbox-retry", "is due now");
}

static int
outbox_hold_run(struct ctl *c)
{
	return change_run(c, LETTER_HOLD, "outbox-hold", "is held");
}

static int
outbox_release_run(struct ctl *c)
{
	return change_run(c, LETTER_RELEASE, "outbox-release", "is due now");
}

static int
outbox_cancel_run(struct ctl *c)
{
	return change_run(c, LETTER_CANCEL, "outbox-cancel", "is cancelled");
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec cancel_options[] = { { "reason", "TEXT", true, false, "why, for the audit" },
	END_OPTIONS };

const struct verb verbs_outbox_change[] = {
	{ "outbox", "retry", "LETTER", 1, 1, "Make a letter that was not sent due now", "casectl outbox retry 7", NULL,
	    outbox_retry_run },
	{ "outbox", "hold", "LETTER", 1, 1, "Keep a queued letter from being sent", "casectl outbox hold 7", NULL,
	    outbox_hold_run },
	{ "outbox", "release", "LETTER", 1, 1, "Make a held letter due now", "casectl outbox release 7", NULL,
	    outbox_release_run },
	{ "outbox", "cancel", "LETTER", 1, 1, "Never send a letter",
	    "casectl outbox cancel 7 --reason \"the case was opened twice\"", cancel_options, outbox_cancel_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
