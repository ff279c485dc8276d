/* SPDX-License-Identifier: ISC
 * test_decide_approval.c: answers to access requests, by the rows of the decision table and the requirements.
 */
#include "config.h"

#include "rules/answer.h"

#include "base/crypto.h"
#include "world.h"

static struct world w;
static struct verdict_phrases *phrases;

#define SENT                                                                                                           \
	"Hello ada,\neva Test asks for access of pat Test to the following deployments.\n"                             \
	"Reply with YES to approve or NO to reject.\nYES\nNO\nYour support team at Example\n"

static void
set_auth(enum authentication_level l)
{
	w.r.authentication = l;
}

static void
set_weak(void)
{
	set_auth(AUTH_WEAK);
}

static void
set_none(void)
{
	set_auth(AUTH_NONE);
}

static void
set_fail(void)
{
	set_auth(AUTH_FAIL);
}

static void
set_mode_token(void)
{
	set_none();
	w.policy.authentication = AUTHENTICATION_TOKEN;
	w.policy.updates_authentication = AUTH_NONE;
}

static void
set_list(void)
{
	w.r.is_list = true;
}

static void
set_auto_reply(void)
{
	w.r.kind = KIND_AUTO_REPLY;
}

static void
set_decided(void)
{
	w.lines[0].state = LINE_DENIED;
	w.lines[0].decided_by = people[BEN];
	w.lines[0].decided_at = NOW - HOUR;
	w.tokens[0].state = TOKEN_USED;
}

static void
set_decided_none(void)
{
	set_decided();
	set_none();
}

static void
set_decided_mode_token(void)
{
	set_decided();
	set_mode_token();
}

static void
set_void_mode_token(void)
{
	w.tokens[0].state = TOKEN_VOID;
	set_mode_token();
}

static void
set_expired(void)
{
	w.request.expires_at = NOW - HOUR;
}

static void
set_sent_in_time(void)
{
	w.s.now = NOW + 48 * HOUR; /* read late, arrived early */
}

static void
set_new_version(void)
{
	w.request.version = 2;
}

static void
set_grantee(void)
{
	w.request.person = people[ADA];
}

static void
set_grantee_alias(void)
{
	set_grantee();
	w.request.person.id = 0;
	w.request.person.address = STR("ADA@acme.example");
}

static void
set_own_request(void)
{
	set_grantee();
	w.request.requester = people[ADA];
}

static void
set_own_request_barred(void)
{
	set_own_request();
	w.policy.approval_self_grant = false;
}

static void
set_removed(void)
{
	w.approvers[0] = people[BEN];
	w.lines[0].n_approvers = 1;
}

static void
set_confirm_level(void)
{
	static struct str list[] = { STR("read-write") };

	w.policy.confirm_levels = (struct strings){ list, 1 };
}

static void
set_sender_field(void)
{
	w.r.sender_address = STR("assistant@elsewhere.example");
}

static void
set_no_token(void)
{
	w.s.n_tokens = 0;
	world_reference(&w, CASE_ADMIN, PLACE_SUBJECT);
}

static void
set_no_token_weak(void)
{
	set_no_token();
	set_weak();
}

static void
set_no_token_mode_token(void)
{
	set_no_token();
	set_mode_token();
}

static void
set_void(void)
{
	w.tokens[0].state = TOKEN_VOID;
}

static void
set_void_unverified(void)
{
	set_void();
	set_none();
}

static void
set_asked_today(void)
{
	w.s.asked_again = 1;
	w.s.asked_again_last = NOW - 2 * HOUR;
}

static void
set_asked_yesterday(void)
{
	w.s.asked_again = 2;
	w.s.asked_again_last = NOW - 30 * HOUR;
}

static void
set_asked_enough(void)
{
	w.s.asked_again = 3;
	w.s.asked_again_last = NOW - 30 * HOUR;
}

static void
set_asked_enough_weak(void)
{
	set_asked_enough();
	set_weak();
}

static void
set_interleaved(void)
{
	w.r.interleaved = true;
}

static void
set_damaged(void)
{
	w.r.damaged = true;
}

static void
set_encrypted(void)
{
	w.r.encrypted = true;
}

static void
set_html_differs(void)
{
	w.r.other_text = STR("No, rejected.");
}

