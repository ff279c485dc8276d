/* SPDX-License-Identifier: ISC
 * bench_smtp.c: the two ends of a measurement of sending, for tests/bench/bench_send.py.
 *
 *	bench_smtp sink FILE          takes mail on a free port, which it prints; at the end of its standard input it
 *	                              prints how many mails came, and the seconds between the first and the last
 *	bench_smtp loop PORT FILE     hands the mails of FILE, as a sink wrote them, to that port: libcurl, one handle,
 *one connection, and nothing else
 *
 * FILE: mails as they came over the wire, dots stuffed, each behind a line with its length. The sink is one thread
 * that answers at once and keeps no state beyond the connection.
 */
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#define PEERS_MOST 64
#define ROOM ((size_t)1 << 20)

struct peer {
	int fd;
	bool in_data;
	char *room;
	size_t n;
};

struct sink {
	struct peer peers[PEERS_MOST];
	size_t n;
	FILE *out;
	long mails;
	double first, last;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
say(const struct peer *p, const char *text)
{
	if (write(p->fd, text, strlen(text)) < 0)
		return; /* the next read tells */
}

static void
command(struct peer *p, const char *line)
{
	if (strncasecmp(line, "EHLO", 4) == 0) {
		say(p, "250-sink\r\n250 SIZE 100000000\r\n");
	} else if (strncasecmp(line, "DATA", 4) == 0) {
		say(p, "354 go\r\n");
		p->in_data = true;
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		say(p, "221 bye\r\n");
	} else {
		say(p, "250 ok\r\n");
	}
}

/* A whole mail or command at the front of what was read: its length, or 0. */
static size_t
take(struct sink *s, struct peer *p)
{
	char *end = p->in_data ? memmem(p->room, p->n, "\r\n.\r\n", 5) : memmem(p->room, p->n, "\r\n", 2);

	if (end == NULL)
		return 0;
	if (!p->in_data) {
		*end = '\0';
		command(p, p->room);
		return (size_t)(end - p->room) + 2;
	}
	fprintf(s->out, "%zu\n", (size_t)(end - p->room) + 2);
	fwrite(p->room, 1, (size_t)(end - p->room) + 2, s->out);
	p->in_data = false;
	s->last = now();
	s->first = s->mails++ ? s->first : s->last;
	say(p, "250 taken\r\n");
	return (size_t)(end - p->room) + 5;
}

static void
serve(struct sink *s, struct peer *p)
{
	ssize_t n = read(p->fd, p->room + p->n, ROOM - p->n);
	size_t used;

	if (n <= 0) {
		close(p->fd);
		free(p->room);
		*p = s->peers[--s->n];
		return;
	}
	p->n += (size_t)n;
	while ((used = take(s, p)) > 0) {
		memmove(p->room, p->room + used, p->n - used);
		p->n -= used;
	}
	assert(p->n < ROOM);
}

static void
welcome(struct sink *s, int listener)
{
	struct peer *p = &s->peers[s->n];
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	assert(s->n < PEERS_MOST);
	*p = (struct peer){ .fd = fd, .room = malloc(ROOM) };
	assert(p->room != NULL);
	s->n++;
	say(p, "220 sink\r\n");
}

static int
sink_run(const char *path)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sink s = { .out = fopen(path, "w") };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(a);

	if (s.out == NULL || bind(listener, (struct sockaddr *)&a, length) < 0 || listen(listener, 64) < 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &length) < 0)
		return 1;
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd p[PEERS_MOST + 2] = { { .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = listener, .events = POLLIN } };
		size_t n = s.n;

		for (size_t i = 0; i < n; i++)
			p[2 + i] = (struct pollfd){ .fd = s.peers[i].fd, .events = POLLIN };
		if (poll(p, 2 + n, -1) < 0 || p[0].revents)
			break;
		for (size_t i = n; i-- > 0;) /* from the end: one that leaves is replaced by the last */
			if (p[2 + i].revents)
				serve(&s, &s.peers[i]);
		if (p[1].revents)
			welcome(&s, listener);
	}
	printf("%ld %.6f\n", s.mails, s.last - s.first);
	return fclose(s.out) == 0 ? 0 : 1;
}

struct mail {
	char *bytes;
	size_t n, given;
};

static size_t
give(char *to, size_t size, size_t n, void *context)
{
	struct mail *m = context;
	size_t part = m->n - m->given < size * n ? m->n - m->given : size * n;

	memcpy(to, m->bytes + m->given, part);
	m->given += part;
	return part;
}

/* The next mail, its dots no longer stuffed: libcurl does that again. */
static bool
mail_read(FILE *f, struct mail *m)
{
	size_t n = 0;

	if (fscanf(f, "%zu", &m->n) != 1 || fgetc(f) != '\n' || m->n > ROOM || fread(m->bytes, 1, m->n, f) != m->n)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (m->bytes[i] != '.' || i + 1 == m->n || m->bytes[i + 1] != '.' || (i > 0 && m->bytes[i - 1] != '\n'))
			m->bytes[n++] = m->bytes[i];
	m->n = n;
	m->given = 0;
	return true;
}

static int
loop_run(const char *port, const char *path)
{
	struct curl_slist *to = curl_slist_append(NULL, "eva.lind@customer.example");
	struct mail m = { .bytes = malloc(ROOM) };
	FILE *f = fopen(path, "r");
	CURL *c = curl_easy_init();
	char url[64];

	if (c == NULL || f == NULL || to == NULL || m.bytes == NULL)
		return 1;
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%s", port);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, "support@helpdesk.example");
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, &m);
	while (mail_read(f, &m)) {
		curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m.n);
		if (curl_easy_perform(c) != CURLE_OK)
			return 1;
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	free(m.bytes);
	fclose(f);
	return 0;
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && strcmp(argv[1], "sink") == 0)
		return sink_run(argv[2]);
	if (argc == 4 && strcmp(argv[1], "loop") == 0)
		return loop_run(argv[2], argv[3]);
	fprintf(stderr, "usage: bench_smtp sink FILE | loop PORT FILE\n");
	return 2;
}
