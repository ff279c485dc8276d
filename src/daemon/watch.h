/* SPDX-License-Identifier: ISC
 * watch.h: wakes when somebody commits to the database, so that nothing polls it.
 */
#ifndef CASEMAIL_DAEMON_WATCH_H
#define CASEMAIL_DAEMON_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct watch;

/* Watches the write-ahead log beside the database file (inotify). -1 and ERR_RETRY where the kernel refuses. */
int watch_open(struct str database, struct watch **out, struct err *e);
void watch_close(struct watch **w);
/* Waits until something was written since the last call, stop_fd is readable, or ms are over; less than ms for some
 * seconds after something was written, as a commit can be seen only after that. */
void watch_wait(struct watch *w, int stop_fd, int64_t ms);
/* Likewise, or until the other side of one of ends, at most WATCH_ENDS_MOST reading sides of pipes, is closed; what can
 * be read from them ends no wait. w NULL: what is written ends none either. */
#define WATCH_ENDS_MOST 16
void watch_wait_ends(struct watch *w, int stop_fd, const int *ends, size_t n, int64_t ms);

#endif
