/* SPDX-License-Identifier: ISC
 * content_key.c: a digest of what a mail says, for finding duplicates. Every piece goes in with its length, so that no
 * two mails have one key by moving bytes between pieces.
 */
#include "config.h"

#include "reading/content_key.h"

#include "base/crypto.h"

static void
hash_piece(struct crypto_hash *h, struct str s)
{
	char length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (char)((uint64_t)s.n >> (8 * i) & 0xff);
	crypto_hash_add(h, (struct str){ length, sizeof(length) });
	crypto_hash_add(h, s);
}

static struct str
hash_end(struct crypto_hash **h, struct arena *a)
{
	unsigned char digest[SHA256_BYTES];
	char *hex = arena_alloc(a, SHA256_HEX);

	crypto_hash_close(h, digest);
	crypto_hex(digest, sizeof(digest), hex);
	return str_of(hex);
}

void
content_key_set(const struct mime_message *m, struct arena *a, struct reading *out)
{
	const struct mime_field *from = mime_field(m, "From");
	struct crypto_hash *h = crypto_hash_open();

	hash_piece(h, out->message_id);
	hash_piece(h, from ? from->value : STR_NONE);
	hash_piece(h, out->date);
	for (size_t i = 0; i < m->n_parts; i++) {
		hash_piece(h, m->parts[i].type);
		hash_piece(h, m->parts[i].text.n ? m->parts[i].text : m->parts[i].content);
	}
	out->content_key = hash_end(&h, a);
}

void
content_key_set_raw(struct str raw, struct arena *a, struct reading *out)
{
	struct crypto_hash *h = crypto_hash_open();

	hash_piece(h, raw);
	out->content_key = hash_end(&h, a);
}
