/* SPDX-License-Identifier: ISC
 * header.c: writes header fields. GMime makes encoded-words longer than 75 characters of words that are long
 * themselves, as Japanese ones are, so fields are written here.
 *
 * Encoded-words use the characters that are allowed in names too (RFC 2047 5 (3)): one encoder for both.
 */
#include "config.h"

#include "outbox/header.h"

#include <string.h>

#define LINE_MOST 76
#define PLAIN_WORD_MOST 70
#define PAYLOAD_MOST 63 /* of an encoded-word: 75 less "=?utf-8?Q??=" */

void
header_put(struct buf *out, const char *name, struct str value)
{
	size_t column = strlen(name) + 1;
	struct str word;

	buf_add_format(out, "%s:", name);
	while (str_next_field(&value, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (column + 1 + word.n > LINE_MOST && column > strlen(name) + 1) {
			buf_add_z(out, "\r\n");
			column = 0;
		}
		buf_add_char(out, ' ');
		buf_add(out, word);
		column += 1 + word.n;
	}
	buf_add_z(out, "\r\n");
}

static bool
word_is_plain(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] <= ' ' || word.p[i] > '~')
			return false;
	return word.n <= PLAIN_WORD_MOST && str_find(word, STR("=?")) < 0;
}

static bool
char_is_plain(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
}

/* The bytes of the character s begins with; a byte that begins none counts alone. */
static size_t
character_length(struct str s)
{
	size_t n = 1;

	if ((unsigned char)s.p[0] >= 0xc0)
		while (n < s.n && n < 4 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n++;
	return n;
}

static size_t
q_length(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += char_is_plain(s.p[i]) || s.p[i] == ' ' ? 1 : 3;
	return n;
}

static void
q_put(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ')
			buf_add_char(out, '_');
		else if (char_is_plain(s.p[i]))
			buf_add_char(out, s.p[i]);
		else
			buf_add_format(out, "=%02X", (unsigned char)s.p[i]);
}

static void
b_put(struct buf *out, struct str s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		unsigned bits = 0, left = (unsigned)(s.n - i);

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? (unsigned char)s.p[i + k] : 0);
		buf_add_char(out, digits[bits >> 18]);
		buf_add_char(out, digits[bits >> 12 & 63]);
		buf_add_char(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		buf_add_char(out, left > 2 ? digits[bits & 63] : '=');
	}
}

/* A run of words as encoded-words; the blank between two of those is not shown. */
static void
encoded_put(struct buf *out, struct str run)
{
	bool q = q_length(run) <= run.n + run.n / 3 + 2;

	while (run.n > 0) {
		size_t n = 0;

		while (n < run.n) {
			size_t next = n + character_length(str_skip(run, n));

			if (n > 0 && (q ? q_length(str_head(run, next)) : (next + 2) / 3 * 4) > PAYLOAD_MOST)
				break;
			n = next;
		}
		buf_add_z(out, q ? "=?utf-8?Q?" : "=?utf-8?B?");
		if (q)
			q_put(out, str_head(run, n));
		else
			b_put(out, str_head(run, n));
		buf_add_z(out, "?=");
		run = str_skip(run, n);
		if (run.n > 0)
			buf_add_char(out, ' ');
	}
}

void
header_text(struct buf *out, struct str text)
{
	struct str word, run = STR_NONE; /* of words to encode, with the blanks between them */
	bool first = true;

	text = str_trim(text);
	while (str_next_field(&text, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (!word_is_plain(word)) {
			run = run.n ? (struct str){ run.p, (size_t)(word.p + word.n - run.p) } : word;
			continue;
		}
		if (run.n > 0) {
			buf_add_z(out, first ? "" : " ");
			encoded_put(out, run);
			first = false;
		}
		run = STR_NONE;
		buf_add_z(out, first ? "" : " ");
		buf_add(out, word);
		first = false;
	}
	if (run.n > 0) {
		buf_add_z(out, first ? "" : " ");
		encoded_put(out, run);
	}
}

static bool
name_is_atoms(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alpha(name.p[i]) && !char_is_digit(name.p[i]) && name.p[i] != ' ' && name.p[i] != '-')
			return false;
	return true;
}

static bool
name_is_quotable(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < ' ' || name.p[i] > '~')
			return false;
	return name.n <= PLAIN_WORD_MOST && str_find(name, STR("=?")) < 0;
}

void
header_mailbox(struct buf *out, struct str name, struct str address)
{
	name = str_trim(name);
	if (name.n == 0) {
		buf_add(out, address);
		return;
	}
	if (name.n <= PLAIN_WORD_MOST && name_is_atoms(name)) {
		buf_add(out, name);
	} else if (name_is_quotable(name)) {
		buf_add_char(out, '"');
		for (size_t i = 0; i < name.n; i++) {
			if (name.p[i] == '"' || name.p[i] == '\\')
				buf_add_char(out, '\\');
			buf_add_char(out, name.p[i]);
		}
		buf_add_char(out, '"');
	} else {
		encoded_put(out, name);
	}
	buf_add_format(out, " <%.*s>", STR_ARGS(address));
}
