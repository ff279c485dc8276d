/* SPDX-License-Identifier: ISC
 * outbox.c: casectl outbox: mails on their way out, with the server's words.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/listing.h"
#include "ctl/table.h"
#include "store/store_outbox.h"

#define JSON_MOST ((size_t)64 << 20)

static bool
state_parse(struct str s, int *out)
{
	for (int i = 0; i < LETTER_STATES; i++) {
		if (str_equal(s, str_of(letter_state_name((enum letter_state)i)))) {
			*out = i;
			return true;
		}
	}
	fprintf(stderr,
	    "casectl: unknown state %.*s; queued, held, claimed, sent, unknown, failed and cancelled are allowed\n",
	    STR_ARGS(s));
	return false;
}

static int
letters_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	return store_outbox_list(c->store, filter, c->arena, out, n, e);
}

static void
letter_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct store_queued *q = record;

	(void)c;
	listing_row(l);
	listing_number(l, "id", q->id);
	listing_z(l, "kind", notice_kind_name(q->letter.kind));
	listing_text(l, "to", q->letter.to);
	listing_text(l, "case", q->case_number);
	listing_z(l, "state", letter_state_name(q->state));
	listing_number(l, "attempts", q->attempts);
	listing_text(l, "reply", q->last_reply);
	listing_text(l, "subject", q->letter.subject);
	listing_time(l, "created_at", q->created_at);
	listing_time(l, "next_at", q->next_at);
	listing_time(l, "sent_at", q->sent_at);
}

static int
outbox_list_run(struct ctl *c)
{
	static const struct column columns[] = { { "LETTER", "id" }, { "STATE", "state" }, { "KIND", "kind" },
		{ "TO", "to" }, { "CASE", "case" }, { "TRIES", "attempts" }, { "SERVER SAID", "reply" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct store_queued, letters_load, letter_show);
	struct store_outbox_filter f = { .state = -1 };
	int64_t max;

	if (ctl_number(c, "max", 1, 100000, 50, &max) < 0 ||
	    ctl_number(c, "before", 1, INT64_MAX, 0, &f.before_id) < 0 ||
	    (ctl_has(c, "state") && !state_parse(ctl_option(c, "state"), &f.state)))
		return CTL_USAGE;
	f.max = (size_t)max;
	return listing_run(c, &source, &f);
}

static void
print_letter(const struct store_queued *q)
{
	printf("letter %lld, %s to %.*s: %s after %d attempt%s\n", (long long)q->id, notice_kind_name(q->letter.kind),
	    STR_ARGS(q->letter.to), letter_state_name(q->state), q->attempts, q->attempts == 1 ? "" : "s");
	if (q->last_reply.n) {
		printf("server said:\n");
		table_wrap(q->last_reply, 4);
	}
	printf("subject:\n");
	table_wrap(q->letter.subject, 4);
	printf("text:\n");
	table_wrap(q->letter.text, 4);
}

static void
print_letter_json(const struct store_queued *q)
{
	struct buf j;

	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_number(&j, "id", q->id);
	json_text(&j, "kind", str_of(notice_kind_name(q->letter.kind)));
	json_text(&j, "to", q->letter.to);
	json_text(&j, "case", q->case_number);
	json_text(&j, "state", str_of(letter_state_name(q->state)));
	json_number(&j, "attempts", q->attempts);
	json_text(&j, "reply", q->last_reply);
	json_text(&j, "subject", q->letter.subject);
	json_time(&j, "created_at", q->created_at);
	json_time(&j, "next_at", q->next_at);
	json_time(&j, "sent_at", q->sent_at);
	json_text(&j, "text", q->letter.text);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

static int
outbox_show_run(struct ctl *c)
{
	struct store_queued q;
	long long id;
	struct err e;
	int status;

	if (ctl_letter(c, &id) < 0)
		return CTL_USAGE;
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE)
		return status;
	if (store_outbox_get(c->store, id, c->arena, &q, &e) < 0)
		return ctl_fail(c, &e);
	if (c->json)
		print_letter_json(&q);
	else
		print_letter(&q);
	return CTL_DONE;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec list_options[] = {
	{ "state", "NAME", false, false, "only queued, held, claimed, sent, unknown, failed or cancelled" },
	{ "max", "N", false, false, "at most so many (50)" },
	{ "before", "LETTER", false, false, "only before this one" }, END_OPTIONS
};

const struct verb verbs_outbox[] = {
	{ "outbox", "list", "", 0, 0, "List letters and what became of them, newest first",
	    "casectl outbox list --state failed", list_options, outbox_list_run },
	{ "outbox", "show", "LETTER", 1, 1, "Show one letter and what the server said", "casectl outbox show 7", NULL,
	    outbox_show_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
