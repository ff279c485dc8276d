/* SPDX-License-Identifier: ISC
 * case_tie.c: a case merged into another, split, or moved to another deployment.
 *
 * A mail that carries an old reference is led to where the case went; whether its sender may do anything there is asked
 * there, of the deployment the case belongs to then. Cases of access requests stay where they are: their mails carry
 * tokens that decide about something.
 */
#include "config.h"

#include "rules/case.h"

#include "rules/notice.h"

#define SUBJECT_MAX 250

static int
check_request(const struct case_view *c, struct err *e)
{
	if (c->request == 0)
		return 0;
	return err_set(e, ERR_REJECT, "case %.*s is that of access request %lld: it stays as it is",
	    STR_ARGS(c->number), (long long)c->request);
}

static int
check_unmerged(const struct case_view *c, struct err *e)
{
	if (c->merged_into.n == 0)
		return 0;
	return err_set(e, ERR_REJECT, "case %.*s was merged into case %.*s: use that one", STR_ARGS(c->number),
	    STR_ARGS(c->merged_into));
}

static int
check_merge(const struct case_view *c, const struct case_view *into, struct err *e)
{
	if (c->id == into->id)
		return err_set(
		    e, ERR_REJECT, "case %.*s cannot be merged into itself: name another", STR_ARGS(c->number));
	if (check_unmerged(c, e) < 0 || check_unmerged(into, e) < 0 || check_request(c, e) < 0 ||
	    check_request(into, e) < 0)
		return -1;
	if (into->is_closed)
		return err_set(e, ERR_REJECT, "case %.*s is closed: reopen it first", STR_ARGS(into->number));
	if (c->deployment.id != into->deployment.id)
		return err_set(e, ERR_REJECT, "case %.*s is of %.*s and case %.*s of %.*s: move one of them first",
		    STR_ARGS(c->number), STR_ARGS(c->deployment.org_id), STR_ARGS(into->number),
		    STR_ARGS(into->deployment.org_id));
	return 0;
}

int
case_merge(const struct case_view *c, const struct case_view *into, const struct person *author, bool tell,
    struct arena *a, struct plan *out, struct err *e)
{
	struct effect *f;
	struct notice *n;

	if (check_merge(c, into, e) < 0)
		return -1;
	plan_init(out, a);
	plan_update(out, into->id, author, WAY_SYSTEM, UPDATE_INTERNAL,
	    arena_format(a, "Case %.*s (%.*s) was merged into this case.", STR_ARGS(c->number), STR_ARGS(c->subject)));
	plan_close(out, c->id, author, CLOSING_MERGED);
	f = plan_effect(out, EFFECT_MERGE);
	f->case_id = c->id;
	f->other_case = into->id;
	if (!tell || c->contact.id == 0 || !person_reachable(&c->contact))
		return 0;
	n = plan_notice(out, NOTICE_CASE_MERGED, &c->contact);
	n->case_id = into->id;
	n->token = TOKEN_OF_CASE;
	notice_value(out, n, "author_name", person_full_name(author, a));
	notice_value(out, n, "merged_number", c->number);
	return 0;
}

static void
split_open(struct plan *p, const struct case_view *c, const struct person *author, struct str subject)
{
	struct effect *f = plan_effect(p, EFFECT_CASE_OPEN);
	struct notice *n;

	f->case_id = PLAN_NEW;
	f->person = *author;
	f->way = WAY_CASECTL;
	f->new_case = (struct new_case){ .type = c->type,
		.sub_type = c->sub_type,
		.subject = subject,
		.description =
		    arena_format(p->arena, "Split from case %.*s: %.*s", STR_ARGS(c->number), STR_ARGS(c->subject)),
		.priority = c->priority,
		.deployment = c->deployment.id,
		.contact = c->contact.id,
		.owner = c->owner.id,
		.split_from = c->id };
	if (c->contact.id == 0 || !person_reachable(&c->contact))
		return;
	n = plan_notice(p, NOTICE_CASE_OPENED, &c->contact);
	n->case_id = PLAN_NEW;
	n->token = TOKEN_OF_CASE;
	notice_value(p, n, "update_text", f->new_case.description);
	notice_value(p, n, "author_name", person_full_name(author, p->arena));
}

int
case_split(const struct case_view *c, const struct person *author, struct str subject, const int64_t *updates, size_t n,
    struct arena *a, struct plan *out, struct err *e)
{
	if (check_unmerged(c, e) < 0 || check_request(c, e) < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_REJECT, "no update is chosen: case show has their numbers");
	if (subject.n == 0 || subject.n > SUBJECT_MAX)
		return err_set(e, ERR_REJECT, "the subject must be one line of 1 to %d bytes", SUBJECT_MAX);
	for (size_t i = 0; i < subject.n; i++)
		if ((unsigned char)subject.p[i] < ' ' || subject.p[i] == 0x7f)
			return err_set(e, ERR_REJECT, "the subject must be one line of 1 to %d bytes", SUBJECT_MAX);
	plan_init(out, a);
	split_open(out, c, author, subject);
	for (size_t i = 0; i < n; i++) {
		struct effect *f = plan_effect(out, EFFECT_MOVE_UPDATE);

		f->case_id = PLAN_NEW;
		f->other_case = c->id;
		f->update_id = updates[i];
	}
	return 0;
}

int
case_move(const struct case_view *c, const struct person *author, const struct deployment *to,
    const struct person *contact, enum access_level level, struct arena *a, struct plan *out, struct err *e)
{
	struct effect *f;
	struct notice *n;

	if (check_unmerged(c, e) < 0 || check_request(c, e) < 0)
		return -1;
	if (c->deployment.id == to->id)
		return err_set(
		    e, ERR_REJECT, "case %.*s is of %.*s already", STR_ARGS(c->number), STR_ARGS(to->org_id));
	if (contact->id == 0 || !contact->active || !contact->is_contact || level != ACCESS_READ_WRITE)
		return err_set(e, ERR_REJECT, "%.*s is no Designated Contact of %.*s: name one who is, with --contact",
		    STR_ARGS(contact->id ? contact->address : STR("nobody")), STR_ARGS(to->org_id));
	plan_init(out, a);
	f = plan_effect(out, EFFECT_DEPLOYMENT);
	f->case_id = c->id;
	f->person = *contact;
	f->deployment = to->id;
	if (contact->id == c->contact.id || !person_reachable(contact))
		return 0;
	n = plan_notice(out, NOTICE_CASE_OPENED, contact);
	n->case_id = c->id;
	n->token = TOKEN_OF_CASE;
	notice_value(out, n, "author_name", person_full_name(author, a));
	return 0;
}
