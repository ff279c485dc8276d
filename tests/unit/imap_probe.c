/* SPDX-License-Identifier: ISC
 * imap_probe.c: drives session.h from the command line, for the system tests.
 *
 *	imap_probe [key=value ...] command [argument ...]
 *
 * Keys are those of the settings (host, port, tls, user, password, ca, timeout, folder, batch, idle, poll,
 * message, header). Commands: list [FROM], fetch [FROM] (all, page by page), take UID..., move FOLDER UID...,
 * wait MS (standard input wakes), drain (fetch and move all to processed), state. One line of output
 * per thing that happened; the last is "done" or "trouble KIND ERR_KIND TEXT".
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "mailbox/session.h"

struct probe {
	struct mailbox_settings settings;
	struct limits limits;
	size_t batch, fetched, bytes;
	bool quiet;
	uint32_t from;
};

static const char *const troubles[] = { "none", "connection", "tls", "login", "server" };
static const char *const kinds[] = { "none", "retry", "reject", "fatal" };
static const char *const parts[] = { "whole", "header", "unreadable" };

static int
number(const char *z)
{
	long long n;

	if (!str_to_number(str_of(z), &n) || n > INT32_MAX) {
		fprintf(stderr, "not a number: %s\n", z);
		exit(2);
	}
	return (int)n;
}

static void
setting(struct probe *p, struct str key, const char *value)
{
	struct server *s = &p->settings.server;
	struct {
		const char *key;
		struct str *text;
		int *number;
		size_t *size;
	} table[] = { { "host", &s->host }, { "user", &s->user }, { "password", &s->password_file },
		{ "ca", &s->ca_file }, { "cert", &s->cert_file }, { "key", &s->key_file },
		{ "folder", &p->settings.folder }, { "processed", &p->settings.processed },
		{ "port", .number = &s->port }, { "timeout", .number = &s->timeout_seconds },
		{ "idle", .number = &p->settings.idle_seconds }, { "poll", .number = &p->settings.poll_seconds },
		{ "message", .size = &p->limits.message_bytes }, { "header", .size = &p->limits.header_bytes },
		{ "batch", .size = &p->batch } };

	if (str_equal(key, STR("tls"))) {
		s->tls = strcmp(value, "implicit") == 0   ? TLS_IMPLICIT
			 : strcmp(value, "starttls") == 0 ? TLS_STARTTLS
							  : TLS_NONE;
		return;
	}
	if (str_equal(key, STR("quiet"))) {
		p->quiet = true;
		return;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!str_equal(key, str_of(table[i].key)))
			continue;
		if (table[i].text != NULL)
			*table[i].text = str_of(value);
		else if (table[i].number != NULL)
			*table[i].number = number(value);
		else
			*table[i].size = (size_t)number(value);
		return;
	}
	fprintf(stderr, "unknown key: %.*s\n", STR_ARGS(key));
	exit(2);
}

static bool
taker(void *context, const struct session_message *m)
{
	struct probe *p = context;
	char hex[SHA256_HEX];

	p->fetched++;
	p->bytes += m->raw.n;
	if (p->quiet)
		return true;
	crypto_sha256_hex(m->raw, hex);
	printf("message %u %s %zu %s\n", m->item->uid, parts[m->part], m->raw.n, hex);
	fflush(stdout);
	return true;
}

static int
each_page(struct probe *p, struct session *s, bool fetch, bool move, struct err *e)
{
	static struct session_item items[SESSION_PAGE];
	static uint32_t uids[SESSION_PAGE];
	size_t n;

	for (;;) {
		if (session_list(s, p->from, items, p->batch, &n, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			uids[i] = items[i].uid;
			if (!p->quiet)
				printf("item %u %u %lld %u %d\n", items[i].uid, items[i].size,
				    (long long)items[i].internal_date_ms, items[i].flags, items[i].header_only);
		}
		fflush(stdout);
		if (n == 0)
			return 0;
		if (fetch && session_fetch(s, items, n, taker, p, e) != 0)
			return -1;
		if (move && session_move(s, uids, n, p->settings.processed, e) != 0)
			return -1;
		p->from = uids[n - 1] + 1;
	}
}

static int
move(struct session *s, char **argv, int argc, struct err *e)
{
	uint32_t uids[SESSION_PAGE];

	for (int i = 1; i < argc; i++)
		uids[i - 1] = (uint32_t)number(argv[i]);
	return session_move(s, uids, (size_t)argc - 1, str_of(argv[0]), e);
}

/* Fetches these UIDs without listing them first. */
static int
take(struct probe *p, struct session *s, char **argv, int argc, struct err *e)
{
	static struct session_item items[SESSION_PAGE];

	for (int i = 0; i < argc; i++)
		items[i].uid = (uint32_t)number(argv[i]);
	return session_fetch(s, items, (size_t)argc, taker, p, e);
}

