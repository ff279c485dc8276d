/* SPDX-License-Identifier: ISC
 * transport.c: libcurl connects, verifies and logs in (CURLOPT_CONNECT_ONLY), then gives us the
 * bare stream. Sends no IMAP command of its own but LOGOUT, parses none.
 *
 * Invariants: every wait ends; a stream that failed once stays dead; all that is received passes
 * wire.c before a caller sees it. The time allowance counts only waiting, so a caller that works
 * long on a message is not punished, and a server that drips bytes is.
 */
#include "config.h"

#include "mailbox/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "mailbox/wire.h"

#define AHEAD 16384 /* one TLS record */
#define LINE_LOGIN 4096

struct transport {
	CURL *curl;
	curl_socket_t fd;
	struct wire wire;
	int64_t wait_left;
	uint64_t bytes_left;
	char ahead[AHEAD]; /* received and watched, not yet read */
	size_t ahead_from, ahead_n;
	bool dead;
	struct err why;
	/* while logging in */
	bool refuses_preauth, is_preauth, is_clear_refused, is_busy;
	bool is_clear;
	char refusal[512]; /* the last NO, BAD or BYE line */
	char detail[CURL_ERROR_SIZE];
};

static int
fail(struct transport *t, const char *why)
{
	if (!t->dead)
		err_set(&t->why, ERR_RETRY, "%s", why);
	t->dead = true;
	return -1;
}

/* Response codes of RFC 5530 and Exchange that say "not now" rather than "wrong password". */
static bool
line_is_busy(struct str line)
{
	static const char *const codes[] = { "[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "[SERVERBUG]", "[THROTTLED]",
		"[CONTACTADMIN]" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (str_find_nocase(line, str_of(codes[i])) >= 0)
			return true;
	return false;
}

/* libcurl shows each line the server sends before and during the login. */
static size_t
on_line(char *p, size_t size, size_t n, void *context)
{
	struct transport *t = context;
	struct str line = str_trim((struct str){ p, size * n }), rest;

	if (line.n > LINE_LOGIN)
		return 0;
	if (str_starts_nocase(line, STR("* PREAUTH"))) {
		t->is_preauth = true;
		return 0;
	}
	rest = str_skip(line, (size_t)(str_find_char(line, ' ') + 1));
	if (str_starts_nocase(rest, STR("NO")) || str_starts_nocase(rest, STR("BAD")) ||
	    str_starts_nocase(rest, STR("BYE"))) {
		struct str cut = str_head(rest, sizeof(t->refusal) - 1);

		memcpy(t->refusal, cut.p, cut.n);
		t->refusal[cut.n] = '\0';
		t->is_busy = line_is_busy(rest) || str_starts_nocase(rest, STR("BYE"));
	}
	return size * n;
}

static bool
address_is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24) == 127;
	if (a->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
	return false;
}

static curl_socket_t
on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transport *t = context;

	(void)purpose;
	if (t->is_clear && !address_is_loopback(&address->addr)) {
		t->is_clear_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A peer that vanished without a word is noticed within a minute, also while idling. */
static int
on_connected(void *context, curl_socket_t fd, curlsocktype purpose)
{
	int on = 1, idle = 25, interval = 10, count = 3;
	unsigned unacknowledged_ms = 55000;

	(void)context;
	(void)purpose;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof(unacknowledged_ms));
	return CURL_SOCKOPT_OK;
}

static enum mailbox_trouble
trouble_of(const struct transport *t, CURLcode code)
{
	if (t->is_preauth)
		return MAILBOX_TROUBLE_TLS;
	switch (code) {
	case CURLE_LOGIN_DENIED:
	case CURLE_AUTH_ERROR:
		return t->is_busy ? MAILBOX_TROUBLE_SERVER : MAILBOX_TROUBLE_LOGIN;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_USE_SSL_FAILED:
		return MAILBOX_TROUBLE_TLS;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
		return MAILBOX_TROUBLE_CONNECTION;
	default:
		return MAILBOX_TROUBLE_SERVER;
	}
}

static int
connect_failed(struct transport *t, CURLcode code, enum mailbox_trouble *trouble, struct err *e)
{
	const char *detail = t->detail[0] ? t->detail : curl_easy_strerror(code);

	*trouble = trouble_of(t, code);
	if (t->is_clear_refused)
		return err_set(e, ERR_FATAL, "tls = \"none\" is for loopback addresses only");
	if (t->is_preauth)
		return err_set(
		    e, ERR_RETRY, "the server greets with PREAUTH, that is, as somebody we did not log in as");
	if (code == CURLE_SSL_CACERT_BADFILE)
		return err_set(e, ERR_FATAL, "cannot read the authority file: %s", detail);
	if (*trouble == MAILBOX_TROUBLE_LOGIN || (*trouble == MAILBOX_TROUBLE_SERVER && t->refusal[0]))
		return err_set(e, ERR_RETRY, "login refused: %s", t->refusal[0] ? t->refusal : detail);
	return err_set(e, ERR_RETRY, "%s", detail);
}

