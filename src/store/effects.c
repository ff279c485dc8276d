/* SPDX-License-Identifier: ISC
 * effects.c: applies a plan's effects on cases, persons and letters; access and tokens are in effects_access.c,
 * what ties cases to each other in effects_case.c.
 *
 * Runs in the caller's transaction. After any -1 the transaction cannot be committed any more: a plan is applied whole.
 */
#include "config.h"

#include "store/effects.h"

#include "base/crypto.h"
#include "store/store_people.h"

#include <stdio.h>

int
effect_case(const struct effect *f, const struct store_change *c, int64_t *id, struct err *e)
{
	*id = f->case_id == PLAN_NEW ? c->new_case : f->case_id;
	return *id > 0 ? 0 : err_set(e, ERR_FATAL, "store: an effect names no case");
}

int
effect_request(const struct effect *f, const struct store_change *c, int64_t *id, struct err *e)
{
	*id = f->request_id == PLAN_NEW ? c->new_request : f->request_id;
	return *id > 0 ? 0 : err_set(e, ERR_FATAL, "store: an effect names no request");
}

/* A column of one row, as a number; 0 where the row is missing or NULL stands there. */
static int
number_get(struct store *s, const char *sql, int64_t id, int64_t *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, sql, NUMBER(id));
	rc = query_step(&q, e);
	*out = rc == 1 ? column_number(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
case_number_next(struct store *s, char out[24], struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT value FROM setting WHERE name = 'next-case-number'");
	rc = query_step(&q, e);
	if (rc == 1)
		snprintf(out, 24, "%08lld", (long long)column_number(&q, 0));
	query_close(&q);
	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_FATAL, "store: the next case number is missing");
	return RUN(s, NULL, e, "UPDATE setting SET value = value + 1 WHERE name = 'next-case-number'");
}

static int
effect_case_open(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	const struct new_case *v = &f->new_case;
	char number[24], reference[TOKEN_CASE + 1];
	int64_t organisation = 0;

	if (case_number_next(s, number, e))
		return -1;
	if (v->deployment &&
	    number_get(s, "SELECT organisation FROM deployment WHERE id = ?", v->deployment, &organisation, e))
		return -1;
	crypto_token(reference, TOKEN_CASE);
	if (RUN(s, NULL, e,
		"INSERT INTO cases (number, reference, type, sub_type, subject, status, sub_status, priority, "
		"deployment,"
		" organisation, contact, owner, opened_at, modified_at, is_closed, closed_at, description, split_from)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14,"
		" CASE WHEN ?14 THEN ?13 END, ?15, ?16)",
		Z(number), Z(reference), TEXT(v->type), TEXT(v->sub_type), TEXT(v->subject), TEXT(v->status),
		TEXT(v->sub_status), TEXT(v->priority), ID(v->deployment), ID(organisation), ID(v->contact),
		ID(v->owner), NUMBER(c->now), NUMBER(v->is_closed), TEXT(v->description), ID(v->split_from)))
		return -1;
	c->new_case = store_last_id(s);
	return 0;
}

static int
attachment_add(struct store *s, int64_t update, const struct reading_attachment *f, int64_t now, struct err *e)
{
	int64_t blob;

	if (blob_add(s, f->content, now, &blob, NULL, e))
		return -1;
	return RUN(s, NULL, e,
	    "INSERT INTO attachment (case_update, blob, name, type, content_id) VALUES (?, ?, ?, ?, ?)", NUMBER(update),
	    NUMBER(blob), TEXT(f->name), TEXT(f->type), TEXT(f->content_id));
}

static int
attachments_add(struct store *s, int64_t update, const struct store_change *c, struct err *e)
{
	if (c->reading)
		for (size_t i = 0; i < c->reading->n_attachments; i++)
			if (attachment_add(s, update, &c->reading->attachments[i], c->now, e))
				return -1;
	for (size_t i = 0; i < c->n_files; i++)
		if (attachment_add(s, update, &c->files[i], c->now, e))
			return -1;
	return 0;
}

/* Who an entry is by: the person's name, else who the change is by. */
static struct str
author_name(const struct person *p, const struct store_change *c, char out[512])
{
	struct str s = c->who;

	if (p->id || p->last_name.n) {
		snprintf(out, 512, "%.*s%s%.*s", STR_ARGS(str_head(p->first_name, 200)), p->first_name.n ? " " : "",
		    STR_ARGS(str_head(p->last_name, 200)));
		s = str_of(out);
	}
	return s;
}

/* C1: date modified is the last time either side posted an update; what is internal or by the system does not count. */
static int
effect_update(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	bool posted = f->way != WAY_SYSTEM && f->visibility == UPDATE_PUBLIC;
	char name[512];
	int64_t id, update, changes;

	if (effect_case(f, c, &id, e))
		return -1;
	if (RUN(s, NULL, e,
		"INSERT INTO case_update (case_id, at, person, who, way, visibility, message, text, cut)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		NUMBER(id), NUMBER(c->now), ID(f->person.id), TEXT(author_name(&f->person, c, name)),
		Z(name_of(NAMES_WAY, (int)f->way)), Z(name_of(NAMES_VISIBILITY, (int)f->visibility)), ID(c->message),
		TEXT(f->text), TEXT(f->cut)))
		return -1;
	update = store_last_id(s);
	if (f->with_attachments && attachments_add(s, update, c, e))
		return -1;
	if (RUN(s, &changes, e,
		"UPDATE cases SET version = version + 1, modified_at = CASE WHEN ? THEN max(modified_at, ?)"
		" ELSE modified_at END WHERE id = ?",
		NUMBER(posted), NUMBER(c->now), NUMBER(id)))
		return -1;
	return changes == 1 ? 0 : err_set(e, ERR_REJECT, "there is no such case");
}

