/* SPDX-License-Identifier: ISC
 * test_decide.c: what becomes of mail that is no answer to an access request: C4-C9, machines, references,
 * representatives, answers.
 */
#include "config.h"

#include "rules/decide.h"

#include "world.h"

static struct world w;
static struct verdict_phrases *phrases;

static void
set_unknown_case(void)
{
	world_reference(&w, 0, PLACE_SUBJECT);
}

static void
set_closed(void)
{
	world_reference(&w, CASE_CLOSED, PLACE_SUBJECT);
}

static void
set_open(void)
{
	world_reference(&w, CASE_OPEN, PLACE_SUBJECT);
}

static void
set_quoted(void)
{
	world_reference(&w, CASE_OPEN, PLACE_QUOTED);
}

static void
set_quoted_other(void)
{
	set_open();
	world_reference(&w, CASE_CLOSED, PLACE_QUOTED);
}

static void
set_two_quoted(void)
{
	set_quoted();
	world_reference(&w, CASE_CLOSED, PLACE_QUOTED);
}

static void
set_two(void)
{
	set_open();
	world_reference(&w, CASE_CLOSED, PLACE_TEXT);
}

static void
set_token(void)
{
	world_token(&w, TOKEN_OF_CASE, EVA);
}

static void
set_token_and_other(void)
{
	set_token();
	set_closed();
}

static void
set_unknown_token(void)
{
	world_token(&w, TOKEN_NONE, EVA);
	set_open();
}

static void
set_undetermined(void)
{
	set_open();
	w.r.undetermined = true;
}

static void
set_weak(void)
{
	set_open();
	w.r.authentication = AUTH_WEAK;
}

static void
set_none(void)
{
	set_open();
	w.r.authentication = AUTH_NONE;
}

static void
set_none_unreferenced(void)
{
	w.r.authentication = AUTH_NONE;
}

static void
set_fail(void)
{
	set_open();
	w.r.authentication = AUTH_FAIL;
}

static void
set_list(void)
{
	set_open();
	w.r.is_list = true;
}

static void
set_list_unreferenced(void)
{
	w.r.is_list = true;
}

static void
set_inactive(void)
{
	set_open();
	w.s.sender.active = false;
}

static void
set_no_from(void)
{
	set_open();
	w.r.from_strict = STR_NONE;
	w.s.sender = (struct person){ 0 };
}

static void
set_empty(void)
{
	set_open();
	w.r.new_text = STR(" \n");
}

static void
set_only_ours(void)
{
	set_token();
	w.tokens[0].sent_text = STR("Dear eva,\nplease send the log file of the last night.\n");
	w.r.new_text = STR("please send the log file of the last night.");
}

static void
set_only_file(void)
{
	static struct reading_attachment file = { .name = STR("log.txt") };

	set_empty();
	w.r.attachments = &file;
	w.r.n_attachments = 1;
}

static void
set_encrypted(void)
{
	set_empty();
	w.r.encrypted = true;
}

static void
set_no_owner(void)
{
	set_open();
	w.cases[0].view.owner = (struct person){ 0 };
}

static void
set_not_waiting(void)
{
	set_open();
	w.cases[0].view.status = STR("OPEN");
	w.cases[0].view.sub_status = STR("Investigation");
}

static void
set_close(void)
{
	set_open();
	w.r.new_text = STR("thanks\n #CLOSE \n");
}

static void
set_reopen(void)
{
	set_closed();
	w.r.new_text = STR("it is back\n#reopen\n");
}

/* Eva's answer from the address that was asked about. */
static void
set_address(void)
{
	struct token_fact *t = world_token(&w, TOKEN_OF_ADDRESS, EVA);

	t->case_id = t->request_id = 0;
	t->sent_to = STR("e.lind@acme.example");
	w.r.from_strict = STR("E.Lind@acme.example");
	w.r.new_text = STR("Yes\n");
}

static void
set_address_denied(void)
{
	set_address();
	w.r.new_text = STR("No\n");
}

static void
set_address_unclear(void)
{
	set_address();
	w.r.new_text = STR("Who are you? This is not mine.\n");
}

static void
set_address_elsewhere(void)
{
	set_address();
	w.r.from_strict = STR("eva@acme.example");
}

static void
set_address_forged(void)
{
	set_address();
	w.r.authentication = AUTH_FAIL;
}

