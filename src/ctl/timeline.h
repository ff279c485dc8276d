/* SPDX-License-Identifier: ISC
 * timeline.h: a case as a person reads it, and as a program does.
 */
#ifndef CASEMAIL_CTL_TIMELINE_H
#define CASEMAIL_CTL_TIMELINE_H

#include "ctl/ctl.h"
#include "store/store_cases.h"

/* The case on standard output: a header block, its description, then entries as they come (oldest first), times in
 * local time, text wrapped to the terminal. Everything from outside is escaped. contact and owner are names to show. */
void timeline_print(struct ctl *c, const struct case_view *v, struct str contact, struct str owner,
    struct str description, const struct store_entry *entries, size_t n);
/* The same as one JSON object on one line; times in UTC, text as it is stored. */
void timeline_json(
    struct ctl *c, const struct case_view *v, struct str description, const struct store_entry *entries, size_t n);

#endif
