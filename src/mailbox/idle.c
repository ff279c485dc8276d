/* SPDX-License-Identifier: ISC
 * idle.c: IDLE by lines. EXISTS counts wherever it comes: before the "+", while idling, or between
 * our DONE and the tagged answer. A server that chats without end is left when the time is over.
 */
#include "config.h"

#include "mailbox/idle.h"

#include <poll.h>

#include "base/clock.h"

/* "* 23 EXISTS" and "* 4 EXPUNGE" count; anything else is of no interest here. */
static void
untagged(struct imap *m, struct str line)
{
	struct str word, what;
	long long n;

	line = str_skip(str_trim(line), 2);
	if (!str_next_field(&line, ' ', &word) || !str_to_number(word, &n) || !str_next_field(&line, ' ', &what))
		return;
	if (str_equal_nocase(what, STR("EXISTS")) && n <= UINT32_MAX)
		imap_status_exists(m, (uint32_t)n);
	if (str_equal_nocase(what, STR("EXPUNGE")))
		imap_status_expunged(m);
}

/* Reads up to the tagged answer, or up to the "+" where wanted. */
static enum imap_result
read_until(struct imap *m, const char *tag, bool want_plus, int64_t end, struct err *e)
{
	struct str line, answer;

	for (;;) {
		line = imap_line(m);
		if (line.n == 0)
			return imap_died(m, "IDLE", e);
		if (want_plus && line.p[0] == '+')
			return IMAP_OK;
		if (line.p[0] == '*')
			untagged(m, line);
		if (str_starts(line, str_of(tag)))
			break;
		if (clock_monotonic() > end) {
			imap_died(m, "IDLE", e);
			err_set(e, ERR_RETRY, "IDLE: the server took too long");
			return IMAP_DEAD;
		}
	}
	answer = str_head(str_trim(str_skip(line, str_of(tag).n)), 400);
	if (!want_plus && str_starts_nocase(answer, STR("OK")))
		return IMAP_OK;
	err_set(e, ERR_RETRY, "IDLE: the server said %.*s", STR_ARGS(answer));
	return want_plus && str_starts_nocase(answer, STR("NO")) ? IMAP_NO : IMAP_DEAD;
}

static bool
is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&p, 1, 0) > 0;
}

enum imap_result
idle_once(struct imap *m, int wake_fd, int64_t ms, bool *woken, struct err *e)
{
	int64_t end = clock_monotonic() + ms, left;
	char tag[IMAP_TAG];
	enum imap_result r;

	*woken = false;
	if (!imap_alive(m) || imap_start(m, "IDLE", tag) != 0)
		return imap_died(m, "IDLE", e);
	r = read_until(m, tag, true, clock_monotonic() + imap_status(m)->timeout_ms, e);
	if (r != IMAP_OK)
		return r;
	while (!imap_status(m)->news && (left = end - clock_monotonic()) > 0) {
		enum transport_event event = imap_wait(m, wake_fd, left);
		struct str line;

		*woken = event == TRANSPORT_WOKEN || is_readable(wake_fd);
		if (event != TRANSPORT_DATA || *woken)
			break;
		line = imap_line(m);
		if (line.n == 0)
			return imap_died(m, "IDLE", e);
		if (line.p[0] == '*')
			untagged(m, line);
	}
	if (imap_send(m, "DONE\r\n") != 0)
		return imap_died(m, "IDLE", e);
	return read_until(m, tag, false, clock_monotonic() + imap_status(m)->timeout_ms, e);
}
