/* SPDX-License-Identifier: ISC
 * case_send.c: escalating a case to a manager, and mailing what was said in it.
 *
 * A transcript holds public updates only, whoever asks: an internal one that is chosen is an error, not left out in
 * silence. It goes to people who may see the case anyway, and to nobody else.
 */
#include "config.h"

#include "rules/case.h"

#include "rules/notice.h"

static bool
is_staff(const struct person *p)
{
	return p->id && p->active && (p->is_representative || p->is_administrator);
}

int
case_escalate(const struct case_view *c, const struct person *author, const struct person *manager, struct str reason,
    struct arena *a, struct plan *out, struct err *e)
{
	struct effect *f;
	struct notice *n;

	if (c->is_closed)
		return err_set(e, ERR_REJECT, "case %.*s is closed: reopen it first", STR_ARGS(c->number));
	if (!is_staff(manager))
		return err_set(
		    e, ERR_REJECT, "%.*s is no active representative or administrator", STR_ARGS(manager->address));
	if (!person_reachable(manager))
		return err_set(e, ERR_REJECT, "mail to %.*s cannot be delivered: name another manager",
		    STR_ARGS(manager->address));
	plan_init(out, a);
	reason = str_trim(reason);
	plan_update(out, c->id, author, WAY_CASECTL, UPDATE_INTERNAL,
	    arena_format(a, "Escalated to %.*s <%.*s>%s%.*s", STR_ARGS(person_full_name(manager, a)),
		STR_ARGS(manager->address), reason.n ? ": " : ".", STR_ARGS(reason)));
	f = plan_effect(out, EFFECT_ESCALATE);
	f->case_id = c->id;
	f->person = *manager;
	n = plan_notice(out, NOTICE_CASE_ESCALATED, manager);
	n->case_id = c->id;
	n->token = TOKEN_OF_CASE;
	notice_value(out, n, "author_name", person_full_name(author, a));
	notice_value(out, n, "update_text", reason);
	if (c->contact.id)
		notice_value(out, n, "contact_name", person_full_name(&c->contact, a));
	return 0;
}

bool
case_may_see(const struct case_view *c, const struct case_recipient *r, struct arena *a, struct str *why)
{
	const struct person *p = &r->person;

	if (p->id == 0 || !p->active)
		*why = arena_format(a, "%.*s is nobody we know, or has left", STR_ARGS(p->address));
	else if (!person_reachable(p))
		*why = arena_format(a, "mail to %.*s cannot be delivered", STR_ARGS(p->address));
	else if (!is_staff(p) && !(p->is_contact && r->level >= ACCESS_READ_ONLY))
		*why = arena_format(a, "%.*s has no access to %.*s: the level is %s, read-only is needed",
		    STR_ARGS(p->address), STR_ARGS(c->deployment.org_id), access_level_name(r->level));
	else
		return true;
	return false;
}

/* What was said, in the order it is given. */
static int
transcript(const struct case_said *said, size_t n, struct arena *a, struct str *out, struct err *e)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, CASE_TRANSCRIPT_MOST);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct case_said *s = &said[i];

		if (s->visibility != UPDATE_PUBLIC)
			rc = err_set(e, ERR_REJECT, "an internal update is among them: it is never mailed");
		buf_add_format(
		    &b, "%s%.*s, %.*s:\n", b.n ? "\n\n" : "", STR_ARGS(notice_time(a, s->at)), STR_ARGS(s->who));
		buf_add(&b, str_trim(s->text));
		for (struct str rest = s->files, name; str_next_line(&rest, &name);)
			buf_add_format(&b, "\n[%.*s]", STR_ARGS(name));
	}
	if (rc == 0 && b.overflow)
		rc = err_set(e, ERR_REJECT, "the transcript has more than %zu bytes: choose updates with --update",
		    CASE_TRANSCRIPT_MOST);
	if (rc == 0)
		*out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return rc;
}

int
case_mail(const struct case_view *c, const struct person *author, const struct case_recipient *to, size_t n_to,
    const struct case_said *said, size_t n_said, struct arena *a, struct plan *out, struct err *e)
{
	struct str text = STR_NONE, why = STR_NONE, names = STR_NONE;

	if (n_said == 0 || n_to == 0)
		return err_set(e, ERR_REJECT, n_to ? "nothing was said in public yet" : "nobody is to get it");
	if (transcript(said, n_said, a, &text, e) < 0)
		return -1;
	plan_init(out, a);
	for (size_t i = 0; i < n_to; i++) {
		struct notice *n;

		if (!case_may_see(c, &to[i], a, &why))
			return err_set(e, ERR_REJECT, "%.*s", STR_ARGS(why));
		n = plan_notice(out, NOTICE_CASE_TRANSCRIPT, &to[i].person);
		n->case_id = c->id;
		n->token = TOKEN_OF_CASE;
		notice_value(out, n, "author_name", person_full_name(author, a));
		notice_value(out, n, "update_text", text);
		names =
		    arena_format(a, "%.*s%s%.*s", STR_ARGS(names), names.n ? ", " : "", STR_ARGS(to[i].person.address));
	}
	plan_update(out, c->id, author, WAY_SYSTEM, UPDATE_INTERNAL,
	    arena_format(a, "What was said in public was mailed to %.*s.", STR_ARGS(names)));
	return 0;
}
