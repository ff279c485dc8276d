/* SPDX-License-Identifier: ISC
 * fuzz_authentication.c: results fields; the domain of From is proved only by a field that names it.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/authentication.h"
#include "setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct reading_setup setup;
	struct authentication_field f;
	struct mime_field fields[2] = { { .name = STR("Authentication-Results"), .raw = { (const char *)data, n } },
		{ .name = STR("Received"), .raw = STR("by mx.cases.example") } };
	struct mime_message m = { .fields = fields, .n_fields = 2 };
	struct reading r = { 0 };

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	setup_for_tests(&setup);
	authentication_parse(fields[0].raw, a, &f);
	authentication_read(&m, &setup, STR("proved.example"), a, &r);
	if (r.authentication > AUTH_NONE && str_find_nocase(fields[0].raw, STR("proved")) < 0 &&
	    str_find_char(fields[0].raw, '\\') < 0)
		abort();
	return 0;
}
