/* SPDX-License-Identifier: ISC
 * editor.c: a text written in the operator's editor.
 *
 * The editor's words are run by the shell, as "vim -f" has to work; the file's name is an argument, never part of them.
 * While it runs, an interrupt is the editor's business.
 */
#include "config.h"

#include "ctl/editor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_MOST ((size_t)1 << 20)
#define CUT "--- what stands below this line is not sent ---"

static int
file_make(struct str hint, char path[EDITOR_PATH_MOST])
{
	const char *folder = getenv("TMPDIR");
	FILE *f;
	int fd;

	if (folder == NULL || *folder != '/' || strlen(folder) > EDITOR_PATH_MOST - 64)
		folder = "/tmp";
	snprintf(path, EDITOR_PATH_MOST, "%s/casectl-XXXXXX", folder);
	fd = mkstemp(path); /* mode 0600, and never a file that is there */
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL || fprintf(f, "\n\n%s\n%.*s", CUT, STR_ARGS(hint)) < 0 || fclose(f) != 0) {
		fprintf(stderr, "casectl: %s: %s\n", path, strerror(errno));
		return -1;
	}
	return 0;
}

static int
editor_run(const char *path)
{
	const char *editor = getenv("VISUAL");
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	char command[1024];
	int status = -1;
	pid_t pid;

	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	if (snprintf(command, sizeof(command), "exec %s \"$1\"", editor) >= (int)sizeof(command))
		return fprintf(stderr, "casectl: $EDITOR is too long\n"), -1;
	sigaction(SIGINT, &ignore, &before);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGINT, &before, NULL);
		execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	sigaction(SIGINT, &before, NULL);
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fprintf(stderr, "casectl: the editor \"%s\" failed: set EDITOR, or give the text with --file\n", editor);
	return -1;
}

int
editor_text(struct ctl *c, struct str hint, char path[EDITOR_PATH_MOST], struct str *out)
{
	ptrdiff_t cut;

	if (file_make(hint, path) < 0)
		return CTL_TROUBLE;
	if (editor_run(path) < 0) {
		editor_done(path, false);
		return CTL_REFUSED;
	}
	if (ctl_read_file(c, path, TEXT_MOST, out) < 0)
		return CTL_REFUSED;
	cut = str_find(*out, STR(CUT));
	*out = str_trim(cut < 0 ? *out : str_head(*out, (size_t)cut));
	if (out->n)
		return CTL_DONE;
	editor_done(path, true);
	return ctl_refuse("no text: nothing was done");
}

void
editor_done(const char *path, bool used)
{
	if (*path == '\0')
		return;
	if (used)
		unlink(path);
	else
		fprintf(stderr, "casectl: the text is kept in %s\n", path);
}
