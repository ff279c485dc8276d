/* SPDX-License-Identifier: ISC
 * sandbox.h: the reader's cage. The only file that knows libseccomp.
 */
#ifndef CASEMAIL_DAEMON_SANDBOX_H
#define CASEMAIL_DAEMON_SANDBOX_H

#include "base/err.h"
#include "reading/reading.h"

/* Closes the cage around this process: no new descriptors, no core, no file growth, no new privileges, address space at
 * most limits->reader_memory_bytes, and only the system calls that parsing needs (any other, and a signal or a
 * limit for another process, ends it with SIGSYS; opening a file fails with EACCES, as libraries try to). Charsets must
 * have been loaded before. -1 and ERR_FATAL where the kernel refuses. Builds with sanitizers, and runs under valgrind,
 * leave out the address-space limit and the filter: they need more than a reader may have. */
int sandbox_close(const struct limits *limits, struct err *e);

/* Before each message: this much more CPU time from now on, then SIGXCPU ends the process. */
void sandbox_allow_cpu(unsigned seconds);

#endif
