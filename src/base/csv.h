/* SPDX-License-Identifier: ISC
 * csv.h: tables as text (RFC 4180): read strictly, written so that a spreadsheet takes no cell for a formula.
 */
#ifndef CASEMAIL_BASE_CSV_H
#define CASEMAIL_BASE_CSV_H

#include "base/arena.h"
#include "base/err.h"

#define CSV_FIELDS_MOST 64

/* What is left of a text, and the line it begins in, from 1. */
struct csv {
	struct str rest;
	size_t line;
};
void csv_open(struct csv *c, struct str text); /* a byte order mark is passed over */

struct csv_row {
	size_t line; /* where it begins */
	struct str fields[CSV_FIELDS_MOST];
	size_t n;
};

/* The next row: 1; 0: no more. Rows end in CR LF or LF; empty lines are passed over. Fields borrow from the text or
 * from a. -1 and ERR_REJECT, with row->line and reading going on behind that line: a quote inside an unquoted field or
 * with text behind it, an open quote at the end, a CR alone, a NUL, what is not UTF-8, more than CSV_FIELDS_MOST
 * fields. Linear in the text. */
int csv_next(struct csv *c, struct arena *a, struct csv_row *row, struct err *e);

/* Adds one field, quoted where it must be. One that begins with = + - @ TAB or CR gets an apostrophe in front, so that
 * it is text for a spreadsheet (CWE-1236). The caller adds commas and CR LF. */
void csv_add(struct buf *out, struct str field);

#endif
