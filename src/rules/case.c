/* SPDX-License-Identifier: ISC
 * case.c: types and status changes, and what people do with cases outside mail.
 *
 * The table of types is the shipped one; statuses are the configuration's. Everything a person does becomes a plan;
 * whether the person may do it on this machine is not asked here (the operating system has), only whether the domain
 * allows it.
 */
#include "config.h"

#include "rules/case.h"

#include "rules/notice.h"

#define SUBJECT_MAX 250

static const struct {
	struct str name, subs[8];
} types[] = {
	{ STR("Support Case"), { STR("Problem"), STR("Question") } },
	{ STR("Service Request"), { STR_NONE } },
	{ STR("Incident"), { STR_NONE } },
	{ STR("Feature Request"), { STR_NONE } },
	{ STR("Admin Case"),
	    { STR("Add/Remove Support Access"), STR("Add/Remove Contact"), STR("Change E-mail Address"),
		STR("Account Change"), STR("Licence"), STR("Portal Problem"), STR("File Up/Download Problem") } },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct str
case_status_text(struct str status, struct str sub_status, struct arena *a)
{
	return arena_format(a, "%.*s%s%.*s", STR_ARGS(status), sub_status.n ? " / " : "", STR_ARGS(sub_status));
}

bool
case_type_known(struct str type, struct str sub_type)
{
	for (size_t i = 0; i < COUNT(types); i++) {
		if (!str_equal(types[i].name, type))
			continue;
		for (size_t k = 0; k < COUNT(types[i].subs); k++)
			if (sub_type.n == 0 || str_equal(types[i].subs[k], sub_type))
				return true;
	}
	return false;
}

bool
case_customer_responded(
    struct plan *p, const struct workflow *w, const struct case_view *c, const struct person *author, struct str *now)
{
	struct str priority;
	struct status to;

	if (!workflow_by_mail(w, c->status, &to, &priority))
		return false;
	plan_status(p, c->id, author, to.name, to.sub)->priority = priority;
	*now = case_status_text(to.name, to.sub, p->arena);
	return true;
}

static bool
closing_status(const struct workflow *w, enum closing why, struct status *out)
{
	return workflow_parse(w,
	    why == CLOSING_GRANTED   ? w->request_granted
	    : why == CLOSING_REFUSED ? w->request_refused
				     : w->merged,
	    out);
}

int
case_settle(const struct workflow *w, struct effect *f, struct err *e)
{
	bool opens = f->kind == EFFECT_CASE_OPEN;
	struct str *name = opens ? &f->new_case.status : &f->status,
		   *sub = opens ? &f->new_case.sub_status : &f->sub_status;
	struct status s = workflow_start(w);
	bool known = true;

	if (!opens && f->kind != EFFECT_STATUS)
		return 0;
	if (f->closing != CLOSING_NONE)
		known = closing_status(w, f->closing, &s);
	else if (!opens || name->n)
		known = workflow_status(w, *name, *sub, &s);
	if (!known)
		return err_set(e, ERR_REJECT, "%.*s / %.*s is no status of the configuration (cases.statuses)",
		    STR_ARGS(*name), STR_ARGS(*sub));
	*name = s.name;
	*sub = s.sub;
	*(opens ? &f->new_case.is_closed : &f->is_closed) = s.kind == STATUS_CLOSED;
	return 0;
}

/* A notice to the case's contact, unless there is none that can be reached; then NULL. */
static struct notice *
tell_contact(struct plan *p, const struct case_view *c, const struct person *author, enum notice_kind kind)
{
	struct notice *n;

	if (c->contact.id == 0 || !person_reachable(&c->contact))
		return NULL;
	n = plan_notice(p, kind, &c->contact);
	n->case_id = c->id;
	n->token = TOKEN_OF_CASE;
	notice_value(p, n, "author_name", person_full_name(author, p->arena));
	return n;
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static int
check_new_case(const struct new_case *c, const struct person *contact, enum access_level level,
    const struct workflow *w, struct err *e)
{
	struct status s = workflow_start(w);

	if (!contact->active || !contact->is_contact)
		return err_set(e, ERR_REJECT, "%.*s is no active contact", STR_ARGS(contact->address));
	if (level != ACCESS_READ_WRITE)
		return err_set(e, ERR_REJECT,
		    "%.*s is no Designated Contact of the deployment: the level is %s, read-write is needed",
		    STR_ARGS(contact->address), access_level_name(level));
	if (!case_type_known(c->type, c->sub_type))
		return err_set(
		    e, ERR_REJECT, "unknown type of case: %.*s / %.*s", STR_ARGS(c->type), STR_ARGS(c->sub_type));
	if (c->subject.n == 0 || c->subject.n > SUBJECT_MAX || has_control(c->subject))
		return err_set(e, ERR_REJECT, "the subject must be one line of 1 to %d bytes", SUBJECT_MAX);
	if (c->priority.n && !workflow_priority_known(c->priority))
		return err_set(e, ERR_REJECT, "unknown priority %.*s: Low, Medium or High", STR_ARGS(c->priority));
	if (str_equal(c->priority, STR("Critical")))
		return err_set(e, ERR_REJECT,
		    "a case is not opened as Critical: open it as High, a person raises it after a call");
	if (c->status.n && (!workflow_status(w, c->status, c->sub_status, &s) || s.kind == STATUS_CLOSED))
		return err_set(
		    e, ERR_REJECT, "a case is not opened as %.*s / %.*s", STR_ARGS(c->status), STR_ARGS(c->sub_status));
	return 0;
}

int
case_open(const struct new_case *c, const struct person *contact, enum access_level level, const struct workflow *w,
    struct arena *a, struct plan *out, struct err *e)
{
	struct effect *f;
	struct notice *n;

	if (check_new_case(c, contact, level, w, e) < 0)
		return -1;
	plan_init(out, a);
	f = plan_effect(out, EFFECT_CASE_OPEN);
	f->case_id = PLAN_NEW;
	f->person = *contact;
	f->way = WAY_CASECTL;
	f->with_attachments = true;
	f->new_case = *c;
	f->new_case.contact = contact->id;
	if (c->priority.n == 0)
		f->new_case.priority = STR("Medium");
	if (contact->undeliverable)
		return 0;
	n = plan_notice(out, NOTICE_CASE_OPENED, contact);
	n->case_id = PLAN_NEW;
	n->token = TOKEN_OF_CASE;
	notice_value(out, n, "update_text", c->description);
	notice_value(out, n, "author_name", person_full_name(contact, a));
	return 0;
}

int
case_reply(const struct case_view *c, const struct person *author, struct str text, bool ask, const struct workflow *w,
    struct arena *a, struct plan *out, struct err *e)
{
	struct str priority;
	struct status to;
	struct notice *n;

	if (c->merged_into.n)
		return err_set(e, ERR_REJECT, "case %.*s was merged into case %.*s: use that one", STR_ARGS(c->number),
		    STR_ARGS(c->merged_into));
	if (c->is_closed)
		return err_set(e, ERR_REJECT, "case %.*s is closed: reopen it first", STR_ARGS(c->number));
	if (str_trim(text).n == 0)
		return err_set(e, ERR_REJECT, "the update has no text");
	if (ask && !workflow_awaiting(w, &to))
		return err_set(e, ERR_REJECT, "no status of the configuration waits for a customer");
	plan_init(out, a);
	plan_update(out, c->id, author, WAY_CASECTL, UPDATE_PUBLIC, text)->with_attachments = true;
	if (ask && !workflow_by_mail(w, c->status, &to, &priority) && workflow_awaiting(w, &to))
		plan_status(out, c->id, author, to.name, to.sub);
	n = tell_contact(out, c, author, ask ? NOTICE_INFO_REQUESTED : NOTICE_UPDATE);
	if (n != NULL)
		notice_value(out, n, "update_text", text);
	return 0;
}

int
case_note(const struct case_view *c, const struct person *author, struct str text, struct arena *a, struct plan *out,
    struct err *e)
{
	if (str_trim(text).n == 0)
		return err_set(e, ERR_REJECT, "the note has no text");
	plan_init(out, a);
	plan_update(out, c->id, author, WAY_CASECTL, UPDATE_INTERNAL, text)->with_attachments = true;
	return 0;
}

int
case_set_status(const struct case_view *c, const struct person *author, const struct status *to,
    const struct workflow *w, struct arena *a, struct plan *out, struct err *e)
{
	static const enum notice_kind kinds[] = { [STATUS_OPEN] = NOTICE_STATUS_CHANGED,
		[STATUS_SOLUTION] = NOTICE_SOLUTION_PROPOSED,
		[STATUS_CLOSED] = NOTICE_CASE_CLOSED };
	struct notice *n;

	if (str_equal(to->name, c->status) && str_equal(to->sub, c->sub_status))
		return err_set(e, ERR_REJECT, "case %.*s is %.*s / %.*s already", STR_ARGS(c->number),
		    STR_ARGS(to->name), STR_ARGS(to->sub));
	if (c->merged_into.n)
		return err_set(e, ERR_REJECT, "case %.*s was merged into case %.*s: use that one", STR_ARGS(c->number),
		    STR_ARGS(c->merged_into));
	if (!workflow_may_move(w, c->status, to))
		return err_set(e, ERR_REJECT, "case %.*s is %.*s and cannot become %.*s: %.*s is allowed",
		    STR_ARGS(c->number), STR_ARGS(c->status), STR_ARGS(to->name),
		    STR_ARGS(workflow_ways(w, c->status, a)));
	plan_init(out, a);
	plan_status(out, c->id, author, to->name, to->sub);
	n = tell_contact(out, c, author, kinds[to->kind]);
	if (n == NULL)
		return 0;
	notice_value(out, n, "old_status", case_status_text(c->status, c->sub_status, a));
	notice_value(out, n, "new_status", case_status_text(to->name, to->sub, a));
	return 0;
}

int
case_close(const struct case_view *c, const struct person *author, struct str sub_status, const struct workflow *w,
    struct arena *a, struct plan *out, struct err *e)
{
	struct status to = workflow_closed(w);

	if (c->is_closed)
		return err_set(e, ERR_REJECT, "case %.*s is closed already: %.*s / %.*s", STR_ARGS(c->number),
		    STR_ARGS(c->status), STR_ARGS(c->sub_status));
	if (sub_status.n && !workflow_status(w, to.name, sub_status, &to) &&
	    !(workflow_parse(w, sub_status, &to) && to.kind == STATUS_CLOSED))
		return err_set(e, ERR_REJECT, "%.*s is no sub-status of %.*s", STR_ARGS(sub_status),
		    STR_ARGS(workflow_closed(w).name));
	return case_set_status(c, author, &to, w, a, out, e);
}

int
case_reopen(const struct case_view *c, const struct person *author, const struct workflow *w, struct arena *a,
    struct plan *out, struct err *e)
{
	struct status to;

	if (!c->is_closed)
		return err_set(e, ERR_REJECT, "case %.*s is not closed: it is %.*s / %.*s", STR_ARGS(c->number),
		    STR_ARGS(c->status), STR_ARGS(c->sub_status));
	if (!workflow_reopened(w, c->status, &to))
		return err_set(e, ERR_REJECT, "no transition of the configuration leads out of %.*s: %.*s is allowed",
		    STR_ARGS(c->status), STR_ARGS(workflow_ways(w, c->status, a)));
	return case_set_status(c, author, &to, w, a, out, e);
}

int
case_assign(const struct case_view *c, const struct person *author, const struct person *owner, struct arena *a,
    struct plan *out, struct err *e)
{
	struct effect *f;

	(void)author;
	if (owner->id == 0 || !owner->active || !(owner->is_representative || owner->is_administrator))
		return err_set(e, ERR_REJECT, "%.*s is no active representative", STR_ARGS(owner->address));
	if (c->owner.id == owner->id)
		return err_set(
		    e, ERR_REJECT, "%.*s owns case %.*s already", STR_ARGS(owner->address), STR_ARGS(c->number));
	plan_init(out, a);
	f = plan_effect(out, EFFECT_ASSIGN);
	f->case_id = c->id;
	f->person = *owner;
	f->way = WAY_CASECTL;
	return 0;
}
