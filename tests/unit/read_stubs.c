/* SPDX-License-Identifier: ISC
 * read_stubs.c: weak stand-ins for modules that are not there yet.
 */
#include "config.h"

#include "reading/machine.h"
#include "reading/reference.h"
#include "reading/split.h"

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

WEAK void
split_text(struct str text, struct arena *a, struct split *out)
{
	(void)a;
	out->new_text = text;
}

WEAK void
split_html(struct str html, struct arena *a, struct str *text, struct split *out)
{
	char *t = arena_alloc(a, html.n + 1);
	size_t n = 0;
	bool tag = false;

	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] == '<')
			tag = true;
		if (!tag)
			t[n++] = html.p[i];
		if (html.p[i] == '>')
			tag = false;
	}
	*text = out->new_text = (struct str){ t, n };
}
