/* SPDX-License-Identifier: ISC
 * verdict_cut.c: what of an answer may decide. The reader's splitter has done
 * this before, better; it is done again here, from few and plain marks, so
 * that no decision ever rests on the splitter alone. It prefers "unclear" to
 * a guess: a quote between the writer's lines, or glued to them, ends it.
 */
#include "config.h"

#include "reading/verdict_cut.h"

#include <string.h>

#include "reading/verdict.h"

#define KIND(k) ((uint32_t)1 << (k))
#define HEADER_LINES 8
#define WRAPPED_LINES 3

enum line_kind { LINE_BLANK, LINE_QUOTED, LINE_TEXT };
/* What a text line starts: a quote whose lines carry marks, one that runs to the end, the end of all that was
 * written, a signature that is still looked at. */
enum mark { MARK_NONE, MARK_MARKED_QUOTE, MARK_QUOTE, MARK_END, MARK_SIGNATURE };
enum state { STATE_TOP, STATE_TEXT, STATE_TAIL, STATE_MARKED_QUOTE, STATE_QUOTE };

struct cutter {
	const struct verdict_phrases *p;
	struct arena *a;
	struct str *lines; /* trimmed */
	size_t n, i;
	enum state state;
	bool quote_seen; /* a line with a quote mark */
	size_t bytes;
	struct answer *out;
};

static enum line_kind
kind_of(const struct cutter *c, size_t i)
{
	struct str s = i < c->n ? c->lines[i] : STR_NONE;

	if (s.n == 0)
		return LINE_BLANK;
	return s.p[0] == '>' || s.p[0] == '|' || str_starts(s, STR("\xef\xbc\x9e")) ? LINE_QUOTED : LINE_TEXT;
}

static size_t
count(struct str s, bool (*is)(char c))
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += is(s.p[i]);
	return n;
}

static bool
is_run_of(struct str s, char c, size_t least)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != c)
			return false;
	return s.n >= least;
}

static bool
is_letter(char c)
{
	return char_is_alpha(c) || (unsigned char)c >= 0x80;
}

static bool
next_is_quoted(const struct cutter *c, size_t i)
{
	while (i < c->n && kind_of(c, i) == LINE_BLANK)
		i++;
	return kind_of(c, i) == LINE_QUOTED;
}

/* The last line of an attribution that starts at line i, or -1. It ends in a colon and has what a person's sentence
 * has not: an address and a date; or the verb, with an address, a date or a quote that follows. */
static ptrdiff_t
attribution_end(const struct cutter *c, size_t i, const struct words *first)
{
	bool opener = phrases_prefix(c->p, first, 0, PHRASE_OPENER) || char_is_digit(c->lines[i].p[0]);
	size_t digits = 0;
	bool address = false, verb = false;

	for (size_t k = i; k < i + WRAPPED_LINES && kind_of(c, k) == LINE_TEXT; k++) {
		struct str s = c->lines[k];
		struct words w;

		if (s.n > 500 || (k > i && !opener))
			return -1;
		words_read(s, c->a, &w);
		digits += count(s, char_is_digit);
		address |= str_find_char(s, '@') >= 0;
		verb |= phrases_scan(c->p, &w, 0, KIND(PHRASE_WROTE));
		if (k > i && digits < 3 && !address)
			return -1;
		if (!str_ends(s, STR(":")) && !str_ends(s, STR("\xef\xbc\x9a")))
			continue;
		if ((address && digits >= 4) ||
		    (verb && (address || (opener && digits >= 3) || next_is_quoted(c, k + 1))))
			return (ptrdiff_t)k;
	}
	return -1;
}

static bool
is_header_line(const struct cutter *c, size_t i)
{
	struct str s = i < c->n ? c->lines[i] : STR_NONE;
	ptrdiff_t colon = str_find_char(str_head(s, 60), ':');
	struct words w;

	if (colon <= 0)
		return false;
	words_read(str_head(s, (size_t)colon), c->a, &w);
	for (size_t from = 0, to = w.n;; from++) {
		const struct phrase *label;

		while (to > from && w.tokens[to - 1].kind == TOKEN_MARK)
			to--;
		if (from < to && w.tokens[from].kind == TOKEN_MARK)
			continue;
		label = from < to ? phrases_find(c->p, words_slice(&w, from, to)) : NULL;
		return label && label->in[PHRASE_HEADER];
	}
}

