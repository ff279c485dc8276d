/* SPDX-License-Identifier: ISC
 * fuzz_reading.c: a whole message, from guard to record. What is no bounce has no failed recipients beyond the bound,
 * what is refused says why, and the record is read back.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/charset.h"
#include "reading/record.h"
#include "setup.h"

#define FAILED_MOST 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_reading(const struct reading *r)
{
	if (r->kind >= KIND_COUNT || r->n_failed > FAILED_MOST || r->permanent < -1 || r->permanent > 1)
		abort();
	if (r->malformed.n == 0 && r->kind != KIND_PERSON && r->kind_reason.n == 0)
		abort();
	if (r->kind == KIND_PERSON && r->n_failed)
		abort();
	if (!charset_is_utf8(r->text) || !charset_is_utf8(r->new_text) || !charset_is_utf8(r->kind_reason))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct reader_context *c;
	static struct arena *a;
	struct reading_setup setup;
	struct reading r, back;
	struct err e;
	struct buf b;

	if (a == NULL) {
		a = arena_open(512u << 20);
		setup_for_tests(&setup);
		c = reading_open(&setup, &e);
	}
	if (c == NULL)
		abort();
	arena_reset(a);
	reading_read(c, READING_MESSAGE, (struct str){ (const char *)data, n }, a, &r);
	check_reading(&r);
	buf_init(&b, 64u << 20);
	record_from_reading(&r, &b);
	if (record_to_reading(buf_str(&b), a, &back, &e) < 0)
		abort();
	buf_free(&b);
	return 0;
}
