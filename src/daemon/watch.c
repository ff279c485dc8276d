/* SPDX-License-Identifier: ISC
 * watch.c: inotify on the folder of the database, for its write-ahead log. The folder and not the file, because the log
 * comes and goes. A wake says only "look again".
 *
 * The bytes of a commit are written before others can see it: there is a sync between them, on a slow disk a long one.
 * Who looked too early would sleep through it. So a few of the waits after a wake are short.
 */
#include "config.h"

#include "daemon/watch.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"

/* ms until another look, after a wake. */
static const int again[] = { 10, 100, 1000, 5000 };
#define AGAIN (sizeof(again) / sizeof(*again))

struct watch {
	int fd;
	size_t looks;            /* since the last wake */
	char name[NAME_MAX + 1]; /* of the log, within its folder */
};

int
watch_open(struct str database, struct watch **out, struct err *e)
{
	struct watch *w = calloc(1, sizeof(*w));
	char folder[PATH_MAX];
	ptrdiff_t slash = str_rfind_char(database, '/');

	if (w == NULL)
		abort();
	snprintf(
	    folder, sizeof(folder), "%.*s", STR_ARGS(slash < 0 ? STR(".") : str_head(database, (size_t)slash + 1)));
	snprintf(w->name, sizeof(w->name), "%.*s-wal", STR_ARGS(str_skip(database, (size_t)(slash + 1))));
	w->looks = AGAIN;
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd >= 0 && inotify_add_watch(w->fd, folder, IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0) {
		*out = w;
		return 0;
	}
	err_set(e, ERR_RETRY, "inotify on %s: %s", folder, strerror(errno));
	watch_close(&w);
	return -1;
}

void
watch_close(struct watch **w)
{
	if (*w == NULL)
		return;
	if ((*w)->fd >= 0)
		close((*w)->fd);
	free(*w);
	*w = NULL;
}

/* Takes all events off; whether one was about the log. */
static bool
watch_drain(struct watch *w)
{
	_Alignas(struct inotify_event) char room[4096];
	bool hit = false;
	ssize_t n;

	while ((n = read(w->fd, room, sizeof(room))) > 0) {
		for (char *p = room; p < room + n;) {
			struct inotify_event *event = (struct inotify_event *)(void *)p;

			hit = hit || (event->mask & IN_Q_OVERFLOW) || (event->len && strcmp(event->name, w->name) == 0);
			p += sizeof(*event) + event->len;
		}
	}
	return hit;
}

void
watch_wait_ends(struct watch *w, int stop_fd, const int *ends, size_t n, int64_t ms)
{
	struct pollfd p[2 + WATCH_ENDS_MOST] = { { .fd = w ? w->fd : -1, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN } };
	int64_t end, left;

	assert(n <= WATCH_ENDS_MOST);
	for (size_t i = 0; i < n; i++)
		p[2 + i] = (struct pollfd){ .fd = ends[i] }; /* asked for nothing, poll still tells of the end */
	if (w && w->looks < AGAIN && ms > again[w->looks])
		ms = again[w->looks];
	if (w)
		w->looks += w->looks < AGAIN;
	end = clock_monotonic() + ms;
	while ((left = end - clock_monotonic()) > 0) {
		int hits = poll(p, 2 + n, left > 3600000 ? 3600000 : (int)left);

		if (hits < 0 && errno != EINTR)
			return;
		if (hits <= 0)
			continue;
		if (w == NULL || p[0].revents == 0 || p[1].revents)
			return;
		if (watch_drain(w)) {
			w->looks = 0;
			return;
		}
	}
}

void
watch_wait(struct watch *w, int stop_fd, int64_t ms)
{
	watch_wait_ends(w, stop_fd, NULL, 0, ms);
}
