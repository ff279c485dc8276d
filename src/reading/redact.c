/* SPDX-License-Identifier: ISC
 * redact.c: finds reply tokens in text.
 *
 * Errs towards redacting: what looks like a token in an address is one, whoever made it. A text without a token is
 * left where it is.
 */
#include "config.h"

#include "reading/redact.h"

#include <string.h>

#include "base/crypto.h"

#define KEY_MOST 32 /* characters of the key in a Message-ID of ours, at most */

static bool
is_token_char(char c)
{
	c = char_lower(c);
	return (char_is_digit(c) || char_is_alpha(c)) && c != 'i' && c != 'l' && c != 'o' && c != 'u';
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What stands behind the token in a Message-ID of ours: ".KEY@". */
static bool
is_id_rest(struct str s)
{
	size_t n = 1;

	if (!str_starts(s, STR(".")))
		return false;
	while (n < s.n && n <= KEY_MOST && is_alnum(s.p[n]))
		n++;
	return n > 1 && (str_starts(str_skip(s, n), STR("@")) || str_starts(str_skip(s, n), STR("%40")));
}

static bool
is_token(struct str run, struct str behind, const struct reading_token *tokens, size_t n)
{
	if (run.n != TOKEN_REPLY)
		return false;
	for (size_t i = 0; i < run.n; i++)
		if (!is_token_char(run.p[i]))
			return false;
	if (str_starts(behind, STR("@")) || str_starts(behind, STR("%40")) || is_id_rest(behind))
		return true;
	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(tokens[i].token, run))
			return true;
	return false;
}

/* The offset of the next token, or -1. Looks backwards from where a token would end: most words are shorter, so most
 * bytes are never looked at. */
static ptrdiff_t
find_token(struct str text, const struct reading_token *tokens, size_t n)
{
	for (size_t from = 0; from + TOKEN_REPLY <= text.n;) {
		size_t i = from + TOKEN_REPLY, end = i;

		while (i > from && is_alnum(text.p[i - 1]))
			i--;
		if (i > from) {
			from = i;
			continue;
		}
		while (end < text.n && is_alnum(text.p[end]))
			end++;
		/* "support%2BTOKEN@": the digits belong to the delimiter */
		if (end - from == TOKEN_REPLY + 2 && from > 0 && text.p[from - 1] == '%')
			from += 2;
		if (is_token(str_head(str_skip(text, from), end - from), str_skip(text, end), tokens, n))
			return (ptrdiff_t)from;
		from = end + 1;
	}
	return -1;
}

void
redact_text(struct str text, const struct reading_token *tokens, size_t n, struct buf *out)
{
	ptrdiff_t at;

	while ((at = find_token(text, tokens, n)) >= 0) {
		buf_add(out, str_head(text, (size_t)at + 4));
		buf_add(out, STR("..."));
		text = str_skip(text, (size_t)at + TOKEN_REPLY);
	}
	buf_add(out, text);
}

static void
redact(struct str *s, const struct reading *r, struct arena *a)
{
	struct buf b;

	if (find_token(*s, r->tokens, r->n_tokens) < 0)
		return;
	buf_init(&b, s->n);
	redact_text(*s, r->tokens, r->n_tokens, &b);
	*s = arena_copy(a, buf_str(&b));
	buf_free(&b);
}

static void
redact_addresses(struct reading_address *list, size_t n, const struct reading *r, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		redact(&list[i].name, r, a);
		redact(&list[i].address, r, a);
	}
}

void
redact_reading(struct reading *r, struct arena *a)
{
	struct str *const texts[] = { &r->subject, &r->text, &r->new_text, &r->quoted, &r->signature, &r->other_text,
		&r->above, &r->forward_subject, &r->forward_from, &r->forward_date, &r->kind_reason,
		&r->malformed_detail, &r->message_id, &r->sender_address, &r->date, &r->return_path };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		redact(texts[i], r, a);
	redact_addresses(r->from, r->n_from, r, a);
	redact_addresses(r->to, r->n_to, r, a);
	redact_addresses(r->cc, r->n_cc, r, a);
	for (size_t i = 0; i < r->n_failed; i++)
		redact(&r->failed[i].diagnostic, r, a);
	for (size_t i = 0; i < r->n_attachments; i++) {
		redact(&r->attachments[i].name, r, a);
		redact(&r->attachments[i].content_id, r, a);
	}
	for (size_t i = 0; i < r->n_results; i++)
		redact(&r->results[i].text, r, a);
	for (size_t i = 0; i < r->n_notes; i++)
		redact(&r->notes[i], r, a);
}
