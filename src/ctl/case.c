/* SPDX-License-Identifier: ISC
 * case.c: casectl case: open, show, reply, note, status, assign. What changes a case is a plan of
 * rules/case.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "ctl/ctl.h"
#include "ctl/pager.h"
#include "ctl/timeline.h"
#include "daemon/apply.h"
#include "rules/case.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define TEXT_MOST ((size_t)1 << 20)
#define FILES_MOST 32

static struct str
full_name(struct ctl *c, const struct person *p)
{
	return str_trim(arena_format(c->arena, "%.*s %.*s", STR_ARGS(p->first_name), STR_ARGS(p->last_name)));
}

/* The text of a command: the word, or --file FILE|-. -1: said what is wrong. */
static int
command_text(struct ctl *c, size_t word, struct str *out)
{
	struct str file = ctl_option(c, "file");

	if (file.p) {
		if (ctl_read_file(c, file.p, TEXT_MOST, out) < 0)
			return -1;
	} else {
		*out = ctl_word(c, word);
	}
	if (str_trim(*out).n > 0)
		return 0;
	fprintf(stderr, "casectl: no text: give it as the last word, or with --file FILE (- is standard input)\n");
	return -1;
}

/* Files given with --attach. -1: said. */
static int
command_files(struct ctl *c, struct reading_attachment *files, size_t *n)
{
	struct str path;

	for (*n = 0; (path = ctl_option_at(c, "attach", *n)).p; ++*n) {
		struct reading_attachment *f = &files[*n];
		ptrdiff_t slash = str_rfind_char(path, '/');

		if (*n == FILES_MOST)
			return fprintf(stderr, "casectl: at most %d files\n", FILES_MOST), -1;
		*f = (struct reading_attachment){ .name = str_skip(path, (size_t)(slash + 1)),
			.type = STR("application/octet-stream") };
		if (ctl_read_file(c, path.p, c->configuration->limits.attachment_bytes, &f->content) < 0)
			return -1;
		crypto_sha256_hex(f->content, f->sha256);
	}
	return 0;
}

