/* SPDX-License-Identifier: ISC
 * store_people.h: organisations, deployments, contacts, approvers, representatives, administrators, access levels.
 *
 * Adding happens in the caller's transaction. ERR_REJECT names the field that is wrong or taken, and what is allowed.
 */
#ifndef CASEMAIL_STORE_STORE_PEOPLE_H
#define CASEMAIL_STORE_STORE_PEOPLE_H

#include "store/store.h"

struct organisation {
	int64_t id;
	struct str name;
	bool is_partner;
};
/* By name, unique in any ASCII case; listed by name. */
int store_organisation_add(struct store *s, const struct organisation *o, int64_t *id, struct err *e);
int store_organisation_find(struct store *s, struct str name, struct arena *a, struct organisation *out, struct err *e);
int store_organisation_list(struct store *s, struct arena *a, struct organisation **out, size_t *n, struct err *e);

/* By Org ID, unique in any ASCII case; listed by it. d->organisation is mandatory; end_user: the End-User company, may
 * be empty. */
int store_deployment_add(struct store *s, const struct deployment *d, struct str end_user, int64_t *id, struct err *e);
int store_deployment_find(struct store *s, struct str org_id, struct arena *a, struct deployment *out, struct err *e);
int store_deployment_list(struct store *s, struct arena *a, struct deployment **out, size_t *n, struct err *e);

struct person_record {
	struct person person;
	struct str employer, country, phone, queue; /* queue: of a representative */
	/* Loaded, not read by store_person_add: */
	struct str organisation_name;
	int64_t undeliverable_at; /* ms; 0: mail may be sent */
	struct str undeliverable_why;
};
/* A contact (all five mandatory fields, P1), a representative, an administrator, or an approver who is none of these:
 * what person.is_* says. The address must be free. A contact gets a PIN. */
/* The same check of the fields alone, for who is to be added later. */
int store_person_check(const struct person_record *p, struct err *e);
int store_person_add(struct store *s, const struct person_record *p, int64_t now, int64_t *id, struct err *e);
int store_person_find(struct store *s, struct str address, struct arena *a, struct person_record *out, struct err *e);
/* Mail is sent to the person again. ERR_REJECT where it was not stopped. */
int store_person_deliverable(struct store *s, int64_t person, struct err *e);
/* The fields of a person but for address and roles, checked as for store_person_add. */
int store_person_set(struct store *s, const struct person_record *p, struct err *e);

/* A further address of a person. Once it is verified, mail from it is that person's; with verified_at 0 it is nobody's
 * and finds nobody. ERR_REJECT where it is taken. */
int store_person_address_add(struct store *s, int64_t person, struct str address, int64_t verified_at, struct err *e);
/* It is shown to be the person's. ERR_REJECT: it is none of the person's, or verified already. */
int store_address_verify(struct store *s, int64_t person, struct str address, int64_t now, struct err *e);
/* Removes it, and voids the tokens it was sent. ERR_REJECT: there is none, or it is the registered one. */
int store_address_remove(struct store *s, struct str address, int64_t now, struct err *e);
struct address_record {
	struct str address;
	int64_t verified_at, person; /* verified_at 0: not yet */
	bool is_registered;          /* mail goes to it */
};
/* The registered one first, then by address. */
int store_address_list(
    struct store *s, int64_t person, struct arena *a, struct address_record **out, size_t *n, struct err *e);
int store_address_find(struct store *s, struct str address, struct arena *a, struct address_record *out, struct err *e);

/* The only reader of a PIN (P2): to be shown to an operator, never mailed or logged. ERR_REJECT: no contact. */
int store_person_pin(struct store *s, int64_t person, struct arena *a, struct str *out, struct err *e);
int store_person_pin_renew(struct store *s, int64_t person, struct err *e); /* another one */
enum person_role { ROLE_CONTACT, ROLE_APPROVER, ROLE_REPRESENTATIVE, ROLE_ADMINISTRATOR };
int store_person_list(
    struct store *s, enum person_role role, struct arena *a, struct person_record **out, size_t *n, struct err *e);

/* Names person an approver of a whole organisation or of one deployment (the other is 0), P6. */
int store_approver_add(struct store *s, int64_t person, int64_t organisation, int64_t deployment, struct err *e);
struct approver_record {
	struct person person;
	struct str organisation_name, org_id; /* one of them */
};
int store_approver_list(struct store *s, struct arena *a, struct approver_record **out, size_t *n, struct err *e);

/* An approver's delegation. It gives what the approver may decide while it lasts, but nothing about access of the
 * approver or of the delegate, and it cannot be passed on. */
struct delegation {
	struct person giver, delegate;
	int64_t deployment; /* 0: all that is the giver's to decide */
	struct str org_id;  /* of the deployment; loaded only */
	int64_t starts_at, ends_at;
};
/* ERR_REJECT: giver is no approver, both are one person, the delegate is not active. */
int store_delegation_add(struct store *s, const struct delegation *d, struct err *e);
int store_delegation_end(struct store *s, int64_t giver, int64_t delegate, int64_t now, struct err *e);
int store_delegation_list(struct store *s, struct arena *a, struct delegation **out, size_t *n, struct err *e);

/* Levels (P3). */
int store_access_level(struct store *s, int64_t person, int64_t deployment, enum access_level *out, struct err *e);
int store_access_set(struct store *s, int64_t person, int64_t deployment, enum access_level level,
    struct str granted_by, int64_t now, struct err *e);
struct access_record {
	struct person person;
	struct deployment deployment;
	enum access_level level;
	int64_t since;
	int64_t request;       /* that gave it; 0: an operator did */
	struct str granted_by; /* who decided: "Ada Ng <ada@...>", "casectl root" */
};
/* person, deployment: 0 for all. */
int store_access_list(struct store *s, int64_t person, int64_t deployment, struct arena *a, struct access_record **out,
    size_t *n, struct err *e);

#endif
