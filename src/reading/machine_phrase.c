/* SPDX-License-Identifier: ISC
 * machine_phrase.c: the phrases by which machines are known, from the language files. The table is sorted, so a
 * lookup goes to the rows of one first byte; a phrase is compared there whole.
 */
#include "config.h"

#include "reading/machine_module.h"

struct phrase {
	struct str words;
	unsigned kinds;
};

#include "reading/machine_table.h" /* table, first_row */

/* Bytes above 0x7f are letters here: most are. */
static bool
is_word(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || (unsigned char)c >= 0x80;
}

/* Scripts that write no blanks between words end a word anywhere. */
static bool
ends_word(struct str words, struct str rest)
{
	char last = words.p[words.n - 1];

	return rest.n == 0 || !is_word(last) || !is_word(rest.p[0]) || (unsigned char)words.p[0] >= 0xe0;
}

unsigned
machine_phrases(struct str folded, unsigned kinds, size_t *n)
{
	unsigned found = 0;
	size_t longest = 0;

	if (folded.n) {
		unsigned char c = (unsigned char)folded.p[0];

		for (size_t i = first_row[c]; i < first_row[c + 1]; i++) {
			struct str words = table[i].words;

			if (!(table[i].kinds & kinds) || !str_starts(folded, words) ||
			    !ends_word(words, str_skip(folded, words.n)))
				continue;
			found |= table[i].kinds & kinds;
			if (words.n > longest)
				longest = words.n;
		}
	}
	if (n)
		*n = longest;
	return found;
}

unsigned
machine_phrases_in(struct str folded, unsigned kinds)
{
	unsigned found = 0;

	for (size_t i = 0; i < folded.n; i++)
		if (i == 0 || !is_word(folded.p[i - 1]) || (unsigned char)folded.p[i] >= 0xe0)
			found |= machine_phrases(str_skip(folded, i), kinds, NULL);
	return found;
}
