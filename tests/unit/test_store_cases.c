/* SPDX-License-Identifier: ISC
 * test_store_cases.c: the effects of plans on cases and access requests, lists, search and the timeline.
 */
#include "config.h"

#include "store_rig.h"

#define WHO                                                                                                            \
	{                                                                                                              \
		.now = NOW + 1000, .who = STR("casectl test")                                                          \
	}

static void
test_open(void)
{
	struct rig r;
	struct case_view c, d;
	struct str text;
	int64_t a, b;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	a = rig_case(&r, "Printer on fire", r.acme_1, r.eva);
	b = rig_case(&r, "Second", 0, 0);
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_case_find(r.s, STR("1"), r.a, &c, &r.e));
	OK(c.id == a && str_equal(c.number, STR("00000001")), "C1 a number of eight digits, found without the zeros");
	MUST(&r, store_case_get(r.s, b, r.a, &d, &r.e));
	OK(c.reference.n == TOKEN_CASE && d.reference.n == TOKEN_CASE && !str_equal(c.reference, d.reference),
	    "C5 a random reference each");
	OK(c.contact.id == r.eva && c.deployment.id == r.acme_1 && !c.is_closed && c.version == 1, "as it was opened");
	OK(d.contact.id == 0 && d.deployment.id == 0 && d.owner.id == 0, "nobody is nobody");
	MUST(&r, store_case_description(r.s, a, r.a, &text, &r.e));
	IS_STR(text, STR("It does not start"), "description");
	IS_INT(store_case_find(r.s, STR("77"), r.a, &c, &r.e), -1, "an unknown number");
	IS_INT(r.e.kind, ERR_REJECT, "is the asker's fault");
	IS_INT(store_case_find(r.s, STR("1 OR 1"), r.a, &c, &r.e), -1, "what is no number");
	rig_close(&r);
}

static void
test_update(void)
{
	struct rig r;
	struct reading_attachment files[] = {
		{ .name = STR("../../log.txt"), .type = STR("text/plain"), .content = STR("same"), .sha256 = "forged" },
		{ .name = STR("b.txt"), .type = STR("text/plain"), .content = STR("same") },
	};
	struct reading reading = { .attachments = files, .n_attachments = 2 };
	struct store_change c = WHO;
	struct effect f = { .kind = EFFECT_UPDATE, .way = WAY_MAIL, .with_attachments = true };
	struct case_view v;
	struct store_entry *t;
	struct str content;
	size_t n;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	f.case_id = rig_case(&r, "Help", r.acme_1, r.eva);
	f.person.id = r.eva;
	f.person.first_name = STR("Eva");
	f.person.last_name = STR("Berg");
	f.text = STR("Here is the log");
	f.cut = STR("> quoted");
	c.reading = &reading;
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	f.way = WAY_CASECTL;
	f.visibility = UPDATE_INTERNAL;
	f.with_attachments = false;
	c.now += 5;
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_case_get(r.s, f.case_id, r.a, &v, &r.e));
	IS_INT(v.modified_at, NOW + 1000, "C1 modified by a public update, not by an internal one");
	IS_INT(v.version, 3, "each change has a version");
	MUST(&r, store_case_timeline(r.s, f.case_id, r.a, &t, &n, &r.e));
	OK(n == 2 && t[0].way == WAY_MAIL && t[1].visibility == UPDATE_INTERNAL, "C9 the timeline, oldest first");
	IS_STR(t[0].who, STR("Eva Berg"), "by whom");
	IS_STR(t[0].cut, STR("> quoted"), "what was cut is kept");
	OK(t[0].n_attachments == 2 && t[1].n_attachments == 0, "C10 attachments");
	IS_INT(rig_sql(&r, "SELECT count(*) FROM blob"), 1, "the same content once");
	MUST(&r, store_attachment_content(r.s, t[0].attachments[1].id, r.a, &content, &r.e));
	IS_STR(content, STR("same"), "content");
	OK(t[0].attachments[0].sha256.n == 64, "by its own hash, not by one that came with it");
	rig_close(&r);
}

