/* SPDX-License-Identifier: ISC
 * pager.c: a child between standard output and the terminal.
 *
 * Whoever leaves the pager early has seen enough: the broken pipe is no error then. Ctrl-C is the pager's key.
 */
#include "config.h"

#include "ctl/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/table.h"

static pid_t pager; /* 0: none */

static const char *
pager_command(void)
{
	const char *term = getenv("TERM"), *command = getenv("PAGER");

	if (!table_is_terminal() || term == NULL || strcmp(term, "dumb") == 0)
		return NULL;
	if (command == NULL)
		return "exec less -FRX";
	return *command == '\0' || strcmp(command, "cat") == 0 ? NULL : command;
}

/* Whether the shell would find less: an output that nobody shows would be lost. */
static bool
less_exists(void)
{
	struct str path = str_of(getenv("PATH")), folder;
	char name[4096];

	while (str_next_field(&path, ':', &folder))
		if (snprintf(name, sizeof(name), "%.*s/less", STR_ARGS(folder)) < (int)sizeof(name) &&
		    access(name, X_OK) == 0)
			return true;
	return false;
}

static void
pager_run(int input, const char *command)
{
	dup2(input, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

void
pager_open(void)
{
	const char *command = pager_command();
	int ends[2];

	if (pager || command == NULL || (getenv("PAGER") == NULL && !less_exists()) || fflush(stdout) != 0 ||
	    pipe2(ends, O_CLOEXEC) != 0)
		return;
	table_width(); /* remembered before standard output is something else */
	pager = fork();
	if (pager == 0)
		pager_run(ends[0], command);
	if (pager > 0) {
		dup2(ends[1], STDOUT_FILENO);
		signal(SIGPIPE, SIG_IGN);
		signal(SIGINT, SIG_IGN);
	} else {
		pager = 0;
	}
	close(ends[0]);
	close(ends[1]);
}

bool
pager_close(void)
{
	if (pager == 0)
		return false;
	fflush(stdout);
	close(STDOUT_FILENO);
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		continue;
	pager = 0;
	return true;
}
