/* SPDX-License-Identifier: ISC
 * fuzz_verdict.c: any bytes as an answer. A decision must say by which phrase, in which language.
 */
#include "config.h"

#include "reading/verdict.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct verdict_phrases *phrases;
	static struct arena *arena;
	struct verdict_result r;
	struct err e;

	if (phrases == NULL) {
		phrases = verdict_open(NULL, NULL, NULL, &e);
		arena = arena_open((size_t)64 << 20);
	}
	verdict_read(phrases, (struct str){ (const char *)data, n }, arena, &r);
	if ((r.verdict == VERDICT_AMBIGUOUS) != (*r.reason != '\0'))
		abort();
	if (r.verdict != VERDICT_AMBIGUOUS && (r.phrase.n == 0 || r.line.n == 0))
		abort();
	arena_reset(arena);
	return 0;
}