static void
test_status(void)
{
	struct rig r;
	struct store_change c = WHO;
	struct effect f = {
		.kind = EFFECT_STATUS, .status = STR("CLOSED"), .sub_status = STR("Resolved"), .is_closed = true
	};
	struct case_view v;
	struct store_entry *t;
	size_t n;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	f.case_id = rig_case(&r, "Help", r.acme_1, r.eva);
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	f.kind = EFFECT_ASSIGN;
	f.person.id = r.rita;
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_case_get(r.s, f.case_id, r.a, &v, &r.e));
	OK(v.is_closed && v.owner.id == r.rita, "C7 closed; assigned");
	OK(rig_sql(&r, "SELECT closed_at FROM cases") == NOW + 1000, "since when");
	MUST(&r, store_case_timeline(r.s, f.case_id, r.a, &t, &n, &r.e));
	OK(n == 2, "the same status again is no change");
	IS_STR(t[0].before, STR("OPEN / New"), "before");
	IS_STR(t[0].after, STR("CLOSED / Resolved"), "after");
	IS_STR(t[1].after, STR("owner Rita Rep"), "owner");
	rig_close(&r);
}

static void
test_refused(void)
{
	static const struct {
		const char *name;
		struct effect f;
		enum err_kind kind;
	} rows[] = {
		{ "a case that is not there", { .kind = EFFECT_STATUS, .case_id = 99 }, ERR_REJECT },
		{ "an update of a case that is not there", { .kind = EFFECT_UPDATE, .case_id = 99 }, ERR_REJECT },
		{ "an update of none", { .kind = EFFECT_UPDATE, .case_id = 0 }, ERR_FATAL },
		{ "PLAN_NEW without one", { .kind = EFFECT_UPDATE, .case_id = PLAN_NEW }, ERR_FATAL },
		{ "a line that is not there", { .kind = EFFECT_LINE, .line_id = 99 }, ERR_REJECT },
		{ "a grant without approval", { .kind = EFFECT_GRANT, .line_id = 99 }, ERR_REJECT },
		{ "a token that is not there", { .kind = EFFECT_TOKEN, .token_id = 9, .token_state = TOKEN_USED },
		    ERR_REJECT },
		{ "a token made valid", { .kind = EFFECT_TOKEN, .token_id = 9, .token_state = TOKEN_VALID },
		    ERR_FATAL },
		{ "a notice", { .kind = EFFECT_NOTICE }, ERR_FATAL },
		{ "NUL", { .kind = EFFECT_UPDATE, .case_id = 1, .text = { "a\0", 2 } }, ERR_REJECT },
	};
	struct rig r;

	rig_open(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_change c = WHO;

		MUST(&r, store_begin(r.s, &r.e));
		rig_case(&r, "Help", r.acme_1, r.eva);
		IS_INT(store_effect(r.s, &rows[i].f, &c, &r.e), -1, rows[i].name);
		IS_INT(r.e.kind, rows[i].kind, r.e.text);
		IS_INT(store_commit(r.s, &r.e), -1, "and the transaction is lost");
		IS_INT(rig_sql(&r, "SELECT count(*) FROM cases"), 0, "whole");
	}
	rig_close(&r);
}

/* A request of Eva's for level on both deployments; new: for somebody who is no contact yet. */
static void
request_open(struct rig *r, bool new, struct store_change *c)
{
	struct request_line *lines = arena_array(r->a, 2, sizeof(*lines));
	struct access_request q = { .version = 1, .employer = STR("Acme"), .country = STR("DE") };
	struct effect f = { .kind = EFFECT_REQUEST_OPEN, .case_id = PLAN_NEW, .request = &q };

	lines[0].deployment.id = r->acme_1;
	lines[0].level = ACCESS_READ_ONLY;
	lines[1].deployment.id = r->other_1;
	lines[1].level = ACCESS_READ_WRITE;
	q.lines = lines;
	q.n_lines = 2;
	q.requester.id = r->eva;
	q.requester_name = STR("Eva Berg");
	q.expires_at = NOW + 100;
	q.person.id = new ? 0 : r->ned;
	q.person.first_name = STR("Nia");
	q.person.last_name = STR("New");
	q.person.address = STR("Nia@acme.example");
	c->new_case = rig_case(r, "Access", r->acme_1, r->eva);
	MUST(r, store_effect(r->s, &f, c, &r->e));
}

