/* SPDX-License-Identifier: ISC
 * test_apply.c: plans into a real database: effects, letters with their tokens, ledger and audit, all or nothing; and
 * batches of messages, whole and with one that does not fit.
 */
#include "config.h"

#include "daemon/apply.h"

#include "base/configuration.h"
#include "daemon/batch.h"
#include "store_rig.h"

struct desk {
	struct rig r;
	struct configuration *configuration;
	struct templates *templates;
	struct own_marks marks;
	struct policy policy;
};

static void
desk_open(struct desk *d)
{
	*d = (struct desk){ 0 };
	rig_open(&d->r);
	d->configuration = configuration_defaults();
	d->configuration->address = STR("support@vendor.example");
	d->configuration->noreply = STR("no-reply@vendor.example");
	d->configuration->brand = STR("Vendor Support");
	d->configuration->instance = STR("test");
	d->configuration->subaddress_delimiter = '+';
	d->configuration->reference_format = STR("[ref:{number}-{token}]");
	d->templates = settle_templates_or_err(d->configuration, &d->r.e);
	MUST(&d->r, d->templates == NULL || settle_marks(d->r.s, d->configuration, &d->marks, &d->r.e) < 0);
	settle_policy(d->configuration, NULL, &d->policy);
}

static void
desk_close(struct desk *d)
{
	templates_close(&d->templates);
	configuration_close(&d->configuration);
	rig_close(&d->r);
}

static struct apply
desk_apply(struct desk *d)
{
	return (struct apply){ .store = d->r.s,
		.configuration = d->configuration,
		.templates = d->templates,
		.marks = &d->marks,
		.arena = d->r.a,
		.now = NOW,
		.who = STR("casectl root"),
		.event = "case-open" };
}

static struct effect *
plan_case(struct desk *d, struct plan *p)
{
	struct effect *f;
	struct notice *n;
	struct person eva = {
		.id = d->r.eva, .first_name = STR("Eva"), .last_name = STR("Berg"), .address = STR("eva@acme.example")
	};

	plan_init(p, d->r.a);
	f = plan_effect(p, EFFECT_CASE_OPEN);
	f->new_case = (struct new_case){ .type = STR("Support Case"),
		.sub_type = STR("Problem"),
		.subject = STR("Export fails"),
		.description = STR("Half way"),
		.status = STR("OPEN"),
		.sub_status = STR("New"),
		.priority = STR("High"),
		.deployment = d->r.acme_1,
		.contact = d->r.eva };
	plan_update(p, PLAN_NEW, &eva, WAY_CASECTL, UPDATE_PUBLIC, STR("First words"));
	n = plan_notice(p, NOTICE_CASE_OPENED, &eva);
	n->case_id = PLAN_NEW;
	n->token = TOKEN_OF_CASE;
	return f;
}

static void
test_case(struct desk *d)
{
	struct apply a = desk_apply(d);
	struct applied out;
	struct store_queued q;
	struct str token, reference;
	struct plan p;

	plan_case(d, &p);
	MUST(&d->r, store_begin(d->r.s, &d->r.e));
	MUST(&d->r, apply_plan(&a, &p, &out, &d->r.e));
	MUST(&d->r, store_commit(d->r.s, &d->r.e));
	OK(out.new_case > 0 && out.letters == 1 && out.message == 0, "a case, a letter, no message");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM case_update WHERE text = 'First words'"), 1, "the update");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM audit WHERE event = 'case-open' AND who = 'casectl root'"), 1,
	    "the audit row");
	OK(rig_claim(&d->r, "t", NOW, (struct outbox_limits){ 0 }, &q) > 0, "a letter is due");
	IS_STR(q.letter.to, STR("eva@acme.example"), "to the contact");
	token = str_head(q.letter.message_id, TOKEN_REPLY);
	IS_STR(q.letter.reply_to, arena_format(d->r.a, "support+%.*s@vendor.example", STR_ARGS(token)),
	    "its reply address has the token");
	OK(str_find(q.letter.text, token) < 0 && str_find(q.letter.subject, token) < 0,
	    "which stands neither in text nor subject");
	reference = STR("[ref:");
	OK(str_find(q.letter.subject, reference) >= 0, "the subject has the reference");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM token"), 1, "one token");
	IS_INT(q.letter.person, d->r.eva, "whose it is");
}

