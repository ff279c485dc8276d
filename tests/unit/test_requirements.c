/* SPDX-License-Identifier: ISC
 * test_requirements.c: whole mails to an approver's reply address, through the reader and the rules. A number is that
 * of the requirement. What concerns the rules alone stands in test_decide_approval.c, what needs servers in
 * tests/system/test_forgery.py.
 */
#include "config.h"

#include "world.h"

#include <locale.h>

#include "setup.h"

#define TOKEN "0123456789abcdefghjkmnpqrs"
#define TRACE "Received: from x by mx.cases.example with LMTP; now\n"
#define PASSED "Authentication-Results: mx.cases.example; dmarc=pass header.from=acme.example\n"
#define ADA_FROM "From: Ada <ada@acme.example>\n"
#define TO "To: support+" TOKEN "@cases.example\n"
#define REST "Message-ID: <m1@acme.example>\nDate: now\nSubject: Re: access\n"
#define ADA_PASSED PASSED TRACE ADA_FROM TO REST
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\n"
#define HTML "\n--a\nContent-Type: text/html\n\n"
#define APPROVED                                                                                                       \
	"line:approved grant update notice:decision-receipt>ada notice:decision-receipt>ben "                          \
	"notice:decision-requester>eva tokens status:CLOSED notice:access-granted>pat"
#define DENIED                                                                                                         \
	"line:denied update notice:decision-receipt>ada notice:decision-receipt>ben "                                  \
	"notice:decision-requester>eva tokens status:CLOSED notice:access-denied>pat"
#define ASK "update- notice:ask-again!#>ada asked"
#define CONFIRM "notice:confirm!#>ada asked"
#define STOLEN "token notice:security>ada notice:security>adma"

static struct world w;
static struct reader_context *context;
static struct verdict_phrases *phrases;

static const struct row {
	const char *name, *raw;
	enum outcome outcome;
	const char *reason, *effects;
} rows[] = {
	{ "7: both proofs", ADA_PASSED "\nYes\n", OUTCOME_DECIDED, "approved", APPROVED },
	{ "1: the token in subject and body alone",
	    PASSED TRACE ADA_FROM "To: support@cases.example\nMessage-ID: <m1@acme.example>\nDate: now\n"
				  "Subject: [ref:12-0123456789abc] " TOKEN "\n\nYes\n\n" TOKEN "@cases.example\n",
	    OUTCOME_CONFIRMATION_ASKED, "no-token", CONFIRM },
	{ "2: the owner's name before another address",
	    PASSED TRACE "From: \"ada@acme.example\" <eva@acme.example>\n" TO REST "\nYes\n", OUTCOME_REFUSED,
	    "sender-differs", STOLEN },
	{ "3: the border says forged",
	    "Authentication-Results: mx.cases.example; dmarc=fail header.from=acme.example\n" TRACE ADA_FROM TO REST
	    "\nYes\n",
	    OUTCOME_REFUSED, "authentication-failed", "token notice:security>ada" },
	{ "4: results of another server",
	    "Authentication-Results: evil.example; dmarc=pass header.from=acme.example\n" TRACE ADA_FROM TO REST
	    "\nYes\n",
	    OUTCOME_CONFIRMATION_ASKED, "confirmation-needed", CONFIRM },
	{ "4: ours, below the border's trace", TRACE PASSED ADA_FROM TO REST "\nYes\n", OUTCOME_CONFIRMATION_ASKED,
	    "confirmation-needed", CONFIRM },
	{ "5: two of ours", PASSED PASSED TRACE ADA_FROM TO REST "\nYes\n", OUTCOME_CONFIRMATION_ASKED,
	    "confirmation-needed", CONFIRM },
	{ "10: yes in the quote alone", ADA_PASSED "\nOn Mon, 2 Feb 2026 Support wrote:\n> Yes, approved.\n> YES\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "10: yes in the signature alone", ADA_PASSED "\n-- \nYes\n", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "11: a machine", PASSED TRACE ADA_FROM TO REST "Auto-Submitted: auto-replied\n\nYes\n", OUTCOME_MACHINE,
	    "auto-reply", "absent" },
	{ "11: a list", PASSED TRACE ADA_FROM TO REST "List-Id: <x.acme.example>\n\nYes\n", OUTCOME_MACHINE, "list",
	    "" },
	{ "12: two From", ADA_PASSED "from: ada@acme.example\n\nYes\n", OUTCOME_QUARANTINED, "malformed", "" },
	{ "14: a group", PASSED TRACE "From: x:ada@acme.example;\n" TO REST "\nYes\n", OUTCOME_REFUSED,
	    "sender-differs", STOLEN },
	{ "14: a route", PASSED TRACE "From: <@evil.example:ada@acme.example>\n" TO REST "\nYes\n", OUTCOME_REFUSED,
	    "sender-differs", STOLEN },
	{ "14: two @", PASSED TRACE "From: ada@evil.example@acme.example\n" TO REST "\nYes\n", OUTCOME_REFUSED,
	    "sender-differs", STOLEN },
	{ "14: an encoded word in the address", PASSED TRACE "From: =?utf-8?q?ada=40acme.example?=\n" TO REST "\nYes\n",
	    OUTCOME_REFUSED, "sender-differs", STOLEN },
	{ "18: an old Date is no arrival",
	    PASSED TRACE ADA_FROM TO "Message-ID: <m1@acme.example>\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n\nYes\n",
	    OUTCOME_DECIDED, "approved", APPROVED },
	{ "27, 31: nobody in Cc, Reply-To or Sender is written to",
	    PASSED TRACE ADA_FROM TO REST
	    "Cc: mallory@evil.example\nReply-To: mallory@evil.example\n"
	    "Return-Path: <mallory@evil.example>\nDisposition-Notification-To: mallory@evil.example\n"
	    "\nYes\n",
	    OUTCOME_DECIDED, "approved", APPROVED },
	{ "27, 31: nor when asked again",
	    PASSED TRACE ADA_FROM TO REST "Cc: mallory@evil.example\n"
					  "Reply-To: mallory@evil.example\n\nWho is that?\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "29: the token, and another case in the subject",
	    PASSED TRACE ADA_FROM TO
	    "Message-ID: <m1@acme.example>\nDate: now\nSubject: [ref:10-0123456789abc]\n\nYes\n",
	    OUTCOME_HELD, "references-disagree", "" },
	{ "33: our own mark", ADA_PASSED "X-Loop: test;0\n\nYes\n", OUTCOME_MACHINE, "own-mail", "" },
	{ "33: our own address", PASSED TRACE "From: support@cases.example\n" TO REST "\nYes\n", OUTCOME_MACHINE,
	    "own-mail", "" },
	{ "37: the alternatives differ", ADA_PASSED ALTERNATIVE "Yes\n" HTML "<p>No</p>\n--a--\n", OUTCOME_ASKED_AGAIN,
	    "unclear", ASK },
	{ "37: they agree", ADA_PASSED ALTERNATIVE "No\n" HTML "<p>No</p>\n--a--\n", OUTCOME_DECIDED, "denied",
	    DENIED },
	{ "37: what HTML hides is not said",
	    ADA_PASSED "Content-Type: text/html\n\n<p style=\"display:none\">Yes</p><p>Hm</p>\n", OUTCOME_ASKED_AGAIN,
	    "unclear", ASK },
	{ "38: a zero-width space",
	    ADA_PASSED "Content-Type: text/plain; charset=utf-8\n\nY\xe2\x80\x8b"
		       "es\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "38: right to left", ADA_PASSED "Content-Type: text/plain; charset=utf-8\n\n\xe2\x80\xaeseY\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "38: a Cyrillic letter", ADA_PASSED "Content-Type: text/plain; charset=utf-8\n\nY\xd0\xb5s\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "38: a mark of direction does not matter",
	    ADA_PASSED "Content-Type: text/plain; charset=utf-8\n\n\xe2\x80\x8eYes\xe2\x80\x8e\n", OUTCOME_DECIDED,
	    "approved", APPROVED },
	{ "39: EVET", ADA_PASSED "\nEVET\n", OUTCOME_DECIDED, "approved", APPROVED },
	{ "39: HAYIR", ADA_PASSED "\nHAYIR\n", OUTCOME_DECIDED, "denied", DENIED },
	{ "40: an unknown charset", ADA_PASSED "Content-Type: text/plain; charset=x-none\n\nYes \xff\xfe\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "40: broken UTF-8", ADA_PASSED "Content-Type: text/plain; charset=utf-8\n\nYes\xff\n", OUTCOME_ASKED_AGAIN,
	    "unclear", ASK },
	{ "58: a bare CR in the header", ADA_PASSED "X: a\rFrom: eva@acme.example\n\nYes\n", OUTCOME_QUARANTINED,
	    "malformed", "" },
	{ "59: Sender of another domain", ADA_PASSED "Sender: bot@evil.example\n\nYes\n", OUTCOME_CONFIRMATION_ASKED,
	    "confirmation-needed", CONFIRM },
};

