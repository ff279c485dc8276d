/* SPDX-License-Identifier: ISC
 * crypto.c: GnuTLS behind our own names. It holds no key and keeps no state. A failure here is a broken
 * library or a system without randomness: nothing a caller could handle, so the process aborts.
 */
#include "config.h"

#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

struct crypto_hash {
	gnutls_hash_hd_t handle;
};

void
crypto_random(void *out, size_t n)
{
	if (n > 0 && gnutls_rnd(GNUTLS_RND_KEY, out, n) != 0)
		abort();
}

void
crypto_sha256(struct str data, unsigned char out[SHA256_BYTES])
{
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, data.n ? data.p : "", data.n, out) != 0)
		abort();
}

void
crypto_sha256_hex(struct str data, char out[SHA256_HEX])
{
	unsigned char digest[SHA256_BYTES];

	crypto_sha256(data, digest);
	crypto_hex(digest, sizeof(digest), out);
}

struct crypto_hash *
crypto_hash_open(void)
{
	struct crypto_hash *h = calloc(1, sizeof(*h));

	if (h == NULL || gnutls_hash_init(&h->handle, GNUTLS_DIG_SHA256) != 0)
		abort();
	return h;
}

void
crypto_hash_add(struct crypto_hash *h, struct str data)
{
	if (data.n > 0 && gnutls_hash(h->handle, data.p, data.n) != 0)
		abort();
}

void
crypto_hash_close(struct crypto_hash **h, unsigned char out[SHA256_BYTES])
{
	gnutls_hash_deinit((*h)->handle, out);
	free(*h);
	*h = NULL;
}

void
crypto_hmac_sha256(struct str key, struct str data, unsigned char out[SHA256_BYTES])
{
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.n ? key.p : "", key.n, data.n ? data.p : "", data.n, out) != 0)
		abort();
}

void
crypto_hex(const unsigned char *data, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * n] = '\0';
}

void
crypto_token(char *out, size_t characters)
{
	/* 32 characters: the low five bits of a random byte choose one without bias. */
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

	_Static_assert(sizeof(alphabet) == 33, "a token character carries five bits");
	crypto_random(out, characters);
	for (size_t i = 0; i < characters; i++)
		out[i] = alphabet[(unsigned char)out[i] & 31];
	out[characters] = '\0';
}

bool
crypto_equal(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	return a.n == 0 || gnutls_memcmp(a.p, b.p, a.n) == 0;
}
