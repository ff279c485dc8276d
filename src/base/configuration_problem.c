/* SPDX-License-Identifier: ISC
 * configuration_problem.c: collects what is wrong with a file, so that one run shows everything. The texts
 * are sorted by where they stand, not by when they were found.
 */
#include "config.h"

#include "base/configuration_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

#define PROBLEMS_MEMORY (64 * 1024 * 1024)
#define TEXT_MOST 2048

void
problems_open(struct problems *p, struct str path, const struct configuration_places *places)
{
	*p = (struct problems){ .memory = arena_open(PROBLEMS_MEMORY), .path = path, .places = places };
}

void
problems_close(struct problems *p)
{
	arena_close(&p->memory);
	free(p->list);
	*p = (struct problems){ 0 };
}

static void __attribute__((format(printf, 4, 0)))
problem_store(struct problems *p, struct str file, int line, const char *format, va_list ap)
{
	char text[TEXT_MOST];
	struct buf safe;

	vsnprintf(text, sizeof(text), format, ap);
	buf_init(&safe, sizeof(text) * 8);
	log_escape(&safe, str_of(text), false);
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->list = reallocarray(p->list, p->cap, sizeof(*p->list));
		if (p->list == NULL)
			abort();
	}
	p->list[p->n] =
	    (struct problem){ arena_copy(p->memory, file), arena_copy(p->memory, buf_str(&safe)), line, p->n };
	p->n++;
	buf_free(&safe);
}

void
problem_add(struct problems *p, struct str file, int line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	problem_store(p, file, line, format, ap);
	va_end(ap);
}

const struct configuration_place *
place_find(const struct configuration_places *places, const void *value)
{
	for (size_t i = 0; places && i < places->n; i++)
		if (places->list[i].value == value)
			return &places->list[i];
	return NULL;
}

void
problem_at(struct problems *p, const void *value, const void *owner, const char *format, ...)
{
	const struct configuration_place *place = place_find(p->places, value);
	va_list ap;

	if (place == NULL)
		place = place_find(p->places, owner);
	va_start(ap, format);
	problem_store(p, place ? place->file : p->path, place ? place->line : 0, format, ap);
	va_end(ap);
}

static int
problem_compare(const void *a, const void *b)
{
	const struct problem *x = a, *y = b;
	int files = str_compare(x->file, y->file);

	if (files != 0)
		return files;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
problems_show(struct problems *p, struct buf *out)
{
	if (p->n > 0)
		qsort(p->list, p->n, sizeof(*p->list), problem_compare);
	for (size_t i = 0; i < p->n; i++) {
		log_escape(out, p->list[i].file, false);
		if (p->list[i].line > 0)
			buf_add_format(out, ":%d", p->list[i].line);
		buf_add_z(out, ": ");
		buf_add(out, p->list[i].text);
		buf_add_char(out, '\n');
	}
}
