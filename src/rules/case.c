/* SPDX-License-Identifier: ISC
 * case.c: statuses, types and priorities, and what people do with cases outside mail.
 *
 * The tables are the shipped defaults. Everything a person does becomes a plan; whether the person may do it on this
 * machine is not asked here (the operating system has), only whether the domain allows it.
 */
#include "config.h"

#include "rules/case.h"

#include "rules/notice.h"

#define SUB_MAX 3
#define SUBJECT_MAX 250

static const struct {
	struct str name, subs[SUB_MAX]; /* a new status starts with the first */
} statuses[] = {
	{ STR("OPEN"), { STR("New"), STR("Investigation"), STR("Customer Responded") } },
	{ STR("AWAITING INFO"), { STR("Info Required from Customer") } },
	{ STR("SERVICE RESTORED"), { STR("Pending Permanent Solution"), STR("Pending RCA") } },
	{ STR("SOLUTION PROPOSED"), { STR("Solution Proposed"), STR("Problem Resolved") } },
	{ STR("CLOSED"), { STR("Resolved"), STR("Cancelled"), STR("Redirected") } },
};

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

static const struct str priorities[] = { STR("Low"), STR("Medium"), STR("High"), STR("Critical") };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool
case_status_known(struct str status, struct str sub_status)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		for (size_t k = 0; str_equal(statuses[i].name, status) && k < SUB_MAX; k++)
			if (statuses[i].subs[k].n && str_equal(statuses[i].subs[k], sub_status))
				return true;
	return false;
}

bool
case_status_closed(struct str status)
{
	return str_equal(status, STR("CLOSED"));
}

bool
case_status_awaits_customer(struct str status)
{
	return str_equal(status, STR("AWAITING INFO"));
}

void
case_customer_responded(struct plan *p, int64_t case_id, const struct person *author)
{
	plan_status(p, case_id, author, STR("OPEN"), STR("Customer Responded"));
}

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
case_priority_known(struct str priority)
{
	for (size_t i = 0; i < COUNT(priorities); i++)
		if (str_equal(priorities[i], priority))
			return true;
	return false;
}

/* Same letters; blanks, '-' and '_' are one. */
static bool
same_words(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		char x = char_lower(a.p[i]), y = char_lower(b.p[i]);

		if ((x == '-' || x == '_' ? ' ' : x) != (y == '-' || y == '_' ? ' ' : y))
			return false;
	}
	return true;
}

bool
case_status_parse(struct str s, struct str *status, struct str *sub_status)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (same_words(s, statuses[i].name)) {
			*status = statuses[i].name;
			*sub_status = statuses[i].subs[0];
			return true;
		}
	for (size_t i = 0; i < COUNT(statuses); i++)
		for (size_t k = 0; k < SUB_MAX; k++)
			if (statuses[i].subs[k].n && same_words(s, statuses[i].subs[k])) {
				*status = statuses[i].name;
				*sub_status = statuses[i].subs[k];
				return true;
			}
	return false;
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
check_new_case(const struct new_case *c, const struct person *contact, enum access_level level, struct err *e)
{
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
	if (c->priority.n && !case_priority_known(c->priority))
		return err_set(e, ERR_REJECT, "unknown priority %.*s: Low, Medium or High", STR_ARGS(c->priority));
	if (str_equal(c->priority, STR("Critical")))
		return err_set(e, ERR_REJECT,
		    "a case is not opened as Critical: open it as High, a person raises it after a call");
	if (c->status.n && (!case_status_known(c->status, c->sub_status) || case_status_closed(c->status)))
		return err_set(
		    e, ERR_REJECT, "a case is not opened as %.*s / %.*s", STR_ARGS(c->status), STR_ARGS(c->sub_status));
	return 0;
}

int
case_open(const struct new_case *c, const struct person *contact, enum access_level level, struct arena *a,
    struct plan *out, struct err *e)
{
	struct effect *f;
	struct notice *n;

	if (check_new_case(c, contact, level, e) < 0)
		return -1;
	plan_init(out, a);
	f = plan_effect(out, EFFECT_CASE_OPEN);
	f->case_id = PLAN_NEW;
	f->person = *contact;
	f->way = WAY_CASECTL;
	f->with_attachments = true;
	f->new_case = *c;
	f->new_case.contact = contact->id;
	if (c->status.n == 0) {
		f->new_case.status = statuses[0].name;
		f->new_case.sub_status = statuses[0].subs[0];
	}
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
case_reply(const struct case_view *c, const struct person *author, struct str text, bool ask, struct arena *a,
    struct plan *out, struct err *e)
{
	struct notice *n;

	if (c->is_closed)
		return err_set(e, ERR_REJECT, "case %.*s is closed: set its status to OPEN first", STR_ARGS(c->number));
	if (str_trim(text).n == 0)
		return err_set(e, ERR_REJECT, "the update has no text");
	plan_init(out, a);
	plan_update(out, c->id, author, WAY_CASECTL, UPDATE_PUBLIC, text)->with_attachments = true;
	if (ask && !case_status_awaits_customer(c->status))
		plan_status(out, c->id, author, statuses[1].name, statuses[1].subs[0]);
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

static enum notice_kind
status_notice(struct str status)
{
	if (case_status_closed(status))
		return NOTICE_CASE_CLOSED;
	return str_equal(status, STR("SOLUTION PROPOSED")) ? NOTICE_SOLUTION_PROPOSED : NOTICE_STATUS_CHANGED;
}

int
case_set_status(const struct case_view *c, const struct person *author, struct str status, struct str sub_status,
    struct arena *a, struct plan *out, struct err *e)
{
	struct str name, sub;
	struct notice *n;

	if (!case_status_parse(status, &name, &sub))
		return err_set(e, ERR_REJECT,
		    "unknown status %.*s: OPEN, AWAITING INFO, SERVICE RESTORED, SOLUTION PROPOSED or CLOSED",
		    STR_ARGS(status));
	if (sub_status.n)
		sub = sub_status;
	if (!case_status_known(name, sub))
		return err_set(e, ERR_REJECT, "%.*s has no sub-status %.*s", STR_ARGS(name), STR_ARGS(sub));
	if (str_equal(name, c->status) && str_equal(sub, c->sub_status))
		return err_set(e, ERR_REJECT, "case %.*s is %.*s / %.*s already", STR_ARGS(c->number), STR_ARGS(name),
		    STR_ARGS(sub));
	if (c->is_closed && !case_status_closed(name) && !str_equal(name, statuses[0].name))
		return err_set(e, ERR_REJECT, "case %.*s is closed: it can only become OPEN", STR_ARGS(c->number));
	plan_init(out, a);
	plan_status(out, c->id, author, name, sub);
	n = tell_contact(out, c, author, status_notice(name));
	if (n == NULL)
		return 0;
	notice_value(out, n, "old_status", case_status_text(c->status, c->sub_status, a));
	notice_value(out, n, "new_status", case_status_text(name, sub, a));
	return 0;
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
