/* SPDX-License-Identifier: ISC
 * test_case_tie.c: cases merged, split and moved (C5, C6), escalated (C12), and mailed (C13, C9).
 */
#include "config.h"

#include "rules/case.h"

#include "world.h"

static struct world w;
static struct err e;

static const struct deployment other = {
	.id = 2, .organisation = ORG_PARTNER, .org_id = STR("BOLT-1"), .customer = STR("Bolt Ltd")
};

static struct str
result(int rc)
{
	return rc < 0 ? str_of(e.text) : world_effects(&w.plan, w.arena);
}

static void
set_request(struct case_view *c, struct case_view *into)
{
	(void)into;
	c->request = REQUEST;
}

static void
set_merged(struct case_view *c, struct case_view *into)
{
	(void)into;
	c->merged_into = STR("00000099");
}

static void
set_into_merged(struct case_view *c, struct case_view *into)
{
	(void)c;
	into->merged_into = STR("00000099");
}

static void
set_into_closed(struct case_view *c, struct case_view *into)
{
	(void)c;
	into->is_closed = true;
}

static void
set_other(struct case_view *c, struct case_view *into)
{
	(void)c;
	into->deployment = other;
}

static void
set_same(struct case_view *c, struct case_view *into)
{
	*into = *c;
}

static void
set_unreachable(struct case_view *c, struct case_view *into)
{
	(void)into;
	c->contact.undeliverable = true;
}

