/* SPDX-License-Identifier: ISC
 * effects_access.c: access requests, decisions, grants and reply tokens, as effects of a plan.
 *
 * The guards stand in the statements: a line is decided only while it is pending, a token is used only while it is
 * valid, and access is granted only by a line that stands approved. Where two answers meet, the second is ERR_REJECT.
 */
#include "config.h"

#include "store/effects.h"

#include "store/store_cases.h"
#include "store/store_people.h"

#define PERSON_BYTES (1 << 20)

static int
line_add(struct store *s, int64_t request, size_t position, const struct request_line *l, struct err *e)
{
	return RUN(s, NULL, e,
	    "INSERT INTO request_line (request, position, deployment, person, level, before, removal, state)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')",
	    NUMBER(request), NUMBER(position), NUMBER(l->deployment.id), ID(l->person.id),
	    Z(name_of(NAMES_LEVEL, (int)l->level)), Z(name_of(NAMES_LEVEL, (int)l->before)), NUMBER(l->removal));
}

int
effect_request_open(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	const struct access_request *r = f->request;
	const struct person *p = &r->person;
	int64_t case_id;

	if (effect_case(f, c, &case_id, e))
		return -1;
	if (RUN(s, NULL, e,
		"INSERT INTO request (case_id, version, source, person, first_name, last_name, address, language, "
		"organisation,"
		" employer, country, phone, requester, requester_name, created_at, expires_at, remind_at, escalate_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		NUMBER(case_id), NUMBER(r->version), ID(r->source.id), ID(p->id), TEXT(p->first_name),
		TEXT(p->last_name), TEXT(p->address), TEXT(p->language), ID(p->organisation), TEXT(r->employer),
		TEXT(r->country), TEXT(r->phone), ID(r->requester.id), TEXT(r->requester_name), NUMBER(c->now),
		NUMBER(r->expires_at), ID(r->remind_at), ID(r->escalate_at)))
		return -1;
	c->new_request = store_last_id(s);
	for (size_t i = 0; i < r->n_lines; i++)
		if (line_add(s, c->new_request, i, &r->lines[i], e))
			return -1;
	return 0;
}

/* The line an effect means: by id, or by its place in the request. */
static int
line_find(struct store *s, const struct effect *f, const struct store_change *c, int64_t *id, struct err *e)
{
	struct query q;
	int64_t request;
	int rc;

	*id = f->line_id;
	if (*id > 0)
		return 0;
	if (effect_request(f, c, &request, e))
		return -1;
	QUERY(&q, s, "SELECT id FROM request_line WHERE request = ? AND position = ?", NUMBER(request),
	    NUMBER(f->line_index));
	rc = query_step(&q, e);
	if (rc == 1)
		*id = column_number(&q, 0);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "the request has no such line");
	return rc == 1 ? 0 : -1;
}

int
effect_line(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t id, changes;

	if (line_find(s, f, c, &id, e))
		return -1;
	if (RUN(s, &changes, e,
		"UPDATE request_line SET state = ?1, decided_by = ?2, on_behalf_of = ?3, comment = ?5, takes_effect_at "
		"= NULL,"
		" decided_at = CASE WHEN ?1 = 'approved' AND takes_effect_at IS NOT NULL THEN decided_at ELSE ?4 END"
		" WHERE id = ?6 AND state = 'pending'",
		Z(name_of(NAMES_LINE_STATE, (int)f->line_state)), ID(f->person.id), ID(f->on_behalf_of), NUMBER(c->now),
		TEXT(f->text), NUMBER(id)))
		return -1;
	return changes == 1 ? 0 : err_set(e, ERR_REJECT, "the request was decided meanwhile");
}

/* The request and its reply addresses live at least as long as the deny that may come. */
static int
cool_extend(struct store *s, int64_t request, int64_t until, struct err *e)
{
	if (RUN(s, NULL, e, "UPDATE request SET expires_at = max(expires_at, ?) WHERE id = ?", NUMBER(until),
		NUMBER(request)))
		return -1;
	return RUN(s, NULL, e,
	    "UPDATE token SET expires_at = max(expires_at, ?) WHERE request = ? AND state = 'valid' AND kind <> 'case'",
	    NUMBER(until), NUMBER(request));
}

