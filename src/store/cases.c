/* SPDX-License-Identifier: ISC
 * cases.c: finding a case by its number, and where merges lead to. Lists of cases: cases_list.c.
 */
#include "config.h"

#include "store/cases.h"
#include "store/store_cases.h"

#include <stdio.h>

#define MERGES_MOST 64

int
case_row(struct query *q, struct arena *a, struct case_view *out, struct err *e)
{
	*out = (struct case_view){
		.id = column_number(q, 0),
		.number = column_text(q, 1, a),
		.reference = column_text(q, 2, a),
		.type = column_text(q, 3, a),
		.sub_type = column_text(q, 4, a),
		.subject = column_text(q, 5, a),
		.status = column_text(q, 6, a),
		.sub_status = column_text(q, 7, a),
		.priority = column_text(q, 8, a),
		.opened_at = column_number(q, 9),
		.modified_at = column_number(q, 10),
		.version = column_number(q, 11),
		.is_closed = column_number(q, 12),
		.request = column_number(q, 16),
		.escalated_at = column_number(q, 18),
		.merged_into = column_text(q, 19, a),
		.split_from = column_text(q, 20, a),
	};
	if (deployment_get(q->s, column_number(q, 13), a, &out->deployment, e) ||
	    person_get(q->s, column_number(q, 14), a, &out->contact, e) ||
	    person_get(q->s, column_number(q, 15), a, &out->owner, e) ||
	    person_get(q->s, column_number(q, 17), a, &out->escalated_to, e))
		return -1;
	return 0;
}

int
store_case_get(struct store *s, int64_t id, struct arena *a, struct case_view *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " CASE_COLUMNS " FROM cases c WHERE c.id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = case_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such case");
	return rc == 1 ? 0 : -1;
}

int
store_case_find(struct store *s, struct str number, struct arena *a, struct case_view *out, struct err *e)
{
	struct query q;
	long long v;
	char padded[24];
	int rc;

	if (!str_to_number(number, &v))
		return err_set(e, ERR_REJECT, "\"%.*s\" is no case number", STR_ARGS(number));
	snprintf(padded, sizeof(padded), "%08lld", v);
	QUERY(&q, s, "SELECT " CASE_COLUMNS " FROM cases c WHERE c.number = ?", Z(padded));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = case_row(&q, a, out, e) ? -1 : 1;
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no case %s", padded);
	return rc == 1 ? 0 : -1;
}

int
store_case_description(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT description FROM cases WHERE id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = column_text(&q, 0, a);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such case");
	return rc == 1 ? 0 : -1;
}

int
case_resolve(struct store *s, int64_t id, int64_t *out, struct err *e)
{
	for (int i = 0; i < MERGES_MOST; i++) {
		struct query q;
		int64_t next = 0;
		int rc;

		QUERY(&q, s, "SELECT merged_into FROM cases WHERE id = ?", NUMBER(id));
		rc = query_step(&q, e);
		if (rc == 1)
			next = column_number(&q, 0);
		query_close(&q);
		if (rc < 0)
			return -1;
		if (next == 0) {
			*out = rc == 1 ? id : 0;
			return 0;
		}
		id = next;
	}
	return err_set(e, ERR_FATAL, "store: case %lld was merged in a circle", (long long)id);
}
