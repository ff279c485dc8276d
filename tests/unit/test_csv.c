/* SPDX-License-Identifier: ISC
 * test_csv.c: rows, and errors by their lines.
 */
#include "config.h"

#include "base/csv.h"
#include "tap.h"

/* All rows of a text as "line: [field][field]" or "line! why", one a line. */
static struct str
read_all(struct str text, struct arena *a)
{
	struct csv_row row;
	struct csv c;
	struct buf b;
	struct str out;
	struct err e;
	int rc;

	buf_init(&b, 1 << 20);
	csv_open(&c, text);
	while ((rc = csv_next(&c, a, &row, &e)) != 0) {
		buf_add_format(&b, "%zu%s", row.line, rc < 0 ? "! " : ":");
		if (rc < 0)
			buf_add_format(&b, "%.20s", e.text);
		for (size_t i = 0; rc > 0 && i < row.n; i++)
			buf_add_format(&b, "[%.*s]", STR_ARGS(row.fields[i]));
		buf_add_char(&b, '\n');
	}
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

int
main(void)
{
	static const struct {
		struct str text, want;
		const char *name;
	} rows[] = {
		{ STR(""), STR(""), "nothing" },
		{ STR("a,b\nc,d"), STR("1:[a][b]\n2:[c][d]\n"), "without a last line end" },
		{ STR("a,b\r\n\r\n c ,\r\n"), STR("1:[a][b]\n3:[ c ][]\n"), "CR LF, an empty line, blanks are data" },
		{ STR("\xef\xbb\xbfnaïve\n"), STR("1:[naïve]\n"), "a byte order mark" },
		{ STR("\"a\"\"b\",\"c,d\",\"\"\n"), STR("1:[a\"b][c,d][]\n"), "quotes" },
		{ STR("\"two\nlines\",x\ny\n"), STR("1:[two\nlines][x]\n3:[y]\n"), "a line end in quotes counts" },
		{ STR(",\n"), STR("1:[][]\n"), "empty fields" },
		{ STR("a\"b,c\nd\n"), STR("1! a quote inside a fie\n2:[d]\n"), "a quote inside, and on" },
		{ STR("\"a\"b\nd\n"), STR("1! text behind a closin\n2:[d]\n"), "text behind a quote" },
		{ STR("a\n\"b\nc"), STR("1:[a]\n2! a quote that is neve\n"), "an open quote" },
		{ STR("a\rb\nd\n"), STR("1! a carriage return wi\n2:[d]\n"), "a CR alone" },
		{ STR("a\0b\nd\n"), STR("1! a NUL byte\n2:[d]\n"), "NUL" },
		{ STR("Z\xfcrich\nd\n"), STR("1! not UTF-8: save the \n2:[d]\n"), "Latin-1" },
		{ STR("\"Z\xfcrich\"\nd\n"), STR("1! not UTF-8: save the \n2:[d]\n"), "in quotes, too" },
	};
	static const struct {
		struct str field, want;
	} cells[] = {
		{ STR("plain text"), STR("plain text") },
		{ STR(""), STR("") },
		{ STR("a,b"), STR("\"a,b\"") },
		{ STR("a \"b\""), STR("\"a \"\"b\"\"\"") },
		{ STR("a\nb"), STR("\"a\nb\"") },
		{ STR("=1+2"), STR("'=1+2") },
		{ STR("+46 8"), STR("'+46 8") },
		{ STR("-1"), STR("'-1") },
		{ STR("@SUM(A1)"), STR("'@SUM(A1)") },
		{ STR("\t=1"), STR("'\t=1") },
		{ STR("\r=1,2"), STR("\"'\r=1,2\"") },
		{ STR("a=b"), STR("a=b") },
	};
	struct arena *a = arena_open((size_t)64 << 20);
	struct buf b, many;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		IS_STR(read_all(rows[i].text, a), rows[i].want, rows[i].name);
	buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		buf_clear(&b);
		csv_add(&b, cells[i].field);
		IS_STR(buf_str(&b), cells[i].want, "as it is written");
	}
	buf_init(&many, 1000);
	for (int i = 0; i < CSV_FIELDS_MOST; i++)
		buf_add_char(&many, ',');
	IS_STR(read_all(buf_str(&many), a), STR("1! too many fields\n"), "more fields than there may be");
	buf_free(&many);
	buf_free(&b);
	arena_close(&a);
	return tap_done();
}
