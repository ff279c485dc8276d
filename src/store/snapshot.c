/* SPDX-License-Identifier: ISC
 * snapshot.c: what the rules are told about one message: its sender, what its tokens and references lead to, and what
 * was answered before. Reads only; run inside the transaction that will apply the plan, so that nothing changes
 * between.
 *
 * A token is looked up by its hash. A reference leads to a case only with that case's own reference token; merged cases
 * lead on to where they were merged into. Nothing here decides.
 */
#include "config.h"

#include "store/snapshot.h"

#include "base/crypto.h"

#include "store/store_cases.h"
#include "store/store_people.h"

#include <stdio.h>

#define DAY_MS (24 * 3600 * 1000LL)
#define RECENT_MS (10 * 60 * 1000LL)
#define ANSWERED_MOST 1000
#define MAILED_MOST 100 /* newest updates of a case that are looked at */

static int
token_row(struct query *q, struct arena *a, struct token_fact *t, int64_t arrived, struct err *e)
{
	int kind, state;
	int64_t expires = column_number(q, 7);

	if (name_column(q, 1, NAMES_TOKEN_KIND, &kind, e) || name_column(q, 2, NAMES_TOKEN_STATE, &state, e) ||
	    case_resolve(q->s, column_number(q, 3), &t->case_id, e) ||
	    person_get(q->s, column_number(q, 5), a, &t->owner, e))
		return -1;
	t->id = column_number(q, 0);
	t->kind = (enum token_kind)kind;
	t->state = (enum token_state)state;
	t->request_id = column_number(q, 4);
	t->version = (int)column_number(q, 6);
	t->code = column_text(q, 8, a);
	t->confirms = column_number(q, 9);
	t->sent_text = column_text(q, 10, a);
	t->sent_to = column_text(q, 12, a);
	if (t->state == TOKEN_VALID && t->kind != TOKEN_OF_CASE && t->version < column_number(q, 11))
		t->state = TOKEN_SUPERSEDED;
	if (t->state == TOKEN_VALID && expires && expires < arrived)
		t->state = TOKEN_EXPIRED;
	return 0;
}

static int
token_lines(struct store *s, struct arena *a, struct token_fact *t, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT line FROM token_line WHERE token = ?", NUMBER(t->id));
	while ((rc = query_step(&q, e)) == 1)
		*(int64_t *)list_add(&l, a, sizeof(*t->lines)) = column_number(&q, 0);
	query_close(&q);
	t->lines = l.items;
	t->n_lines = l.n;
	return rc;
}

static int
token_load(struct store *s, const struct reading_token *r, int64_t arrived, struct arena *a, struct token_fact *out,
    struct err *e)
{
	char hash[SHA256_HEX];
	struct query q;
	int rc;

	crypto_sha256_hex(r->token, hash);
	*out = (struct token_fact){ .hash = arena_copy(a, str_of(hash)), .place = r->place };
	QUERY(&q, s,
	    "SELECT t.id, t.kind, t.state, t.case_id, t.request, t.person, t.version, t.expires_at, t.code, t.confirms,"
	    " o.labels || o.text, r.version, o.to_address FROM token t LEFT JOIN outbox o ON o.id = t.letter LEFT JOIN "
	    "request r "
	    "ON r.id = "
	    "t.request"
	    " WHERE t.hash = ?",
	    Z(hash));
	rc = query_step(&q, e);
	if (rc == 1)
		rc = token_row(&q, a, out, arrived, e);
	query_close(&q);
	return rc < 0 ? -1 : token_lines(s, a, out, e);
}

