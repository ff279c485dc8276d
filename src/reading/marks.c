/* SPDX-License-Identifier: ISC
 * marks.c: folding of text, and lookup in the sorted table of phrases that the build makes out of
 * the language files. A lookup walks the table byte by byte, narrowing the range of rows that share
 * the prefix: most lines leave the table after two or three bytes. Nothing here knows a locale: the
 * folding is the part of Unicode's that the languages in the table need.
 */
#include "config.h"

#include "reading/marks.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

struct mark {
	struct str phrase;
	unsigned kinds;
};

#include "reading/marks_table.h" /* table, first_row */

/* One code point off s (n > 0); invalid bytes give themselves one at a time. */
static unsigned
next_code(struct str s, size_t *n)
{
	static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)s.p[0];
	size_t more = c >= 0xf0 && c < 0xf8 ? 3 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xc0 && c < 0xe0 ? 1 : 0;
	unsigned code = more == 3 ? c & 7 : more == 2 ? c & 15 : more == 1 ? c & 31 : c;

	*n = 1;
	if (more == 0 || s.n <= more)
		return c;
	for (size_t i = 1; i <= more; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return c;
		code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (code < least[more])
		return c;
	*n = more + 1;
	return code;
}

static bool
is_invisible(unsigned c)
{
	return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f);
}

static bool
is_blank(unsigned c)
{
	return c <= 0x20 || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

static unsigned
fold_latin(unsigned c)
{
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 0x20;
	if (c == 0x130)
		return 'i';
	if (c == 0x178)
		return 0xff;
	if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x1de && c <= 0x1ff) ||
	    (c >= 0x200 && c <= 0x233) || (c >= 0x1e00 && c <= 0x1e95) || (c >= 0x1ea0 && c <= 0x1eff))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c % 2 ? c + 1 : c;
	if (c == 0x1a0 || c == 0x1af) /* Vietnamese */
		return c == 0x1a0 ? 0x1a1 : 0x1b0;
	return c;
}

static unsigned
fold_code(unsigned c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
	if (c == 0x2019 || c == 0x2018 || c == 0x2bc)
		return '\'';
	if (c >= 0xff01 && c <= 0xff5e)
		return fold_code(c - 0xfee0);
	if ((c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9)) /* Arabic digits */
		return '0' + (c & 15);
	if ((c >= 0x966 && c <= 0x96f) || (c >= 0xe50 && c <= 0xe59)) /* Devanagari, Thai */
		return '0' + (c >= 0xe50 ? c - 0xe50 : c - 0x966);
	if (c < 0x250 || (c >= 0x1e00 && c <= 0x1eff))
		return fold_latin(c);
	if (c >= 0x391 && c <= 0x3ab && c != 0x3a2)
		return c + 0x20;
	if (c == 0x386)
		return 0x3ac;
	if (c >= 0x388 && c <= 0x38a)
		return c + 0x25;
	if (c == 0x38c || c == 0x38e || c == 0x38f)
		return c == 0x38c ? 0x3cc : c + 0x3f;
	if (c >= 0x410 && c <= 0x42f)
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if ((c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf))
		return c | 1;
	return c;
}