static bool
is_header_block(const struct cutter *c, size_t i)
{
	size_t labels = 0;

	if (!is_header_line(c, i))
		return false;
	for (size_t k = i; k < i + HEADER_LINES && labels < 3; k++)
		labels += is_header_line(c, k);
	return labels >= 3;
}

/* "-----Original Message-----", and what else says that another mail follows. */
static bool
is_original(const struct cutter *c, size_t i, const struct words *w)
{
	struct str s = c->lines[i];
	const struct phrase *whole;
	size_t from = 0, to = w->n;

	if (str_starts(s, STR("----")) && str_ends(s, STR("----")) && count(s, is_letter) >= 3)
		return true;
	while (from < to && w->tokens[from].kind != TOKEN_WORD)
		from++;
	while (to > from && w->tokens[to - 1].kind != TOKEN_WORD)
		to--;
	whole = from < to ? phrases_find(c->p, words_slice(w, from, to)) : NULL;
	return (whole && whole->in[PHRASE_ORIGINAL]) || phrases_scan(c->p, w, 0, KIND(PHRASE_MARKER));
}

/* Where the answer is still to come, a closing formula that is a yes or no elsewhere (Polish "tak") may be it, and one
 * that opens mails too (Turkish "iyi günler") opens this one. */
static bool
may_be_answer(const struct cutter *c, const struct words *w)
{
	const struct answer *out = c->out;
	const struct phrase *whole;
	size_t end = 0;

	while (end < w->n && w->tokens[end].kind == TOKEN_WORD)
		end++;
	whole = end ? phrases_find(c->p, words_slice(w, 0, end)) : NULL;
	if (whole && whole->in[PHRASE_GREETING] && out->n == 0)
		return true;
	if (whole == NULL || !(whole->in[PHRASE_APPROVE] | whole->in[PHRASE_DENY]))
		return false;
	return out->n == 0 || (out->n == 1 && phrases_prefix(c->p, &out->lines[0].words, 0, PHRASE_GREETING));
}

/* A closing formula, alone or with a name behind it. What it is taken for wrongly is still looked at: see the tail. */
static bool
is_closing(const struct cutter *c, const struct words *w)
{
	size_t n = phrases_prefix(c->p, w, 0, PHRASE_SIGN_OFF), words = 0;

	if (n == 0 || w->question || may_be_answer(c, w))
		return false;
	for (size_t i = n; i < w->n; i++)
		words += w->tokens[i].kind == TOKEN_WORD;
	return words <= 4 && !phrases_scan(c->p, w, n,
				 KIND(PHRASE_APPROVE) | KIND(PHRASE_DENY) | KIND(PHRASE_HEDGE) | KIND(PHRASE_MAYBE) |
				     KIND(PHRASE_UNCLEAR));
}

static enum mark
mark_of(struct cutter *c, size_t i, const struct words *w)
{
	struct str s = c->lines[i];
	ptrdiff_t end;

	if (str_equal(s, STR("--")) || str_equal(s, STR("\xe2\x80\x94")) || is_run_of(s, '_', 10))
		return is_header_block(c, i + 1 < c->n && c->lines[i + 1].n == 0 ? i + 2 : i + 1) ? MARK_QUOTE
												  : MARK_END;
	if (is_original(c, i, w) || is_header_block(c, i))
		return MARK_QUOTE;
	end = attribution_end(c, i, w);
	if (end >= 0) {
		c->i = (size_t)end;
		return MARK_MARKED_QUOTE;
	}
	if (phrases_scan(c->p, w, 0, KIND(PHRASE_DISCLAIMER)))
		return MARK_END;
	if (phrases_prefix(c->p, w, 0, PHRASE_FOOTER) || is_closing(c, w))
		return MARK_SIGNATURE;
	return MARK_NONE;
}

static bool
is_after(const struct cutter *c, enum line_kind kind)
{
	return c->i > 0 && kind_of(c, c->i - 1) == kind;
}

