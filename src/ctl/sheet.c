/* SPDX-License-Identifier: ISC
 * sheet.c: rows into CSV (RFC 4180), a JSON array, or a worksheet. Row by row: memory does not grow with the table.
 */
#include "config.h"

#include "ctl/sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/log.h"
#include "ctl/sheet_book.h"

#define ROW_MOST ((size_t)16 << 20)
#define CELL_MOST 32000 /* a cell of a spreadsheet holds 32767 characters */

struct sheet {
	enum sheet_format format;
	FILE *file;
	struct book *book;
	const struct sheet_column *columns;
	size_t n, column, rows;
	struct buf row, cell;
};

const char *
sheet_format_name(enum sheet_format f)
{
	static const char *const names[] = { [SHEET_CSV] = "csv", [SHEET_JSON] = "json", [SHEET_XLSX] = "xlsx" };

	return names[f];
}

int
sheet_open(enum sheet_format format, FILE *file, const char *path, const struct sheet_column *columns, size_t n,
    struct sheet **out, struct err *e)
{
	struct sheet *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct sheet){ .format = format, .file = file, .columns = columns, .n = n };
	if (format == SHEET_XLSX && book_open(path, columns, n, &s->book, e) < 0) {
		free(s);
		return -1;
	}
	buf_init(&s->row, ROW_MOST);
	buf_init(&s->cell, ROW_MOST);
	for (size_t i = 0; format == SHEET_CSV && i < n; i++)
		fprintf(file, "%s%s", columns[i].key, i + 1 < n ? "," : "\r\n");
	*out = s;
	return 0;
}

/* After each cell: a row that is full is written. */
static void
cell_done(struct sheet *s)
{
	bool full = ++s->column == s->n;

	if (s->format == SHEET_CSV)
		buf_add_z(&s->row, full ? "\r\n" : ",");
	if (!full)
		return;
	if (s->format == SHEET_JSON) {
		json_close(&s->row, '}');
		fputs(s->rows ? ",\n" : "[\n", s->file);
	}
	if (s->format != SHEET_XLSX)
		fwrite(s->row.n ? s->row.p : "", 1, s->row.n, s->file);
	buf_clear(&s->row);
	s->column = 0;
	s->rows++;
}

/* What may stand in a cell: visible, UTF-8, not too long. */
static struct str
cell_text(struct sheet *s, struct str text)
{
	buf_clear(&s->cell);
	log_escape(&s->cell, str_head(text, CELL_MOST / 8), true);
	if (text.n > CELL_MOST / 8)
		buf_add_z(&s->cell, "...");
	return buf_str(&s->cell);
}

int
sheet_text(struct sheet *s, struct str text, struct err *e)
{
	if (s->format == SHEET_JSON && s->column == 0)
		json_open(&s->row, NULL, '{');
	if (s->format == SHEET_JSON)
		json_text(&s->row, s->columns[s->column].key, text);
	else if (s->format == SHEET_CSV)
		csv_add(&s->row, cell_text(s, text));
	else if (cell_text(s, text), book_text(s->book, s->rows, s->column, buf_z(&s->cell), e) < 0)
		return -1;
	cell_done(s);
	return 0;
}

int
sheet_time(struct sheet *s, int64_t ms, struct err *e)
{
	char text[CLOCK_TEXT] = "";

	if (s->format == SHEET_JSON && s->column == 0)
		json_open(&s->row, NULL, '{');
	if (ms)
		clock_format(ms, text);
	if (s->format == SHEET_JSON)
		json_time(&s->row, s->columns[s->column].key, ms);
	else if (s->format == SHEET_CSV)
		csv_add(&s->row, str_of(text));
	else if (book_time(s->book, s->rows, s->column, ms, e) < 0)
		return -1;
	cell_done(s);
	return 0;
}

int
sheet_close(struct sheet **s, struct err *e)
{
	int rc = 0;

	if (*s == NULL)
		return 0;
	if ((*s)->format == SHEET_JSON)
		fputs((*s)->rows ? "\n]\n" : "[]\n", (*s)->file);
	if ((*s)->format == SHEET_XLSX)
		rc = book_close(&(*s)->book, (*s)->rows, e);
	else if (fflush((*s)->file) != 0 || ferror((*s)->file))
		rc = err_set(e, ERR_FATAL, "%s", strerror(errno));
	buf_free(&(*s)->row);
	buf_free(&(*s)->cell);
	free(*s);
	*s = NULL;
	return rc;
}
