/* SPDX-License-Identifier: ISC
 * test_store_snapshot.c: what the rules are told: senders, tokens and their states, references, merges, duplicates,
 * answers, originals of reports.
 */
#include "config.h"

#include "store_rig.h"

static const char token[] = "0123456789abcdefghjkmnpqrs";

struct scene {
	struct rig r;
	struct reading m;
	struct arrival v;
	struct snapshot s;
	int64_t c;
};

static void
scene_open(struct scene *x)
{
	*x = (struct scene){ 0 };
	rig_open(&x->r);
	MUST(&x->r, store_begin(x->r.s, &x->r.e));
	x->c = rig_case(&x->r, "Help", x->r.acme_1, x->r.eva);
	x->v = (struct arrival){ .mailbox = STR("support"), .uidvalidity = 7, .uid = 50, .internal_date = NOW };
	x->m.from_strict = STR("EVA@acme.example");
}

static void
scene_load(struct scene *x)
{
	MUST(&x->r, store_snapshot(x->r.s, &x->m, &x->v, NOW + 60000, x->r.a, &x->s, &x->r.e));
}

static void
scene_close(struct scene *x)
{
	store_rollback(x->r.s);
	rig_close(&x->r);
}

static void
test_sender(void)
{
	static const struct {
		const char *address;
		bool known;
	} rows[] = { { "eva@acme.example", true }, { "EVA@ACME.example", true }, { "alias@acme.example", true },
		{ "eva@acme.example.evil", false }, { "xeva@acme.example", false }, { "", false },
		{ "\xc3\x89va@acme.example", false } };
	struct scene x;

	scene_open(&x);
	MUST(&x.r, store_person_address_add(x.r.s, x.r.eva, STR("alias@acme.example"), NOW, &x.r.e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		x.m.from_strict = str_of(rows[i].address);
		scene_load(&x);
		IS_INT(x.s.sender.id, rows[i].known ? x.r.eva : 0, rows[i].address);
	}
	OK(x.s.n_administrators == 1 && x.s.now == NOW + 60000, "administrators");
	scene_close(&x);
}

static void
test_references(void)
{
	static const struct {
		const char *name, *number;
		int token; /* 0: none, 1: the case's, 2: the other case's */
		bool known;
	} rows[] = { { "number and token", "00000001", 1, true }, { "short number", "1", 1, true },
		{ "no token", "00000001", 0, false }, { "another case's token", "00000001", 2, false },
		{ "unknown number", "00000009", 1, false }, { "no number", "x", 1, false } };
	struct scene x;
	struct case_view one, two;
	struct reading_reference ref = { .place = PLACE_TEXT };

	scene_open(&x);
	MUST(&x.r, store_case_get(x.r.s, x.c, x.r.a, &one, &x.r.e));
	MUST(&x.r, store_case_get(x.r.s, rig_case(&x.r, "Two", x.r.other_1, x.r.ned), x.r.a, &two, &x.r.e));
	x.m.references = &ref;
	x.m.n_references = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ref.number = str_of(rows[i].number);
		ref.token = rows[i].token == 0 ? STR_NONE : rows[i].token == 1 ? one.reference : two.reference;
		scene_load(&x);
		IS_INT(x.s.references[0].case_id, rows[i].known ? x.c : 0, rows[i].name);
		IS_INT((long long)x.s.n_cases, rows[i].known, "its case");
	}
	ref = (struct reading_reference){ STR("1"), one.reference, PLACE_TEXT };
	scene_load(&x);
	IS_INT(x.s.cases[0].level, ACCESS_READ_WRITE, "the sender's level there");
	ref = (struct reading_reference){ STR("2"), two.reference, PLACE_TEXT };
	scene_load(&x);
	IS_INT(x.s.cases[0].level, ACCESS_NONE, "none on somebody else's");
	rig_sql(&x.r, "UPDATE cases SET merged_into = 2 WHERE id = 1");
	ref = (struct reading_reference){ STR("1"), one.reference, PLACE_TEXT };
	scene_load(&x);
	OK(x.s.references[0].case_id == two.id && x.s.cases[0].level == ACCESS_NONE,
	    "a merged case leads on, and access is checked there");
	rig_sql(&x.r, "UPDATE cases SET merged_into = 1 WHERE id = 2");
	IS_INT(store_snapshot(x.r.s, &x.m, &x.v, NOW, x.r.a, &x.s, &x.r.e), -1, "a circle of merges is found");
	IS_INT(x.r.e.kind, ERR_FATAL, "as a broken invariant");
	scene_close(&x);
}

