/* SPDX-License-Identifier: ISC
 * bench_reading.c: what reading costs a message, beside what gmime alone needs to parse it and hand out its text.
 *
 * Prints one JSON object a line. A reply whose new text cannot be an answer has its HTML left unread; what the others
 * cost, where HTML is read, is shown beside it. All figures are CPU time of the processes concerned, the least of some
 * rounds in which both ways take turns, so that load of other processes disturbs both alike.
 */
#include "config.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "daemon/reader.h"
#include "reading/record.h"
#include "reading/verdict.h"
#include "setup.h"

#define ROUNDS 40
#define MESSAGES 50

static double
cpu_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* CPU of the one child, which runs. */
static double
child_us(void)
{
	char path[64], line[128] = "";
	FILE *f = fopen("/proc/thread-self/children", "r");
	clockid_t clock;
	long pid = 0;

	if (f && fgets(line, sizeof(line), f))
		pid = strtol(line, NULL, 10);
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "/proc/%ld", pid);
	if (pid == 0 || clock_getcpuclockid((pid_t)pid, &clock) != 0) {
		fprintf(stderr, "bench_reading: no child\n");
		exit(2);
	}
	return cpu_us(clock);
}

static const char sentence[] =
    "The pump in hall 4 stops after some ten minutes, and the display shows code E-17 again. ";
static const char quoted[] = "We have looked at the protocol and would like to know which firmware the unit runs. ";

static void
add_header(struct buf *b, const char *type)
{
	buf_add_z(b, "Received: from mx.customer.example by mx.cases.example; Fri, 3 May 2024 10:15:00 +0000\r\n"
		     "Authentication-Results: mx.cases.example; dmarc=pass header.from=customer.example\r\n"
		     "From: Eva Lind <eva.lind@customer.example>\r\nTo: Support <support@cases.example>\r\n"
		     "Subject: Re: Pump stops [ref:4711-0123456789abc]\r\nDate: Fri, 3 May 2024 10:15:00 +0000\r\n"
		     "Message-ID: <CAF1@customer.example>\r\nIn-Reply-To: <n1@cases.example>\r\nMIME-Version: 1.0\r\n");
	buf_add_format(b, "Content-Type: %s\r\n\r\n", type);
}

/* What is newly written: one line, or about bytes of them. */
static void
add_text(struct buf *b, const char *line, size_t bytes, const char *before, const char *after)
{
	size_t from = b->n;

	do
		buf_add_format(b, "%s%s%s\r\n", before, line, after);
	while (b->n < from + bytes);
}

/* The plain part of a reply: what is new, and twice as much quoted below. */
static void
add_plain(struct buf *b, const char *answer, size_t each)
{
	add_text(b, answer ? answer : sentence, answer ? 0 : each, "", "");
	buf_add_z(b, "\r\nOn Fri, 3 May 2024 at 09:00, Support <support@cases.example> wrote:\r\n\r\n");
	add_text(b, quoted, 2 * each, "> ", "");
}

static void
add_html(struct buf *b, const char *answer, size_t each)
{
	buf_add_z(b, "<div dir=\"ltr\">");
	add_text(b, answer ? answer : sentence, answer ? 0 : each, "<div>", "</div>");
	buf_add_z(b,
	    "</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">On Fri, 3 May 2024 at "
	    "09:00, Support &lt;<a href=\"mailto:support@cases.example\">support@cases.example</a>&gt; wrote:<br>"
	    "</div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid\">");
	add_text(b, quoted, 3 * each, "<p style=\"margin:0\">", "</p>");
	buf_add_z(b, "</blockquote></div>\r\n");
}

/* A reply as a web mailer writes it, about bytes long: a plain text and the same in HTML, with a quote below. answer:
 * NULL, or the one line that is written above the quote. */
static struct str
make_reply(const char *answer, size_t bytes, struct buf *b)
{
	buf_clear(b);
	add_header(b, "multipart/alternative; boundary=\"000000000000abcdef\"");
	buf_add_z(b, "--000000000000abcdef\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\n");
	add_plain(b, answer, bytes / 8);
	buf_add_z(b, "\r\n--000000000000abcdef\r\nContent-Type: text/html; charset=\"UTF-8\"\r\n\r\n");
	add_html(b, answer, bytes / 8);
	buf_add_z(b, "--000000000000abcdef--\r\n");
	return buf_str(b);
}

static struct str
make_html(size_t bytes, struct buf *b)
{
	buf_clear(b);
	add_header(b, "text/html; charset=\"UTF-8\"");
	add_html(b, NULL, bytes / 5);
	return buf_str(b);
}

static struct str
make_plain(size_t bytes, struct buf *b)
{
	buf_clear(b);
	add_header(b, "text/plain; charset=\"UTF-8\"");
	add_plain(b, NULL, bytes / 3);
	return buf_str(b);
}

