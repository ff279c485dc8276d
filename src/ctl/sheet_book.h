/* SPDX-License-Identifier: ISC
 * sheet_book.h: the .xlsx side of sheet.h, behind which the library for it stands.
 */
#ifndef CASEMAIL_CTL_SHEET_BOOK_H
#define CASEMAIL_CTL_SHEET_BOOK_H

#include "ctl/sheet.h"

struct book;

/* One worksheet: the headings bold, frozen and with a filter, columns as wide as said. Rows are written in their order,
 * in bounded memory, with a temporary file beside path. -1 and ERR_FATAL where path can not be written. */
int book_open(const char *path, const struct sheet_column *columns, size_t n, struct book **out, struct err *e);
/* z: NUL-terminated UTF-8. Row 0 is the first below the headings. -1 and ERR_REJECT: more rows than a worksheet has. */
int book_text(struct book *b, size_t row, size_t column, const char *z, struct err *e);
int book_time(
    struct book *b, size_t row, size_t column, int64_t ms, struct err *e); /* a date of the spreadsheet, UTC */
/* Writes it out and frees it. rows: how many there are. */
int book_close(struct book **b, size_t rows, struct err *e);

#endif
