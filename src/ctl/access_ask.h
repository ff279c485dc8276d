/* SPDX-License-Identifier: ISC
 * access_ask.h: what the commands that make access requests share. Functions with a struct err give 0, or -1 and why;
 * nothing is said, rolled back or committed here.
 */
#ifndef CASEMAIL_CTL_ACCESS_ASK_H
#define CASEMAIL_CTL_ACCESS_ASK_H

#include "ctl/ctl.h"
#include "rules/access.h"

#define ACCESS_ASK_LINES 32 /* deployments in one request about one person */

/* What the rules need to judge requests, for one or many of them. */
struct access_ask {
	struct policy policy;
	struct calendar calendar;
	struct snapshot snapshot; /* the pending requests, the administrators */
	size_t room;              /* for pending requests */
	struct ctl_applier *applier;
};
/* In an open transaction, or with the store open to read, where nothing is to be applied. */
int access_ask_open(struct ctl *c, struct access_ask *x, struct err *e);
void access_ask_close(struct access_ask *x);

/* A request with its times and room for ACCESS_ASK_LINES lines, or for n where that is more. */
void access_ask_init(const struct ctl *c, size_t n, struct access_request *r);

/* Whom it is about: a person we know, or a new one with all the fields. name: "FIRST LAST". */
struct access_ask_person {
	struct str address, name, employer, country, phone, language;
};
int access_ask_person(struct ctl *c, const struct access_ask_person *p, struct access_request *r, struct err *e);
/* One deployment more. */
int access_ask_line(struct ctl *c, struct str org_id, enum access_level level, struct access_request *r, struct err *e);
/* Who asks. Empty: an operator, for whom the brand stands: approvers do not know operators, and the audit does. */
int access_ask_requester(struct ctl *c, struct str address, struct access_request *r, struct err *e);

/* What is wrong with r, whose levels held and approvers are looked up first; NULL in *out: nothing. */
int access_ask_check(
    struct ctl *c, struct access_ask *x, struct access_request *r, const struct access_problem **out, struct err *e);

/* What became of a request. */
struct access_asked {
	int64_t request;
	struct str case_number, state; /* state: "pending", or "decided" where its requester has approved all of it */
	size_t notices;
};
/* Asks it, in the open transaction. event: of the audit. */
int access_ask_apply(struct ctl *c, struct access_ask *x, const struct access_request *r, const char *event,
    struct access_asked *out, struct err *e);

/* casectl access request --batch FILE: the command. */
int access_batch_run(struct ctl *c);

#endif
