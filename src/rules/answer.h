/* SPDX-License-Identifier: ISC
 * answer.h: what an approver's mail says, without what we had written ourselves.
 */
#ifndef CASEMAIL_RULES_ANSWER_H
#define CASEMAIL_RULES_ANSWER_H

#include "rules/snapshot.h"

/* Why an answer is unclear, in the groups a template can speak about. */
enum answer_why { WHY_NONE, WHY_UNCLEAR, WHY_EMPTY, WHY_QUOTE, WHY_UNREADABLE, WHY_CODE };

#define ANSWER_BY_CODE "code" /* the reason where a confirmation's code decided */

struct answer {
	enum verdict verdict; /* VERDICT_APPROVE, VERDICT_DENY, or VERDICT_AMBIGUOUS with a why */
	struct str line;      /* the decision line, or the first line that was not understood */
	struct str comment;
	const char *reason; /* constant code: "approve", "interleaved", "hedge", ... */
	enum answer_why why;
};

/* At most this much of an answer is judged; what is longer is unclear. */
#define ANSWER_TEXT_MAX (32 * 1024)

/* text without the lines of sent, the notice it answers; runs of blank lines become one. Dropped are lines of 12 and
 * more bytes that stand in sent, however they are wrapped and marked, and shorter ones beside such a line, as sent has
 * them. *mixed: kept lines stand before and after dropped ones. Linear in text; sent counts up to 16 KiB. */
struct str answer_own_lines(struct str text, struct str sent, struct arena *a, bool *mixed);

/* Judges r against the notice token brought it (may be NULL). For a confirmation the first line must hold the code;
 * the verdict is then the one that is confirmed. */
void answer_judge(const struct reading *r, const struct token_fact *token, const struct verdict_phrases *phrases,
    struct arena *a, struct answer *out);

#endif
