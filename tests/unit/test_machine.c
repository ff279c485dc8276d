/* SPDX-License-Identifier: ISC
 * test_machine.c: person or machine; delivery reports.
 */
#include "config.h"

#include "reading/machine.h"

#include <time.h>

#include "reading/sender.h"
#include "setup.h"
#include "tap.h"

/* Sanitizers slow things down. */
#ifdef SANITIZED
#define HOSTILE_SECONDS 5.0
#else
#define HOSTILE_SECONDS 0.5
#endif

static struct arena *a;
static struct reading_setup setup;

/* The bytes stand alone on the heap while they are read, so that sanitizers see a read past the end. */
static void
classify(const char *raw, struct reading *out)
{
	struct str exact = tap_exact(str_of(raw));
	struct mime_message m;
	const struct mime_field *subject;

	*out = (struct reading){ .permanent = -1 };
	mime_read(exact, &setup.limits, a, &m);
	sender_read(&m, &setup, a, out);
	subject = mime_field(&m, "Subject");
	out->subject = subject ? arena_copy(a, subject->value) : STR_NONE;
	machine_classify(&m, &setup, a, out);
	free((char *)(size_t)exact.p);
}

#define JO_FROM "From: jo@corp.example\n"
#define JO JO_FROM "To: support@cases.example\nSubject: Re: a case\n"
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
	{ "an answer without the parameter",
	    JO "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:COUNTER\nEND:VCALENDAR\n",
	    KIND_CALENDAR, false, true },
	{ "an answer that a person attached",
	    JO "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhe declined\n--b\n"
	       "Content-Type: text/calendar; method=REPLY\nContent-Disposition: attachment\n\nBEGIN:VCALENDAR\n--b--\n",
	    KIND_PERSON, false, false },
	{ "a person who writes Accepted:", "From: jo@corp.example\nSubject: Accepted: the change\n\nyes\n", KIND_PERSON,
	    false, false },
	{ "a reaction of Gmail",
	    JO "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n+1\n--b\n"
	       "Content-Type: text/vnd.google.email-reaction+json\n\n{}\n--b--\n",
	    KIND_REACTION, false, true },
	{ "a challenge", "From: no-reply@there.example\nSubject: Please confirm your message\n\nfollow the link\n",
	    KIND_AUTO_REPLY, false, true },
	{ "a person who asks to confirm", VACATION("Please confirm your message"), KIND_PERSON, false, false },
	{ "away, and in bulk", "From: jo@corp.example\nPrecedence: bulk\nSubject: Out of office next week\n\nx\n",
	    KIND_AUTO_REPLY, false, true },
	{ "two words for away", VACATION("AUTO: Jo Doe is out of the office (returning 1 May)"), KIND_AUTO_REPLY, false,
	    true },
	{ "a person writes about a car", VACATION("Auto: which one?"), KIND_PERSON, false, false },
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

/* How vacation programs begin a subject; a person's answer to it is the person's. */
static const char *const subjects[] = { "Automatic reply: x", "Out of Office AutoReply: x", "Autoreply",
	"Automatische Antwort: x", "Abwesenheitsnotiz: x", "Réponse automatique : x", "Respuesta automática: x",
	"Resposta automática: x", "Risposta automatica: x", "Automatisch antwoord: x", "Automatiskt svar: x",
	"Automatisk svar: x", "Automaattinen vastaus: x", "Automatyczna odpowiedź: x", "Automatická odpověď: x",
	"Automatická odpoveď: x", "Samodejni odgovor: x", "Automatski odgovor: x", "Аутоматски одговор: x",
	"Automatikus válasz: x", "Răspuns automat: x", "Автоматичен отговор: x", "Автоматический ответ: x",
	"Автоматична відповідь: x", "Αυτόματη απάντηση: x", "Otomatik yanıt: x", "自動応答: x", "【自動返信】x",
	"自动答复: x", "自動回覆：x", "자동 회신: x", "رد تلقائي: x", "پاسخ خودکار: x", "תשובה אוטומטית: x",
	"ตอบกลับอัตโนมัติ: x", "Trả lời tự động: x", "Balasan otomatis: x", "स्वचालित उत्तर: x", "Automatinis atsakymas: x",
	"Automātiska atbilde: x", "Automaatvastus: x", "Resposta automàtica: x", "Erantzun automatikoa: x",
	"Sjálfvirkt svar: x" };

