/* SPDX-License-Identifier: ISC
 * frame.c: type, three zero bytes, length (32 bits, host order: both ends are one machine), data. Where a deadline is
 * given the descriptor must not block: poll(2) waits where a call would have to.
 */
#include "config.h"

#include "daemon/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"

#define FRAME_HEADER 8

/* Waits until fd is ready; -1 where the deadline is over. */
static int
frame_wait(int fd, short events, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;
	int n;

	if (deadline == 0)
		return 0;
	do {
		left = deadline - clock_monotonic();
		n = left > 0 ? poll(&p, 1, left > 60000 ? 60000 : (int)left) : 0;
	} while ((n < 0 && errno == EINTR) || (n == 0 && left > 60000));
	if (n > 0)
		return 0;
	return err_set(e, ERR_RETRY, "%s", n == 0 ? "no answer in time" : strerror(errno));
}

/* After a call that failed: 0 where it is to be made again, once fd is ready. */
static int
frame_again(int fd, short events, int64_t deadline, const char *call, struct err *e)
{
	if (errno == EAGAIN)
		return frame_wait(fd, events, deadline, e);
	return errno == EINTR ? 0 : err_set(e, ERR_RETRY, "%s: %s", call, strerror(errno));
}

/* Header and data in as few calls as the pipe takes: the other end wakes once, and finds all there. */
static int
frame_put(int fd, struct str header, struct str data, int64_t deadline, struct err *e)
{
	while (header.n + data.n > 0) {
		struct iovec pieces[2] = { { (char *)(size_t)header.p, header.n }, { (char *)(size_t)data.p, data.n } };
		size_t taken;
		ssize_t n;

		n = writev(fd, pieces, 2);
		if (n < 0 && frame_again(fd, POLLOUT, deadline, "write", e) < 0)
			return -1;
		if (n < 0)
			continue;
		taken = (size_t)n < header.n ? (size_t)n : header.n;
		header = str_skip(header, taken);
		data = str_skip(data, (size_t)n - taken);
	}
	return 0;
}

/* Fills p with n bytes. 1: done; 0: end of file before the first; -1. */
static int
frame_get(int fd, char *p, size_t n, int64_t deadline, struct err *e)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k;

		k = read(fd, p + got, n - got);
		if (k < 0 && frame_again(fd, POLLIN, deadline, "read", e) < 0)
			return -1;
		if (k < 0)
			continue;
		if (k == 0)
			return got == 0 ? 0 : err_set(e, ERR_RETRY, "the other end closed in mid-frame");
		got += (size_t)k;
	}
	return 1;
}

int
frame_write(int fd, enum frame_type type, struct str data, int64_t deadline, struct err *e)
{
	char header[FRAME_HEADER] = { (char)type };
	uint32_t length = (uint32_t)data.n;

	if (data.n > UINT32_MAX)
		return err_set(e, ERR_REJECT, "a frame of %zu bytes is too large", data.n);
	memcpy(header + 4, &length, sizeof(length));
	return frame_put(fd, (struct str){ header, sizeof(header) }, data, deadline, e);
}

int
frame_read(
    int fd, size_t max, int64_t deadline, struct arena *a, enum frame_type *type, struct str *data, struct err *e)
{
	char header[FRAME_HEADER], *p;
	uint32_t length;
	int got = frame_get(fd, header, sizeof(header), deadline, e);

	if (got <= 0)
		return got;
	memcpy(&length, header + 4, sizeof(length));
	if (length > max)
		return err_set(e, ERR_RETRY, "a frame of %u bytes, at most %zu are allowed", length, max);
	p = arena_bytes(a, length);
	if (length > 0 && (got = frame_get(fd, p, length, deadline, e)) <= 0)
		return got < 0 ? -1 : err_set(e, ERR_RETRY, "the other end closed in mid-frame");
	*type = (enum frame_type)(unsigned char)header[0];
	*data = (struct str){ p, length };
	return 1;
}
