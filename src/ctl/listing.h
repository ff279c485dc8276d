/* SPDX-License-Identifier: ISC
 * listing.h: records shown as a table or as a JSON array, from one description.
 */
#ifndef CASEMAIL_CTL_LISTING_H
#define CASEMAIL_CTL_LISTING_H

#include "ctl/ctl.h"

/* What the table shows of a record; JSON has every field that is given. */
struct column {
	const char *heading, *key; /* key: of a field below */
	int rank;                  /* 0: always shown; else where a terminal is too narrow, the highest goes first */
};

struct listing;

/* columns: at most 16, constant. */
struct listing *listing_open(struct ctl *c, const struct column *columns, size_t n);
void listing_row(struct listing *l); /* begins a record; the fields follow in any order */
void listing_text(struct listing *l, const char *key, struct str text);
void listing_z(struct listing *l, const char *key, const char *text);
void listing_number(struct listing *l, const char *key, int64_t n);
void listing_time(struct listing *l, const char *key, int64_t ms); /* 0: none */
void listing_bool(struct listing *l, const char *key, bool b);
/* Only in JSON: a value that is JSON already. */
void listing_raw(struct listing *l, const char *key, struct str json);
/* Only in the table: text for a column that JSON says in parts. */
void listing_cell(struct listing *l, const char *key, struct str text);
/* Prints, and ends the listing. CTL_DONE. */
int listing_close(struct listing *l);

/* A list command: where its records come from, and how one of them is shown. */
struct listing_source {
	const struct column *columns;
	size_t n_columns, record_size;
	/* Loads *n records into the arena; out: pointer to the array's pointer. filter is what listing_run was given.
	 */
	int (*load)(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e);
	/* One record, in as many rows as it has: each begins with listing_row. */
	void (*show)(struct ctl *c, struct listing *l, const void *record);
};
#define LISTING_SOURCE(columns, record, load, show)                                                                    \
	{                                                                                                              \
		(columns), sizeof(columns) / sizeof(*(columns)), sizeof(record), (load), (show)                        \
	}
/* Opens the store to read, unless it is open, loads and lists. The exit status, after saying what was wrong. */
int listing_run(struct ctl *c, const struct listing_source *source, const void *filter);

#endif
