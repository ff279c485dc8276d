/* SPDX-License-Identifier: ISC
 * cases.h: how a case is read from a row; shared by the files of src/store that list or find cases.
 */
#ifndef CASEMAIL_STORE_CASES_H
#define CASEMAIL_STORE_CASES_H

#include "store/internal.h"

/* Of the table cases as c. */
#define CASE_COLUMNS                                                                                                   \
	"c.id, c.number, c.reference, c.type, c.sub_type, c.subject, c.status, c.sub_status, c.priority, "             \
	"c.opened_at, c.modified_at, c.version, c.is_closed, c.deployment, c.contact, c.owner, "                       \
	"(SELECT max(r.id) FROM request r WHERE r.case_id = c.id), c.escalated_to, c.escalated_at, "                   \
	"(SELECT m.number FROM cases m WHERE m.id = c.merged_into), "                                                  \
	"(SELECT m.number FROM cases m WHERE m.id = c.split_from)"
/* The present row, which has these columns. Loads deployment and people, too. */
int case_row(struct query *q, struct arena *a, struct case_view *out, struct err *e);

#endif
