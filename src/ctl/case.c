/* SPDX-License-Identifier: ISC
 * case.c: casectl case: open, list, show, reply, note, search; the other changes are in case_change.c. What changes a
 * case is a plan of rules/case.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/change.h"
#include "ctl/listing.h"
#include "ctl/timeline.h"
#include "rules/case.h"
#include "store/store_cases.h"
#include "store/store_people.h"

static struct str
full_name(struct ctl *c, const struct person *p)
{
	return str_trim(arena_format(c->arena, "%.*s %.*s", STR_ARGS(p->first_name), STR_ARGS(p->last_name)));
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

	if (change_text(c, 0, &n.description) < 0)
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
	if (case_open(&n, &contact.person, level, &c->configuration->workflow, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_apply(c, &plan, "case-open", NULL, 0, &done)) != CTL_DONE)
		return status;
	if (store_case_get(c->store, done.new_case, c->arena, &view, &e) < 0)
		return ctl_fail(c, &e);
	return change_say(c, view.number, &done, "opened");
}

static int
case_reply_run(struct ctl *c)
{
	struct reading_attachment files[CHANGE_FILES_MOST];
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct str text;
	struct err e;
	size_t n;
	int status;

	if (change_text(c, 1, &text) < 0)
		return CTL_USAGE;
	if ((status = change_begin(c, 0, &view, &author)) != CTL_DONE)
		return status;
	if (change_files(c, files, &n) < 0)
		return CTL_REFUSED;
	if (case_reply(&view, &author, text, ctl_has(c, "ask"), &c->configuration->workflow, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	change_name_files(c, &plan, files, n);
	if ((status = ctl_apply(c, &plan, "case-reply", files, n, &done)) != CTL_DONE)
		return status;
	return change_say(c, view.number, &done, "update posted");
}

static int
case_note_run(struct ctl *c)
{
	struct reading_attachment files[CHANGE_FILES_MOST];
	struct case_view view;
	struct person author;
	struct applied done;
	struct plan plan;
	struct str text;
	struct err e;
	size_t n;
	int status;

	if (change_text(c, 1, &text) < 0)
		return CTL_USAGE;
	if ((status = change_begin(c, 0, &view, &author)) != CTL_DONE)
		return status;
	if (change_files(c, files, &n) < 0)
		return CTL_REFUSED;
	if (case_note(&view, &author, text, c->arena, &plan, &e) < 0)
		return ctl_fail(c, &e);
	change_name_files(c, &plan, files, n);
	if ((status = ctl_apply(c, &plan, "case-note", files, n, &done)) != CTL_DONE)
		return status;
	return change_say(c, view.number, &done, "internal note added");
}

static int
case_print_list(struct ctl *c, const struct case_view *list, size_t n)
{
	static const struct column columns[] = { { "CASE", "number" }, { "STATUS", "status" },
		{ "SUB-STATUS", "sub_status" }, { "DEPLOYMENT", "org_id" }, { "CONTACT", "contact" },
		{ "MODIFIED", "modified_at" }, { "SUBJECT", "subject" } };
	struct listing *l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < n; i++) {
		const struct case_view *v = &list[i];

		listing_row(l);
		listing_text(l, "number", v->number);
		listing_text(l, "type", v->type);
		listing_text(l, "sub_type", v->sub_type);
		listing_text(l, "status", v->status);
		listing_text(l, "sub_status", v->sub_status);
		listing_text(l, "priority", v->priority);
		listing_text(l, "org_id", v->deployment.org_id);
		listing_text(l, "customer", v->deployment.customer);
		listing_text(l, "contact", v->contact.address);
		listing_text(l, "owner", v->owner.address);
		listing_time(l, "opened_at", v->opened_at);
		listing_time(l, "modified_at", v->modified_at);
		listing_text(l, "subject", v->subject);
	}
	return listing_close(l);
}

/* The id of the person an option names; 0 where it is not given. */
static int
option_person(struct ctl *c, const char *option, int64_t *id)
{
	struct person_record r;
	struct err e;

	*id = 0;
	if (!ctl_has(c, option))
		return CTL_DONE;
	if (store_person_find(c->store, ctl_option(c, option), c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	*id = r.person.id;
	return CTL_DONE;
}

static int
case_list_run(struct ctl *c)
{
	struct store_case_filter f = { .type = ctl_option(c, "type"), .open_only = ctl_has(c, "open") };
	struct case_view *list;
	struct organisation o;
	struct status in;
	int64_t max;
	struct err e;
	size_t n;
	int status;

	if (ctl_number(c, "max", 1, 100000, 100, &max) < 0)
		return CTL_USAGE;
	if ((status = ctl_store(c, STORE_READ)) != CTL_DONE ||
	    (ctl_has(c, "status") && (status = change_status(c, ctl_option(c, "status"), &in)) != CTL_DONE) ||
	    (status = option_person(c, "contact", &f.contact)) != CTL_DONE ||
	    (status = option_person(c, "owner", &f.owner)) != CTL_DONE)
		return status;
	if (ctl_has(c, "org")) {
		if (store_organisation_find(c->store, ctl_option(c, "org"), c->arena, &o, &e) < 0)
			return ctl_fail(c, &e);
		f.organisation = o.id;
	}
	f.status = ctl_has(c, "status") ? in.name : STR_NONE;
	f.max = (size_t)max;
	if (store_case_list(c->store, &f, c->arena, &list, &n, &e) < 0)
		return ctl_fail(c, &e);
	return case_print_list(c, list, n);
}

static int
case_search_run(struct ctl *c)
{
	struct case_view *list;
	struct err e;
	size_t n;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (store_case_search(c->store, ctl_word(c, 0), 100, c->arena, &list, &n, &e) < 0)
		return ctl_fail(c, &e);
	return case_print_list(c, list, n);
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
	if (c->json)
		timeline_json(c, &view, description, entries, n);
	else
		timeline_print(
		    c, &view, full_name(c, &view.contact), full_name(c, &view.owner), description, entries, n);
	return CTL_DONE;
}

#define FILE_OPTION                                                                                                    \
	{                                                                                                              \
		"file", "FILE", false, false, "take the text from a file; - is standard input"                         \
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
	{ "ask", NULL, false, false, "information is required: the case waits for the customer" }, END_OPTIONS };
static const struct option_spec note_options[] = { BY, FILE_OPTION, ATTACH, END_OPTIONS };
static const struct option_spec list_options[] = { { "contact", "ADDRESS", false, false, "only this contact's" },
	{ "owner", "ADDRESS", false, false, "only this owner's" },
	{ "org", "NAME", false, false, "only this organisation's" },
	{ "status", "STATUS", false, false, "only in this status" },
	{ "type", "NAME", false, false, "only of this type" },
	{ "open", NULL, false, false, "only cases that are not closed" },
	{ "max", "N", false, false, "at most so many (100)" }, END_OPTIONS };

const struct verb verbs_case[] = {
	{ "case", "open", "[TEXT]", 0, 1, "Open a case; its contact is told",
	    "casectl case open --contact eva@acme.example --deployment ACME-1 --subject \"Login fails\" \"Since Monday "
	    "...\"",
	    open_options, case_open_run },
	{ "case", "list", "", 0, 0, "List cases, newest update first", "casectl case list --org \"Acme Ltd\" --open",
	    list_options, case_list_run },
	{ "case", "search", "WORDS", 1, 1, "Search cases and updates by words or number",
	    "casectl case search \"login fails\"", NULL, case_search_run },
	{ "case", "show", "NUMBER", 1, 1, "Show a case as a timeline", "casectl case show 1", NULL, case_show_run },
	{ "case", "reply", "NUMBER [TEXT]", 1, 2, "Post a public update; the contact is told",
	    "casectl case reply 1 --by rolf@support.example --ask \"Which version is it?\"", reply_options,
	    case_reply_run },
	{ "case", "note", "NUMBER [TEXT]", 1, 2, "Add an internal note",
	    "casectl case note 1 \"Waiting for engineering\"", note_options, case_note_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