static void
test_subjects(void)
{
	struct reading r;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		classify(arena_z(a, arena_format(a, JO_FROM "Subject: %s\n\nx\n", subjects[i])), &r);
		IS_STR(str_of(reading_kind_name(r.kind)), STR("auto-reply"), subjects[i]);
		classify(arena_z(a, arena_format(a, JO_FROM "Subject: Re: %s\n\nx\n", subjects[i])), &r);
		OK(r.kind == KIND_PERSON, "Re: %s", subjects[i]);
	}
}

/* One field each, and what it makes of a person's mail. */
static const struct {
	const char *field;
	enum reading_kind kind;
	bool is_list, no_answer;
} fields[] = {
	{ "X-Autorespond: x", KIND_AUTO_REPLY, false, true },
	{ "X-Autoresponse: x", KIND_AUTO_REPLY, false, true },
	{ "X-AutoReply-From: jo@corp.example", KIND_AUTO_REPLY, false, true },
	{ "X-Mail-Autoreply: x", KIND_AUTO_REPLY, false, true },
	{ "X-Autogenerated: Reply", KIND_AUTO_REPLY, false, true },
	{ "X-Autogenerated: Mirror", KIND_PERSON, false, false },
	{ "X-FC-MachineGenerated: true", KIND_AUTO_REPLY, false, true },
	{ "X-AMAZON-MAIL-RELAY-TYPE: NOTIFICATION", KIND_AUTO_REPLY, false, true },
	{ "X-Precedence: auto_reply", KIND_AUTO_REPLY, false, true },
	{ "X-Precedence: junk", KIND_PERSON, false, true },
	{ "Precedence: junk", KIND_PERSON, false, true },
	{ "Precedence: special-delivery", KIND_PERSON, false, false },
	{ "Auto-Submitted:", KIND_PERSON, false, false },
	{ "auto-submitted: AUTO-GENERATED", KIND_AUTO_REPLY, false, true },
	{ "Auto-Submitted: auto-replied (zimbra; vacation)", KIND_AUTO_REPLY, false, true },
	{ "Mailing-List: x", KIND_PERSON, true, true },
	{ "List-Unsubscribe: <mailto:x@y.example>", KIND_PERSON, true, true },
	{ "List-Unsubscribe:", KIND_PERSON, false, false },
	{ "Feedback-ID: x", KIND_PERSON, false, true },
	{ "X-Loop: yes", KIND_PERSON, false, true },
	{ "X-Loop:  test;0 ", KIND_OWN, false, true },
	{ "X-Loop: test", KIND_PERSON, false, true },
	{ "X-Loop: test;1", KIND_PERSON, false, true },
	{ "Return-Path: <jo@corp.example>", KIND_PERSON, false, false },
	{ "Return-Path:<>", KIND_AUTO_REPLY, false, true },
	{ "Return-Path: < >", KIND_AUTO_REPLY, false, true },
	{ "Return-Path: <MAILER-DAEMON>", KIND_AUTO_REPLY, false, true },
	{ "Return-Path: <#@[]>", KIND_AUTO_REPLY, false, true },
	{ "User-Agent: vacation planner", KIND_PERSON, false, false },
};

static void
test_fields(void)
{
	struct reading r;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		classify(arena_z(a, arena_format(a, JO "%s\n\nhi\n", fields[i].field)), &r);
		IS_STR(str_of(reading_kind_name(r.kind)), str_of(reading_kind_name(fields[i].kind)), fields[i].field);
		OK(r.is_list == fields[i].is_list && r.no_answer == fields[i].no_answer, "%s: list, answer",
		    fields[i].field);
	}
}

#define DAEMON "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: support@cases.example\nReturn-Path: <>\n"
#define REPORT(type)                                                                                                   \
	"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=" type "; boundary=b\n\n--b\n\nwords\n--b\n"
#define STATUS REPORT("delivery-status") "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
#define ORIGINAL                                                                                                       \
	"\n--b\nContent-Type: message/rfc822\n\nFrom: support@cases.example\nTo: jo@corp.example\n"                    \
	"Message-ID: <id@cases.example>\nSubject: x\n\nMessage-ID: <wrong@x>\n--b--\n"
#define FAILED(address, status) "Final-Recipient: rfc822; " address "\nAction: failed\nStatus: " status "\n"

