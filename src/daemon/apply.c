/* SPDX-License-Identifier: ISC
 * apply.c: one way into the store for every change, by mail or by casectl. The order of the effects is the plan's; what
 * a plan creates (PLAN_NEW) has its number before a notice names it. Does not begin, commit or decide.
 */
#include "config.h"

#include "daemon/apply.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/letter.h"
#include "rules/case.h"
#include "store/store_cases.h"

#define DETAILS_MOST (256u << 10)
#define COMMENT_MOST 400 /* bytes in a row of the audit; the case has it whole */

static int64_t
apply_id(int64_t id, int64_t created)
{
	return id == PLAN_NEW ? created : id;
}

static int
apply_notice(
    const struct apply *a, const struct effect *f, const struct store_change *c, struct applied *out, struct err *e)
{
	int wrote = letter_write(a, &f->notice, apply_id(f->notice.case_id, c->new_case),
	    apply_id(f->notice.request_id, c->new_request), c->message, e);

	if (wrote > 0)
		out->letters++;
	return wrote < 0 ? -1 : 0;
}

static const char *
effect_name(enum effect_kind k)
{
	static const char *const names[] = { [EFFECT_CASE_OPEN] = "case-open",
		[EFFECT_UPDATE] = "update",
		[EFFECT_STATUS] = "status",
		[EFFECT_ASSIGN] = "assign",
		[EFFECT_MERGE] = "merge",
		[EFFECT_MOVE_UPDATE] = "move-update",
		[EFFECT_DEPLOYMENT] = "deployment",
		[EFFECT_ESCALATE] = "escalate",
		[EFFECT_REQUEST_OPEN] = "request-open",
		[EFFECT_LINE] = "line",
		[EFFECT_COOL] = "cool",
		[EFFECT_GRANT] = "grant",
		[EFFECT_TOKEN] = "token",
		[EFFECT_TOKENS_OF_REQUEST] = "tokens-of-request",
		[EFFECT_ASKED_AGAIN] = "asked-again",
		[EFFECT_REQUEST_TIMES] = "request-times",
		[EFFECT_REQUEST_EDIT] = "request-edit",
		[EFFECT_ABSENT] = "absent",
		[EFFECT_LEAVE] = "leave",
		[EFFECT_RETURN] = "return",
		[EFFECT_ADDRESS] = "address",
		[EFFECT_UNDELIVERABLE] = "undeliverable",
		[EFFECT_BOUNCED] = "bounced",
		[EFFECT_BOUNCE_CLAIMED] = "bounce-claimed",
		[EFFECT_NOTICE] = "notice" };

	return names[k];
}

/* What one effect changed, for the audit. */
static void
detail_effect(const struct effect *f, const struct store_change *c, struct buf *j)
{
	json_open(j, NULL, '{');
	json_text(j, "effect", str_of(effect_name(f->kind)));
	if (f->kind == EFFECT_NOTICE) {
		json_text(j, "kind", str_of(notice_kind_name(f->notice.kind)));
		json_number(j, "to", f->notice.to.id);
	}
	if (f->case_id)
		json_number(j, "case", apply_id(f->case_id, c->new_case));
	if (f->other_case)
		json_number(j, "other_case", f->other_case);
	if (f->update_id)
		json_number(j, "update", f->update_id);
	if (f->request_id)
		json_number(j, "request", apply_id(f->request_id, c->new_request));
	if (f->line_id)
		json_number(j, "line", f->line_id);
	if (f->person.id)
		json_number(j, "person", f->person.id);
	if (f->kind == EFFECT_STATUS)
		json_text(j, "status", f->status);
	if (f->kind == EFFECT_LINE)
		json_text(j, "state", str_of(line_state_name(f->line_state)));
	if (f->on_behalf_of)
		json_number(j, "on_behalf_of", f->on_behalf_of);
	if (f->kind == EFFECT_COOL)
		json_time(j, "takes_effect_at", f->takes_effect_at);
	if ((f->kind == EFFECT_LINE || f->kind == EFFECT_COOL) && f->text.n)
		json_text(j, "comment", plan_shorten(f->text, COMMENT_MOST));
	if (f->deployment)
		json_number(j, "deployment", f->deployment);
	if (f->kind == EFFECT_GRANT)
		json_text(j, "level", str_of(access_level_name(f->level)));
	if (f->token_id)
		json_number(j, "token", f->token_id);
	json_close(j, '}');
}