static int
waiting(struct session *s, int ms, struct err *e)
{
	static const char *const events[] = { "mail", "woken", "timeout" };
	enum session_event event;
	int64_t start = clock_monotonic();

	printf("waiting\n");
	fflush(stdout);
	if (session_wait(s, 0, ms, &event, e) != 0)
		return -1;
	printf("event %s %lld\n", events[event], (long long)(clock_monotonic() - start));
	return 0;
}

static int
run(struct probe *p, struct session *s, char **argv, int argc, struct err *e)
{
	struct session_state st = session_state(s);
	const char *command = argv[0];

	p->from =
	    argc > 1 && (strcmp(command, "list") == 0 || strcmp(command, "fetch") == 0) ? (uint32_t)number(argv[1]) : 1;
	if (strcmp(command, "state") == 0) {
		printf("state uidvalidity=%u uidnext=%u exists=%u idle=%d move=%d uidplus=%d condstore=%d\n",
		    st.uidvalidity, st.uidnext, st.exists, st.idle, st.move, st.uidplus, st.condstore);
		return 0;
	}
	if (strcmp(command, "list") == 0)
		return each_page(p, s, false, false, e);
	if (strcmp(command, "fetch") == 0)
		return each_page(p, s, true, false, e);
	if (strcmp(command, "drain") == 0)
		return each_page(p, s, true, true, e);
	if (strcmp(command, "take") == 0)
		return take(p, s, argv + 1, argc - 1, e);
	if (strcmp(command, "move") == 0 && argc > 2)
		return move(s, argv + 1, argc - 1, e);
	if (strcmp(command, "wait") == 0 && argc > 1) {
		/* what is there already is not what we wait for */
		struct session_item item;
		size_t n;

		return session_list(s, UINT32_MAX, &item, 1, &n, e) != 0 ? -1 : waiting(s, number(argv[1]), e);
	}
	fprintf(stderr, "unknown command: %s\n", command);
	exit(2);
}

static int
report(enum mailbox_trouble trouble, const struct session *s, const struct err *e)
{
	printf("trouble %s %s suspect=%u %s\n", troubles[trouble], kinds[e->kind], s != NULL ? session_suspect(s) : 0,
	    e->text);
	return 1;
}

/* The most memory we had resident; ru_maxrss would count what our parent had when it forked. */
static long
memory_kb(void)
{
#ifdef SANITIZED
	return 0; /* it would measure the sanitizer */
#else
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kb = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return kb;
#endif
}

static void
figures(const struct probe *p, int64_t start)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("figures fetched=%zu bytes=%zu ms=%lld cpu_ms=%lld memory_kb=%ld\n", p->fetched, p->bytes,
	    (long long)(clock_monotonic() - start),
	    (long long)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
		(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000,
	    memory_kb());
}

int
main(int argc, char **argv)
{
	static struct probe p = { .batch = 500 };
	struct session *s;
	enum mailbox_trouble trouble;
	struct err e;
	int64_t start;
	int i, r;

	p.settings = (struct mailbox_settings){ .name = STR("probe"),
		.folder = STR("INBOX"),
		.processed = STR("Processed"),
		.refused = STR("Refused"),
		.held = STR("Held"),
		.quarantine = STR("Quarantine"),
		.poll_seconds = 60,
		.idle_seconds = 540,
		.server = { .host = STR("127.0.0.1"), .timeout_seconds = 10 } };
	p.limits.message_bytes = 25 * 1024 * 1024;
	p.limits.header_bytes = 256 * 1024;
	for (i = 1; i < argc && strchr(argv[i], '=') != NULL; i++)
		setting(&p, (struct str){ argv[i], strcspn(argv[i], "=") }, strchr(argv[i], '=') + 1);
	if (i == argc)
		return 2;
	if (session_open(&p.settings, &p.limits, &s, &trouble, &e) != 0)
		return report(trouble, NULL, &e);
	start = clock_monotonic();
	r = run(&p, s, argv + i, argc - i, &e);
	figures(&p, start);
	r = r != 0 ? report(session_trouble(s), s, &e) : 0;
	session_close(&s);
	if (r == 0)
		printf("done\n");
	return r;
}
