/* SPDX-License-Identifier: ISC
 * sheet_book.c: one worksheet by libxlsxwriter, the only file that knows it. Text is written by the call for strings,
 * which never makes a formula or a link of it. The library keeps one row in memory and the rest in a temporary file.
 */
#include "config.h"

#include "ctl/sheet_book.h"

#include <stdlib.h>
#include <string.h>

#include <xlsxwriter.h>

struct book {
	lxw_workbook *workbook;
	lxw_worksheet *sheet;
	lxw_format *time;
	size_t n;
};

int
book_open(const char *path, const struct sheet_column *columns, size_t n, struct book **out, struct err *e)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = folder };
	struct book *b = calloc(1, sizeof(*b));
	lxw_format *bold;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	if (b == NULL || (b->workbook = workbook_new_opt(path, &options)) == NULL)
		abort();
	b->sheet = workbook_add_worksheet(b->workbook, "Cases");
	if (b->sheet == NULL) {
		free(b);
		return err_set(e, ERR_FATAL, "%s: no temporary file can be made in this folder", path);
	}
	b->n = n;
	b->time = workbook_add_format(b->workbook);
	format_set_num_format(b->time, "yyyy-mm-dd hh:mm");
	bold = workbook_add_format(b->workbook);
	format_set_bold(bold);
	worksheet_freeze_panes(b->sheet, 1, 0);
	for (size_t i = 0; i < n; i++) {
		worksheet_set_column(b->sheet, (lxw_col_t)i, (lxw_col_t)i, columns[i].width, NULL);
		worksheet_write_string(b->sheet, 0, (lxw_col_t)i, columns[i].heading, bold);
	}
	*out = b;
	return 0;
}

static int
written(lxw_error rc, size_t row, struct err *e)
{
	if (rc == LXW_NO_ERROR)
		return 0;
	if (row + 1 >= LXW_ROW_MAX)
		return err_set(e, ERR_REJECT,
		    "a worksheet has %d rows and these are more: narrow the list down, or export CSV", LXW_ROW_MAX);
	return err_set(e, ERR_FATAL, "row %zu: %s", row + 1, lxw_strerror(rc));
}

int
book_text(struct book *b, size_t row, size_t column, const char *z, struct err *e)
{
	if (*z == '\0')
		return row + 1 < LXW_ROW_MAX ? 0 : written(LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE, row, e);
	return written(worksheet_write_string(b->sheet, (lxw_row_t)row + 1, (lxw_col_t)column, z, NULL), row, e);
}

int
book_time(struct book *b, size_t row, size_t column, int64_t ms, struct err *e)
{
	if (ms == 0)
		return 0;
	return written(
	    worksheet_write_unixtime(b->sheet, (lxw_row_t)row + 1, (lxw_col_t)column, ms / 1000, b->time), row, e);
}

int
book_close(struct book **b, size_t rows, struct err *e)
{
	lxw_error rc;

	worksheet_autofilter((*b)->sheet, 0, 0, (lxw_row_t)rows, (lxw_col_t)((*b)->n - 1));
	rc = workbook_close((*b)->workbook);
	free(*b);
	*b = NULL;
	return rc == LXW_NO_ERROR ? 0 : err_set(e, ERR_FATAL, "writing the workbook: %s", lxw_strerror(rc));
}
