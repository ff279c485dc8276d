/* SPDX-License-Identifier: ISC
 * timeline.c: a header block, then updates, status changes and notices, oldest first. Text is wrapped and escaped;
 * internal updates are marked.
 */
#include "config.h"

#include "ctl/timeline.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "ctl/table.h"
#include "daemon/settle.h"

#define INDENT 4
#define JSON_MOST ((size_t)256 << 20)

static void print_field(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
print_field(const char *name, const char *format, ...)
{
	va_list ap;

	printf("  %-12s ", name);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

/* One line of text from outside, safe to print, in the arena. */
static struct str
shown(struct ctl *c, struct str s)
{
	struct str out;
	struct buf b;

	buf_init(&b, 1 << 16);
	log_escape(&b, str_head(s, 4096), false);
	out = arena_copy(c->arena, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
print_head(struct ctl *c, const struct case_view *v, struct str contact, struct str owner)
{
	table_mark(MARK_BOLD);
	table_hang(
	    arena_format(c->arena, "Case %.*s  %.*s", STR_ARGS(v->number), STR_ARGS(shown(c, v->subject))), INDENT);
	table_mark(MARK_OFF);
	print_field("reference", "%.*s", STR_ARGS(settle_reference(c->configuration, v, c->arena)));
	print_field("status", "%.*s / %.*s", STR_ARGS(v->status), STR_ARGS(v->sub_status));
	print_field("type", "%.*s%s%.*s", STR_ARGS(v->type), v->sub_type.n ? " / " : "", STR_ARGS(v->sub_type));
	print_field("priority", "%.*s", STR_ARGS(v->priority));
	print_field("deployment", "%.*s, %.*s", STR_ARGS(v->deployment.org_id), STR_ARGS(v->deployment.customer));
	if (v->contact.id)
		print_field("contact", "%.*s <%.*s>", STR_ARGS(shown(c, contact)), STR_ARGS(v->contact.address));
	print_field("owner", "%.*s", STR_ARGS(v->owner.id ? shown(c, owner) : STR("nobody yet")));
	if (v->escalated_to.id)
		print_field("escalated", "to %.*s, %.*s",
		    STR_ARGS(shown(c, person_full_name(&v->escalated_to, c->arena))),
		    STR_ARGS(table_time_text(c->arena, v->escalated_at)));
	if (v->merged_into.n)
		print_field("merged", "into case %.*s", STR_ARGS(v->merged_into));
	if (v->split_from.n)
		print_field("split", "from case %.*s", STR_ARGS(v->split_from));
	print_field("opened", "%.*s", STR_ARGS(table_time_text(c->arena, v->opened_at)));
	print_field("modified", "%.*s, version %lld", STR_ARGS(table_time_text(c->arena, v->modified_at)),
	    (long long)v->version);
}

static const char *
way_name(enum way w)
{
	static const char *const names[] = { [WAY_MAIL] = "mail", [WAY_CASECTL] = "casectl", [WAY_SYSTEM] = "system" };

	return names[w];
}

static void
print_update(struct ctl *c, const struct store_entry *e)
{
	printf("%.*s  ", STR_ARGS(table_time_text(c->arena, e->at)));
	table_mark(e->visibility == UPDATE_INTERNAL ? MARK_YELLOW : MARK_BOLD);
	printf("%.*s", STR_ARGS(shown(c, e->who)));
	table_mark(MARK_OFF);
	printf("  by %s, update %lld, %s%s\n", way_name(e->way), (long long)e->update,
	    e->visibility == UPDATE_INTERNAL ? "INTERNAL" : "public", e->cut.n ? ", quoted text cut" : "");
	table_wrap(e->text, INDENT);
	for (size_t i = 0; i < e->n_attachments; i++) {
		const struct store_attachment *f = &e->attachments[i];

		printf("%*s[file %lld] %.*s, %.*s, %lld bytes\n", INDENT, "", (long long)f->id,
		    STR_ARGS(shown(c, f->name)), STR_ARGS(shown(c, f->type)), (long long)f->size);
	}
}

/* What changes like a status is kept as one: "owner nobody" to "owner Rolf Berg". */
static struct str
status_line(struct ctl *c, const struct store_entry *e)
{
	static const struct str words[] = { STR("owner"), STR("deployment"), STR("escalation"), STR("merged"),
		STR("moved") };
	struct str word = STR("status"), before = e->before, after = e->after;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_starts(before, words[i]) && before.n > words[i].n && before.p[words[i].n] == ' ') {
			word = words[i];
			before = str_skip(before, word.n + 1);
			after = str_starts(after, word) ? str_skip(after, word.n + 1) : after;
		}
	return arena_format(c->arena, "%.*s  %-6.*s  %.*s -> %.*s  (%.*s)", STR_ARGS(table_time_text(c->arena, e->at)),
	    STR_ARGS(word), STR_ARGS(shown(c, before)), STR_ARGS(shown(c, after)), STR_ARGS(shown(c, e->who)));
}

static struct str
notice_line(struct ctl *c, const struct store_entry *e)
{
	return arena_format(c->arena, "%.*s  notice  %s to %.*s: %.*s", STR_ARGS(table_time_text(c->arena, e->at)),
	    notice_kind_name(e->notice), STR_ARGS(shown(c, e->to)), STR_ARGS(e->state));
}

static void
print_entry(struct ctl *c, const struct store_entry *e)
{
	if (e->kind == ENTRY_UPDATE) {
		putchar('\n');
		print_update(c, e);
		return;
	}
	table_mark(MARK_DIM);
	table_hang(e->kind == ENTRY_STATUS ? status_line(c, e) : notice_line(c, e), 2 * INDENT);
	table_mark(MARK_OFF);
}

void
timeline_print(struct ctl *c, const struct case_view *v, struct str contact, struct str owner, struct str description,
    const struct store_entry *entries, size_t n)
{
	print_head(c, v, contact, owner);
	putchar('\n');
	table_wrap(description, INDENT);
	putchar('\n');
	for (size_t i = 0; i < n; i++)
		print_entry(c, &entries[i]);
}

static void
json_entry(const struct store_entry *e, struct buf *j)
{
	static const char *const kinds[] = {
		[ENTRY_UPDATE] = "update", [ENTRY_STATUS] = "status", [ENTRY_NOTICE] = "notice"
	};

	json_open(j, NULL, '{');
	json_text(j, "kind", str_of(kinds[e->kind]));
	json_time(j, "at", e->at);
	json_text(j, "who", e->who);
	if (e->kind == ENTRY_UPDATE) {
		json_number(j, "update", e->update);
		json_text(j, "way", str_of(way_name(e->way)));
		json_text(j, "visibility", e->visibility == UPDATE_INTERNAL ? STR("internal") : STR("public"));
		json_text(j, "text", e->text);
		json_text(j, "cut", e->cut);
		json_number(j, "message", e->message);
		json_open(j, "attachments", '[');
		for (size_t i = 0; i < e->n_attachments; i++) {
			json_open(j, NULL, '{');
			json_number(j, "id", e->attachments[i].id);
			json_text(j, "name", e->attachments[i].name);
			json_text(j, "type", e->attachments[i].type);
			json_text(j, "sha256", e->attachments[i].sha256);
			json_number(j, "size", e->attachments[i].size);
			json_close(j, '}');
		}
		json_close(j, ']');
	} else if (e->kind == ENTRY_STATUS) {
		json_text(j, "before", e->before);
		json_text(j, "after", e->after);
	} else {
		json_text(j, "notice", str_of(notice_kind_name(e->notice)));
		json_text(j, "to", e->to);
		json_text(j, "state", e->state);
		json_number(j, "letter", e->letter);
	}
	json_close(j, '}');
}

void
timeline_json(
    struct ctl *c, const struct case_view *v, struct str description, const struct store_entry *entries, size_t n)
{
	struct buf j;

	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "number", v->number);
	json_text(&j, "reference", settle_reference(c->configuration, v, c->arena));
	json_text(&j, "subject", v->subject);
	json_text(&j, "type", v->type);
	json_text(&j, "sub_type", v->sub_type);
	json_text(&j, "status", v->status);
	json_text(&j, "sub_status", v->sub_status);
	json_text(&j, "priority", v->priority);
	json_text(&j, "org_id", v->deployment.org_id);
	json_text(&j, "contact", v->contact.address);
	json_text(&j, "owner", v->owner.address);
	json_text(&j, "escalated_to", v->escalated_to.address);
	json_text(&j, "merged_into", v->merged_into);
	json_text(&j, "split_from", v->split_from);
	json_time(&j, "opened_at", v->opened_at);
	json_time(&j, "modified_at", v->modified_at);
	json_number(&j, "version", v->version);
	json_text(&j, "description", description);
	json_open(&j, "timeline", '[');
	for (size_t i = 0; i < n; i++)
		json_entry(&entries[i], &j);
	json_close(&j, ']');
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}
