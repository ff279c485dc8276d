/* SPDX-License-Identifier: ISC
 * import.h: the tables that casectl import takes: their columns, and what one row adds.
 */
#ifndef CASEMAIL_CTL_IMPORT_H
#define CASEMAIL_CTL_IMPORT_H

#include "ctl/ctl.h"

#define IMPORT_COLUMNS_MOST 16

struct import_column {
	const char *name;  /* in the first line of the file */
	const char *about; /* words by which an error of the store means it, separated by |; NULL: none */
	bool is_required;  /* the column must be there; whether it may be empty is the store's to say */
};

struct import_table;
struct import_row {
	struct ctl *c; /* its arena is reset after each row */
	const struct import_table *table;
	struct str fields[IMPORT_COLUMNS_MOST]; /* by the table's columns, trimmed; empty where the file has none */
	const char *field;                      /* set by add: which column an error is about; NULL: see about */
};

struct import_table {
	const char *name; /* "contacts": the option, and how it is counted */
	const struct import_column *columns;
	size_t n_columns;
	/* In the open transaction. -1 and ERR_REJECT: the row is bad, and nothing of it was written. */
	int (*add)(struct import_row *r, struct err *e);
};

/* The field of a column that the table has. */
struct str import_field(const struct import_row *r, const char *column);

/* In the order in which they refer to each other; each is one table. */
extern const struct import_table import_organisations, import_deployments, import_contacts, import_access, import_cases;

#endif
