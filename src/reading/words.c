/* SPDX-License-Identifier: ISC
 * words.c: lines as words in normal form (libunistring, its only user).
 *
 * The line is judged twice: as written, for the characters that hide or
 * reorder text, and in NFKC with full case folding, where it is cut into
 * tokens. Nothing is looked up and nothing is dropped but what cannot be seen
 * (direction marks, variation selectors, vowel points, skin tones).
 */
#include "config.h"

#include "reading/words.h"

#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define CHAR_ALM 0x61c
#define CHAR_LRM 0x200e
#define CHAR_RLM 0x200f

struct reader {
	const ucs4_t *c; /* the line in normal form */
	size_t n;
	struct buf out;
	struct words *words;
	const uc_script_t *latin, *cyrillic, *greek;
	unsigned scripts; /* of the word that is open */
	bool open;
};

enum { SCRIPT_LATIN = 1, SCRIPT_CYRILLIC = 2, SCRIPT_GREEK = 4 };

static bool
is_any(ucs4_t c, const ucs4_t *set)
{
	for (; *set; set++)
		if (*set == c)
			return true;
	return false;
}

static bool
is_unseen(ucs4_t c)
{
	return c == CHAR_ALM || c == CHAR_LRM || c == CHAR_RLM || c == 0xfe0e || c == 0xfe0f ||
	       (c >= 0x1f3fb && c <= 0x1f3ff) || c == 0x640 || (c >= 0x64b && c <= 0x652) ||
	       (c >= 0x591 && c <= 0x5bd) || c == 0x5bf || c == 0x5c1 || c == 0x5c2 || c == 0x5c4 || c == 0x5c5 ||
	       c == 0x5c7;
}

static bool
is_control(ucs4_t c)
{
	if (c == '\t' || c == CHAR_ALM || c == CHAR_LRM || c == CHAR_RLM)
		return false;
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs |
						       UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl |
						       UC_CATEGORY_MASK_Zp);
}

static bool
is_question(ucs4_t c)
{
	return is_any(c, (const ucs4_t[]){ '?', 0xbf, 0x37e, 0x55e, 0x61f, 0x1367, 0x203d, 0x2e2e, 0x2753, 0x2754, 0 });
}

static bool
is_blank(ucs4_t c)
{
	return c == '\t' || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Zs);
}

/* Scripts written without blanks between words, and Hangul, where people set them as they like. */
static bool
is_east_asian(ucs4_t c)
{
	return (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3040 && c <= 0x30ff) ||
	       (c >= 0x3130 && c <= 0x318f) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) ||
	       (c >= 0xe00 && c <= 0xe7f);
}

