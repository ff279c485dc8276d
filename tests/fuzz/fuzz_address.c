/* SPDX-License-Identifier: ISC
 * fuzz_address.c: address lists, encoded words and parameters; what is strict is shorter than an address may be.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/address.h"
#include "reading/charset.h"
#include "reading/header.h"
#include "reading/sender.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct reading_address list[20];
	struct str s = { (const char *)data, n }, strict;
	size_t found;

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	found = address_list(s, STR_NONE, a, list, 20);
	for (size_t i = 0; i < found; i++)
		if (!charset_is_utf8(list[i].name) || !charset_is_utf8(list[i].address))
			abort();
	if (sender_strict_address(s, a, &strict) && (strict.n > 64 + 1 + 253 || str_find_char(strict, '@') < 1))
		abort();
	if (!charset_is_utf8(mime_decode_header(s, a)) || !charset_is_utf8(header_parameter(s, "name", a)))
		abort();
	return 0;
}
