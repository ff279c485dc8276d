/* SPDX-License-Identifier: ISC
 * arena.c: a chain of blocks, each twice the last up to 1 MiB; large requests get
 * a block of their own. A reset keeps the first blocks, up to a bound, so that the usual
 * message costs no call to malloc (nor the kernel's zeroed pages) and memory does not grow
 * with the number of messages.
 */
#include "config.h"

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST (64 * 1024)
#define BLOCK_MOST (1024 * 1024)
#define KEPT_MOST (1024 * 1024) /* bytes of blocks that a reset keeps */
#define ALIGN 16

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGN) char data[];
};

struct arena {
	struct block *first, *now;
	size_t used, max;
};

static struct block *
block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		abort();
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

struct arena *
arena_open(size_t max)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		abort();
	a->first = a->now = block_new(BLOCK_FIRST);
	a->max = max;
	return a;
}

static void
blocks_free(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void
arena_close(struct arena **a)
{
	if (*a == NULL)
		return;
	blocks_free((*a)->first);
	free(*a);
	*a = NULL;
}

void
arena_reset(struct arena *a)
{
	struct block *last = a->first;
	size_t kept = last->size;

	while (last->next && kept + last->next->size <= KEPT_MOST) {
		last = last->next;
		kept += last->size;
	}
	blocks_free(last->next);
	last->next = NULL;
	a->first->used = 0;
	a->now = a->first;
	a->used = 0;
}

/* Makes the next block that has room for n bytes the present one: a kept one, or a new one. */
static void
arena_advance(struct arena *a, size_t n)
{
	struct block *next = a->now->next;

	if (next == NULL || next->size < n) {
		size_t size = a->now->size * 2 < BLOCK_MOST ? a->now->size * 2 : BLOCK_MOST;

		next = block_new(size < n ? n : size);
		next->next = a->now->next;
		a->now->next = next;
	}
	next->used = 0;
	a->now = next;
}

char *
arena_bytes(struct arena *a, size_t n)
{
	char *p;

	if (n > a->max || a->used > a->max - n || n > SIZE_MAX / 2)
		abort();
	a->used += n;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (a->now->size - a->now->used < n)
		arena_advance(a, n);
	p = a->now->data + a->now->used;
	a->now->used += n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return memset(arena_bytes(a, n), 0, n);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		abort();
	return arena_alloc(a, count * size);
}

char *
arena_z(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str
arena_copy(struct arena *a, struct str s)
{
	return (struct str){ arena_z(a, s), s.n };
}

struct str
arena_format(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		abort();
	p = arena_bytes(a, (size_t)n + 1);
	va_start(ap, format);
	vsnprintf(p, (size_t)n + 1, format, ap);
	va_end(ap);
	return (struct str){ p, (size_t)n };
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
