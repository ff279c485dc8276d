/* SPDX-License-Identifier: ISC
 * lines.h: a text as lines, and what each line was found to be. Inside the splitter only.
 *
 * quote.c, forward.c and signature.c look at the lines and say what they see; split.c walks over
 * them once and decides. Each step looks at a bounded number of lines around the one it is at, so
 * the whole is linear in the text.
 */
#ifndef CASEMAIL_READING_LINES_H
#define CASEMAIL_READING_LINES_H

#include "base/arena.h"
#include "base/str.h"

/* What HTML said about a line, beside its text. */
enum hint {
	HINT_NONE,
	HINT_QUOTE,       /* stands in a container for quoted mail */
	HINT_CUT,         /* from here on all is the mail that is answered */
	HINT_SIGNATURE,   /* stands in a container for a signature */
	HINT_ATTRIBUTION, /* stands in a container for the line above a quote */
	HINT_INDENT,      /* stands in a block quote that no mail program marked: perhaps the author's own */
};

enum part { PART_NEW, PART_QUOTE, PART_SIGNATURE };

struct line {
	struct str raw;  /* as in the text */
	struct str body; /* without its quote marks */
	struct str key;  /* the body, folded; see marks.h */
	unsigned depth;  /* how many quote marks stand in front */
	enum hint hint;
	enum part part;
	size_t skip;      /* bytes of decoration at the start of key */
	unsigned starts;  /* the kinds of phrases that stand behind the decoration */
	unsigned field;   /* the kinds (MARK_FROM, ...) of the header field it begins, or 0 */
	struct str value; /* of that field, in body */
	bool kept;        /* a quoted line that stays with the answer below it */
};

struct lines {
	struct line *list;
	size_t n;
	struct arena *arena;
};

static inline bool
line_is_blank(const struct line *l)
{
	return l->key.n == 0;
}

/* --- lines.c --- */

/* The lines of text, which they borrow; hints: one for each line, or NULL. Room for one cut is kept. */
void lines_make(struct str text, const unsigned char *hints, struct arena *a, struct lines *out);
/* Cuts line i in two at an offset of its body; once for one set of lines. */
void lines_cut(struct lines *ls, size_t i, size_t offset);
/* The index of the first line from i on that is not blank; ls->n where there is none. Looks at most
 * at LINES_NEAR lines. */
#define LINES_NEAR 12
size_t lines_next(const struct lines *ls, size_t i);
/* Sets key and what depends on it, from body. */
void lines_fold(struct line *l, struct arena *a);
/* The offset behind decoration (dashes, stars, blanks, ...) at the start of s. */
size_t lines_decoration(struct str s);
/* Whether the whole of a line is a rule: at least `least` of - _ = * ~ # or a long dash. */
bool lines_is_rule(struct str key, size_t least);

/* --- quote.c --- */

/* Sets depth, body, key, skip and starts of each line, from the marks in front: ">", "|", "AB>". */
void quote_find_marks(struct lines *ls);
/* How many lines from i on are the line that says who wrote what follows ("On ... wrote:"); 0 if none.
 * *offset: where in the body of line i it begins (text may stand before it on the same line). */
size_t quote_attribution(const struct lines *ls, size_t i, size_t *offset);
/* Whether line i is our own "reply above this line". */
bool quote_is_above_line(const struct line *l);
/* Takes lines that a mail program wrapped out of a quote, and so lost their mark, back into it. */
void quote_join_wrapped(struct lines *ls);

/* --- indent.c --- */

/* Whether the lines from first on, the first that are not blank below an attribution, are a quote by their indentation,
 * and something is written below it. Marks that quote, and what stands as far to the right further down. */
bool indent_quotes(struct lines *ls, size_t attribution, size_t first);

/* --- forward.c --- */

/* Sets field and value of each line. */
void forward_find_fields(struct lines *ls);

struct forward {
	size_t n;        /* lines taken: marker and header block; 0 where there is none */
	bool is_forward; /* a marker says so, or a header block, which a reply may have too */
	bool is_marked;  /* a marker says so */
	struct str subject, from, date;
};
/* Whether a forwarded or original mail begins at line i: its marker, its header block, or both. */
void forward_at(const struct lines *ls, size_t i, struct forward *out);

/* --- signature.c --- */

/* Whether the line is what a telephone adds below: "Sent from my ...". */
bool signature_is_footer(const struct line *l);
/* Whether a legal notice, list footer or scanner's finding begins at line i. */
bool signature_is_notice(const struct lines *ls, size_t i);
/* Marks the signature in lines [begin, end), a run of new text; text_above: whether new text stands before it. */
void signature_mark(struct lines *ls, size_t begin, size_t end, bool text_above);

#endif