static void
test_merge(void)
{
	static const struct {
		const char *name;
		void (*set)(struct case_view *c, struct case_view *into);
		bool tell;
		const char *want;
	} rows[] = {
		{ "C5: a case goes on in another", NULL, true, "update- status:CLOSED merge notice:case-merged#>eva" },
		{ "C6: a contact who may not see the other is not told of it", NULL, false,
		    "update- status:CLOSED merge" },
		{ "C5: a contact who cannot be reached", set_unreachable, true, "update- status:CLOSED merge" },
		{ "C5: itself", set_same, true, "case 00000010 cannot be merged into itself: name another" },
		{ "C5: merged already", set_merged, true, "case 00000010 was merged into case 00000099: use that one" },
		{ "C5: into one merged already", set_into_merged, true,
		    "case 00000012 was merged into case 00000099: use that one" },
		{ "C8: into a closed one", set_into_closed, true, "case 00000012 is closed: reopen it first" },
		{ "C6: of another deployment", set_other, true,
		    "case 00000010 is of ACME-1 and case 00000012 of BOLT-1: move one of them first" },
		{ "A1: an access request's case", set_request, true,
		    "case 00000010 is that of access request 20: it stays as it is" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct case_view c = w.cases[0].view, into = w.cases[2].view;

		into.request = 0;
		if (rows[i].set)
			rows[i].set(&c, &into);
		IS_STR(result(case_merge(&c, &into, &people[RITA], rows[i].tell, w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
	}
}

static void
test_split(void)
{
	static const struct {
		const char *name, *subject;
		size_t n;
		const char *want;
	} rows[] = {
		{ "C5: two updates go", "Printing", 2, "open notice:case-opened#>eva move move" },
		{ "C5: none", "Printing", 0, "no update is chosen: case show has their numbers" },
		{ "C1: no subject", "", 1, "the subject must be one line of 1 to 250 bytes" },
		{ "C1: two lines", "a\nb", 1, "the subject must be one line of 1 to 250 bytes" },
	};
	static const int64_t updates[] = { 3, 4 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		IS_STR(result(case_split(&w.cases[0].view, &people[RITA], str_of(rows[i].subject), updates, rows[i].n,
			   w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
}

static void
test_move(void)
{
	static const struct {
		const char *name;
		const struct deployment *to;
		int contact;
		enum access_level level;
		const char *want;
	} rows[] = {
		{ "C6: the contact is a Designated Contact there", &other, EVA, ACCESS_READ_WRITE, "deployment" },
		{ "C6: another one is told", &other, PAT, ACCESS_READ_WRITE, "deployment notice:case-opened#>pat" },
		{ "C6: Read-Only is not enough", &other, EVA, ACCESS_READ_ONLY,
		    "eva@acme.example is no Designated Contact of BOLT-1: name one who is, with --contact" },
		{ "C6: an approver is no contact", &other, ADA, ACCESS_READ_WRITE,
		    "ada@acme.example is no Designated Contact of BOLT-1: name one who is, with --contact" },
		{ "C1: where it is", &acme, EVA, ACCESS_READ_WRITE, "case 00000010 is of ACME-1 already" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		IS_STR(result(case_move(&w.cases[0].view, &people[RITA], rows[i].to, &people[rows[i].contact],
			   rows[i].level, w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
}

static void
test_escalate(void)
{
	static const struct {
		const char *name;
		int which, manager;
		const char *want;
	} rows[] = {
		{ "C12: an administrator is told", 0, ADMA, "update- escalate notice:case-escalated#>adma" },
		{ "C12: a representative is told", 0, RITA, "update- escalate notice:case-escalated#>rita" },
		{ "C12: a contact is no manager", 0, EVA,
		    "eva@acme.example is no active representative or administrator" },
		{ "C12: a closed case", 1, ADMA, "case 00000011 is closed: reopen it first" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		IS_STR(result(case_escalate(&w.cases[rows[i].which].view, &people[RITA], &people[rows[i].manager],
			   STR("it burns"), w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
	case_escalate(&w.cases[0].view, &people[RITA], &people[ADMA], STR("it burns"), w.arena, &w.plan, &e);
	IS_STR(world_value(&w.plan, NOTICE_CASE_ESCALATED, "update_text"), STR("it burns"), "C12: the reason");
	IS_STR(world_value(&w.plan, NOTICE_CASE_ESCALATED, "contact_name"), STR("eva Test"), "C12: the contact");
}

static void
test_mail(void)
{
	static const struct case_said said[] = {
		{ .at = NOW, .who = STR("eva Test"), .text = STR("It stops\n"), .files = STR("a.log\nb.log\n") },
		{ .at = NOW + HOUR, .who = STR("rita Test"), .text = STR("Why?") },
		{ .at = NOW, .who = STR("rita Test"), .text = STR("psst"), .visibility = UPDATE_INTERNAL },
	};
	static const struct {
		const char *name;
		int who;
		enum access_level level;
		size_t n;
		const char *want;
	} rows[] = {
		{ "C13: to a Designated Contact", EVA, ACCESS_READ_WRITE, 2, "notice:case-transcript#>eva update-" },
		{ "C13: to one who may read", OLE, ACCESS_READ_ONLY, 2, "notice:case-transcript#>ole update-" },
		{ "C13: to the staff", ADMA, ACCESS_NONE, 2, "notice:case-transcript#>adma update-" },
		{ "C13: Basic shows no case", OLE, ACCESS_BASIC, 2,
		    "ole@acme.example has no access to ACME-1: the level is basic, read-only is needed" },
		{ "C13: an approver sees no case", ADA, ACCESS_NONE, 2,
		    "ada@acme.example has no access to ACME-1: the level is none, read-only is needed" },
		{ "C9: never an internal update", EVA, ACCESS_READ_WRITE, 3,
		    "an internal update is among them: it is never mailed" },
		{ "C13: nothing was said", EVA, ACCESS_READ_WRITE, 0, "nothing was said in public yet" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct case_recipient to = { people[rows[i].who], rows[i].level };

		IS_STR(
		    result(case_mail(&w.cases[0].view, &people[RITA], &to, 1, said, rows[i].n, w.arena, &w.plan, &e)),
		    str_of(rows[i].want), rows[i].name);
		if (i == 0)
			IS_STR(world_value(&w.plan, NOTICE_CASE_TRANSCRIPT, "update_text"),
			    STR("2026-02-02 02:40 UTC, eva Test:\nIt stops\n[a.log]\n[b.log]\n\n"
				"2026-02-02 03:40 UTC, rita Test:\nWhy?"),
			    "C13: what it says");
	}
}

int
main(void)
{
	world_init(&w, NULL);
	test_merge();
	test_split();
	test_move();
	test_escalate();
	test_mail();
	arena_close(&w.arena);
	return tap_done();
}
