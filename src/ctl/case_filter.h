/* SPDX-License-Identifier: ISC
 * case_filter.h: which cases: the options that case list, case search and case export have in common.
 */
#ifndef CASEMAIL_CTL_CASE_FILTER_H
#define CASEMAIL_CTL_CASE_FILTER_H

#include "ctl/listing.h"
#include "store/store_cases.h"

#define CASE_FILTER_OPTIONS                                                                                            \
	{ "mine", NULL, false, false, "only those whose contact or owner I am, the person of --as" },                  \
	    { "company", NULL, false, false, "only those of my company, the organisation of --as" },                   \
	    { "contact", "ADDRESS", false, false, "only this contact's" },                                             \
	    { "owner", "ADDRESS", false, false, "only this owner's" },                                                 \
	    { "org", "NAME", false, false, "only this organisation's" },                                               \
	    { "deployment", "ORGID", false, false, "only of this deployment" },                                        \
	    { "product", "NAME", false, false, "only of this product" },                                               \
	    { "status", "STATUS", false, false, "only in this status" },                                               \
	    { "type", "NAME", false, false, "only of this type" },                                                     \
	    { "sub-type", "NAME", false, false, "only of this sub-type" },                                             \
	    { "admin", NULL, false, false, "only admin cases" },                                                       \
	    { "open", NULL, false, false, "only cases that are not closed" },                                          \
	    { "closed", NULL, false, false, "only closed cases" },                                                     \
	    { "since", "WHEN", false, false, "only with an update since a date, 2026-12-25, or for so long, 7d" },     \
	    { "sort", "KEY", false, false, "modified (default), opened, number or priority" },                         \
	{                                                                                                              \
		"reverse", NULL, false, false, "turn the order round"                                                  \
	}

/* The options into *f, but for who and where, which the store knows. CTL_DONE, or the exit status, said. */
int case_filter_parse(struct ctl *c, struct store_case_filter *f);
/* The rest, with the store open. -1: an option names somebody or something that is not there. */
int case_filter_resolve(struct ctl *c, struct store_case_filter *f, struct err *e);

/* The fields of one case, in a row that was begun. */
void case_fields(struct listing *l, const struct case_view *v);

#endif