static void
set_address_none(void)
{
	set_address();
	w.r.authentication = AUTH_NONE;
}

static void
set_address_mode_token(void)
{
	set_address_none();
	w.policy.authentication = AUTHENTICATION_TOKEN;
}

static void
set_address_used(void)
{
	set_address();
	w.tokens[0].state = TOKEN_USED;
}

static void
set_address_late(void)
{
	set_address();
	w.tokens[0].state = TOKEN_EXPIRED;
}

static void
set_address_left(void)
{
	set_address();
	w.tokens[0].owner.active = false;
}

static void
set_address_by_list(void)
{
	set_address();
	w.r.is_list = true;
}

static void
set_address_and_case(void)
{
	set_address();
	world_token(&w, TOKEN_OF_CASE, EVA);
}

static void
set_address_machine(void)
{
	set_address();
	w.r.kind = KIND_AUTO_REPLY;
}

static void
set_close_german(void)
{
	set_open();
	w.r.new_text = STR("Danke!\n#SCHLIESSEN\n");
}

static void
set_close_full_width(void)
{
	set_open();
	w.r.new_text = STR("\xef\xbc\x83\xe3\x82\xaf\xe3\x83\xad\xe3\x83\xbc\xe3\x82\xba\n");
}

static void
set_close_in_a_line(void)
{
	set_open();
	w.r.new_text = STR("please #close it\n#close it\n# close\n#closed\n");
}

static void
set_close_of_many(void)
{
	static char text[4096];

	set_open();
	for (size_t i = 0; i < 60; i++)
		snprintf(text + 7 * i, sizeof(text) - 7 * i, "#close\n");
	w.r.new_text = str_of(text);
}

/* The notice names the word, and its lines hang below the answer without a mark. */
static void
set_close_named(void)
{
	world_token(&w, TOKEN_OF_CASE, EVA)->sent_text = STR("Ist alles gut, antworten Sie mit\n#schlie\xc3\x9f"
							     "en auf einer eigenen Zeile.\n");
	w.r.new_text = STR("Danke!\n\n#schlie\xc3\x9f"
			   "en\nIst alles gut, antworten Sie mit\n#schlie\xc3\x9f"
			   "en auf einer eigenen Zeile.\n");
}

static void
set_close_long_word(void)
{
	static struct command_words words[] = { { STR("de"), STR("#bitteschliessen"), STR("#wiederoeffnen") } };
	static struct workflow workflow;

	workflow = *w.policy.workflow;
	workflow.words = words;
	workflow.n_words = 1;
	w.policy.workflow = &workflow;
	world_token(&w, TOKEN_OF_CASE, EVA)->sent_text =
	    STR("Antworten Sie mit #bitteschliessen auf einer eigenen Zeile.\n");
	w.r.new_text = STR("#bitteschliessen\n");
}

static void
set_close_quoted(void)
{
	set_open();
	w.r.new_text = STR("It works.\n");
	w.r.quoted = STR("> #close\n#close\n");
}

static void
set_close_by_list(void)
{
	set_open();
	w.r.new_text = STR("#close\n");
	w.r.is_list = true;
}

static void
set_reopen_open(void)
{
	set_open();
	w.r.new_text = STR("#reopen\n");
}

static void
set_close_closed(void)
{
	set_closed();
	w.r.new_text = STR("#close");
}

static void
set_rita(void)
{
	world_token(&w, TOKEN_OF_CASE, RITA);
}

static void
set_rita_loops(void)
{
	set_rita();
	w.cases[0].mailed_recently = 20;
}

static void
set_contact_is_quick(void)
{
	set_token();
	w.cases[0].mailed_recently = 20;
}

static void
set_rita_internal(void)
{
	set_rita();
	w.r.new_text = STR("\n#Internal\nbroken again");
}

static void
set_rita_internal_colon(void)
{
	set_rita();
	w.r.new_text = STR("#INTERNAL: they pay late");
}

static void
set_rita_internal_below(void)
{
	set_rita();
	w.r.new_text = STR("Hi,\n#internal\nthey pay late");
}

static void
set_rita_weak(void)
{
	set_rita();
	w.r.authentication = AUTH_WEAK;
}

static void
set_rita_void(void)
{
	set_rita();
	w.tokens[0].state = TOKEN_VOID;
}

