/* SPDX-License-Identifier: ISC
 * test_machine.c: person or machine; delivery reports.
 */
#include "config.h"

#include "reading/machine.h"

#include "reading/sender.h"
#include "setup.h"
#include "tap.h"

static struct arena *a;
static struct reading_setup setup;

static void
classify(const char *raw, struct reading *out)
{
	struct str copy = tap_exact(str_of(raw));
	struct mime_message m;

	*out = (struct reading){ .permanent = -1 };
	mime_read(arena_copy(a, copy), &setup.limits, a, &m);
	free((char *)(size_t)copy.p);
	sender_read(&m, &setup, a, out);
	out->subject = mime_field(&m, "Subject") ? mime_field(&m, "Subject")->value : STR_NONE;
	if (m.n_parts)
		out->text = m.parts[0].text;
	machine_classify(&m, &setup, a, out);
}

#define JO "From: jo@corp.example\nTo: support@cases.example\nSubject: Re: a case\n"
#define VACATION(subject) "From: jo@corp.example\nSubject: " subject "\n\nback soon\n"

static const struct {
	const char *name, *raw;
	enum reading_kind kind;
	bool is_list, no_answer;
} kinds[] = {
	{ "plain mail", JO "\nhi\n", KIND_PERSON, false, false },
	{ "nothing", "", KIND_PERSON, false, false },
	{ "Auto-Submitted: no", JO "Auto-Submitted: no\n\nhi\n", KIND_PERSON, false, false },
	{ "no in other letters, with a comment", JO "Auto-Submitted: No (honestly)\n\nhi\n", KIND_PERSON, false,
	    false },
	{ "no with a parameter", JO "Auto-Submitted: no; x=y\n\nhi\n", KIND_PERSON, false, false },
	{ "no, although the subject looks like it",
	    "From: jo@corp.example\nAuto-Submitted: no\nSubject: Auto: x\n\nhi\n", KIND_PERSON, false, false },
	{ "auto-replied", JO "Auto-Submitted: auto-replied\n\nhi\n", KIND_AUTO_REPLY, false, true },
	{ "auto-replied behind a fold and a comment", JO "Auto-Submitted:\n (x) Auto-Replied; owner=x\n\nhi\n",
	    KIND_AUTO_REPLY, false, true },
	{ "auto-notified", JO "Auto-Submitted: auto-notified\n\nhi\n", KIND_AUTO_REPLY, false, true },
	{ "a value nobody registered", JO "Auto-Submitted: yes\n\nhi\n", KIND_AUTO_REPLY, false, true },
	{ "auto-forwarded: a person's, but decides nothing", JO "Auto-Submitted: auto-forwarded\n\nhi\n", KIND_PERSON,
	    true, true },
	{ "suppress alone is a hint", JO "X-Auto-Response-Suppress: OOF, AutoReply\n\nhi\n", KIND_PERSON, false, true },
	{ "suppress without all, auto-replied", JO "X-Auto-Response-Suppress: DR\nAuto-Submitted: auto-replied\n\nhi\n",
	    KIND_AUTO_REPLY, false, true },
	{ "a rule of Exchange with suppress",
	    JO "X-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: jo@corp.example\n\nhi\n",
	    KIND_AUTO_REPLY, false, true },
	{ "a rule of Exchange alone", JO "X-MS-Exchange-Inbox-Rules-Loop: jo@corp.example\n\nhi\n", KIND_PERSON, false,
	    true },
	{ "Precedence: bulk", JO "Precedence: bulk\n\nhi\n", KIND_PERSON, false, true },
	{ "Precedence in capitals", JO "Precedence: BULK\n\nhi\n", KIND_PERSON, false, true },
	{ "Precedence: list", JO "Precedence: list\n\nhi\n", KIND_PERSON, true, true },
	{ "a harmless Precedence", JO "Precedence: first-class\n\nhi\n", KIND_PERSON, false, false },
	{ "Precedence: auto_reply", JO "Precedence: Auto_Reply\n\nhi\n", KIND_AUTO_REPLY, false, true },
	{ "List-Id", JO "List-Id: <x.example>\n\nhi\n", KIND_PERSON, true, true },
	{ "X-Autoreply", JO "X-Autoreply: yes\n\nhi\n", KIND_AUTO_REPLY, false, true },
	{ "X-Autoreply: no", JO "X-Autoreply: no\n\nhi\n", KIND_PERSON, false, false },
	{ "null path, below other fields", "X-First: x\nReturn-Path: <>\n" JO "\nhi\n", KIND_AUTO_REPLY, false, true },
	{ "a subject that begins with it", VACATION("Autoreply: away"), KIND_AUTO_REPLY, false, true },
	{ "the same in German", VACATION("Abwesenheitsnotiz: Ihre Anfrage"), KIND_AUTO_REPLY, false, true },
	{ "the same in brackets", VACATION("[Automatyczna =?utf-8?q?odpowied=C5=BA=5D?= x"), KIND_AUTO_REPLY, false,
	    true },
	{ "a person answers an automatic reply", VACATION("Re: Automatic reply: a case"), KIND_PERSON, false, false },
	{ "a person writes about autoreplies", VACATION("autoreply does not work"), KIND_PERSON, false, false },
	{ "a person will be away", VACATION("Out of office next week"), KIND_PERSON, false, false },
	{ "no-reply", "From: no-reply@corp.example\n\nhi\n", KIND_PERSON, false, true },
	{ "our own mail", JO "X-Loop: test;0\n\nhi\n", KIND_OWN, false, true },
	{ "another instance's loop", JO "X-Loop: other;0\n\nhi\n", KIND_PERSON, false, true },
	{ "our own address", "From: support+x@cases.example\n\nhi\n", KIND_OWN, false, true },
	{ "our domain, but not our address", "From: jo@cases.example\n\nhi\n", KIND_PERSON, false, false },
	{ "an answer to an invitation",
	    JO "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nyes\n--b\n"
	       "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n--b--\n",
	    KIND_CALENDAR, false, true },
	{ "an invitation",
	    JO "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncome\n--b\n"
	       "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n",
	    KIND_PERSON, false, false },
	{ "a reaction", JO "Content-Type: text/plain; charset=utf-8\nContent-Disposition: reaction\n\n+1\n",
	    KIND_REACTION, false, true },
};

static void
test_kinds(void)
{
	struct reading r;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		classify(kinds[i].raw, &r);
		IS_STR(str_of(reading_kind_name(r.kind)), str_of(reading_kind_name(kinds[i].kind)), kinds[i].name);
		OK(r.is_list == kinds[i].is_list, "%s: list", kinds[i].name);
		OK(r.no_answer == kinds[i].no_answer, "%s: answer", kinds[i].name);
		OK((r.kind != KIND_PERSON) == (r.kind_reason.n > 0), "%s: has a reason", kinds[i].name);
	}
}

int
main(void)
{
	a = arena_open(256u << 20);
	setup_for_tests(&setup);
	test_kinds();
	arena_close(&a);
	return tap_done();
}
