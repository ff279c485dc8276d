/* SPDX-License-Identifier: ISC
 * setup.c: casectl init, audit: the database itself.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/listing.h"
#include "store/store_audit.h"
#include "store/store_cases.h"

#define LINE_MOST ((size_t)1 << 20)

static int
init_run(struct ctl *c)
{
	int status = ctl_store(c, STORE_CREATE);
	struct buf j;

	if (status != CTL_DONE)
		return status;
	if (!c->json) {
		printf("created %.*s\n", STR_ARGS(c->configuration->database));
		return CTL_DONE;
	}
	buf_init(&j, LINE_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "database", c->configuration->database);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
	return CTL_DONE;
}

static int
audit_verify(struct ctl *c)
{
	int64_t rows, bad;
	struct buf why;
	struct err e;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	buf_init(&why, LINE_MOST);
	if (store_audit_verify(c->store, &rows, &bad, &why, &e) < 0) {
		status = ctl_fail(c, &e);
	} else if (bad) {
		fprintf(stderr, "casectl: audit row %lld does not verify: %s\n", (long long)bad, buf_z(&why));
		status = CTL_REFUSED;
	} else if (c->json) {
		printf("{\"rows\":%lld,\"verified\":true}\n", (long long)rows);
	} else {
		printf("%lld rows, the chain verifies\n", (long long)rows);
	}
	buf_free(&why);
	return status;
}

struct audit_filter {
	int64_t case_id, max, before; /* case_id, before: 0 for all */
};

static int
audit_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	const struct audit_filter *f = filter;

	return store_audit_list(c->store, f->case_id, f->before, (size_t)f->max, c->arena, out, n, e);
}

static void
audit_row_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct store_audit *r = record;

	(void)c;
	listing_row(l);
	listing_number(l, "id", r->id);
	listing_time(l, "at", r->at);
	listing_text(l, "event", r->event);
	listing_text(l, "who", r->who);
	listing_number(l, "case_id", r->case_id);
	listing_number(l, "message", r->message);
	listing_raw(l, "details", r->details);
	listing_cell(l, "details", r->details);
	listing_text(l, "hash", r->hash);
}

/* case_id: 0 for all. */
static int
audit_rows(struct ctl *c, int64_t case_id)
{
	static const struct column columns[] = { { "ROW", "id" }, { "AT", "at" }, { "EVENT", "event" },
		{ "WHO", "who" }, { "DETAILS", "details" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct store_audit, audit_load, audit_row_show);
	struct audit_filter f = { .case_id = case_id };

	if (ctl_number(c, "max", 1, 10000, 50, &f.max) < 0 || ctl_number(c, "before", 1, INT64_MAX, 0, &f.before) < 0)
		return CTL_USAGE;
	return listing_run(c, &source, &f);
}

static int
audit_list(struct ctl *c)
{
	return audit_rows(c, 0);
}

static int
audit_show(struct ctl *c)
{
	struct access_request r;
	long long id;
	struct err e;
	int status;

	if (!str_to_number(ctl_word(c, 0), &id))
		return fprintf(stderr, "casectl: %s: the number of a request is allowed\n", c->words[0]), CTL_USAGE;
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE)
		return status;
	if (store_request_get(c->store, id, c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	return audit_rows(c, r.case_id);
}

static const struct option_spec audit_list_options[] = {
	{ "max", "N", false, false, "at most so many rows (50)" },
	{ "before", "ROW", false, false, "only rows before this one" },
	{ NULL, NULL, false, false, NULL },
};

const struct verb verbs_setup[] = {
	{ "init", NULL, "", 0, 0, "Make the database", "casectl init", NULL, init_run },
	{ "audit", "verify", "", 0, 0, "Check the audit chain, naming the first bad row", "casectl audit verify", NULL,
	    audit_verify },
	{ "audit", "show", "REQUEST", 1, 1, "Show the newest audit rows of an access request", "casectl audit show 1",
	    audit_list_options, audit_show },
	{ "audit", "list", "", 0, 0, "Show the newest audit rows", "casectl audit list --max 20", audit_list_options,
	    audit_list },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