static const char *
authentication_name(enum authentication_level l)
{
	static const char *const names[] = {
		[AUTH_FAIL] = "fail", [AUTH_NONE] = "none", [AUTH_WEAK] = "weak", [AUTH_PASS] = "pass"
	};

	return names[l];
}

/* Who, by which proof, under which rule: the row that answers "why" a year later. */
static void
detail_message(const struct apply *a, const struct plan *p, struct buf *j)
{
	json_text(j, "outcome", str_of(outcome_name(p->outcome)));
	json_text(j, "reason", str_of(p->reason));
	json_text(j, "rule", str_of(p->rule));
	json_text(j, "mailbox", a->arrival->mailbox);
	json_number(j, "uidvalidity", a->arrival->uidvalidity);
	json_number(j, "uid", a->arrival->uid);
	json_text(j, "raw_sha256", str_of(a->arrival->raw_sha256));
	if (a->reading == NULL)
		return;
	json_text(j, "message_id", a->reading->message_id);
	json_text(j, "authentication", str_of(authentication_name(a->reading->authentication)));
	json_text(j, "authentication_detail", a->reading->authentication_detail);
	if (p->verdict) {
		json_text(j, "verdict", str_of(p->verdict));
		json_text(j, "decision_line", p->decision_line);
		json_number(j, "token", p->token_id);
	}
}

static int
apply_audit(const struct apply *a, const struct plan *p, const struct store_change *c, struct err *e)
{
	struct buf j;
	int ok;

	buf_init(&j, DETAILS_MOST);
	json_open(&j, NULL, '{');
	if (a->arrival)
		detail_message(a, p, &j);
	json_open(&j, "effects", '[');
	for (const struct effect *f = p->effects; f; f = f->next)
		detail_effect(f, c, &j);
	json_close(&j, ']');
	json_close(&j, '}');
	ok = j.overflow ? err_set(e, ERR_REJECT, "the audit row would be larger than %u bytes", DETAILS_MOST)
			: store_audit_add(a->store, a->event, a->who, c->new_case ? c->new_case : p->case_id,
			      c->message, buf_str(&j), a->now, e);
	buf_free(&j);
	return ok;
}

static int
apply_ledger(const struct apply *a, const struct plan *p, int64_t *message, struct err *e)
{
	if (a->arrival->message == 0)
		return store_ledger_add(a->store, a->arrival, a->reading, p, a->now, message, e);
	*message = a->arrival->message;
	return store_ledger_change(a->store, *message, a->reading, p, a->now, e);
}

int
apply_plan(const struct apply *a, const struct plan *p, struct applied *out, struct err *e)
{
	struct store_change c = {
		.now = a->now, .who = a->who, .reading = a->reading, .files = a->files, .n_files = a->n_files
	};

	*out = (struct applied){ 0 };
	if (a->arrival && apply_ledger(a, p, &c.message, e) < 0)
		return -1;
	for (struct effect *f = p->effects; f; f = f->next) {
		int ok = case_settle(&a->configuration->workflow, f, e);

		if (ok == 0)
			ok = f->kind == EFFECT_NOTICE ? apply_notice(a, f, &c, out, e)
						      : store_effect(a->store, f, &c, e);

		if (ok < 0)
			return -1;
	}
	if (apply_audit(a, p, &c, e) < 0)
		return -1;
	out->message = c.message;
	out->new_case = c.new_case;
	out->new_request = c.new_request;
	return 0;
}