static int
reference_load(struct store *s, const struct reading_reference *r, struct reference_fact *out, struct err *e)
{
	char number[24];
	long long v;
	struct query q;
	int64_t id = 0;
	int rc;

	*out = (struct reference_fact){ .reference = *r };
	if (r->token.n == 0 || !str_to_number(r->number, &v))
		return 0;
	snprintf(number, sizeof(number), "%08lld", v);
	QUERY(&q, s, "SELECT id FROM cases WHERE number = ? AND +reference = ?", Z(number), TEXT(r->token));
	rc = query_step(&q, e);
	if (rc == 1)
		id = column_number(&q, 0);
	query_close(&q);
	if (rc < 0)
		return -1;
	return id ? case_resolve(s, id, &out->case_id, e) : 0;
}

static int
mailed_count(struct store *s, int64_t case_id, int64_t person, int64_t now, int *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT count(*) FROM (SELECT person, way, at FROM case_update WHERE case_id = ? ORDER BY id DESC LIMIT ?)"
	    " WHERE person = ? AND way = 'mail' AND at > ?",
	    NUMBER(case_id), NUMBER(MAILED_MOST), NUMBER(person), NUMBER(now - RECENT_MS));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = (int)column_number(&q, 0);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
case_add(struct snapshot_work *w, int64_t id, struct err *e)
{
	struct case_fact *f;

	if (id == 0)
		return 0;
	for (size_t i = 0; i < w->cases.n; i++)
		if (((struct case_fact *)w->cases.items)[i].view.id == id)
			return 0;
	f = list_add(&w->cases, w->a, sizeof(*f));
	if (store_case_get(w->s, id, w->a, &f->view, e))
		return -1;
	f->level = ACCESS_NONE;
	if (w->out->sender.id == 0)
		return 0;
	if (mailed_count(w->s, id, w->out->sender.id, w->out->now, &f->mailed_recently, e))
		return -1;
	if (f->view.deployment.id == 0)
		return 0;
	return store_access_level(w->s, w->out->sender.id, f->view.deployment.id, &f->level, e);
}

static int
request_add(struct snapshot_work *w, int64_t id, struct err *e)
{
	struct access_request *r;

	if (id == 0)
		return 0;
	for (size_t i = 0; i < w->requests.n; i++)
		if (((struct access_request *)w->requests.items)[i].id == id)
			return 0;
	r = list_add(&w->requests, w->a, sizeof(*r));
	if (store_request_get(w->s, id, w->a, r, e))
		return -1;
	return case_add(w, r->case_id, e);
}

