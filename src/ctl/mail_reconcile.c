/* SPDX-License-Identifier: ISC
 * mail_reconcile.c: casectl mail reconcile: the daemon's own comparison of a mailbox with the ledger, at once. It logs
 * in to the server by itself, so it serves beside a daemon and without one.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/listing.h"
#include "ctl/verbs.h"
#include "daemon/reconcile.h"

struct comparison {
	struct listing *listing;
	struct str mailbox;
};

static void
difference_list(void *context, enum difference d, uint32_t uid, int64_t message)
{
	struct comparison *x = context;

	listing_row(x->listing);
	listing_text(x->listing, "mailbox", x->mailbox);
	listing_number(x->listing, "uid", uid);
	listing_z(x->listing, "difference", difference_name(d));
	if (message)
		listing_number(x->listing, "message", message);
}

/* Where the ledger stands with this mailbox; nothing is compared before it was served once. */
static int
cursor_get(struct ctl *c, struct str name, const struct session_state *state, struct store_cursor *out)
{
	struct err e;
	int ok;

	if (store_begin(c->store, &e) < 0)
		return ctl_fail(c, &e);
	ok = store_cursor_begin(c->store, name, state->uidvalidity, state->uidnext, c->now, out, &e);
	if (ok == 0)
		ok = store_commit(c->store, &e);
	if (ok == 0)
		return CTL_DONE;
	store_rollback(c->store);
	return ctl_fail(c, &e);
}

static int
mailbox_compare(struct ctl *c, const struct mailbox_settings *m, struct listing *l)
{
	struct comparison x = { l, m->name };
	struct tidy t = { .mailbox = m, .store = c->store, .scratch = arena_open((size_t)16 << 20) };
	struct session_state state;
	struct store_cursor cursor;
	enum mailbox_trouble trouble;
	int status = CTL_TROUBLE;
	struct err e;
	size_t n;

	if (session_open(m, &c->configuration->limits, &t.session, &trouble, &e) < 0) {
		fprintf(stderr, "casectl: mailbox %.*s: %s\n", STR_ARGS(m->name), e.text);
	} else {
		state = session_state(t.session);
		t.uidvalidity = state.uidvalidity;
		status = cursor_get(c, m->name, &state, &cursor);
		if (status == CTL_DONE && (reconcile_run(&t, &cursor, difference_list, &x, &n, &e) < 0 ||
					      store_cursor_reconciled(c->store, m->name, c->now, &e) < 0))
			status = ctl_fail(c, &e);
	}
	session_close(&t.session);
	arena_close(&t.scratch);
	return status;
}

static int
mail_reconcile_run(struct ctl *c)
{
	static const struct column columns[] = { { "MAILBOX", "mailbox" }, { "UID", "uid" },
		{ "DIFFERENCE", "difference" }, { "MESSAGE", "message" } };
	int status = ctl_store(c, STORE_WRITE), one;
	const struct configuration *conf = c->configuration;
	struct listing *l;
	bool found = false;

	if (status != CTL_DONE)
		return status;
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < conf->n_mailboxes; i++) {
		if (c->n_words && !str_equal(conf->mailboxes[i].name, ctl_word(c, 0)))
			continue;
		found = true;
		one = mailbox_compare(c, &conf->mailboxes[i], l);
		status = status == CTL_DONE ? one : status;
	}
	listing_close(l);
	if (!found)
		return ctl_refuse("mailbox %.*s is not in the configuration", STR_ARGS(ctl_word(c, 0)));
	return status;
}

const struct verb verbs_mail_reconcile[] = {
	{ "mail", "reconcile", "[MAILBOX]", 0, 1, "Compare what the server holds with the ledger, and mend it",
	    "casectl mail reconcile support", NULL, mail_reconcile_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
