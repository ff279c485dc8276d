/* SPDX-License-Identifier: ISC
 * health.c: casectl health: whether the whole does its work, for people and for monitoring programs.
 *
 * The exit status is that of a monitoring plugin (0 ok, 1 warning, 2 critical, 3 unknown), also where the store can not
 * be opened: then it is 3, as everywhere in casectl.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/listing.h"
#include "ctl/table.h"
#include "daemon/settle.h"
#include "rules/health.h"

static void
print_plugin(const struct health_check *checks, size_t n, enum health_state worst)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	bool first = true;

	printf("CASEMAIL %s", words[worst]);
	for (size_t i = 0; i < n; i++) {
		if (worst != HEALTH_OK && checks[i].state == HEALTH_OK)
			continue;
		printf("%s%.*s: %.*s", first ? " - " : "; ", STR_ARGS(checks[i].name), STR_ARGS(checks[i].words));
		first = false;
	}
	putchar('\n');
}

static void
print_people(const struct health_check *checks, size_t n)
{
	static const enum mark marks[] = { MARK_GREEN, MARK_YELLOW, MARK_RED, MARK_YELLOW };

	for (size_t i = 0; i < n; i++) {
		table_mark(marks[checks[i].state]);
		printf("%-9s", health_state_name(checks[i].state));
		table_mark(MARK_OFF);
		printf(" %-20.*s ", STR_ARGS(checks[i].name));
		table_hang(checks[i].words, 31);
	}
}

static int
health_run(struct ctl *c)
{
	static const struct column columns[] = { { "STATE", "state" }, { "CHECK", "check" }, { "DETAIL", "detail" } };
	struct health_check *checks;
	enum health_state worst;
	struct listing *l;
	struct err e;
	size_t n;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (settle_health(c->configuration, c->store, c->now, c->arena, &checks, &n, &e) < 0)
		return ctl_fail(c, &e);
	worst = health_worst(checks, n);
	if (ctl_has(c, "plugin")) {
		print_plugin(checks, n, worst);
	} else if (!c->json && table_is_terminal()) {
		print_people(checks, n);
	} else {
		l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
		for (size_t i = 0; i < n; i++) {
			listing_row(l);
			listing_z(l, "state", health_state_name(checks[i].state));
			listing_text(l, "check", checks[i].name);
			listing_text(l, "detail", checks[i].words);
		}
		listing_close(l);
	}
	return (int)worst;
}

static const struct option_spec health_options[] = {
	{ "plugin", NULL, false, false, "one line, as monitoring programs want it" },
	{ NULL, NULL, false, false, NULL },
};

const struct verb verbs_health[] = {
	{ "health", NULL, "", 0, 0, "Show whether mailboxes, outbox and disk are in order", "casectl health",
	    health_options, health_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