static void
set_rita_mode_token(void)
{
	set_rita();
	w.r.authentication = AUTH_NONE;
	w.policy.authentication = AUTHENTICATION_TOKEN;
	w.policy.updates_authentication = AUTH_NONE;
}

static void
set_answered(void)
{
	w.answered[0] = (struct answered){ 0, STR("no-reference") };
	w.s.answered = w.answered;
	w.s.n_answered = 1;
}

static void
set_breaker(void)
{
	w.s.answers_recent = 30;
}

static void
set_bcc(void)
{
	w.r.addressed = false;
}

static void
set_no_answer(void)
{
	w.r.no_answer = true;
}

static void
set_mode_token(void)
{
	w.policy.authentication = AUTHENTICATION_TOKEN;
	w.policy.updates_authentication = AUTH_NONE;
	w.r.authentication = AUTH_NONE;
}

static void
set_oversize(void)
{
	w.arrival.oversize = true;
}

static void
set_oversize_none(void)
{
	set_oversize();
	w.r.authentication = AUTH_NONE;
}

static void
set_oversize_answered(void)
{
	set_oversize();
	set_answered();
	w.answered[0].reason = STR("oversize");
}

static void
set_oversize_duplicate(void)
{
	set_oversize();
	w.s.duplicate_of = 7;
}

static void
set_oversize_requeued(void)
{
	set_oversize();
	w.arrival.message = 7;
}

static void
set_oversize_machine(void)
{
	set_oversize();
	w.r.kind = KIND_AUTO_REPLY;
}

static void
set_crash(void)
{
	w.arrival.reader_failed = true;
}

static void
set_malformed(void)
{
	w.r.malformed = STR("two-from");
}

static void
set_duplicate(void)
{
	set_open();
	w.s.duplicate_of = 7;
}

static void
set_own(void)
{
	set_open();
	w.r.kind = KIND_OWN;
}

static void
set_vacation(void)
{
	set_open();
	w.r.kind = KIND_AUTO_REPLY;
}

/* Ada's mail program answers the request mail. */
static void
set_vacation_approver(void)
{
	w.r.kind = KIND_AUTO_REPLY;
	world_token(&w, TOKEN_OF_APPROVAL, ADA);
}

static void
set_vacation_last(void)
{
	static int64_t ben = BEN;

	set_vacation_approver();
	w.request.absent = &ben;
	w.request.n_absent = 1;
}

static void
set_vacation_alone(void)
{
	set_vacation_approver();
	w.lines[0].n_approvers = 1;
}

static void
set_vacation_again(void)
{
	static int64_t ada = ADA;

	set_vacation_alone();
	w.request.absent = &ada;
	w.request.n_absent = 1;
}

static void
set_vacation_decided(void)
{
	set_vacation_alone();
	w.lines[0].state = LINE_APPROVED;
}

static void
set_vacation_void(void)
{
	set_vacation_alone();
	w.tokens[0].state = TOKEN_VOID;
}

static void
set_vacation_original(void)
{
	w.r.kind = KIND_AUTO_REPLY;
	w.lines[0].n_approvers = 1;
	w.s.original = 50;
	w.s.original_case = CASE_ADMIN;
	w.s.original_request = REQUEST;
	w.s.original_to = people[ADA];
}

static void
set_bounce(void)
{
	w.r.kind = KIND_BOUNCE;
	w.r.permanent = 1;
}

static void
set_bounce_contact(void)
{
	set_bounce();
	w.s.original = 50;
	w.s.original_case = CASE_OPEN;
	w.s.original_to = people[EVA];
	w.s.original_proved = true;
}

static void
set_bounce_temporary(void)
{
	set_bounce_contact();
	w.r.permanent = 0;
}

static void
set_bounce_approver(void)
{
	set_bounce_contact();
	w.s.original_case = CASE_ADMIN;
	w.s.original_request = REQUEST;
	w.s.original_to = people[ADA];
}

static void
set_bounce_administrator(void)
{
	set_bounce_approver();
	w.s.original_to = people[ADMA];
}

static void
set_bounce_again(void)
{
	set_bounce_approver();
	w.s.original_bounced = true;
	w.s.original_to.undeliverable = true;
}

static void
set_bounce_for_good(void)
{
	set_bounce_approver();
	w.s.original_bounced = true;
}

static void
set_bounce_unproved(void)
{
	set_bounce_contact();
	w.s.original_proved = false;
}

