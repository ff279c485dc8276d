/* SPDX-License-Identifier: ISC
 * people_add.c: from words to new records, shared by the commands that add and by the import.
 */
#include "config.h"

#include "ctl/people_add.h"

#include "base/json.h"
#include "rules/access.h"

int
people_audit(struct ctl *c, const char *event, const char *what, struct str name, int64_t id, struct err *e)
{
	struct buf j;
	int rc;

	buf_init(&j, 1 << 16);
	json_open(&j, NULL, '{');
	json_text(&j, what, name);
	json_number(&j, "id", id);
	json_close(&j, '}');
	rc = store_audit_add(c->store, event, c->who, 0, 0, buf_str(&j), c->now, e);
	buf_free(&j);
	return rc;
}

void
people_name(struct str name, struct person *p)
{
	ptrdiff_t at = str_rfind_char(str_trim(name), ' ');

	name = str_trim(name);
	p->first_name = at < 0 ? name : str_trim(str_head(name, (size_t)at));
	p->last_name = at < 0 ? STR_NONE : str_skip(name, (size_t)at + 1);
}

static int
organisation_id(struct ctl *c, struct str name, struct organisation *out, struct err *e)
{
	*out = (struct organisation){ 0 };
	if (name.n == 0)
		return 0;
	return store_organisation_find(c->store, name, c->arena, out, e);
}

int
people_deployment(struct ctl *c, struct deployment *d, struct str organisation, struct str partner, struct str end_user,
    int64_t *id, const char **field, struct err *e)
{
	struct organisation customer, manager;

	*field = "org";
	if (organisation_id(c, organisation, &customer, e) < 0)
		return -1;
	*field = "partner";
	if (organisation_id(c, partner, &manager, e) < 0)
		return -1;
	*field = NULL;
	d->organisation = customer.id;
	d->customer = customer.name;
	d->partner = manager.id;
	return store_deployment_add(c->store, d, end_user, id, e);
}

int
people_contact(
    struct ctl *c, struct person_record *p, struct str organisation, int64_t *id, const char **field, struct err *e)
{
	struct organisation o;

	*field = "language";
	if (p->person.language.n && !ctl_is_language(p->person.language))
		return err_set(e, ERR_REJECT,
		    "language %.*s: a code of two or three small letters is allowed: en, de, ...",
		    STR_ARGS(p->person.language));
	*field = "org";
	if (organisation.n == 0)
		return err_set(e, ERR_REJECT, "the organisation is missing");
	if (organisation_id(c, organisation, &o, e) < 0)
		return -1;
	*field = "address";
	if (access_free_mail(p->person.address, &c->configuration->free_mail_domains))
		return err_set(e, ERR_REJECT, "%.*s: a free-mail address; contacts need a corporate one",
		    STR_ARGS(p->person.address));
	*field = NULL;
	p->person.is_contact = p->person.active = true;
	p->person.organisation = o.id;
	return store_person_add(c->store, p, c->now, id, e);
}

int
people_access(
    struct ctl *c, const struct person *p, struct str org_id, struct str level, const char **field, struct err *e)
{
	enum access_level l;
	struct deployment d;

	*field = "level";
	if (!access_level_parse(level, &l) || l == ACCESS_NONE)
		return err_set(
		    e, ERR_REJECT, "level \"%.*s\": basic, read-only or read-write is allowed", STR_ARGS(level));
	*field = "deployment";
	if (store_deployment_find(c->store, org_id, c->arena, &d, e) < 0)
		return -1;
	*field = "level";
	if (!access_level_fits(&d, p->organisation, l))
		return err_set(e, ERR_REJECT,
		    "%.*s is managed by a partner: only its members may hold read-write, others read-only at most",
		    STR_ARGS(d.org_id));
	*field = NULL;
	return store_access_set(c->store, p->id, d.id, l, c->who, c->now, e);
}
