/* SPDX-License-Identifier: ISC
 * smtp.c: hands mails to servers with libcurl, over one connection that is kept between mails.
 *
 * libcurl connects, verifies, logs in and talks; what was said, and how far a mail had come, is followed here through
 * its callbacks, because its own result is too coarse to tell "refused" from "perhaps taken". Its debug output, which
 * would show the login, is never switched on, proxies of the environment are not used, and no other protocol is
 * spoken. The password stays in the handle's memory while the connection may be used again: libcurl compares it.
 */
#include "config.h"

#include "outbox/smtp.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "outbox/smtp_reply.h"

#define REST_FIRST_MS 5000
#define REST_MOST_MS 300000

struct smtp {
	const struct server *servers; /* the caller's */
	size_t n;
	struct smtp_route *routes; /* of each server */
	CURL *easy;
	bool down;
	bool (*stop)(void); /* or NULL */
};

/* One attempt with one server. */
struct attempt {
	struct smtp_dialogue dialogue;
	struct str mail;
	size_t given; /* bytes of it */
	bool fresh;   /* do not use a kept connection */
	bool (*stop)(void);
	char error[CURL_ERROR_SIZE];
};

struct smtp *
smtp_open(const struct server *servers, size_t n)
{
	struct smtp *s = calloc(1, sizeof *s);

	signal(SIGPIPE, SIG_IGN);
	if (s == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || (s->easy = curl_easy_init()) == NULL)
		abort();
	s->servers = servers;
	s->n = n;
	if ((s->routes = calloc(n + 1, sizeof(*s->routes))) == NULL)
		abort();
	return s;
}

void
smtp_close(struct smtp **s)
{
	if (*s == NULL)
		return;
	curl_easy_cleanup((*s)->easy);
	curl_global_cleanup();
	free((*s)->routes);
	free(*s);
	*s = NULL;
}

void
smtp_stop_when(struct smtp *s, bool (*stop)(void))
{
	s->stop = stop;
}

struct smtp_route *
smtp_routes(struct smtp *s)
{
	return s->routes;
}

int64_t
smtp_ready_at(const struct smtp *s)
{
	int64_t now = clock_now(), first = INT64_MAX;

	for (size_t i = 0; i < s->n; i++)
		if (s->routes[i].retry_at < first)
			first = s->routes[i].retry_at;
	return first > now ? first : now;
}

bool
smtp_is_down(const struct smtp *s)
{
	return s->down;
}

static size_t
on_reply(char *p, size_t size, size_t n, void *ctx)
{
	struct attempt *a = ctx;

	return smtp_dialogue_line(&a->dialogue, (struct str){ p, size * n }) ? size * n : 0;
}

/* Connected and logged in: what follows is about the mail. */
static int
on_ready(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
	struct attempt *a = ctx;

	(void)remote, (void)local, (void)remote_port, (void)local_port;
	a->dialogue.phase = PHASE_MAIL;
	return CURL_PREREQFUNC_OK;
}

static size_t
on_read(char *p, size_t size, size_t n, void *ctx)
{
	struct attempt *a = ctx;
	struct str part = str_head(str_skip(a->mail, a->given), size * n);

	if (part.n > 0)
		memcpy(p, part.p, part.n);
	a->given += part.n;
	a->dialogue.phase = a->given == a->mail.n ? PHASE_HANDED : PHASE_DATA;
	return part.n;
}

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	(void)p, (void)ctx;
	return size * n;
}

static int
on_progress(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	struct attempt *a = ctx;

	(void)down_all, (void)down, (void)up_all, (void)up;
	return a->stop && a->stop() && a->dialogue.phase <= PHASE_MAIL;
}

static bool
host_is_loopback(struct str host)
{
	return str_equal_nocase(host, STR("localhost")) || str_equal(host, STR("::1")) ||
	       (str_starts(host, STR("127.")) && strspn(host.p, "0123456789.") >= host.n);
}

static char *
z_copy(struct str s)
{
	char *z = malloc(s.n + 1);

	if (z == NULL)
		abort();
	if (s.n > 0)
		memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	return z;
}

static void
set_z(CURL *c, CURLoption option, struct str value)
{
	char *z = z_copy(value);

	curl_easy_setopt(c, option, z); /* libcurl copies strings */
	free(z);
}

static int
set_login(CURL *c, const struct server *v, struct err *e)
{
	struct buf secret;
	int result;

	if (v->user.n == 0)
		return 0;
	result = configuration_secret(v->password_file, &secret, e);
	if (result == 0) {
		set_z(c, CURLOPT_USERNAME, v->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, buf_z(&secret));
	}
	configuration_forget(&secret);
	return result;
}

