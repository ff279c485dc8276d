/* SPDX-License-Identifier: ISC
 * delegation.c: casectl approver delegate, undelegate, delegations. Only what is stored here lets somebody else decide;
 * no words in a mail do.
 */
#include "config.h"

#include <stdio.h>

#include "base/date.h"
#include "base/json.h"
#include "ctl/approver_ask.h"
#include "ctl/listing.h"
#include "daemon/settle_calendar.h"
#include "store/store_cases.h"
#include "store/store_people.h"

static int
delegation_audit(struct ctl *c, const char *event, const struct delegation *d, struct err *e)
{
	struct buf j;
	int ok;

	buf_init(&j, 1 << 16);
	json_open(&j, NULL, '{');
	json_number(&j, "giver", d->giver.id);
	json_number(&j, "delegate", d->delegate.id);
	json_number(&j, "deployment", d->deployment);
	json_time(&j, "ends_at", d->ends_at);
	json_close(&j, '}');
	ok = store_audit_add(c->store, event, c->who, 0, 0, buf_str(&j), c->now, e);
	buf_free(&j);
	return ok;
}

static int
delegation_people(struct ctl *c, struct delegation *d)
{
	struct person_record from, to;
	struct deployment scope;
	struct err e;

	*d = (struct delegation){ .starts_at = c->now };
	if (store_person_find(c->store, ctl_option(c, "from"), c->arena, &from, &e) < 0 ||
	    store_person_find(c->store, ctl_option(c, "to"), c->arena, &to, &e) < 0)
		return ctl_fail(c, &e);
	d->giver = from.person;
	d->delegate = to.person;
	if (!ctl_has(c, "scope"))
		return CTL_DONE;
	if (store_deployment_find(c->store, ctl_option(c, "scope"), c->arena, &scope, &e) < 0)
		return ctl_fail(c, &e);
	d->deployment = scope.id;
	return CTL_DONE;
}

/* To the end of that day in the configured zone. */
static int
delegation_end(struct ctl *c, struct delegation *d)
{
	struct calendar calendar;
	struct err e;
	int64_t day;

	if (!date_parse(ctl_option(c, "until"), &day))
		return fprintf(stderr, "casectl: --until: a date such as 2026-12-25 is allowed\n"), CTL_USAGE;
	if (settle_calendar(c->configuration, c->now, c->arena, &calendar, &e) < 0)
		return ctl_fail(c, &e);
	d->ends_at = calendar_midnight(&calendar, day + 1);
	return d->ends_at > c->now ? CTL_DONE : ctl_refuse("--until %s is over", ctl_option(c, "until").p);
}

static int
approver_delegate_run(struct ctl *c)
{
	struct approver_ask ask;
	struct delegation d;
	struct applied done;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE || (status = delegation_people(c, &d)) != CTL_DONE ||
	    (status = delegation_end(c, &d)) != CTL_DONE)
		return status;
	if (approver_ask_open(c, &ask, &e) < 0 || store_delegation_add(c->store, &d, &e) < 0 ||
	    delegation_audit(c, "approver-delegate", &d, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = approver_ask_commit(c, &ask, &d.delegate, "delegate-asked", &done)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"notices\":%zu}\n", done.letters);
	else
		printf("%.*s decides for %.*s until %.*s: %zu pending request%s\n", STR_ARGS(d.delegate.address),
		    STR_ARGS(d.giver.address), STR_ARGS(ctl_option(c, "until")), done.letters,
		    done.letters == 1 ? "" : "s");
	return CTL_DONE;
}

static int
approver_undelegate_run(struct ctl *c)
{
	struct delegation d;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE || (status = delegation_people(c, &d)) != CTL_DONE)
		return status;
	d.ends_at = c->now;
	if (store_delegation_end(c->store, d.giver.id, d.delegate.id, c->now, &e) < 0 ||
	    delegation_audit(c, "approver-undelegate", &d, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_commit(c)) != CTL_DONE)
		return status;
	if (c->json)
		puts("{\"ended\":true}");
	else
		printf("%.*s no longer decides for %.*s\n", STR_ARGS(d.delegate.address), STR_ARGS(d.giver.address));
	return CTL_DONE;
}

static int
delegations_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	(void)filter;
	return store_delegation_list(c->store, c->arena, out, n, e);
}

static void
delegation_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct delegation *d = record;

	listing_row(l);
	listing_text(l, "approver", d->giver.address);
	listing_text(l, "delegate", d->delegate.address);
	listing_text(l, "scope", d->org_id);
	listing_time(l, "starts_at", d->starts_at);
	listing_time(l, "ends_at", d->ends_at);
	listing_bool(l, "active", d->starts_at <= c->now && c->now < d->ends_at);
}

static int
approver_delegations_run(struct ctl *c)
{
	static const struct column columns[] = { { "APPROVER", "approver" }, { "DELEGATE", "delegate" },
		{ "SCOPE", "scope" }, { "FROM", "starts_at" }, { "UNTIL", "ends_at" } };
	static const struct listing_source source =
	    LISTING_SOURCE(columns, struct delegation, delegations_load, delegation_show);

	return listing_run(c, &source, NULL);
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec delegate_options[] = { { "from", "ADDRESS", true, false, "the approver" },
	{ "to", "ADDRESS", true, false, "who decides for the approver, and is asked too" },
	{ "until", "YYYY-MM-DD", true, false, "the last day" },
	{ "scope", "ORGID", false, false, "only for this deployment; otherwise for all the approver decides about" },
	END_OPTIONS };
static const struct option_spec undelegate_options[] = { { "from", "ADDRESS", true, false, "the approver" },
	{ "to", "ADDRESS", true, false, "the delegate" }, END_OPTIONS };

const struct verb verbs_delegation[] = {
	{ "approver", "delegate", "", 0, 0, "Let somebody else decide for an approver, for a time",
	    "casectl approver delegate --from ada@acme.example --to max@acme.example --until 2026-12-31",
	    delegate_options, approver_delegate_run },
	{ "approver", "undelegate", "", 0, 0, "End such a delegation now",
	    "casectl approver undelegate --from ada@acme.example --to max@acme.example", undelegate_options,
	    approver_undelegate_run },
	{ "approver", "delegations", "", 0, 0, "List delegations", "casectl approver delegations", NULL,
	    approver_delegations_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