static void
set_html_unread(void)
{
	w.r.other_unread = true;
}

static void
set_html_same(void)
{
	w.r.other_text = STR("Yes");
}

static void
set_forward(void)
{
	w.r.is_forward = true;
}

static void
set_two_owners(void)
{
	world_token(&w, TOKEN_OF_APPROVAL, BEN);
	w.tokens[1].place = PLACE_IN_REPLY_TO;
}

static void
set_old_too(void)
{
	world_token(&w, TOKEN_OF_APPROVAL, ADA);
	w.tokens[1].place = PLACE_IN_REPLY_TO;
	w.tokens[1].state = TOKEN_VOID;
}

static void
set_other_case(void)
{
	world_reference(&w, CASE_OPEN, PLACE_SUBJECT);
}

static void
set_purged(void)
{
	w.s.n_requests = 0;
}

static void
set_left(void)
{
	w.s.sender.active = false;
}

static void
set_confirmation(bool approve)
{
	char hex[SHA256_HEX];

	crypto_sha256_hex(STR("ABC123"), hex);
	w.tokens[0].kind = TOKEN_OF_CONFIRMATION;
	w.tokens[0].code = arena_copy(w.arena, str_of(hex));
	w.tokens[0].confirms = approve;
	set_weak();
}

static void
set_confirm_yes(void)
{
	set_confirmation(true);
}

static void
set_confirm_no(void)
{
	set_confirmation(false);
	set_none();
}

static void
set_confirm_forged(void)
{
	set_confirmation(true);
	set_fail();
}

static void
set_confirm_sender_field(void)
{
	set_confirmation(true);
	set_sender_field();
}

#define RECEIPTS                                                                                                       \
	"notice:decision-receipt>ada notice:decision-receipt>ben notice:decision-requester>eva tokens status:CLOSED "
#define APPROVED "line:approved grant update " RECEIPTS "notice:access-granted>pat"
#define APPROVED_WITH_WORDS "line:approved grant update update- " RECEIPTS "notice:access-granted>pat"
#define DENIED "line:denied update " RECEIPTS "notice:access-denied>pat"
#define ASK "update- notice:ask-again!#>ada asked"
#define CONFIRM "notice:confirm!#>ada asked"