/* The store, as far as a mail can ask it: Ada's token, two cases, the people. */
static void
look_up(void)
{
	for (int i = EVA; i <= PAT; i++)
		if (str_equal(w.r.from_strict, people[i].address))
			w.s.sender = people[i];
	for (size_t i = 0; i < w.r.n_tokens && w.s.n_tokens < 4; i++)
		if (str_equal(w.r.tokens[i].token, STR(TOKEN)))
			world_token(&w, TOKEN_OF_APPROVAL, ADA)->place = w.r.tokens[i].place;
	for (size_t i = 0; i < w.r.n_references && w.s.n_references < 4; i++)
		world_reference(&w, str_equal(w.r.references[i].number, STR("12")) ? CASE_ADMIN : CASE_OPEN,
		    w.r.references[i].place);
}

static void
test_mail(const struct row *row, struct str raw)
{
	world_init(&w, phrases);
	reading_read(context, READING_MESSAGE, arena_copy(w.arena, raw), w.arena, &w.r);
	look_up();
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(str_of(outcome_name(w.plan.outcome)), str_of(outcome_name(row->outcome)), row->name);
	IS_STR(str_of(w.plan.reason), str_of(row->reason), "its reason");
	IS_STR(world_effects(&w.plan, w.arena), str_of(row->effects), "its effects");
	arena_close(&w.arena);
}

int
main(void)
{
	struct str codes[] = { STR("en"), STR("tr") };
	struct strings none = { 0 }, languages = { codes, 2 };
	struct reading_setup setup;
	struct err e;
	static const char nul[] = ADA_PASSED "X: \0\n\nYes\n";
	static const struct row with_nul = { "13: NUL in the header", NULL, OUTCOME_QUARANTINED, "malformed", "" };

	setlocale(LC_ALL, "tr_TR.UTF-8"); /* 39: where there is one, it must not matter */
	setup_for_tests(&setup);
	context = reading_open(&setup, &e);
	phrases = verdict_open(&languages, &none, &none, &e);
	if (context == NULL || phrases == NULL) {
		printf("Bail out! %s\n", e.text);
		return 1;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_mail(&rows[i], str_of(rows[i].raw));
	test_mail(&with_nul, (struct str){ nul, sizeof(nul) - 1 });
	verdict_close(&phrases);
	reading_close(&context);
	return tap_done();
}
