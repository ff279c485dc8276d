/* SPDX-License-Identifier: ISC
 * case_list.c: casectl case list, case search: pages of cases. What does not fit beside each other on a terminal is
 * left out by the columns' rank; the number and the subject always stay.
 */
#include "config.h"

#include "ctl/case_filter.h"

#define PAGE 100

static const struct column list_columns[] = { { "CASE", "number" }, { "STATUS", "status", 1 },
	{ "SUB-STATUS", "sub_status", 8 }, { "PRIORITY", "priority", 4 }, { "DEPLOYMENT", "org_id", 6 },
	{ "CONTACT", "contact", 3 }, { "OWNER", "owner", 5 }, { "MODIFIED", "modified_at", 2 },
	{ "SUBJECT", "subject" } };
static const struct column search_columns[] = { { "CASE", "number" }, { "STATUS", "status", 1 },
	{ "CONTACT", "contact", 3 }, { "MODIFIED", "modified_at", 4 }, { "SUBJECT", "subject" },
	{ "FOUND", "snippet" } };

static int
cases_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	struct store_case_filter f = *(const struct store_case_filter *)filter;

	if (case_filter_resolve(c, &f, e) < 0)
		return -1;
	return store_case_list(c->store, &f, c->arena, out, n, e);
}

static void
case_show(struct ctl *c, struct listing *l, const void *record)
{
	(void)c;
	listing_row(l);
	case_fields(l, record);
}

static int
found_load(struct ctl *c, const void *filter, void *out, size_t *n, struct err *e)
{
	struct store_case_filter f = *(const struct store_case_filter *)filter;

	if (case_filter_resolve(c, &f, e) < 0)
		return -1;
	return store_case_search(c->store, &f, c->arena, out, n, e);
}

static void
found_show(struct ctl *c, struct listing *l, const void *record)
{
	const struct store_found *found = record;

	(void)c;
	listing_row(l);
	case_fields(l, &found->c);
	listing_text(l, "snippet", found->snippet);
}

static int
page_run(struct ctl *c, const struct listing_source *source, struct str words)
{
	struct store_case_filter f;
	int64_t max, page;
	int status = case_filter_parse(c, &f);

	if (status != CTL_DONE)
		return status;
	if (ctl_number(c, "max", 1, 100000, PAGE, &max) < 0 || ctl_number(c, "page", 1, 1000000, 1, &page) < 0)
		return CTL_USAGE;
	f.words = words;
	f.max = (size_t)max;
	f.offset = (size_t)((page - 1) * max);
	return listing_run(c, source, &f);
}

static int
case_list_run(struct ctl *c)
{
	static const struct listing_source source =
	    LISTING_SOURCE(list_columns, struct case_view, cases_load, case_show);

	return page_run(c, &source, STR_NONE);
}

static int
case_search_run(struct ctl *c)
{
	static const struct listing_source source =
	    LISTING_SOURCE(search_columns, struct store_found, found_load, found_show);

	if (str_trim(ctl_word(c, 0)).n == 0)
		return ctl_refuse("nothing to search for: give words, or a case number");
	return page_run(c, &source, ctl_word(c, 0));
}

static const struct option_spec list_options[] = { CASE_FILTER_OPTIONS,
	{ "max", "N", false, false, "at most so many on a page (100)" },
	{ "page", "N", false, false, "which page (1)" }, { NULL, NULL, false, false, NULL } };

const struct verb verbs_case_list[] = {
	{ "case", "list", "", 0, 0, "List cases, newest update first", "casectl case list --org \"Acme Ltd\" --open",
	    list_options, case_list_run },
	{ "case", "search", "WORDS", 1, 1, "Search cases and updates by words or number",
	    "casectl case search \"login fails\" --open", list_options, case_search_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
