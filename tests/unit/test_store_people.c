/* SPDX-License-Identifier: ISC
 * test_store_people.c: persons and their fields (P1), PINs (P2), levels (P3, P4), approvers (P6).
 */
#include "config.h"

#include "store_rig.h"

static void
test_fields(void)
{
	static const struct {
		const char *name, *first, *last, *address, *employer, *country, *words;
	} rows[] = {
		{ "P1 first name", "", "B", "a@b.example", "E", "DE", "First Name is missing" },
		{ "P1 last name", "A", " ", "a@b.example", "E", "DE", "Last Name is missing" },
		{ "P1 address", "A", "B", "", "E", "DE", "Work Email is missing" },
		{ "P1 employer", "A", "B", "a@b.example", "", "DE", "Employer is missing" },
		{ "P1 country", "A", "B", "a@b.example", "E", "", "Country is missing" },
		{ "two @", "A", "B", "a@b@c.example", "E", "DE", "no mail address" },
		{ "no domain", "A", "B", "a@", "E", "DE", "no mail address" },
		{ "no local part", "A", "B", "@b.example", "E", "DE", "no mail address" },
		{ "one label", "A", "B", "a@localhost", "E", "DE", "no mail address" },
		{ "blank inside", "A", "B", "a b@c.example", "E", "DE", "no mail address" },
		{ "two dots", "A", "B", "a..b@c.example", "E", "DE", "no mail address" },
		{ "final dot", "A", "B", "a@c.example.", "E", "DE", "no mail address" },
		{ "hyphen first", "A", "B", "a@-c.example", "E", "DE", "no mail address" },
		{ "angle brackets", "A", "B", "<a@c.example>", "E", "DE", "no mail address" },
		{ "control character", "A\n", "B", "a@b.example", "E", "DE", "control character" },
		{ "taken", "A", "B", "EVA@ACME.EXAMPLE", "E", "DE", "is taken" },
		{ "good", "A", "B", "a.b+c@d-e.example", "E", "DE", NULL },
	};
	struct rig r;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct person_record p = { .employer = str_of(rows[i].employer), .country = str_of(rows[i].country) };
		int64_t id;

		p.person = (struct person){ .first_name = str_of(rows[i].first),
			.last_name = str_of(rows[i].last),
			.address = str_of(rows[i].address),
			.is_contact = true };
		r.e.text[0] = '\0';
		IS_INT(store_person_add(r.s, &p, NOW, &id, &r.e), rows[i].words ? -1 : 0, rows[i].name);
		if (rows[i].words)
			OK(r.e.kind == ERR_REJECT && strstr(r.e.text, rows[i].words), "says: %s", r.e.text);
	}
	IS_INT(store_commit(r.s, &r.e), 0, "refused fields do not spoil the transaction");
	rig_close(&r);
}

static void
test_pin(void)
{
	struct rig r;
	struct str pin = STR_NONE;

	rig_open(&r);
	MUST(&r, store_person_pin(r.s, r.eva, r.a, &pin, &r.e));
	OK(pin.n == 6, "P2 a contact has a PIN of six digits");
	for (size_t i = 0; i < pin.n; i++)
		if (!char_is_digit(pin.p[i]))
			OK(false, "digits only");
	IS_INT(store_person_pin(r.s, r.rita, r.a, &pin, &r.e), -1, "a representative has none");
	rig_close(&r);
}

static void
test_aliases(void)
{
	struct rig r;
	struct person_record p;

	rig_open(&r);
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_person_address_add(r.s, r.eva, STR("E.Berg@Acme.example"), NOW, &r.e));
	IS_INT(store_person_address_add(r.s, r.ned, STR("e.berg@acme.example"), NOW, &r.e), -1, "an alias is taken");
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_person_find(r.s, STR("e.BERG@ACME.example"), r.a, &p, &r.e));
	IS_INT(p.person.id, r.eva, "an alias is the person");
	IS_STR(p.person.address, STR("Eva@acme.example"), "mail goes to the registered address");
	IS_STR(p.organisation_name, STR("Acme"), "with the organisation");
	rig_close(&r);
}