static void
set_bounce_unproved_approver(void)
{
	set_bounce_approver();
	w.s.original_proved = false;
}

static void
set_bounce_unproved_again(void)
{
	set_bounce_unproved();
	w.s.original_claimed = true;
}

static void
set_bounce_proved_after_claim(void)
{
	set_bounce_contact();
	w.s.original_claimed = true;
}

static void
set_complaint(void)
{
	set_bounce_contact();
	w.r.kind = KIND_COMPLAINT;
}

static void
set_complaint_unproved(void)
{
	set_complaint();
	w.s.original_proved = false;
}

static void
set_complaint_again(void)
{
	set_complaint();
	w.s.original_to.undeliverable = true;
}

static void
set_complaint_unpaired(void)
{
	set_bounce();
	w.r.kind = KIND_COMPLAINT;
}

#define APPEND "update status:OPEN notice:customer-replied#>rita"
static void
set_other_customer(void)
{
	set_open();
	w.s.sender.organisation = ORG_PARTNER;
}

static void
set_partner_of_it(void)
{
	set_other_customer();
	w.cases[0].view.deployment.partner = ORG_PARTNER;
}

static const struct row {
	const char *name;
	int from;
	void (*set)(void);
	enum outcome outcome;
	const char *reason, *effects;
} rows[] = {
	{ "too big: one answer", EVA, set_oversize, OUTCOME_QUARANTINED, "oversize", "notice:reply-refused!>eva" },
	{ "too big, of a stranger", 0, set_oversize, OUTCOME_QUARANTINED, "oversize", "" },
	{ "too big, of nobody we can be sure of", EVA, set_oversize_none, OUTCOME_QUARANTINED, "oversize", "" },
	{ "too big, told today", EVA, set_oversize_answered, OUTCOME_QUARANTINED, "oversize", "" },
	{ "too big, delivered again", EVA, set_oversize_duplicate, OUTCOME_QUARANTINED, "oversize", "" },
	{ "too big, decided anew", EVA, set_oversize_requeued, OUTCOME_QUARANTINED, "oversize", "" },
	{ "too big, by a machine", EVA, set_oversize_machine, OUTCOME_QUARANTINED, "oversize", "" },
	{ "17: the reader crashed twice", EVA, set_crash, OUTCOME_QUARANTINED, "reader-failed", "" },
	{ "row 1, 12: malformed", EVA, set_malformed, OUTCOME_QUARANTINED, "malformed", "" },
	{ "19: a duplicate", EVA, set_duplicate, OUTCOME_DUPLICATE, "duplicate", "" },
	{ "33: own mail", EVA, set_own, OUTCOME_MACHINE, "own-mail", "" },
	{ "row 2, 11: an out-of-office", EVA, set_vacation, OUTCOME_MACHINE, "auto-reply", "" },
	{ "A2: one of two approvers is away", ADA, set_vacation_approver, OUTCOME_MACHINE, "auto-reply", "absent" },
	{ "A2: both are", ADA, set_vacation_last, OUTCOME_MACHINE, "auto-reply", "absent notice:escalation>adma" },
	{ "A2: the only one is", ADA, set_vacation_alone, OUTCOME_MACHINE, "auto-reply",
	    "absent notice:escalation>adma" },
	{ "A2: so says the mail it answers", ADA, set_vacation_original, OUTCOME_MACHINE, "auto-reply",
	    "absent notice:escalation>adma" },
	{ "A2: told once", ADA, set_vacation_again, OUTCOME_MACHINE, "auto-reply", "" },
	{ "A2: away, but it is decided", ADA, set_vacation_decided, OUTCOME_MACHINE, "auto-reply", "" },
	{ "A2: away, with a void token", ADA, set_vacation_void, OUTCOME_MACHINE, "auto-reply", "" },
	{ "52: an unpaired bounce", 0, set_bounce, OUTCOME_MACHINE, "bounce-unpaired", "" },
	{ "52: of a contact", 0, set_bounce_contact, OUTCOME_MACHINE, "bounce-permanent",
	    "bounced undeliverable update-" },
	{ "52: a temporary one", 0, set_bounce_temporary, OUTCOME_MACHINE, "bounce", "bounced" },
	{ "52: of an approver", 0, set_bounce_approver, OUTCOME_MACHINE, "bounce-permanent",
	    "bounced undeliverable update- notice:escalation>adma" },
	{ "52: no mail to whom it bounced", 0, set_bounce_administrator, OUTCOME_MACHINE, "bounce-permanent",
	    "bounced undeliverable update-" },
	{ "52: the same report again", 0, set_bounce_again, OUTCOME_MACHINE, "bounce-again", "" },
	{ "52: by the Message-ID alone", 0, set_bounce_unproved, OUTCOME_MACHINE, "bounce-unproved",
	    "bounce-claimed update- notice:escalation>adma" },
	{ "52: likewise, of an approver", 0, set_bounce_unproved_approver, OUTCOME_MACHINE, "bounce-unproved",
	    "bounce-claimed update- notice:escalation>adma" },
	{ "52: likewise again", 0, set_bounce_unproved_again, OUTCOME_MACHINE, "bounce-again", "" },
	{ "52: a true one after a forged one", 0, set_bounce_proved_after_claim, OUTCOME_MACHINE, "bounce-permanent",
	    "bounced undeliverable update-" },
	{ "a complaint", 0, set_complaint, OUTCOME_MACHINE, "complaint-stops",
	    "undeliverable update- notice:escalation>adma" },
	{ "a complaint by the Message-ID alone", 0, set_complaint_unproved, OUTCOME_MACHINE, "complaint-unproved",
	    "bounce-claimed update- notice:escalation>adma" },
	{ "a complaint again", 0, set_complaint_again, OUTCOME_MACHINE, "complaint-again", "" },
	{ "a complaint about no mail of ours", 0, set_complaint_unpaired, OUTCOME_MACHINE, "complaint", "" },
	{ "52: for good after a temporary one", 0, set_bounce_for_good, OUTCOME_MACHINE, "bounce-permanent",
	    "bounced undeliverable update- notice:escalation>adma" },
	{ "46: undetermined", EVA, set_undetermined, OUTCOME_HELD, "undetermined", "" },
	{ "29: two cases named", EVA, set_two, OUTCOME_HELD, "references-disagree", "" },
	{ "29: token and subject disagree", EVA, set_token_and_other, OUTCOME_HELD, "references-disagree", "" },
	{ "a quoted reference counts alone", EVA, set_quoted, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "a quoted reference yields", EVA, set_quoted_other, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "two quoted references disagree", EVA, set_two_quoted, OUTCOME_HELD, "references-disagree", "" },
	{ "an unknown token says nothing", EVA, set_unknown_token, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C5 C7: by reference", EVA, set_open, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C5: by token", EVA, set_token, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C7: not waiting: no status", EVA, set_not_waiting, OUTCOME_APPENDED, "customer-replied",
	    "update notice:customer-replied#>rita" },
	{ "no owner: administrators", EVA, set_no_owner, OUTCOME_APPENDED, "customer-replied",
	    "update status:OPEN notice:customer-replied#>adma" },
	{ "C10: only a file", EVA, set_only_file, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "encrypted: kept, and said", EVA, set_encrypted, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "nothing new", EVA, set_empty, OUTCOME_HELD, "empty", "" },
	{ "nothing but our own words", EVA, set_only_ours, OUTCOME_HELD, "empty", "" },
	{ "list mail may be appended", EVA, set_list, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "weak authentication", EVA, set_weak, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "below what is required", EVA, set_none, OUTCOME_HELD, "unverified", "" },
	{ "3: forged", EVA, set_fail, OUTCOME_REFUSED, "authentication-failed", "" },
	{ "C4: no reference: one answer", EVA, NULL, OUTCOME_REFUSED, "no-reference", "notice:reply-refused!>eva" },
	{ "C4: strangers get none", 0, NULL, OUTCOME_REFUSED, "unknown-sender", "" },
	{ "34: once a day", EVA, set_answered, OUTCOME_REFUSED, "no-reference", "" },
	{ "32: the breaker", EVA, set_breaker, OUTCOME_REFUSED, "no-reference", "" },
	{ "answers: only when addressed", EVA, set_bcc, OUTCOME_REFUSED, "no-reference", "" },
	{ "answers: not where suppressed", EVA, set_no_answer, OUTCOME_REFUSED, "no-reference", "" },
	{ "answers: not to lists", EVA, set_list_unreferenced, OUTCOME_REFUSED, "no-reference", "" },
	{ "answers: not to unverified senders", EVA, set_none_unreferenced, OUTCOME_REFUSED, "no-reference", "" },
	{ "mode token: to registered addresses", EVA, set_mode_token, OUTCOME_REFUSED, "no-reference",
	    "notice:reply-refused!>eva" },
	{ "C6: Read-Only", OLE, set_open, OUTCOME_REFUSED, "not-permitted", "notice:reply-refused!>ole" },
	{ "28: a contact of another customer", OLE, set_other_customer, OUTCOME_HELD, "other-customer",
	    "notice:reply-refused!>ole" },
	{ "28: of the partner that manages it", OLE, set_partner_of_it, OUTCOME_REFUSED, "not-permitted",
	    "notice:reply-refused!>ole" },
	{ "C6: a case that does not exist", EVA, set_unknown_case, OUTCOME_REFUSED, "not-permitted",
	    "notice:reply-refused!>eva" },
	{ "26: a stranger with the reference", 0, set_open, OUTCOME_REFUSED, "unknown-sender", "" },
	{ "A8: who has left", EVA, set_inactive, OUTCOME_REFUSED, "inactive-sender", "" },
	{ "14: no identity", 0, set_no_from, OUTCOME_REFUSED, "no-identity", "" },
	{ "C8: closed", EVA, set_closed, OUTCOME_REFUSED, "closed-case", "notice:reply-refused!#>eva" },
	{ "C8: #close of a closed one", EVA, set_close_closed, OUTCOME_REFUSED, "closed-case",
	    "notice:reply-refused!#>eva" },
	{ "C8: #reopen", EVA, set_reopen, OUTCOME_APPENDED, "reopen-requested",
	    "update notice:reopen-requested#>rita" },
	{ "C8: #close", EVA, set_close, OUTCOME_APPENDED, "closure-requested",
	    "update status:OPEN notice:closure-requested#>rita" },
	{ "P1: an address is verified", 0, set_address, OUTCOME_DECIDED, "address-verified", "token address" },
	{ "P1: not by a no", 0, set_address_denied, OUTCOME_HELD, "address-denied", "token" },
	{ "P1: not by an unclear answer", 0, set_address_unclear, OUTCOME_HELD, "address-unclear", "" },
	{ "P1: in mode token", 0, set_address_mode_token, OUTCOME_DECIDED, "address-verified", "token address" },
	{ "P1: not from another address", EVA, set_address_elsewhere, OUTCOME_REFUSED, "address-differs", "" },
	{ "P1: not by a forged answer", 0, set_address_forged, OUTCOME_REFUSED, "authentication-failed", "" },
	{ "P1: not by an unauthenticated one", 0, set_address_none, OUTCOME_HELD, "unverified", "" },
	{ "P1: not twice", 0, set_address_used, OUTCOME_REFUSED, "address-token-ended", "" },
	{ "P1: not too late", 0, set_address_late, OUTCOME_REFUSED, "address-token-ended", "" },
	{ "P1: not for one who has left", 0, set_address_left, OUTCOME_REFUSED, "address-token-ended", "" },
	{ "P1: not through a list", 0, set_address_by_list, OUTCOME_HELD, "unverified", "" },
	{ "P1: not together with a case", 0, set_address_and_case, OUTCOME_HELD, "references-differ", "" },
	{ "P1: not by a machine", 0, set_address_machine, OUTCOME_MACHINE, "auto-reply", "" },
	{ "C8: #close in another language", EVA, set_close_german, OUTCOME_APPENDED, "closure-requested",
	    "update status:OPEN notice:closure-requested#>rita" },
	{ "C8: #close from an East Asian keyboard", EVA, set_close_full_width, OUTCOME_APPENDED, "closure-requested",
	    "update status:OPEN notice:closure-requested#>rita" },
	{ "C8: #close only as a whole line", EVA, set_close_in_a_line, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C8: no letter has sixty of them", EVA, set_close_of_many, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C8: #close above the notice that names it", EVA, set_close_named, OUTCOME_APPENDED, "closure-requested",
	    "update status:OPEN notice:closure-requested#>rita" },
	{ "C8: a long word that the notice names", EVA, set_close_long_word, OUTCOME_APPENDED, "closure-requested",
	    "update status:OPEN notice:closure-requested#>rita" },
	{ "C8: #close only in new text", EVA, set_close_quoted, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C8: #close through a list asks for nothing", EVA, set_close_by_list, OUTCOME_APPENDED, "customer-replied",
	    APPEND },
	{ "C8: #close by one who may not", OLE, set_close, OUTCOME_REFUSED, "not-permitted",
	    "notice:reply-refused!>ole" },
	{ "C8: #reopen of an open one", EVA, set_reopen_open, OUTCOME_APPENDED, "customer-replied", APPEND },
	{ "C9: a representative posts", RITA, set_rita, OUTCOME_POSTED, "representative-posted",
	    "update notice:update#>eva" },
	{ "34: a representative's program answers without end", RITA, set_rita_loops, OUTCOME_HELD, "loop", "" },
	{ "34: a contact's only reaches the owner", EVA, set_contact_is_quick, OUTCOME_APPENDED, "customer-replied",
	    APPEND },
	{ "C9: #internal", RITA, set_rita_internal, OUTCOME_POSTED, "internal-note", "update-" },
	{ "C9: #internal with more on the line", RITA, set_rita_internal_colon, OUTCOME_POSTED, "internal-note",
	    "update-" },
	{ "C9: #internal below a greeting", RITA, set_rita_internal_below, OUTCOME_POSTED, "internal-note", "update-" },
	{ "a representative without own token", RITA, set_open, OUTCOME_HELD, "representative-unproved", "" },
	{ "a representative with another's token", RITA, set_token, OUTCOME_HELD, "representative-unproved", "" },
	{ "a representative with a void token", RITA, set_rita_void, OUTCOME_HELD, "representative-unproved", "" },
	{ "a representative unverified", RITA, set_rita_weak, OUTCOME_HELD, "representative-unverified", "" },
	{ "a representative in mode token", RITA, set_rita_mode_token, OUTCOME_POSTED, "representative-posted",
	    "update notice:update#>eva" },
	{ "somebody with a representative's token", 0, set_rita, OUTCOME_REFUSED, "unknown-sender", "" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		world_init(&w, phrases);
		world_from(&w, row->from);
		w.r.new_text = STR("it works now");
		if (row->set != NULL)
			row->set();
		decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
		IS_STR(str_of(outcome_name(w.plan.outcome)), str_of(outcome_name(row->outcome)), row->name);
		IS_STR(str_of(w.plan.reason), str_of(row->reason), "its reason");
		IS_STR(world_effects(&w.plan, w.arena), str_of(row->effects), "its effects");
		OK(w.plan.trace != NULL && w.plan.rule[0] != '\0', "its trace");
		arena_close(&w.arena);
	}
}

