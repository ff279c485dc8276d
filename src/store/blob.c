/* SPDX-License-Identifier: ISC
 * blob.c: raw mail and attachments, each content once. A hash is taken from the caller only where our own process made
 * it: one that came with the content (from the reader) could make a file stand for another.
 */
#include "config.h"

#include "store/internal.h"

#include "base/crypto.h"

int
blob_add(struct store *s, struct str content, int64_t now, int64_t *id, const char *hex, struct err *e)
{
	char sha256[SHA256_HEX];
	struct query q;
	int rc;

	if (hex == NULL) {
		crypto_sha256_hex(content, sha256);
		hex = sha256;
	}
	QUERY(&q, s, "SELECT id FROM blob WHERE sha256 = ?", Z(hex));
	rc = query_step(&q, e);
	if (rc == 1)
		*id = column_number(&q, 0);
	query_close(&q);
	if (rc)
		return rc == 1 ? 0 : -1;
	if (RUN(s, NULL, e, "INSERT INTO blob (sha256, size, created_at, content) VALUES (?, ?, ?, ?)", Z(hex),
		NUMBER(content.n), NUMBER(now), BYTES(content)))
		return -1;
	*id = store_last_id(s);
	return 0;
}

int
blob_get(struct store *s, int64_t id, struct arena *a, struct str *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT content FROM blob WHERE id = ?", NUMBER(id));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = column_text(&q, 0, a);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "the content is no longer kept");
	return rc == 1 ? 0 : -1;
}
