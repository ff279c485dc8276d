/* SPDX-License-Identifier: ISC
 * fuzz_split.c: any text splits without a fault, and every line of it is in one of the parts.
 */
#include "config.h"

#include "reading/split.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t
count_letters(struct str s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s.n; i++)
		letters += char_is_alpha(s.p[i]) || char_is_digit(s.p[i]);
	return letters;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct str text = { (const char *)data, n };
	struct split s;

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	split_text(text, a, &s);
	/* kept quoted lines stand in two parts */
	if (count_letters(s.new_text) + count_letters(s.quoted) + count_letters(s.signature) < count_letters(text))
		abort();
	return 0;
}
