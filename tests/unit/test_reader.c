/* SPDX-License-Identifier: ISC
 * test_reader.c: the parent's side of a reader that behaves as badly as it can. This program, copied beside itself
 * under the reader's name, is that reader: the message says what it does.
 */
#include "config.h"

#include "daemon/reader.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/frame.h"
#include "reading/record.h"
#include "setup.h"
#include "tap.h"

#define MARK "died" /* in the folder: it did so once */

/* --- the reader ------------------------------------------------------- */

static void
answer(struct arena *a, struct str text)
{
	struct reading r = { .subject = text, .content_key = STR("0") };
	struct buf b;
	struct err e;

	(void)a;
	buf_init(&b, 1 << 20);
	record_from_reading(&r, &b);
	frame_write(1, FRAME_READING, buf_str(&b), 0, &e);
	buf_free(&b);
}

static void
misbehave(struct arena *a, struct str raw)
{
	struct err e;

	if (str_equal(raw, STR("die")) || (str_equal(raw, STR("die once")) && access(MARK, F_OK) < 0)) {
		close(open(MARK, O_CREAT | O_WRONLY, 0600));
		raise(SIGKILL);
	}
	if (str_equal(raw, STR("hang")))
		for (;;)
			pause();
	if (str_equal(raw, STR("exit")))
		_exit(0);
	if (str_equal(raw, STR("garbage")))
		frame_write(1, FRAME_READING, STR("this is no record"), 0, &e);
	else if (str_equal(raw, STR("empty")))
		frame_write(1, FRAME_READING, STR_NONE, 0, &e);
	else if (str_equal(raw, STR("other frame")))
		frame_write(1, FRAME_READY, STR_NONE, 0, &e);
	else if (str_equal(raw, STR("half")))
		_exit(write(1, "R\0\0\0\377\0\0\0abc", 11) != 11);
	else if (str_equal(raw, STR("endless")))
		_exit(write(1, "R\0\0\0\377\377\377\377", 8) != 8);
	else
		answer(a, raw);
}

static int
reader_main(void)
{
	struct arena *a = arena_open(1 << 30);
	enum frame_type type;
	struct str data;
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	if (access("refuse", F_OK) == 0) {
		frame_write(1, FRAME_ERROR, STR("a pattern is wrong"), 0, &e);
		return 1;
	}
	if (access("exit", F_OK) == 0)
		return 3;
	if (frame_read(0, 1 << 24, 0, a, &type, &data, &e) != 1 || type != FRAME_SETUP)
		return 1;
	frame_write(1, FRAME_READY, STR_NONE, 0, &e);
	while (frame_read(0, 1 << 30, 0, a, &type, &data, &e) == 1)
		misbehave(a, data);
	arena_close(&a);
	return 0;
}

/* --- its parent --------------------------------------------------------- */

static const struct {
	const char *message;
	int result;
} rows[] = {
	{ "hello", 0 },
	{ "die", -1 },
	{ "hello again", 0 },
	{ "die once", 0 },
	{ "exit", -1 },
	{ "garbage", -1 },
	{ "empty", -1 },
	{ "other frame", -1 },
	{ "half", -1 },
	{ "endless", -1 },
	{ "hang", -1 },
	{ "and still there", 0 },
};

static void
test_messages(struct reading_setup *setup)
{
	struct arena *a = arena_open(1 << 28);
	struct reader *r = NULL;
	struct err e = { 0 };

	if (reader_open(setup, &r, &e) < 0) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading out = { 0 };
		int64_t begun = clock_monotonic();
		int got;

		unlink(MARK);
		e = (struct err){ 0 };
		got = reader_read(r, READING_MESSAGE, str_of(rows[i].message), a, &out, &e);
		if (rows[i].result == 0)
			OK(got == 0 && str_equal(out.subject, str_of(rows[i].message)), "%s: read", rows[i].message);
		else
			OK(got == -1 && e.kind == ERR_REJECT, "%s: rejected: %s", rows[i].message, e.text);
		OK(clock_monotonic() - begun < 15000, "%s: in time", rows[i].message);
		arena_reset(a);
	}
	OK(access(MARK, F_OK) < 0, "the mark is from one message only");
	reader_close(&r);
	OK(r == NULL, "closed");
	arena_close(&a);
}

static void
test_start(struct reading_setup *setup, const char *mark, enum err_kind kind)
{
	struct reader *r = NULL;
	struct err e = { 0 };

	close(open(mark, O_CREAT | O_WRONLY, 0600));
	OK(reader_open(setup, &r, &e) == -1 && e.kind == kind && r == NULL, "%s at the start: %s", mark, e.text);
	unlink(mark);
}

static int
parent_main(void)
{
	struct reading_setup setup;

	setup_for_tests(&setup);
	setup.limits.reader_wall_seconds = 1;
	test_start(&setup, "refuse", ERR_FATAL);
	test_start(&setup, "exit", ERR_RETRY);
	test_messages(&setup);
	return tap_done();
}

/* Copies this program twice into a scratch folder and becomes the first of them there. */
static int
install(const char *folder)
{
	char *const argv[] = { (char *)"test", (char *)folder, NULL };
	static char room[1 << 16];
	int from = open("/proc/self/exe", O_RDONLY), to;
	ssize_t n;

	if (chdir(folder) < 0 || (to = open("test", O_CREAT | O_WRONLY, 0700)) < 0)
		abort();
	while ((n = read(from, room, sizeof(room))) > 0)
		if (write(to, room, (size_t)n) != n)
			abort();
	close(to);
	close(from);
	if (link("test", "casemail-reader") < 0)
		abort();
	execv("./test", argv);
	abort();
}

int
main(int argc, char **argv)
{
	char folder[200];
	const char *t = getenv("TMPDIR");
	int status;

	if (strcmp(argv[0], "casemail-reader") == 0)
		return reader_main();
	if (argc > 1) {
		status = parent_main();
		if (chdir("/") == 0)
			snprintf(folder, sizeof(folder), "rm -rf '%.150s'", argv[1]);
		return system(folder) == 0 ? status : 1;
	}
	snprintf(folder, sizeof(folder), "%s/reader.XXXXXX", t ? t : "/tmp");
	if (mkdtemp(folder) == NULL)
		abort();
	return install(folder);
}
