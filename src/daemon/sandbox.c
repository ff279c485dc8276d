/* SPDX-License-Identifier: ISC
 * sandbox.c: resource limits and a seccomp allow-list. What is allowed is what malloc, the C library and a clean or an
 * aborted exit use; no path is ever opened, nothing is connected, started or traced.
 */
#include "config.h"

#include "daemon/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(close),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(brk),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(getrandom),
	SCMP_SYS(getrusage), SCMP_SYS(setrlimit), SCMP_SYS(getrlimit), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group) };

static const int refused_politely[] = { SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(stat), SCMP_SYS(readlink), SCMP_SYS(ioctl), SCMP_SYS(uname), SCMP_SYS(getcwd),
	SCMP_SYS(sysinfo) };

static int
limit_set(int what, rlim_t value)
{
	struct rlimit l = { .rlim_cur = value, .rlim_max = value };

	return setrlimit(what, &l);
}

static int
filter_rules(scmp_filter_ctx f)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(allowed) / sizeof(*allowed); i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; r == 0 && i < sizeof(refused_politely) / sizeof(*refused_politely); i++)
		r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), refused_politely[i], 0);
	/* Memory, but never memory that may be run. */
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = seccomp_rule_add(
		    f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* Its own limits and its own abort, never those of the processes beside it. */
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0));
	if (r == 0)
		r = seccomp_rule_add(
		    f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return r;
}

static int
filter_load(struct err *e)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r;

	if (f == NULL)
		return err_set(e, ERR_FATAL, "seccomp: no filter could be made");
	r = filter_rules(f);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r == 0 ? 0 : err_set(e, ERR_FATAL, "seccomp: %s", strerror(-r));
}

/* valgrind and the sanitizers bring a memory manager of their own. */
static bool
sandbox_is_watched(void)
{
#ifdef SANITIZED
	return true;
#else
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "valgrind");
#endif
}

int
sandbox_close(const struct limits *limits, struct err *e)
{
	bool watched = sandbox_is_watched();

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || limit_set(RLIMIT_CORE, 0) < 0 ||
	    limit_set(RLIMIT_FSIZE, 0) < 0)
		return err_set(e, ERR_FATAL, "limits: %s", strerror(errno));
	if (watched)
		return 0;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || limit_set(RLIMIT_NOFILE, 0) < 0 ||
	    limit_set(RLIMIT_NPROC, 0) < 0 ||
	    (limits->reader_memory_bytes && limit_set(RLIMIT_AS, limits->reader_memory_bytes) < 0))
		return err_set(e, ERR_FATAL, "limits: %s", strerror(errno));
	return filter_load(e);
}

void
sandbox_allow_cpu(unsigned seconds)
{
	struct rusage used;
	struct rlimit l;

	if (getrusage(RUSAGE_SELF, &used) < 0 || getrlimit(RLIMIT_CPU, &l) < 0)
		abort();
	l.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + seconds + 1;
	if (setrlimit(RLIMIT_CPU, &l) < 0)
		abort();
}
