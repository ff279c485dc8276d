/* SPDX-License-Identifier: ISC
 * original.c: pairs a bounce or report with the letter it is about: by the address that letter alone was sent from,
 * which nobody else knows, or by its Message-ID, which everybody has who was shown the letter. The Message-ID may be
 * scrubbed by then: the message key in it stays, and the token's hash leads to the letter as well.
 */
#include "config.h"

#include "store/snapshot.h"

#include "base/crypto.h"

#define PIECES_MOST 8

static int
letter_find(struct store *s, const char *sql, struct str value, int64_t *out, struct err *e)
{
	struct query q;
	int rc;

	if (value.n == 0)
		return 0;
	QUERY(&q, s, sql, TEXT(value));
	rc = query_step(&q, e);
	if (rc == 1)
		*out = column_number(&q, 0);
	query_close(&q);
	return rc < 0 ? -1 : 0;
}

/* By each piece between the dots before the @: as key, and as token. */
static int
letter_by_pieces(struct store *s, struct str local, int64_t *out, struct err *e)
{
	struct str piece;
	char hash[SHA256_HEX];

	for (int i = 0; *out == 0 && i < PIECES_MOST && str_next_field(&local, '.', &piece); i++) {
		if (letter_find(s, "SELECT id FROM outbox WHERE message_key = ?1 AND message_key <> ''", piece, out, e))
			return -1;
		if (*out || piece.n != TOKEN_REPLY)
			continue;
		crypto_sha256_hex(piece, hash);
		if (letter_find(s, "SELECT letter FROM token WHERE hash = ?", str_of(hash), out, e))
			return -1;
	}
	return 0;
}

static int
letter_by_token(struct store *s, struct str token, int64_t *out, struct err *e)
{
	char hash[SHA256_HEX];

	if (token.n == 0)
		return 0;
	crypto_sha256_hex(token, hash);
	return letter_find(
	    s, "SELECT id FROM outbox WHERE bounce_hash = ?1 AND bounce_hash <> ''", str_of(hash), out, e);
}

/* By the token of its envelope sender: where the report was delivered to, or what it says the mail came from. */
static int
letter_by_address(struct store *s, const struct reading *r, int64_t *out, struct err *e)
{
	for (size_t i = 0; i < r->n_tokens && *out == 0; i++) {
		if (r->tokens[i].place != PLACE_RECIPIENT)
			continue;
		if (letter_by_token(s, r->tokens[i].token, out, e))
			return -1;
	}
	return *out ? 0 : letter_by_token(s, outbox_token(r->original_path, STR_NONE), out, e);
}

static int
letter_by_id(struct store *s, struct str message_id, int64_t *out, struct err *e)
{
	ptrdiff_t at = str_find_char(message_id, '@');

	if (message_id.n == 0 || message_id.n > 998)
		return 0;
	if (letter_find(s, "SELECT id FROM outbox WHERE message_id = ?", message_id, out, e))
		return -1;
	if (*out != 0)
		return 0;
	return letter_by_pieces(s, at < 0 ? message_id : str_head(message_id, (size_t)at), out, e);
}

int
original_load(struct store *s, const struct reading *r, struct arena *a, struct snapshot *out, struct err *e)
{
	int64_t letter = 0;
	bool by_address;
	struct query q;
	int rc;

	if (letter_by_address(s, r, &letter, e))
		return -1;
	by_address = letter != 0;
	if (letter == 0 && letter_by_id(s, r->original_id, &letter, e))
		return -1;
	if (letter == 0)
		return 0;
	/* A mail to an unverified address says nothing about the registered one. */
	QUERY(&q, s,
	    "SELECT case_id, request, CASE kind WHEN 'address-verify' THEN NULL ELSE person END, bounced_at,"
	    " bounce_hash = '', bounce_claimed_at FROM outbox WHERE id = ?",
	    NUMBER(letter));
	rc = query_step(&q, e);
	if (rc == 1) {
		out->original = letter;
		out->original_request = column_number(&q, 1);
		out->original_bounced = column_number(&q, 3) != 0;
		out->original_proved = by_address || column_number(&q, 4);
		out->original_claimed = column_number(&q, 5) != 0;
		rc = case_resolve(s, column_number(&q, 0), &out->original_case, e) ||
			     person_get(s, column_number(&q, 2), a, &out->original_to, e)
			 ? -1
			 : 0;
	}
	query_close(&q);
	return rc;
}