static void
test_request(void)
{
	struct rig r;
	struct store_change c = WHO;
	struct effect line = { .kind = EFFECT_LINE, .line_state = LINE_APPROVED, .text = STR("fine") };
	struct effect grant = { .kind = EFFECT_GRANT };
	struct access_request q, *list;
	struct person_record p;
	struct access_record *access;
	struct str pin;
	size_t n;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	request_open(&r, true, &c);
	line.request_id = grant.request_id = PLAN_NEW;
	line.person.id = r.ada;
	MUST(&r, store_effect(r.s, &line, &c, &r.e));
	MUST(&r, store_effect(r.s, &grant, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_person_find(r.s, STR("nia@acme.example"), r.a, &p, &r.e));
	OK(p.person.is_contact && str_equal(p.country, STR("DE")), "A5 the new person is a contact by the grant");
	IS_INT(store_person_pin(r.s, p.person.id, r.a, &pin, &r.e), 0, "with a PIN");
	MUST(&r, store_access_list(r.s, p.person.id, 0, r.a, &access, &n, &r.e));
	OK(n == 1 && access[0].level == ACCESS_READ_ONLY && access[0].deployment.id == r.acme_1, "with that level");
	IS_STR(access[0].granted_by, STR("Ada Ng <ada@acme.example>"), "and by whose decision");
	MUST(&r, store_request_get(r.s, c.new_request, r.a, &q, &r.e));
	OK(q.person.id == p.person.id && q.n_lines == 2 && q.version == 1, "the request knows the person now");
	OK(q.lines[0].state == LINE_APPROVED && q.lines[0].decided_by.id == r.ada, "decided");
	OK(q.lines[1].state == LINE_PENDING && q.lines[1].n_approvers == 0, "the other line is not");
	IS_INT((long long)q.lines[0].n_approvers, 2, "P6 approvers of the organisation and of the deployment");
	MUST(&r, store_request_list(r.s, true, r.a, &list, &n, &r.e));
	OK(n == 1 && list[0].id == q.id, "pending requests");
	MUST(&r, store_request_list(r.s, false, r.a, &list, &n, &r.e));
	IS_INT((long long)n, 1, "all requests");
	for (int i = 0; i < 2; i++) {
		MUST(&r, store_begin(r.s, &r.e));
		line.request_id = grant.request_id = q.id;
		line.line_id = grant.line_id = q.lines[0].id;
		line.line_state = LINE_DENIED;
		IS_INT(store_effect(r.s, i ? &grant : &line, &c, &r.e), -1,
		    i ? "A3 granted once only" : "A3 the first answer decides");
		IS_INT(r.e.kind, ERR_REJECT, r.e.text);
		store_rollback(r.s);
	}
	rig_close(&r);
}

static void
test_grant_guard(void)
{
	struct rig r;
	struct store_change c = WHO;
	struct effect grant = { .kind = EFFECT_GRANT, .request_id = PLAN_NEW, .line_index = 1 };
	struct effect direct = { .kind = EFFECT_GRANT, .level = ACCESS_NONE };
	struct access_request q = { 0 };
	struct request_line line = { 0 };
	enum access_level level;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	request_open(&r, false, &c);
	IS_INT(store_effect(r.s, &grant, &c, &r.e), -1, "no grant by a pending line");
	store_rollback(r.s);
	MUST(&r, store_begin(r.s, &r.e));
	direct.person.id = r.eva;
	direct.deployment = r.acme_1;
	MUST(&r, store_effect(r.s, &direct, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_access_level(r.s, r.eva, r.acme_1, &level, &r.e));
	IS_INT(level, ACCESS_NONE, "A8 a level removed at once");
	line.deployment.id = r.other_1;
	line.deployment.organisation = r.other;
	q.lines = &line;
	q.n_lines = 1;
	q.person.id = r.ned;
	MUST(&r, store_request_prepare(r.s, &q, r.a, &r.e));
	OK(line.before == ACCESS_READ_ONLY && line.n_approvers == 0, "a new request knows the level held");
	rig_close(&r);
}

static void
test_due(void)
{
	struct rig r;
	struct store_change c = WHO;
	struct effect times = { .kind = EFFECT_REQUEST_TIMES };
	struct access_request q;
	int64_t *ids, next = -1;
	size_t n;

	rig_open(&r);
	MUST(&r, store_request_next(r.s, &next, &r.e));
	IS_INT(next, 0, "A6 nothing is due where nothing is asked");
	MUST(&r, store_begin(r.s, &r.e));
	request_open(&r, false, &c);
	times.request_id = c.new_request;
	times.remind_at = NOW + 10;
	times.escalate_at = NOW + 20;
	MUST(&r, store_effect(r.s, &times, &c, &r.e));
	MUST(&r, store_request_next(r.s, &next, &r.e));
	IS_INT(next, NOW + 10, "A6 the reminder is next");
	MUST(&r, store_request_due(r.s, NOW + 9, r.a, &ids, &n, &r.e));
	IS_INT((long long)n, 0, "not yet");
	MUST(&r, store_request_due(r.s, NOW + 10, r.a, &ids, &n, &r.e));
	OK(n == 1 && ids[0] == c.new_request, "now");
	times.remind_at = 0;
	MUST(&r, store_effect(r.s, &times, &c, &r.e));
	MUST(&r, store_request_get(r.s, c.new_request, r.a, &q, &r.e));
	OK(q.remind_at == 0 && q.escalate_at == NOW + 20, "crossed out");
	MUST(&r, store_request_next(r.s, &next, &r.e));
	IS_INT(next, NOW + 20, "A6 then the administrators");
	times.escalate_at = 0;
	MUST(&r, store_effect(r.s, &times, &c, &r.e));
	MUST(&r, store_request_next(r.s, &next, &r.e));
	IS_INT(next, q.expires_at, "A6 then the expiry");
	rig_sql(&r, "UPDATE request_line SET state = 'cancelled'");
	MUST(&r, store_request_next(r.s, &next, &r.e));
	IS_INT(next, 0, "A6 what is not pending is never due");
	store_rollback(r.s);
	rig_close(&r);
}

/* How many may decide about Acme's deployment, for a grantee. */
static size_t
deciders(struct rig *r, int64_t grantee)
{
	struct request_line line = { 0 };
	struct access_request q = { .lines = &line, .n_lines = 1 };

	q.person.id = grantee;
	line.deployment.id = r->acme_1;
	line.deployment.organisation = r->acme;
	MUST(r, store_request_prepare(r->s, &q, r->a, &r->e));
	return line.n_approvers;
}

static void
test_delegation(void)
{
	struct rig r;
	struct store_change c = WHO;
	struct effect leave = { .kind = EFFECT_LEAVE };
	struct delegation d = { .starts_at = NOW, .ends_at = INT64_MAX };

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	d.giver.id = r.ada;
	d.delegate.id = r.eva;
	d.delegate.active = true;
	IS_INT((long long)deciders(&r, r.ned), 2, "P6 two approvers");
	MUST(&r, store_delegation_add(r.s, &d, &r.e));
	IS_INT((long long)deciders(&r, r.ned), 3, "A2 and a delegate");
	IS_INT((long long)deciders(&r, 0), 3, "A2 also about a new person");
	IS_INT((long long)deciders(&r, r.eva), 2, "A2 not about the delegate");
	IS_INT((long long)deciders(&r, r.ada), 2, "A2 nor about the approver who delegates");
	rig_sql(&r, "UPDATE delegation SET deployment = 2");
	IS_INT((long long)deciders(&r, r.ned), 2, "A2 a delegation for another deployment");
	rig_sql(&r, "UPDATE delegation SET deployment = NULL");
	leave.person.id = r.ada;
	MUST(&r, store_effect(r.s, &leave, &c, &r.e));
	IS_INT((long long)deciders(&r, r.ned), 1, "A8 the approver left: so did the delegation");
	leave.kind = EFFECT_RETURN;
	MUST(&r, store_effect(r.s, &leave, &c, &r.e));
	IS_INT((long long)deciders(&r, r.ned), 1, "A8 who comes back approves nothing, nor does a delegate");
	MUST(&r, store_approver_add(r.s, r.ada, 0, r.acme_1, &r.e));
	IS_INT((long long)deciders(&r, r.ned), 2, "A8 until named again; the delegation has ended");
	MUST(&r, store_delegation_add(r.s, &d, &r.e));
	IS_INT((long long)deciders(&r, r.ned), 3, "A2 a new delegation");
	MUST(&r, store_delegation_end(r.s, r.ada, r.eva, NOW + 1, &r.e));
	IS_INT((long long)deciders(&r, r.ned), 2, "25: a delegation that ended");
	d.giver.id = r.ned;
	IS_INT(store_delegation_add(r.s, &d, &r.e), -1, "who is no approver delegates nothing");
	store_rollback(r.s);
	rig_close(&r);
}

static void
test_edit(void)
{
	struct rig r;
	struct store_change c = WHO;
	struct effect f = { .kind = EFFECT_REQUEST_EDIT }, absent = { .kind = EFFECT_ABSENT };
	struct access_request q;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	request_open(&r, false, &c);
	MUST(&r, store_request_get(r.s, c.new_request, r.a, &q, &r.e));
	rig_sql(&r, "UPDATE request_line SET state = 'denied' WHERE position = 0");
	q.version = 2;
	q.lines[0].level = ACCESS_BASIC;
	q.n_lines = 1;
	f.request_id = absent.request_id = q.id;
	f.request = &q;
	absent.person.id = r.ada;
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	MUST(&r, store_effect(r.s, &absent, &c, &r.e));
	MUST(&r, store_effect(r.s, &absent, &c, &r.e));
	MUST(&r, store_request_get(r.s, q.id, r.a, &q, &r.e));
	OK(q.version == 2 && q.n_lines == 2, "24: the next version");
	OK(q.lines[0].state == LINE_DENIED && q.lines[1].state == LINE_PENDING && q.lines[1].level == ACCESS_BASIC,
	    "24: what was decided stays, what was pending is replaced");
	OK(q.n_absent == 1 && q.absent[0] == r.ada, "A2 who is away is noted once");
	f.request = &q;
	IS_INT(store_effect(r.s, &f, &c, &r.e), -1, "24: two edits of one version: the second is refused");
	IS_INT(r.e.kind, ERR_REJECT, "as changed meanwhile");
	store_rollback(r.s);
	rig_close(&r);
}

static void
test_list(void)
{
	static const struct {
		const char *name;
		struct store_case_filter f;
		size_t n;
	} rows[] = {
		{ "all", { 0 }, 3 },
		{ "open", { .open_only = true }, 2 },
		{ "status", { .status = STR("CLOSED") }, 1 },
		{ "type", { .type = STR("Support Case") }, 3 },
		{ "product", { .product = STR("Cloud") }, 3 },
		{ "another product", { .product = STR("Box") }, 0 },
		{ "since", { .since = NOW + 1 }, 0 },
		{ "max", { .max = 2 }, 2 },
		{ "offset", { .max = 2, .offset = 2 }, 1 },
		{ "C11 of a company", { .organisation = 1 }, 2 },
		{ "of a deployment", { .deployment = 2 }, 1 },
		{ "C11 of a contact, open", { .contact = 1, .open_only = true }, 1 },
		{ "of an owner", { .owner = 3 }, 0 },
		{ "C11 mine", { .mine = 1 }, 2 },
		{ "C11 mine, a page", { .mine = 1, .max = 1, .offset = 1 }, 1 },
		{ "closed", { .closed_only = true }, 1 },
		{ "a sub-status", { .sub_status = STR("Resolved") }, 1 },
		{ "by number", { .sort = CASE_SORT_NUMBER }, 3 },
		{ "by opening", { .sort = CASE_SORT_OPENED, .since = NOW }, 3 },
		{ "by priority, mine", { .mine = 1, .sort = CASE_SORT_PRIORITY, .reverse = true }, 2 },
		{ "by priority, open", { .sort = CASE_SORT_PRIORITY, .open_only = true }, 2 },
		{ "words", { .words = STR("start"), .sort = CASE_SORT_NUMBER }, 3 },
		{ "several", { .contact = 1, .organisation = 1, .status = STR("CLOSED"), .type = STR("Support Case") },
		    1 },
	};
	struct rig r;
	struct store_change c = WHO;
	struct effect f = {
		.kind = EFFECT_STATUS, .status = STR("CLOSED"), .sub_status = STR("Resolved"), .is_closed = true
	};

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	rig_case(&r, "One", r.acme_1, r.eva);
	f.case_id = rig_case(&r, "Two", r.acme_1, r.eva);
	rig_case(&r, "Three", r.other_1, r.ned);
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct case_view *v;
		size_t n = 0;

		MUST(&r, store_case_list(r.s, &rows[i].f, r.a, &v, &n, &r.e));
		IS_INT((long long)n, (long long)rows[i].n, rows[i].name);
	}
	rig_close(&r);
}

static void
test_search(void)
{
	static const struct {
		const char *words;
		size_t n;
	} rows[] = { { "fire", 1 }, { "START", 2 }, { "toner", 1 }, { "fire toner", 0 }, { "printer fire", 1 },
		{ "2", 1 }, { "nothing", 0 }, { "\"", 0 }, { "fire OR sky", 0 }, { "subject:fire", 0 }, { "NEAR(", 0 },
		{ "*", 0 }, { "", 0 } };
	struct rig r;
	struct store_change c = WHO;
	struct effect f = { .kind = EFFECT_UPDATE, .text = STR("The toner, too"), .cut = STR("cut words") };

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	rig_case(&r, "Printer on fire", r.acme_1, r.eva);
	f.case_id = rig_case(&r, "Sky", r.acme_1, r.eva);
	MUST(&r, store_effect(r.s, &f, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_case_filter filter = { .words = str_of(rows[i].words), .max = 10 };
		struct store_found *v;
		size_t n = 99;

		MUST(&r, store_case_search(r.s, &filter, r.a, &v, &n, &r.e));
		IS_INT((long long)n, (long long)rows[i].n, rows[i].words[0] ? rows[i].words : "no words");
	}
	rig_close(&r);
}

int
main(void)
{
	test_open();
	test_update();
	test_status();
	test_refused();
	test_request();
	test_grant_guard();
	test_due();
	test_delegation();
	test_edit();
	test_list();
	test_search();
	return tap_done();
}
