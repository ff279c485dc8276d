/* SPDX-License-Identifier: ISC
 * configuration_workflow.c: the shipped statuses and transitions of cases, and what a configured table must hold.
 *
 * Every status can be reached from the first one, and every one that is not closed can be left, so that no case is
 * stuck. What a mail does by itself is narrow: it never closes a case, never opens a closed one, and never makes one
 * Critical.
 */
#include "config.h"

#include "base/configuration_schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name, *subs; /* separated by commas */
	enum status_kind kind;
} default_statuses[] = {
	{ "OPEN", "New,Investigation,Customer Responded", STATUS_OPEN },
	{ "AWAITING INFO", "Info Required from Customer", STATUS_OPEN },
	{ "SERVICE RESTORED", "Pending Permanent Solution,Pending RCA", STATUS_OPEN },
	{ "SOLUTION PROPOSED", "Solution Proposed,Problem Resolved", STATUS_SOLUTION },
	{ "CLOSED", "Resolved,Cancelled,Redirected", STATUS_CLOSED },
};

static const struct {
	const char *from, *to;
	enum transition_by by;
} default_transitions[] = {
	{ "OPEN", "AWAITING INFO,SERVICE RESTORED,SOLUTION PROPOSED,CLOSED", TRANSITION_BY_PERSON },
	{ "AWAITING INFO", "OPEN,SERVICE RESTORED,SOLUTION PROPOSED,CLOSED", TRANSITION_BY_PERSON },
	{ "SERVICE RESTORED", "OPEN,AWAITING INFO,SOLUTION PROPOSED,CLOSED", TRANSITION_BY_PERSON },
	{ "SOLUTION PROPOSED", "OPEN,AWAITING INFO,SERVICE RESTORED,CLOSED", TRANSITION_BY_PERSON },
	{ "CLOSED", "OPEN", TRANSITION_BY_PERSON },
	{ "AWAITING INFO", "OPEN / Customer Responded", TRANSITION_BY_MAIL },
};

static const struct {
	const char *language, *close, *reopen;
} default_words[] = {
	{ "en", "#close", "#reopen" },
	{ "de", "#schließen", "#wiederöffnen" },
	{ "fr", "#fermer", "#rouvrir" },
	{ "es", "#cerrar", "#reabrir" },
	{ "pt", "#fechar", "#reabrir" },
	{ "it", "#chiudere", "#riaprire" },
	{ "pl", "#zamknij", "#otwórz" },
	{ "ja", "#クローズ", "#再開" },
};

static struct strings
list_of(const char *text, struct arena *a)
{
	struct str rest = str_of(text), one;
	struct strings out = { arena_array(a, 8, sizeof(*out.list)), 0 };

	while (out.n < 8 && str_next_field(&rest, ',', &one))
		out.list[out.n++] = one;
	return out;
}

void
workflow_default(struct workflow *w, struct arena *a)
{
	if (w->n_statuses == 0) {
		w->n_statuses = COUNT(default_statuses);
		w->statuses = arena_array(a, w->n_statuses, sizeof(*w->statuses));
		for (size_t i = 0; i < w->n_statuses; i++)
			w->statuses[i] = (struct status_settings){ str_of(default_statuses[i].name),
				list_of(default_statuses[i].subs, a), default_statuses[i].kind };
	}
	if (w->n_transitions == 0) {
		w->n_transitions = COUNT(default_transitions);
		w->transitions = arena_array(a, w->n_transitions, sizeof(*w->transitions));
		for (size_t i = 0; i < w->n_transitions; i++)
			w->transitions[i] = (struct transition_settings){ .from = str_of(default_transitions[i].from),
				.to = list_of(default_transitions[i].to, a),
				.by = default_transitions[i].by };
	}
	if (w->n_words == 0) {
		w->n_words = COUNT(default_words);
		w->words = arena_array(a, w->n_words, sizeof(*w->words));
		for (size_t i = 0; i < w->n_words; i++)
			w->words[i] = (struct command_words){ str_of(default_words[i].language),
				str_of(default_words[i].close), str_of(default_words[i].reopen) };
	}
}

