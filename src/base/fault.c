/* SPDX-License-Identifier: ISC
 * fault.c: death at a named step, for the tests that restart the daemon afterwards and compare. The variable is read
 * once; a process started without it can not be made to die.
 */
#include "config.h"

#include "base/fault.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
fault_wanted(const char *path, const char *name)
{
	char line[128] = "";
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, name) == 0;
}

void
fault_point(const char *name)
{
	static const char *path;
	static bool looked;

	if (!looked) {
		path = getenv("CASEMAIL_TEST_FAULT");
		looked = true;
	}
	if (path && fault_wanted(path, name) && unlink(path) == 0)
		raise(SIGKILL);
}
