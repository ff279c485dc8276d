/* SPDX-License-Identifier: ISC
 * fuzz_reference.c: the first line as a pattern, the rest as a text for it and for the default, and as header fields.
 */
#include "config.h"

#include "reading/reference.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
search(struct str pattern, struct str text, struct arena *a)
{
	struct strings list = { &pattern, 1 };
	struct reading r = { 0 };
	struct err e;
	struct patterns *p = patterns_open(&list, &e);

	if (p)
		reference_find(p, text, PLACE_TEXT, a, &r);
	patterns_close(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *arena;
	struct str text = { (const char *)data, n }, pattern = STR_NONE, own[] = { STR("s@x.example") };
	struct reading_setup setup = {
		.addresses = { own, 1 }, .subaddress_delimiter = '+', .message_id_domain = STR("x.example")
	};
	struct mime_field fields[] = { { STR("To") }, { STR("References") } };
	struct mime_message m = { .fields = fields, .n_fields = 2 };
	struct reading r = { 0 };

	if (arena == NULL)
		arena = arena_open((size_t)64 << 20);
	str_next_line(&text, &pattern);
	search(pattern, text, arena);
	search(STR(REFERENCE_PATTERN_DEFAULT), text, arena);
	fields[0].raw = fields[1].raw = text;
	reference_tokens(&m, &setup, arena, &r);
	arena_reset(arena);
	return 0;
}
