/* SPDX-License-Identifier: ISC
 * crypto.h: random tokens and digests (GnuTLS).
 */
#ifndef CASEMAIL_BASE_CRYPTO_H
#define CASEMAIL_BASE_CRYPTO_H

#include "base/str.h"

#define SHA256_BYTES 32
#define SHA256_HEX 65 /* 64 digits and NUL */

void crypto_random(void *out, size_t n); /* aborts where the system gives no randomness */
void crypto_sha256(struct str data, unsigned char out[SHA256_BYTES]);
void crypto_sha256_hex(struct str data, char out[SHA256_HEX]);
/* Over several pieces, as if joined. */
struct crypto_hash;
struct crypto_hash *crypto_hash_open(void);
void crypto_hash_add(struct crypto_hash *h, struct str data);
void crypto_hash_close(struct crypto_hash **h, unsigned char out[SHA256_BYTES]);
void crypto_hmac_sha256(struct str key, struct str data, unsigned char out[SHA256_BYTES]);
void crypto_hex(const unsigned char *data, size_t n, char *out); /* 2n digits and NUL */

/* Random lower-case base32 (0-9 a-z without i l o u): 13 characters carry 65 bits, 26 carry 130. */
#define TOKEN_CASE 13
#define TOKEN_REPLY 26
void crypto_token(char *out, size_t characters); /* and NUL */
/* Whether a and b are equal, in a time that depends on their lengths only. */
bool crypto_equal(struct str a, struct str b);

#endif
