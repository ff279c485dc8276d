/* SPDX-License-Identifier: ISC
 * import.c: casectl import: tables from another system into the database, all of them or nothing.
 *
 * Every row goes through the checks of the commands that add one, in one transaction. A bad row is named and the next
 * one is looked at, so that one run tells all that is to be mended; the transaction is committed only where no row was
 * bad, and never with --dry-run. The files may be given in any order: they are taken in that of their references.
 */
#include "config.h"

#include "ctl/import.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"

#define FILE_MOST ((size_t)512 << 20)
#define ROW_MEMORY ((size_t)256 << 20)
#define PROGRESS_MS 200

static const struct import_table *const tables[] = { &import_organisations, &import_deployments, &import_contacts,
	&import_access, &import_cases };
#define TABLES (sizeof(tables) / sizeof(*tables))

struct import {
	struct ctl *c;
	const char *path;
	const struct import_table *table;
	size_t columns[CSV_FIELDS_MOST]; /* of the table, by the file's */
	size_t n_columns;
	size_t added, bad;
	int64_t shown_at; /* progress, by the monotonic clock */
};

struct str
import_field(const struct import_row *r, const char *column)
{
	for (size_t i = 0; i < r->table->n_columns; i++)
		if (strcmp(r->table->columns[i].name, column) == 0)
			return r->fields[i];
	return STR_NONE;
}

/* One line a bad row, what comes from the file made visible. */
static void
complain(struct import *x, size_t line, const char *column, const char *why)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	log_escape(&b, str_of(why), false);
	fprintf(stderr, "%scasectl: %s:%zu: %s%s%s\n", x->shown_at ? "\r\033[K" : "", x->path, line,
	    column ? column : "", column ? ": " : "", buf_z(&b));
	x->bad++;
	buf_free(&b);
}

static void
progress(struct import *x, size_t done, size_t all)
{
	if (!isatty(STDERR_FILENO) || clock_monotonic() - x->shown_at < PROGRESS_MS)
		return;
	x->shown_at = clock_monotonic();
	fprintf(stderr, "\r%s: %zu rows, %zu %%\033[K", x->table->name, x->added, all ? 100 * done / all : 100);
}

/* "First Name" is first_name. */
static bool
same_name(struct str s, const char *name)
{
	size_t n = strlen(name);

	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s.p[i] == ' ' || s.p[i] == '-' ? '_' : char_lower(s.p[i])) != name[i])
			return false;
	return true;
}

static void
header_field(struct import *x, const struct csv_row *row, size_t i)
{
	const struct import_table *t = x->table;
	struct str s = str_trim(row->fields[i]);
	char why[200];
	size_t k = 0;

	while (k < t->n_columns && !same_name(s, t->columns[k].name))
		k++;
	x->columns[i] = k;
	if (k == t->n_columns) {
		snprintf(why, sizeof(why), "%s have no column \"%.*s\"", t->name, STR_ARGS(str_head(s, 60)));
		complain(x, row->line, NULL, why);
	}
	for (size_t j = 0; j < i; j++)
		if (k < t->n_columns && x->columns[j] == k)
			complain(x, row->line, t->columns[k].name, "this column is there twice");
}

/* The first row names the columns, in any order. -1: the rest of the file can not be read. */
static int
header_take(struct import *x, const struct csv_row *row)
{
	size_t bad = x->bad;

	x->n_columns = row->n;
	for (size_t i = 0; i < row->n; i++)
		header_field(x, row, i);
	for (size_t k = 0; k < x->table->n_columns; k++) {
		bool there = !x->table->columns[k].is_required;

		for (size_t i = 0; i < row->n; i++)
			there = there || x->columns[i] == k;
		if (!there)
			complain(x, row->line, x->table->columns[k].name, "this column is missing in the first line");
	}
	return x->bad == bad ? 0 : -1;
}

/* The column that an error of the store speaks of. */
static const char *
column_meant(const struct import_row *r, const struct err *e)
{
	if (r->field)
		return r->field;
	for (size_t k = 0; k < r->table->n_columns; k++) {
		struct str about = str_of(r->table->columns[k].about), words;

		while (str_next_field(&about, '|', &words))
			if (str_find_nocase(str_of(e->text), words) >= 0)
				return r->table->columns[k].name;
	}
	return r->table->columns[0].name;
}