static const struct row {
	const char *name;
	int from;
	void (*set)(void);
	const char *text;
	enum outcome outcome;
	const char *reason, *effects;
} rows[] = {
	{ "row 2: an out-of-office", ADA, set_auto_reply, "Yes", OUTCOME_MACHINE, "auto-reply", "absent" },
	{ "row 2: through a list", ADA, set_list, "Yes", OUTCOME_MACHINE, "list", "" },
	{ "row 3: A = fail with token", ADA, set_fail, "Yes", OUTCOME_REFUSED, "authentication-failed",
	    "token notice:security>ada" },
	{ "row 4: another sender", EVA, NULL, "Yes", OUTCOME_REFUSED, "sender-differs",
	    "token notice:security>ada notice:security>adma" },
	{ "row 4: a stranger", 0, NULL, "Yes", OUTCOME_REFUSED, "sender-differs",
	    "token notice:security>ada notice:security>adma" },
	{ "row 4: another approver with this token", BEN, NULL, "Yes", OUTCOME_REFUSED, "sender-differs",
	    "token notice:security>ada notice:security>adma" },
	{ "row 5: decided: told who", ADA, set_decided, "Yes", OUTCOME_ALREADY_DECIDED, "decided",
	    "notice:already-decided!>ada" },
	{ "row 5: decided, unverified: not told", ADA, set_decided_none, "Yes", OUTCOME_ALREADY_DECIDED, "decided",
	    "" },
	{ "row 5: decided, in mode token: told", ADA, set_decided_mode_token, "Yes", OUTCOME_ALREADY_DECIDED, "decided",
	    "notice:already-decided!>ada" },
	{ "row 11: void, in mode token", ADA, set_void_mode_token, "Yes", OUTCOME_REFUSED, "no-token", "" },
	{ "row 5: decided, another sender: not told", 0, set_decided, "Yes", OUTCOME_ALREADY_DECIDED, "decided", "" },
	{ "row 5, 18: expired by arrival", ADA, set_expired, "Yes", OUTCOME_ALREADY_DECIDED, "expired",
	    "notice:already-decided!>ada" },
	{ "18: arrived in time, read late", ADA, set_sent_in_time, "Yes", OUTCOME_DECIDED, "approved", APPROVED },
	{ "row 5, 24: a newer version", ADA, set_new_version, "Yes", OUTCOME_ALREADY_DECIDED, "superseded",
	    "notice:already-decided!>ada" },
	{ "row 6, 20: the grantee", ADA, set_grantee, "Yes", OUTCOME_REFUSED, "approver-is-grantee",
	    "token notice:escalation>adma" },
	{ "row 6, 20: by address", ADA, set_grantee_alias, "Yes", OUTCOME_REFUSED, "approver-is-grantee",
	    "token notice:escalation>adma" },
	{ "row 6: not for an own request", ADA, set_own_request, "Yes", OUTCOME_DECIDED, "approved",
	    "line:approved grant update notice:decision-receipt>ben notice:decision-requester>ada tokens "
	    "status:CLOSED notice:access-granted>ada" },
	{ "row 6: self_grant = false", ADA, set_own_request_barred, "Yes", OUTCOME_REFUSED, "approver-is-grantee",
	    "token notice:escalation>adma" },
	{ "25: approver removed meanwhile", ADA, set_removed, "Yes", OUTCOME_REFUSED, "not-approver", "" },
	{ "row 7: yes", ADA, NULL, "Yes, approved.", OUTCOME_DECIDED, "approved", APPROVED },
	{ "row 7: no", ADA, NULL, "No.", OUTCOME_DECIDED, "denied", DENIED },
	{ "row 7: in mode token", ADA, set_mode_token, "Yes", OUTCOME_DECIDED, "approved", APPROVED },
	{ "row 4: mode token, another sender", EVA, set_mode_token, "Yes", OUTCOME_REFUSED, "sender-differs",
	    "token notice:security>ada notice:security>adma" },
	{ "row 7: HTML says the same", ADA, set_html_same, "Yes", OUTCOME_DECIDED, "approved", APPROVED },
	{ "row 7: an older mail in the thread", ADA, set_old_too, "Yes", OUTCOME_DECIDED, "approved", APPROVED },
	{ "row 7, 22: confirm_levels", ADA, set_confirm_level, "Yes", OUTCOME_CONFIRMATION_ASKED, "confirmation-needed",
	    CONFIRM },
	{ "22: confirm_levels ask for no denial", ADA, set_confirm_level, "No", OUTCOME_DECIDED, "denied", DENIED },
	{ "row 8: weak, yes", ADA, set_weak, "Yes", OUTCOME_CONFIRMATION_ASKED, "confirmation-needed", CONFIRM },
	{ "row 8: none, yes", ADA, set_none, "Yes", OUTCOME_CONFIRMATION_ASKED, "confirmation-needed", CONFIRM },
	{ "row 8: no endless confirmations", ADA, set_asked_enough_weak, "Yes", OUTCOME_HELD, "confirmation-limit",
	    "" },
	{ "row 9: weak, no", ADA, set_weak, "No", OUTCOME_DECIDED, "denied", DENIED },
	{ "row 9: none, no", ADA, set_none, "No", OUTCOME_CONFIRMATION_ASKED, "confirmation-needed", CONFIRM },
	{ "row 10: no token", ADA, set_no_token, "Yes", OUTCOME_CONFIRMATION_ASKED, "no-token", CONFIRM },
	{ "row 10: a void token", ADA, set_void, "Yes", OUTCOME_CONFIRMATION_ASKED, "no-token", CONFIRM },
	{ "row 11: no token, weak", ADA, set_no_token_weak, "Yes", OUTCOME_REFUSED, "no-token", "" },
	{ "row 11: no token in mode token", ADA, set_no_token_mode_token, "Yes", OUTCOME_REFUSED, "no-token", "" },
	{ "row 11: a void token, unverified", ADA, set_void_unverified, "Yes", OUTCOME_REFUSED, "no-token", "" },
	{ "1: no token, no approver", EVA, set_no_token, "Yes", OUTCOME_APPENDED, "customer-replied",
	    "update notice:customer-replied#>rita" },
	{ "row 12: unclear", ADA, NULL, "Well, maybe next week", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12: again the next day", ADA, set_asked_yesterday, "Hm?", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12: once a day", ADA, set_asked_today, "Hm?", OUTCOME_HELD, "ask-again-limit", "update-" },
	{ "row 12, 35: three times", ADA, set_asked_enough, "Hm?", OUTCOME_HELD, "ask-again-limit", "update-" },
	{ "row 12: empty", ADA, NULL, " \n", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12: with a condition", ADA, NULL, "Yes, but only until Friday", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12, 37: HTML was not read", ADA, set_html_unread, "Yes", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12, 37: HTML says otherwise", ADA, set_html_differs, "Yes", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12, 40: damaged", ADA, set_damaged, "Yes", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12: encrypted", ADA, set_encrypted, "", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12: interleaved", ADA, set_interleaved, "Yes", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12: a forward without a word", ADA, set_forward, "Yes", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12, 10: our own words", ADA, NULL, "Reply with YES to approve or NO to reject.\nYES\n",
	    OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "row 12, 10: answer between our own words", ADA, NULL,
	    "Hi\nReply with YES to approve or NO to reject.\nYes\n", OUTCOME_ASKED_AGAIN, "unclear", ASK },
	{ "10: an answer below the unmarked quote", ADA, NULL, SENT "\nApproved\n", OUTCOME_DECIDED, "approved",
	    APPROVED },
	{ "10: an answer above it", ADA, NULL, "Rejected\n" SENT, OUTCOME_DECIDED, "denied", DENIED },
	{ "10: quoted by unknown marks", ADA, NULL, "| Reply with YES to approve or NO to reject.\n| YES\n\nNo",
	    OUTCOME_DECIDED, "denied", DENIED },
	{ "confirmation: the code", ADA, set_confirm_yes, "abc123", OUTCOME_DECIDED, "approved", APPROVED },
	{ "confirmation: the code and yes", ADA, set_confirm_yes, "ABC123 yes\n-- \nAda", OUTCOME_DECIDED, "approved",
	    APPROVED_WITH_WORDS },
	{ "confirmation: of a denial", ADA, set_confirm_no, "Code: ABC123.", OUTCOME_DECIDED, "denied", DENIED },
	{ "59: confirmed, though sent on behalf", ADA, set_confirm_sender_field, "ABC123", OUTCOME_DECIDED, "approved",
	    APPROVED },
	{ "confirmation: a wrong code", ADA, set_confirm_yes, "ABC124", OUTCOME_CONFIRMATION_ASKED, "code-missing",
	    "update- " CONFIRM },
	{ "confirmation: yes without code", ADA, set_confirm_yes, "Yes", OUTCOME_CONFIRMATION_ASKED, "code-missing",
	    "update- " CONFIRM },
	{ "confirmation: no without code stops it", ADA, set_confirm_yes, "No", OUTCOME_DECIDED, "denied", DENIED },
	{ "confirmation: the code, but no", ADA, set_confirm_yes, "ABC123\nNo", OUTCOME_CONFIRMATION_ASKED,
	    "code-missing", "update- " CONFIRM },
	{ "confirmation: the code with a condition", ADA, set_confirm_yes, "ABC123\nbut only until Friday",
	    OUTCOME_CONFIRMATION_ASKED, "code-missing", "update- " CONFIRM },
	{ "confirmation: no beside the code", ADA, set_confirm_yes, "No, not ABC123", OUTCOME_CONFIRMATION_ASKED,
	    "code-missing", "update- " CONFIRM },
	{ "confirmation: the code is refused", ADA, set_confirm_yes, "ABC123 - no!", OUTCOME_CONFIRMATION_ASKED,
	    "code-missing", "update- " CONFIRM },
	{ "confirmation: a condition beside the code", ADA, set_confirm_yes, "ABC123 if Karl agrees",
	    OUTCOME_CONFIRMATION_ASKED, "code-missing", "update- " CONFIRM },
	{ "confirmation: yes beside the code of a denial", ADA, set_confirm_no, "Yes ABC123",
	    OUTCOME_CONFIRMATION_ASKED, "code-missing", "update- " CONFIRM },
	{ "confirmation: the code in marks", ADA, set_confirm_yes, "*ABC123*.", OUTCOME_DECIDED, "approved", APPROVED },
	{ "3: confirmation forged", ADA, set_confirm_forged, "ABC123", OUTCOME_REFUSED, "authentication-failed",
	    "token notice:security>ada" },
	{ "2: confirmation by another", EVA, set_confirm_yes, "ABC123", OUTCOME_REFUSED, "sender-differs",
	    "token notice:security>ada notice:security>adma" },
	{ "59: Sender of another domain", ADA, set_sender_field, "Yes", OUTCOME_CONFIRMATION_ASKED,
	    "confirmation-needed", CONFIRM },
	{ "row 13: two approvers' tokens", ADA, set_two_owners, "Yes", OUTCOME_HELD, "references-disagree", "" },
	{ "row 13: token and reference disagree", ADA, set_other_case, "Yes", OUTCOME_HELD, "references-disagree", "" },
	{ "row 13: no token, unclear, verified", ADA, set_void, "Hm?", OUTCOME_HELD, "no-rule", "" },
	{ "row 13: a request that is gone", ADA, set_purged, "Yes", OUTCOME_HELD, "request-unknown", "" },
	{ "A8: an approver who has left", ADA, set_left, "Yes", OUTCOME_REFUSED, "sender-differs",
	    "token notice:security>ada notice:security>adma" },
};

