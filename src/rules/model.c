/* SPDX-License-Identifier: ISC
 * model.c: names of the domain's values, and small questions about them.
 *
 * Nothing here decides anything; what follows from a level or a state stands in case, access and decide.
 */
#include "config.h"

#include "rules/model.h"

static const char *const level_names[ACCESS_LEVELS] = { "none", "basic", "read-only", "read-write" };

static const char *const line_state_names[] = { "pending", "approved", "denied", "expired", "cancelled" };

const char *
access_level_name(enum access_level l)
{
	return (unsigned)l < ACCESS_LEVELS ? level_names[l] : "unknown";
}

bool
access_level_parse(struct str s, enum access_level *out)
{
	for (unsigned i = 0; i < ACCESS_LEVELS; i++)
		if (str_equal_nocase(s, str_of(level_names[i]))) {
			*out = i;
			return true;
		}
	return false;
}

const char *
line_state_name(enum line_state s)
{
	return (unsigned)s <= LINE_CANCELLED ? line_state_names[s] : "unknown";
}

struct str
person_full_name(const struct person *p, struct arena *a)
{
	if (p->first_name.n && p->last_name.n)
		return arena_format(a, "%.*s %.*s", STR_ARGS(p->first_name), STR_ARGS(p->last_name));
	if (p->last_name.n)
		return p->last_name;
	return p->first_name.n ? p->first_name : p->address;
}

bool
person_same(const struct person *a, const struct person *b)
{
	if (a->id && b->id)
		return a->id == b->id;
	return a->address.n && str_equal_nocase(a->address, b->address);
}

bool
request_line_approver(const struct request_line *l, int64_t person)
{
	for (size_t i = 0; person && i < l->n_approvers; i++)
		if (l->approvers[i].id == person)
			return true;
	return false;
}

const struct person *
request_line_giver(const struct request_line *l, int64_t approver)
{
	for (size_t i = 0; l->givers && approver && i < l->n_approvers; i++)
		if (l->approvers[i].id == approver)
			return l->givers[i].id ? &l->givers[i] : NULL;
	return NULL;
}

bool
request_line_cools(const struct request_line *l)
{
	return l->state == LINE_PENDING && l->takes_effect_at != 0;
}

static bool
may_decide(const struct request_line *l, int64_t approver)
{
	return l->state == LINE_PENDING && (l->self_grant || l->person.id == 0 || l->person.id != approver) &&
	       request_line_approver(l, approver);
}

bool
request_line_open_to(const struct request_line *l, int64_t approver)
{
	return !request_line_cools(l) && may_decide(l, approver);
}

bool
request_line_decidable(const struct request_line *l, int64_t approver, bool approve)
{
	return may_decide(l, approver) && !(approve && request_line_cools(l));
}

bool
person_reachable(const struct person *p)
{
	return p->active && !p->undeliverable && p->address.n;
}
