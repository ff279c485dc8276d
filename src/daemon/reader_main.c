/* SPDX-License-Identifier: ISC
 * reader_main.c: casemail-reader. Setup in, then raw bytes in and a reading out, until standard input ends. It holds no
 * file, no network and no secret; its parent expects it to break.
 */
#include "config.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/frame.h"
#include "daemon/sandbox.h"
#include "reading/reading.h"
#include "reading/record.h"

#define SETUP_MOST (16u << 20)
#define LARGE ((size_t)4 << 20)      /* memory for a message above this is given back to the system */
#define ARENA_MOST ((size_t)1 << 40) /* the cage's limit is the one that counts */

static struct reader_context *
reader_prepare(struct arena *a, struct reading_setup *setup, struct err *e)
{
	struct reader_context *c;
	enum frame_type type;
	struct str data;

	if (frame_read(STDIN_FILENO, SETUP_MOST, 0, a, &type, &data, e) != 1 || type != FRAME_SETUP) {
		err_set(e, ERR_FATAL, "no setup came");
		return NULL;
	}
	if (record_to_setup(data, a, setup, e) < 0 || (c = reading_open(setup, e)) == NULL)
		return NULL;
	if (sandbox_close(&setup->limits, e) < 0)
		reading_close(&c);
	return c;
}

static enum reading_input
input_of(enum frame_type type)
{
	return type == FRAME_TEXT ? READING_TEXT : type == FRAME_HTML ? READING_HTML : READING_MESSAGE;
}

/* Reads one input; false when there is none any more. */
static bool
reader_serve(struct reader_context *c, const struct limits *limits, struct arena *a, struct buf *record)
{
	struct reading reading;
	enum frame_type type;
	struct str raw;
	struct err e;

	if (frame_read(STDIN_FILENO, limits->message_bytes + limits->message_bytes / 4 + 1, 0, a, &type, &raw, &e) != 1)
		return false;
	sandbox_allow_cpu(limits->reader_cpu_seconds);
	memset(&reading, 0, sizeof(reading));
	reading_read(c, input_of(type), raw, a, &reading);
	buf_clear(record);
	record_from_reading(&reading, record);
	if (record->overflow)
		abort();
	return frame_write(STDOUT_FILENO, FRAME_READING, buf_str(record), 0, &e) == 0;
}

int
main(int argc, char **argv)
{
	struct arena *setup_arena = arena_open(ARENA_MOST), *a = arena_open(ARENA_MOST);
	struct reading_setup setup = { 0 };
	struct reader_context *c;
	struct buf record;
	struct err e;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("casemail-reader %s\n", PACKAGE_VERSION);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	c = reader_prepare(setup_arena, &setup, &e);
	if (c == NULL) {
		struct err ignored;

		frame_write(STDOUT_FILENO, FRAME_ERROR, str_of(e.text), 0, &ignored);
		return 1;
	}
	if (frame_write(STDOUT_FILENO, FRAME_READY, STR_NONE, 0, &e) < 0)
		return 1;
	buf_init(&record, setup.limits.message_bytes * 8 + (8u << 20));
	while (reader_serve(c, &setup.limits, a, &record)) {
		bool large = arena_used(a) + record.n > LARGE;

		arena_reset(a);
		if (large) {
			buf_free(&record);
			buf_init(&record, setup.limits.message_bytes * 8 + (8u << 20));
			malloc_trim(0);
		}
	}
	buf_free(&record);
	reading_close(&c);
	arena_close(&a);
	arena_close(&setup_arena);
	return 0;
}