static bool
is_word(ucs4_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

static bool
is_apostrophe(ucs4_t c)
{
	return is_any(c, (const ucs4_t[]){ '\'', '`', 0x2018, 0x2019, 0x2bc, 0x2b9, 0x2032, 0x5f3, 0 });
}

static bool
is_mark(ucs4_t c)
{
	return is_any(c, (const ucs4_t[]){ '*', '_', '"', '[', ']', 0x201c, 0x201d, 0x201e, 0x201f, 0x201a, 0xab, 0xbb,
			     0x2039, 0x203a, 0x300c, 0x300d, 0x300e, 0x300f, 0x5f4, 0 });
}

static ucs4_t
at(const struct reader *r, size_t i)
{
	return i < r->n ? r->c[i] : ' ';
}

/* Whether the character at i ends a segment; more than one full stop is hesitation, not an end. */
static bool
is_separator(const struct reader *r, size_t i)
{
	ucs4_t c = r->c[i], before = i ? r->c[i - 1] : ' ', after = at(r, i + 1);

	if (is_any(c, (const ucs4_t[]){ ',', ';', 0x60c, 0x61b, 0x3001, 0x3002, 0x2014, 0 }))
		return true;
	if (c == '.')
		return before != '.' &&
		       (is_blank(after) || is_any(after, (const ucs4_t[]){ '*', '_', '"', 0x201d, 0 }) ||
			   is_east_asian(before));
	if (c == '!')
		return is_blank(after) || after == '!' || is_mark(after) || is_east_asian(before);
	if (c == '-' || c == 0x2010 || c == 0x2013)
		return is_blank(before) && is_blank(after);
	return false;
}

static void
close_word(struct reader *r)
{
	if (!r->open)
		return;
	r->words->tokens[r->words->n - 1].end = r->out.n;
	r->words->mixed_scripts |= (r->scripts & (r->scripts - 1)) != 0;
	r->scripts = 0;
	r->open = false;
}

static void
open_token(struct reader *r, enum words_kind kind)
{
	close_word(r);
	if (r->out.n)
		buf_add_char(&r->out, ' ');
	r->words->tokens[r->words->n++] = (struct token){ r->out.n, r->out.n, kind };
}

static void
add_whole_token(struct reader *r, enum words_kind kind, ucs4_t c)
{
	open_token(r, kind);
	buf_add_utf8(&r->out, c);
	r->words->tokens[r->words->n - 1].end = r->out.n;
}

static void
add_letter(struct reader *r, ucs4_t c)
{
	const uc_script_t *script = uc_script(c);

	if (is_east_asian(c)) {
		add_whole_token(r, TOKEN_WORD, c);
		return;
	}
	if (!r->open)
		open_token(r, TOKEN_WORD);
	r->open = true;
	if (script == r->latin)
		r->scripts |= SCRIPT_LATIN;
	else if (script == r->cyrillic)
		r->scripts |= SCRIPT_CYRILLIC;
	else if (script == r->greek)
		r->scripts |= SCRIPT_GREEK;
	buf_add_utf8(&r->out, c);
}

static void
take(struct reader *r, size_t i)
{
	ucs4_t c = r->c[i];

	if (is_unseen(c) || (c == 0x307 && i && r->c[i - 1] == 'i'))
		return;
	if (is_blank(c))
		close_word(r);
	else if (is_word(c))
		add_letter(r, c == 0x131 ? 'i' : c);
	else if (r->open && is_apostrophe(c) && is_word(at(r, i + 1)))
		buf_add_char(&r->out, '\'');
	else if (r->open && (c == '-' || c == 0x2010) && is_word(at(r, i + 1)))
		buf_add_char(&r->out, '-');
	else if (is_separator(r, i))
		add_whole_token(r, TOKEN_SEPARATOR, c);
	else
		add_whole_token(r, is_mark(c) || is_apostrophe(c) ? TOKEN_MARK : TOKEN_OTHER, c);
}

static void
judge_as_written(struct str line, struct words *out)
{
	const uint8_t *p = (const uint8_t *)line.p, *end = p + line.n;
	ucs4_t c;

	for (; p < end; out->characters++) {
		p += u8_mbtouc_unsafe(&c, p, (size_t)(end - p));
		out->question |= is_question(c);
		out->controls |= is_control(c);
	}
}

static bool
is_ascii(struct str s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

/* The characters of line (which is UTF-8), case-folded, in NFKC, for the caller to free. */
static ucs4_t *
fold(struct str line, size_t *n)
{
	uint8_t *folded;
	ucs4_t *wide;

	if (is_ascii(line)) {                         /* most phrases and many mails: no tables needed */
		wide = calloc(line.n, sizeof(*wide)); /* not malloc: static analysis can not follow two loops */
		for (size_t i = 0; wide && i < line.n; i++)
			wide[i] = (ucs4_t)char_lower(line.p[i]);
		*n = line.n;
	} else {
		folded = u8_casefold((const uint8_t *)line.p, line.n, NULL, UNINORM_NFKC, NULL, n);
		wide = folded ? u8_to_u32(folded, *n, NULL, n) : NULL;
		free(folded);
	}
	if (wide == NULL)
		abort();
	return wide;
}

void
words_read(struct str line, struct arena *a, struct words *out)
{
	struct reader r = { .words = out,
		.latin = uc_script_byname("Latin"),
		.cyrillic = uc_script_byname("Cyrillic"),
		.greek = uc_script_byname("Greek") };
	ucs4_t *wide;

	memset(out, 0, sizeof(*out));
	if (line.n == 0)
		return;
	if (u8_check((const uint8_t *)line.p, line.n) != NULL) {
		out->invalid = true;
		return;
	}
	judge_as_written(line, out);
	r.c = wide = fold(line, &r.n);
	for (size_t i = 0; i < r.n; i++)
		out->question |= is_question(wide[i]);
	out->tokens = arena_array(a, r.n, sizeof(*out->tokens));
	buf_init(&r.out, r.n * 5 + 1); /* four bytes and a blank for each */
	for (size_t i = 0; i < r.n; i++)
		take(&r, i);
	close_word(&r);
	out->text = arena_copy(a, buf_str(&r.out));
	buf_free(&r.out);
	free(wide);
}

struct str
words_slice(const struct words *w, size_t from, size_t to)
{
	if (from >= to)
		return STR_NONE;
	return (struct str){ w->text.p + w->tokens[from].start, w->tokens[to - 1].end - w->tokens[from].start };
}

struct str
words_bare(struct str s, struct arena *a)
{
	static const struct {
		ucs4_t c;
		const char *bare;
	} letters[] = { { 0x142, "l" }, { 0xf8, "o" }, { 0x111, "d" }, { 0xe6, "ae" } };
	struct buf out;
	struct str bare;
	size_t n;
	ucs4_t *wide, base = 0;
	uint8_t *apart, *whole;

	if (is_ascii(s))
		return arena_copy(a, s);
	apart = u8_normalize(UNINORM_NFD, (const uint8_t *)s.p, s.n, NULL, &n);
	wide = apart ? u8_to_u32(apart, n, NULL, &n) : NULL;
	if (wide == NULL)
		abort();
	buf_init(&out, n * 4 + 1);
	for (size_t i = 0, k; i < n; i++) {
		bool mark = (wide[i] >= 0x300 && wide[i] <= 0x36f) || (wide[i] >= 0x653 && wide[i] <= 0x655);

		if (!mark)
			base = wide[i];
		else if (base < 0x250 || (base >= 0x600 && base <= 0x6ff))
			continue;
		for (k = 0; k < sizeof(letters) / sizeof(*letters) && letters[k].c != wide[i]; k++)
			;
		if (k < sizeof(letters) / sizeof(*letters))
			buf_add_z(&out, letters[k].bare);
		else
			buf_add_utf8(&out, wide[i]);
	}
	whole = u8_normalize(UNINORM_NFC, (const uint8_t *)buf_z(&out), out.n, NULL, &n);
	if (whole == NULL)
		abort();
	bare = arena_copy(a, (struct str){ (const char *)whole, n });
	buf_free(&out);
	free(whole);
	free(wide);
	free(apart);
	return bare;
}
