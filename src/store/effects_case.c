/* SPDX-License-Identifier: ISC
 * effects_case.c: applies what ties cases to each other and to deployments: merging, splitting, moving, escalating.
 *
 * A merged case keeps its updates and points at the other; a split moves updates, with their attachments. Each leaves a
 * line in the history of the case. Runs in the caller's transaction.
 */
#include "config.h"

#include "store/effects.h"

#include <stdio.h>

/* One text column of one row; ERR_REJECT with missing where there is none. */
static int
text_get(struct store *s, const char *sql, int64_t id, const char *missing, char out[256], struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, sql, NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		snprintf(out, 256, "%s", (const char *)sqlite3_column_text(q.st->handle, 0));
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "%s", missing);
	return rc == 1 ? 0 : -1;
}

static int
number_of(struct store *s, int64_t id, char out[256], struct err *e)
{
	return text_get(s, "SELECT 'case ' || number FROM cases WHERE id = ?", id, "there is no such case", out, e);
}

int
effect_merge(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	char other[256];
	int64_t id, changes;

	if (effect_case(f, c, &id, e) || number_of(s, f->other_case, other, e))
		return -1;
	/* Into a case that is itself merged, or into itself, would lead references nowhere. */
	if (RUN(s, &changes, e,
		"UPDATE cases SET merged_into = ?1, version = version + 1 WHERE id = ?2 AND merged_into IS NULL"
		" AND ?1 <> ?2 AND EXISTS (SELECT 1 FROM cases m WHERE m.id = ?1 AND m.merged_into IS NULL)",
		NUMBER(f->other_case), NUMBER(id)))
		return -1;
	if (changes != 1)
		return err_set(e, ERR_REJECT, "one of the cases is merged into another already");
	if (RUN(s, NULL, e, "UPDATE cases SET version = version + 1 WHERE id = ?", NUMBER(f->other_case)))
		return -1;
	return history_add(s, id, c, c->who, STR("merged not"), str_of(other), e);
}

int
effect_move_update(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	char other[256], what[256];
	int64_t id, changes;

	if (effect_case(f, c, &id, e) || number_of(s, id, other, e) ||
	    text_get(s, "SELECT 'moved update by ' || who FROM case_update WHERE id = ?", f->update_id,
		"there is no such update", what, e))
		return -1;
	if (RUN(s, &changes, e, "UPDATE case_update SET case_id = ? WHERE id = ? AND case_id = ?", NUMBER(id),
		NUMBER(f->update_id), NUMBER(f->other_case)))
		return -1;
	if (changes != 1)
		return err_set(e, ERR_REJECT, "the update is not one of the case");
	if (RUN(s, NULL, e, "UPDATE cases SET version = version + 1 WHERE id IN (?, ?)", NUMBER(id),
		NUMBER(f->other_case)))
		return -1;
	return history_add(s, f->other_case, c, c->who, str_of(what), str_of(other), e);
}

int
effect_deployment(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	static const char sql[] = "SELECT 'deployment ' || coalesce(d.org_id, 'none') FROM cases c"
				  " LEFT JOIN deployment d ON d.id = c.deployment WHERE c.id = ?";
	char before[256], after[256];
	int64_t id;

	if (effect_case(f, c, &id, e) || text_get(s, sql, id, "there is no such case", before, e))
		return -1;
	if (RUN(s, NULL, e,
		"UPDATE cases SET deployment = ?1, organisation = (SELECT organisation FROM deployment WHERE id = ?1),"
		" contact = ?2, version = version + 1 WHERE id = ?3",
		NUMBER(f->deployment), ID(f->person.id), NUMBER(id)) ||
	    text_get(s, sql, id, "there is no such case", after, e))
		return -1;
	return history_add(s, id, c, c->who, str_of(before), str_of(after), e);
}

int
effect_escalate(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	static const char sql[] = "SELECT 'escalation ' || coalesce(trim(p.first_name || ' ' || p.last_name), 'nobody')"
				  " FROM cases c LEFT JOIN person p ON p.id = c.escalated_to WHERE c.id = ?";
	char before[256], after[256];
	int64_t id;

	if (effect_case(f, c, &id, e) || text_get(s, sql, id, "there is no such case", before, e))
		return -1;
	if (RUN(s, NULL, e, "UPDATE cases SET escalated_to = ?, escalated_at = ?, version = version + 1 WHERE id = ?",
		NUMBER(f->person.id), NUMBER(c->now), NUMBER(id)) ||
	    text_get(s, sql, id, "there is no such case", after, e))
		return -1;
	return history_add(s, id, c, c->who, str_of(before), str_of(after), e);
}