static void
request_add(struct scene *x)
{
	struct request_line line = { .level = ACCESS_READ_ONLY };
	struct access_request q = { .version = 2, .requester_name = STR("x"), .lines = &line, .n_lines = 1 };
	struct effect f = { .kind = EFFECT_REQUEST_OPEN, .request = &q };
	struct store_change c = { .now = NOW, .who = STR("test") };

	line.deployment.id = x->r.acme_1;
	q.person.id = x->r.ned;
	f.case_id = x->c;
	MUST(&x->r, store_effect(x->r.s, &f, &c, &x->r.e));
}

static void
test_tokens(void)
{
	static const struct {
		const char *name, *change;
		enum token_state state;
	} rows[] = {
		{ "valid", "SELECT 1", TOKEN_VALID },
		{ "expired by arrival", "UPDATE token SET expires_at = 1759999999999", TOKEN_EXPIRED },
		{ "good to the moment", "UPDATE token SET expires_at = 1760000000000", TOKEN_VALID },
		{ "never expires", "UPDATE token SET expires_at = NULL", TOKEN_VALID },
		{ "older version", "UPDATE token SET version = 1", TOKEN_SUPERSEDED },
		{ "used", "UPDATE token SET state = 'used', version = 1", TOKEN_USED },
		{ "void", "UPDATE token SET state = 'void', expires_at = 1", TOKEN_VOID },
		{ "of a case: no version", "UPDATE token SET kind = 'case', state = 'valid', expires_at = NULL",
		    TOKEN_VALID },
	};
	struct scene x;
	struct reading_token t = { str_of(token), PLACE_RECIPIENT };
	struct store_token stored = { .kind = TOKEN_OF_CONFIRMATION, .request_id = 1, .version = 2, .confirms = true };
	int64_t line = 0;

	scene_open(&x);
	request_add(&x);
	line = rig_sql(&x.r, "SELECT min(id) FROM request_line");
	stored.lines = &line;
	stored.n_lines = 1;
	stored.token = str_of(token);
	stored.person = x.r.ada;
	stored.letter = rig_letter(&x.r, x.c, x.r.ada, "key1", token);
	stored.code = STR("AB12CD");
	stored.case_id = x.c;
	MUST(&x.r, store_token_add(x.r.s, &stored, NOW, &x.r.e));
	IS_INT(rig_sql(&x.r, "SELECT count(*) FROM token WHERE hash LIKE '%0123456789abc%' OR code LIKE '%AB12%'"), 0,
	    "neither token nor code is stored in clear");
	x.m.tokens = &t;
	x.m.n_tokens = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		rig_sql(&x.r, "UPDATE token SET version = 2, expires_at = NULL");
		rig_sql(&x.r, rows[i].change);
		scene_load(&x);
		IS_INT(x.s.tokens[0].state, rows[i].state, rows[i].name);
		OK(x.s.tokens[0].owner.id == x.r.ada && x.s.tokens[0].request_id == 1 && x.s.tokens[0].confirms,
		    "whose it is, and for what");
	}
	IS_STR(x.s.tokens[0].sent_text, STR("What we wrote"), "the text of its letter");
	OK(x.s.tokens[0].n_lines == 1 && x.s.tokens[0].lines[0] == line, "the lines it has shown");
	OK(x.s.n_requests == 1 && x.s.n_cases == 1 && x.s.requests[0].lines[0].n_approvers == 2,
	    "its request and case");
	rig_sql(&x.r, "DELETE FROM request_line");
	IS_INT(rig_sql(&x.r, "SELECT count(*) FROM token_line"), 0, "what shows a line ends with the line");
	t.token = STR("zzzz456789abcdefghjkmnpqrs");
	scene_load(&x);
	OK(x.s.tokens[0].kind == TOKEN_NONE && x.s.tokens[0].hash.n == 64, "not one of ours");
	scene_close(&x);
}

