/* SPDX-License-Identifier: ISC
 * fuzz_csv.c: the reader ends on any bytes, and what it read is read again from what the writer makes of it.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
again(struct arena *a, const struct csv_row *row)
{
	struct csv_row other;
	struct csv c;
	struct buf b;
	struct err e;

	buf_init(&b, 64u << 20);
	for (size_t i = 0; i < row->n; i++) {
		buf_add_z(&b, i ? "," : "");
		if (row->fields[i].n == 0 && row->n == 1)
			buf_add_z(&b, "\"\""); /* an empty line is no row */
		csv_add(&b, row->fields[i]);
	}
	csv_open(&c, buf_str(&b));
	if (c.rest.n == b.n) { /* else the first field began as a byte order mark does */
		if (csv_next(&c, a, &other, &e) != 1 || other.n != row->n)
			abort();
		for (size_t i = 0; i < row->n; i++)
			if (!str_ends(other.fields[i], row->fields[i]) || other.fields[i].n > row->fields[i].n + 1)
				abort();
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct csv_row row;
	struct csv c;
	struct err e;
	size_t line = 0;
	int rc;

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	csv_open(&c, (struct str){ (const char *)data, n });
	while ((rc = csv_next(&c, a, &row, &e)) != 0) {
		if (row.line <= line)
			abort();
		line = row.line;
		if (rc == 1)
			again(a, &row);
	}
	return 0;
}