static void
set_z(CURL *curl, CURLoption option, struct str s)
{
	struct buf z;

	buf_init(&z, s.n + 1);
	buf_add(&z, s);
	curl_easy_setopt(curl, option, buf_z(&z));
	buf_free(&z);
}

static void
set_url(CURL *curl, const struct server *s)
{
	bool is_v6 = str_find_char(s->host, ':') >= 0 && str_find_char(s->host, '[') < 0;
	struct buf url;

	buf_init(&url, s->host.n + 64);
	buf_add_format(&url, "%s://%s%.*s%s:%d/", s->tls == TLS_IMPLICIT ? "imaps" : "imap", is_v6 ? "[" : "",
	    STR_ARGS(s->host), is_v6 ? "]" : "", s->port);
	curl_easy_setopt(curl, CURLOPT_URL, buf_z(&url));
	buf_free(&url);
}

static void
set_options(struct transport *t, const struct server *s)
{
	CURL *c = t->curl;

	set_url(c, s);
	set_z(c, CURLOPT_USERNAME, s->user);
	if (s->ca_file.n > 0) {
		set_z(c, CURLOPT_CAINFO, s->ca_file);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "imap,imaps");
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_USE_SSL, s->tls == TLS_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, s->timeout_seconds * 1000L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, s->timeout_seconds * 1000L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->detail);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, on_connected);
}

/* Our own certificate, where the server may ask for one. */
static int
set_certificate(CURL *c, const struct server *s, struct err *e)
{
	struct buf key;
	int result;

	if (s->cert_file.n == 0)
		return 0;
	result = configuration_secret_path(s->key_file, &key, e);
	if (result == 0) {
		set_z(c, CURLOPT_SSLCERT, s->cert_file);
		set_z(c, CURLOPT_SSLKEY, buf_str(&key));
	} else {
		err_prefix(e, "key: ");
	}
	buf_free(&key);
	return result;
}

static int
connect_with(struct transport *t, const struct server *s, enum mailbox_trouble *trouble, struct err *e)
{
	struct buf password;
	CURLcode code;

	if (set_certificate(t->curl, s, e) != 0) {
		*trouble = MAILBOX_TROUBLE_TLS;
		return -1;
	}
	if (configuration_secret(s->password_file, &password, e) != 0) {
		*trouble = MAILBOX_TROUBLE_LOGIN;
		configuration_forget(&password);
		return err_prefix(e, "password: ");
	}
	curl_easy_setopt(t->curl, CURLOPT_PASSWORD, buf_z(&password));
	configuration_forget(&password);
	code = curl_easy_perform(t->curl);
	curl_easy_setopt(t->curl, CURLOPT_PASSWORD, NULL);
	if (code != CURLE_OK || t->is_preauth)
		return connect_failed(t, code, trouble, e);
	code = curl_easy_getinfo(t->curl, CURLINFO_ACTIVESOCKET, &t->fd);
	if (code != CURLE_OK || t->fd == CURL_SOCKET_BAD)
		return connect_failed(t, CURLE_COULDNT_CONNECT, trouble, e);
	return 0;
}

static int
settings_check(const struct server *s, struct err *e)
{
	if (s->user.n == 0)
		return err_set(e, ERR_FATAL, "a mailbox needs a user");
	if (s->host.n == 0 || memchr(s->host.p, '/', s->host.n) || memchr(s->host.p, '@', s->host.n))
		return err_set(e, ERR_FATAL, "not a host name: %.*s", STR_ARGS(s->host));
	return 0;
}

int
transport_open(const struct server *server, struct transport **out, enum mailbox_trouble *trouble, struct err *e)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct transport *t;

	*out = NULL;
	*trouble = MAILBOX_TROUBLE_SERVER;
	if (settings_check(server, e) != 0)
		return -1;
	sigaction(SIGPIPE, &ignore, NULL);
	t = calloc(1, sizeof(*t));
	if (t == NULL || (t->curl = curl_easy_init()) == NULL)
		abort();
	t->fd = CURL_SOCKET_BAD;
	t->is_clear = server->tls == TLS_NONE;
	set_options(t, server);
	wire_init(&t->wire, 0, 0);
	if (connect_with(t, server, trouble, e) != 0) {
		curl_easy_cleanup(t->curl);
		free(t);
		return -1;
	}
	*trouble = MAILBOX_TROUBLE_NONE;
	*out = t;
	return 0;
}