/* Who acts: --by gives an address of a representative or administrator, else nobody in particular (the operator). */
static int
command_author(struct ctl *c, struct person *out)
{
	struct str by = ctl_option(c, "by");
	struct person_record r;
	struct err e;

	*out = (struct person){ 0 };
	if (by.p == NULL)
		return CTL_DONE;
	if (store_person_find(c->store, by, c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	if (!r.person.is_representative && !r.person.is_administrator)
		return ctl_refuse("%.*s is no representative and no administrator", STR_ARGS(by));
	*out = r.person;
	return CTL_DONE;
}

/* Begins a change: store, author, case. */
static int
case_begin(struct ctl *c, struct case_view *view, struct person *author)
{
	int status = ctl_begin(c);
	struct err e;

	if (status != CTL_DONE || (status = command_author(c, author)) != CTL_DONE)
		return status;
	return store_case_find(c->store, ctl_word(c, 0), c->arena, view, &e) < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

static int
case_say(struct ctl *c, struct str number, const struct applied *done, const char *what)
{
	if (c->json)
		printf("{\"case\":\"%.*s\",\"notices\":%zu}\n", STR_ARGS(number), done->letters);
	else
		printf("case %.*s: %s, %zu notice%s queued\n", STR_ARGS(number), what, done->letters,
		    done->letters == 1 ? "" : "s");
	return CTL_DONE;
}

static int
case_open_run(struct ctl *c)
{
	struct new_case n = { .type = ctl_option(c, "type"),
		.sub_type = ctl_option(c, "sub-type"),
		.priority = ctl_option(c, "priority"),
		.subject = ctl_option(c, "subject") };
	enum access_level level = ACCESS_NONE;
	struct person_record contact, owner;
	struct case_view view;
	struct deployment d;
	struct applied done;
	struct plan plan;
	struct err e;
	int status;

	if (command_text(c, 0, &n.description) < 0)
		return CTL_USAGE;
	if ((status = ctl_begin(c)) != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_option(c, "contact"), c->arena, &contact, &e) < 0 ||
	    store_deployment_find(c->store, ctl_option(c, "deployment"), c->arena, &d, &e) < 0 ||
	    store_access_level(c->store, contact.person.id, d.id, &level, &e) < 0)
		return ctl_fail(c, &e);
	if (ctl_has(c, "owner")) {
		if (store_person_find(c->store, ctl_option(c, "owner"), c->arena, &owner, &e) < 0)
			return ctl_fail(c, &e);
		n.owner = owner.person.id;
	}
	n.deployment = d.id;
	n.contact = contact.person.id;
	n.type = n.type.n ? n.type : STR("Support Case");
	n.sub_type = n.sub_type.n || !str_equal(n.type, STR("Support Case")) ? n.sub_type : STR("Problem");
	n.priority = n.priority.n ? n.priority : STR("Medium");
	if (case_open(&n, &contact.person, level, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-open", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (store_case_get(c->store, done.new_case, c->arena, &view, &e) < 0)
		return ctl_fail(c, &e);
	return case_say(c, view.number, &done, "opened");
}

/* The notice of a reply names its files, which only the command knows. */
static void
plan_name_files(struct ctl *c, struct plan *p, const struct reading_attachment *files, size_t n)
{
	struct buf names;

	buf_init(&names, TEXT_MOST);
	for (size_t i = 0; i < n; i++) {
		buf_add(&names, files[i].name);
		buf_add_char(&names, '\n');
	}
	for (struct effect *f = p->effects; n && f; f = f->next)
		if (f->kind == EFFECT_NOTICE)
			notice_value(p, &f->notice, "files", arena_copy(c->arena, buf_str(&names)));
	for (struct effect *f = p->effects; f; f = f->next)
		if (f->kind == EFFECT_UPDATE)
			f->with_attachments = n > 0;
	buf_free(&names);
}

static int
case_reply_run(struct ctl *c)
{
	struct reading_attachment files[FILES_MOST];
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct str text;
	struct err e;
	size_t n;
	int status;

	if (command_text(c, 1, &text) < 0)
		return CTL_USAGE;
	if ((status = case_begin(c, &view, &author)) != CTL_DONE)
		return status;
	if (command_files(c, files, &n) < 0)
		return CTL_REFUSED;
	if (case_reply(&view, &author, text, ctl_has(c, "ask"), c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	plan_name_files(c, &plan, files, n);
	if ((status = ctl_apply(c, &plan, "case-reply", files, n, &done)) != CTL_DONE)
		return status;
	return case_say(c, view.number, &done, "update posted");
}

static int
case_note_run(struct ctl *c)
{
	struct reading_attachment files[FILES_MOST];
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct str text;
	struct err e;
	size_t n;
	int status;

	if (command_text(c, 1, &text) < 0)
		return CTL_USAGE;
	if ((status = case_begin(c, &view, &author)) != CTL_DONE)
		return status;
	if (command_files(c, files, &n) < 0)
		return CTL_REFUSED;
	if (case_note(&view, &author, text, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	plan_name_files(c, &plan, files, n);
	if ((status = ctl_apply(c, &plan, "case-note", files, n, &done)) != CTL_DONE)
		return status;
	return case_say(c, view.number, &done, "internal note added");
}

/* A status as it is typed. false: said what is allowed. */
static bool
status_parse(struct str word, struct str *status, struct str *first_sub)
{
	if (case_status_parse(word, status, first_sub))
		return true;
	fprintf(stderr,
	    "casectl: unknown status %.*s; open, awaiting-info, service-restored, solution-proposed and closed are "
	    "allowed\n",
	    STR_ARGS(word));
	return false;
}

static int
case_status_run(struct ctl *c)
{
	struct str status_text, sub_status = ctl_option(c, "sub-status"), first_sub;
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct err e;
	int status;

	if (!status_parse(ctl_word(c, 1), &status_text, &first_sub))
		return CTL_USAGE;
	if ((status = case_begin(c, &view, &author)) != CTL_DONE)
		return status;
	if (case_set_status(&view, &author, status_text, sub_status.p ? sub_status : first_sub, c->arena, &plan, &e) <
	    0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-status", NULL, 0, &done)) != CTL_DONE)
		return status;
	return case_say(c, view.number, &done, "status changed");
}

static int
case_assign_run(struct ctl *c)
{
	struct person_record owner;
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct err e;
	int status;

	if ((status = case_begin(c, &view, &author)) != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_word(c, 1), c->arena, &owner, &e) < 0 ||
	    case_assign(&view, &author, &owner.person, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-assign", NULL, 0, &done)) != CTL_DONE)
		return status;
	return case_say(c, view.number, &done, "assigned");
}

static int
case_show_run(struct ctl *c)
{
	struct store_entry *entries;
	struct case_view view;
	struct str description;
	struct err e;
	size_t n;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (store_case_find(c->store, ctl_word(c, 0), c->arena, &view, &e) < 0 ||
	    store_case_description(c->store, view.id, c->arena, &description, &e) < 0 ||
	    store_case_timeline(c->store, view.id, c->arena, &entries, &n, &e) < 0)
		return ctl_fail(c, &e);
	if (!c->json && !c->no_pager)
		pager_open();
	if (c->json)
		timeline_json(c, &view, description, entries, n);
	else
		timeline_print(
		    c, &view, full_name(c, &view.contact), full_name(c, &view.owner), description, entries, n);
	return CTL_DONE;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}
#define BY                                                                                                             \
	{                                                                                                              \
		"by", "ADDRESS", false, false, "the representative or administrator who acts"                          \
	}
#define FILE_OPTION                                                                                                    \
	{                                                                                                              \
		"file", "FILE", false, false, "take the text from a file; - is standard input"                         \
	}
#define ATTACH                                                                                                         \
	{                                                                                                              \
		"attach", "FILE", false, true, "attach a file"                                                         \
	}

static const struct option_spec open_options[] = { { "contact", "ADDRESS", true, false, "the contact" },
	{ "deployment", "ORGID", true, false, "the deployment" },
	{ "subject", "TEXT", true, false, "what it is about" },
	{ "type", "NAME", false, false,
	    "\"Support Case\" (default), \"Service Request\", Incident, \"Feature Request\", \"Admin Case\"" },
	{ "sub-type", "NAME", false, false, "Problem (default), Question, ..." },
	{ "priority", "NAME", false, false, "Low, Medium (default), High" },
	{ "owner", "ADDRESS", false, false, "the owner" }, FILE_OPTION, END_OPTIONS };
static const struct option_spec reply_options[] = { BY, FILE_OPTION, ATTACH,
	{ "ask", NULL, false, false, "information is required: the status becomes AWAITING INFO" }, END_OPTIONS };
static const struct option_spec note_options[] = { BY, FILE_OPTION, ATTACH, END_OPTIONS };
static const struct option_spec status_options[] = { BY, { "sub-status", "NAME", false, false, "the sub-status" },
	END_OPTIONS };
static const struct option_spec assign_options[] = { BY, END_OPTIONS };

const struct verb verbs_case[] = {
	{ "case", "open", "[TEXT]", 0, 1, "Open a case; its contact is told",
	    "casectl case open --contact eva@acme.example --deployment ACME-1 --subject \"Login fails\" \"Since Monday "
	    "...\"",
	    open_options, case_open_run },
	{ "case", "show", "NUMBER", 1, 1, "Show a case as a timeline", "casectl case show 1", NULL, case_show_run },
	{ "case", "reply", "NUMBER [TEXT]", 1, 2, "Post a public update; the contact is told",
	    "casectl case reply 1 --by rolf@support.example --ask \"Which version is it?\"", reply_options,
	    case_reply_run },
	{ "case", "note", "NUMBER [TEXT]", 1, 2, "Add an internal note",
	    "casectl case note 1 \"Waiting for engineering\"", note_options, case_note_run },
	{ "case", "status", "NUMBER STATUS", 2, 2, "Change the status; the contact is told",
	    "casectl case status 1 closed", status_options, case_status_run },
	{ "case", "assign", "NUMBER ADDRESS", 2, 2, "Give the case an owner",
	    "casectl case assign 1 rolf@support.example", assign_options, case_assign_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
