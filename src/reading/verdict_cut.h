/* SPDX-License-Identifier: ISC
 * verdict_cut.h: the lines of an answer that may decide, without what may still stand around them.
 */
#ifndef CASEMAIL_READING_VERDICT_CUT_H
#define CASEMAIL_READING_VERDICT_CUT_H

#include "reading/phrases.h"

struct answer_line {
	struct str text; /* as written, trimmed */
	struct words words;
};

struct answer {
	struct answer_line *lines; /* not blank: above the signature */
	size_t n;
	struct answer_line *tail; /* not blank: from a closing formula or a telephone's footer on */
	size_t n_tail;
	const char *unclear; /* why nothing may be read from it: a constant code, or NULL */
};

/* Cuts quotes, small print and what follows "-- ". Never cuts less than verdict.h promises; where a quote and the
 * writer's words cannot be told apart, unclear is set. Linear; at most VERDICT_TEXT_MAX bytes outside of quotes. */
void verdict_cut(const struct verdict_phrases *p, struct str text, struct arena *a, struct answer *out);

#endif
