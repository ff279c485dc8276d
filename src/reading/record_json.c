/* SPDX-License-Identifier: ISC
 * record_json.c: a reading for people and scripts.
 *
 * Tokens are shown by their first four characters. What could not be read is null or empty, never left out.
 */
#include "config.h"

#include "base/json.h"
#include "reading/record.h"
#include "reading/redact.h"

static void
text_or_null(struct buf *out, const char *key, struct str s)
{
	if (s.n)
		json_text(out, key, s);
	else
		json_null(out, key);
}

static void
write_addresses(struct buf *out, const char *key, const struct reading_address *list, size_t n)
{
	json_open(out, key, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(out, NULL, '{');
		json_text(out, "name", list[i].name);
		json_text(out, "address", list[i].address);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void
write_strings(struct buf *out, const char *key, const struct str *list, size_t n)
{
	json_open(out, key, '[');
	for (size_t i = 0; i < n; i++)
		json_text(out, NULL, list[i]);
	json_close(out, ']');
}

/* Message-IDs may be tokens of ours. */
static void
write_id(struct buf *out, const char *key, struct str id)
{
	struct buf b;

	buf_init(&b, id.n + 16);
	redact_text(id, NULL, 0, &b);
	text_or_null(out, key, buf_str(&b));
	buf_free(&b);
}

static void
write_sender(struct buf *out, const struct reading *r)
{
	static const char *const levels[] = {
		[AUTH_FAIL] = "fail", [AUTH_NONE] = "none", [AUTH_WEAK] = "weak", [AUTH_PASS] = "pass"
	};

	write_addresses(out, "from", r->from, r->n_from);
	write_addresses(out, "to", r->to, r->n_to);
	write_addresses(out, "cc", r->cc, r->n_cc);
	text_or_null(out, "sender_address", r->sender_address);
	text_or_null(out, "from_strict", r->from_strict);
	json_text(out, "authentication", str_of(levels[r->authentication]));
	json_text(out, "authentication_detail", r->authentication_detail);
	text_or_null(out, "subject", r->subject);
	write_id(out, "message_id", r->message_id);
	json_open(out, "ancestors", '[');
	for (size_t i = 0; i < r->n_ancestors; i++)
		write_id(out, NULL, r->ancestors[i]);
	json_close(out, ']');
	text_or_null(out, "date", r->date);
	text_or_null(out, "return_path", r->return_path);
	json_bool(out, "addressed", r->addressed);
	json_number(out, "received", r->received);
}

static void
write_text(struct buf *out, const struct reading *r)
{
	json_text(out, "text", r->text);
	json_text(out, "new_text", r->new_text);
	json_text(out, "quoted", r->quoted);
	json_text(out, "signature", r->signature);
	text_or_null(out, "other_text", r->other_text);
	json_bool(out, "other_unread", r->other_unread);
	json_bool(out, "interleaved", r->interleaved);
	json_open(out, "forward", '{');
	json_bool(out, "is_forward", r->is_forward);
	json_text(out, "above", r->above);
	text_or_null(out, "subject", r->forward_subject);
	text_or_null(out, "from", r->forward_from);
	text_or_null(out, "date", r->forward_date);
	json_close(out, '}');
	json_bool(out, "damaged", r->damaged);
	json_bool(out, "encrypted", r->encrypted);
}

static void
write_bounce(struct buf *out, const struct reading *r)
{
	json_open(out, "bounce", '{');
	if (r->permanent < 0)
		json_null(out, "permanent");
	else
		json_bool(out, "permanent", r->permanent == 1);
	json_open(out, "recipients", '[');
	for (size_t i = 0; i < r->n_failed; i++) {
		json_open(out, NULL, '{');
		json_text(out, "address", r->failed[i].address);
		text_or_null(out, "status", r->failed[i].status);
		text_or_null(out, "action", r->failed[i].action);
		text_or_null(out, "diagnostic", r->failed[i].diagnostic);
		json_close(out, '}');
	}
	json_close(out, ']');
	write_id(out, "original_id", r->original_id);
	json_close(out, '}');
}

static void
write_machine(struct buf *out, const struct reading *r)
{
	json_text(out, "kind", str_of(reading_kind_name(r->kind)));
	text_or_null(out, "kind_reason", r->kind_reason);
	json_bool(out, "is_list", r->is_list);
	json_bool(out, "no_answer", r->no_answer);
	if (r->kind == KIND_BOUNCE || r->kind == KIND_DELAY || r->kind == KIND_REPORT || r->n_failed)
		write_bounce(out, r);
	else
		json_null(out, "bounce");
}

static void
write_references(struct buf *out, const struct reading *r)
{
	json_open(out, "references", '[');
	for (size_t i = 0; i < r->n_references; i++) {
		const struct reading_reference *f = &r->references[i];

		json_open(out, NULL, '{');
		json_text(out, "number", f->number);
		text_or_null(out, "token", str_head(f->token, 4));
		json_text(out, "place", str_of(reading_place_name(f->place)));
		json_close(out, '}');
	}
	json_close(out, ']');
	json_open(out, "tokens", '[');
	for (size_t i = 0; i < r->n_tokens; i++) {
		json_open(out, NULL, '{');
		json_text(out, "token", str_head(r->tokens[i].token, 4));
		json_text(out, "place", str_of(reading_place_name(r->tokens[i].place)));
		json_close(out, '}');
	}
	json_close(out, ']');
	json_bool(out, "undetermined", r->undetermined);
}

static void
write_attachments(struct buf *out, const struct reading *r)
{
	json_open(out, "attachments", '[');
	for (size_t i = 0; i < r->n_attachments; i++) {
		const struct reading_attachment *f = &r->attachments[i];

		json_open(out, NULL, '{');
		json_text(out, "name", f->name);
		json_text(out, "type", f->type);
		json_number(out, "size", (int64_t)f->content.n);
		json_text(out, "sha256", str_of(f->sha256));
		text_or_null(out, "content_id", f->content_id);
		json_bool(out, "inline", f->is_inline);
		json_close(out, '}');
	}
	json_close(out, ']');
}

void
record_to_json(const struct reading *r, const char *verdict, struct buf *out)
{
	json_open(out, NULL, '{');
	text_or_null(out, "malformed", r->malformed);
	text_or_null(out, "malformed_detail", r->malformed_detail);
	write_sender(out, r);
	write_text(out, r);
	write_machine(out, r);
	write_references(out, r);
	write_attachments(out, r);
	write_strings(out, "notes", r->notes, r->n_notes);
	text_or_null(out, "content_key", r->content_key);
	if (verdict)
		json_text(out, "verdict", str_of(verdict));
	json_close(out, '}');
}
