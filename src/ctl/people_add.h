/* SPDX-License-Identifier: ISC
 * people_add.h: new deployments, contacts and levels, for the commands that add one and the import that adds many:
 * every check of a field is made here or below.
 *
 * In the caller's transaction. -1: *e says what was wrong; where it is ERR_REJECT nothing was written. *field names
 * what the error is about: "org", "partner", "deployment", "level", "address", "language" as in the option; NULL where
 * the text names it by itself.
 */
#ifndef CASEMAIL_CTL_PEOPLE_ADD_H
#define CASEMAIL_CTL_PEOPLE_ADD_H

#include "ctl/ctl.h"
#include "store/store_people.h"

/* The audit row of a record that was added: {what: name, "id": id}. */
int people_audit(struct ctl *c, const char *event, const char *what, struct str name, int64_t id, struct err *e);

/* "Eva Lind" into first and last name; the last word is the last name. */
void people_name(struct str name, struct person *p);

/* d without organisation and partner, which are given by name; partner may be empty. */
int people_deployment(struct ctl *c, struct deployment *d, struct str organisation, struct str partner,
    struct str end_user, int64_t *id, const char **field, struct err *e);
/* p without organisation: a contact of the organisation of that name, at a corporate address (P1). */
int people_contact(
    struct ctl *c, struct person_record *p, struct str organisation, int64_t *id, const char **field, struct err *e);
/* Gives a level on the deployment of that Org ID, by who runs the command; not one that P5 keeps for the partner. */
int people_access(
    struct ctl *c, const struct person *p, struct str org_id, struct str level, const char **field, struct err *e);

#endif
