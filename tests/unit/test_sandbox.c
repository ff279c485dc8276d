/* SPDX-License-Identifier: ISC
 * test_sandbox.c: what a process in the reader's cage cannot do any more. Each attempt is made in a process of its own.
 * Where a sanitizer or valgrind runs the cage is not closed, and only its own calls are tried.
 */
#include "config.h"

#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define MEMORY ((size_t)256 << 20)

static pid_t parent;

static bool
is_watched(void)
{
#ifdef SANITIZED
	return true;
#else
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "valgrind");
#endif
}

/* Each gives the status to end with: 0 where the cage behaves as the table says. */
static int
do_nothing(void)
{
	return 0;
}

static int
do_open(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int
do_create(void)
{
	return open("/tmp/escaped", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES ? 0 : 1;
}

static int
do_work(void)
{
	char *p = malloc(10 << 20);

	memset(p, 1, 10 << 20);
	free(p);
	return 0;
}

static int
do_exhaust(void)
{
	void *volatile p = malloc(MEMORY + 1);

	return p == NULL ? 0 : 1;
}

static int
do_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static int
do_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static int
do_fork(void)
{
	return fork() >= 0;
}

static int
do_exec(void)
{
	char *argv[] = { (char *)"true", NULL };

	return execv("/bin/true", argv);
}

static int
do_map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int
do_protect_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static int
do_kill_parent(void)
{
	return kill(parent, 0);
}

static int
do_kill_parents_thread(void)
{
	return (int)syscall(SYS_tgkill, parent, parent, 0);
}

static int
do_limit_parent(void)
{
	struct rlimit l;

	return prlimit(parent, RLIMIT_NOFILE, NULL, &l);
}

static int
do_trace_parent(void)
{
	return (int)syscall(SYS_ptrace, 16, parent, NULL, NULL);
}

static int
do_unlink(void)
{
	return unlink("/tmp/nothing-of-that-name");
}

static int
do_abort(void)
{
	abort();
	return 1;
}

static int
do_loop(void)
{
	volatile unsigned n = 0;

	sandbox_allow_cpu(0);
	while (n + 1 > 0)
		n++;
	return 1;
}

static int
do_loop_twice(void)
{
	struct rlimit before, after;

	sandbox_allow_cpu(5);
	getrlimit(RLIMIT_CPU, &before);
	sandbox_allow_cpu(7);
	getrlimit(RLIMIT_CPU, &after);
	return after.rlim_cur == before.rlim_cur + 2 ? 0 : 1;
}

static const struct attempt {
	const char *name;
	int (*act)(void);
	int signal;   /* that ends it; 0: it ends with status 0 */
	bool watched; /* holds without the filter and the limit of memory too */
} attempts[] = {
	{ "it lives", do_nothing, 0, true },
	{ "memory within the limit", do_work, 0, true },
	{ "CPU time is counted from now on, again and again", do_loop_twice, 0, true },
	{ "too much CPU time", do_loop, SIGXCPU, true },
	{ "abort", do_abort, SIGABRT, false },
	{ "opening a file is refused", do_open, 0, false },
	{ "making a file is refused", do_create, 0, false },
	{ "memory beyond the limit", do_exhaust, 0, false },
	{ "a network socket", do_socket, SIGSYS, false },
	{ "a local socket", do_unix_socket, SIGSYS, false },
	{ "fork", do_fork, SIGSYS, false },
	{ "exec", do_exec, SIGSYS, false },
	{ "memory that may be run", do_map_code, SIGSYS, false },
	{ "making memory runnable", do_protect_code, SIGSYS, false },
	{ "a signal to the parent", do_kill_parent, SIGSYS, false },
	{ "a signal to the parent's thread", do_kill_parents_thread, SIGSYS, false },
	{ "the parent's limits", do_limit_parent, SIGSYS, false },
	{ "tracing the parent", do_trace_parent, SIGSYS, false },
	{ "unlink", do_unlink, SIGSYS, false },
};

static void
attempt_run(const struct attempt *t)
{
	struct limits limits = { .reader_memory_bytes = MEMORY };
	int status = -1;
	struct err e;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sandbox_close(&limits, &e) < 0 ? 99 : t->act());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	if (t->signal)
		OK(WIFSIGNALED(status) && WTERMSIG(status) == t->signal, "%s: signal %d (wait status %#x)", t->name,
		    t->signal, (unsigned)status);
	else
		OK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s (wait status %#x)", t->name, (unsigned)status);
}

int
main(void)
{
	parent = getpid();
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (attempts[i].watched || !is_watched())
			attempt_run(&attempts[i]);
	return tap_done();
}
