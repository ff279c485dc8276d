/* SPDX-License-Identifier: ISC
 * visible.h: text in which nothing acts that is not seen.
 */
#ifndef CASEMAIL_BASE_VISIBLE_H
#define CASEMAIL_BASE_VISIBLE_H

#include "base/arena.h"

/* s (UTF-8) with controls (but LF and TAB), marks that embed, override or isolate a direction, separators and marks of
 * no width as \x{NN}, in a; s itself where there are none. What joins or parts letters, and the marks that give a
 * direction to themselves only, stay: Arabic, Indic scripts and emoji need them. Idempotent. */
struct str visible_text(struct str s, struct arena *a);

#endif
