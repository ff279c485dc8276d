/* SPDX-License-Identifier: ISC
 * case_reply.c: casectl case: reply, note. The text comes from the command, a file or an editor; who gets a reply is
 * shown before it is sent, and what changed in the case while it was written is shown, too.
 */
#include "config.h"

#include <stdio.h>

#include "base/log.h"
#include "ctl/change.h"
#include "ctl/editor.h"
#include "rules/case.h"
#include "store/store_cases.h"

struct writing {
	bool internal;
	struct str text;
	char path[EDITOR_PATH_MOST]; /* of the editor's file; empty: none */
	struct case_view view;
	struct person author;
	struct reading_attachment files[CHANGE_FILES_MOST];
	size_t n_files;
	struct plan plan;
};

static int
plan_writing(struct ctl *c, struct writing *w, struct err *e)
{
	int ok = w->internal ? case_note(&w->view, &w->author, w->text, c->arena, &w->plan, e)
			     : case_reply(&w->view, &w->author, w->text, ctl_has(c, "ask"), &c->configuration->workflow,
				   c->arena, &w->plan, e);

	if (ok == 0)
		change_name_files(c, &w->plan, w->files, w->n_files);
	return ok;
}

static bool
text_is_given(const struct ctl *c)
{
	return ctl_has(c, "file") || c->n_words > 1 || !change_has_terminal();
}

/* Which case it is, and who will get it, below the text in the editor. */
static struct str
hint(struct ctl *c, const struct writing *w)
{
	struct str out;
	struct buf b;

	buf_init(&b, 65536);
	buf_add_format(&b, "Case %.*s, %.*s / %.*s: ", STR_ARGS(w->view.number), STR_ARGS(w->view.status),
	    STR_ARGS(w->view.sub_status));
	log_escape(&b, w->view.subject, false);
	buf_add_z(&b, w->internal ? "\nAn internal note: the customer does not see it.\n" : "\n");
	for (const struct effect *f = w->plan.effects; f; f = f->next)
		if (f->kind == EFFECT_NOTICE) {
			buf_add_z(&b, "To: ");
			log_escape(&b, person_full_name(&f->notice.to, c->arena), false);
			buf_add_format(&b, " <%.*s>\n", STR_ARGS(f->notice.to.address));
		}
	out = arena_copy(c->arena, buf_str(&b));
	buf_free(&b);
	return out;
}

/* Reads the case, the files and the text, and plans it, outside of any transaction. */
static int
write_text(struct ctl *c, struct writing *w)
{
	bool given = text_is_given(c);
	struct err e;
	int status;

	if (given && change_text(c, 1, &w->text) < 0)
		return CTL_USAGE;
	if ((status = ctl_store(c, STORE_WRITE)) != CTL_DONE || (status = change_author(c, &w->author)) != CTL_DONE)
		return status;
	if (store_case_find(c->store, ctl_word(c, 0), c->arena, &w->view, &e) < 0)
		return ctl_fail(c, &e);
	if (change_files(c, w->files, &w->n_files) < 0)
		return CTL_REFUSED;
	if (!given)
		w->text = STR("-"); /* what it will be decides nothing but whether it is empty */
	if (plan_writing(c, w, &e) < 0)
		return ctl_fail(c, &e);
	if (!given && (status = editor_text(c, hint(c, w), w->path, &w->text)) != CTL_DONE)
		return status;
	return plan_writing(c, w, &e) < 0 ? ctl_fail(c, &e) : CTL_DONE;
}

static int
post(struct ctl *c, struct writing *w, const char *event, const char *what)
{
	struct applied done;
	struct err e;
	int status;

	if (!w->internal && (status = change_show_recipients(c, &w->plan)) != CTL_DONE)
		return status;
	if ((status = change_begin(c, ctl_has(c, "version") ? 0 : w->view.version, &w->view, &w->author)) != CTL_DONE)
		return status;
	if (plan_writing(c, w, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &w->plan, event, w->files, w->n_files, &done)) != CTL_DONE)
		return status;
	return change_say(c, w->view.number, &done, what);
}

static int
case_write(struct ctl *c, bool internal, const char *event, const char *what)
{
	struct writing *w = arena_new(c->arena, struct writing);
	int status;

	w->internal = internal;
	if ((status = write_text(c, w)) != CTL_DONE)
		return status;
	status = post(c, w, event, what);
	editor_done(w->path, status == CTL_DONE);
	return status;
}

static int
case_reply_run(struct ctl *c)
{
	return case_write(c, false, "case-reply", "update posted");
}

static int
case_note_run(struct ctl *c)
{
	return case_write(c, true, "case-note", "internal note added");
}

static const struct option_spec reply_options[] = { BY, VERSION_OPTION, FILE_OPTION, ATTACH,
	{ "ask", NULL, false, false, "information is required: the case waits for the customer" }, YES, END_OPTIONS };
static const struct option_spec note_options[] = { BY, VERSION_OPTION, FILE_OPTION, ATTACH, END_OPTIONS };

const struct verb verbs_case_reply[] = {
	{ "case", "reply", "NUMBER [TEXT]", 1, 2, "Post a public update; the contact is told",
	    "casectl case reply 1 --by rolf@support.example --ask \"Which version is it?\"", reply_options,
	    case_reply_run },
	{ "case", "note", "NUMBER [TEXT]", 1, 2, "Add an internal note",
	    "casectl case note 1 \"Waiting for engineering\"", note_options, case_note_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