static const struct report {
	const char *name, *raw;
	enum reading_kind kind;
	int permanent;
	const char *recipients; /* "address status, ..." */
	const char *original;
} reports[] = {
	/* --- by structure --- */
	{ "a failure", DAEMON STATUS FAILED("jo@corp.example", "5.1.1") ORIGINAL, KIND_BOUNCE, 1,
	    "jo@corp.example 5.1.1", "id@cases.example" },
	{ "a status that has a comment", DAEMON STATUS FAILED("jo@corp.example", "4.4.7 (expired)") ORIGINAL,
	    KIND_BOUNCE, 0, "jo@corp.example 4.4.7", "id@cases.example" },
	{ "no type on the address, angles",
	    DAEMON STATUS "Final-Recipient: <jo@corp.example>\nAction: failed\nStatus: 5.1.1\n" ORIGINAL, KIND_BOUNCE,
	    1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "two, one of each class",
	    DAEMON STATUS FAILED("jo@corp.example", "5.1.1") "\n" FAILED("al@corp.example", "4.2.2") ORIGINAL,
	    KIND_BOUNCE, -1, "jo@corp.example 5.1.1, al@corp.example 4.2.2", "id@cases.example" },
	{ "two without an empty line between",
	    DAEMON STATUS FAILED("jo@corp.example", "5.1.1") FAILED("al@corp.example", "5.1.1") ORIGINAL, KIND_BOUNCE,
	    1, "jo@corp.example 5.1.1, al@corp.example 5.1.1", "id@cases.example" },
	{ "an empty line within",
	    DAEMON STATUS "Final-Recipient: rfc822; jo@corp.example\n\nAction: failed\nStatus: 5.1.1\n" ORIGINAL,
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "one named twice",
	    DAEMON STATUS FAILED("jo@corp.example", "5.1.1") "\n" FAILED("Jo@corp.example", "5.1.1") ORIGINAL,
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "only the original recipient is an address",
	    DAEMON STATUS "Original-Recipient: rfc822;jo@corp.example\nFinal-Recipient: x400; jo\nAction: failed\n"
			  "Status: 5.1.1\n" ORIGINAL,
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "no status, but a reply code",
	    DAEMON STATUS
	    "Final-Recipient: rfc822; jo@corp.example\nAction: failed\nDiagnostic-Code: smtp; 550 no\n" ORIGINAL,
	    KIND_BOUNCE, 1, "jo@corp.example -", "id@cases.example" },
	{ "failed and delivered",
	    DAEMON STATUS "Final-Recipient: rfc822; al@corp.example\nAction: delivered\nStatus: 2.0.0\n\n" FAILED(
		"jo@corp.example", "5.1.1") ORIGINAL,
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "a delay",
	    DAEMON STATUS "Final-Recipient: rfc822; jo@corp.example\nAction: delayed\nStatus: 4.4.1\n" ORIGINAL,
	    KIND_DELAY, 0, "jo@corp.example 4.4.1", "id@cases.example" },
	{ "a success",
	    DAEMON STATUS "Final-Recipient: rfc822; jo@corp.example\nAction: delivered\nStatus: 2.0.0\n" ORIGINAL,
	    KIND_REPORT, -1, "", "id@cases.example" },
	{ "relayed",
	    DAEMON STATUS "Final-Recipient: rfc822; jo@corp.example\nAction: relayed\nStatus: 2.0.0\n" ORIGINAL,
	    KIND_REPORT, -1, "", "id@cases.example" },
	{ "only the original's header comes back",
	    DAEMON STATUS FAILED("jo@corp.example", "5.1.1") "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID:\n "
							     "<id@cases.example>\n--b--\n",
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "nothing of the original, but In-Reply-To",
	    "In-Reply-To: <id@cases.example>\n" DAEMON STATUS FAILED("jo@corp.example", "5.1.1") "--b--\n", KIND_BOUNCE,
	    1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "no status part at all",
	    DAEMON "Subject: Undeliverable: x\n" REPORT(
		"delivery-status") "\n<jo@corp.example>: 550 5.1.1 no such user\n--b--\n",
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "" },
	{ "the message itself is the status part",
	    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n" FAILED("jo@corp.example", "5.1.1"),
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "" },
	{ "a status part that a person attached",
	    JO "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee this\n--b\n"
	       "Content-Type: message/delivery-status\n\n" FAILED("al@corp.example", "5.1.1") "--b--\n",
	    KIND_PERSON, -1, "", "" },
	{ "a bounce that a person forwards",
	    JO
	    "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nsee this\n--c\nContent-Type: message/rfc822\n\n" DAEMON
		STATUS FAILED("al@corp.example", "5.1.1") "--b--\n--c--\n",
	    KIND_PERSON, -1, "", "" },
	{ "a challenge",
	    "From: guard@there.example\nReturn-Path: <guard@there.example>\n" STATUS FAILED("jo@corp.example", "4.7.0")
		ORIGINAL,
	    KIND_AUTO_REPLY, -1, "", "" },
	{ "a complaint",
	    "From: fbl@isp.example\n" REPORT(
		"feedback-report") "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n" ORIGINAL,
	    KIND_COMPLAINT, -1, "", "id@cases.example" },
	{ "a complaint without a report",
	    "From: staff@isp.example\nSubject: complaint about message from 192.0.2.1\n"
	    "Content-Type: multipart/mixed; boundary=b\n" ORIGINAL,
	    KIND_COMPLAINT, -1, "", "id@cases.example" },
	{ "it was read",
	    JO REPORT("disposition-notification") "Content-Type: message/disposition-notification\n\n"
						  "Original-Message-ID: <id@cases.example>\nDisposition: x; "
						  "displayed\n--b--\n",
	    KIND_REPORT, -1, "", "id@cases.example" },

	/* --- in free words --- */
	{ "qmail",
	    DAEMON
	    "Subject: failure notice\n\nI wasn't able to deliver your message.\n\n<jo@corp.example>:\n"
	    "no mailbox here (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@y.example>\n"
	    "Message-ID: <id@cases.example>\nTo: al@corp.example\n\nal@corp.example\n",
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "Exim, by its field",
	    DAEMON
	    "X-Failed-Recipients: jo@corp.example,\n al@corp.example\nSubject: Mail delivery failed\n\n"
	    "could not be delivered:\n\n  jo@corp.example\n    550 5.1.1 unknown\n  al@corp.example\n    452 full\n",
	    KIND_BOUNCE, -1, "jo@corp.example 5.1.1, al@corp.example -", "" },
	{ "Exim, later",
	    DAEMON
	    "Subject: Warning: message x delayed 24 hours\n\nhas not yet been delivered to:\n\n  jo@corp.example\n",
	    KIND_DELAY, -1, "jo@corp.example -", "" },
	{ "Postfix of old",
	    DAEMON "Subject: Undelivered Mail Returned to Sender\n\nplease write to <postmaster@mx.example>\n\n"
		   "<jo@corp.example>: host x said: 550\n    no such user\n",
	    KIND_BOUNCE, 1, "jo@corp.example -", "" },
	{ "Postfix of old, later",
	    DAEMON "Subject: Mail status\n\nYour message could not be delivered for 4 hours. It will be retried.\n\n"
		   "<jo@corp.example>: connection timed out\n",
	    KIND_DELAY, -1, "jo@corp.example -", "" },
	{ "sendmail of old",
	    DAEMON "Subject: Returned mail: User unknown\n\n   ----- Transcript of session follows -----\n"
		   ">>> MAIL From:<support@cases.example>\n550 <jo@corp.example>... User unknown\n\n"
		   "   ----- Unsent message follows -----\nReceived: x\nTo: al@corp.example\n",
	    KIND_BOUNCE, 1, "jo@corp.example -", "" },
	{ "Exchange of old",
	    "From: postmaster@mx.example\nSubject: Undeliverable: x\n\nYour message\n\n  To:      Al\n\n"
	    "did not reach the following recipient(s):\n\njo@corp.example on Thu, 1 Jan\n"
	    "    The recipient name is not recognized\n",
	    KIND_BOUNCE, 1, "jo@corp.example -", "" },
	{ "Exchange, in French",
	    "From: postmaster@mx.example\nContent-Type: text/plain; charset=utf-8\nSubject: Non remis : x\n\n"
	    "Échec de la remise à ces destinataires ou groupes :\n\njo@corp.example<mailto:jo@corp.example>\n",
	    KIND_BOUNCE, -1, "jo@corp.example -", "" },
	{ "Domino",
	    "From: Postmaster@mx.example\nSubject: DELIVERY FAILURE: User jo not listed\n\nwas not delivered to:\n\n"
	    "  jo@corp.example\n\nbecause:\n\n  User jo (jo@corp.example) not listed in the directory\n",
	    KIND_BOUNCE, 1, "jo@corp.example -", "" },
	{ "status fields within the text",
	    DAEMON "Subject: Delivery Status Notification (Failure)\n\nan error occurred while trying to deliver\n\n"
		   "Action: failed\nFinal-Recipient: rfc822; jo@corp.example\nStatus: 5.1.1\n",
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "" },
	{ "a name of the system's own", DAEMON "Subject: Mail Delivery Problem\n\ncould not be delivered to:\n\tjo\n",
	    KIND_BOUNCE, -1, "jo@mx.example -", "" },
	{ "such a name with a reason",
	    DAEMON "Subject: Message status\n\nundeliverable to the following:\n\tjo (user not found)\n", KIND_BOUNCE,
	    1, "jo@mx.example -", "" },
	{ "no subject that says it, the address in a line of its own",
	    "From: postmaster@mx.example\nReturn-Path: <>\nSubject: hello\n\nYour message to: jo@corp.example\n"
	    "has not been delivered.\n",
	    KIND_BOUNCE, -1, "jo@corp.example -", "" },
	{ "a postmaster who tells of one himself",
	    "From: postmaster@mx.example\nSubject: hello\n\nYour message to: jo@corp.example\nhas not been "
	    "delivered.\n",
	    KIND_PERSON, -1, "", "" },
	{ "Exchange, in German, with a sender of its own",
	    "From: Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>\nSubject: Unzustellbar: "
	    "x\n\n"
	    "Jo (jo@corp.example)<mailto:jo@corp.example>\nnicht gefunden\n\njo@corp.example\n"
	    "Remote Server returned '550 5.1.1 x'\n\nUrsprüngliche Nachrichtenkopfzeilen:\n\nReceived: x\n"
	    "Message-ID: <id@cases.example>\n",
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "id@cases.example" },
	{ "the new words of Gmail",
	    DAEMON "Subject: Delivery Status Notification (Failure)\n\n** Address not found **\n\nYour message wasn't "
		   "delivered to jo@corp.example because\n\nThe response was:\n\n550 5.1.1 no such account\n",
	    KIND_BOUNCE, 1, "jo@corp.example 5.1.1", "" },
	{ "OpenSMTPD, later",
	    DAEMON "Subject: Delivery status notification: warning\n\nA message is delayed for the following list:\n\n"
		   "jo@corp.example: Network error\n",
	    KIND_DELAY, -1, "jo@corp.example -", "" },
	{ "Chinese",
	    DAEMON "Subject: =?utf-8?b?57O757uf6YCA5L+h?=\nContent-Type: text/plain; charset=utf-8\n\n"
		   "收件人 jo@corp.example 邮箱不存在，邮件无法送达。\n",
	    KIND_BOUNCE, 1, "jo@corp.example -", "" },
	{ "mail to oneself", DAEMON "Subject: failure notice\n\n<support@cases.example>:\n552 quota\n", KIND_BOUNCE, 1,
	    "support@cases.example -", "" },
	{ "nobody named, but the original has one addressee",
	    DAEMON "Subject: Undeliverable\n\nit failed\n\nOriginal message:\nReceived: x\nTo: jo@corp.example\n",
	    KIND_BOUNCE, -1, "jo@corp.example -", "" },
	{ "nobody named, and the original has two",
	    DAEMON "Subject: Undeliverable\n\nit failed\n\nReceived: x\nTo: jo@corp.example, al@corp.example\n",
	    KIND_BOUNCE, -1, "", "" },
	{ "no words but a transcript", DAEMON "Subject: hello\n\n<jo@corp.example>: user unknown\n", KIND_BOUNCE, 1,
	    "jo@corp.example -", "" },

	/* --- none --- */
	{ "a daemon that says something else", DAEMON "Subject: a virus was found\n\nit is gone\n", KIND_AUTO_REPLY, -1,
	    "", "" },
	{ "a person writes of a bounce",
	    JO "\nMail to al@corp.example could not be delivered:\n<al@corp.example>: 550 5.1.1 user unknown\n",
	    KIND_PERSON, -1, "", "" },
	{ "a postmaster writes of a case", "From: Jo <postmaster@corp.example>\nSubject: Re: a case\n\nthank you\n",
	    KIND_PERSON, -1, "", "" },
	{ "a vacation from the null path", "Return-Path: <>\n" VACATION("Automatic reply: Undelivered order"),
	    KIND_AUTO_REPLY, -1, "", "" },
};

