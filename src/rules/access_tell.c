/* SPDX-License-Identifier: ISC
 * access_tell.c: the words about an access request: its lines, whom it is about, and the mails at its end.
 *
 * A request is about one person, or it is a copy of what stands on a deployment and each line has its person. What an
 * approver wrote besides is never shown to a person the request is about, not even to one who asked for it.
 */
#include "config.h"

#include "rules/access_tell.h"

#include "rules/notice.h"

#define LINES_MAX (64 * 1024) /* bytes of lines in one mail */
#define NAMES_MAX 3           /* people named one by one */

int64_t
access_request_id(const struct access_request *r)
{
	return r->id ? r->id : PLAN_NEW;
}

int64_t
access_request_case(const struct access_request *r)
{
	return r->case_id ? r->case_id : PLAN_NEW;
}

/* --- lines --- */

static void
add_line(struct arena *a, struct buf *b, const struct access_request *r, const struct request_line *l)
{
	buf_add_format(
	    b, "%s%.*s  %.*s", b->n ? "\n" : "", STR_ARGS(l->deployment.org_id), STR_ARGS(l->deployment.customer));
	if (r->source.id)
		buf_add_format(
		    b, "  %.*s <%.*s>", STR_ARGS(person_full_name(&l->person, a)), STR_ARGS(l->person.address));
	buf_add_format(
	    b, "  %s -> %s", access_level_name(l->before), access_level_name(l->removal ? ACCESS_NONE : l->level));
}

static bool
is_wanted(const struct access_lines *w, const struct request_line *l)
{
	return (w->state < 0 || l->state == (enum line_state)w->state) &&
	       (w->open_to == 0 || request_line_open_to(l, w->open_to)) &&
	       (w->deniable_by == 0 || request_line_decidable(l, w->deniable_by, false)) &&
	       (w->decided == NULL || access_decides(w->decided, l));
}

bool
access_lines_fit(struct arena *a, const struct access_request *r)
{
	struct buf b;
	bool fit;

	buf_init(&b, LINES_MAX);
	for (size_t i = 0; i < r->n_lines; i++)
		add_line(a, &b, r, &r->lines[i]);
	fit = !b.overflow;
	buf_free(&b);
	return fit;
}

bool
access_lines_remove(const struct access_request *r, struct access_lines wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (!is_wanted(&wanted, &r->lines[i]))
			continue;
		if (!r->lines[i].removal)
			return false;
		n++;
	}
	return n > 0;
}

/* What goes beyond LINES_MAX is left out, and that is said; a request like that is refused when it is made. */
struct str
access_lines_chosen(struct arena *a, const struct access_request *r, struct access_lines wanted)
{
	struct buf b;
	struct str text;

	buf_init(&b, LINES_MAX);
	for (size_t i = 0; i < r->n_lines; i++)
		if (is_wanted(&wanted, &r->lines[i]))
			add_line(a, &b, r, &r->lines[i]);
	text = b.overflow ? arena_format(a, "%.*s\n...", STR_ARGS(buf_str(&b))) : arena_copy(a, buf_str(&b));
	buf_free(&b);
	return text;
}

struct str
access_lines_text(struct arena *a, const struct access_request *r, int64_t approver)
{
	return access_lines_chosen(a, r, (struct access_lines){ .state = -1, .open_to = approver });
}

struct str
access_lines_deniable(struct arena *a, const struct access_request *r, int64_t approver)
{
	return access_lines_chosen(a, r, (struct access_lines){ .state = -1, .deniable_by = approver });
}

struct str
access_lines_granted(struct arena *a, const struct access_request *r)
{
	return access_lines_chosen(a, r, (struct access_lines){ .state = LINE_APPROVED });
}

/* --- people --- */

static bool
is_first_line_of(const struct access_request *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (person_same(&r->lines[k].person, &r->lines[i].person))
			return false;
	return true;
}

/* "Eva Lind, Bo Falk, Ed Ek + 4" */
static struct str
people_named(struct arena *a, const struct access_request *r)
{
	struct str names = STR_NONE;
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (!is_first_line_of(r, i) || n++ >= NAMES_MAX)
			continue;
		names = arena_format(a, "%.*s%s%.*s", STR_ARGS(names), names.n ? ", " : "",
		    STR_ARGS(person_full_name(&r->lines[i].person, a)));
	}
	return n > NAMES_MAX ? arena_format(a, "%.*s + %zu", STR_ARGS(names), n - NAMES_MAX) : names;
}

struct str
access_people_text(struct arena *a, const struct access_request *r)
{
	return r->source.id ? people_named(a, r) : person_full_name(&r->person, a);
}

void
access_describe(struct plan *p, struct notice *n, const struct access_request *r, int64_t approver)
{
	notice_value(p, n, "person_name", access_people_text(p->arena, r));
	notice_value(p, n, "person_address", r->person.address);
	notice_value(p, n, "person_employer", r->employer);
	notice_value(p, n, "copied_from", r->source.org_id);
	notice_value(p, n, "requester_name",
	    r->requester_name.n || r->requester.id == 0 ? r->requester_name
							: person_full_name(&r->requester, p->arena));
	notice_value(p, n, "lines", access_lines_text(p->arena, r, approver));
}

struct notice *
access_notice(struct plan *p, enum notice_kind kind, const struct person *to, const struct access_request *r)
{
	struct notice *n = plan_notice(p, kind, to);

	n->request_id = access_request_id(r);
	n->case_id = access_request_case(r);
	access_describe(p, n, r, 0);
	return n;
}

/* --- the mails at the end --- */