static void
prepare(int from, const char *text)
{
	world_init(&w, phrases);
	world_from(&w, from);
	world_token(&w, TOKEN_OF_APPROVAL, ADA)->sent_text = STR(SENT);
	w.r.new_text = str_of(text);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		prepare(row->from, row->text);
		if (row->set != NULL)
			row->set();
		decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
		IS_STR(str_of(outcome_name(w.plan.outcome)), str_of(outcome_name(row->outcome)), row->name);
		IS_STR(str_of(w.plan.reason), str_of(row->reason), "its reason");
		IS_STR(world_effects(&w.plan, w.arena), str_of(row->effects), "its effects");
		arena_close(&w.arena);
	}
}

static void
test_values(void)
{
	prepare(ADA, "Yes\nwelcome aboard");
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "comment"), STR("welcome aboard"),
	    "what else was written is kept");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "rule"), STR("answered by a designated approver, by mail"),
	    "60: the receipt names the rule");
	OK(w.plan.token_id == w.tokens[0].id && w.plan.request_id == REQUEST && w.plan.case_id == CASE_ADMIN,
	    "the plan names token, request and case");
	IS_STR(str_of(w.plan.verdict), STR("approve"), "and the verdict");
	IS_STR(w.plan.decision_line, STR("Yes"), "and the line");
	arena_close(&w.arena);

	prepare(ADA, "Well, maybe next week");
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_value(&w.plan, NOTICE_ASK_AGAIN, "quoted_line"), STR("Well, maybe next week"), "row 12: the line");
	IS_STR(world_value(&w.plan, NOTICE_ASK_AGAIN, "why_unclear"), STR("yes"), "row 12: why");
	IS_STR(
	    world_value(&w.plan, NOTICE_ASK_AGAIN, "lines"), STR("ACME-1  Acme Ltd  none -> read-write"), "what about");
	arena_close(&w.arena);

	prepare(ADA, "Yes");
	set_decided();
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_value(&w.plan, NOTICE_ALREADY_DECIDED, "decider_name"), STR("ben Test"), "A3: told who");
	IS_STR(world_value(&w.plan, NOTICE_ALREADY_DECIDED, "decided_at"), STR("2026-02-02 01:40 UTC"), "A3: and when");
	IS_STR(world_value(&w.plan, NOTICE_ALREADY_DECIDED, "decision"), STR("denied"), "A3: and what");
	arena_close(&w.arena);

	prepare(0, "Yes");
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_value(&w.plan, NOTICE_SECURITY, "sender_address"), STR("mallory@evil.example"),
	    "2: the owner sees who");
	OK(world_effect(&w.plan, EFFECT_TOKEN)->token_state == TOKEN_VOID, "2: the token is void");
	arena_close(&w.arena);
}

