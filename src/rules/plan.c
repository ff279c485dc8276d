/* SPDX-License-Identifier: ISC
 * plan.c: puts a plan together.
 *
 * Effects and trace lines keep the order they were added in: they are applied and shown in it. Everything lives in the
 * plan's arena. A value that its kind of notice does not list is a mistake of ours and aborts, so that no template
 * waits for a name that never comes.
 */
#include "config.h"

#include "rules/plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/visible.h"
#include "rules/notice.h"

#define TRACE_WORDS 400 /* bytes of one trace line */

static const char *const outcome_names[OUTCOME_COUNT] = { "none", "appended", "posted", "decided", "already-decided",
	"asked-again", "confirmation-asked", "refused", "machine", "duplicate", "held", "quarantined", "dropped" };

const char *
outcome_name(enum outcome o)
{
	return (unsigned)o < OUTCOME_COUNT ? outcome_names[o] : "unknown";
}

void
plan_init(struct plan *p, struct arena *a)
{
	*p = (struct plan){ .reason = "", .rule = "", .arena = a };
	p->effects_end = &p->effects;
	p->trace_end = &p->trace;
}

struct effect *
plan_effect(struct plan *p, enum effect_kind kind)
{
	struct effect *f = arena_new(p->arena, struct effect);

	f->kind = kind;
	*p->effects_end = f;
	p->effects_end = &f->next;
	return f;
}

struct notice *
plan_notice(struct plan *p, enum notice_kind kind, const struct person *to)
{
	struct notice *n = &plan_effect(p, EFFECT_NOTICE)->notice;
	const char *const *names = notice_values(kind);

	n->kind = kind;
	n->to = *to;
	for (size_t k = 0; names[k] != NULL; k++)
		n->n_values++;
	n->values = arena_array(p->arena, n->n_values, sizeof(*n->values));
	n->n_values = 0;
	for (size_t k = 0; names[k] != NULL; k++)
		if (!notice_value_is_drawn(names[k]))
			n->values[n->n_values++].name = names[k];
	return n;
}

void
notice_value(struct plan *p, struct notice *n, const char *name, struct str text)
{
	(void)p;
	for (size_t i = 0; i < n->n_values; i++)
		if (strcmp(n->values[i].name, name) == 0) {
			n->values[i].text = text;
			return;
		}
	assert(!"the kind of notice has this value");
}

struct str
plan_shorten(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return str_head(s, max);
}

void
plan_trace(struct plan *p, const char *rule, bool hit, const char *format, ...)
{
	struct trace *t = arena_new(p->arena, struct trace);
	char words[TRACE_WORDS];
	va_list ap;

	va_start(ap, format);
	vsnprintf(words, sizeof(words), format, ap);
	va_end(ap);
	t->rule = rule;
	t->hit = hit;
	t->words = arena_copy(p->arena, plan_shorten(str_of(words), TRACE_WORDS - 8));
	*p->trace_end = t;
	p->trace_end = &t->next;
}

struct effect *
plan_update(
    struct plan *p, int64_t case_id, const struct person *author, enum way way, enum visibility v, struct str text)
{
	struct effect *f = plan_effect(p, EFFECT_UPDATE);

	f->case_id = case_id;
	f->person = *author;
	f->way = way;
	f->visibility = v;
	f->text = visible_text(text, p->arena);
	return f;
}

struct effect *
plan_status(struct plan *p, int64_t case_id, const struct person *author, struct str status, struct str sub_status)
{
	struct effect *f = plan_effect(p, EFFECT_STATUS);

	f->case_id = case_id;
	f->person = *author;
	f->status = status;
	f->sub_status = sub_status;
	return f;
}

struct effect *
plan_close(struct plan *p, int64_t case_id, const struct person *author, enum closing why)
{
	struct effect *f = plan_status(p, case_id, author, STR_NONE, STR_NONE);

	f->closing = why;
	return f;
}

size_t
plan_notify(struct plan *p, enum notice_kind kind, const struct person *to, size_t n, const struct person *except,
    void (*fill)(struct plan *p, struct notice *n, const void *ctx), const void *ctx)
{
	size_t sent = 0;

	for (size_t i = 0; i < n; i++) {
		if (!person_reachable(&to[i]) || (except != NULL && person_same(&to[i], except)))
			continue;
		fill(p, plan_notice(p, kind, &to[i]), ctx);
		sent++;
	}
	return sent;
}
