/* SPDX-License-Identifier: ISC
 * address.c: casectl address and pin: further addresses of a contact, verified by mail or by an operator, and the PIN.
 * Each change writes its audit row in the same transaction; a PIN stands on the operator's screen and nowhere else.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/change.h"
#include "ctl/listing.h"
#include "ctl/verbs.h"
#include "rules/access.h"
#include "store/store_people.h"

#define VERIFY_DAYS 7
#define DAY_MS (24 * 3600 * 1000LL)

static int
audit_address(struct ctl *c, const char *event, const char *done, struct str address, int64_t person)
{
	struct buf j;
	int status;

	buf_init(&j, 1 << 16);
	json_open(&j, NULL, '{');
	json_text(&j, "address", address);
	json_number(&j, "person", person);
	json_close(&j, '}');
	if (c->json)
		done = NULL;
	status = change_audited(c, event, &j);
	if (status != CTL_DONE)
		return status;
	if (done)
		printf("%.*s: %s\n", STR_ARGS(address), done);
	else
		printf("{\"address\":\"%.*s\",\"person\":%lld}\n", STR_ARGS(address), (long long)person);
	return CTL_DONE;
}

/* --- addresses --- */

/* The mail that asks whether the address is the person's. */
static void
plan_question(struct ctl *c, const struct person *p, struct str address, struct plan *out)
{
	struct person to = *p;
	struct notice *n;

	to.address = address;
	to.undeliverable = false;
	plan_init(out, c->arena);
	n = plan_notice(out, NOTICE_ADDRESS_VERIFY, &to);
	n->token = TOKEN_OF_ADDRESS;
	n->expires_at = c->now + VERIFY_DAYS * DAY_MS;
	notice_value(out, n, "registered_address", p->address);
	notice_value(out, n, "expires_at", notice_time(c->arena, n->expires_at));
}

static int
address_add(struct ctl *c)
{
	struct str address = ctl_word(c, 1);
	struct person_record r;
	struct applied done;
	struct plan plan;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	if (!r.person.active || !r.person.is_contact)
		return ctl_refuse("%.*s is no active contact", STR_ARGS(r.person.address));
	if (access_free_mail(address, &c->configuration->free_mail_domains))
		return ctl_refuse("%.*s: a free-mail address; contacts need a corporate one", STR_ARGS(address));
	if (store_person_address_add(c->store, r.person.id, address, 0, &e) < 0)
		return ctl_fail(c, &e);
	plan_question(c, &r.person, address, &plan);
	if ((status = ctl_apply(c, &plan, "address-add", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (c->json)
		printf("{\"person\":%lld,\"notices\":%zu}\n", (long long)r.person.id, done.letters);
	else
		printf("%.*s: asked by mail whether it is %.*s's; until then it gives no rights\n", STR_ARGS(address),
		    STR_ARGS(person_full_name(&r.person, c->arena)));
	return CTL_DONE;
}

static int
address_verify(struct ctl *c)
{
	struct address_record r;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_address_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0 ||
	    store_address_verify(c->store, r.person, r.address, c->now, &e) < 0)
		return ctl_fail(c, &e);
	return audit_address(c, "address-verify", "verified by you", r.address, r.person);
}

static int
address_remove(struct ctl *c)
{
	struct address_record r;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_address_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0 ||
	    store_address_remove(c->store, r.address, c->now, &e) < 0)
		return ctl_fail(c, &e);
	return audit_address(c, "address-remove", "removed", r.address, r.person);
}

static int
address_list(struct ctl *c)
{
	static const struct column columns[] = { { "ADDRESS", "address" }, { "VERIFIED", "verified_at" },
		{ "REGISTERED", "registered" } };
	struct address_record *list;
	struct person_record r;
	struct listing *l;
	struct err e;
	size_t n;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0 ||
	    store_address_list(c->store, r.person.id, c->arena, &list, &n, &e) < 0)
		return ctl_fail(c, &e);
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		listing_row(l);
		listing_text(l, "address", list[i].address);
		listing_time(l, "verified_at", list[i].verified_at);
		listing_bool(l, "registered", list[i].is_registered);
	}
	return listing_close(l);
}

/* --- PIN --- */

/* Shows it, once the audit row that says so is committed. */
static int
pin_print(struct ctl *c, bool renew)
{
	struct person_record r;
	struct buf j;
	struct str pin;
	struct err e;
	int status = ctl_begin(c);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 0), c->arena, &r, &e) < 0 ||
	    (renew && store_person_pin_renew(c->store, r.person.id, &e) < 0) ||
	    store_person_pin(c->store, r.person.id, c->arena, &pin, &e) < 0)
		return ctl_fail(c, &e);
	buf_init(&j, 1024);
	json_open(&j, NULL, '{');
	json_number(&j, "person", r.person.id);
	json_close(&j, '}');
	if ((status = change_audited(c, renew ? "pin-new" : "pin-show", &j)) != CTL_DONE)
		return status;
	printf(c->json ? "{\"pin\":\"%.*s\"}\n" : "%.*s\n", STR_ARGS(pin));
	return CTL_DONE;
}

static int
pin_show(struct ctl *c)
{
	return pin_print(c, false);
}

static int
pin_new(struct ctl *c)
{
	return pin_print(c, true);
}

const struct verb verbs_address[] = {
	{ "address", "add", "ADDRESS NEW", 2, 2, "Add an address to a contact; a mail to it asks whether it is theirs",
	    "casectl address add eva@acme.example e.lind@acme.example", NULL, address_add },
	{ "address", "list", "ADDRESS", 1, 1, "List the addresses of a person", "casectl address list eva@acme.example",
	    NULL, address_list },
	{ "address", "verify", "NEW", 1, 1, "Vouch for an address that waits to be verified",
	    "casectl address verify e.lind@acme.example", NULL, address_verify },
	{ "address", "remove", "NEW", 1, 1, "Remove a further address of a person",
	    "casectl address remove e.lind@acme.example", NULL, address_remove },
	{ "pin", "show", "ADDRESS", 1, 1, "Show the PIN of a contact; that is noted in the audit",
	    "casectl pin show eva@acme.example", NULL, pin_show },
	{ "pin", "new", "ADDRESS", 1, 1, "Give a contact a new PIN, and show it", "casectl pin new eva@acme.example",
	    NULL, pin_new },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
