/* SPDX-License-Identifier: ISC
 * tap.h: tests print one line each in the Test Anything Protocol.
 *
 *	int main(void) { ...; OK(1 + 1 == 2, "adds"); IS_STR(s, STR("x"), "gives x"); return tap_done(); }
 */
#ifndef CASEMAIL_TESTS_TAP_H
#define CASEMAIL_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static int tap_n, tap_failed;

static inline bool __attribute__((format(printf, 4, 5)))
tap_line(bool ok, const char *file, int line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	printf("%sok %d - ", ok ? "" : "not ", ++tap_n);
	vprintf(format, ap);
	printf("\n");
	va_end(ap);
	if (!ok) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}

static inline bool
tap_is_str(struct str got, struct str want, const char *file, int line, const char *name)
{
	bool ok = tap_line(str_equal(got, want), file, line, "%s", name);

	if (!ok) {
		struct str rest[2] = { got, want }, l;

		for (int i = 0; i < 2; i++)
			while (str_next_line(&rest[i], &l))
				printf("# %s: %.*s\n", i ? "want" : "got ", STR_ARGS(l));
	}
	return ok;
}

static inline bool
tap_is_int(long long got, long long want, const char *file, int line, const char *name)
{
	bool ok = tap_line(got == want, file, line, "%s", name);

	if (!ok)
		printf("# got %lld, want %lld\n", got, want);
	return ok;
}

#define OK(condition, ...) tap_line((condition), __FILE__, __LINE__, __VA_ARGS__)
#define IS_STR(got, want, name) tap_is_str((got), (want), __FILE__, __LINE__, (name))
#define IS_INT(got, want, name) tap_is_int((got), (want), __FILE__, __LINE__, (name))

static inline int
tap_done(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed ? 1 : 0;
}

/* A copy of exactly s.n bytes on the heap, so that sanitizers see a read past the end; the caller frees it. */
static inline struct str
tap_exact(struct str s)
{
	char *p = malloc(s.n ? s.n : 1);

	if (p == NULL)
		abort();
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

#endif
