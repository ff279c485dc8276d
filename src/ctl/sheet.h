/* SPDX-License-Identifier: ISC
 * sheet.h: a table written to a file for other programs: Excel's .xlsx, CSV, or a JSON array.
 */
#ifndef CASEMAIL_CTL_SHEET_H
#define CASEMAIL_CTL_SHEET_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

enum sheet_format { SHEET_CSV, SHEET_JSON, SHEET_XLSX, SHEET_FORMATS };
const char *sheet_format_name(enum sheet_format f); /* "csv", ... */

struct sheet_column {
	const char *heading, *key; /* key: in JSON, and the heading of CSV */
	int width;                 /* in a spreadsheet, about as many characters */
	bool is_time;
};

struct sheet;

/* Begins a sheet in file, or, with SHEET_XLSX, at path, which the caller made. columns are borrowed, at most 32. Text
 * is text: no cell is ever a formula; controls and what is not UTF-8 are shown as \x{NN} but in JSON. -1 and *e. */
int sheet_open(enum sheet_format format, FILE *file, const char *path, const struct sheet_column *columns, size_t n,
    struct sheet **out, struct err *e);
/* The next cell of the present row, from the left; a row ends with its last cell. ms 0: an empty cell. -1 and
 * ERR_REJECT where a spreadsheet takes no more rows. */
int sheet_text(struct sheet *s, struct str text, struct err *e);
int sheet_time(struct sheet *s, int64_t ms, struct err *e);
/* Completes the sheet and frees it: -1 and *e where something was not written. *s may be NULL. */
int sheet_close(struct sheet **s, struct err *e);

#endif
