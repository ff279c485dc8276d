/* SPDX-License-Identifier: ISC
 * test_store_mail.c: the ledger, the outbox and its states, the audit chain.
 */
#include "config.h"

#include "store/store_health.h"
#include "store_rig.h"

static const char token[] = "0123456789abcdefghjkmnpqrs";

static void
test_ledger(void)
{
	struct rig r;
	uint32_t uids[] = { 1, 2, 3, 4, 9 };
	struct store_move *moves;
	struct store_message m, *list;
	struct store_message_filter f = { .outcome = OUTCOME_REFUSED, .from = STR("eva@acme.example") };
	struct str raw;
	const struct store_range all = { 7, 1, UINT32_MAX }, low = { 7, 1, 3 };
	int64_t one, two, file, ids[1];
	bool moved, has;
	size_t n;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, rig_message(&r, 2, "one", OUTCOME_APPENDED, &one));
	MUST(&r, rig_message(&r, 4, "two", OUTCOME_REFUSED, &two));
	MUST(&r, rig_message(&r, 0, "file", OUTCOME_REFUSED, &file));
	MUST(&r, rig_message(&r, 0, "file", OUTCOME_REFUSED, &file));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(rig_message(&r, 2, "three", OUTCOME_APPENDED, &one), -1, "a UID has one row");
	IS_INT(r.e.kind, ERR_REJECT, "a second is refused");
	store_rollback(r.s);
	MUST(&r, store_ledger_unseen(r.s, STR("support"), 7, uids, 5, &n, &r.e));
	OK(n == 3 && uids[0] == 1 && uids[1] == 3 && uids[2] == 9, "UIDs without a row");
	MUST(&r, store_ledger_unseen(r.s, STR("support"), 8, uids, 3, &n, &r.e));
	IS_INT((long long)n, 3, "another UIDVALIDITY: all");
	MUST(&r, store_ledger_unmoved(r.s, STR("support"), &all, 10, r.a, &moves, &n, &r.e));
	OK(n == 2 && moves[0].uid == 2 && moves[1].outcome == OUTCOME_REFUSED, "to be moved: those of a mailbox");
	ids[0] = moves[0].id;
	MUST(&r, store_ledger_unmoved(r.s, STR("support"), &low, 10, r.a, &moves, &n, &r.e));
	OK(n == 1 && moves[0].uid == 2, "of a range of UIDs");
	OK(store_ledger_row(r.s, STR("support"), 7, 4, &moves[0], &moved, &r.e) == 1 && !moved, "the row of a UID");
	IS_INT(store_ledger_row(r.s, STR("support"), 7, 5, &moves[0], &moved, &r.e), 0, "none");
	MUST(&r, store_ledger_has_bytes(
		     r.s, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed", &has, &r.e));
	OK(has, "the bytes \"one\" are known by their hash");
	MUST(&r, store_ledger_has_bytes(r.s, "00", &has, &r.e));
	OK(!has, "others are not");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_ledger_moved(r.s, ids, 1, NOW, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_ledger_unmoved(r.s, STR("support"), &all, 10, r.a, &moves, &n, &r.e));
	IS_INT((long long)n, 1, "one is moved");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_ledger_forget_old(r.s, STR("support"), 8, NOW, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_ledger_unmoved(r.s, STR("support"), &all, 10, r.a, &moves, &n, &r.e));
	IS_INT((long long)n, 0, "a new UIDVALIDITY closes the rest");
	MUST(&r, store_message_list(r.s, &f, r.a, &list, &n, &r.e));
	OK(n == 3 && list[0].id > list[2].id, "listed newest first");
	f = (struct store_message_filter){ .before_id = list[2].id, .max = 1 };
	MUST(&r, store_message_list(r.s, &f, r.a, &list, &n, &r.e));
	OK(n == 1 && list[0].uid == 2, "by pages");
	f = (struct store_message_filter){ .since = NOW, .mailbox = STR("support"), .outcome = OUTCOME_APPENDED };
	MUST(&r, store_message_list(r.s, &f, r.a, &list, &n, &r.e));
	OK(n == 1 && list[0].uid == 2, "since a time, of a mailbox");
	f.since = NOW + 1;
	MUST(&r, store_message_list(r.s, &f, r.a, &list, &n, &r.e));
	IS_INT((long long)n, 0, "none since later");
	f = (struct store_message_filter){ .outcome = OUTCOME_APPENDED };
	MUST(&r, store_message_list(r.s, &f, r.a, &list, &n, &r.e));
	MUST(&r, store_message_get(r.s, list[0].id, r.a, &m, &r.e));
	IS_STR(m.trace, STR("[{\"rule\":\"sender-known\",\"hit\":true,\"words\":\"it is \\\"eva\\\"\"}]"), "the trace");
	MUST(&r, store_message_raw(r.s, list[0].id, r.a, &raw, &r.e));
	IS_STR(raw, STR("one"), "the raw bytes");
	IS_INT(rig_sql(&r, "SELECT count(*) FROM blob"), 3, "the same bytes are kept once");
	IS_INT(store_message_get(r.s, 999, r.a, &m, &r.e), -1, "an unknown message");
	rig_close(&r);
}

static void
test_cursor(void)
{
	struct str support = STR("support");
	struct store_cursor c;
	uint32_t next = 50;
	struct rig r;
	int n;

	rig_open(&r);
	MUST(&r, store_cursor_started(r.s, support, &n, &r.e));
	IS_INT(n, 1, "the first start");
	MUST(&r, store_cursor_started(r.s, support, &n, &r.e));
	IS_INT(n, 2, "the second without an end");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_cursor_begin(r.s, support, 7, 100, NOW, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	OK(c.old_below == 100 && c.next_uid == 1 && c.started_at == NOW, "a mailbox that is new");
	MUST(&r, store_cursor_suspect(r.s, support, 7, 5, &n, &r.e));
	MUST(&r, store_cursor_suspect(r.s, support, 7, 5, &n, &r.e));
	IS_INT(n, 2, "taken up twice in a row");
	MUST(&r, store_cursor_suspect(r.s, support, 7, 6, &n, &r.e));
	IS_INT(n, 1, "another one");
	MUST(&r, store_mailbox_served(r.s, support, 7, 50, NOW, &r.e));
	MUST(&r, store_cursor_started(r.s, support, &n, &r.e));
	IS_INT(n, 1, "served to the end: counted anew");
	MUST(&r, store_cursor_take_order(r.s, support, &next, &r.e));
	IS_INT(next, 50, "no order");
	MUST(&r, store_cursor_look_again(r.s, support, 30, &r.e));
	MUST(&r, store_cursor_look_again(r.s, support, 40, &r.e));
	MUST(&r, store_cursor_take_order(r.s, support, &next, &r.e));
	IS_INT(next, 30, "the lowest that was ordered");
	next = 60;
	MUST(&r, store_cursor_take_order(r.s, support, &next, &r.e));
	IS_INT(next, 60, "an order is taken once");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_cursor_begin(r.s, support, 7, 200, NOW + 1, &c, &r.e));
	OK(c.old_below == 100 && c.next_uid == 30 && c.started_at == NOW, "what is known stays");
	MUST(&r, store_cursor_begin(r.s, support, 8, 200, NOW + 1, &c, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	OK(c.old_below == 0 && c.next_uid == 1 && c.started_at == NOW, "another UIDVALIDITY: only the time tells");
	rig_close(&r);
}

static void
test_ledger_hostile(void)
{
	struct rig r;
	struct arrival v = { .mailbox = STR("support"), .uidvalidity = 1, .uid = 1, .raw = STR("a\0b") };
	struct reading m = { .subject = { "a\0b", 3 }, .message_id = { "\0", 1 }, .content_key = { "\0", 1 } };
	struct plan p = { .outcome = OUTCOME_QUARANTINED, .reason = "nul", .rule = "guard" };
	struct store_message out;
	int64_t id;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_ledger_add(r.s, &v, &m, &p, NOW, &id, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_message_get(r.s, id, r.a, &out, &r.e));
	IS_STR(out.subject,
	    STR("a\xef\xbf\xbd"
		"b"),
	    "NUL never stands in the ledger");
	rig_close(&r);
}

static int
conclude(struct rig *r, const char *claimer, int64_t id, enum letter_state state, const char *reply, int64_t next_at,
    int64_t now)
{
	struct outbox_result result = { id, state, str_of(reply), next_at };
	int ok;

	MUST(r, store_begin(r->s, &r->e));
	ok = store_outbox_result(r->s, str_of(claimer), &result, now, &r->e);
	MUST(r, store_commit(r->s, &r->e));
	return ok;
}

static void
recover(struct rig *r, const char *claimer, bool hold, int64_t now, int64_t want)
{
	int64_t n;

	MUST(r, store_begin(r->s, &r->e));
	MUST(r, store_outbox_recover(r->s, str_of(claimer), hold, now, &n, &r->e));
	MUST(r, store_commit(r->s, &r->e));
	IS_INT(n, want, "letters of a dead sender");
}

static void
test_outbox(void)
{
	static const struct outbox_limits none;
	struct rig r;
	struct store_queued q, one;
	enum letter_state after;
	int64_t a, b, next;
	char other[] = "zzzz456789abcdefghjkmnpqrs";

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	a = rig_letter(&r, 0, r.eva, "key1", token);
	b = rig_letter(&r, 0, r.eva, "key2", other);
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_outbox_next(r.s, &next, &r.e));
	IS_INT(next, NOW, "due at once");
	IS_INT(rig_claim(&r, "1", NOW - 1, none, &q), 0, "not before");
	IS_INT(rig_claim(&r, "1", NOW, none, &q), a, "the oldest is claimed");
	OK(q.state == LETTER_QUEUED && q.attempts == 1, "with this attempt counted");
	OK(str_find(q.letter.message_id, STR("0123456789abc")) == 0, "with its token");
	MUST(&r, store_outbox_demand(r.s, NOW, 5, &next, &r.e));
	IS_INT(next, 2, "one is sent, one is due");
	IS_INT(rig_claim(&r, "2", NOW, none, &q), b, "a claimed row is not claimed again");
	IS_INT(rig_claim(&r, "2", NOW, none, &q), 0, "and then there is none");
	MUST(&r, store_outbox_next(r.s, &next, &r.e));
	IS_INT(next, 0, "nothing is due");
	recover(&r, "3", false, NOW, 0);
	recover(&r, "2", true, NOW, 1);
	IS_INT(rig_claim(&r, "1", NOW, none, &q), 0, "unknown and held for a person");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_outbox_change(r.s, b, LETTER_RETRY, NOW, r.a, &after, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	IS_INT(rig_claim(&r, "2", NOW, none, &q), b, "until it is tried again");
	recover(&r, "2", false, NOW, 1);
	IS_INT(rig_claim(&r, "3", NOW, none, &q), b, "or at once by the other policy");
	OK(q.state == LETTER_UNKNOWN && q.attempts == 3, "which says that it may have arrived");
	IS_INT(conclude(&r, "2", b, LETTER_SENT, "250 ok", 0, NOW), -1, "the first sender has no say any more");
	IS_INT(r.e.kind, ERR_REJECT, "and is told so");
	IS_INT(conclude(&r, "3", b, LETTER_QUEUED, "451 later", NOW + 5000, NOW), 0, "the second has");
	MUST(&r, store_outbox_next(r.s, &next, &r.e));
	IS_INT(next, NOW + 5000, "later");
	IS_INT(conclude(&r, "1", a, LETTER_FAILED, "550 no", NOW, NOW), 0, "refused");
	MUST(&r, store_outbox_get(r.s, a, r.a, &one, &r.e));
	OK(one.state == LETTER_FAILED && one.next_at == 0, "failed: not due");
	IS_STR(one.last_reply, STR("550 no"), "with the server's words");
	IS_STR(one.letter.message_id, STR("redacted.key1@support.example"), "no token is shown");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_outbox_change(r.s, a, LETTER_RETRY, NOW, r.a, &after, &r.e));
	IS_INT(store_outbox_change(r.s, a, LETTER_RETRY, NOW, r.a, &after, &r.e), 0, "one that waits is due at once");
	MUST(&r, store_commit(r.s, &r.e));
	IS_INT(rig_claim(&r, "4", NOW, none, &q), a, "a retried one is due");
	OK(str_find(q.letter.html, str_of(token)) >= 0, "and still has its token");
	IS_INT(conclude(&r, "4", a, LETTER_SENT, "250 ok", 0, NOW + 7), 0, "sent");
	IS_INT(rig_sql(&r, "SELECT sent_at FROM outbox WHERE id = 1"), NOW + 7, "when");
	IS_INT(rig_sql(&r, "SELECT count(*) FROM outbox WHERE id = 1 AND (message_id || reply_to || text || html ||"
			   " envelope_from) LIKE '%0123456789abc%'"),
	    0, "and its token is gone from everywhere");
	IS_INT(conclude(&r, "4", a, LETTER_QUEUED, "", NOW, NOW), -1, "sent is final");
	rig_close(&r);
}

static void
test_outbox_limits(void)
{
	static const struct outbox_limits none, minute = { 2, 0 }, recipient = { 0, 1 };
	struct rig r;
	struct store_queued q;
	int64_t eva, ned, wait_until, next;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	for (int i = 0; i < 2; i++)
		eva = rig_letter(&r, 0, r.eva, i ? "key2" : "key1", i ? "zzzz456789abcdefghjkmnpqrs" : token);
	ned = rig_letter(&r, 0, r.ned, "key3", "yyyy456789abcdefghjkmnpqrs");
	MUST(&r, store_commit(r.s, &r.e));
	OK(rig_claim(&r, "1", NOW, recipient, &q) > 0, "the first to an address");
	IS_INT(rig_claim(&r, "1", NOW + 1000, recipient, &q), ned, "then one to another");
	IS_INT(rig_claim(&r, "1", NOW + 2000, recipient, &q), 0, "and no more");
	MUST(&r, store_outbox_next(r.s, &next, &r.e));
	IS_INT(next, NOW + 3600000, "for an hour");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_outbox_claim(r.s, STR("1"), NOW + 59999, &minute, r.a, &q, &wait_until, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	OK(q.id == 0 && wait_until == NOW + 60000, "two a minute were sent");
	IS_INT(rig_claim(&r, "1", NOW + 3600000, minute, &q), eva, "the third goes out in the end");
	IS_INT(rig_claim(&r, "1", NOW + 3600000, none, &q), 0, "nothing is left");
	rig_close(&r);
}

/* Letters of one case to one person. */
static void
test_outbox_order(void)
{
	static const struct outbox_limits none;
	struct rig r;
	struct store_queued q;
	enum letter_state after;
	int64_t c, letter[4], other, now = NOW;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	c = rig_case(&r, "Help", r.acme_1, r.eva);
	for (int i = 0; i < 4; i++) {
		char key[8], t[TOKEN_REPLY + 1];

		snprintf(key, sizeof(key), "key%d", i);
		crypto_token(t, TOKEN_REPLY);
		letter[i] = rig_letter(&r, c, r.eva, key, t);
	}
	other = rig_letter(&r, c, r.rita, "other", "xxxx456789abcdefghjkmnpqrs");
	MUST(&r, store_commit(r.s, &r.e));
	IS_INT(rig_claim(&r, "1", now, none, &q), letter[0], "the first");
	IS_INT(rig_claim(&r, "2", now, none, &q), other, "one to another person goes on");
	IS_INT(rig_claim(&r, "2", now, none, &q), 0, "the second waits for it");
	conclude(&r, "1", letter[0], LETTER_QUEUED, "451 later", now + 1000, now);
	IS_INT(rig_claim(&r, "2", now, none, &q), 0, "also while the first is put off");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_outbox_change(r.s, letter[1], LETTER_CANCEL, now, r.a, &after, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	IS_INT(rig_claim(&r, "2", now, none, &q), 0, "the end of the second lets nobody past the first");
	IS_INT(rig_claim(&r, "1", now + 1000, none, &q), letter[0], "the first again");
	conclude(&r, "1", letter[0], LETTER_SENT, "250 ok", 0, now);
	IS_INT(rig_claim(&r, "1", now, none, &q), letter[2], "the next that is left");
	IS_INT(rig_claim(&r, "2", now, none, &q), 0, "alone");
	for (int i = 0; i < 3; i++) {
		conclude(&r, "1", letter[2], LETTER_QUEUED, "451 later", now + 1, now);
		now++;
		IS_INT(rig_claim(&r, "1", now, none, &q), letter[2], "tried again");
	}
	IS_INT(rig_claim(&r, "2", now, none, &q), 0, "alone to the fourth time");
	conclude(&r, "1", letter[2], LETTER_QUEUED, "451 later", now + 9000, now);
	IS_INT(rig_claim(&r, "1", now, none, &q), letter[3], "then it holds up nobody any more");
	rig_close(&r);
}

static void
test_routes(void)
{
	struct rig r;
	struct store_route *list, one = { STR("a:25"), 2, NOW, STR("421 no") };
	size_t n;

	rig_open(&r);
	for (int i = 0; i < 3; i++) {
		MUST(&r, store_begin(r.s, &r.e));
		one.failures = i == 2 ? 0 : i + 1;
		MUST(&r, store_route_set(r.s, &one, &r.e));
		MUST(&r, store_commit(r.s, &r.e));
		MUST(&r, store_route_list(r.s, r.a, &list, &n, &r.e));
		IS_INT((long long)n, i < 2, "a server that fails has a row");
		if (n)
			OK(list[0].failures == i + 1 && str_equal(list[0].reply, one.reply), "which says so");
	}
	rig_close(&r);
}

static void
test_outbox_list(void)
{
	struct rig r;
	struct store_outbox_filter all = { .state = -1 }, failed = { .state = LETTER_FAILED },
				   of_case = { .state = -1 };
	struct store_queued *q;
	struct store_entry *t;
	size_t n;
	int64_t c, id;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	c = of_case.case_id = rig_case(&r, "Help", r.acme_1, r.eva);
	id = rig_letter(&r, c, r.eva, "key1", token);
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_outbox_list(r.s, &all, r.a, &q, &n, &r.e));
	OK(n == 1 && q[0].id == id && str_equal(q[0].case_number, STR("00000001")), "all");
	OK(str_find(q[0].letter.reply_to, str_of(token)) < 0, "without tokens");
	MUST(&r, store_outbox_list(r.s, &failed, r.a, &q, &n, &r.e));
	IS_INT((long long)n, 0, "by state");
	MUST(&r, store_outbox_list(r.s, &of_case, r.a, &q, &n, &r.e));
	IS_INT((long long)n, 1, "of a case");
	of_case.state = LETTER_SENT;
	MUST(&r, store_outbox_list(r.s, &of_case, r.a, &q, &n, &r.e));
	IS_INT((long long)n, 0, "of a case by state");
	MUST(&r, store_case_timeline(r.s, c, r.a, &t, &n, &r.e));
	OK(n == 1 && t[0].kind == ENTRY_NOTICE && str_equal(t[0].state, STR("queued")), "in the case's timeline");
	rig_close(&r);
}

static void
audit_fill(struct rig *r)
{
	rig_open(r);
	for (int i = 0; i < 5; i++) {
		MUST(r, store_begin(r->s, &r->e));
		MUST(r, store_audit_add(r->s, "test", STR("me"), i, 0, STR("{\"a\":1}"), NOW + i, &r->e));
		if (i == 2) {
			MUST(r, store_audit_add(r->s, "lost", STR("me"), i, 0, STR("{}"), NOW, &r->e));
			store_rollback(r->s);
			MUST(r, store_begin(r->s, &r->e));
			MUST(r, store_audit_add(r->s, "test", STR("me"), i, 0, STR("{}"), NOW, &r->e));
		}
		MUST(r, store_commit(r->s, &r->e));
	}
}

static void
test_audit(void)
{
	static const struct {
		const char *name, *sql;
		int64_t bad;
	} rows[] = {
		{ "whole", "SELECT 1", 0 },
		{ "changed details", "UPDATE audit SET details = '{\"a\":2}' WHERE id = 2", 2 },
		{ "changed time", "UPDATE audit SET at = at + 1 WHERE id = 4", 4 },
		{ "two fields shifted", "UPDATE audit SET event = 'testm', who = 'e' WHERE id = 3", 3 },
		{ "changed hash", "UPDATE audit SET hash = replace(hash, 'a', 'b') WHERE id = 1", 1 },
		{ "a row in the middle removed", "DELETE FROM audit WHERE id = 3", 3 },
		{ "the first removed", "DELETE FROM audit WHERE id = 1", 1 },
		{ "the last removed", "DELETE FROM audit WHERE id = 5", 5 },
		{ "all removed", "DELETE FROM audit", 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rig r;
		struct buf why;
		int64_t n, bad = -1;

		audit_fill(&r);
		buf_init(&why, 1000);
		if (i > 0) {
			rig_sql(&r, rows[i].sql);
			MUST(&r, store_audit_verify(r.s, &n, &bad, &why, &r.e));
			IS_INT(bad, 0, "the triggers refuse it");
			rig_sql(&r, "DROP TRIGGER audit_no_change");
			rig_sql(&r, "DROP TRIGGER audit_no_removal");
			rig_sql(&r, rows[i].sql);
		}
		MUST(&r, store_audit_verify(r.s, &n, &bad, &why, &r.e));
		IS_INT(bad, rows[i].bad, rows[i].name);
		OK((bad != 0) == (why.n != 0), "why: %s", buf_z(&why));
		buf_free(&why);
		rig_close(&r);
	}
}

static void
test_audit_list(void)
{
	struct rig r;
	struct store_audit *l;
	size_t n;

	audit_fill(&r);
	MUST(&r, store_audit_list(r.s, 0, 0, 2, r.a, &l, &n, &r.e));
	OK(n == 2 && l[0].id == 5 && l[1].id == 4, "newest first");
	MUST(&r, store_audit_list(r.s, 0, 4, 9, r.a, &l, &n, &r.e));
	OK(n == 3 && l[0].id == 3, "by pages");
	MUST(&r, store_audit_list(r.s, 3, 0, 9, r.a, &l, &n, &r.e));
	OK(n == 1 && l[0].case_id == 3, "of a case");
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(store_audit_add(r.s, "x", STR("me"), 0, 0, STR("{broken"), NOW, &r.e), -1, "details are JSON");
	rig_close(&r);
}

int
main(void)
{
	test_ledger();
	test_cursor();
	test_ledger_hostile();
	test_outbox();
	test_outbox_limits();
	test_outbox_order();
	test_routes();
	test_outbox_list();
	test_audit();
	test_audit_list();
	return tap_done();
}
