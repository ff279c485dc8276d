/* SPDX-License-Identifier: ISC
 * linear_probe.c: runs each scanning step of reading on an input and on twice of it, and has callgrind count the
 * instructions of each. Driven by tests/system/test_linear.py, which compares the counts.
 *
 * Each count is dumped under the name "step/input/size". Without valgrind the steps merely run.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

#include "reading/authentication.h"
#include "reading/charset.h"
#include "reading/guard.h"
#include "reading/record.h"
#include "reading/reference.h"
#include "reading/sender.h"
#include "reading/split.h"
#include "reading/verdict.h"
#include "setup.h"

#define SMALL ((size_t)16 << 10)
#define HEAD "From: a@b.example\r\nTo: support@cases.example\r\n"

static struct reading_setup setup;
static struct reader_context *context;
static struct verdict_phrases *phrases;
static struct patterns *patterns;

/* Quadratic on purpose: the test must find it. */
static void
step_control(struct str s, struct arena *a)
{
	volatile size_t sum = 0;

	(void)a;
	for (size_t i = 0; i < s.n; i += 64)
		for (size_t j = 0; j < i; j++)
			sum += (unsigned char)s.p[j];
	(void)sum;
}

static void
step_guard(struct str s, struct arena *a)
{
	struct reading r = { 0 };

	guard_check(s, &setup.limits, a, &r);
}

/* What the guard refuses, mime never sees. */
static void
step_mime(struct str s, struct arena *a)
{
	struct reading r = { 0 };
	struct mime_message m;

	if (guard_check(s, &setup.limits, a, &r))
		mime_read(s, &setup.limits, a, &m);
}

static void
step_message(struct str s, struct arena *a)
{
	struct reading r;

	reading_read(context, READING_MESSAGE, s, a, &r);
}

static void
step_charset(struct str s, struct arena *a)
{
	static const struct str labels[] = { { "", 0 }, { "utf-8", 5 }, { "utf-7", 5 }, { "iso-2022-jp", 11 },
		{ "gb18030", 7 }, { "euc-kr", 6 }, { "windows-1252", 12 }, { "utf-16", 6 } };
	bool damaged = false;

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		charset_to_utf8(s, labels[i], STR_NONE, a, &damaged, NULL);
}

static void
step_html(struct str s, struct arena *a)
{
	struct split split;
	struct str text;

	split_html(s, a, &text, &split);
}

static void
step_split(struct str s, struct arena *a)
{
	struct split split;

	split_text(s, a, &split);
}

static void
step_reference(struct str s, struct arena *a)
{
	struct mime_field fields[] = { { STR("To"), s, s }, { STR("References"), s, s } };
	struct mime_message m = { .fields = fields, .n_fields = 2 };
	struct reading r = { 0 };

	reference_find(patterns, s, PLACE_TEXT, a, &r);
	reference_tokens(&m, &setup, a, &r);
}

static void
step_verdict(struct str s, struct arena *a)
{
	struct verdict_result result;

	verdict_read(phrases, s, a, &result);
}

static void
step_authentication(struct str s, struct arena *a)
{
	struct authentication_field f;
	struct mime_field fields[] = { { STR("Authentication-Results"), s, s } };
	struct mime_message m = { .fields = fields, .n_fields = 1 };
	struct reading r = { 0 };

	authentication_parse(s, a, &f);
	authentication_read(&m, &setup, STR("b.example"), a, &r);
}

static void
step_record(struct str s, struct arena *a)
{
	struct reading r = { .text = s, .new_text = s, .subject = s, .permanent = -1 }, back;
	struct err e;
	struct buf b;

	record_clean(&r, a);
	buf_init(&b, 64u << 20);
	record_from_reading(&r, &b);
	if (record_to_reading(buf_str(&b), a, &back, &e) < 0)
		abort();
	buf_clear(&b);
	record_to_json(&back, NULL, &b);
	buf_free(&b);
}

static void
measure(const char *name, void (*step)(struct str, struct arena *), const char *before, struct str piece, size_t n,
    struct arena *a, bool count)
{
	struct buf b;

	buf_init(&b, n + 4096);
	buf_add_z(&b, before);
	while (b.n < n)
		buf_add(&b, piece);
	arena_reset(a);
	CALLGRIND_ZERO_STATS;
	step(buf_str(&b), a);
	if (count)
		CALLGRIND_DUMP_STATS_AT(name);
	buf_free(&b);
}

struct row {
	const char *step;
	void (*run)(struct str, struct arena *);
	const char *before;
	struct str piece;
};

#define PIECE(literal)                                                                                                 \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define REPORT                                                                                                         \
	HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"

static const struct row rows[] = {
#include "linear_rows.h"
};

int
main(void)
{
	struct arena *a = arena_open((size_t)1 << 30);
	struct str list[] = { STR(REFERENCE_PATTERN_DEFAULT) };
	struct strings all = { list, 1 }, languages = { (struct str[]){ STR("en"), STR("de") }, 2 };
	char name[128];
	struct err e;

	setup_for_tests(&setup);
	setup.limits.field_bytes = setup.limits.header_bytes = 1u << 20;
	setup.limits.parts = 10000;
	context = reading_open(&setup, &e);
	phrases = verdict_open(&languages, NULL, NULL, &e);
	patterns = patterns_open(&all, &e);
	if (context == NULL || phrases == NULL || patterns == NULL)
		return 2;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];

		measure("", r->run, r->before, r->piece, SMALL, a, false); /* what is made once is made now */
		for (size_t n = SMALL; n <= 2 * SMALL; n *= 2) {
			snprintf(name, sizeof(name), "%s/%zu/%zu", r->step, i, n);
			measure(name, r->run, r->before, r->piece, n, a, true);
		}
	}
	patterns_close(&patterns);
	verdict_close(&phrases);
	reading_close(&context);
	arena_close(&a);
	return 0;
}
