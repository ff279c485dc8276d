/* SPDX-License-Identifier: ISC
 * candidate.h: texts that an answer may be read from.
 */
#ifndef CASEMAIL_READING_CANDIDATE_H
#define CASEMAIL_READING_CANDIDATE_H

#include "base/str.h"

#define CANDIDATE_MOST 4096 /* bytes of new text beyond which it is no answer */

/* Whether new_text stands by itself in text: nothing stands above it but quoted lines and who is quoted, and no quote
 * hangs on its last line, which may be a piece of that quote, wrapped. */
bool candidate_stands_apart(struct str text, struct str new_text);
/* Whether new_text may be an answer: it is not long, and one of its first paragraphs begins with a line that is short
 * enough to decide. A greeting, a banner, or lines of ours that nobody marked may stand above that. */
bool candidate_may_answer(struct str new_text);

#endif