/* Two lines, two approvers: one word decides the sender's lines only, and uses the token. */
static void
test_lines(void)
{
	struct person ben = people[BEN];

	prepare(ADA, "Yes");
	w.request.n_lines = 2;
	w.lines[0].n_approvers = 1;
	w.lines[1].approvers = &ben;
	w.lines[1].n_approvers = 1;
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	IS_STR(world_effects(&w.plan, w.arena), STR("line:approved grant update notice:decision-receipt>ada token"),
	    "A2: per deployment");
	OK(world_effect(&w.plan, EFFECT_TOKEN)->token_state == TOKEN_USED, "and the token is used");
	arena_close(&w.arena);
}

static struct str
answered(void)
{
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	return arena_format(w.arena, "%s %s: %.*s", outcome_name(w.plan.outcome), w.plan.reason,
	    STR_ARGS(world_effects(&w.plan, w.arena)));
}

/* Ada was asked about the first line, and became an approver of the second when that mail was out. */
static void
prepare_second_line(void)
{
	prepare(ADA, "Yes");
	w.request.n_lines = 2;
	w.lines[0].n_approvers = 1;
	w.lines[1].n_approvers = 1;
	w.tokens[0].n_lines = 1;
}

static void
test_shown_lines(void)
{
	struct person ben = people[BEN];

	prepare_second_line();
	IS_STR(answered(),
	    STR("decided approved: line:approved grant update notice:decision-receipt>ada token "
		"notice:access-request#>ada"),
	    "row 7: only what the mail has shown is decided, the rest is asked anew");
	IS_INT(world_effect(&w.plan, EFFECT_LINE)->line_id, 30, "row 7: that line");
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "lines"), STR("ACME-1  Acme Ltd  none -> read-write"),
	    "row 7: the receipt names it alone");
	IS_STR(world_value(&w.plan, NOTICE_ACCESS_REQUEST, "lines"), STR("ACME-2  Acme Ltd  none -> read-write"),
	    "row 7: the new mail asks about the other");
	arena_close(&w.arena);

	prepare_second_line();
	w.tokens[0].lines = NULL;
	w.tokens[0].n_lines = 0;
	IS_STR(answered(), STR("refused not-approver: token notice:access-request#>ada"),
	    "row 7: a mail that has shown nothing decides nothing");
	arena_close(&w.arena);

	prepare_second_line();
	w.lines[0].state = LINE_DENIED;
	w.lines[0].decided_by = people[BEN];
	IS_STR(answered(), STR("already-decided decided: notice:already-decided!>ada token notice:access-request#>ada"),
	    "row 5: what the mail has shown is decided: told so, and asked about the rest");
	arena_close(&w.arena);

	prepare_second_line();
	w.lines[0].approvers = &ben;
	IS_STR(answered(), STR("refused not-approver: token notice:access-request#>ada"),
	    "25: removed from what the mail has shown");
	arena_close(&w.arena);

	prepare_second_line();
	set_weak();
	IS_STR(answered(), STR("confirmation-asked confirmation-needed: " CONFIRM), "row 8: with the code");
	IS_STR(world_value(&w.plan, NOTICE_CONFIRM, "lines"),
	    STR("ACME-1  Acme Ltd  none -> read-write\nACME-2  Acme Ltd  none -> read-write"),
	    "row 8: that mail shows both lines, and its token is for both");
	arena_close(&w.arena);
}

