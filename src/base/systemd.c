/* SPDX-License-Identifier: ISC
 * systemd.c: the service manager and the journal. Everything here does nothing, quietly, on a system
 * or in a session without them, so that callers need not ask.
 */
#include "config.h"

#include "base/systemd.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#define ENTRIES_MOST 64

void
systemd_notify(const char *state)
{
	sd_notify(0, state);
}

long long
systemd_watchdog(void)
{
	uint64_t microseconds = 0;

	if (sd_watchdog_enabled(0, &microseconds) <= 0)
		return 0;
	return (long long)(microseconds / 2000);
}

bool
systemd_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void
systemd_journal_send(const struct str *entries, size_t n)
{
	struct iovec v[ENTRIES_MOST];

	if (n > ENTRIES_MOST)
		n = ENTRIES_MOST;
	for (size_t i = 0; i < n; i++)
		v[i] = (struct iovec){ (void *)(uintptr_t)entries[i].p, entries[i].n };
	sd_journal_sendv(v, (int)n);
}
