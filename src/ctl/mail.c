/* SPDX-License-Identifier: ISC
 * mail.c: casectl mail: what became of each message, and why.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/explain.h"
#include "ctl/listing.h"
#include "ctl/table.h"
#include "store/store_mail.h"

static bool
outcome_parse(struct str s, enum outcome *out)
{
	for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++) {
		if (str_equal(s, str_of(outcome_name((enum outcome)o)))) {
			*out = (enum outcome)o;
			return true;
		}
	}
	fprintf(stderr, "casectl: unknown outcome %.*s; allowed:", STR_ARGS(s));
	for (int o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
		fprintf(stderr, " %s", outcome_name((enum outcome)o));
	fputc('\n', stderr);
	return false;
}

static int
messages_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	return store_message_list(c->store, filter, c->arena, out, n, e);
}

static void
message_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct store_message *m = record;

	(void)c;
	listing_row(l);
	listing_number(l, "id", m->id);
	listing_time(l, "decided_at", m->decided_at);
	listing_time(l, "arrived_at", m->arrived_at);
	listing_time(l, "moved_at", m->moved_at);
	listing_text(l, "mailbox", m->mailbox);
	listing_number(l, "uidvalidity", m->uidvalidity);
	listing_number(l, "uid", m->uid);
	listing_z(l, "outcome", outcome_name(m->outcome));
	listing_text(l, "reason", m->reason);
	listing_text(l, "rule", m->rule);
	listing_number(l, "case_id", m->case_id);
	listing_text(l, "from", m->from);
	listing_text(l, "subject", m->subject);
	listing_text(l, "message_id", m->message_id);
	listing_text(l, "raw_sha256", m->raw_sha256);
}

static int
mail_list_run(struct ctl *c)
{
	static const struct column columns[] = { { "MESSAGE", "id" }, { "DECIDED", "decided_at" },
		{ "OUTCOME", "outcome" }, { "REASON", "reason" }, { "FROM", "from" }, { "SUBJECT", "subject" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct store_message, messages_load, message_show);
	struct store_message_filter f = { .mailbox = ctl_option(c, "mailbox"), .from = ctl_option(c, "from") };
	int64_t max;

	if (ctl_number(c, "max", 1, 100000, 50, &max) < 0 ||
	    ctl_number(c, "before", 1, INT64_MAX, 0, &f.before_id) < 0 ||
	    (ctl_has(c, "outcome") && !outcome_parse(ctl_option(c, "outcome"), &f.outcome)))
		return CTL_USAGE;
	f.max = (size_t)max;
	return listing_run(c, &source, &f);
}

/* The message whose number is the first word. */
static int
message_load(struct ctl *c, struct store_message *m)
{
	long long id;
	struct err e;
	int status;

	if (!str_to_number(ctl_word(c, 0), &id))
		return fprintf(stderr, "casectl: %s: the number of a message is allowed (casectl mail list)\n",
			   c->words[0]),
		       CTL_USAGE;
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE)
		return status;
	return store_message_get(c->store, id, c->arena, m, &e) < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

static int
mail_show_run(struct ctl *c)
{
	static const struct column columns[] = { { "MESSAGE", "id" }, { "MAILBOX", "mailbox" }, { "UID", "uid" },
		{ "ARRIVED", "arrived_at" }, { "DECIDED", "decided_at" }, { "MOVED", "moved_at" },
		{ "OUTCOME", "outcome" }, { "REASON", "reason" }, { "RULE", "rule" } };
	struct store_message m;
	struct listing *l;
	struct str raw;
	struct err e;
	int status = message_load(c, &m);

	if (status != CTL_DONE)
		return status;
	if (ctl_has(c, "raw")) {
		if (store_message_raw(c->store, m.id, c->arena, &raw, &e) < 0)
			return ctl_fail(c, &e);
		if (table_is_terminal())
			table_wrap(raw, 0); /* nobody's mail commands the terminal */
		else if (fwrite(raw.p, 1, raw.n, stdout) < raw.n)
			return CTL_TROUBLE;
		return CTL_DONE;
	}
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	message_show(c, l, &m);
	listing_raw(l, "trace", m.trace.n ? m.trace : STR("[]"));
	return listing_close(l);
}

static int
mail_explain_run(struct ctl *c)
{
	struct arrival arrival = { 0 };
	struct store_message m;
	struct err e;
	int status = message_load(c, &m);

	if (status != CTL_DONE)
		return status;
	if (store_message_raw(c->store, m.id, c->arena, &arrival.raw, &e) < 0)
		return ctl_fail(c, &e);
	arrival.mailbox = m.mailbox;
	arrival.internal_date = m.arrived_at;
	arrival.message = m.id;
	arrival.oversize = str_equal(m.reason, STR("oversize")); /* the bytes are its header alone */
	arrival.size = m.size;
	if (!c->json)
		printf("Message %lld became %s (%.*s) by rule %.*s. Decided anew now it would be:\n\n", (long long)m.id,
		    outcome_name(m.outcome), STR_ARGS(m.reason), STR_ARGS(m.rule));
	return explain_message(c, &arrival);
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec list_options[] = { { "outcome", "NAME", false, false, "only with this outcome" },
	{ "mailbox", "NAME", false, false, "only of this mailbox" },
	{ "from", "ADDRESS", false, false, "only from this sender" },
	{ "max", "N", false, false, "at most so many (50)" },
	{ "before", "MESSAGE", false, false, "only before this one" }, END_OPTIONS };
static const struct option_spec show_options[] = { { "raw", NULL, false, false, "print the raw message" },
	END_OPTIONS };

const struct verb verbs_mail[] = {
	{ "mail", "list", "", 0, 0, "List messages and what became of them, newest first",
	    "casectl mail list --outcome held", list_options, mail_list_run },
	{ "mail", "show", "MESSAGE", 1, 1, "Show one message's row, or its raw bytes", "casectl mail show 12 --raw",
	    show_options, mail_show_run },
	{ "mail", "explain", "MESSAGE", 1, 1, "Show which rule decides a message, and why", "casectl mail explain 12",
	    NULL, mail_explain_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
