/* SPDX-License-Identifier: ISC
 * phrases.h: the phrase lists of src/reading/languages/phrases/, one file a language, as one table.
 */
#ifndef CASEMAIL_READING_PHRASES_H
#define CASEMAIL_READING_PHRASES_H

#include <stdint.h>

#include "base/configuration.h"
#include "reading/words.h"

/* One for each [section] of a phrase file. */
enum phrase_kind {
	PHRASE_APPROVE,
	PHRASE_DENY,
	PHRASE_UNCLEAR,    /* never decides, though its words might seem to */
	PHRASE_FRIEND,     /* another language's yes or no, with another sense here: unclear where this one is named */
	PHRASE_COURTESY,   /* may stand beside a yes or no and says nothing */
	PHRASE_GREETING,   /* opens the mail; a name may follow */
	PHRASE_SIGN_OFF,   /* closes it; a name may follow */
	PHRASE_HEDGE,      /* condition, limit, negation: makes a comment on a yes unclear */
	PHRASE_MAYBE,      /* makes a comment on a yes or a no unclear */
	PHRASE_FOOTER,     /* begins the line that a telephone adds */
	PHRASE_DISCLAIMER, /* stands in legal small print */
	PHRASE_WROTE,      /* the verb of an attribution line */
	PHRASE_OPENER,     /* begins an attribution line */
	PHRASE_HEADER,     /* a label of a quoted header block */
	PHRASE_ORIGINAL,   /* a whole line above quoted or forwarded mail */
	PHRASE_MARKER,     /* stands in "reply above this line" */
	PHRASE_EMOJI_YES,
	PHRASE_EMOJI_NO,
	PHRASE_EMOJI_PLAIN,
	PHRASE_KINDS
};

/* The phrase files as they are written, for phrases_fold.c alone. */
struct phrase_written {
	unsigned char language, kind;
	const char *text;
};
extern const struct phrase_written phrases_written[];
extern const size_t phrases_written_n;

/* What phrases_fold.c makes of them: each phrase in normal form. Offsets and not pointers, so that all processes share
 * the pages. */
struct phrase_row {
	uint32_t at;            /* in phrase_text, where it ends in NUL */
	unsigned char language; /* index in phrase_languages */
	unsigned char kind;
	unsigned char tokens; /* how many it has */
};
extern const char phrase_text[];
extern const struct phrase_row phrase_rows[];
extern const size_t phrase_rows_n;
extern const char *const phrase_languages[]; /* "common" and the codes */
extern const size_t phrase_languages_n;

/* key borrows from the generated table where it stands there in normal form, else it lives in the arena. in[kind]: the
 * languages, one bit each, in which the phrase is of that kind. */
struct phrase {
	struct str key;
	const uint32_t *in; /* PHRASE_KINDS of them; phrases alike share one */
};

#define PHRASE_EVERY ((uint32_t)1 << 31) /* the language of what an operator adds */

struct phrase_draft;

struct verdict_phrases {
	struct arena *arena;
	struct phrase_draft *drafts; /* while it is filled, in place of the list; room for so many */
	size_t room;
	struct phrase *list; /* n of them, in the order they came */
	size_t n;
	uint32_t *table;                    /* by hash: number in the list, from 1; 0: free */
	size_t size;                        /* a power of two */
	size_t longest;                     /* tokens of the longest phrase */
	uint32_t languages;                 /* enabled, without PHRASE_COMMON and PHRASE_EVERY */
	uint32_t all;                       /* every bit in use */
	bool named;                         /* not all languages are enabled */
	bool widened;                       /* by one answer's languages */
	struct strings extra_yes, extra_no; /* what the operator added, borrowed */
};

#define PHRASE_COMMON ((uint32_t)1) /* bit 0: common.txt */

/* The phrase that is exactly key (normal form), or NULL. */
const struct phrase *phrases_find(const struct verdict_phrases *p, struct str key);
/* Whether some tokens of w in a row are a phrase of one of the kinds (bit mask), from token `from` on. */
bool phrases_scan(const struct verdict_phrases *p, const struct words *w, size_t from, uint32_t kinds);
/* How many tokens from token `from` on are the longest phrase of that kind; 0: none. */
size_t phrases_prefix(const struct verdict_phrases *p, const struct words *w, size_t from, enum phrase_kind kind);

#endif
