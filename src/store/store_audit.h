/* SPDX-License-Identifier: ISC
 * store_audit.h: the audit chain: hash = SHA-256(hash of the row before || the row in canonical form).
 */
#ifndef CASEMAIL_STORE_STORE_AUDIT_H
#define CASEMAIL_STORE_STORE_AUDIT_H

#include "store/store.h"

struct store_audit {
	int64_t id, at, case_id, message;
	struct str event, who, details, hash;
};
int store_audit_list(struct store *s, int64_t case_id, int64_t before_id, size_t max, struct arena *a,
    struct store_audit **out, size_t *n, struct err *e);
/* Walks the whole chain. *first_bad: id of the first row that does not verify, or 0; *rows: how many there are. */
int store_audit_verify(struct store *s, int64_t *rows, int64_t *first_bad, struct buf *why, struct err *e);

#endif
