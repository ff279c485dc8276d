/* SPDX-License-Identifier: ISC
 * test_crypto.c: digests against the vectors of FIPS 180-4 and RFC 4231; tokens against their alphabet.
 */
#include "config.h"

#include "base/crypto.h"

#include "tap.h"

static void
test_sha256(void)
{
	static const struct {
		struct str data;
		const char *hex;
	} rows[] = {
		{ STR(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ STR("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crypto_hash *h = crypto_hash_open();
		unsigned char digest[SHA256_BYTES];
		char hex[SHA256_HEX];

		crypto_sha256_hex(rows[i].data, hex);
		IS_STR(str_of(hex), str_of(rows[i].hex), "SHA-256");
		crypto_hash_add(h, str_head(rows[i].data, 2));
		crypto_hash_add(h, STR_NONE);
		crypto_hash_add(h, str_skip(rows[i].data, 2));
		crypto_hash_close(&h, digest);
		crypto_hex(digest, sizeof(digest), hex);
		IS_STR(str_of(hex), str_of(rows[i].hex), "SHA-256 in pieces");
		OK(h == NULL, "close clears");
	}
}

static void
test_hmac(void)
{
	static const struct {
		struct str key, data;
		const char *hex;
	} rows[] = {
		{ STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
		    STR("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ STR("Jefe"), STR("what do ya want for nothing?"),
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ STR(""), STR(""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char digest[SHA256_BYTES];
		char hex[SHA256_HEX];

		crypto_hmac_sha256(rows[i].key, rows[i].data, digest);
		crypto_hex(digest, sizeof(digest), hex);
		IS_STR(str_of(hex), str_of(rows[i].hex), "HMAC-SHA-256");
	}
}

/* Each character is expected 1000 times; a fair source stays within 6 standard deviations (31 each). */
static void
test_token(void)
{
	static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
	char a[TOKEN_REPLY + 1], b[TOKEN_REPLY + 1], *many = malloc(32001);
	unsigned counts[256] = { 0 };
	bool even = true, clean = true;

	crypto_token(a, TOKEN_REPLY);
	crypto_token(b, TOKEN_REPLY);
	IS_INT((long long)strlen(a), TOKEN_REPLY, "a token has the length asked for");
	OK(strcmp(a, b) != 0, "two tokens differ");
	crypto_token(many, 32000);
	for (size_t i = 0; i < 32000; i++)
		counts[(unsigned char)many[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (i > 0 && strchr(alphabet, (int)i))
			even = even && counts[i] > 810 && counts[i] < 1190;
		else
			clean = clean && counts[i] == 0;
	OK(even, "all 32 characters are as frequent");
	OK(clean, "and no other occurs");
	free(many);
}

static void
test_equal(void)
{
	OK(crypto_equal(STR("abc"), STR("abc")), "equal");
	OK(!crypto_equal(STR("abc"), STR("abd")), "not equal");
	OK(!crypto_equal(STR("abc"), STR("abcd")), "of other length");
	OK(crypto_equal(STR_NONE, STR("")), "both empty");
}

int
main(void)
{
	test_sha256();
	test_hmac();
	test_token();
	test_equal();
	return tap_done();
}
