/* SPDX-License-Identifier: ISC
 * access_check.c: whether a request may be asked at all (A1, P1, P3, P5).
 *
 * Every line is looked at and everything that is wrong is named, so that who asks corrects it in one go. Nothing is
 * planned here, and nothing that passes here is granted by that.
 */
#include "config.h"

#include "rules/access_tell.h"

#include <stdio.h>

#define WORDS_MAX 1024 /* bytes of one problem */

struct checking {
	const struct access_request *r;
	const struct snapshot *s;
	const struct policy *policy;
	struct arena *a;
	struct access_problem *first, **end;
};

static void __attribute__((format(printf, 3, 4))) say(struct checking *c, ptrdiff_t line, const char *format, ...)
{
	struct access_problem *p = arena_new(c->a, struct access_problem);
	char words[WORDS_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(words, sizeof(words), format, ap);
	va_end(ap);
	p->words = arena_copy(c->a, plan_shorten(str_of(words), WORDS_MAX - 8));
	p->line = line;
	*c->end = p;
	c->end = &p->next;
}

bool
access_free_mail(struct str address, const struct strings *free_mail_domains)
{
	struct str domain = str_skip(address, (size_t)(str_rfind_char(address, '@') + 1));

	for (size_t i = 0; i < free_mail_domains->n; i++)
		if (str_equal_nocase(domain, free_mail_domains->list[i]))
			return true;
	return false;
}

bool
access_level_fits(const struct deployment *d, int64_t organisation, enum access_level level)
{
	return level <= ACCESS_READ_ONLY || d->partner == 0 || organisation == d->partner;
}

static enum access_level
wanted(const struct request_line *l)
{
	return l->removal ? ACCESS_NONE : l->level;
}

/* Whether an earlier line names the same person: what is wrong with a person is said once. */
static bool
checked_before(const struct access_request *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (person_same(request_line_person(r, &r->lines[k]), request_line_person(r, &r->lines[i])))
			return true;
	return false;
}

static void
check_person(struct checking *c, const struct person *p, ptrdiff_t line, bool gets_access)
{
	const struct access_request *r = c->r;

	if (p->id && !p->active)
		say(c, line, "%.*s is not active", STR_ARGS(p->address));
	if (p->id == 0 && (!p->first_name.n || !p->last_name.n || !p->address.n || !r->employer.n || !r->country.n))
		say(c, line, "a new person needs first name, last name, work e-mail, employer and country");
	else if (gets_access && access_free_mail(p->address, &c->policy->free_mail_domains))
		say(c, line, "%.*s is a free-mail address: a corporate one is needed", STR_ARGS(p->address));
}

static bool
asks_for_access(const struct access_request *r, const struct person *p)
{
	for (size_t i = 0; i < r->n_lines; i++)
		if (wanted(&r->lines[i]) != ACCESS_NONE && person_same(request_line_person(r, &r->lines[i]), p))
			return true;
	return false;
}

static void
check_people(struct checking *c)
{
	const struct access_request *r = c->r;

	if (r->source.id == 0) {
		check_person(c, &r->person, -1, r->person.id == 0 || asks_for_access(r, &r->person));
		return;
	}
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct person *p = request_line_person(r, &r->lines[i]);

		if (!checked_before(r, i))
			check_person(c, p, (ptrdiff_t)i, asks_for_access(r, p));
	}
}

/* Says of whom a line speaks, where there are several. */
static struct str
of_whom(const struct checking *c, const struct request_line *l)
{
	return c->r->source.id ? arena_format(c->a, ", %.*s", STR_ARGS(l->person.address)) : STR_NONE;
}

static void
check_line(struct checking *c, size_t i)
{
	const struct access_request *r = c->r;
	const struct request_line *l = &r->lines[i];
	const struct deployment *d = &l->deployment;
	const struct person *p = request_line_person(r, l);
	struct str whom = of_whom(c, l);

	for (size_t k = 0; k < i; k++)
		if (r->lines[k].deployment.id == d->id && person_same(request_line_person(r, &r->lines[k]), p)) {
			say(c, (ptrdiff_t)i, "%.*s%.*s is named twice", STR_ARGS(d->org_id), STR_ARGS(whom));
			return;
		}
	if ((unsigned)l->level >= ACCESS_LEVELS)
		say(c, (ptrdiff_t)i, "%.*s%.*s: unknown level", STR_ARGS(d->org_id), STR_ARGS(whom));
	else if (wanted(l) == l->before)
		say(c, (ptrdiff_t)i, "%.*s%.*s: nothing to change, the level is %s", STR_ARGS(d->org_id),
		    STR_ARGS(whom), access_level_name(l->before));
	else if (!access_level_fits(d, p->organisation, wanted(l)))
		say(c, (ptrdiff_t)i,
		    "%.*s%.*s is managed by a partner: only its members may hold read-write, others read-only at most",
		    STR_ARGS(d->org_id), STR_ARGS(whom));
}

/* Whether the same is being asked for already; a change of mind belongs into that request. */
static void
check_duplicate(struct checking *c, const struct access_request *other)
{
	const struct access_request *r = c->r;

	if (other->id == r->id)
		return;
	for (size_t k = 0; k < other->n_lines; k++)
		for (size_t j = 0; other->lines[k].state == LINE_PENDING && j < r->n_lines; j++) {
			const struct person *p = request_line_person(r, &r->lines[j]);

			if (other->lines[k].deployment.id == r->lines[j].deployment.id &&
			    person_same(request_line_person(other, &other->lines[k]), p))
				say(c, (ptrdiff_t)j, "%.*s: request %lld for %.*s is pending already",
				    STR_ARGS(r->lines[j].deployment.org_id), (long long)other->id,
				    STR_ARGS(p->address));
		}
}

const struct access_problem *
access_request_check(
    const struct access_request *r, const struct snapshot *s, const struct policy *policy, struct arena *a)
{
	struct checking c = { .r = r, .s = s, .policy = policy, .a = a };

	c.end = &c.first;
	if (r->n_lines == 0) {
		say(&c, -1, "the request names no deployment");
		return c.first;
	}
	if (!access_lines_fit(a, r))
		say(&c, -1, "that is too much for one mail: ask for less in one request");
	check_people(&c);
	for (size_t i = 0; i < r->n_lines; i++)
		check_line(&c, i);
	for (size_t i = 0; i < s->n_requests; i++)
		check_duplicate(&c, &s->requests[i]);
	return c.first;
}
