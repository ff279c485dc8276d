/* SPDX-License-Identifier: ISC
 * letters.c: writing a mail to be sent, and the reply token it carries, in the transaction that causes them.
 */
#include "config.h"

#include "store/internal.h"

#include "base/crypto.h"

static bool
is_token_char(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u');
}

/* The first run of exactly TOKEN_REPLY token characters before the @ that is not key. */
struct str
outbox_token(struct str address, struct str key)
{
	ptrdiff_t at = str_find_char(address, '@');
	size_t n = at < 0 ? address.n : (size_t)at;

	for (size_t i = 0, start = 0; i <= n; i++) {
		if (i < n && is_token_char(address.p[i]))
			continue;
		if (i - start == TOKEN_REPLY) {
			struct str run = { address.p + start, TOKEN_REPLY };

			if (!str_equal(run, key))
				return run;
		}
		start = i + 1;
	}
	return STR_NONE;
}

int
store_letter_add(struct store *s, const struct store_letter *l, int64_t now, int64_t *id, struct err *e)
{
	char hash[SHA256_HEX] = "";

	if (l->to.n == 0 || l->message_id.n == 0)
		return err_set(e, ERR_FATAL, "store: a letter without an addressee or Message-ID");
	if (l->bounce_token.n)
		crypto_sha256_hex(l->bounce_token, hash);
	if (RUN(s, NULL, e,
		"INSERT INTO outbox (state, created_at, next_at, kind, case_id, request, person, message, is_answer,"
		" answer_reason, message_id, message_key, envelope_from, bounce_hash, from_name, from_address, "
		"to_name, to_address,"
		" reply_to, in_reply_to, ancestors, subject, text, html, labels)"
		" VALUES ('queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		NUMBER(now), NUMBER(now), Z(name_of(NAMES_NOTICE, (int)l->kind)), ID(l->case_id), ID(l->request_id),
		ID(l->person), ID(l->message), NUMBER(l->is_answer), TEXT(l->answer_reason), TEXT(l->message_id),
		TEXT(l->message_key), TEXT(l->envelope_from), Z(hash), TEXT(l->from_name), TEXT(l->from),
		TEXT(l->to_name), TEXT(l->to), TEXT(l->reply_to), TEXT(l->in_reply_to), TEXT(l->references),
		TEXT(l->subject), TEXT(l->text), TEXT(l->html), TEXT(l->labels)))
		return -1;
	*id = store_last_id(s);
	return 0;
}

int
store_token_add(struct store *s, const struct store_token *t, int64_t now, struct err *e)
{
	char hash[SHA256_HEX], code[SHA256_HEX] = "";
	int64_t token;

	if (t->token.n != TOKEN_REPLY || t->kind == TOKEN_NONE)
		return err_set(e, ERR_FATAL, "store: not a reply token");
	crypto_sha256_hex(t->token, hash);
	if (t->code.n)
		crypto_sha256_hex(t->code, code);
	if (RUN(s, NULL, e,
		"INSERT INTO token (hash, kind, state, case_id, request, person, letter, version, code, confirms, "
		"created_at,"
		" expires_at) VALUES (?, ?, 'valid', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		Z(hash), Z(name_of(NAMES_TOKEN_KIND, (int)t->kind)), ID(t->case_id), ID(t->request_id), ID(t->person),
		ID(t->letter), NUMBER(t->version), Z(code), NUMBER(t->confirms), NUMBER(now), ID(t->expires_at)))
		return -1;
	token = store_last_id(s);
	for (size_t i = 0; i < t->n_lines; i++)
		if (RUN(s, NULL, e, "INSERT INTO token_line (token, line) VALUES (?, ?)", NUMBER(token),
			NUMBER(t->lines[i])))
			return -1;
	return 0;
}
