/* SPDX-License-Identifier: ISC
 * store_cases.h: cases, their updates, and access requests, for showing and for the plans of casectl.
 */
#ifndef CASEMAIL_STORE_STORE_CASES_H
#define CASEMAIL_STORE_STORE_CASES_H

#include "store/store.h"

/* By number ("1234" finds "00001234") or by id. ERR_REJECT: none. */
int store_case_find(struct store *s, struct str number, struct arena *a, struct case_view *out, struct err *e);
int store_case_get(struct store *s, int64_t id, struct arena *a, struct case_view *out, struct err *e);
int store_case_description(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e);

enum case_sort { CASE_SORT_MODIFIED, CASE_SORT_OPENED, CASE_SORT_NUMBER, CASE_SORT_PRIORITY };
struct store_case_filter {
	int64_t mine, contact, owner, organisation, deployment; /* 0: all. mine: this person is contact or owner */
	int64_t since;                                          /* modified then or later */
	struct str status, sub_status, type, sub_type, product; /* empty: all */
	struct str words;                                       /* as store_case_search; empty: all */
	bool open_only, closed_only;
	enum case_sort sort; /* newest first, the lowest number first, the most urgent first */
	bool reverse;
	size_t max, offset; /* max 0: 1000 in a list, no end in store_case_each */
};
int store_case_list(struct store *s, const struct store_case_filter *f, struct arena *a, struct case_view **out,
    size_t *n, struct err *e);
/* The same one by one, for more than fits into memory: room is reset after each case. call returns 0, or -1 with *e,
 * which ends it. */
int store_case_each(struct store *s, const struct store_case_filter *f, struct arena *room,
    int (*call)(void *context, const struct case_view *c, struct err *e), void *context, struct err *e);

/* Cases that hold all of f->words, in subject and description or in one update, or have that number; out of the newest
 * 1000 cases and 1000 updates with the words: a common word stays quick. */
struct store_found {
	struct case_view c;
	struct str snippet; /* around the words, each in brackets; empty where only the number fits */
};
int store_case_search(struct store *s, const struct store_case_filter *f, struct arena *a, struct store_found **out,
    size_t *n, struct err *e);

/* One line of a case's timeline, oldest first. */
enum entry_kind { ENTRY_UPDATE, ENTRY_STATUS, ENTRY_NOTICE };
struct store_attachment {
	int64_t id;
	struct str name, type, sha256;
	int64_t size;
};
struct store_entry {
	enum entry_kind kind;
	int64_t update;      /* its id, of an update */
	int64_t at, message; /* message: ledger id or 0 */
	struct person author;
	struct str who; /* author's name, or "system", "casectl root" */
	enum way way;
	enum visibility visibility;
	struct str text, cut;     /* update */
	struct str before, after; /* status */
	struct store_attachment *attachments;
	size_t n_attachments;
	enum notice_kind notice; /* notice: to, state */
	struct str to, state;
	int64_t letter;
};
int store_case_timeline(
    struct store *s, int64_t id, struct arena *a, struct store_entry **out, size_t *n, struct err *e);
int store_attachment_content(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e);

int store_request_get(struct store *s, int64_t id, struct arena *a, struct access_request *out, struct err *e);
int store_request_list(
    struct store *s, bool pending_only, struct arena *a, struct access_request **out, size_t *n, struct err *e);
/* Fills in what a new request needs from the store: levels held and approvers of each line, whose deployments are set.
 */
int store_request_prepare(struct store *s, struct access_request *r, struct arena *a, struct err *e);
/* The pending requests that something is due for at now, by age; and when something is due next, ms, 0: never. */
int store_request_due(struct store *s, int64_t now, struct arena *a, int64_t **ids, size_t *n, struct err *e);
int store_request_next(struct store *s, int64_t *next_at, struct err *e);
/* Active administrators. */
int store_administrators(struct store *s, struct arena *a, struct person **out, size_t *n, struct err *e);

#endif