static void
test_delegate(void)
{
	struct person givers[] = { people[OLE], { 0 } };

	prepare(ADA, "Yes");
	w.lines[0].givers = givers;
	answered();
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "on_behalf_of"), STR("ole Test"),
	    "the receipt says for whom");
	IS_STR(
	    world_value(&w.plan, NOTICE_DECISION_REQUESTER, "on_behalf_of"), STR("ole Test"), "and to the requester");
	IS_INT(world_effect(&w.plan, EFFECT_LINE)->on_behalf_of, OLE, "and the line");
	OK(str_find(world_effect(&w.plan, EFFECT_UPDATE)->text, STR("ada Test on behalf of ole Test")) >= 0,
	    "and the case");
	arena_close(&w.arena);
	prepare(ADA, "Yes");
	givers[0].id = 0;
	w.lines[0].givers = givers;
	answered();
	IS_STR(world_value(&w.plan, NOTICE_DECISION_RECEIPT, "on_behalf_of"), STR(""),
	    "who decides by right does so for nobody");
	arena_close(&w.arena);
}

static void
test_own_lines(void)
{
	static const struct {
		const char *name, *text, *want;
		bool mixed;
	} rows_own[] = {
		{ "re-wrapped", "No\nReply with YES to\napprove or NO to\nreject.", "No", false },
		{ "a short word of ours alone stays", "YES\n", "YES", false },
		{ "also behind a line of ours that it did not follow", "Your support team at Example\nYES", "YES",
		    false },
		{ "but not where it followed", "Reply with YES to approve or NO to reject.\nYES", "", false },
		{ "nor where it went before", "Hello ada,\n\neva Test asks for access of pat Test to the", "", false },
		{ "blank lines part", "a\n\n\nb\nc", "a\n\nb\nc", false },
		{ "marks do not hide it", ">> Your support team at Example", "", false },
		{ "blanks do not hide it", "  Your  support\tteam at Example", "", false },
		{ "a part of a word is not a word", "our support team at Example", "our support team at Example",
		    false },
		{ "between is mixed", "a\nYour support team at Example\nb", "a\nb", true },
		{ "below is not", "Your support team at Example\nb\nc", "b\nc", false },
	};

	world_init(&w, phrases);
	for (size_t i = 0; i < sizeof(rows_own) / sizeof(rows_own[0]); i++) {
		struct str text = tap_exact(str_of(rows_own[i].text));
		bool mixed;

		IS_STR(answer_own_lines(text, STR(SENT), w.arena, &mixed), str_of(rows_own[i].want), rows_own[i].name);
		OK(mixed == rows_own[i].mixed, "mixed or not");
		free((char *)text.p);
	}
	arena_close(&w.arena);
}

