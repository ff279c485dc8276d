/* SPDX-License-Identifier: ISC
 * effect.h: one change that a plan wants: of a case, a request, a token, or a notice to be sent.
 */
#ifndef CASEMAIL_RULES_EFFECT_H
#define CASEMAIL_RULES_EFFECT_H

#include "rules/notice.h"

enum visibility { UPDATE_PUBLIC, UPDATE_INTERNAL };

/* In place of an id: the case or request that this same plan creates. */
#define PLAN_NEW (-1)

enum effect_kind {
	EFFECT_CASE_OPEN,    /* new_case */
	EFFECT_UPDATE,       /* case_id, author, way, visibility, text, cut; with_attachments */
	EFFECT_STATUS,       /* case_id; status, sub_status and is_closed, or closing; priority where it changes too */
	EFFECT_ASSIGN,       /* case_id, person */
	EFFECT_MERGE,        /* case_id, other_case: into which */
	EFFECT_MOVE_UPDATE,  /* update_id of other_case, to case_id */
	EFFECT_DEPLOYMENT,   /* case_id, deployment, person = its contact */
	EFFECT_ESCALATE,     /* case_id, person = the manager */
	EFFECT_REQUEST_OPEN, /* request (its case: case_id) */
	EFFECT_LINE, /* line_id (or, of the new request, line_index), line_state, person = decider, on_behalf_of, text =
			comment */
	EFFECT_COOL, /* request_id, line_id: person has approved it, on_behalf_of, text; takes_effect_at, until when a
		      * deny stops it; 0: that approval is void, the line is open again */
	EFFECT_GRANT, /* request_id and line_id/line_index: give or remove what the line says; creates the contact first
		       */
	EFFECT_TOKEN, /* token_id, token_state */
	EFFECT_TOKENS_OF_REQUEST, /* request_id, token_state: all that are still valid */
	EFFECT_ASKED_AGAIN,       /* request_id, person */
	EFFECT_REQUEST_TIMES,     /* request_id, remind_at, escalate_at (0: done) */
	EFFECT_REQUEST_EDIT,      /* request: its pending lines are replaced, its version is the next */
	EFFECT_ABSENT,            /* request_id, person: an approver who cannot answer for now */
	EFFECT_LEAVE,          /* person: is active no more, approves and delegates nothing; no reply token is valid */
	EFFECT_RETURN,         /* person: is active again; nothing else that EFFECT_LEAVE took comes back */
	EFFECT_ADDRESS,        /* person: text, an address of theirs, is verified */
	EFFECT_UNDELIVERABLE,  /* person, text = why: no mail to the registered address any more */
	EFFECT_BOUNCED,        /* outbox_id, text = diagnostic: shown with the notice */
	EFFECT_BOUNCE_CLAIMED, /* outbox_id: a report that is not proved says that it bounced */
	EFFECT_NOTICE          /* notice */
};

/* Why a case ends whose status the plan does not name: the configuration has one for each. */
enum closing { CLOSING_NONE, CLOSING_GRANTED, CLOSING_REFUSED, CLOSING_MERGED };

enum way { WAY_MAIL, WAY_CASECTL, WAY_SYSTEM };

struct new_case {
	struct str type, sub_type, subject, description, status, sub_status, priority;
	int64_t deployment, contact, owner; /* 0: none */
	int64_t split_from;                 /* case whose updates it gets, or 0 */
	bool is_closed;                     /* set by case_settle */
};

struct effect {
	enum effect_kind kind;
	int64_t case_id, request_id, line_id, token_id, outbox_id; /* case_id, request_id may be PLAN_NEW */
	int64_t other_case, update_id;
	size_t line_index;
	struct person person; /* author, decider, owner, ... */
	int64_t on_behalf_of; /* person who delegated the decision; 0: nobody */
	enum way way;
	enum visibility visibility;
	struct str text, cut;  /* new text; what was cut off it */
	bool with_attachments; /* those of the reading or of the command */
	struct str status, sub_status, priority;
	bool is_closed; /* set by case_settle */
	enum closing closing;
	enum line_state line_state;
	int64_t deployment; /* EFFECT_GRANT without a request: person gets level (or none) on it */
	enum access_level level;
	enum token_state token_state;
	int64_t remind_at, escalate_at, takes_effect_at; /* ms */
	struct new_case new_case;
	const struct access_request *request;
	struct notice notice;
	struct effect *next;
};

#endif
