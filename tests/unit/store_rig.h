/* SPDX-License-Identifier: ISC
 * store_rig.h: a real database in a scratch folder, with two organisations, a deployment each, and the people of a case
 * and of an access request. Included by the tests of the store.
 */
#ifndef CASEMAIL_TESTS_STORE_RIG_H
#define CASEMAIL_TESTS_STORE_RIG_H

#include <sqlite3.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "store/internal.h"
#include "store/store_audit.h"
#include "store/store_cases.h"
#include "store/store_mail.h"
#include "store/store_outbox.h"
#include "store/store_people.h"
#include "tap.h"

#define NOW 1760000000000LL

struct rig {
	char folder[256], path[300];
	struct store *s;
	struct arena *a;
	struct err e;
	int64_t acme, other, acme_1, other_1; /* organisations and deployments */
	int64_t eva, ned, rita, ada, abe,
	    adm; /* contact, contact elsewhere, representative, approvers, administrator */
};

/* What must go well for the test to mean anything. */
#define MUST(r, call)                                                                                                  \
	do {                                                                                                           \
		(r)->e.text[0] = '\0';                                                                                 \
		if (call) {                                                                                            \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, (r)->e.text);                              \
			exit(1);                                                                                       \
		}                                                                                                      \
	} while (0)

static inline int64_t
rig_person(struct rig *r, const char *first, const char *last, const char *address, int64_t organisation, char role)
{
	struct person_record p = { .employer = STR("Acme"), .country = STR("DE") };
	int64_t id = 0;

	p.person = (struct person){ .first_name = str_of(first),
		.last_name = str_of(last),
		.address = str_of(address),
		.organisation = organisation,
		.is_contact = role == 'c',
		.is_representative = role == 'r',
		.is_administrator = role == 'a',
		.is_approver = role == 'p' };
	MUST(r, store_person_add(r->s, &p, NOW, &id, &r->e));
	return id;
}

static inline void
rig_people(struct rig *r)
{
	struct organisation acme = { .name = STR("Acme") }, other = { .name = STR("Other") };
	struct deployment d = { .org_id = STR("ACME-1"), .customer = STR("Acme"), .product = STR("Cloud") };

	MUST(r, store_organisation_add(r->s, &acme, &r->acme, &r->e));
	MUST(r, store_organisation_add(r->s, &other, &r->other, &r->e));
	d.organisation = r->acme;
	MUST(r, store_deployment_add(r->s, &d, STR("Acme"), &r->acme_1, &r->e));
	d.organisation = r->other;
	d.org_id = STR("OTHER-1");
	MUST(r, store_deployment_add(r->s, &d, STR_NONE, &r->other_1, &r->e));
	r->eva = rig_person(r, "Eva", "Berg", "Eva@acme.example", r->acme, 'c');
	r->ned = rig_person(r, "Ned", "Noll", "ned@other.example", r->other, 'c');
	r->rita = rig_person(r, "Rita", "Rep", "rita@vendor.example", 0, 'r');
	r->ada = rig_person(r, "Ada", "Ng", "ada@acme.example", r->acme, 'p');
	r->abe = rig_person(r, "Abe", "Ott", "abe@acme.example", r->acme, 'p');
	r->adm = rig_person(r, "Ann", "Adm", "ann@vendor.example", 0, 'a');
	MUST(r, store_approver_add(r->s, r->ada, r->acme, 0, &r->e));
	MUST(r, store_approver_add(r->s, r->abe, 0, r->acme_1, &r->e));
	MUST(r, store_access_set(r->s, r->eva, r->acme_1, ACCESS_READ_WRITE, STR("test"), NOW, &r->e));
	MUST(r, store_access_set(r->s, r->ned, r->other_1, ACCESS_READ_ONLY, STR("test"), NOW, &r->e));
}

static inline void
rig_folder(struct rig *r)
{
	const char *t = getenv("TMPDIR");

	*r = (struct rig){ 0 };
	snprintf(r->folder, sizeof(r->folder), "%s/store.XXXXXX", t ? t : "/tmp");
	if (mkdtemp(r->folder) == NULL)
		abort();
	snprintf(r->path, sizeof(r->path), "%s/db", r->folder);
	r->a = arena_open((size_t)256 << 20);
}

static inline void
rig_open(struct rig *r)
{
	rig_folder(r);
	MUST(r, store_open(str_of(r->path), STORE_CREATE, &r->s, &r->e));
	MUST(r, store_begin(r->s, &r->e));
	rig_people(r);
	MUST(r, store_commit(r->s, &r->e));
}