/* The answer of an approver with that language, where these languages are configured. */
static struct str
answered_in(struct str language, struct str configured, struct str extra_yes, struct str text)
{
	struct strings languages = { &configured, configured.n > 0 }, yes = { &extra_yes, extra_yes.n > 0 }, no = { 0 };
	struct err e;
	struct verdict_phrases *named = verdict_open(&languages, &yes, &no, &e);

	world_init(&w, named);
	world_from(&w, ADA);
	world_token(&w, TOKEN_OF_APPROVAL, ADA);
	w.s.sender.language = language;
	w.policy.language = STR("fr");
	w.r.new_text = text;
	decide_message(&w.r, &w.arrival, &w.s, &w.policy, w.arena, &w.plan);
	text = str_of(w.plan.reason);
	arena_close(&w.arena);
	verdict_close(&named);
	return text;
}

static void
test_languages(void)
{
	static const struct {
		struct str language, configured, extra_yes, text;
		const char *want;
	} answers[] = {
		{ STR(""), STR("de"), STR(""), STR("Genehmigt"), "approved" },
		{ STR(""), STR("de"), STR(""), STR("Approved"), "approved" },  /* English always */
		{ STR(""), STR("de"), STR(""), STR("Approuvé"), "approved" },  /* the language mail is in */
		{ STR(""), STR("de"), STR(""), STR("Godkänt"), "unclear" },    /* nobody's */
		{ STR("sv"), STR("de"), STR(""), STR("Godkänt"), "approved" }, /* the approver's own */
		{ STR("sv-SE"), STR("de"), STR(""), STR("Nej"), "denied" },
		{ STR("pl"), STR("en"), STR(""), STR("Nie"), "denied" },
		{ STR("xx"), STR("de"), STR(""), STR("Genehmigt"), "approved" },
		{ STR("pl"), STR("de"), STR(""), STR("No"), "unclear" },     /* a yes to Poles, a no in English */
		{ STR("sv"), STR("de"), STR("nej"), STR("Nej"), "unclear" }, /* the operator's yes, a no in Swedish */
		{ STR(""), STR("de"), STR("nej"), STR("Nej"), "approved" },
		{ STR("sv"), STR(""), STR(""), STR("Godkänt"), "approved" }, /* none named: all */
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		IS_STR(answered_in(answers[i].language, answers[i].configured, answers[i].extra_yes, answers[i].text),
		    str_of(answers[i].want), answers[i].text.p);
}

int
main(void)
{
	struct str codes[] = { STR("en") };
	struct strings none = { 0 }, languages = { codes, 1 };
	struct err e;

	phrases = verdict_open(&languages, &none, &none, &e);
	OK(phrases != NULL, "phrases");
	test_rows();
	test_values();
	test_lines();
	test_shown_lines();
	test_delegate();
	test_own_lines();
	test_languages();
	verdict_close(&phrases);
	return tap_done();
}