/* Where a status is that text names, in w->statuses; -1: nowhere. */
static ptrdiff_t
index_of(const struct workflow *w, struct str text)
{
	struct status s;

	return workflow_parse(w, text, &s) ? workflow_find(w, s.name) - w->statuses : -1;
}

static void
statuses_check(const struct workflow *w, struct problems *p)
{
	bool closes = false;

	for (size_t i = 0; i < w->n_statuses; i++) {
		const struct status_settings *s = &w->statuses[i];

		closes = closes || s->kind == STATUS_CLOSED;
		for (size_t k = 0; k < i; k++)
			if (str_equal_nocase(w->statuses[k].name, s->name))
				problem_at(p, &s->name, s,
				    "cases.statuses[%zu].name: \"%.*s\" is the name of cases.statuses[%zu] already; "
				    "allowed: a name of its own",
				    i, STR_ARGS(s->name), k);
	}
	if (!closes)
		problem_at(p, &w->statuses, NULL,
		    "cases.statuses: no status has kind = \"closed\"; allowed: one or more of them");
	if (w->statuses[0].kind == STATUS_CLOSED)
		problem_at(p, &w->statuses[0].kind, &w->statuses[0],
		    "cases.statuses[0]: new cases start in \"%.*s\", which is closed; allowed: an open status first",
		    STR_ARGS(w->statuses[0].name));
}

/* What a customer's mail may do to a case by itself. */
static void
mail_transition_check(const struct workflow *w, size_t i, ptrdiff_t from, ptrdiff_t to, struct problems *p)
{
	const struct transition_settings *t = &w->transitions[i];

	if (t->to.n != 1)
		problem_at(p, &t->to, t,
		    "cases.transitions[%zu].to: a mail chooses nothing; allowed with by = \"mail\": one status", i);
	if (from >= 0 && w->statuses[from].kind == STATUS_CLOSED)
		problem_at(p, &t->from, t,
		    "cases.transitions[%zu].from: no mail opens a closed case by itself; allowed with by = \"mail\": "
		    "a status that is not closed",
		    i);
	if (to >= 0 && w->statuses[to].kind == STATUS_CLOSED)
		problem_at(p, &t->to, t,
		    "cases.transitions[%zu].to: no mail closes a case by itself; allowed with by = \"mail\": a status "
		    "that is not closed",
		    i);
	if (str_equal(t->priority, STR("Critical")))
		problem_at(p, &t->priority, t,
		    "cases.transitions[%zu].priority: no mail makes a case Critical, a person does after a call; "
		    "allowed with by = \"mail\": \"Low\", \"Medium\", \"High\"",
		    i);
	for (size_t k = 0; k < i; k++)
		if (w->transitions[k].by == TRANSITION_BY_MAIL && str_equal(w->transitions[k].from, t->from))
			problem_at(p, &t->from, t,
			    "cases.transitions[%zu].from: cases.transitions[%zu] says already what a mail does in "
			    "\"%.*s\"; allowed: one of them",
			    i, k, STR_ARGS(t->from));
}

static void
transitions_check(const struct workflow *w, struct problems *p)
{
	struct arena *a = p->memory;

	for (size_t i = 0; i < w->n_transitions; i++) {
		const struct transition_settings *t = &w->transitions[i];
		ptrdiff_t from = workflow_find(w, t->from) ? index_of(w, t->from) : -1, to = -1;

		if (from < 0 && t->from.n)
			problem_at(p, &t->from, place_find(p->places, t) ? (const void *)t : &w->statuses,
			    "cases.transitions[%zu].from: \"%.*s\" is no status; allowed: %.*s", i, STR_ARGS(t->from),
			    STR_ARGS(workflow_names(w, a)));
		for (size_t k = 0; k < t->to.n; k++) {
			to = index_of(w, t->to.list[k]);
			if (to < 0 && t->to.list[k].n)
				problem_at(p, &t->to.list[k], place_find(p->places, t) ? (const void *)t : &w->statuses,
				    "cases.transitions[%zu].to: \"%.*s\" is no status; allowed: %.*s, or one of them "
				    "with a sub-status behind a /",
				    i, STR_ARGS(t->to.list[k]), STR_ARGS(workflow_names(w, a)));
		}
		if (t->by == TRANSITION_BY_MAIL)
			mail_transition_check(w, i, from, to, p);
	}
}

