/* SPDX-License-Identifier: ISC
 * test_case.c: cases outside mail: C1-C3, C6-C9, and the table of notices.
 */
#include "config.h"

#include "rules/case.h"

#include "world.h"

static struct world w;
static struct err e;

static struct str
result(int rc)
{
	return rc < 0 ? str_of(e.text) : world_effects(&w.plan, w.arena);
}

static void
test_open(void)
{
	static const struct {
		const char *name;
		struct new_case c;
		int who;
		enum access_level level;
		const char *want;
	} rows[] = {
		{ "C6: a Designated Contact opens",
		    { .type = STR("Support Case"), .sub_type = STR("Problem"), .subject = STR("x") }, EVA,
		    ACCESS_READ_WRITE, "open notice:case-opened#>eva" },
		{ "C6: Read-Only does not", { .type = STR("Support Case"), .subject = STR("x") }, OLE, ACCESS_READ_ONLY,
		    "ole@acme.example is no Designated Contact of the deployment: the level is read-only, read-write "
		    "is "
		    "needed" },
		{ "P6: an approver need not be a contact", { .type = STR("Support Case"), .subject = STR("x") }, ADA,
		    ACCESS_READ_WRITE, "ada@acme.example is no active contact" },
		{ "C1: unknown type", { .type = STR("Quarrel"), .subject = STR("x") }, EVA, ACCESS_READ_WRITE,
		    "unknown type of case: Quarrel / " },
		{ "C1: a sub-type of another type",
		    { .type = STR("Incident"), .sub_type = STR("Question"), .subject = STR("x") }, EVA,
		    ACCESS_READ_WRITE, "unknown type of case: Incident / Question" },
		{ "C3: Critical is refused",
		    { .type = STR("Support Case"), .subject = STR("x"), .priority = STR("Critical") }, EVA,
		    ACCESS_READ_WRITE,
		    "a case is not opened as Critical: open it as High, a person raises it after a call" },
		{ "C1: a subject with a line end", { .type = STR("Support Case"), .subject = STR("x\ny") }, EVA,
		    ACCESS_READ_WRITE, "the subject must be one line of 1 to 250 bytes" },
		{ "C2: not opened as closed",
		    { .type = STR("Support Case"),
			.subject = STR("x"),
			.status = STR("CLOSED"),
			.sub_status = STR("Resolved") },
		    EVA, ACCESS_READ_WRITE, "a case is not opened as CLOSED / Resolved" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		IS_STR(result(case_open(
			   &rows[i].c, &people[rows[i].who], rows[i].level, w.policy.workflow, w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
}

static void
test_work(void)
{
	const struct case_view *open = &w.cases[2].view, *closed = &w.cases[1].view;
	const struct person *rita = &people[RITA];

	IS_STR(result(case_reply(open, rita, STR("hello"), false, w.policy.workflow, w.arena, &w.plan, &e)),
	    STR("update notice:update#>eva"), "C9: a public update is mailed");
	IS_STR(result(case_reply(open, rita, STR("which?"), true, w.policy.workflow, w.arena, &w.plan, &e)),
	    STR("update status:AWAITING INFO notice:info-requested#>eva"), "C2: asking awaits information");
	IS_STR(result(case_reply(closed, rita, STR("x"), false, w.policy.workflow, w.arena, &w.plan, &e)),
	    STR("case 00000011 is closed: reopen it first"), "C8: no update of a closed case");
	IS_STR(result(case_reply(open, rita, STR(" \n"), false, w.policy.workflow, w.arena, &w.plan, &e)),
	    STR("the update has no text"), "an update needs text");
	IS_STR(result(case_note(open, rita, STR("psst"), w.arena, &w.plan, &e)), STR("update-"),
	    "C9: a note is internal and mailed to nobody");
	IS_STR(result(case_assign(open, rita, &people[ADMA], w.arena, &w.plan, &e)), STR("assign"), "C1: an owner");
	IS_STR(result(case_assign(open, rita, &people[EVA], w.arena, &w.plan, &e)),
	    STR("eva@acme.example is no active representative"), "C1: a contact owns nothing");
}

static void
test_status(void)
{
	static const struct {
		const char *name, *from, *from_sub, *status, *want;
	} rows[] = {
		{ "C2: solution proposed", "OPEN", "New", "solution-proposed",
		    "status:SOLUTION PROPOSED notice:solution-proposed#>eva" },
		{ "C2: closed", "OPEN", "New", "CLOSED / Cancelled", "status:CLOSED notice:case-closed#>eva" },
		{ "C2: a sub-status names its status", "OPEN", "New", "pending rca",
		    "status:SERVICE RESTORED notice:status-changed#>eva" },
		{ "C2: unchanged", "OPEN", "New", "open", "case 00000012 is OPEN / New already" },
		{ "C2: another sub-status", "OPEN", "New", "investigation", "status:OPEN notice:status-changed#>eva" },
		{ "C8: a closed case is opened again", "CLOSED", "Resolved", "open / investigation",
		    "status:OPEN notice:status-changed#>eva" },
		{ "C8: and nothing else", "CLOSED", "Resolved", "awaiting-info",
		    "case 00000012 is CLOSED and cannot become AWAITING INFO: OPEN is allowed" },
		{ "C2: from a status that is configured no more", "LOST", "Somewhere", "service-restored",
		    "status:SERVICE RESTORED notice:status-changed#>eva" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct case_view c = w.cases[2].view;
		struct status to;

		c.status = str_of(rows[i].from);
		c.sub_status = str_of(rows[i].from_sub);
		OK(workflow_parse(w.policy.workflow, str_of(rows[i].status), &to), "%s is a status", rows[i].status);
		IS_STR(result(case_set_status(&c, &people[RITA], &to, w.policy.workflow, w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
	}
}

/* Closing and opening again. */
static void
test_close(void)
{
	static const struct {
		const char *name;
		int which;
		bool reopens;
		const char *sub, *want;
	} rows[] = {
		{ "C2: closed", 2, false, "", "status:CLOSED notice:case-closed#>eva" },
		{ "C2: closed as cancelled", 2, false, "cancelled", "status:CLOSED notice:case-closed#>eva" },
		{ "C2: closed as something else", 2, false, "Investigation",
		    "Investigation is no sub-status of CLOSED" },
		{ "C2: closed twice", 1, false, "", "case 00000011 is closed already: CLOSED / Resolved" },
		{ "C8: opened again", 1, true, "", "status:OPEN notice:status-changed#>eva" },
		{ "C8: not closed", 2, true, "", "case 00000012 is not closed: it is OPEN / New" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct case_view *c = &w.cases[rows[i].which].view;
		const struct workflow *f = w.policy.workflow;
		int rc = rows[i].reopens ? case_reopen(c, &people[RITA], f, w.arena, &w.plan, &e)
					 : case_close(c, &people[RITA], str_of(rows[i].sub), f, w.arena, &w.plan, &e);

		IS_STR(result(rc), str_of(rows[i].want), rows[i].name);
	}
}

/* What the configuration adds to an effect. */
static void
test_settle(void)
{
	static const struct {
		const char *name;
		struct effect f;
		const char *want;
		bool closed;
	} rows[] = {
		{ "C2: a new case", { .kind = EFFECT_CASE_OPEN }, "OPEN / New", false },
		{ "C2: a closed status",
		    { .kind = EFFECT_STATUS, .status = STR("CLOSED"), .sub_status = STR("Cancelled") },
		    "CLOSED / Cancelled", true },
		{ "a request that was granted", { .kind = EFFECT_STATUS, .closing = CLOSING_GRANTED },
		    "CLOSED / Resolved", true },
		{ "a request that was not", { .kind = EFFECT_STATUS, .closing = CLOSING_REFUSED }, "CLOSED / Cancelled",
		    true },
		{ "a case merged into another", { .kind = EFFECT_STATUS, .closing = CLOSING_MERGED },
		    "CLOSED / Redirected", true },
		{ "C2: unknown", { .kind = EFFECT_STATUS, .status = STR("LOST"), .sub_status = STR("New") },
		    "LOST / New is no status of the configuration (cases.statuses)", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct effect f = rows[i].f;
		bool opens = f.kind == EFFECT_CASE_OPEN;
		int rc = case_settle(w.policy.workflow, &f, &e);

		IS_STR(rc < 0 ? str_of(e.text)
			      : case_status_text(opens ? f.new_case.status : f.status,
				    opens ? f.new_case.sub_status : f.sub_status, w.arena),
		    str_of(rows[i].want), rows[i].name);
		OK(f.is_closed == rows[i].closed, "%s: closed or not", rows[i].name);
	}
}

static void
test_names(void)
{
	enum access_level l;

	for (int k = 0; k < NOTICE_COUNT; k++)
		OK(notice_kind_name(k) != NULL && notice_values(k)[0] != NULL, "notice %d has a name and values", k);
	OK(notice_has_value(NOTICE_UPDATE, STR("update_text")) && notice_has_value(NOTICE_UPDATE, STR("brand")),
	    "values of the kind and standard ones");
	OK(!notice_has_value(NOTICE_UPDATE, STR("code")) && !notice_has_value(NOTICE_UPDATE, STR("pin")), "no others");
	IS_STR(notice_time(w.arena, 951782399000), STR("2000-02-28 23:59 UTC"), "a time");
	IS_STR(notice_time(w.arena, 951782400000), STR("2000-02-29 00:00 UTC"), "a leap day");
	IS_STR(notice_time(w.arena, -1000), STR("1969-12-31 23:59 UTC"), "before 1970");
	OK(access_level_parse(STR("Read-Only"), &l) && l == ACCESS_READ_ONLY && !access_level_parse(STR("all"), &l),
	    "P3: levels");
	IS_STR(plan_shorten(STR("a\xc3\xa4"), 2), STR("a"), "a character is not cut apart");
	for (int k = 0; k < OUTCOME_COUNT; k++)
		OK(outcome_name(k) != NULL, "outcome %d has a name", k);
}

int
main(void)
{
	world_init(&w, NULL);
	test_open();
	test_work();
	test_status();
	test_close();
	test_settle();
	test_names();
	arena_close(&w.arena);
	return tap_done();
}