static void
test_token_effects(void)
{
	struct scene x;
	struct store_token stored = {
		.kind = TOKEN_OF_APPROVAL, .request_id = 1, .version = 2, .token = str_of(token)
	};
	struct store_change c = { .now = NOW, .who = STR("test") };
	struct effect use = { .kind = EFFECT_TOKEN, .token_id = 1, .token_state = TOKEN_USED };
	struct effect all = { .kind = EFFECT_TOKENS_OF_REQUEST, .request_id = 1, .token_state = TOKEN_VOID };

	scene_open(&x);
	request_add(&x);
	MUST(&x.r, store_token_add(x.r.s, &stored, NOW, &x.r.e));
	stored.token = STR("zzzz456789abcdefghjkmnpqrs");
	MUST(&x.r, store_token_add(x.r.s, &stored, NOW, &x.r.e));
	MUST(&x.r, store_effect(x.r.s, &use, &c, &x.r.e));
	MUST(&x.r, store_effect(x.r.s, &all, &c, &x.r.e));
	OK(rig_sql(&x.r, "SELECT state = 'used' FROM token WHERE id = 1") == 1, "a used one stays used");
	OK(rig_sql(&x.r, "SELECT state = 'void' FROM token WHERE id = 2") == 1, "the others end");
	use.token_state = TOKEN_VOID;
	IS_INT(store_effect(x.r.s, &use, &c, &x.r.e), 0, "ending one that ended is no error");
	use.token_state = TOKEN_USED;
	IS_INT(store_effect(x.r.s, &use, &c, &x.r.e), -1, "a token is good once");
	IS_INT(x.r.e.kind, ERR_REJECT, x.r.e.text);
	scene_close(&x);
}

static void
test_asked(void)
{
	struct scene x;
	struct reading_token t = { str_of(token), PLACE_IN_REPLY_TO };
	struct store_token stored = {
		.kind = TOKEN_OF_APPROVAL, .request_id = 1, .version = 2, .token = str_of(token)
	};
	struct store_change c = { .now = NOW, .who = STR("test") };
	struct effect f = { .kind = EFFECT_ASKED_AGAIN, .request_id = 1 };

	scene_open(&x);
	request_add(&x);
	MUST(&x.r, store_token_add(x.r.s, &stored, NOW, &x.r.e));
	f.person.id = x.r.eva;
	MUST(&x.r, store_effect(x.r.s, &f, &c, &x.r.e));
	c.now += 5;
	MUST(&x.r, store_effect(x.r.s, &f, &c, &x.r.e));
	x.m.tokens = &t;
	x.m.n_tokens = 1;
	scene_load(&x);
	OK(x.s.asked_again == 2 && x.s.asked_again_last == NOW + 5, "how often this sender was asked, and when last");
	x.m.from_strict = STR("ada@acme.example");
	scene_load(&x);
	IS_INT(x.s.asked_again, 0, "another was not");
	scene_close(&x);
}

