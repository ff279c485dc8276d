/* SPDX-License-Identifier: ISC
 * template_sample.c: templates filled with sample values, for a preview and for the self-test of their lines.
 *
 * The self-test must meet every line a template can make of its own words: each is rendered with all values, with
 * none, and for every section with its value alone and with all but it.
 */
#include "config.h"

#include "outbox/template_part.h"

#include <string.h>

static const struct {
	const char *name, *text;
} samples[] = {
	{ "brand", "Example Support" },
	{ "address", "support@support.example" },
	{ "case_number", "00123456" },
	{ "case_subject", "The import stops at 80 %" },
	{ "case_status", "OPEN" },
	{ "case_sub_status", "Investigation" },
	{ "reference", "[ref:00123456-k7m2q9x4w8r3]" },
	{ "recipient_name", "Eva Muster" },
	{ "recipient_first_name", "Eva" },
	{ "date", "2026-02-03 04:05 UTC" },
	{ "update_text", "We found the cause: the disk of the second node is full.\n\nCould you send us the log?" },
	{ "author_name", "Sam Helper" },
	{ "author_address", "sam@vendor.example" },
	{ "files", "import.log\nscreen.png" },
	{ "old_status", "OPEN / New" },
	{ "new_status", "OPEN / Investigation" },
	{ "reason", "no-reference" },
	{ "detail", "the deployment ACME-2 has no approver" },
	{ "person_name", "Nils Neumann" },
	{ "person_address", "nils@acme.example" },
	{ "person_employer", "Acme Ltd" },
	{ "copied_from", "ACME-9" },
	{ "requester_name", "Rita Request" },
	{ "lines", "ACME-1  Acme Ltd  none -> read-write\nACME-2  Acme Labs  none -> read-only" },
	{ "changed_from", "ACME-1  Acme Ltd  none -> basic" },
	{ "denied_lines", "ACME-3  Acme Test  none -> read-write" },
	{ "decision", "approved" },
	{ "on_behalf_of", "Dan Delegator" },
	{ "decider_name", "Anna Approver" },
	{ "decided_at", "2026-02-03 04:05 UTC" },
	{ "takes_effect_at", "2026-02-03 05:05 UTC" },
	{ "expires_at", "2026-02-10 04:05 UTC" },
	{ "arrived_at", "2026-02-03 04:05 UTC" },
	{ "comment", "for the audit in March" },
	{ "rule", "the first valid answer of an approver decides" },
	{ "quoted_line", "Should be fine I think?" },
	{ "why", "the words are a question" },
	{ "code", "K7M2Q9" },
	{ "close_word", "#close" },
	{ "reopen_word", "#reopen" },
	{ "merged_number", "00123450" },
	{ "contact_name", "Eva Muster" },
	{ "registered_address", "eva@acme.example" },
	{ "problems", "mailbox support: critical: last served 3 h ago; 40 s ago: the server does not answer" },
	{ "recovered", "outbox: ok: 0 due; 0 given up since yesterday, 0 of unknown fate" },
	{ "messages", "12  held (unverified)  eva@acme.example  Re: The import stops\n13  quarantined (malformed)  "
		      "x@y.example  Hi" },
	{ "total", "2" },
	{ "files_too_big", "memory.dump\nscreen.mov" },
	{ "files_refused", "setup.exe" },
	{ "reply_to", "support+k7m2q9x4w8r3k7m2q9x4w8r3k7@support.example" },
	{ "sender_address", "someone@elsewhere.example" },
};

static struct str
sample_of(const char *name)
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
		if (strcmp(samples[i].name, name) == 0)
			return str_of(samples[i].text);
	return STR("yes");
}

/* All values of the kind with their samples; *n of them, owned by a. */
static struct template_value *
samples_of(const struct templates *t, const struct template_kind *kind, struct arena *a, size_t *n)
{
	const char *const *lists[] = { t->standard, kind->values };
	struct template_value *values;
	size_t count = 0;

	for (size_t i = 0; i < 2; i++)
		for (const char *const *v = lists[i]; *v != NULL; v++)
			count++;
	values = arena_array(a, count, sizeof *values);
	*n = 0;
	for (size_t i = 0; i < 2; i++)
		for (const char *const *v = lists[i]; *v != NULL; v++)
			values[(*n)++] = (struct template_value){ *v, sample_of(*v) };
	return values;
}

/* A flag says which of several cases it is: of those a kind has, a preview shows the first only. */
static void
flags_clear_but_first(struct template_value *values, size_t n)
{
	bool seen = false;

	for (size_t i = 0; i < n; i++)
		if (str_equal(values[i].text, STR("yes"))) {
			if (seen)
				values[i].text = STR_NONE;
			seen = true;
		}
}

static struct template_origin
origin_of(const struct template *t)
{
	return (struct template_origin){ t->kind->name, t->language, t->file };
}

void
templates_list(const struct templates *t, struct arena *a, struct template_origin **out, size_t *n)
{
	*n = t->n;
	*out = arena_array(a, t->n, sizeof(**out));
	for (size_t i = 0; i < t->n; i++)
		(*out)[i] = origin_of(&t->list[i]);
}

bool
template_preview(const struct templates *t, const char *kind, struct str language, struct arena *a,
    struct template_text *out, struct template_origin *from)
{
	const struct template *found = template_find(t, kind, language, STR("en"));
	struct template_value *values;
	size_t n;

	if (found == NULL)
		return false;
	values = samples_of(t, found->kind, a, &n);
	flags_clear_but_first(values, n);
	template_apply(found, values, n, a, out);
	if (from != NULL)
		*from = origin_of(found);
	return true;
}

struct visit {
	const struct template *template;
	struct arena *arena;
	void (*each)(void *ctx, const char *kind, struct str language, const struct template_text *text);
	void *ctx;
};

static void
visit_with(struct visit *v, const struct template_value *values, size_t n)
{
	struct template_text text;

	template_apply(v->template, values, n, v->arena, &text);
	v->each(v->ctx, v->template->kind->name, v->template->language, &text);
}

/* Whether a section of the text depends on the name. */
static bool
part_has_section(const struct template_part *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if ((p->nodes[i].kind == NODE_IF || p->nodes[i].kind == NODE_UNLESS) &&
		    str_equal(p->nodes[i].text, str_of(name)))
			return true;
	return false;
}

static void
template_visit(const struct templates *t, struct visit *v)
{
	struct arena *a = arena_open(1 << 20);
	size_t n;
	struct template_value *values = samples_of(t, v->template->kind, a, &n);

	visit_with(v, values, n);
	arena_reset(v->arena);
	visit_with(v, NULL, 0);
	arena_reset(v->arena);
	for (size_t i = 0; i < n; i++) {
		struct str text = values[i].text;

		if (!part_has_section(&v->template->parts[TEMPLATE_TEXT], values[i].name) &&
		    !part_has_section(&v->template->parts[TEMPLATE_HTML], values[i].name))
			continue;
		visit_with(v, &values[i], 1);
		arena_reset(v->arena);
		values[i].text = STR_NONE;
		visit_with(v, values, n);
		arena_reset(v->arena);
		values[i].text = text;
	}
	arena_close(&a);
}

void
templates_each(const struct templates *t, struct arena *a,
    void (*each)(void *ctx, const char *kind, struct str language, const struct template_text *text), void *ctx)
{
	for (size_t i = 0; i < t->n; i++) {
		struct visit v = { .template = &t->list[i], .arena = a, .each = each, .ctx = ctx };

		template_visit(t, &v);
	}
}
