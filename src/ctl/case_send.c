/* SPDX-License-Identifier: ISC
 * case_send.c: casectl case: escalate, attach, mail. Who may get what is decided in rules/case.h; who gets it is shown
 * before it is sent.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/change.h"
#include "rules/case.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define RECIPIENTS_MOST 20
#define UPDATES_MOST 30
#define NAMES_MOST ((size_t)64 << 10)

static int
case_escalate_run(struct ctl *c)
{
	struct person_record manager;
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct err e;
	int status = change_begin(c, 0, &view, &author);

	if (status != CTL_DONE)
		return status;
	if (store_person_find(c->store, ctl_option(c, "to"), c->arena, &manager, &e) < 0 ||
	    case_escalate(&view, &author, &manager.person, ctl_option(c, "reason"), c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-escalate", NULL, 0, &done)) != CTL_DONE)
		return status;
	return change_say(c, view.number, &done, "escalated");
}

/* The names of the files as the text of an update. */
static struct str
files_text(struct ctl *c, const struct reading_attachment *files, size_t n)
{
	struct str text = n == 1 ? STR("File:") : STR("Files:");

	for (size_t i = 0; i < n; i++)
		text = arena_format(
		    c->arena, "%.*s%s%.*s", STR_ARGS(text), i ? ", " : " ", STR_ARGS(str_head(files[i].name, 200)));
	return text;
}

static int
case_attach_run(struct ctl *c)
{
	struct reading_attachment files[CHANGE_FILES_MOST];
	size_t n = c->n_words - 1;
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct str text;
	struct err e;
	int status, ok;

	if ((status = ctl_configuration(c)) != CTL_DONE)
		return status;
	for (size_t i = 0; i < n; i++)
		if (change_file(c, c->words[i + 1], &files[i]) < 0)
			return CTL_REFUSED;
	if ((status = change_begin(c, 0, &view, &author)) != CTL_DONE)
		return status;
	text = ctl_has(c, "text") ? ctl_option(c, "text") : files_text(c, files, n);
	ok = ctl_has(c, "internal")
		 ? case_note(&view, &author, text, c->arena, &plan, &e)
		 : case_reply(&view, &author, text, false, &c->configuration->workflow, c->arena, &plan, &e);
	if (ok < 0)
		return ctl_fail(c, &e);
	change_name_files(c, &plan, files, n);
	if ((status = ctl_apply(c, &plan, "case-attach", files, n, &done)) != CTL_DONE)
		return status;
	return change_say(c, view.number, &done, n == 1 ? "file attached" : "files attached");
}

/* --- mail --- */

static struct case_said
said_of(struct ctl *c, const struct store_entry *entry)
{
	struct case_said s = {
		.at = entry->at, .who = entry->who, .text = entry->text, .visibility = entry->visibility
	};
	struct buf names;

	buf_init(&names, NAMES_MOST);
	for (size_t i = 0; i < entry->n_attachments; i++) {
		buf_add(&names, entry->attachments[i].name);
		buf_add_char(&names, '\n');
	}
	s.files = arena_copy(c->arena, buf_str(&names));
	buf_free(&names);
	return s;
}

/* What is to be mailed: the updates that are named, else the description and all public ones. */
static int
choose(struct ctl *c, const struct case_view *view, struct case_said **out, size_t *n_out, struct err *e)
{
	int64_t updates[UPDATES_MOST];
	struct store_entry *entries;
	struct str description;
	size_t n, n_updates, found = 0;

	*n_out = 0;
	if (change_updates(c, updates, UPDATES_MOST, &n_updates) != CTL_DONE)
		return err_set(e, ERR_REJECT, "nothing was sent");
	if (store_case_timeline(c->store, view->id, c->arena, &entries, &n, e) < 0 ||
	    store_case_description(c->store, view->id, c->arena, &description, e) < 0)
		return -1;
	*out = arena_array(c->arena, n + 1, sizeof(**out));
	if (n_updates == 0 && description.n)
		(*out)[(*n_out)++] = (struct case_said){
			.at = view->opened_at, .who = person_full_name(&view->contact, c->arena), .text = description
		};
	for (size_t i = 0; i < n; i++) {
		bool named = false;

		for (size_t k = 0; entries[i].kind == ENTRY_UPDATE && k < n_updates; k++)
			named = named || updates[k] == entries[i].update;
		found += named;
		if (named || (n_updates == 0 && entries[i].kind == ENTRY_UPDATE &&
				 entries[i].visibility == UPDATE_PUBLIC && entries[i].way != WAY_SYSTEM))
			(*out)[(*n_out)++] = said_of(c, &entries[i]);
	}
	return found == n_updates ? 0 : err_set(e, ERR_REJECT, "not every --update is an update of the case");
}