static void
test_nobody(struct desk *d)
{
	struct apply a = desk_apply(d);
	struct applied out;
	struct plan p;

	plan_case(d, &p);
	for (struct effect *f = p.effects; f; f = f->next)
		f->notice.to.address = STR_NONE;
	MUST(&d->r, store_begin(d->r.s, &d->r.e));
	MUST(&d->r, apply_plan(&a, &p, &out, &d->r.e));
	IS_INT((long long)out.letters, 0, "no letter to whom has no address");
	store_rollback(d->r.s);
}

/* The third effect can not be applied: nothing of the plan may stand. */
static void
test_all_or_nothing(struct desk *d)
{
	struct apply a = desk_apply(d);
	struct effect *last;
	struct applied out;
	struct plan p;
	int64_t cases = rig_sql(&d->r, "SELECT count(*) FROM cases");
	int64_t audit = rig_sql(&d->r, "SELECT count(*) FROM audit");
	struct err e = { 0 };

	plan_case(d, &p);
	last = plan_effect(&p, EFFECT_TOKEN);
	last->token_id = 9999;
	last->token_state = TOKEN_USED;
	MUST(&d->r, store_begin(d->r.s, &d->r.e));
	OK(apply_plan(&a, &p, &out, &e) == -1 && e.kind == ERR_REJECT, "refused: %s", e.text);
	OK(store_commit(d->r.s, &e) == -1, "and can not be committed");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM cases"), cases, "no case");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM audit"), audit, "no audit row");
}

static void
batch_put(struct desk *d, struct batch *b, uint32_t uid)
{
	struct arrival v = { .mailbox = STR("support"),
		.uidvalidity = 7,
		.uid = uid,
		.internal_date = NOW,
		.raw = arena_format(d->r.a, "Subject: %u\r\n\r\n", uid),
		.reader_failed = true };

	MUST(&d->r, batch_add(b, &v, &d->r.e));
}

static void
test_batch(struct desk *d)
{
	struct batch *b = batch_open(&(struct batch_tools){ .store = d->r.s,
	    .configuration = d->configuration,
	    .templates = d->templates,
	    .marks = &d->marks,
	    .policy = &d->policy });
	struct err e = { 0 };
	size_t done = 9;

	IS_INT(batch_commit(b, &done, &e), 0, "nothing to do");
	IS_INT((long long)done, 0, "nothing done");
	for (uint32_t uid = 1; uid <= BATCH_MESSAGES; uid++) {
		OK(!batch_is_full(b), "room for %u", uid);
		batch_put(d, b, uid);
	}
	OK(batch_is_full(b), "full");
	MUST(&d->r, batch_commit(b, &done, &d->r.e));
	IS_INT((long long)done, BATCH_MESSAGES, "all committed");
	IS_INT(
	    rig_sql(&d->r, "SELECT count(*) FROM message WHERE outcome = 'quarantined'"), BATCH_MESSAGES, "set apart");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM audit WHERE event = 'message'"), BATCH_MESSAGES, "and audited");
	batch_put(d, b, 201);
	batch_put(d, b, 5);
	batch_put(d, b, 203);
	OK(batch_commit(b, &done, &e) == -1 && e.kind == ERR_REJECT, "a UID that has a row: %s", e.text);
	IS_INT((long long)done, 1, "what stands before it is committed");
	IS_INT(rig_sql(&d->r, "SELECT count(*) FROM message WHERE uid > 200"), 1, "and nothing else");
	OK(!batch_is_full(b), "the batch is empty");
	batch_put(d, b, 203);
	MUST(&d->r, batch_commit(b, &done, &d->r.e));
	IS_INT((long long)done, 1, "it goes on");
	batch_close(&b);
	OK(b == NULL, "closed");
}

int
main(void)
{
	int64_t rows, first_bad = -1;
	struct desk d;
	struct buf why;

	desk_open(&d);
	test_case(&d);
	test_nobody(&d);
	test_all_or_nothing(&d);
	test_batch(&d);
	buf_init(&why, 4096);
	MUST(&d.r, store_audit_verify(d.r.s, &rows, &first_bad, &why, &d.r.e));
	OK(first_bad == 0 && rows > BATCH_MESSAGES, "the audit verifies");
	buf_free(&why);
	desk_close(&d);
	return tap_done();
}
