/* SPDX-License-Identifier: ISC
 * explain.c: the daemon's own path up to the plan, which is printed and thrown away.
 */
#include "config.h"

#include "ctl/explain.h"

#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "ctl/judge.h"
#include "ctl/table.h"

#define JSON_MOST ((size_t)16 << 20)

static struct str
shown(struct ctl *c, struct str s)
{
	struct str out;
	struct buf b;

	buf_init(&b, 1 << 16);
	log_escape(&b, str_head(s, 2000), false);
	out = arena_copy(c->arena, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
print_reading(struct ctl *c, const struct reading *r)
{
	printf("  from       %.*s\n",
	    STR_ARGS(r->from_strict.n ? shown(c, r->from_strict) : STR("(no single valid address)")));
	printf("  subject    %.*s\n", STR_ARGS(shown(c, r->subject)));
	printf("  written by %s%s%.*s%s\n", reading_kind_name(r->kind), r->kind_reason.n ? " (" : "",
	    STR_ARGS(shown(c, r->kind_reason)), r->kind_reason.n ? ")" : "");
	printf("  proof      %.*s\n", STR_ARGS(r->authentication_detail.n ? shown(c, r->authentication_detail)
									  : STR("no authentication results")));
	for (size_t i = 0; i < r->n_references; i++)
		printf("  reference  %.*s in %s\n", STR_ARGS(shown(c, r->references[i].number)),
		    reading_place_name(r->references[i].place));
	printf("  new text   %zu bytes, %zu quoted, %zu attachment%s\n", r->new_text.n, r->quoted.n, r->n_attachments,
	    r->n_attachments == 1 ? "" : "s");
}

static void
print_effects(struct ctl *c, const struct plan *p)
{
	for (const struct effect *f = p->effects; f; f = f->next) {
		switch (f->kind) {
		case EFFECT_UPDATE:
			printf("  would append to the case:\n");
			table_wrap(f->text, 6);
			break;
		case EFFECT_STATUS:
			printf("  would set the status %.*s / %.*s\n", STR_ARGS(f->status), STR_ARGS(f->sub_status));
			break;
		case EFFECT_NOTICE:
			printf("  would mail %s to %.*s\n", notice_kind_name(f->notice.kind),
			    STR_ARGS(shown(c, f->notice.to.address)));
			break;
		case EFFECT_LINE:
			printf("  would set a request's line to %s\n", line_state_name(f->line_state));
			break;
		case EFFECT_COOL:
			printf("  would approve a request's line after a wait for a rejection\n");
			break;
		case EFFECT_GRANT:
			printf("  would change an access level\n");
			break;
		default:
			break;
		}
	}
	if (p->effects == NULL)
		printf("  would change nothing but the ledger\n");
}

static void
print_plan(struct ctl *c, const struct reading *r, const struct plan *p)
{
	print_reading(c, r);
	putchar('\n');
	for (const struct trace *t = p->trace; t; t = t->next) {
		table_mark(t->hit ? MARK_GREEN : MARK_DIM);
		table_hang(arena_format(
			       c->arena, "  %s %-24s %.*s", t->hit ? "*" : "-", t->rule, STR_ARGS(shown(c, t->words))),
		    29);
		table_mark(MARK_OFF);
	}
	putchar('\n');
	table_mark(MARK_BOLD);
	printf("  %s", outcome_name(p->outcome));
	table_mark(MARK_OFF);
	printf(": %s, by rule %s\n", p->reason, p->rule);
	print_effects(c, p);
}

static void
print_plan_json(const struct reading *r, const struct plan *p)
{
	struct buf j;

	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "outcome", str_of(outcome_name(p->outcome)));
	json_text(&j, "reason", str_of(p->reason));
	json_text(&j, "rule", str_of(p->rule));
	json_text(&j, "from", r->from_strict);
	json_text(&j, "kind", str_of(reading_kind_name(r->kind)));
	json_number(&j, "case_id", p->case_id);
	json_open(&j, "trace", '[');
	for (const struct trace *t = p->trace; t; t = t->next) {
		json_open(&j, NULL, '{');
		json_text(&j, "rule", str_of(t->rule));
		json_bool(&j, "hit", t->hit);
		json_text(&j, "words", t->words);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open(&j, "notices", '[');
	for (const struct effect *f = p->effects; f; f = f->next) {
		if (f->kind != EFFECT_NOTICE)
			continue;
		json_open(&j, NULL, '{');
		json_text(&j, "kind", str_of(notice_kind_name(f->notice.kind)));
		json_text(&j, "to", f->notice.to.address);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

int
explain_message(struct ctl *c, struct arrival *arrival)
{
	struct reading reading;
	struct judge judge;
	int status = judge_read(c, arrival, &reading);

	if (status != CTL_DONE)
		return status;
	status = judge_open(c, arrival, &reading, JUDGE_EXPLAIN, &judge);
	if (status == CTL_DONE && c->json)
		print_plan_json(&reading, &judge.plan);
	else if (status == CTL_DONE)
		print_plan(c, &reading, &judge.plan);
	judge_close(&judge);
	return status;
}