static int
recipients(struct ctl *c, const struct case_view *view, struct case_recipient *to, size_t *n, struct err *e)
{
	struct person_record r;
	struct str address;

	for (*n = 0; (address = ctl_option_at(c, "to", *n)).p; ++*n) {
		if (*n == RECIPIENTS_MOST)
			return err_set(e, ERR_REJECT, "at most %d recipients", RECIPIENTS_MOST);
		if (store_person_find(c->store, address, c->arena, &r, e) < 0)
			return -1;
		to[*n] = (struct case_recipient){ .person = r.person };
		if (view->deployment.id &&
		    store_access_level(c->store, r.person.id, view->deployment.id, &to[*n].level, e) < 0)
			return -1;
	}
	return 0;
}

static int
plan_mail(struct ctl *c, const struct case_view *view, const struct person *author, struct plan *plan, struct err *e)
{
	struct case_recipient to[RECIPIENTS_MOST];
	struct case_said *said = NULL;
	size_t n_to, n_said;

	if (recipients(c, view, to, &n_to, e) < 0 || choose(c, view, &said, &n_said, e) < 0)
		return -1;
	return case_mail(view, author, to, n_to, said, n_said, c->arena, plan, e);
}

static int
case_mail_run(struct ctl *c)
{
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct err e;
	int status = ctl_store(c, STORE_WRITE);

	if (status != CTL_DONE || (status = change_author(c, &author)) != CTL_DONE)
		return status;
	if (store_case_find(c->store, ctl_word(c, 0), c->arena, &view, &e) < 0 ||
	    plan_mail(c, &view, &author, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = change_show_recipients(c, &plan)) != CTL_DONE ||
	    (status = change_begin(c, ctl_has(c, "version") ? 0 : view.version, &view, &author)) != CTL_DONE)
		return status;
	if (plan_mail(c, &view, &author, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-mail", NULL, 0, &done)) != CTL_DONE)
		return status;
	return change_say(c, view.number, &done, "mailed");
}

static const struct option_spec escalate_options[] = { { "to", "ADDRESS", true, false, "the manager" },
	{ "reason", "TEXT", false, false, "why" }, BY, VERSION_OPTION, END_OPTIONS };
static const struct option_spec attach_options[] = { { "internal", NULL, false, false,
							 "not to be seen by the customer" },
	{ "text", "TEXT", false, false, "what to say with it, instead of the names of the files" }, BY, VERSION_OPTION,
	END_OPTIONS };
static const struct option_spec mail_options[] = { { "to", "ADDRESS", true, true, "who gets it" },
	UPDATE_OPTION("only this update; case show has the numbers"), BY, VERSION_OPTION, YES, END_OPTIONS };

const struct verb verbs_case_send[] = {
	{ "case", "escalate", "NUMBER", 1, 1, "Ask a manager to look after a case; the manager is told",
	    "casectl case escalate 1 --to ulla@support.example --reason \"Production stands still\"", escalate_options,
	    case_escalate_run },
	{ "case", "attach", "NUMBER FILE...", 2, 31, "Attach files to a case; the contact is told",
	    "casectl case attach 1 chat.txt --by rolf@support.example", attach_options, case_attach_run },
	{ "case", "mail", "NUMBER", 1, 1, "Mail what was said in a case to people who may see it",
	    "casectl case mail 1 --to eva@acme.example --to ole@acme.example", mail_options, case_mail_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
