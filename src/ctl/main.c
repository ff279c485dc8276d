/* SPDX-License-Identifier: ISC
 * main.c: casectl. Parses, loads the configuration, runs one command. The reference is casectl(8).
 */
#include "config.h"

#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ctl/args.h"
#include "ctl/pager.h"

#define COMMAND_MEMORY ((size_t)1 << 32)

/* Who runs it: the login name, for the audit. */
static struct str
who_runs(struct arena *a)
{
	const struct passwd *p = getpwuid(getuid());

	return p ? arena_format(a, "casectl %s", p->pw_name) : arena_format(a, "casectl uid %u", (unsigned)getuid());
}

int
main(int argc, char **argv)
{
	struct ctl c = {
		.path = SYSCONFDIR "/casemail/casemaild.conf", .arena = arena_open(COMMAND_MEMORY), .now = clock_now()
	};
	int status;

	setlocale(LC_CTYPE, "");
	log_open("casectl", LOG_LEVEL_WARNING);
	c.who = who_runs(c.arena);
	if (args_parse(&c, argc, argv, &status) == 0)
		status = c.verb->run(&c);
	if (!pager_close() && fflush(stdout) != 0 && status == CTL_DONE)
		status = CTL_TROUBLE;
	store_close(&c.store);
	configuration_close(&c.configuration);
	arena_close(&c.arena);
	return status;
}
