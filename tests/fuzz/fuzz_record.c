/* SPDX-License-Identifier: ISC
 * fuzz_record.c: what is read as a record gives the same record.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/record.h"
#include "setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct reading_setup setup;
	struct reading r;
	struct str bytes = { (const char *)data, n };
	struct err e;
	struct buf b;

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	buf_init(&b, 64u << 20);
	if (record_to_reading(bytes, a, &r, &e) == 0) {
		record_from_reading(&r, &b);
		if (!str_equal(buf_str(&b), bytes))
			abort();
		buf_clear(&b);
		record_to_json(&r, NULL, &b);
	}
	buf_clear(&b);
	if (record_to_setup(bytes, a, &setup, &e) == 0) {
		record_from_setup(&setup, &b);
		if (!str_equal(buf_str(&b), bytes))
			abort();
	}
	buf_free(&b);
	return 0;
}