static size_t
put_code(char *p, unsigned c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Folds text up to `most` folded bytes into out (NULL: only counts); *used gets how much of text that took. */
static size_t
fold(struct str text, char *out, size_t most, size_t *used)
{
	size_t n = 0, at = 0;
	bool blank = false;
	char none[4] = { 0 };

	while (at < text.n && n < most) {
		size_t step;
		unsigned c = (unsigned char)text.p[at];

		if (c > 0x20 && c < 0x80) { /* nearly all there is */
			if (blank) {
				if (out)
					out[n] = ' ';
				blank = false;
				if (++n >= most)
					break;
			}
			do {
				if (out)
					out[n] = c >= 'A' && c <= 'Z' ? (char)(c + 0x20) : (char)c;
				n++;
			} while (++at < text.n && n < most && (c = (unsigned char)text.p[at]) > 0x20 && c < 0x80);
			continue;
		}
		if (c <= 0x20) {
			blank = n > 0;
			at++;
			continue;
		}
		c = next_code(str_skip(text, at), &step);
		if (is_blank(c)) {
			blank = n > 0;
		} else if (!is_invisible(c)) {
			if (blank) {
				if (out)
					out[n] = ' ';
				n++;
				blank = false;
				if (n >= most)
					break;
			}
			if (step == 1 && c >= 0x80) { /* not UTF-8: the byte as it is */
				if (out)
					out[n] = (char)c;
				n++;
			} else
				n += put_code(out ? out + n : none, fold_code(c));
		}
		at += step;
	}
	if (used) {
		while (at < text.n) { /* to the next byte that counts */
			size_t step;
			unsigned c = next_code(str_skip(text, at), &step);

			if (!is_blank(c) && !is_invisible(c))
				break;
			at += step;
		}
		*used = at;
	}
	return n;
}

#define EACH (~(uint64_t)0 / 255) /* one in each of eight bytes */

/* Eight bytes of ASCII in lower case. *odd: the top bits of some bytes where one is no ASCII, a control, or a blank
 * behind a blank; *blank: whether the last byte before them is a blank, and then, whether theirs is. Sees more blanks
 * than there are, never fewer. */
static uint64_t
fold_eight(uint64_t x, uint64_t *odd, uint64_t *blank)
{
	uint64_t top = EACH * 128, seven = x & ~top, gaps = x ^ EACH * ' ';
	uint64_t upper = ((seven + EACH * (128 - 'A')) ^ (seven + EACH * (127 - 'Z'))) & ~x & top;

	gaps = (gaps - EACH) & ~gaps & top;
	*odd |= (x & top) | ((x - EACH * 0x20) & ~x & top) | (gaps & (gaps << 8 | *blank));
	*blank = gaps >> 56;
	return x | upper >> 2;
}

/* Copies text, which begins and ends with no blank, in lower case; false where more than letters must be folded. */
static bool
fold_plain(struct str text, char *out)
{
	uint64_t odd = 0, blank = 0, eight;
	size_t i = 0;

	for (; i + 8 <= text.n; i += 8) {
		memcpy(&eight, text.p + i, 8);
		eight = htole64(fold_eight(le64toh(eight), &odd, &blank));
		memcpy(out + i, &eight, 8);
	}
	eight = EACH * 'x';
	memcpy(&eight, text.p + i, text.n - i);
	eight = htole64(fold_eight(le64toh(eight), &odd, &blank));
	memcpy(out + i, &eight, text.n - i);
	return odd == 0;
}

struct str
marks_fold(struct str text, struct arena *a)
{
	char *out = arena_bytes(a, text.n + 4);
	struct str s = str_trim(text);

	if (s.n == 0 || fold_plain(s, out))
		return (struct str){ out, s.n };
	return (struct str){ out, fold(text, out, text.n + 1, NULL) };
}

size_t
marks_unfold(struct str text, size_t offset)
{
	size_t used;

	fold(text, NULL, offset, &used);
	return used;
}

/* Whether a word can end between a phrase that ends in `last` and what follows. */
static bool
word_ends(struct str phrase, struct str rest)
{
	unsigned char last = (unsigned char)phrase.p[phrase.n - 1];
	unsigned code;
	size_t n, at = phrase.n - 1;

	if (rest.n == 0)
		return true;
	while (at > 0 && ((unsigned char)phrase.p[at] & 0xc0) == 0x80)
		at--;
	code = next_code(str_skip(phrase, at), &n);
	if (code >= 0xe00 && code < 0x1e00) /* Thai and on: written without blanks, or with endings */
		return true;
	if (code >= 0x2000 || (last < 0x80 && !char_is_alpha((char)last) && !char_is_digit((char)last)))
		return true;
	code = next_code(rest, &n);
	if (code < 0x80)
		return !char_is_alpha((char)code) && !char_is_digit((char)code);
	return code < 0xc0 || code >= 0xe00;
}

static int
byte_of(size_t row, size_t k)
{
	struct str p = table[row].phrase;

	return p.n > k ? (unsigned char)p.p[k] : -1;
}

/* The first of rows [a, b) whose byte k is at least c. */
static size_t
lower_bound(size_t a, size_t b, size_t k, int c)
{
	while (a < b) {
		size_t mid = a + (b - a) / 2;

		if (byte_of(mid, k) < c)
			a = mid + 1;
		else
			b = mid;
	}
	return a;
}

/* Narrows rows [*lo, *hi) that share k bytes to those whose byte k is c. */
static void
narrow(size_t *lo, size_t *hi, size_t k, unsigned char c)
{
	if (byte_of(*lo, k) != c)
		*lo = lower_bound(*lo + 1, *hi, k, c);
	if (*lo < *hi && byte_of(*hi - 1, k) != c)
		*hi = lower_bound(*lo, *hi - 1, k, c + 1);
}

/* Walks down the rows that folded begins with. The longest of these kinds; *all: the kinds of every one. */
static size_t
walk(struct str folded, unsigned kinds, unsigned *all)
{
	size_t lo, hi, best = 0;

	if (folded.n == 0)
		return 0;
	lo = first_row[(unsigned char)folded.p[0]];
	hi = first_row[(unsigned char)folded.p[0] + 1];
	for (size_t k = 0; lo < hi; narrow(&lo, &hi, k, (unsigned char)folded.p[k])) {
		const struct mark *m = &table[lo];

		k++;
		if (m->phrase.n == k && (m->kinds & kinds) && word_ends(m->phrase, str_skip(folded, k))) {
			best = k;
			*all |= m->kinds;
		}
		if (k == folded.n)
			break;
	}
	return best;
}

size_t
marks_prefix(struct str folded, unsigned kinds)
{
	unsigned all = 0;

	return walk(folded, kinds, &all);
}

unsigned
marks_kinds(struct str folded)
{
	unsigned all = 0;

	walk(folded, ~0u, &all);
	return all;
}

unsigned
marks_exact(struct str folded)
{
	size_t lo = 0, hi = (sizeof(table) / sizeof(table[0]));

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = str_compare(table[mid].phrase, folded);

		if (d == 0)
			return table[mid].kinds;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

bool
marks_find_last(struct str folded, unsigned kinds, size_t *at, size_t *n)
{
	bool found = false, inside = false;

	for (size_t i = 0; i < folded.n; i++) {
		unsigned char c = (unsigned char)folded.p[i];
		bool word = char_is_alpha((char)c) || char_is_digit((char)c) || (c >= 0xc3 && c < 0xe0);
		size_t hit;

		if ((c & 0xc0) == 0x80)
			continue;
		if (!inside || c >= 0xe0) {
			hit = marks_prefix(str_skip(folded, i), kinds);
			if (hit) {
				found = true;
				if (at)
					*at = i;
				if (n)
					*n = hit;
			}
		}
		inside = word;
	}
	return found;
}
