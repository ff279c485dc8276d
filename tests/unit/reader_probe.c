/* SPDX-License-Identifier: ISC
 * reader_probe.c: feeds files to one caged reader, an ordinary mail behind each, and says what each cost.
 *
 *	reader_probe [MB] <LIST	MB: the reader's address space; each line: message|text|html, what is expected, path;
 *separated by tabs
 *
 * Prints a line each: input, outcome, milliseconds of CPU, most resident KB of the reader, whether the ordinary mail
 * behind it was read, and path; separated by tabs. Outcome: "reading", the guard's code, or "quarantined".
 * It stands in the top folder of the build, where reader.c finds casemail-reader beside it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/reader.h"
#include "setup.h"

static const char ordinary[] = "From: Eva <eva@customer.example>\r\nTo: support@cases.example\r\nSubject: x\r\n\r\n"
			       "Thank you.\r\n\r\nOn 3 May 2024, Jo <jo@cases.example> wrote:\r\n\r\n> old\r\n";

static struct str
read_all(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "rb");
	char block[65536];
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	buf_clear(b);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(b, (struct str){ block, n });
	fclose(f);
	return buf_str(b);
}

/* The first bytes of a file under /proc of the one child there is, or of its list; empty where there is none. */
static void
proc_read(const char *name, char *out, size_t size)
{
	char path[128], children[64] = "";
	FILE *f = fopen("/proc/thread-self/children", "r");
	size_t n = 0;

	if (f) {
		n = fread(children, 1, sizeof(children) - 1, f);
		fclose(f);
	}
	children[n] = '\0';
	children[strcspn(children, " ")] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/%s", children, name);
	f = fopen(path, "r");
	n = f ? fread(out, 1, size - 1, f) : 0;
	if (f)
		fclose(f);
	out[n] = '\0';
}

/* CPU of all readers so far, in ms: those that ended, and the one that runs. */
static double
cpu_ms(void)
{
	struct rusage ended;
	char running[128];

	getrusage(RUSAGE_CHILDREN, &ended);
	proc_read("schedstat", running, sizeof(running));
	return (double)(ended.ru_utime.tv_sec + ended.ru_stime.tv_sec) * 1e3 +
	       (double)(ended.ru_utime.tv_usec + ended.ru_stime.tv_usec) / 1e3 + strtod(running, NULL) / 1e6;
}

static long
most_kb(void)
{
	char status[4096], *line;

	proc_read("status", status, sizeof(status));
	line = strstr(status, "VmHWM:");
	return line ? strtol(line + 6, NULL, 10) : -1;
}

/* Ends the field that s starts with. */
static char *
field_end(char *s)
{
	s[strcspn(s, "\t\n")] = '\0';
	return s;
}

/* A reader of its own for each input, so that what one left behind is not counted for the next. */
static void
probe(const struct reading_setup *setup, enum reading_input input, struct str raw, struct arena *a, const char *form,
    const char *path)
{
	struct reading r = { 0 }, after = { 0 };
	struct reader *reader;
	struct err e;
	char outcome[64] = "quarantined";
	double before;
	bool well;
	long kb;

	if (reader_open(setup, &reader, &e) < 0) {
		fprintf(stderr, "reader_probe: %s\n", e.text);
		exit(2);
	}
	arena_reset(a);
	before = cpu_ms();
	if (reader_read(reader, input, raw, a, &r, &e) == 0)
		snprintf(outcome, sizeof(outcome), "%.*s", STR_ARGS(r.malformed.n ? r.malformed : STR("reading")));
	before = cpu_ms() - before;
	kb = most_kb();
	well = reader_read(reader, READING_MESSAGE, str_of(ordinary), a, &after, &e) == 0 &&
	       str_equal(str_trim(after.new_text), STR("Thank you."));
	printf("%s\t%s\t%.1f\t%ld\t%s\t%s\n", form, outcome, before, kb, well ? "well" : "broken", path);
	reader_close(&reader);
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_open((size_t)1 << 31);
	struct reading_setup setup;
	char line[4200];
	struct buf raw;

	setup_for_tests(&setup);
	setup.limits.reader_wall_seconds = 60;
	if (argc > 1)
		setup.limits.reader_memory_bytes = (size_t)strtoul(argv[1], NULL, 10) << 20;
	buf_init(&raw, 64u << 20);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		enum reading_input input = READING_MESSAGE;
		char *form = field_end(line), *path = field_end(form + strlen(form) + 1);

		path += strlen(path) + 1;
		path[strcspn(path, "\n")] = '\0';
		if (strcmp(form, "text") == 0)
			input = READING_TEXT;
		else if (strcmp(form, "html") == 0)
			input = READING_HTML;
		probe(&setup, input, read_all(path, &raw), a, form, path);
	}
	buf_free(&raw);
	arena_close(&a);
	return 0;
}
