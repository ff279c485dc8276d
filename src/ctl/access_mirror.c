/* SPDX-License-Identifier: ISC
 * access_mirror.c: casectl access mirror: the access of one deployment, asked for on others (A1). The difference is
 * shown first; nobody holds the store while a person reads it, so it is made anew, and compared, before it is asked.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/access_ask.h"
#include "ctl/change.h"
#include "ctl/table.h"
#include "store/store_people.h"

#define TARGETS_MOST 32
#define CHANGES_MOST 200 /* what a person can read in one mail */
#define JSON_MOST ((size_t)16 << 20)

struct mirror {
	struct deployment from, to[TARGETS_MOST];
	size_t n_to;
	struct access_ask ask;
	struct access_request request;
	struct access_asked asked; /* request 0: not asked yet */
};

static int
find_targets(struct ctl *c, struct mirror *m, struct err *e)
{
	struct str list = ctl_option(c, "to"), org_id;

	if (store_deployment_find(c->store, str_trim(ctl_option(c, "from")), c->arena, &m->from, e) < 0)
		return -1;
	while (str_next_field(&list, ',', &org_id)) {
		if (m->n_to == TARGETS_MOST)
			return err_set(e, ERR_REJECT, "--to: at most %d deployments in one copy", TARGETS_MOST);
		if (store_deployment_find(c->store, str_trim(org_id), c->arena, &m->to[m->n_to], e) < 0)
			return -1;
		if (m->to[m->n_to].id == m->from.id)
			return err_set(
			    e, ERR_REJECT, "--to %.*s: that is the deployment to copy from", STR_ARGS(m->from.org_id));
		for (size_t i = 0; i < m->n_to; i++)
			if (m->to[i].id == m->to[m->n_to].id)
				return err_set(e, ERR_REJECT, "--to: %.*s is named twice", STR_ARGS(m->to[i].org_id));
		m->n_to++;
	}
	return 0;
}

/* Who holds what on a deployment, by ascending person. */
static int
assignments(struct ctl *c, int64_t deployment, struct access_assignment **out, size_t *n, struct err *e)
{
	struct access_record *list;

	if (store_access_list(c->store, 0, deployment, c->arena, &list, n, e) < 0)
		return -1;
	*out = arena_array(c->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct access_assignment){ list[i].person, list[i].level };
	return 0;
}

static bool
is_excepted(const struct ctl *c, const struct person *p)
{
	struct str address;

	for (size_t i = 0; (address = ctl_option_at(c, "except", i)).p; i++)
		if (str_equal_nocase(address, p->address))
			return true;
	return false;
}

static int
add_target(struct ctl *c, struct mirror *m, const struct deployment *to, struct err *e)
{
	struct access_request *r = &m->request;
	struct access_assignment *have, *get;
	struct request_line *lines;
	size_t n_have, n_get, n;

	if (assignments(c, m->from.id, &get, &n_get, e) < 0 || assignments(c, to->id, &have, &n_have, e) < 0)
		return -1;
	lines = arena_array(c->arena, n_get + n_have, sizeof(*lines));
	n = access_mirror(get, n_get, have, n_have, to, ctl_has(c, "exact"), lines);
	for (size_t i = 0; i < n; i++) {
		if (is_excepted(c, &lines[i].person))
			continue;
		if (r->n_lines == CHANGES_MOST)
			return err_set(e, ERR_REJECT,
			    "more than %d changes: copy to fewer deployments at once, or leave people out with "
			    "--except",
			    CHANGES_MOST);
		r->lines[r->n_lines++] = lines[i];
	}
	return 0;
}

/* The copy as the store has it now. */
static int
mirror_load(struct ctl *c, struct mirror *m, struct err *e)
{
	*m = (struct mirror){ 0 };
	if (find_targets(c, m, e) < 0)
		return -1;
	access_ask_init(c, CHANGES_MOST, &m->request);
	m->request.source = m->from;
	for (size_t i = 0; i < m->n_to; i++)
		if (add_target(c, m, &m->to[i], e) < 0)
			return -1;
	if (m->request.n_lines == 0)
		return err_set(e, ERR_REJECT, "nothing to change: the access is the same already");
	return access_ask_requester(c, ctl_option(c, "by"), &m->request, e);
}

/* What is wrong with it is said line by line. */
static int
mirror_check(struct ctl *c, struct mirror *m)
{
	const struct access_problem *problem = NULL;
	struct err e;

	if (access_ask_open(c, &m->ask, &e) < 0 || access_ask_check(c, &m->ask, &m->request, &problem, &e) < 0)
		return ctl_fail(c, &e);
	for (const struct access_problem *p = problem; p; p = p->next)
		ctl_refuse("%.*s", STR_ARGS(p->words));
	return problem ? CTL_REFUSED : CTL_DONE;
}

static enum access_level
after(const struct request_line *l)
{
	return l->removal ? ACCESS_NONE : l->level;
}

