/* SPDX-License-Identifier: ISC
 * fuzz_machine.c: any message is classified without a fault, and what is said of it holds together.
 */
#include "config.h"

#include "reading/machine.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/guard.h"
#include "reading/sender.h"
#include "setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(const struct reading *r)
{
	if (r->kind >= KIND_COUNT || (r->kind != KIND_PERSON && (r->kind_reason.n == 0 || !r->no_answer)))
		abort();
	if (r->n_failed > 100 || r->permanent < -1 || r->permanent > 1)
		abort();
	for (size_t i = 0; i < r->n_failed; i++) {
		if (r->failed[i].address.n == 0)
			abort();
		for (size_t k = 0; k < i; k++)
			if (str_equal_nocase(r->failed[i].address, r->failed[k].address))
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	static struct reading_setup setup;
	struct str raw = { (const char *)data, n };
	struct reading r = { .permanent = -1 };
	struct mime_message m;
	const struct mime_field *subject;

	if (a == NULL) {
		a = arena_open(512u << 20);
		setup_for_tests(&setup);
	}
	arena_reset(a);
	if (!guard_check(raw, &setup.limits, a, &r))
		return 0;
	mime_read(raw, &setup.limits, a, &m);
	sender_read(&m, &setup, a, &r);
	subject = mime_field(&m, "Subject");
	r.subject = subject ? subject->value : STR_NONE;
	machine_classify(&m, &setup, a, &r);
	check(&r);
	return 0;
}