void
transport_close(struct transport **out)
{
	static const char logout[] = "Z LOGOUT\r\n";
	struct transport *t = *out;
	size_t sent;

	*out = NULL;
	if (t == NULL)
		return;
	if (!t->dead)
		curl_easy_send(t->curl, logout, sizeof(logout) - 1, &sent);
	curl_easy_cleanup(t->curl);
	free(t);
}

void
transport_begin(struct transport *t, int64_t wait_ms, uint64_t bytes, size_t line_max, size_t literal_max)
{
	t->wait_left = wait_ms;
	t->bytes_left = bytes;
	t->wire.line_max = line_max;
	t->wire.literal_max = literal_max;
}

/* Waits for the socket and charges the time; -1 when the allowance is used up. */
static int
wait_for(struct transport *t, short events)
{
	struct pollfd p = { .fd = t->fd, .events = events };
	int64_t start = clock_monotonic();
	int r;

	if (t->wait_left <= 0)
		return fail(t, "the server took too long");
	r = poll(&p, 1, t->wait_left > 3600000 ? 3600000 : (int)t->wait_left);
	t->wait_left -= clock_monotonic() - start;
	if (r == 0 || t->wait_left <= 0)
		return fail(t, "the server took too long");
	if (r < 0 && errno != EINTR)
		return fail(t, strerror(errno));
	return 0;
}

static int
refused(struct transport *t)
{
	char why[sizeof(t->why.text)];

	snprintf(why, sizeof(why), "%s%s%s", wire_refused(&t->wire), t->wire.text[0] ? ": " : "", t->wire.text);
	return fail(t, why);
}

/* Takes what has arrived into the empty read-ahead: 1, nothing there: 0, dead: -1. */
static int
receive(struct transport *t)
{
	size_t n = 0, good;
	CURLcode code;

	if (t->dead)
		return -1;
	if (wire_refused(&t->wire) != NULL)
		return refused(t);
	code = curl_easy_recv(t->curl, t->ahead, sizeof(t->ahead), &n);
	if (code == CURLE_AGAIN)
		return 0;
	if (code != CURLE_OK)
		return fail(t, curl_easy_strerror(code));
	if (n == 0)
		return fail(t, "the server closed the connection");
	if (n > t->bytes_left)
		return fail(t, "the server sent more than was asked for");
	t->bytes_left -= n;
	good = wire_feed(&t->wire, t->ahead, n);
	t->ahead_from = 0;
	t->ahead_n = good;
	return good > 0 ? 1 : receive(t);
}

ssize_t
transport_read(struct transport *t, void *p, size_t n)
{
	while (t->ahead_n == 0) {
		int r = receive(t);

		if (r < 0 || (r == 0 && wait_for(t, POLLIN) != 0))
			return -1;
	}
	if (n > t->ahead_n)
		n = t->ahead_n;
	memcpy(p, t->ahead + t->ahead_from, n);
	t->ahead_from += n;
	t->ahead_n -= n;
	return (ssize_t)n;
}

ssize_t
transport_write(struct transport *t, const void *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t sent = 0;
		CURLcode code =
		    t->dead ? CURLE_SEND_ERROR : curl_easy_send(t->curl, (const char *)p + done, n - done, &sent);

		if (code == CURLE_AGAIN) {
			if (wait_for(t, POLLOUT) != 0)
				return -1;
			continue;
		}
		if (code != CURLE_OK)
			return fail(t, curl_easy_strerror(code));
		done += sent;
	}
	return (ssize_t)n;
}

int
transport_trouble(const struct transport *t, struct err *e)
{
	if (!t->dead)
		return err_set(e, ERR_RETRY, "the server sent what is not IMAP");
	*e = t->why;
	return -1;
}

bool
transport_alive(const struct transport *t)
{
	return !t->dead;
}

enum transport_event
transport_wait(struct transport *t, int wake_fd, int64_t ms)
{
	int64_t end = clock_monotonic() + ms, left;

	for (;;) {
		struct pollfd p[2] = { { .fd = t->fd, .events = POLLIN }, { .fd = wake_fd, .events = POLLIN } };

		if (t->ahead_n > 0 || receive(t) != 0)
			return TRANSPORT_DATA;
		left = end - clock_monotonic();
		if (left < 0)
			left = 0;
		if (poll(p, 2, left > 3600000 ? 3600000 : (int)left) < 0 && errno != EINTR)
			return TRANSPORT_DATA;
		if (p[1].revents != 0)
			return TRANSPORT_WOKEN;
		if (p[0].revents == 0 && clock_monotonic() >= end)
			return TRANSPORT_TIMEOUT;
	}
}
