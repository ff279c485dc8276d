/* SPDX-License-Identifier: ISC
 * case_export.c: casectl case export: exactly the cases that case list or case search would show with the same options,
 * all of them, into a file or to standard output.
 */
#include "config.h"

#include <string.h>

#include "ctl/case_filter.h"
#include "ctl/newfile.h"
#include "ctl/sheet.h"

#define ROW_MEMORY ((size_t)64 << 20)

static const struct sheet_column columns[] = { { "Case", "number", 11 }, { "Type", "type", 16 },
	{ "Sub-type", "sub_type", 18 }, { "Status", "status", 18 }, { "Sub-status", "sub_status", 26 },
	{ "Priority", "priority", 10 }, { "Org ID", "org_id", 14 }, { "Customer", "customer", 24 },
	{ "Product", "product", 16 }, { "Contact", "contact", 28 }, { "Owner", "owner", 28 },
	{ "Opened (UTC)", "opened_at", 17, true }, { "Modified (UTC)", "modified_at", 17, true },
	{ "Subject", "subject", 60 } };

struct export
{
	struct sheet *sheet;
	size_t rows;
};

static int
case_write(void *context, const struct case_view *v, struct err *e)
{
	struct export *x = context;
	const struct str before[] = { v->number, v->type, v->sub_type, v->status, v->sub_status, v->priority,
		v->deployment.org_id, v->deployment.customer, v->deployment.product, v->contact.address,
		v->owner.address };

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		if (sheet_text(x->sheet, before[i], e) < 0)
			return -1;
	if (sheet_time(x->sheet, v->opened_at, e) < 0 || sheet_time(x->sheet, v->modified_at, e) < 0 ||
	    sheet_text(x->sheet, v->subject, e) < 0)
		return -1;
	x->rows++;
	return 0;
}

static int
cases_write(struct ctl *c, const struct store_case_filter *f, enum sheet_format format, FILE *file, const char *path,
    size_t *rows, struct err *e)
{
	struct arena *room = arena_open(ROW_MEMORY);
	struct export x = { 0 };
	struct err late;
	int rc = sheet_open(format, file, path, columns, sizeof(columns) / sizeof(*columns), &x.sheet, e);

	if (rc == 0)
		rc = store_case_each(c->store, f, room, case_write, &x, e);
	if (sheet_close(&x.sheet, &late) < 0 && rc == 0) {
		*e = late;
		rc = -1;
	}
	arena_close(&room);
	*rows = x.rows;
	return rc;
}

/* What --format says, else the end of the file's name. */
static int
format_parse(struct ctl *c, enum sheet_format *out)
{
	struct str file = ctl_word(c, 0), name = ctl_option(c, "format");

	if (c->json && name.p == NULL)
		name = STR("json");
	if (name.p == NULL)
		name = str_skip(file, (size_t)(str_rfind_char(file, '.') + 1));
	for (int i = 0; i < SHEET_FORMATS; i++)
		if (str_equal_nocase(name, str_of(sheet_format_name((enum sheet_format)i)))) {
			*out = (enum sheet_format)i;
			if (i != SHEET_XLSX || !str_equal(file, STR("-")))
				return CTL_DONE;
			return fprintf(stderr, "casectl: xlsx is written to a file, not to standard output\n"),
			       CTL_USAGE;
		}
	if (ctl_has(c, "format"))
		return fprintf(stderr, "casectl: --format %.*s: xlsx, csv and json are allowed\n", STR_ARGS(name)),
		       CTL_USAGE;
	return fprintf(stderr, "casectl: %.*s: its name does not say the format: --format xlsx, csv or json\n",
		   STR_ARGS(file)),
	       CTL_USAGE;
}

static int
case_export_run(struct ctl *c)
{
	const bool force = ctl_has(c, "force");
	struct newfile file = { .file = stdout };
	struct store_case_filter f;
	enum sheet_format format;
	const bool to_file = !str_equal(ctl_word(c, 0), STR("-"));
	int status, rc;
	struct err e, late;
	size_t rows;

	if ((status = format_parse(c, &format)) != CTL_DONE || (status = case_filter_parse(c, &f)) != CTL_DONE)
		return status;
	f.words = ctl_option(c, "search");
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE)
		return status;
	if (case_filter_resolve(c, &f, &e) < 0 || (to_file && newfile_open(c->words[0], force, &file, &e) < 0))
		return ctl_fail(c, &e);
	rc = cases_write(c, &f, format, file.file, file.temporary, &rows, &e);
	if (to_file && newfile_close(&file, rc == 0, force, &late) < 0 && rc == 0) {
		e = late;
		rc = -1;
	}
	if (rc < 0)
		return ctl_fail(c, &e);
	if (to_file && c->json)
		printf("{\"cases\":%zu}\n", rows);
	else if (to_file)
		printf("%zu case%s written to %s\n", rows, rows == 1 ? "" : "s", c->words[0]);
	return CTL_DONE;
}

static const struct option_spec export_options[] = { { "format", "NAME", false, false,
							 "xlsx, csv or json; else as the file's name ends" },
	{ "search", "WORDS", false, false, "only what case search finds" },
	{ "force", NULL, false, false, "replace a file that exists" }, CASE_FILTER_OPTIONS,
	{ NULL, NULL, false, false, NULL } };

const struct verb verbs_case_export[] = {
	{ "case", "export", "FILE", 1, 1, "Write cases to a file for Excel and other programs",
	    "casectl case export cases.xlsx --org \"Acme Ltd\" --open", export_options, case_export_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
