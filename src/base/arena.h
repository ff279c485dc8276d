/* SPDX-License-Identifier: ISC
 * arena.h: memory for one message, given back all at once.
 */
#ifndef CASEMAIL_BASE_ARENA_H
#define CASEMAIL_BASE_ARENA_H

#include "base/str.h"

struct arena;

/* An arena that hands out at most max bytes between two resets; beyond it, or out of
 * memory, the process aborts (its supervisor restarts it; its transaction made that safe). */
struct arena *arena_open(size_t max);
void arena_close(struct arena **a); /* frees everything, clears *a; *a may be NULL */
void arena_reset(struct arena *a);  /* all that was handed out is invalid after it */

/* n zeroed bytes, aligned for any type; valid until reset or close. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
/* Likewise, not zeroed: for bytes that are written before they are read. */
char *arena_bytes(struct arena *a, size_t n);
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
/* count elements of size each, zeroed; aborts where the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of s, NUL-terminated behind its n bytes. */
struct str arena_copy(struct arena *a, struct str s);
char *arena_z(struct arena *a, struct str s);
struct str arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#endif