static void
test_duplicates(void)
{
	static const struct {
		const char *name;
		enum outcome outcome;
		bool is_duplicate;
	} rows[] = { { "appended", OUTCOME_APPENDED, true }, { "refused", OUTCOME_REFUSED, true },
		{ "held", OUTCOME_HELD, true }, { "dropped", OUTCOME_DROPPED, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene x;
		int64_t id;

		scene_open(&x);
		MUST(&x.r, rig_message(&x.r, 3, "key", rows[i].outcome, &id));
		x.m.content_key = STR("key");
		scene_load(&x);
		IS_INT(x.s.duplicate_of, rows[i].is_duplicate ? id : 0, rows[i].name);
		x.v.message = id;
		scene_load(&x);
		IS_INT(x.s.duplicate_of, 0, "a message is no duplicate of itself");
		x.v.message = 0;
		x.m.content_key = STR("other");
		scene_load(&x);
		IS_INT(x.s.duplicate_of, 0, "nor of another content");
		scene_close(&x);
	}
}

/* A copy that came first, at this standing, and what the next one is taken for. */
static void
test_duplicates_by_standing(void)
{
	static const struct {
		const char *name, *before, *reason;
		enum outcome outcome;
		enum authentication_level now;
		bool is_list, is_duplicate;
	} rows[] = {
		{ "19: a forged copy hides no verified one", "none", "no-token", OUTCOME_REFUSED, AUTH_PASS, false,
		    false },
		{ "nor a weak one", "weak", "unverified", OUTCOME_HELD, AUTH_PASS, false, false },
		{ "nor one that was only asked about", "none", "confirmation-needed", OUTCOME_CONFIRMATION_ASKED,
		    AUTH_PASS, false, false },
		{ "one as good does", "pass", "not-permitted", OUTCOME_REFUSED, AUTH_PASS, false, true },
		{ "a forged one is a duplicate of another", "fail", "authentication-failed", OUTCOME_REFUSED, AUTH_FAIL,
		    false, true },
		{ "what was appended is not appended again", "none", "customer-replied", OUTCOME_APPENDED, AUTH_PASS,
		    false, true },
		{ "what was decided is not decided again", "weak", "denied", OUTCOME_DECIDED, AUTH_PASS, false, true },
		{ "a list's copy hides no direct one", "pass", "list", OUTCOME_MACHINE, AUTH_PASS, false, false },
		{ "but another of the list", "pass", "list", OUTCOME_MACHINE, AUTH_PASS, true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene x;
		char sql[200];
		int64_t id;

		scene_open(&x);
		MUST(&x.r, rig_message(&x.r, 3, "key", rows[i].outcome, &id));
		snprintf(sql, sizeof(sql), "UPDATE message SET authentication = '%s', reason = '%s'", rows[i].before,
		    rows[i].reason);
		rig_sql(&x.r, sql);
		x.m.content_key = STR("key");
		x.m.authentication = rows[i].now;
		x.m.is_list = rows[i].is_list;
		x.v.uid = 4;
		scene_load(&x);
		IS_INT(x.s.duplicate_of, rows[i].is_duplicate ? id : 0, rows[i].name);
		scene_close(&x);
	}
}

static void
test_answers(void)
{
	struct scene x;
	static const int64_t ages[] = { 0, 9 * 60000, 11 * 60000, 25 * 3600000LL };

	scene_open(&x);
	for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++) {
		struct store_letter l = {
			.kind = NOTICE_REPLY_REFUSED, .is_answer = true, .answer_reason = STR("closed")
		};
		int64_t id;

		l.case_id = x.c;
		l.person = i == 1 ? x.r.ned : x.r.eva;
		l.to = STR("eva@acme.example");
		l.message_id = arena_format(x.r.a, "%zu@support.example", i);
		MUST(&x.r, store_letter_add(x.r.s, &l, NOW + 60000 - ages[i], &id, &x.r.e));
	}
	rig_letter(&x.r, x.c, x.r.eva, "key9", token);
	scene_load(&x);
	OK(x.s.n_answered == 2 && x.s.answered[0].case_id == x.c, "answers to this sender in a day");
	IS_STR(x.s.answered[0].reason, STR("closed"), "with their reason");
	IS_INT(x.s.answers_recent, 2, "answers to anybody in ten minutes; notices do not count");
	x.m.from_strict = STR("stranger@nowhere.example");
	scene_load(&x);
	IS_INT((long long)x.s.n_answered, 0, "a stranger had none");
	scene_close(&x);
}

/* A letter with an envelope sender of its own: the report that comes there proves itself, its Message-ID alone does
 * not. */
static void
bounce_by_address(struct scene *x)
{
	static struct reading_token to[] = { { { "abcdefghjkmnpqrstvwxyz0123", 26 }, PLACE_RECIPIENT } };
	struct effect claimed = { .kind = EFFECT_BOUNCE_CLAIMED };
	struct store_change c = { .now = NOW, .who = STR("test") };
	struct store_letter l = { .case_id = x->c, .person = x->r.eva, .kind = NOTICE_UPDATE };
	struct reading saved = x->m;

	l.message_key = STR("key9");
	l.message_id = STR("key9@support.example");
	l.from = STR("support@support.example");
	l.to = STR("eva@acme.example");
	l.bounce_token = to[0].token;
	l.envelope_from = STR("support+abcdefghjkmnpqrstvwxyz0123@support.example");
	MUST(&x->r, store_letter_add(x->r.s, &l, NOW, &claimed.outbox_id, &x->r.e));
	x->m.original_id = STR("key9@support.example");
	scene_load(x);
	IS_INT(x->s.original, claimed.outbox_id, "found by its Message-ID");
	OK(!x->s.original_proved && !x->s.original_claimed, "which proves nothing");
	MUST(&x->r, store_effect(x->r.s, &claimed, &c, &x->r.e));
	scene_load(x);
	OK(x->s.original_claimed && !x->s.original_bounced, "that it was said is known");
	x->m.original_id = STR("key1@relay.example");
	x->m.tokens = to;
	x->m.n_tokens = 1;
	scene_load(x);
	IS_INT(x->s.original, claimed.outbox_id, "its address goes before another Message-ID");
	OK(x->s.original_proved, "and proves it");
	to[0].place = PLACE_IN_REPLY_TO;
	scene_load(x);
	OK(x->s.original != claimed.outbox_id, "in a threading header it is none");
	to[0].place = PLACE_RECIPIENT;
	x->m = saved;
}

static void
test_original(void)
{
	static const struct {
		const char *name, *id;
		bool known;
	} rows[] = { { "whole Message-ID", "0123456789abcdefghjkmnpqrs.key1@support.example", true },
		{ "scrubbed", "redacted.key1@support.example", true }, { "by the key", "key1@relay.example", true },
		{ "by the token", "0123456789abcdefghjkmnpqrs.zzz@support.example", true },
		{ "not ours", "abc@elsewhere.example", false }, { "empty", "", false }, { "only @", "@", false } };
	struct scene x;
	struct store_token stored = { .kind = TOKEN_OF_CASE, .token = str_of(token) };
	struct store_change c = { .now = NOW, .who = STR("test") };
	struct effect bounced = { .kind = EFFECT_BOUNCED, .text = STR("550 no such user") };
	struct effect dead = { .kind = EFFECT_UNDELIVERABLE };
	struct store_entry *t;
	size_t n;

	scene_open(&x);
	stored.letter = bounced.outbox_id = rig_letter(&x.r, x.c, x.r.eva, "key1", token);
	MUST(&x.r, store_token_add(x.r.s, &stored, NOW, &x.r.e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		x.m.original_id = str_of(rows[i].id);
		scene_load(&x);
		IS_INT(x.s.original, rows[i].known ? stored.letter : 0, rows[i].name);
		OK(!x.s.original_bounced, "which did not bounce yet");
		IS_INT(x.s.original_to.id, rows[i].known ? x.r.eva : 0, "to whom");
		IS_INT((long long)x.s.n_cases, rows[i].known, "and its case");
	}
	OK(x.s.original_proved == false, "nothing is proved of a mail that is not ours");
	x.m.original_id = STR("key1@relay.example");
	scene_load(&x);
	OK(x.s.original_proved, "a letter without an address of its own needs no proof");
	dead.person.id = x.r.eva;
	MUST(&x.r, store_effect(x.r.s, &bounced, &c, &x.r.e));
	MUST(&x.r, store_effect(x.r.s, &dead, &c, &x.r.e));
	x.m.original_id = STR("key1@relay.example");
	scene_load(&x);
	OK(x.s.original_bounced, "it is known to have bounced");
	OK(x.s.sender.undeliverable, "the address is dead");
	MUST(&x.r, store_case_timeline(x.r.s, x.c, x.r.a, &t, &n, &x.r.e));
	IS_STR(t[n - 1].state, STR("bounced"), "and the case shows it");
	bounce_by_address(&x);
	scene_close(&x);
}

/* How often the sender wrote to a case lately: mail of that person alone, not what is old. */
static void
test_mailed_recently(void)
{
	static const struct {
		int64_t ago;
		enum way way;
		bool other, counts;
	} rows[] = { { 0, WAY_MAIL, false, true }, { 9 * 60000, WAY_MAIL, false, true },
		{ 10 * 60000, WAY_MAIL, false, false }, { 0, WAY_CASECTL, false, false },
		{ 0, WAY_MAIL, true, false } };
	struct scene x;
	int wanted = 0;

	scene_open(&x);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_change c = { .now = NOW + 60000 - rows[i].ago, .who = STR("test") };
		struct effect f = { .kind = EFFECT_UPDATE, .way = rows[i].way, .text = STR("x"), .case_id = x.c };

		f.person.id = rows[i].other ? x.r.rita : x.r.eva;
		MUST(&x.r, store_effect(x.r.s, &f, &c, &x.r.e));
		wanted += rows[i].counts;
	}
	rig_letter(&x.r, x.c, x.r.eva, "key1", token);
	x.m.original_id = STR("key1@support.example");
	scene_load(&x);
	OK(x.s.n_cases == 1, "the case is known");
	IS_INT(x.s.n_cases ? x.s.cases[0].mailed_recently : -1, wanted, "34: mails to it in ten minutes");
	scene_close(&x);
}

int
main(void)
{
	test_sender();
	test_references();
	test_tokens();
	test_token_effects();
	test_asked();
	test_duplicates();
	test_duplicates_by_standing();
	test_mailed_recently();
	test_answers();
	test_original();
	return tap_done();
}