int
effect_cool(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	bool ends = f->takes_effect_at == 0;
	int64_t changes;

	if (RUN(s, &changes, e,
		"UPDATE request_line SET decided_by = ?1, on_behalf_of = ?2, decided_at = ?3, comment = ?4, "
		"takes_effect_at = "
		"?5"
		" WHERE id = ?6 AND state = 'pending' AND (takes_effect_at IS NULL) <> (?5 IS NULL)",
		ID(f->person.id), ID(f->on_behalf_of), ID(ends ? 0 : c->now), TEXT(f->text), ID(f->takes_effect_at),
		NUMBER(f->line_id)))
		return -1;
	if (changes != 1)
		return err_set(e, ERR_REJECT, "the request was decided meanwhile");
	return ends ? 0 : cool_extend(s, f->request_id, f->takes_effect_at, e);
}

struct grant {
	int64_t request, person, deployment, decided_by;
	enum access_level level;
	bool removal;
};

static int
grant_load(struct store *s, int64_t line, struct grant *g, struct err *e)
{
	struct query q;
	int rc, level;

	QUERY(&q, s,
	    "SELECT r.id, coalesce(l.person, r.person), l.deployment, l.decided_by, l.level, l.removal FROM "
	    "request_line l"
	    " JOIN request r ON r.id = l.request WHERE l.id = ? AND l.state = 'approved' AND l.granted_at IS NULL",
	    NUMBER(line));
	rc = query_step(&q, e);
	if (rc == 1) {
		g->request = column_number(&q, 0);
		g->person = column_number(&q, 1);
		g->deployment = column_number(&q, 2);
		g->decided_by = column_number(&q, 3);
		g->removal = column_number(&q, 5);
		rc = name_column(&q, 4, NAMES_LEVEL, &level, e) ? -1 : 1;
	}
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "the line does not stand approved");
	if (rc == 1)
		g->level = g->removal ? ACCESS_NONE : (enum access_level)level;
	return rc == 1 ? 0 : -1;
}

/* The new person of a request becomes a contact: made from its fields, or found, where one with this address is there
 * by now. */
static int
contact_make(struct store *s, struct grant *g, int64_t now, struct arena *a, struct err *e)
{
	struct access_request r;
	struct person_record p = { 0 };
	struct person known;

	if (store_request_get(s, g->request, a, &r, e) || person_by_address(s, r.person.address, a, &known, e))
		return -1;
	g->person = known.id;
	if (known.id == 0) {
		p.person = r.person;
		p.person.is_contact = true;
		p.employer = r.employer;
		p.country = r.country;
		p.phone = r.phone;
		if (store_person_add(s, &p, now, &g->person, e))
			return -1;
	}
	return RUN(s, NULL, e, "UPDATE request SET person = ? WHERE id = ?", NUMBER(g->person), NUMBER(g->request));
}

static int
grant_apply(struct store *s, struct grant *g, const struct store_change *c, struct arena *a, struct err *e)
{
	struct person by;
	struct str who = c->who;

	if (g->person == 0 && contact_make(s, g, c->now, a, e))
		return -1;
	if (person_get(s, g->decided_by, a, &by, e))
		return -1;
	if (by.id)
		who = person_label(a, &by);
	return access_give(s, g->person, g->deployment, g->level, who, c->now, e);
}

int
effect_grant(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	struct grant g = { 0 };
	struct arena *a;
	int64_t line;
	int rc;

	if (f->request_id == 0 && f->line_id == 0)
		return access_give(s, f->person.id, f->deployment, f->level, c->who, c->now, e);
	if (line_find(s, f, c, &line, e) || grant_load(s, line, &g, e))
		return -1;
	a = arena_open(PERSON_BYTES * 16);
	rc = grant_apply(s, &g, c, a, e);
	arena_close(&a);
	return rc ? rc
		  : RUN(s, NULL, e, "UPDATE request_line SET granted_at = ? WHERE id = ?", NUMBER(c->now),
			NUMBER(line));
}

/* Using a token needs it valid: it is good once. Ending one that ended already changes nothing. */
int
effect_token(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t changes;

	if (f->token_state != TOKEN_USED && f->token_state != TOKEN_VOID)
		return err_set(e, ERR_FATAL, "store: a token is only ever used or voided");
	if (RUN(s, &changes, e, "UPDATE token SET state = ?, changed_at = ? WHERE id = ? AND state = 'valid'",
		Z(name_of(NAMES_TOKEN_STATE, (int)f->token_state)), NUMBER(c->now), NUMBER(f->token_id)))
		return -1;
	if (changes == 0 && f->token_state == TOKEN_USED)
		return err_set(e, ERR_REJECT, "the reply token was used or voided meanwhile");
	return 0;
}

