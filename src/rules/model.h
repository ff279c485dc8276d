/* SPDX-License-Identifier: ISC
 * model.h: the domain's values, as the store gives them and the rules see them (people, cases, requests).
 * Ids are the store's, positive; 0 means none. All text borrows from the arena it was loaded into.
 */
#ifndef CASEMAIL_RULES_MODEL_H
#define CASEMAIL_RULES_MODEL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum access_level { ACCESS_NONE, ACCESS_BASIC, ACCESS_READ_ONLY, ACCESS_READ_WRITE, ACCESS_LEVELS };
const char *access_level_name(enum access_level l); /* "none", "basic", "read-only", "read-write" */
bool access_level_parse(struct str s, enum access_level *out);

struct person {
	int64_t id;                                /* 0: nobody, or a person that is not yet a contact */
	struct str first_name, last_name, address; /* address: the registered one mail goes to */
	struct str language;                       /* "de"; empty: the configuration's */
	int64_t organisation;
	bool active, is_contact, is_approver, is_representative, is_administrator;
	bool undeliverable; /* the address bounced for good, or complained */
};

/* "Eva Lind"; the address where there is no name. Borrows from p or a. */
struct str person_full_name(const struct person *p, struct arena *a);
/* By id; where one of them is no contact yet, by address (ASCII case folded). */
bool person_same(const struct person *a, const struct person *b);
bool person_reachable(const struct person *p); /* active, with an address that has not bounced for good */

struct deployment {
	int64_t id, organisation; /* organisation: the Sold-To company */
	struct str org_id;        /* "ACME-1" */
	struct str customer, product;
	int64_t partner; /* organisation that manages it; 0: none (P5) */
};

struct case_view {
	int64_t id;
	struct str number;    /* "00001234" */
	struct str reference; /* TOKEN_CASE characters */
	struct str type, sub_type, subject, status, sub_status, priority;
	struct deployment deployment;
	struct person contact, owner;   /* owner.id 0: nobody yet */
	struct person escalated_to;     /* the manager who was asked to look after it; id 0: none */
	int64_t escalated_at;           /* ms */
	struct str merged_into;         /* number of the case it was merged into; empty: none */
	struct str split_from;          /* number of the case it was split from; empty: none */
	int64_t opened_at, modified_at; /* ms */
	int64_t request;                /* the access request this admin case is about, or 0 */
	int64_t version;                /* grows with every change */
	bool is_closed;
};

enum line_state { LINE_PENDING, LINE_APPROVED, LINE_DENIED, LINE_EXPIRED, LINE_CANCELLED };
const char *line_state_name(enum line_state s); /* "pending", "approved", ... */

/* One deployment of an access request. */
struct request_line {
	int64_t id; /* 0 in a request that is not stored yet */
	struct deployment deployment;
	struct person person;            /* of a copy: whom the line is about; else id 0 */
	enum access_level level, before; /* wanted; held when the request was made */
	bool removal;
	bool self_grant; /* the person of the line asks for it and may decide it (A4); never loaded */
	enum line_state state;
	struct person decided_by;
	int64_t decided_at;
	int64_t takes_effect_at; /* pending, but approved by decided_by: ms until when a deny stops the grant; else 0 */
	struct str comment;      /* what decided_by wrote besides; not for the person the access is for */
	struct person *approvers; /* of this deployment, active */
	size_t n_approvers;
	struct person *givers;      /* beside each approver who decides by delegation alone: whose; NULL: none does */
	struct person on_behalf_of; /* whose decision decided_by made by delegation; id 0: his own */
};

bool request_line_approver(const struct request_line *l, int64_t person); /* person is among its approvers */
/* For whom approver decides it by delegation; NULL: in his own right, or not at all. */
const struct person *request_line_giver(const struct request_line *l, int64_t approver);
/* Pending and not approved yet, and approver may decide it: of a copy, not about himself. */
bool request_line_open_to(const struct request_line *l, int64_t approver);
bool request_line_cools(const struct request_line *l); /* approved, and the grant waits for a deny that may come */
/* What approver's word may change: a line open to him; where he denies, one that cools as well. */
bool request_line_decidable(const struct request_line *l, int64_t approver, bool approve);

struct access_request {
	int64_t id, case_id;
	int version;                         /* older tokens do not decide */
	struct deployment source;            /* id 0: about one person; else a copy of what stands there, by lines */
	struct person person;                /* whom it is about; id 0: becomes a contact when access is granted */
	struct str employer, country, phone; /* of a new person */
	struct person requester;             /* id 0: an operator */
	struct str requester_name;           /* how to name the requester in a mail */
	struct request_line *lines;
	size_t n_lines;
	int64_t *absent; /* approvers whose mail program said that they are away */
	size_t n_absent;
	int64_t created_at, expires_at;
	int64_t remind_at, escalate_at; /* when time does what to it next; 0: never, or done */
};

static inline const struct person *
request_line_person(const struct access_request *r, const struct request_line *l)
{
	return r->source.id ? &l->person : &r->person;
}

/* A reply token, as found by its hash. */
enum token_kind { TOKEN_NONE, TOKEN_OF_CASE, TOKEN_OF_APPROVAL, TOKEN_OF_CONFIRMATION, TOKEN_OF_ADDRESS };
enum token_state { TOKEN_VALID, TOKEN_USED, TOKEN_VOID, TOKEN_EXPIRED, TOKEN_SUPERSEDED };

#endif