/* Returns false where there is nothing more to look at. */
static bool
take_quoted(struct cutter *c)
{
	if (c->state == STATE_TEXT || c->state == STATE_TAIL) {
		if (is_after(c, LINE_TEXT))
			c->out->unclear = "glued";
		else if (c->quote_seen)
			c->out->unclear = "interleaved";
		c->state = STATE_MARKED_QUOTE;
	}
	c->quote_seen = true;
	return c->out->unclear == NULL;
}

static bool
take_mark(struct cutter *c, enum mark mark)
{
	switch (mark) {
	case MARK_MARKED_QUOTE:
		/* Above an answer at the bottom it only introduces the quote. */
		if (c->state == STATE_TOP && kind_of(c, c->i + 1) == LINE_QUOTED)
			return true;
		c->quote_seen = false;
		c->state = STATE_MARKED_QUOTE;
		return true;
	case MARK_QUOTE:
		c->state = STATE_QUOTE;
		return true;
	case MARK_SIGNATURE:
		c->state = STATE_TAIL;
		return true;
	default:
		return false;
	}
}

/* Text below quoted lines is an answer to them, or a quote that was wrapped; only a signature is neither. */
static bool
take_below_quote(struct cutter *c, const struct words *w)
{
	enum mark mark = mark_of(c, c->i, w);

	if (mark == MARK_END || mark == MARK_SIGNATURE || mark == MARK_QUOTE)
		return false;
	if (mark == MARK_NONE)
		c->out->unclear = "interleaved";
	return mark == MARK_MARKED_QUOTE;
}

static bool
take_text(struct cutter *c)
{
	struct answer *out = c->out;
	struct str s = c->lines[c->i];
	struct words w;
	enum mark mark;

	if (c->state == STATE_QUOTE || (c->state == STATE_MARKED_QUOTE && !c->quote_seen))
		return true;
	c->bytes += s.n;
	if (c->bytes > VERDICT_TEXT_MAX) {
		out->unclear = "long";
		return false;
	}
	words_read(s, c->a, &w);
	if (c->state == STATE_MARKED_QUOTE)
		return take_below_quote(c, &w);
	mark = mark_of(c, c->i, &w);
	if (mark != MARK_NONE && mark != MARK_SIGNATURE)
		return take_mark(c, mark);
	if (c->state == STATE_TOP && c->quote_seen && is_after(c, LINE_QUOTED)) {
		out->unclear = "glued";
		return false;
	}
	if (mark == MARK_SIGNATURE) { /* the line itself was looked at: it says nothing else */
		c->state = STATE_TAIL;
		return true;
	}
	if (c->state == STATE_TOP)
		c->state = STATE_TEXT;
	if (c->state == STATE_TAIL)
		out->tail[out->n_tail++] = (struct answer_line){ s, w };
	else
		out->lines[out->n++] = (struct answer_line){ s, w };
	return true;
}

static void
split_lines(struct cutter *c, struct str text)
{
	struct str rest = text, line;

	c->n = 0;
	while (str_next_line(&rest, &line))
		c->n++;
	c->lines = arena_array(c->a, c->n, sizeof(*c->lines));
	rest = text;
	for (size_t i = 0; str_next_line(&rest, &line); i++)
		c->lines[i] = str_trim(line);
}

void
verdict_cut(const struct verdict_phrases *p, struct str text, struct arena *a, struct answer *out)
{
	struct cutter c = { .p = p, .a = a, .out = out };
	size_t most;

	memset(out, 0, sizeof(*out));
	split_lines(&c, text);
	most = c.n < VERDICT_TEXT_MAX ? c.n : VERDICT_TEXT_MAX;
	out->lines = arena_array(a, most, sizeof(*out->lines));
	out->tail = arena_array(a, most, sizeof(*out->tail));
	for (bool more = true; more && c.i < c.n; c.i++)
		switch (kind_of(&c, c.i)) {
		case LINE_QUOTED:
			more = take_quoted(&c);
			break;
		case LINE_TEXT:
			more = take_text(&c);
			break;
		default:
			break;
		}
}