static void
test_access(void)
{
	struct rig r;
	enum access_level level;
	struct access_record *list;
	size_t n;

	rig_open(&r);
	MUST(&r, store_access_level(r.s, r.eva, r.acme_1, &level, &r.e));
	IS_INT(level, ACCESS_READ_WRITE, "P3 a level");
	MUST(&r, store_access_level(r.s, r.eva, r.other_1, &level, &r.e));
	IS_INT(level, ACCESS_NONE, "P4 is held per deployment");
	MUST(&r, store_access_list(r.s, 0, 0, r.a, &list, &n, &r.e));
	IS_INT((long long)n, 2, "all levels");
	MUST(&r, store_access_list(r.s, r.ned, 0, r.a, &list, &n, &r.e));
	OK(n == 1 && list[0].person.id == r.ned && list[0].deployment.id == r.other_1, "of a person");
	IS_STR(list[0].granted_by, STR("test"), "and by whom");
	MUST(&r, store_access_list(r.s, 0, r.acme_1, r.a, &list, &n, &r.e));
	OK(n == 1 && list[0].person.id == r.eva, "of a deployment");
	MUST(&r, store_begin(r.s, &r.e));
	MUST(&r, store_access_set(r.s, r.eva, r.acme_1, ACCESS_NONE, STR("test"), NOW, &r.e));
	MUST(&r, store_commit(r.s, &r.e));
	MUST(&r, store_access_list(r.s, r.eva, r.acme_1, r.a, &list, &n, &r.e));
	IS_INT((long long)n, 0, "none is no row");
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(store_access_set(r.s, 999, r.acme_1, ACCESS_BASIC, STR("test"), NOW, &r.e), -1, "nobody gets nothing");
	rig_close(&r);
}

static void
test_lists(void)
{
	struct rig r;
	struct organisation *o;
	struct deployment *d, one;
	struct person_record *p;
	struct person *adm;
	struct approver_record *ap;
	struct organisation org;
	char key[65] = "";
	size_t n;

	rig_open(&r);
	MUST(&r, store_organisation_list(r.s, r.a, &o, &n, &r.e));
	IS_INT((long long)n, 2, "organisations");
	MUST(&r, store_organisation_find(r.s, STR("ACME"), r.a, &org, &r.e));
	IS_INT(org.id, r.acme, "by name, in any case");
	IS_INT(store_organisation_find(r.s, STR("Nope"), r.a, &org, &r.e), -1, "an unknown one");
	MUST(&r, store_deployment_list(r.s, r.a, &d, &n, &r.e));
	IS_INT((long long)n, 2, "deployments");
	MUST(&r, store_deployment_find(r.s, STR("acme-1"), r.a, &one, &r.e));
	IS_INT(one.organisation, r.acme, "by Org ID");
	MUST(&r, store_person_list(r.s, ROLE_CONTACT, r.a, &p, &n, &r.e));
	IS_INT((long long)n, 2, "contacts");
	MUST(&r, store_person_list(r.s, ROLE_APPROVER, r.a, &p, &n, &r.e));
	IS_INT((long long)n, 2, "approvers");
	MUST(&r, store_person_list(r.s, ROLE_REPRESENTATIVE, r.a, &p, &n, &r.e));
	OK(n == 1 && p[0].person.is_representative, "representatives");
	MUST(&r, store_administrators(r.s, r.a, &adm, &n, &r.e));
	OK(n == 1 && adm[0].id == r.adm && adm[0].active, "administrators");
	MUST(&r, store_approver_list(r.s, r.a, &ap, &n, &r.e));
	IS_INT((long long)n, 2, "who approves for what");
	IS_STR(ap[0].organisation_name, STR("Acme"), "P6 an organisation");
	IS_STR(ap[1].org_id, STR("ACME-1"), "P6 or a deployment");
	MUST(&r, store_begin(r.s, &r.e));
	IS_INT(store_approver_add(r.s, r.ada, r.acme, 0, &r.e), -1, "not twice");
	IS_INT(store_approver_add(r.s, r.ada, r.acme, r.acme_1, &r.e), -1, "not for both");
	store_rollback(r.s);
	MUST(&r, store_key(r.s, key, &r.e));
	IS_INT((long long)strlen(key), 64, "the database has a key");
	rig_close(&r);
}

int
main(void)
{
	test_fields();
	test_pin();
	test_aliases();
	test_access();
	test_lists();
	return tap_done();
}
