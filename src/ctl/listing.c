/* SPDX-License-Identifier: ISC
 * listing.c: each field goes into the JSON text at once and, where a column has its key, into the table.
 */
#include "config.h"

#include "ctl/listing.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/pager.h"
#include "ctl/table.h"

#define COLUMNS_MOST 16
#define JSON_MOST ((size_t)1 << 30)

struct listing {
	struct ctl *ctl;
	const struct column *columns;
	size_t n;
	struct table *table;
	struct buf json;
	bool in_row;
};

struct listing *
listing_open(struct ctl *c, const struct column *columns, size_t n)
{
	struct listing *l = arena_new(c->arena, struct listing);
	const char **headings = arena_array(c->arena, COLUMNS_MOST, sizeof(*headings));

	*l = (struct listing){ .ctl = c, .columns = columns, .n = n < COLUMNS_MOST ? n : COLUMNS_MOST };
	for (size_t i = 0; i < l->n; i++)
		headings[i] = columns[i].heading;
	l->table = table_open(c->arena, headings, l->n);
	for (size_t i = 0; i < l->n; i++)
		table_rank(l->table, i, columns[i].rank);
	buf_init(&l->json, JSON_MOST);
	json_open(&l->json, NULL, '[');
	return l;
}

void
listing_row(struct listing *l)
{
	if (l->in_row)
		json_close(&l->json, '}');
	json_open(&l->json, NULL, '{');
	table_row(l->table);
	l->in_row = true;
}

void
listing_cell(struct listing *l, const char *key, struct str text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->columns[i].key, key) == 0)
			table_set(l->table, i, text);
}

void
listing_text(struct listing *l, const char *key, struct str text)
{
	json_text(&l->json, key, text);
	listing_cell(l, key, text);
}

void
listing_z(struct listing *l, const char *key, const char *text)
{
	listing_text(l, key, str_of(text));
}

static void
keep_column(struct listing *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->columns[i].key, key) == 0)
			table_keep(l->table, i);
}

void
listing_number(struct listing *l, const char *key, int64_t n)
{
	json_number(&l->json, key, n);
	listing_cell(l, key, arena_format(l->ctl->arena, "%lld", (long long)n));
	keep_column(l, key);
}

void
listing_time(struct listing *l, const char *key, int64_t ms)
{
	json_time(&l->json, key, ms);
	listing_cell(l, key, table_time_text(l->ctl->arena, ms));
	keep_column(l, key);
}

void
listing_bool(struct listing *l, const char *key, bool b)
{
	json_bool(&l->json, key, b);
	listing_cell(l, key, b ? STR("yes") : STR("no"));
}

void
listing_raw(struct listing *l, const char *key, struct str json)
{
	json_raw(&l->json, key, json);
}

int
listing_close(struct listing *l)
{
	if (l->in_row)
		json_close(&l->json, '}');
	json_close(&l->json, ']');
	if (l->ctl->json) {
		puts(buf_z(&l->json));
	} else {
		if (!l->ctl->no_pager && table_is_long(l->table))
			pager_open();
		table_print(l->table);
	}
	buf_free(&l->json);
	return CTL_DONE;
}

int
listing_run(struct ctl *c, const struct listing_source *source, const void *filter)
{
	int status = c->store ? CTL_DONE : ctl_store(c, STORE_READ);
	struct listing *l;
	void *records;
	struct err e;
	size_t n;

	if (status != CTL_DONE)
		return status;
	if (source->load(c, filter, &records, &n, &e) < 0)
		return ctl_fail(c, &e);
	l = listing_open(c, source->columns, source->n_columns);
	for (size_t i = 0; i < n; i++)
		source->show(c, l, (const char *)records + i * source->record_size);
	return listing_close(l);
}
