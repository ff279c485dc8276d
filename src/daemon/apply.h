/* SPDX-License-Identifier: ISC
 * apply.h: a plan into the store: its effects, the letters it causes, its ledger and audit rows, in one transaction.
 */
#ifndef CASEMAIL_DAEMON_APPLY_H
#define CASEMAIL_DAEMON_APPLY_H

#include "daemon/settle.h"
#include "outbox/template.h"
#include "store/store.h"

struct apply {
	struct store *store;
	const struct configuration *configuration;
	struct templates *templates;
	const struct own_marks *marks;
	struct arena *arena;
	int64_t now;
	struct str who;    /* "mail eva@acme.example", "casectl root", "dispatcher" */
	const char *event; /* of the audit row: "message", "case-open", ... */
	const struct arrival
	    *arrival; /* of a message, else NULL: no ledger row; arrival->message: its row is changed */
	const struct reading *reading;          /* of a message, else NULL; or NULL: nothing was read again */
	const struct reading_attachment *files; /* casectl's attachments */
	size_t n_files;
};

struct applied {
	int64_t message, new_case, new_request; /* 0: none */
	size_t letters;
};

/* Between store_begin and store_commit, which are the caller's. -1: nothing may be committed. ERR_REJECT: the store has
 * changed since the plan was made, or a value is one the store refuses. */
int apply_plan(const struct apply *a, const struct plan *p, struct applied *out, struct err *e);

#endif
