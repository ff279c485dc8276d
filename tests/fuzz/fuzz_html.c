/* SPDX-License-Identifier: ISC
 * fuzz_html.c: any bytes read as HTML without a fault, and give one hint a line.
 */
#include "config.h"

#include "reading/html.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct str html = { (const char *)data, n }, text;
	struct split s;

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	split_html(html, a, &text, &s);
	if (text.n && text.p[text.n - 1] != '\n')
		abort();
	return 0;
}
