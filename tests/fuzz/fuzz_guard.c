/* SPDX-License-Identifier: ISC
 * fuzz_guard.c: the guard refuses with a reason or lets pass without one.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/guard.h"
#include "setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct reading_setup setup;
	struct reading r = { 0 };
	struct str raw = { (const char *)data, n };

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	setup_for_tests(&setup);
	if (guard_check(raw, &setup.limits, a, &r) != (r.malformed.n == 0))
		abort();
	return 0;
}