static void
gmime_text(GMimeObject *parent, GMimeObject *part, gpointer sum)
{
	char *text;

	(void)parent;
	if (!GMIME_IS_TEXT_PART(part))
		return;
	text = g_mime_text_part_get_text((GMimeTextPart *)part);
	*(size_t *)sum += text ? strlen(text) : 0;
	g_free(text);
}

static size_t
read_by_gmime(struct str raw)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	size_t sum = 0;

	g_mime_message_foreach(message, gmime_text, &sum);
	g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
	return sum;
}

struct costs {
	double gmime, library, process;
};

static void
less(double *least, double us)
{
	us /= MESSAGES;
	if (*least == 0 || us < *least)
		*least = us;
}

static void
round_run(struct reader_context *c, struct reader *reader, struct str raw, struct arena *a, struct costs *least)
{
	struct reading r;
	struct err e;
	size_t sum = 0;
	double from = cpu_us(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < MESSAGES; i++)
		sum += read_by_gmime(raw);
	less(&least->gmime, cpu_us(CLOCK_PROCESS_CPUTIME_ID) - from);
	from = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < MESSAGES; i++) {
		arena_reset(a);
		reading_read(c, READING_MESSAGE, raw, a, &r);
		sum += r.new_text.n;
	}
	less(&least->library, cpu_us(CLOCK_PROCESS_CPUTIME_ID) - from);
	from = cpu_us(CLOCK_PROCESS_CPUTIME_ID) + child_us();
	for (int i = 0; i < MESSAGES; i++) {
		arena_reset(a);
		if (reader_read(reader, READING_MESSAGE, raw, a, &r, &e) < 0 || r.n_references == 0)
			abort();
	}
	less(&least->process, cpu_us(CLOCK_PROCESS_CPUTIME_ID) + child_us() - from);
	if (sum == 0)
		abort();
}

static void
figure(const char *mail, const char *name, size_t bytes, double value, const char *unit, double wanted)
{
	printf("{\"figure\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"", name, value, unit);
	if (mail)
		printf(",\"mail\":\"%s\",\"bytes\":%zu", mail, bytes);
	if (wanted > 0)
		printf(",\"wanted\":%.3f,\"reached\":%s", wanted, value <= wanted ? "true" : "false");
	printf("}\n");
}

/* wanted: whether gmime does the same work, so that there is a figure to reach. It makes no text of HTML. */
static void
bench_mail(
    struct reader_context *c, struct reader *reader, const char *mail, struct str raw, bool wanted, struct arena *a)
{
	struct costs least = { 0 };

	for (int i = 0; i < ROUNDS; i++)
		round_run(c, reader, raw, a, &least);
	figure(mail, "gmime: parse and text", raw.n, least.gmime, "us/message", 0);
	figure(mail, "reading", raw.n, least.library, "us/message", 0);
	figure(mail, "reading / gmime", raw.n, least.library / least.gmime, "ratio", wanted ? 1.6 : 0);
	figure(mail, "reading in its process", raw.n, least.process, "us/message", 0);
	figure(mail, "the process adds", raw.n, least.process - least.library, "us/message", 60);
}

static void
bench_mails(struct reader_context *c, struct reader *reader, struct arena *a)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	for (size_t bytes = 5000; bytes <= 60000; bytes += 55000) {
		bench_mail(c, reader, "reply in plain text and HTML", make_reply(NULL, bytes, &b), true, a);
		bench_mail(c, reader, "reply in plain text", make_plain(bytes, &b), true, a);
		bench_mail(c, reader, "answer of one line, with HTML", make_reply("Yes, please.", bytes, &b), false, a);
		bench_mail(c, reader, "reply in HTML alone", make_html(bytes, &b), false, a);
	}
	buf_free(&b);
}

static void
bench_verdict(void)
{
	double least = 0, from;

	for (int i = 0; i < 5; i++) {
		struct verdict_phrases *p;
		struct err e;

		from = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
		p = verdict_open(NULL, NULL, NULL, &e);
		from = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - from;
		least = least == 0 || from < least ? from : least;
		verdict_close(&p);
	}
	figure(NULL, "verdict_open, all languages", 0, least / 1e3, "ms", 0);
}

int
main(void)
{
	struct arena *a = arena_open((size_t)1 << 30);
	struct reading_setup setup;
	struct reader_context *c;
	struct reader *reader;
	struct err e;

	setvbuf(stdout, NULL, _IOLBF, 0);
	g_mime_init();
	setup_for_tests(&setup);
	c = reading_open(&setup, &e);
	if (c == NULL || reader_open(&setup, &reader, &e) < 0) {
		fprintf(stderr, "bench_reading: %s\n", e.text);
		return 2;
	}
	bench_mails(c, reader, a);
	bench_verdict();
	reader_close(&reader);
	reading_close(&c);
	arena_close(&a);
	return 0;
}