static void
show_table(struct ctl *c, const struct mirror *m)
{
	static const char *const headings[] = { "PERSON", "ADDRESS", "DEPLOYMENT", "BEFORE", "AFTER" };
	struct table *t = table_open(c->arena, headings, 5);

	for (size_t i = 0; i < m->request.n_lines; i++) {
		const struct request_line *l = &m->request.lines[i];

		table_row(t);
		table_set(t, 0, person_full_name(&l->person, c->arena));
		table_set(t, 1, l->person.address);
		table_set(t, 2, l->deployment.org_id);
		table_set(t, 3, str_of(access_level_name(l->before)));
		table_set(t, 4, l->removal ? STR("none (removed)") : str_of(access_level_name(l->level)));
	}
	table_print(t);
}

static void
show_json(struct ctl *c, const struct mirror *m)
{
	struct buf j;

	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "from", m->from.org_id);
	json_open(&j, "changes", '[');
	for (size_t i = 0; i < m->request.n_lines; i++) {
		const struct request_line *l = &m->request.lines[i];

		json_open(&j, NULL, '{');
		json_text(&j, "person", person_full_name(&l->person, c->arena));
		json_text(&j, "address", l->person.address);
		json_text(&j, "org_id", l->deployment.org_id);
		json_text(&j, "before", str_of(access_level_name(l->before)));
		json_text(&j, "after", str_of(access_level_name(after(l))));
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_bool(&j, "done", m->asked.request);
	if (m->asked.request) {
		json_number(&j, "request", m->asked.request);
		json_text(&j, "case", m->asked.case_number);
		json_text(&j, "state", m->asked.state);
		json_number(&j, "notices", (int64_t)m->asked.notices);
	}
	json_close(&j, '}');
	printf("%.*s\n", STR_ARGS(buf_str(&j)));
	buf_free(&j);
}

static int
mirror_ask(struct ctl *c, struct mirror *m)
{
	struct err e;
	int status;

	if (access_ask_apply(c, &m->ask, &m->request, "access-mirror", &m->asked, &e) < 0)
		return ctl_fail(c, &e);
	if ((status = ctl_commit(c)) != CTL_DONE)
		return status;
	if (c->json)
		show_json(c, m);
	else
		printf("request %lld, case %.*s: %zu notice%s queued\n", (long long)m->asked.request,
		    STR_ARGS(m->asked.case_number), m->asked.notices, m->asked.notices == 1 ? "" : "s");
	return CTL_DONE;
}

/* Shows the difference with the store open to read, and hears whether it is wanted. *lines: what was shown. */
static int
mirror_show(struct ctl *c, struct str *lines)
{
	struct mirror m;
	struct err e;
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (mirror_load(c, &m, &e) < 0)
		return ctl_fail(c, &e);
	if (!c->json)
		show_table(c, &m);
	status = mirror_check(c, &m);
	access_ask_close(&m.ask);
	*lines = access_lines_text(c->arena, &m.request, 0);
	if (c->json && (status != CTL_DONE || !ctl_has(c, "yes")))
		show_json(c, &m);
	store_close(&c->store);
	return status;
}

static int
access_mirror_run(struct ctl *c)
{
	struct str shown;
	struct mirror m;
	struct err e;
	int status = mirror_show(c, &shown);

	if (status != CTL_DONE || ctl_has(c, "dry-run"))
		return status;
	if (!ctl_has(c, "yes") && !change_agrees("Ask the approvers for these changes?"))
		return ctl_refuse("nothing was asked for; with --yes it is");
	if ((status = ctl_begin(c)) != CTL_DONE)
		return status;
	if (mirror_load(c, &m, &e) < 0)
		return ctl_fail(c, &e);
	status = mirror_check(c, &m);
	if (status == CTL_DONE && !str_equal(shown, access_lines_text(c->arena, &m.request, 0)))
		status = ctl_refuse("the access has changed meanwhile: look at the difference again");
	if (status == CTL_DONE)
		status = mirror_ask(c, &m);
	access_ask_close(&m.ask);
	return status;
}

static const struct option_spec mirror_options[] = { { "from", "ORGID", true, false,
							 "the deployment to copy from; it is not changed" },
	{ "to", "ORGID,ORGID", true, false, "the deployments to change" },
	{ "exact", NULL, false, false, "also remove there whom the source lacks" },
	{ "except", "ADDRESS", false, true, "leave this person as he is" },
	{ "by", "ADDRESS", false, false, "who asks for it; what an approver asks for is approved at once" },
	{ "dry-run", NULL, false, false, "only show the difference" },
	{ "yes", NULL, false, false, "ask for it without a question back" }, { NULL, NULL, false, false, NULL } };

const struct verb verbs_access_mirror[] = {
	{ "access", "mirror", "", 0, 0, "Copy the access of one deployment to others",
	    "casectl access mirror --from ACME-1 --to ACME-2,ACME-3 --dry-run", mirror_options, access_mirror_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