int
history_add(struct store *s, int64_t id, const struct store_change *c, struct str who, struct str before,
    struct str after, struct err *e)
{
	return RUN(s, NULL, e,
	    "INSERT INTO case_status (case_id, at, who, message, before, after) VALUES (?, ?, ?, ?, ?, ?)", NUMBER(id),
	    NUMBER(c->now), TEXT(who), ID(c->message), TEXT(before), TEXT(after));
}

/* "OPEN / New", of the case as it stands. ERR_REJECT where there is none. */
static int
status_text(struct store *s, int64_t id, char *out, size_t size, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT status || ' / ' || sub_status FROM cases WHERE id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		snprintf(out, size, "%s", (const char *)sqlite3_column_text(q.st->handle, 0));
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such case");
	return rc == 1 ? 0 : -1;
}

static int
effect_status(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	char before[512], after[512], name[512];
	int64_t id;

	if (effect_case(f, c, &id, e) || status_text(s, id, before, sizeof(before), e))
		return -1;
	snprintf(after, sizeof(after), "%.*s / %.*s", STR_ARGS(f->status), STR_ARGS(f->sub_status));
	if (str_equal(str_of(before), str_of(after)))
		return 0;
	if (RUN(s, NULL, e,
		"UPDATE cases SET status = ?1, sub_status = ?2, version = version + 1, is_closed = ?5,"
		" closed_at = CASE WHEN ?5 THEN coalesce(closed_at, ?3) END,"
		" priority = CASE ?6 WHEN '' THEN priority ELSE ?6 END WHERE id = ?4",
		TEXT(f->status), TEXT(f->sub_status), NUMBER(c->now), NUMBER(id), NUMBER(f->is_closed),
		TEXT(f->priority)))
		return -1;
	return history_add(s, id, c, author_name(&f->person, c, name), str_of(before), str_of(after), e);
}

static int
owner_text(struct store *s, int64_t id, char *out, size_t size, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT coalesce(trim(p.first_name || ' ' || p.last_name), 'nobody') FROM cases c LEFT JOIN person p"
	    " ON p.id = c.owner WHERE c.id = ?",
	    NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		snprintf(out, size, "owner %s", (const char *)sqlite3_column_text(q.st->handle, 0));
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "there is no such case");
	return rc == 1 ? 0 : -1;
}

/* A change of owner is shown like one of status. */
static int
effect_assign(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	char before[512], after[512];
	int64_t id;

	if (effect_case(f, c, &id, e) || owner_text(s, id, before, sizeof(before), e))
		return -1;
	if (RUN(s, NULL, e, "UPDATE cases SET owner = ?, version = version + 1 WHERE id = ?", ID(f->person.id),
		NUMBER(id)) ||
	    owner_text(s, id, after, sizeof(after), e))
		return -1;
	return history_add(s, id, c, c->who, str_of(before), str_of(after), e);
}

static int
effect_address(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	return store_address_verify(s, f->person.id, f->text, c->now, e);
}

static int
effect_undeliverable(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	return RUN(s, NULL, e,
	    "UPDATE person SET undeliverable_at = ?, undeliverable_why = ? WHERE id = ? AND undeliverable_at IS NULL",
	    NUMBER(c->now), TEXT(f->text), NUMBER(f->person.id));
}

static int
effect_bounced(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	return RUN(s, NULL, e, "UPDATE outbox SET bounced_at = ?, bounce = ? WHERE id = ?", NUMBER(c->now),
	    TEXT(f->text), NUMBER(f->outbox_id));
}

static int
effect_bounce_claimed(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	return RUN(
	    s, NULL, e, "UPDATE outbox SET bounce_claimed_at = ? WHERE id = ?", NUMBER(c->now), NUMBER(f->outbox_id));
}

static int
effect_notice(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	(void)s;
	(void)f;
	(void)c;
	return err_set(e, ERR_FATAL, "store: a notice is written by store_letter_add");
}

int
store_effect(struct store *s, const struct effect *f, struct store_change *c, struct err *e)
{
	static int (*const apply[])(struct store *, const struct effect *, struct store_change *, struct err *) = {
		[EFFECT_CASE_OPEN] = effect_case_open,
		[EFFECT_UPDATE] = effect_update,
		[EFFECT_STATUS] = effect_status,
		[EFFECT_ASSIGN] = effect_assign,
		[EFFECT_MERGE] = effect_merge,
		[EFFECT_MOVE_UPDATE] = effect_move_update,
		[EFFECT_DEPLOYMENT] = effect_deployment,
		[EFFECT_ESCALATE] = effect_escalate,
		[EFFECT_REQUEST_OPEN] = effect_request_open,
		[EFFECT_LINE] = effect_line,
		[EFFECT_COOL] = effect_cool,
		[EFFECT_GRANT] = effect_grant,
		[EFFECT_TOKEN] = effect_token,
		[EFFECT_TOKENS_OF_REQUEST] = effect_tokens_of_request,
		[EFFECT_ASKED_AGAIN] = effect_asked_again,
		[EFFECT_REQUEST_TIMES] = effect_request_times,
		[EFFECT_REQUEST_EDIT] = effect_request_edit,
		[EFFECT_ABSENT] = effect_absent,
		[EFFECT_LEAVE] = effect_leave,
		[EFFECT_RETURN] = effect_return,
		[EFFECT_ADDRESS] = effect_address,
		[EFFECT_UNDELIVERABLE] = effect_undeliverable,
		[EFFECT_BOUNCED] = effect_bounced,
		[EFFECT_BOUNCE_CLAIMED] = effect_bounce_claimed,
		[EFFECT_NOTICE] = effect_notice,
	};

	if (apply[f->kind](s, f, c, e)) {
		s->failed = true;
		return -1;
	}
	return 0;
}
