/* SPDX-License-Identifier: ISC
 * workflow.c: look-ups in the statuses and transitions of the configuration.
 *
 * The tables are small (tens of rows), so that they are searched from the top; the first row that fits counts. Nothing
 * here knows which status means what by its name.
 */
#include "config.h"

#include "base/workflow.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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

static struct status
status_of(const struct status_settings *s, size_t sub)
{
	return (struct status){ s->name, s->sub_statuses.list[sub], s->kind };
}

static bool
sub_find(const struct status_settings *s, struct str sub, struct status *out)
{
	for (size_t i = 0; i < s->sub_statuses.n; i++)
		if (same_words(s->sub_statuses.list[i], sub)) {
			*out = status_of(s, i);
			return true;
		}
	return false;
}

const struct status_settings *
workflow_find(const struct workflow *w, struct str name)
{
	for (size_t i = 0; i < w->n_statuses; i++)
		if (str_equal(w->statuses[i].name, name))
			return &w->statuses[i];
	return NULL;
}

bool
workflow_status(const struct workflow *w, struct str name, struct str sub, struct status *out)
{
	for (size_t i = 0; i < w->n_statuses; i++) {
		if (!same_words(w->statuses[i].name, name))
			continue;
		if (sub.n)
			return sub_find(&w->statuses[i], sub, out);
		*out = status_of(&w->statuses[i], 0);
		return true;
	}
	return false;
}

bool
workflow_parse(const struct workflow *w, struct str s, struct status *out)
{
	ptrdiff_t slash;

	s = str_trim(s);
	slash = str_find_char(s, '/');
	if (slash >= 0)
		return workflow_status(
		    w, str_trim(str_head(s, (size_t)slash)), str_trim(str_skip(s, (size_t)slash + 1)), out);
	if (workflow_status(w, s, STR_NONE, out))
		return true;
	for (size_t i = 0; i < w->n_statuses; i++)
		if (sub_find(&w->statuses[i], s, out))
			return true;
	return false;
}

/* Adds one name to a list for people. */
static void
name_add(struct buf *b, struct str name, bool is_first, bool is_last)
{
	buf_add_z(b, is_first ? "" : is_last ? " or " : ", ");
	buf_add(b, name);
}

struct str
workflow_names(const struct workflow *w, struct arena *a)
{
	struct str out;
	struct buf b;

	buf_init(&b, 8192);
	for (size_t i = 0; i < w->n_statuses; i++)
		name_add(&b, w->statuses[i].name, i == 0, i + 1 == w->n_statuses);
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

struct status
workflow_start(const struct workflow *w)
{
	return status_of(&w->statuses[0], 0);
}

/* Whether text, "STATUS" or "STATUS / Sub-status", names to. */
static bool
names_status(const struct workflow *w, struct str text, const struct status *to)
{
	struct status s;

	return workflow_parse(w, text, &s) && str_equal(s.name, to->name) &&
	       (str_find_char(text, '/') < 0 || str_equal(s.sub, to->sub));
}

bool
workflow_may_move(const struct workflow *w, struct str from, const struct status *to)
{
	if (str_equal(from, to->name) || workflow_find(w, from) == NULL)
		return true;
	for (size_t i = 0; i < w->n_transitions; i++) {
		const struct transition_settings *t = &w->transitions[i];

		if (t->by != TRANSITION_BY_PERSON || !str_equal(t->from, from))
			continue;
		for (size_t k = 0; k < t->to.n; k++)
			if (names_status(w, t->to.list[k], to))
				return true;
	}
	return false;
}

struct str
workflow_ways(const struct workflow *w, struct str from, struct arena *a)
{
	size_t n = 0, all = 0;
	struct str out;
	struct buf b;

	buf_init(&b, 16384);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < w->n_transitions; i++) {
			const struct transition_settings *t = &w->transitions[i];

			if (t->by != TRANSITION_BY_PERSON || !str_equal(t->from, from))
				continue;
			for (size_t k = 0; k < t->to.n; k++, n++)
				if (pass == 1)
					name_add(&b, t->to.list[k], n == all, n + 1 == 2 * all);
			if (pass == 0)
				all = n;
		}
	out = n ? arena_copy(a, buf_str(&b)) : STR("nothing else");
	buf_free(&b);
	return out;
}

bool
workflow_by_mail(const struct workflow *w, struct str from, struct status *to, struct str *priority)
{
	for (size_t i = 0; i < w->n_transitions; i++) {
		const struct transition_settings *t = &w->transitions[i];

		if (t->by == TRANSITION_BY_MAIL && str_equal(t->from, from) && workflow_parse(w, t->to.list[0], to)) {
			*priority = t->priority;
			return true;
		}
	}
	return false;
}

bool
workflow_awaiting(const struct workflow *w, struct status *out)
{
	struct str priority;

	for (size_t i = 0; i < w->n_statuses; i++)
		if (workflow_by_mail(w, w->statuses[i].name, out, &priority)) {
			*out = status_of(&w->statuses[i], 0);
			return true;
		}
	return false;
}

struct status
workflow_closed(const struct workflow *w)
{
	size_t i = 0;

	while (i + 1 < w->n_statuses && w->statuses[i].kind != STATUS_CLOSED)
		i++;
	return status_of(&w->statuses[i], 0);
}

bool
workflow_reopened(const struct workflow *w, struct str from, struct status *out)
{
	for (size_t i = 0; i < w->n_transitions; i++) {
		const struct transition_settings *t = &w->transitions[i];

		for (size_t k = 0; str_equal(t->from, from) && t->by == TRANSITION_BY_PERSON && k < t->to.n; k++)
			if (workflow_parse(w, t->to.list[k], out) && out->kind != STATUS_CLOSED)
				return true;
	}
	return false;
}

bool
workflow_priority_known(struct str s)
{
	static const struct str known[] = { STR("Low"), STR("Medium"), STR("High"), STR("Critical") };

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_equal(known[i], s))
			return true;
	return false;
}

const struct command_words *
workflow_words(const struct workflow *w, struct str language)
{
	const struct command_words *found = &w->words[0];

	for (size_t i = 0; i < w->n_words; i++) {
		if (str_equal(w->words[i].language, language))
			return &w->words[i];
		if (str_equal(w->words[i].language, STR("en")))
			found = &w->words[i];
	}
	return found;
}
