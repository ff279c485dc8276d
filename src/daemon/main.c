/* SPDX-License-Identifier: ISC
 * main.c: casemaild. Options, the check of the configuration, the lock; then the supervisor, or, re-executed by it with
 * --role, one of its children. The reference is casemaild(8).
 */
#include "config.h"

#include <assert.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/check.h"
#include "daemon/dispatch.h"
#include "daemon/intake.h"
#include "daemon/process.h"
#include "daemon/replay.h"
#include "daemon/send.h"
#include "daemon/supervise.h"
#include "store/store.h"

#define EXIT_USAGE 2
#define EXIT_TROUBLE 3 /* configuration or store */

struct options {
	const char *path, *role, *mailbox, *replay;
	bool foreground, check, once, debug, journal;
};

static void
usage(FILE *out)
{
	fprintf(out,
	    "usage: casemaild [-dfn] [-c file] [--once]\n"
	    "       casemaild [-d] [-c file] --replay path\n"
	    "       casemaild --version | --help\n\n"
	    "  -c, --config FILE   the configuration (default " SYSCONFDIR "/casemail/casemaild.conf)\n"
	    "  -f, --foreground    do not detach; log to standard error\n"
	    "  -n, --check         check the configuration, say what is wrong, stop\n"
	    "      --once          one pass of every mailbox and the due letters, then stop\n"
	    "      --replay PATH   decide the mail in a file, an mbox, a Maildir or a folder of them, then stop\n"
	    "  -d, --debug         log more\n\n"
	    "example: casemaild -n && casemaild -f\n");
}

static int
options_read(int argc, char **argv, struct options *o)
{
	static const struct option known[] = { { "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' }, { "check", no_argument, NULL, 'n' },
		{ "once", no_argument, NULL, 'o' }, { "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' }, { "help", no_argument, NULL, 'h' },
		{ "role", required_argument, NULL, 'R' }, { "replay", required_argument, NULL, 'P' },
		{ "mailbox", required_argument, NULL, 'M' }, { "journal", no_argument, NULL, 'J' },
		{ NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "c:fndh", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->path = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'n':
			o->check = true;
			break;
		case 'o':
			o->once = true;
			break;
		case 'd':
			o->debug = true;
			break;
		case 'J':
			o->journal = true;
			break;
		case 'R':
			o->role = optarg;
			break;
		case 'P':
			o->replay = optarg;
			break;
		case 'M':
			o->mailbox = optarg;
			break;
		case 'V':
			printf("casemaild %s\n", PACKAGE_VERSION);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return -1;
		}
	}
	if (o->replay && (o->once || o->check || o->foreground))
		return -1;
	return optind == argc ? 0 : -1;
}

static const struct mailbox_settings *
mailbox_find(const struct configuration *c, const char *name)
{
	for (size_t i = 0; i < c->n_mailboxes; i++)
		if (str_equal(c->mailboxes[i].name, str_of(name)))
			return &c->mailboxes[i];
	return NULL;
}

/* A child: the configuration comes by descriptor, checked by the supervisor. */
static int
role_run(const struct options *o)
{
	char path[64], name[96];
	struct configuration *c;
	struct buf errors;
	int status = EXIT_TROUBLE;

	snprintf(name, sizeof(name), "%s%s%s", o->role, o->mailbox ? " " : "", o->mailbox ? o->mailbox : "");
	log_open(name, o->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	if (o->journal)
		log_to_journal();
	process_init();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", PROCESS_CONFIGURATION_FD);
	buf_init(&errors, 1 << 20);
	c = configuration_load(path, &errors);
	if (c == NULL) {
		LOG_ERROR("the supervisor's configuration can not be read", LOG_TEXT("errors", buf_str(&errors)));
	} else if (strcmp(o->role, "dispatcher") == 0) {
		status = dispatch_run(c, &(struct child_start){ .configuration_fd = PROCESS_CONFIGURATION_FD,
					     .once = o->once,
					     .debug = o->debug,
					     .journal = o->journal });
	} else if (strcmp(o->role, "sender") == 0) {
		status = send_run(c, false);
	} else if (strcmp(o->role, "intake") == 0 && o->mailbox) {
		const struct mailbox_settings *m = mailbox_find(c, o->mailbox);

		status = m ? intake_run(c, m, o->once) : EXIT_USAGE;
	}
	buf_free(&errors);
	configuration_close(&c);
	return status;
}

/* In the background: a child goes on, the caller's process waits until the child says that it holds the lock, and
 * passes on whether it does. Gives the descriptor to say it on, or -1. */
static int
detach_begin(void)
{
	int p[2];
	pid_t pid;
	char c;

	if (pipe2(p, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		perror("casemaild");
		return -1;
	}
	if (pid == 0) {
		close(p[0]);
		return p[1];
	}
	close(p[1]);
	_exit(read(p[0], &c, 1) == 1 ? 0 : EXIT_TROUBLE);
}

/* Leaves the terminal; from here on the log goes to the journal. */
static int
detach_end(int tell)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (setsid() < 0 || chdir("/") < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return -1;
	close(null);
	log_to_journal();
	return write(tell, "", 1) == 1 && close(tell) == 0 ? 0 : -1;
}

/* The path as it will hold after chdir("/"); symbolic links in it stay, so that SIGHUP sees where they lead then. */
static char *
path_from_root(const char *path)
{
	char *folder, *out;

	assert(path != NULL);
	if (path[0] == '/' || (folder = getcwd(NULL, 0)) == NULL)
		return strdup(path);
	if (asprintf(&out, "%s/%s", folder, path) < 0)
		out = NULL;
	free(folder);
	return out;
}

static int
daemon_run(const struct options *o, struct configuration **c)
{
	bool background = !o->foreground && !o->once;
	char *database = strndup((*c)->database.p, (*c)->database.n), *path = path_from_root(o->path);
	int tell = background ? detach_begin() : -1, lock, status = EXIT_TROUBLE;
	struct err e;

	if (database == NULL || path == NULL)
		abort();
	if (background && tell < 0)
		goto out;
	if (store_lock_daemon(str_of(database), &lock, &e) < 0) {
		LOG_ERROR("not started", LOG_Z("reason", e.text));
		goto out;
	}
	if (!background || detach_end(tell) == 0)
		status = supervise_run(
		    path, c, &(struct supervise_mode){ .once = o->once, .debug = o->debug, .journal = background });
	store_unlock_daemon(str_of(database), &lock);
out:
	free(database);
	free(path);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { .path = SYSCONFDIR "/casemail/casemaild.conf" };
	struct configuration *c;
	struct buf errors;
	int status = 0;

	if (options_read(argc, argv, &o) < 0) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (o.role)
		return role_run(&o);
	log_open("casemaild", o.debug ? LOG_LEVEL_DEBUG : o.replay ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO);
	buf_init(&errors, 1 << 20);
	c = check_configuration(o.path, &errors);
	if (c == NULL) {
		fputs(buf_z(&errors), stderr);
		status = EXIT_TROUBLE;
	} else if (o.check) {
		printf("%s: no errors\n", o.path);
	} else if (o.replay) {
		status = replay_run(c, o.replay);
	} else {
		status = daemon_run(&o, &c);
	}
	buf_free(&errors);
	configuration_close(&c);
	return status;
}