static struct str
recipients_of(const struct reading *r)
{
	struct str all = STR_NONE;

	for (size_t i = 0; i < r->n_failed; i++)
		all = arena_format(a, "%.*s%s%.*s %.*s", STR_ARGS(all), i ? ", " : "", STR_ARGS(r->failed[i].address),
		    STR_ARGS(r->failed[i].status.n ? r->failed[i].status : STR("-")));
	return all;
}

static void
test_reports(void)
{
	struct reading r;

	for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++) {
		const struct report *t = &reports[i];

		classify(t->raw, &r);
		IS_STR(str_of(reading_kind_name(r.kind)), str_of(reading_kind_name(t->kind)), t->name);
		IS_INT(r.permanent, t->permanent, t->name);
		IS_STR(recipients_of(&r), str_of(t->recipients), t->name);
		IS_STR(r.original_id, str_of(t->original), t->name);
	}
}

#define HOSTILE_BYTES (256u << 10)

/* Texts made to hurt: the message must be read in linear time, so none of them takes long. */
static const struct {
	const char *name, *before, *again;
} hostile[] = {
	{ "at signs", DAEMON "Subject: failure notice\n\n", "@" },
	{ "addresses in one line", DAEMON "Subject: failure notice\n\n", "a@b.c " },
	{ "addresses in lines", DAEMON "Subject: failure notice\n\n", "a@b.c\n" },
	{ "letters", DAEMON "Subject: failure notice\n\n", "a" },
	{ "letters that are no ASCII", DAEMON "Content-Type: text/plain; charset=utf-8\nSubject: x\n\n", "不" },
	{ "words", DAEMON "Subject: failure notice\n\n", "not " },
	{ "empty lines", DAEMON "Subject: failure notice\n\n", "\n" },
	{ "reply codes", DAEMON "Subject: failure notice\n\n", "550 " },
	{ "statuses", DAEMON "Subject: failure notice\n\n", "5.1.1." },
	{ "recipients with colons", DAEMON "Subject: failure notice\n\n", "<a@b.c>:\nx:\n\n" },
	{ "names", DAEMON "Subject: failure notice\n\n", "not delivered:\n a\n" },
	{ "Message-IDs", DAEMON "Subject: failure notice\n\n", "Message-ID:\n" },
	{ "recipient fields", DAEMON STATUS, "Final-Recipient: x\n" },
	{ "recipient blocks", DAEMON STATUS, "Final-Recipient: x\nAction: failed\n\n" },
	{ "diagnostics", DAEMON STATUS, "Diagnostic-Code: 550\n" },
	{ "a long diagnostic", DAEMON STATUS "Diagnostic-Code: ", "not 5.1. " },
	{ "parts", DAEMON STATUS, "\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n" },
	{ "failed recipients", DAEMON "X-Failed-Recipients: ", "a@b.c," },
	{ "different failed recipients", DAEMON "X-Failed-Recipients: a", "@b.c,a" },
	{ "a subject", DAEMON "Subject: ", "not " },
	{ "an Auto-Submitted", DAEMON "Auto-Submitted: ", "(" },
	{ "a Return-Path", DAEMON "Return-Path: ", "<" },
};

static void
test_hostile(void)
{
	struct reading r;

	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		struct buf b;
		clock_t start;
		double seconds;

		buf_init(&b, HOSTILE_BYTES + 65536);
		buf_add_z(&b, hostile[i].before);
		while (b.n < HOSTILE_BYTES)
			buf_add_z(&b, hostile[i].again);
		arena_reset(a);
		start = clock();
		classify(buf_z(&b), &r);
		seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
		OK(seconds < HOSTILE_SECONDS, "%s: %.3f s", hostile[i].name, seconds);
		buf_free(&b);
	}
}

int
main(void)
{
	a = arena_open(256u << 20);
	setup_for_tests(&setup);
	test_kinds();
	test_subjects();
	test_fields();
	test_reports();
	test_hostile();
	arena_close(&a);
	return tap_done();
}
