/* SPDX-License-Identifier: ISC
 * read_stubs.c: weak stand-ins for modules that are not there yet.
 */
#include "config.h"

#include "reading/machine.h"
#include "reading/reference.h"

#define WEAK __attribute__((weak))

struct patterns {
	int nothing;
};

WEAK struct patterns *
patterns_open(const struct strings *list, struct err *e)
{
	static struct patterns one;

	(void)list;
	(void)e;
	return &one;
}

WEAK void
patterns_close(struct patterns **p)
{
	*p = NULL;
}

WEAK void
reference_find(struct patterns *p, struct str text, enum reading_place place, struct arena *a, struct reading *out)
{
	(void)p;
	(void)text;
	(void)place;
	(void)a;
	(void)out;
}

WEAK void
reference_tokens(const struct mime_message *m, const struct reading_setup *s, struct arena *a, struct reading *out)
{
	(void)m;
	(void)s;
	(void)a;
	(void)out;
}

WEAK void
machine_classify(const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	(void)m;
	(void)setup;
	(void)a;
	(void)out;
}