/* -1: the store is in trouble, not the row. */
static int
row_take(struct import *x, const struct csv_row *row, struct err *e)
{
	struct import_row r = { .c = x->c, .table = x->table };
	char why[100];

	if (row->n != x->n_columns) {
		snprintf(why, sizeof(why), "%zu fields, but the first line names %zu", row->n, x->n_columns);
		complain(x, row->line, NULL, why);
		return 0;
	}
	for (size_t i = 0; i < row->n; i++)
		r.fields[x->columns[i]] = str_trim(row->fields[i]);
	if (x->table->add(&r, e) == 0)
		x->added++;
	else if (e->kind != ERR_REJECT)
		return -1;
	else
		complain(x, row->line, column_meant(&r, e), e->text);
	return 0;
}

static int
rows_take(struct import *x, struct str text, struct err *e)
{
	struct arena *kept = x->c->arena, *rows = arena_open(ROW_MEMORY);
	bool has_header = false;
	struct csv_row row;
	struct csv csv;
	int rc = 0, got;

	x->c->arena = rows;
	csv_open(&csv, text);
	while (rc == 0 && (got = csv_next(&csv, rows, &row, e)) != 0) {
		if (got < 0) {
			complain(x, row.line, NULL, e->text);
			if (!has_header)
				break;
		} else if (has_header) {
			rc = row_take(x, &row, e);
		} else if (header_take(x, &row) < 0) {
			break;
		}
		has_header = true;
		progress(x, text.n - csv.rest.n, text.n);
		arena_reset(rows);
	}
	if (rc == 0 && !has_header && x->bad == 0)
		complain(x, 1, NULL, "the file is empty: its first line names the columns");
	if (x->shown_at)
		fprintf(stderr, "\r\033[K");
	arena_close(&rows);
	x->c->arena = kept;
	return rc;
}

static int
said(struct ctl *c, const size_t *added, bool dry)
{
	if (c->json)
		printf("{");
	for (size_t i = 0; i < TABLES; i++)
		if (c->json)
			printf("\"%s\":%zu,", tables[i]->name, added[i]);
		else if (ctl_has(c, tables[i]->name))
			printf("%zu %s%s\n", added[i], tables[i]->name, dry ? " would be imported" : " imported");
	if (c->json)
		printf("\"dry_run\":%s}\n", dry ? "true" : "false");
	return CTL_DONE;
}

/* All files, in the open transaction. The exit status; *bad rows were named. */
static int
tables_take(struct ctl *c, size_t *added, size_t *bad)
{
	struct err e;

	for (size_t i = 0; i < TABLES; i++) {
		struct import x = { .c = c, .table = tables[i], .path = ctl_option(c, tables[i]->name).p };
		struct str text;

		if (x.path == NULL)
			continue;
		if (ctl_read_file(c, x.path, FILE_MOST, &text) < 0)
			return CTL_REFUSED;
		if (rows_take(&x, text, &e) < 0)
			return ctl_fail(c, &e);
		added[i] = x.added;
		*bad += x.bad;
	}
	return CTL_DONE;
}

static int
import_run(struct ctl *c)
{
	const bool dry = ctl_has(c, "dry-run");
	size_t added[TABLES] = { 0 }, bad = 0, files = 0;
	int status;

	for (size_t i = 0; i < TABLES; i++)
		files += ctl_has(c, tables[i]->name);
	if (files == 0)
		return fprintf(stderr, "casectl: nothing to import: give --organisations, --deployments, --contacts, "
				       "--access or --cases, each with a file\n"),
		       CTL_USAGE;
	if ((status = ctl_begin(c)) != CTL_DONE || (status = tables_take(c, added, &bad)) != CTL_DONE)
		return status;
	if (bad > 0)
		return ctl_refuse("%zu error%s: nothing was imported", bad, bad == 1 ? "" : "s");
	if (!dry && (status = ctl_commit(c)) != CTL_DONE)
		return status;
	return said(c, added, dry);
}

static const struct option_spec import_options[] = { { "organisations", "FILE", false, false,
							 "name, kind (customer or partner)" },
	{ "deployments", "FILE", false, false, "org_id, organisation, partner, end_user, product" },
	{ "contacts", "FILE", false, false,
	    "work_email, first_name, last_name, organisation, employer, country, phone, language" },
	{ "access", "FILE", false, false, "work_email, org_id, level" },
	{ "cases", "FILE", false, false,
	    "contact, org_id, subject, description, type, sub_type, priority, owner, status, opened" },
	{ "dry-run", NULL, false, false, "check everything, change nothing" }, { NULL, NULL, false, false, NULL } };

const struct verb verbs_import[] = {
	{ "import", NULL, "", 0, 0, "Import people, access and open cases from CSV files",
	    "casectl import --organisations orgs.csv --contacts people.csv --dry-run", import_options, import_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
