/* SPDX-License-Identifier: ISC
 * table.h: rows for people and for pipes.
 */
#ifndef CASEMAIL_CTL_TABLE_H
#define CASEMAIL_CTL_TABLE_H

#include <stdint.h>

#include "base/arena.h"

struct table;

/* headings: n constant strings. Rows and cells live in a. */
struct table *table_open(struct arena *a, const char *const *headings, size_t n);
void table_row(struct table *t); /* begins a row of empty cells */
/* Sets a cell of the row begun last. Controls are escaped when printed; line ends become blanks. */
void table_set(struct table *t, size_t column, struct str text);
/* This column is never cut: a number or a time that is of no use in part. */
void table_keep(struct table *t, size_t column);
/* Where a terminal is too narrow for all columns at a useful width, the one of the highest rank is left out first; 0
 * (as it is made): never. */
void table_rank(struct table *t, size_t column, int rank);
/* Whether it has more lines than the terminal. */
bool table_is_long(const struct table *t);
/* Prints: on a terminal aligned by display width, with a bold heading, the widest columns cut so that a row is a line;
 * else tab-separated without heading. Cells are cut at 4096 bytes. */
void table_print(const struct table *t);

/* Whether standard output is a terminal, and what is used there. Both are looked at once, and remembered. */
bool table_is_terminal(void);
int table_width(void); /* columns of the terminal, 80 where unknown */
/* A display attribute on a terminal, nothing elsewhere (also with NO_COLOR set): table_mark(MARK_BOLD) ...
 * table_mark(MARK_OFF). */
enum mark { MARK_OFF, MARK_BOLD, MARK_DIM, MARK_RED, MARK_GREEN, MARK_YELLOW };
void table_mark(enum mark m);
/* ms as text in a: local time on a terminal, RFC 3339 UTC in a pipe; "-" for 0. */
struct str table_time_text(struct arena *a, int64_t ms);
/* Prints text wrapped at the terminal's width, each line behind indent blanks, controls escaped. */
void table_wrap(struct str text, int indent);
/* The same, but for the first line, which begins at the margin. */
void table_hang(struct str text, int indent);

#endif