/* The newest request a case is about, where it is the case of one. */
static int
request_of_case(struct store *s, int64_t case_id, int64_t *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT max(id) FROM request WHERE case_id = ?", NUMBER(case_id));
	rc = query_step(&q, e);
	*out = rc == 1 ? column_number(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
tokens_load(struct snapshot_work *w, const struct reading *r, int64_t arrived, struct err *e)
{
	struct snapshot *out = w->out;

	out->n_tokens = r->n_tokens;
	out->tokens = arena_array(w->a, r->n_tokens, sizeof(*out->tokens));
	for (size_t i = 0; i < r->n_tokens; i++) {
		struct token_fact *t = &out->tokens[i];

		if (token_load(w->s, &r->tokens[i], arrived, w->a, t, e) || request_add(w, t->request_id, e) ||
		    case_add(w, t->case_id, e))
			return -1;
	}
	return 0;
}

static int
references_load(struct snapshot_work *w, const struct reading *r, struct err *e)
{
	struct snapshot *out = w->out;

	out->n_references = r->n_references;
	out->references = arena_array(w->a, r->n_references, sizeof(*out->references));
	for (size_t i = 0; i < r->n_references; i++) {
		struct reference_fact *f = &out->references[i];
		int64_t request = 0;

		if (reference_load(w->s, &r->references[i], f, e))
			return -1;
		if (f->case_id && request_of_case(w->s, f->case_id, &request, e))
			return -1;
		if (request_add(w, request, e) || case_add(w, f->case_id, e))
			return -1;
	}
	return 0;
}

_Static_assert(AUTH_FAIL == 0 && AUTH_NONE == 1 && AUTH_WEAK == 2 && AUTH_PASS == 3, "as the statement below has them");

/* Where the earlier copy had an effect, or stood at least as high, this one is a duplicate. Whoever sees an answer
 * before we do could else send a copy of it ahead, unverified, and have the true one passed over; and of two ways to
 * us, the one through a list may be the faster. Where a person has a message decided anew, only an effect counts. */
static int
duplicate_find(struct store *s, const struct reading *r, const struct arrival *v, int64_t *out, struct err *e)
{
	struct query q;
	int rc;

	*out = 0;
	if (r->content_key.n == 0)
		return 0;
	QUERY(&q, s,
	    "SELECT id FROM message WHERE content_key = ?1 AND content_key <> '' AND outcome <> 'dropped' AND id <> ?2"
	    " AND (outcome NOT IN ('refused', 'held', 'quarantined', 'machine', 'duplicate', 'confirmation-asked')"
	    " OR (?2 = 0 AND CASE authentication WHEN 'fail' THEN 0 WHEN 'none' THEN 1 WHEN 'weak' THEN 2 ELSE 3 END"
	    " >= ?3 AND (?4 OR reason <> 'list'))) ORDER BY id LIMIT 1",
	    TEXT(r->content_key), NUMBER(v->message), NUMBER(r->authentication), NUMBER(r->is_list));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = column_number(&q, 0);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
answers_load(struct store *s, int64_t now, struct arena *a, struct snapshot *out, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc = 0;

	QUERY(&q, s,
	    "SELECT case_id, answer_reason FROM outbox WHERE is_answer = 1 AND person = ? AND created_at > ?"
	    " ORDER BY created_at DESC LIMIT ?",
	    ID(out->sender.id), NUMBER(now - DAY_MS), NUMBER(ANSWERED_MOST));
	while ((rc = query_step(&q, e)) == 1) {
		struct answered *v = list_add(&l, a, sizeof(*v));

		v->case_id = column_number(&q, 0);
		v->reason = column_text(&q, 1, a);
	}
	query_close(&q);
	out->answered = l.items;
	out->n_answered = l.n;
	if (rc < 0)
		return -1;
	QUERY(&q, s, "SELECT count(*) FROM outbox WHERE is_answer = 1 AND created_at > ?", NUMBER(now - RECENT_MS));
	rc = query_step(&q, e);
	if (rc == 1)
		out->answers_recent = (int)column_number(&q, 0);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

static int
asked_load(struct store *s, struct snapshot *out, struct err *e)
{
	struct query q;
	int rc;

	if (out->n_requests == 0 || out->sender.id == 0)
		return 0;
	QUERY(&q, s, "SELECT times, last_at FROM request_asked WHERE request = ? AND person = ?",
	    NUMBER(out->requests[0].id), NUMBER(out->sender.id));
	rc = query_step(&q, e);
	if (rc == 1) {
		out->asked_again = (int)column_number(&q, 0);
		out->asked_again_last = column_number(&q, 1);
	}
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

int
store_snapshot(struct store *s, const struct reading *r, const struct arrival *arrival, int64_t now, struct arena *a,
    struct snapshot *out, struct err *e)
{
	struct snapshot_work w = { .s = s, .a = a, .out = out };

	*out = (struct snapshot){ .now = now };
	if (duplicate_find(s, r, arrival, &out->duplicate_of, e) ||
	    person_by_address(s, r->from_strict, a, &out->sender, e) || tokens_load(&w, r, arrival->internal_date, e) ||
	    references_load(&w, r, e) || original_load(s, r, a, out, e) || request_add(&w, out->original_request, e) ||
	    case_add(&w, out->original_case, e) || case_add(&w, arrival->named_case, e))
		return -1;
	out->cases = w.cases.items;
	out->n_cases = w.cases.n;
	out->requests = w.requests.items;
	out->n_requests = w.requests.n;
	if (asked_load(s, out, e) || answers_load(s, now, a, out, e))
		return -1;
	return store_administrators(s, a, &out->administrators, &out->n_administrators, e);
}