static void
decide(int from, void (*set)(void))
{
	world_init(&w, phrases);
	world_from(&w, from);
	w.r.new_text = STR("it works now");
	set();
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
}

/* The same words for somebody else's case and for one that does not exist. */
static void
test_no_oracle(void)
{
	struct str text[2][2];
	int64_t about[2];

	for (int i = 0; i < 2; i++) {
		decide(i ? EVA : OLE, i ? set_unknown_case : set_open);
		text[i][0] = arena_copy(w.arena, world_value(&w.plan, NOTICE_REPLY_REFUSED, "reason"));
		text[i][1] = arena_copy(w.arena, world_value(&w.plan, NOTICE_REPLY_REFUSED, "not_permitted"));
		about[i] = w.plan.effects->notice.case_id;
		IS_STR(text[i][0], STR("not-permitted"), "C6: the reason");
		IS_STR(text[i][1], STR("yes"), "C6: its flag");
		arena_close(&w.arena);
	}
	OK(about[0] == 0 && about[1] == 0, "26: the answer names no case, whether there is one or not");
}

static void
test_texts(void)
{
	static struct str note = STR("attachment-dropped big.zip 31457280");

	decide(EVA, set_close);
	IS_STR(world_effect(&w.plan, EFFECT_UPDATE)->text, STR("thanks"), "C8: the word is taken out");
	arena_close(&w.arena);
	decide(RITA, set_rita_internal);
	IS_STR(world_effect(&w.plan, EFFECT_UPDATE)->text, STR("broken again"), "C9: the mark is taken out");
	arena_close(&w.arena);
	world_init(&w, phrases);
	world_from(&w, EVA);
	world_token(&w, TOKEN_OF_CASE, EVA)->sent_text =
	    STR("Dear eva,\nplease send the log file of the last night.\nYour support\n");
	w.r.new_text =
	    STR("Here it is.\nWednesday we wrote\nplease send the log file of\nthe last night.\nYour support\n");
	w.r.notes = &note;
	w.r.n_notes = 1;
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_effect(&w.plan, EFFECT_UPDATE)->text,
	    STR("Here it is.\nWednesday we wrote\n\n[a file was left out, by its size or number: big.zip, 31457280 "
		"bytes]"),
	    "our own words at the end go, however they were wrapped; 42: what was dropped is said");
	IS_STR(
	    world_value(&w.plan, NOTICE_REPLY_INCOMPLETE, "files_too_big"), STR("big.zip"), "and the sender is told");
	IS_STR(world_value(&w.plan, NOTICE_REPLY_INCOMPLETE, "text_damaged"), STR_NONE, "not of what was not lost");
	arena_close(&w.arena);
	world_init(&w, phrases);
	world_from(&w, EVA);
	world_token(&w, TOKEN_OF_CASE, EVA);
	w.r.new_text = STR("one\x1b[2J\ttwo\xe2\x80\xaethree\n\xe2\x80\x8d");
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_effect(&w.plan, EFFECT_UPDATE)->text, STR("one\\x{1b}[2J\ttwo\\x{202e}three\n\xe2\x80\x8d"),
	    "44: controls and marks of direction are stored as text, what joins letters as it is");
	IS_STR(world_value(&w.plan, NOTICE_CUSTOMER_REPLIED, "old_status"),
	    STR("AWAITING INFO / Info Required from Customer"), "C7: the owner sees the status before");
	IS_STR(
	    world_value(&w.plan, NOTICE_CUSTOMER_REPLIED, "new_status"), STR("OPEN / Customer Responded"), "and after");
	arena_close(&w.arena);
}

