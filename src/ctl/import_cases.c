/* SPDX-License-Identifier: ISC
 * import_cases.c: rows of open cases. Each goes through the rule that opens a case, and gets a new number; nobody is
 * mailed, and it was opened when the row says.
 */
#include "config.h"

#include "ctl/import.h"

#include "base/date.h"
#include "base/json.h"
#include "rules/case.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define DESCRIPTION_MOST ((size_t)1 << 20)

/* Whose case it is, and where. */
static int
case_people(struct import_row *r, struct new_case *n, struct person *contact, enum access_level *level, struct err *e)
{
	struct person_record p, owner = { 0 };
	struct deployment d;
	struct ctl *c = r->c;

	r->field = "contact";
	if (store_person_find(c->store, import_field(r, "contact"), c->arena, &p, e) < 0)
		return -1;
	*contact = p.person;
	n->contact = p.person.id;
	r->field = "org_id";
	if (store_deployment_find(c->store, import_field(r, "org_id"), c->arena, &d, e) < 0)
		return -1;
	n->deployment = d.id;
	r->field = "owner";
	if (import_field(r, "owner").n &&
	    store_person_find(c->store, import_field(r, "owner"), c->arena, &owner, e) < 0)
		return -1;
	if (owner.person.id && !owner.person.is_representative && !owner.person.is_administrator)
		return err_set(
		    e, ERR_REJECT, "%.*s is no representative and no administrator", STR_ARGS(owner.person.address));
	n->owner = owner.person.id;
	r->field = NULL;
	return store_access_level(c->store, p.person.id, d.id, level, e);
}

static int
opened_parse(struct import_row *r, int64_t *out, struct err *e)
{
	struct str s = import_field(r, "opened");
	int64_t day;

	*out = r->c->now;
	if (s.n == 0)
		return 0;
	r->field = "opened";
	if (!date_parse(s, &day) || ctl_midnight(day) > r->c->now)
		return err_set(e, ERR_REJECT, "\"%.*s\": a past date such as 2026-02-25 is allowed", STR_ARGS(s));
	*out = ctl_midnight(day);
	r->field = NULL;
	return 0;
}

/* The effects but for the notices, then the audit row. */
static int
plan_apply(struct import_row *r, const struct plan *p, int64_t opened, struct err *e)
{
	struct store_change change = { .now = opened, .who = r->c->who };
	struct buf j;
	int rc = 0;

	for (struct effect *f = p->effects; f && rc == 0; f = f->next)
		if (f->kind != EFFECT_NOTICE && (rc = case_settle(&r->c->configuration->workflow, f, e)) == 0)
			rc = store_effect(r->c->store, f, &change, e);
	if (rc < 0)
		return -1;
	buf_init(&j, 4096);
	json_open(&j, NULL, '{');
	json_text(&j, "way", STR("import"));
	json_close(&j, '}');
	rc = store_audit_add(r->c->store, "case-open", r->c->who, change.new_case, 0, buf_str(&j), r->c->now, e);
	buf_free(&j);
	return rc;
}

static int
case_add(struct import_row *r, struct err *e)
{
	struct new_case n = { .type = import_field(r, "type"),
		.sub_type = import_field(r, "sub_type"),
		.subject = import_field(r, "subject"),
		.description = import_field(r, "description"),
		.priority = import_field(r, "priority") };
	enum access_level level = ACCESS_NONE;
	struct str status = import_field(r, "status");
	const struct workflow *w = &r->c->configuration->workflow;
	struct status parsed;
	struct person contact;
	struct plan plan;
	int64_t opened;

	if (case_people(r, &n, &contact, &level, e) < 0 || opened_parse(r, &opened, e) < 0)
		return -1;
	r->field = "status";
	if (status.n && !workflow_parse(w, status, &parsed))
		return err_set(e, ERR_REJECT, "\"%.*s\" is no status: allowed are %.*s", STR_ARGS(status),
		    STR_ARGS(workflow_names(w, r->c->arena)));
	n.status = status.n ? parsed.name : STR_NONE;
	n.sub_status = status.n ? parsed.sub : STR_NONE;
	r->field = "description";
	if (n.description.n == 0 || n.description.n > DESCRIPTION_MOST)
		return err_set(e, ERR_REJECT, "a text of 1 byte to %zu bytes is needed", DESCRIPTION_MOST);
	r->field = NULL;
	n.type = n.type.n ? n.type : STR("Support Case");
	n.sub_type = n.sub_type.n || !str_equal(n.type, STR("Support Case")) ? n.sub_type : STR("Problem");
	if (case_open(&n, &contact, level, w, r->c->arena, &plan, e) < 0)
		return -1;
	return plan_apply(r, &plan, opened, e);
}

static const struct import_column case_columns[] = { { "contact", "Designated Contact", true },
	{ "org_id", NULL, true }, { "subject", "subject", true }, { "description", NULL, true },
	{ "type", "type of case" }, { "sub_type" }, { "priority", "priority|Critical" }, { "owner" },
	{ "status", "opened as" }, { "opened" } };

const struct import_table import_cases = { "cases", case_columns, sizeof(case_columns) / sizeof(*case_columns),
	case_add };
