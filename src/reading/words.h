/* SPDX-License-Identifier: ISC
 * words.h: a line of text as words in normal form, so that what people write the same way compares the same.
 */
#ifndef CASEMAIL_READING_WORDS_H
#define CASEMAIL_READING_WORDS_H

#include "base/arena.h"

enum words_kind {
	TOKEN_WORD,      /* letters, digits, marks; inner apostrophes and hyphens; each East Asian character alone */
	TOKEN_SEPARATOR, /* what ends a segment: comma, semicolon, full stop, "!", a dash between blanks */
	TOKEN_MARK,      /* typography around words: quotation marks, * _ [ ] */
	TOKEN_OTHER      /* anything else, one character each: it belongs to no phrase but an emoji */
};

struct token {
	size_t start, end; /* in words.text */
	enum words_kind kind;
};

struct words {
	struct str text; /* NFKC, case folded, Turkish i with one dot only; the tokens with one blank between */
	struct token *tokens;
	size_t n;
	size_t characters;  /* code points as written */
	bool question;      /* a question mark of any script */
	bool controls;      /* Cc, Cf, Co, Cn, line separators; left-to-right and like marks do not count */
	bool mixed_scripts; /* a word of Latin and Cyrillic, or Greek, letters */
	bool invalid;       /* not UTF-8: nothing else is set */
};

/* Reads one line (a line end inside counts as a control). Linear, independent of the locale. Everything in *out
 * lives in a. Unicode 14, UAX 15. */
void words_read(struct str line, struct arena *a, struct words *out);
/* The tokens from..to-1 as they stand in the normal form. */
struct str words_slice(const struct words *w, size_t from, size_t to);
/* s without the marks of Latin and Arabic letters (a phrase as it is typed in haste); equal to s where it has none. */
struct str words_bare(struct str s, struct arena *a);

#endif