/* Marks what can be reached from a marked status, until nothing is new. */
static void
reach(const struct workflow *w, bool reached[WORKFLOW_STATUSES_MOST], bool left[WORKFLOW_STATUSES_MOST])
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < w->n_transitions; i++) {
			const struct transition_settings *t = &w->transitions[i];
			ptrdiff_t from = workflow_find(w, t->from) ? index_of(w, t->from) : -1;

			for (size_t k = 0; from >= 0 && k < t->to.n; k++) {
				ptrdiff_t to = index_of(w, t->to.list[k]);

				if (to < 0 || to == from)
					continue;
				left[from] = true;
				if (reached[from] && !reached[to])
					again = reached[to] = true;
			}
		}
	}
}

static void
ways_check(const struct workflow *w, struct problems *p)
{
	bool reached[WORKFLOW_STATUSES_MOST] = { true }, left[WORKFLOW_STATUSES_MOST] = { false };

	reach(w, reached, left);
	for (size_t i = 0; i < w->n_statuses; i++) {
		const struct status_settings *s = &w->statuses[i];

		if (!reached[i])
			problem_at(p, &s->name, place_find(p->places, s) ? (const void *)s : &w->transitions,
			    "cases.statuses[%zu]: no transition leads from \"%.*s\" to \"%.*s\"; allowed: a status "
			    "that a case can reach",
			    i, STR_ARGS(w->statuses[0].name), STR_ARGS(s->name));
		if (!left[i] && s->kind != STATUS_CLOSED)
			problem_at(p, &s->name, place_find(p->places, s) ? (const void *)s : &w->transitions,
			    "cases.statuses[%zu]: no transition leads out of \"%.*s\"; allowed without one: a status "
			    "of kind \"closed\"",
			    i, STR_ARGS(s->name));
	}
}

static void
closing_check(const struct workflow *w, const struct str *value, const char *name, struct problems *p)
{
	struct status s;

	if (value->n && (!workflow_parse(w, *value, &s) || s.kind != STATUS_CLOSED))
		problem_at(p, value, &w->statuses,
		    "cases.%s: \"%.*s\" is no closed status; allowed: one such as \"%.*s\"", name, STR_ARGS(*value),
		    STR_ARGS(workflow_closed(w).name));
}

static void
words_check(const struct workflow *w, struct problems *p)
{
	for (size_t i = 0; i < w->n_words; i++) {
		const struct command_words *x = &w->words[i];

		for (size_t k = 0; k < w->n_words; k++)
			if (x->close.n && str_equal_nocase(x->close, w->words[k].reopen))
				problem_at(p, &x->close, x,
				    "cases.words[%zu].close: \"%.*s\" means reopen in cases.words[%zu]; allowed: a "
				    "word with one meaning",
				    i, STR_ARGS(x->close), k);
		for (size_t k = 0; k < i; k++)
			if (x->language.n && str_equal(x->language, w->words[k].language))
				problem_at(p, &x->language, x,
				    "cases.words[%zu].language: \"%.*s\" stands in cases.words[%zu] already; "
				    "allowed: each language once",
				    i, STR_ARGS(x->language), k);
	}
}

void
workflow_check(const struct workflow *w, struct problems *p)
{
	words_check(w, p);
	/* What could not be read at all has been said; what follows from it would be noise. */
	for (size_t i = 0; i < w->n_statuses; i++)
		if (w->statuses[i].name.n == 0 || w->statuses[i].sub_statuses.n == 0)
			return;
	statuses_check(w, p);
	transitions_check(w, p);
	ways_check(w, p);
	closing_check(w, &w->merged, "merged", p);
	closing_check(w, &w->request_granted, "request_granted", p);
	closing_check(w, &w->request_refused, "request_refused", p);
}