/* Who is told that something was lost, and who is not. */
static void
test_losses(void)
{
	static const struct {
		const char *what, *note, *value, *text;
		bool answered, list, machine, again;
		bool told;
	} lost[] = {
		{ "encrypted", "text-encrypted", "text_encrypted", "yes", .told = true },
		{ "not decodable", "text-damaged", "text_damaged", "yes", .told = true },
		{ "of a refused type", "attachment-refused a b.exe 7", "files_refused", "a b.exe", .told = true },
		{ "told today", "text-damaged", NULL, NULL, .answered = true },
		{ "through a list", "text-damaged", NULL, NULL, .list = true },
		{ "asked for no answer", "text-damaged", NULL, NULL, .machine = true },
		{ "decided anew by an operator", "text-damaged", NULL, NULL, .again = true },
		{ "nothing lost", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
		struct answered before = { .reason = STR("incomplete") };
		struct str note = str_of(lost[i].note ? lost[i].note : "");
		size_t told = 0;

		world_init(&w, phrases);
		world_from(&w, EVA);
		world_token(&w, TOKEN_OF_CASE, EVA);
		w.r.new_text = STR("see below");
		w.r.notes = &note;
		w.r.n_notes = lost[i].note != NULL;
		before.case_id = w.s.cases[0].view.id;
		w.s.answered = &before;
		w.s.n_answered = lost[i].answered;
		w.r.is_list = lost[i].list;
		w.r.no_answer = lost[i].machine;
		w.arrival.message = lost[i].again;
		decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
		for (const struct effect *f = w.plan.effects; f != NULL; f = f->next)
			if (f->kind == EFFECT_NOTICE && f->notice.kind == NOTICE_REPLY_INCOMPLETE) {
				told++;
				OK(f->notice.is_answer && f->notice.case_id == before.case_id, "%s: an answer",
				    lost[i].what);
			}
		IS_INT((long long)told, lost[i].told, lost[i].what);
		if (lost[i].told)
			IS_STR(world_value(&w.plan, NOTICE_REPLY_INCOMPLETE, lost[i].value), str_of(lost[i].text),
			    lost[i].what);
		IS_STR(
		    world_effect(&w.plan, EFFECT_UPDATE)->text.n ? STR("kept") : STR_NONE, STR("kept"), lost[i].what);
		arena_close(&w.arena);
	}
}

int
main(void)
{
	static const struct strings all = { 0 };
	struct err e;

	phrases = verdict_open(&all, &all, &all, &e);
	OK(phrases != NULL, "phrases");
	test_rows();
	test_no_oracle();
	test_texts();
	test_losses();
	verdict_close(&phrases);
	return tap_done();
}