static bool
is_decided(const struct request_line *l)
{
	return l->state == LINE_APPROVED || l->state == LINE_DENIED;
}

struct str
access_givers_text(struct arena *a, const struct access_request *r)
{
	struct str names = STR_NONE;

	for (size_t i = 0; i < r->n_lines; i++) {
		const struct person *giver = &r->lines[i].on_behalf_of;
		bool again = giver->id == 0;

		for (size_t k = 0; k < i && !again; k++)
			again = r->lines[k].on_behalf_of.id == giver->id;
		if (!again)
			names = arena_format(a, "%.*s%s%.*s", STR_ARGS(names), names.n ? ", " : "",
			    STR_ARGS(person_full_name(giver, a)));
	}
	return names;
}

/* Whether line i is the first one that its decider decided. */
static bool
is_first_of_decider(const struct access_request *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_decided(&r->lines[k]) && person_same(&r->lines[k].decided_by, &r->lines[i].decided_by))
			return false;
	return is_decided(&r->lines[i]);
}

/* Who decided, each once, and what each wrote besides: with the name where they are several. */
static void
fill_deciders(struct plan *p, struct notice *n, const struct access_request *r, bool with_comments)
{
	struct str names = STR_NONE, comments = STR_NONE;
	size_t deciders = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		deciders += is_first_of_decider(r, i);
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct request_line *l = &r->lines[i];
		struct str name = person_full_name(&l->decided_by, p->arena);

		if (!is_first_of_decider(r, i))
			continue;
		names = arena_format(p->arena, "%.*s%s%.*s", STR_ARGS(names), names.n ? ", " : "", STR_ARGS(name));
		if (l->comment.n)
			comments = arena_format(p->arena, "%.*s%s%.*s%s%.*s", STR_ARGS(comments),
			    comments.n ? "\n" : "", STR_ARGS(deciders > 1 ? name : STR_NONE), deciders > 1 ? ": " : "",
			    STR_ARGS(l->comment));
	}
	notice_value(p, n, "decider_name", names);
	if (with_comments)
		notice_value(p, n, "comment", comments);
}

/* Whether what was approved, or else denied, is to take access away. */
static void
flag_removal(struct plan *p, struct notice *n, const struct access_request *r, bool granted)
{
	if (access_lines_remove(r, (struct access_lines){ .state = granted ? LINE_APPROVED : LINE_DENIED }))
		notice_value(p, n, "removal", STR("yes"));
}

static void
fill_lines(struct plan *p, struct notice *n, const struct access_request *r, struct str granted, struct str denied)
{
	notice_value(p, n, "lines", granted.n ? granted : denied);
	flag_removal(p, n, r, granted.n > 0);
	if (granted.n)
		notice_value(p, n, "denied_lines", denied);
}

static struct str
lines_denied(struct arena *a, const struct access_request *r)
{
	return access_lines_chosen(a, r, (struct access_lines){ .state = LINE_DENIED });
}

static int64_t
last_decided_at(const struct access_request *r)
{
	int64_t at = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		if (is_decided(&r->lines[i]) && r->lines[i].decided_at > at)
			at = r->lines[i].decided_at;
	return at;
}

bool
access_is_about(const struct access_request *r, const struct person *who)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (person_same(request_line_person(r, &r->lines[i]), who))
			return true;
	return false;
}

void
access_tell_requester(struct plan *p, const struct access_request *r)
{
	struct str granted = access_lines_granted(p->arena, r), denied = lines_denied(p->arena, r);
	struct notice *n;

	if (r->requester.id == 0 || !person_reachable(&r->requester) || (granted.n == 0 && denied.n == 0))
		return;
	n = access_notice(p, NOTICE_DECISION_REQUESTER, &r->requester, r);
	notice_value(p, n, "decision", granted.n ? STR("approved") : STR("denied"));
	notice_value(p, n, granted.n ? "approved" : "denied", STR("yes"));
	notice_value(p, n, "decided_at", notice_time(p->arena, last_decided_at(r)));
	fill_lines(p, n, r, granted, denied);
	fill_deciders(p, n, r, !access_is_about(r, &r->requester));
	notice_value(p, n, "on_behalf_of", access_givers_text(p->arena, r));
}

/* The lines of r about who, as a request of their own. */
static struct access_request
only_about(struct arena *a, const struct access_request *r, const struct person *who)
{
	struct access_request one = *r;

	one.lines = arena_array(a, r->n_lines, sizeof(*one.lines));
	one.n_lines = 0;
	for (size_t i = 0; i < r->n_lines; i++)
		if (person_same(request_line_person(r, &r->lines[i]), who))
			one.lines[one.n_lines++] = r->lines[i];
	return one;
}

void
access_tell_person(struct plan *p, const struct access_request *r, const struct person *who)
{
	struct access_request one = only_about(p->arena, r, who);
	struct str granted = access_lines_granted(p->arena, &one), denied = lines_denied(p->arena, &one);
	struct notice *n;

	if ((granted.n == 0 && denied.n == 0) || who->address.n == 0 || who->undeliverable)
		return;
	n = access_notice(p, granted.n ? NOTICE_ACCESS_GRANTED : NOTICE_ACCESS_DENIED, who, r);
	n->from_noreply = true;
	notice_value(p, n, "person_name", person_full_name(who, p->arena));
	notice_value(p, n, "person_address", who->address);
	if (granted.n) {
		fill_lines(p, n, &one, granted, denied);
	} else {
		notice_value(p, n, "lines", denied);
		flag_removal(p, n, &one, false);
	}
	fill_deciders(p, n, &one, false);
}
