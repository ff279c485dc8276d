/* SPDX-License-Identifier: ISC
 * candidate.c: what is known of a text before anybody reads a yes or no from it: may it hold one at all, and does it
 * stand by itself. Knows no phrase; errs towards "it may". Each look is linear in the text.
 */
#include "config.h"

#include "reading/candidate.h"

#include "reading/verdict.h"

#define PARAGRAPHS_MOST 6

static bool
is_quote(struct str line)
{
	return line.n > 0 && (line.p[0] == '>' || line.p[0] == '|');
}

bool
candidate_stands_apart(struct str text, struct str new_text)
{
	struct str rest = str_trim(new_text), first = rest, last = rest, line, before = STR_NONE;
	bool above = true, unquoted = false;

	while (str_next_line(&rest, &line))
		last = str_trim(line);
	str_next_line(&first, &line);
	first = str_trim(line);
	while (str_next_line(&text, &line)) {
		line = str_trim(line);
		if (is_quote(line) && before.n && !is_quote(before) && str_equal(before, last))
			return false;
		if (above && str_equal(line, first)) {
			if (unquoted)
				return false;
			above = false;
		}
		if (line.n)
			unquoted = !is_quote(line);
		before = line;
	}
	return true;
}

bool
candidate_may_answer(struct str text)
{
	struct str line;
	bool inside = false;

	if (text.n > CANDIDATE_MOST)
		return false;
	for (int n = 0; n < PARAGRAPHS_MOST && str_next_line(&text, &line);) {
		size_t characters = 0;

		line = str_trim(line);
		for (size_t i = 0; i < line.n; i++)
			characters += ((unsigned char)line.p[i] & 0xc0) != 0x80;
		if (!inside && characters > 0 && characters <= VERDICT_LINE_MAX)
			return true;
		n += !inside && characters > 0;
		inside = characters > 0;
	}
	return false;
}