int
effect_tokens_of_request(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t request;

	if (f->token_state != TOKEN_USED && f->token_state != TOKEN_VOID)
		return err_set(e, ERR_FATAL, "store: a token is only ever used or voided");
	if (effect_request(f, c, &request, e))
		return -1;
	return RUN(s, NULL, e,
	    "UPDATE token SET state = ?, changed_at = ? WHERE request = ? AND state = 'valid' AND kind <> 'case'",
	    Z(name_of(NAMES_TOKEN_STATE, (int)f->token_state)), NUMBER(c->now), NUMBER(request));
}

int
effect_asked_again(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t request;

	if (effect_request(f, c, &request, e))
		return -1;
	return RUN(s, NULL, e,
	    "INSERT INTO request_asked (request, person, times, last_at) VALUES (?, ?, 1, ?)"
	    " ON CONFLICT (request, person) DO UPDATE SET times = times + 1, last_at = excluded.last_at",
	    NUMBER(request), NUMBER(f->person.id), NUMBER(c->now));
}

int
effect_request_times(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t request;

	if (effect_request(f, c, &request, e))
		return -1;
	return RUN(s, NULL, e, "UPDATE request SET remind_at = ?, escalate_at = ? WHERE id = ?", ID(f->remind_at),
	    ID(f->escalate_at), NUMBER(request));
}

int
effect_leave(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	if (RUN(s, NULL, e, "UPDATE person SET is_active = 0, is_approver = 0 WHERE id = ?", NUMBER(f->person.id)) ||
	    RUN(s, NULL, e, "DELETE FROM approver WHERE person = ?", NUMBER(f->person.id)) ||
	    RUN(s, NULL, e, "UPDATE delegation SET ends_at = min(ends_at, ?1) WHERE giver = ?2 OR delegate = ?2",
		NUMBER(c->now), NUMBER(f->person.id)))
		return -1;
	return RUN(s, NULL, e, "UPDATE token SET state = 'void', changed_at = ? WHERE person = ? AND state = 'valid'",
	    NUMBER(c->now), NUMBER(f->person.id));
}

int
effect_return(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t changes;

	(void)c;
	if (RUN(s, &changes, e, "UPDATE person SET is_active = 1 WHERE id = ? AND is_active = 0", NUMBER(f->person.id)))
		return -1;
	return changes == 1 ? 0 : err_set(e, ERR_REJECT, "the person is active already");
}

int
effect_absent(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	int64_t request;

	if (effect_request(f, c, &request, e))
		return -1;
	return RUN(s, NULL, e,
	    "INSERT INTO request_absent (request, person, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", NUMBER(request),
	    NUMBER(f->person.id), NUMBER(c->now));
}

/* Tokens of the version before are told apart by its number; the lines that were decided stay, with their places. */
int
effect_request_edit(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	const struct access_request *r = f->request;
	int64_t changes, position = 0;
	struct query q;
	int rc;

	(void)c;
	if (RUN(s, &changes, e,
		"UPDATE request SET version = ?1, expires_at = ?2, remind_at = ?3, escalate_at = ?4"
		" WHERE id = ?5 AND version = ?1 - 1",
		NUMBER(r->version), NUMBER(r->expires_at), ID(r->remind_at), ID(r->escalate_at), NUMBER(r->id)) ||
	    RUN(s, NULL, e, "DELETE FROM request_line WHERE request = ? AND state = 'pending'", NUMBER(r->id)))
		return -1;
	if (changes != 1)
		return err_set(e, ERR_REJECT, "the request was changed meanwhile");
	QUERY(&q, s, "SELECT max(position) + 1 FROM request_line WHERE request = ?", NUMBER(r->id));
	rc = query_step(&q, e);
	if (rc == 1)
		position = column_number(&q, 0);
	query_close(&q);
	for (size_t i = 0; rc >= 0 && i < r->n_lines; i++)
		rc = line_add(s, r->id, (size_t)position + i, &r->lines[i], e);
	return rc < 0 ? -1 : 0;
}