static void
set_tls(CURL *c, const struct server *v)
{
	curl_easy_setopt(c, CURLOPT_USE_SSL, v->tls == TLS_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (v->ca_file.n > 0) {
		set_z(c, CURLOPT_CAINFO, v->ca_file);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* that one only */
	}
}

/* Our own certificate, where the server may ask for one. */
static int
set_certificate(CURL *c, const struct server *v, struct err *e)
{
	struct buf key;
	int result;

	if (v->cert_file.n == 0)
		return 0;
	result = configuration_secret_path(v->key_file, &key, e);
	if (result == 0) {
		set_z(c, CURLOPT_SSLCERT, v->cert_file);
		set_z(c, CURLOPT_SSLKEY, buf_str(&key));
	} else {
		err_prefix(e, "key: ");
	}
	buf_free(&key);
	return result;
}

static int
set_server(CURL *c, const struct server *v, struct err *e)
{
	bool is_ipv6 = str_find_char(v->host, ':') >= 0;
	struct buf url;

	if (v->tls == TLS_NONE && !host_is_loopback(v->host))
		return err_set(e, ERR_FATAL, "without TLS only to this machine");
	buf_init(&url, 512);
	buf_add_format(&url, "%s://%s%.*s%s:%d", v->tls == TLS_IMPLICIT ? "smtps" : "smtp", is_ipv6 ? "[" : "",
	    STR_ARGS(v->host), is_ipv6 ? "]" : "", v->port);
	set_z(c, CURLOPT_URL, buf_str(&url));
	buf_free(&url);
	set_tls(c, v);
	if (set_certificate(c, v, e) != 0)
		return -1;
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)v->timeout_seconds);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)v->timeout_seconds);
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)v->timeout_seconds);
	return set_login(c, v, e);
}

static void
set_transfer(CURL *c, struct attempt *a, struct str from, struct curl_slist *to)
{
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, a->error);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, a->fresh ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)a->mail.n);
	set_z(c, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, a);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, a);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, a);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, a);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
}

/* After the transfer the handle must not point to what the attempt owned. */
static void
unset_transfer(CURL *c)
{
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, NULL);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, NULL);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, NULL);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, NULL);
}

/* True where this server could not be talked to. *stale: a kept connection was closed by the server before it had
 * anything to do with this mail. */
static bool
attempt_run(struct smtp *s, const struct server *v, struct attempt *a, struct str from, struct curl_slist *to,
    struct smtp_outcome *out, bool *stale)
{
	struct err e = { 0 };
	char error[CURL_ERROR_SIZE + 300] = "";
	long connects = 0;
	CURLcode code;

	*stale = false;
	smtp_dialogue_init(&a->dialogue);
	curl_easy_reset(s->easy); /* keeps connections */
	set_transfer(s->easy, a, from, to);
	if (set_server(s->easy, v, &e) != 0) {
		unset_transfer(s->easy);
		smtp_outcome_set(out, SMTP_LATER, 0, str_of(e.text));
		return true;
	}
	code = curl_easy_perform(s->easy);
	curl_easy_getinfo(s->easy, CURLINFO_NUM_CONNECTS, &connects);
	unset_transfer(s->easy);
	if (code != CURLE_OK)
		snprintf(error, sizeof error, "%.*s port %d: %s", (int)(v->host.n < 255 ? v->host.n : 255), v->host.p,
		    v->port, a->error[0] ? a->error : curl_easy_strerror(code));
	*stale = connects == 0 && a->dialogue.phase <= PHASE_MAIL && code != CURLE_OPERATION_TIMEDOUT &&
		 (a->dialogue.first == 0 || a->dialogue.first == 421);
	return smtp_dialogue_result(&a->dialogue, str_of(error), out);
}

static bool
server_try(struct smtp *s, const struct server *v, struct str from, struct curl_slist *to, struct str mail,
    struct smtp_outcome *out)
{
	struct attempt a = { .mail = mail, .stop = s->stop };
	bool stale, unreachable = attempt_run(s, v, &a, from, to, out, &stale);

	if (!stale)
		return unreachable;
	a = (struct attempt){ .mail = mail, .fresh = true, .stop = s->stop };
	return attempt_run(s, v, &a, from, to, out, &stale);
}

static void
route_note(struct smtp_route *r, bool failed, const struct smtp_outcome *out)
{
	int64_t rest = REST_FIRST_MS;

	if (!failed) {
		*r = (struct smtp_route){ 0 };
		return;
	}
	for (int i = 0; i < r->failures && rest < REST_MOST_MS; i++)
		rest *= 2;
	r->failures++;
	r->retry_at = clock_now() + (rest < REST_MOST_MS ? rest : REST_MOST_MS);
	memcpy(r->reply, out->reply, sizeof(r->reply));
}

/* Sets down where none could be talked to. */
static void
servers_try(struct smtp *s, struct str from, struct curl_slist *to, struct str mail, struct smtp_outcome *out)
{
	s->down = true;
	for (size_t i = 0; i < s->n && s->down; i++) {
		if (s->routes[i].retry_at > clock_now())
			continue;
		s->down = server_try(s, &s->servers[i], from, to, mail, out);
		if (s->stop && s->stop())
			break; /* nobody's failure */
		route_note(&s->routes[i], s->down, out);
	}
}

void
smtp_send(struct smtp *s, struct str envelope_from, struct str to, struct str mail, struct smtp_outcome *out)
{
	struct curl_slist *list;
	char *z;

	s->down = false;
	smtp_outcome_set(out, SMTP_LATER, 0, STR("every server failed lately, and is left alone for now"));
	if ((envelope_from.n > 0 && !smtp_address_is_fit(envelope_from)) || !smtp_address_is_fit(to)) {
		smtp_outcome_set(out, SMTP_REFUSED, 0, STR("the address is not fit for SMTP"));
		return;
	}
	if (!smtp_mail_is_fit(mail)) {
		smtp_outcome_set(out, SMTP_REFUSED, 0, STR("the mail is not of 7-bit lines that end in CR LF"));
		return;
	}
	z = z_copy(to);
	list = curl_slist_append(NULL, z);
	free(z);
	if (list == NULL)
		abort();
	servers_try(s, envelope_from, list, mail, out);
	curl_slist_free_all(list);
}