/* No statement run so far may walk a whole table that grows with the mail. */
static inline void
rig_plan_check(void *context, const char *sql)
{
	static const char *const tables[] = { "cases", "c", "case_update", "u", "message", "m", "outbox", "o", "audit",
		"token", "t", "blob", "b", "attachment", "case_status" };
	struct rig *r = context;
	sqlite3_stmt *h = NULL;
	char explain[8192];

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	if (sqlite3_prepare_v2(r->s->db, explain, -1, &h, NULL) != SQLITE_OK)
		OK(false, "explains: %s", sql);
	while (h && sqlite3_step(h) == SQLITE_ROW) {
		const char *detail = (const char *)sqlite3_column_text(h, 3);
		char table[64];

		if (sscanf(detail, "SCAN %63s", table) != 1 || strstr(detail, "VIRTUAL TABLE INDEX"))
			continue;
		for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
			if (strcmp(tables[i], table) == 0)
				OK(false, "no scan (%s) in: %s", detail, sql);
	}
	sqlite3_finalize(h);
}

static inline void
rig_close(struct rig *r)
{
	char command[400];
	int before = tap_failed;

	if (r->s) {
		store_each_statement(r->s, rig_plan_check, r);
		OK(tap_failed == before, "every statement goes by an index");
	}
	store_close(&r->s);
	arena_close(&r->a);
	snprintf(command, sizeof(command), "rm -rf '%s'", r->folder);
	if (system(command) != 0)
		abort();
}

/* A statement of the test's own, past the store. */
static inline int64_t
rig_sql(struct rig *r, const char *sql)
{
	sqlite3_stmt *h = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(r->s->db, sql, -1, &h, NULL) != SQLITE_OK)
		printf("# %s: %s\n", sql, sqlite3_errmsg(r->s->db));
	else if (sqlite3_step(h) == SQLITE_ROW)
		v = sqlite3_column_int64(h, 0);
	sqlite3_finalize(h);
	return v;
}

static inline int64_t
rig_case(struct rig *r, const char *subject, int64_t deployment, int64_t contact)
{
	struct store_change c = { .now = NOW, .who = STR("casectl test") };
	struct effect f = { .kind = EFFECT_CASE_OPEN };

	f.new_case = (struct new_case){ .type = STR("Support Case"),
		.sub_type = STR("Problem"),
		.subject = str_of(subject),
		.description = STR("It does not start"),
		.status = STR("OPEN"),
		.sub_status = STR("New"),
		.priority = STR("High"),
		.deployment = deployment,
		.contact = contact };
	MUST(r, store_effect(r->s, &f, &c, &r->e));
	return c.new_case;
}

/* A message with a row of its own; uid 0 for a file. */
static inline int
rig_message(struct rig *r, uint32_t uid, const char *content_key, enum outcome outcome, int64_t *id)
{
	struct arrival v = { .mailbox = STR("support"), .uidvalidity = 7, .uid = uid, .internal_date = NOW };
	struct reading m = { .from_strict = STR("eva@acme.example"), .subject = STR("Re: help") };
	struct trace t = { .rule = "sender-known", .hit = true, .words = STR("it is \"eva\"") };
	struct plan p = { .outcome = outcome, .reason = "test", .rule = "test", .trace = &t };

	v.raw = str_of(content_key);
	m.content_key = str_of(content_key);
	return store_ledger_add(r->s, &v, &m, &p, NOW, id, &r->e);
}

static inline int64_t
rig_letter(struct rig *r, int64_t case_id, int64_t person, const char *key, const char token[TOKEN_REPLY + 1])
{
	struct store_letter l = { .case_id = case_id, .person = person, .kind = NOTICE_UPDATE };
	int64_t id = 0;

	l.message_key = str_of(key);
	l.message_id = arena_format(r->a, "%s.%s@support.example", token, key);
	l.reply_to = arena_format(r->a, "support+%s@support.example", token);
	l.from = STR("support@support.example");
	l.to = person == r->ned ? STR("ned@other.example") : STR("eva@acme.example");
	l.subject = STR("[ref:1-x] help");
	l.text = STR("What we wrote");
	l.html = arena_format(r->a, "<a href=\"mailto:support+%s@support.example\">yes</a>", token);
	MUST(r, store_letter_add(r->s, &l, NOW, &id, &r->e));
	return id;
}

/* Claims one letter for the sender named at now; its number, or 0. */
static inline int64_t
rig_claim(struct rig *r, const char *claimer, int64_t now, struct outbox_limits limits, struct store_queued *out)
{
	int64_t wait_until;

	MUST(r, store_begin(r->s, &r->e));
	MUST(r, store_outbox_claim(r->s, str_of(claimer), now, &limits, r->a, out, &wait_until, &r->e));
	MUST(r, store_commit(r->s, &r->e));
	return out->id;
}

#endif
