/* SPDX-License-Identifier: ISC
 * verdict.c: yes, no, or unclear.
 *
 *	reply    = [greeting-line] decision-line *comment-line [signature]
 *	decision = segment *( separator segment )
 *	segment  = *courtesy phrase *courtesy / 1*courtesy
 *
 * A line is read once in each language, and where no language knows all of it,
 * once in all of them together; two senses never cancel out, they make it
 * unclear. It needs no negation logic: what is no phrase as a whole decides
 * nothing. A comment can only take a decision back, never make one.
 */
#include "config.h"

#include "reading/verdict.h"

#include <string.h>

#include "reading/phrases.h"
#include "reading/verdict_cut.h"

#define KIND(k) ((uint32_t)1 << (k))
#define GREETING_WORDS 4 /* names behind the greeting */

/* What a line says, weakest first. */
enum sense { SENSE_UNKNOWN, SENSE_COURTESY, SENSE_APPROVE, SENSE_DENY, SENSE_UNCLEAR };

/* The phrases of one line: at[i * longest + k] is the phrase of tokens i..i+k, or NULL. */
struct line {
	const struct verdict_phrases *p;
	const struct words *w;
	const struct phrase **at;
	size_t longest;
	const struct phrase *first; /* the first yes or no that was found */
};

const char *
verdict_name(enum verdict v)
{
	static const char *const names[] = { "none", "approve", "deny", "ambiguous" };

	return names[v];
}

static void
line_init(struct line *l, const struct verdict_phrases *p, const struct words *w, struct arena *a)
{
	memset(l, 0, sizeof(*l));
	l->p = p;
	l->w = w;
	l->longest = p->longest < w->n ? p->longest : w->n;
	l->at = arena_array(a, w->n * l->longest, sizeof(*l->at));
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < l->longest && i + k < w->n; k++)
			l->at[i * l->longest + k] = phrases_find(p, words_slice(w, i, i + k + 1));
}

static uint32_t
is_in(const struct line *l, size_t from, size_t to, enum phrase_kind kind, uint32_t languages)
{
	const struct phrase *s = to - from <= l->longest ? l->at[from * l->longest + (to - from - 1)] : NULL;

	return s ? s->in[kind] & languages : 0;
}

/* A courtesy that is no yes or no in any of these languages (Danish "tak" beside Polish "tak"). */
static bool
is_courtesy(const struct line *l, size_t from, size_t to, uint32_t languages)
{
	return is_in(l, from, to, PHRASE_COURTESY, languages) && !is_in(l, from, to, PHRASE_APPROVE, languages) &&
	       !is_in(l, from, to, PHRASE_DENY, languages);
}

/* ok[i]: whether the tokens from..from+i-1 are courtesies (ahead), or from+i..to-1 are (else). */
static void
mark_courtesies(const struct line *l, size_t from, size_t to, bool ahead, uint32_t languages, bool *ok)
{
	size_t n = to - from;

	ok[ahead ? 0 : n] = true;
	for (size_t step = 1; step <= n; step++) {
		size_t i = ahead ? step : n - step;

		ok[i] = false;
		for (size_t k = 1; k <= step && !ok[i]; k++)
			ok[i] = ahead ? ok[i - k] && is_courtesy(l, from + i - k, from + i, languages)
				      : ok[i + k] && is_courtesy(l, from + i, from + i + k, languages);
	}
}

/* Keeps the phrase that decided; one that no language understands otherwise is the better witness. */
static void
note_phrase(struct line *l, const struct phrase *s, uint32_t languages)
{
	if (s == NULL || !((s->in[PHRASE_APPROVE] | s->in[PHRASE_DENY]) & languages))
		return;
	if (l->first == NULL || (l->first->in[PHRASE_FRIEND] && !s->in[PHRASE_FRIEND]))
		l->first = s;
}

/* One segment without its typography and emoji. */
static enum sense
read_bare_segment(struct line *l, size_t from, size_t to, uint32_t languages)
{
	bool before[VERDICT_LINE_MAX * 2 + 1], after[VERDICT_LINE_MAX * 2 + 1];
	bool yes = false, no = false, unclear = false;

	if (to - from > VERDICT_LINE_MAX * 2)
		return SENSE_UNKNOWN;
	mark_courtesies(l, from, to, true, languages, before);
	mark_courtesies(l, from, to, false, languages, after);
	for (size_t i = from; i < to; i++)
		for (size_t j = i + 1; before[i - from] && j <= to && j - i <= l->longest; j++) {
			if (!after[j - from])
				continue;
			yes |= is_in(l, i, j, PHRASE_APPROVE, languages) != 0;
			no |= is_in(l, i, j, PHRASE_DENY, languages) != 0;
			unclear |= is_in(l, i, j, PHRASE_UNCLEAR, languages) != 0;
			note_phrase(l, l->at[i * l->longest + (j - i - 1)], languages);
		}
	if (unclear || (yes && no))
		return SENSE_UNCLEAR;
	if (yes || no)
		return yes ? SENSE_APPROVE : SENSE_DENY;
	return before[to - from] ? SENSE_COURTESY : SENSE_UNKNOWN;
}

/* What stands at the edge of a segment and is no word: typography says nothing, an emoji has a sense. */
static bool
is_edge(const struct line *l, size_t i, enum sense *emoji)
{
	if (l->w->tokens[i].kind == TOKEN_MARK)
		return true;
	if (l->w->tokens[i].kind == TOKEN_WORD)
		return false;
	if (is_in(l, i, i + 1, PHRASE_EMOJI_PLAIN, PHRASE_COMMON))
		return true;
	if (is_in(l, i, i + 1, PHRASE_EMOJI_YES, PHRASE_COMMON))
		*emoji = *emoji == SENSE_DENY ? SENSE_UNCLEAR : SENSE_APPROVE;
	else if (is_in(l, i, i + 1, PHRASE_EMOJI_NO, PHRASE_COMMON))
		*emoji = *emoji == SENSE_APPROVE ? SENSE_UNCLEAR : SENSE_DENY;
	else
		return false;
	return true;
}

/* Two segments, or a line in two languages: unclear beats all, yes and no make unclear, courtesy yields. */
static enum sense
join(enum sense a, enum sense b)
{
	if (a == SENSE_COURTESY || b == SENSE_COURTESY)
		return a == SENSE_COURTESY ? b : a;
	return a == b ? a : SENSE_UNCLEAR;
}

static enum sense
read_segment(struct line *l, size_t from, size_t to, uint32_t languages, enum sense *emoji)
{
	while (from < to && is_edge(l, from, emoji))
		from++;
	while (from < to && is_edge(l, to - 1, emoji))
		to--;
	return from < to ? read_bare_segment(l, from, to, languages) : SENSE_COURTESY;
}

/* The tokens from `from` on as a decision in these languages. */
static enum sense
read_in(struct line *l, size_t from, uint32_t languages)
{
	enum sense all = SENSE_COURTESY, emoji = SENSE_COURTESY;

	for (size_t i = from, end; i < l->w->n; i = end + 1) {
		enum sense s;

		for (end = i; end < l->w->n && l->w->tokens[end].kind != TOKEN_SEPARATOR;)
			end++;
		s = read_segment(l, i, end, languages, &emoji);
		if (s == SENSE_UNKNOWN)
			return SENSE_UNKNOWN;
		all = join(all, s);
	}
	if (emoji == SENSE_COURTESY || all == SENSE_UNCLEAR)
		return all;
	return all == emoji ? all : SENSE_UNCLEAR; /* an emoji alone decides nothing */
}

/* Over all enabled languages. *reason is set where the sense is unclear. */
static enum sense
read_line(struct line *l, size_t from, const char **reason)
{
	bool seen[SENSE_UNCLEAR + 1] = { false };
	enum sense all;

	for (uint32_t bit = 2; bit && bit < PHRASE_EVERY; bit <<= 1)
		if (l->p->languages & bit)
			seen[read_in(l, from, bit | PHRASE_COMMON | PHRASE_EVERY)] = true;
	*reason = seen[SENSE_APPROVE] && seen[SENSE_DENY] ? "languages" : "unclear";
	if (seen[SENSE_UNCLEAR] || (seen[SENSE_APPROVE] && seen[SENSE_DENY]))
		return SENSE_UNCLEAR;
	if ((seen[SENSE_APPROVE] || seen[SENSE_DENY]) && l->first->in[PHRASE_FRIEND])
		return SENSE_UNCLEAR;
	if (seen[SENSE_APPROVE] || seen[SENSE_DENY])
		return seen[SENSE_APPROVE] ? SENSE_APPROVE : SENSE_DENY;
	all = read_in(l, from, l->p->all);
	return all == SENSE_UNKNOWN && seen[SENSE_COURTESY] ? SENSE_COURTESY : all;
}

/* Where the greeting that the line starts with ends: the token behind it, or 0. */
static size_t
greeting_end(const struct verdict_phrases *p, const struct words *w)
{
	const uint32_t other =
	    KIND(PHRASE_APPROVE) | KIND(PHRASE_DENY) | KIND(PHRASE_HEDGE) | KIND(PHRASE_MAYBE) | KIND(PHRASE_UNCLEAR);
	size_t n = phrases_prefix(p, w, 0, PHRASE_GREETING), end = n;
	struct words head = *w;

	if (n == 0 || w->question || w->characters > VERDICT_LINE_MAX)
		return 0;
	while (end < w->n && w->tokens[end].kind == TOKEN_WORD)
		end++;
	head.n = end;
	if (end - n > GREETING_WORDS * (w->text.p[0] & 0x80 ? 4 : 1) || phrases_scan(p, &head, n, other))
		return 0;
	/* A colon ends the line's greeting as a comma does. */
	return end < w->n &&
		       (w->tokens[end].kind == TOKEN_SEPARATOR || str_equal(words_slice(w, end, end + 1), STR(":")))
		   ? end + 1
		   : end;
}

static const char *
unfit(const struct words *w)
{
	if (w->invalid)
		return "invalid";
	if (w->controls)
		return "controls";
	if (w->mixed_scripts)
		return "mixed-scripts";
	return w->question ? "question" : NULL;
}

/* What follows a decision: NULL where it takes nothing back. rest: lines that are no decision themselves. */
static const char *
judge_rest(const struct verdict_phrases *p, enum sense decision, struct str rest, uint32_t verdicts, struct arena *a)
{
	struct words w;
	const char *reason;

	words_read(rest, a, &w);
	reason = unfit(&w);
	if (reason)
		return reason;
	if (phrases_scan(p, &w, 0, verdicts))
		return "contradiction";
	if (phrases_scan(p, &w, 0, KIND(PHRASE_MAYBE) | (decision == SENSE_APPROVE ? KIND(PHRASE_HEDGE) : 0)))
		return "hedge";
	return NULL;
}

/* Lines that say the same again are fine, others are gathered and scanned as one text, so that a line end hides
 * nothing. */
static const char *
judge_lines(const struct verdict_phrases *p, enum sense decision, const struct answer_line *lines, size_t n,
    uint32_t verdicts, struct arena *a)
{
	const char *reason = NULL;
	struct buf rest;

	buf_init(&rest, VERDICT_TEXT_MAX * 2);
	for (size_t i = 0; i < n && reason == NULL; i++) {
		enum sense s = SENSE_UNKNOWN;
		const char *why;
		struct line l;

		if (lines[i].words.characters <= VERDICT_LINE_MAX) {
			line_init(&l, p, &lines[i].words, a);
			s = read_line(&l, 0, &why);
		}
		if (s == SENSE_UNKNOWN) {
			buf_add(&rest, lines[i].text);
			buf_add_char(&rest, ' ');
		} else if (s != SENSE_COURTESY && s != decision)
			reason = "contradiction";
		else
			reason = unfit(&lines[i].words);
	}
	if (reason == NULL)
		reason = judge_rest(p, decision, arena_copy(a, buf_str(&rest)), verdicts, a);
	buf_free(&rest);
	return reason;
}

static const char *
judge_comment(
    const struct verdict_phrases *p, enum sense decision, const struct answer *answer, size_t from, struct arena *a)
{
	const uint32_t yes = KIND(PHRASE_APPROVE), no = KIND(PHRASE_DENY);
	const char *reason = judge_lines(
	    p, decision, answer->lines + from, answer->n - from, decision == SENSE_APPROVE ? yes | no : yes, a);

	/* A name in a signature may be somebody's yes or no; a sentence below it may still take the answer back. */
	if (reason == NULL)
		reason = judge_lines(p, decision, answer->tail, answer->n_tail, decision == SENSE_APPROVE ? no : 0, a);
	return reason;
}

static struct str
comment_of(const struct answer *answer, size_t from, struct arena *a)
{
	struct buf b;
	struct str s;

	buf_init(&b, VERDICT_TEXT_MAX * 2);
	for (size_t i = from; i < answer->n; i++) {
		if (b.n)
			buf_add_char(&b, '\n');
		buf_add(&b, answer->lines[i].text);
	}
	s = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static struct str
language_of(const struct phrase *s, enum phrase_kind kind)
{
	for (size_t i = 0; i < phrase_languages_n; i++)
		if (s->in[kind] & ((uint32_t)1 << i))
			return str_of(phrase_languages[i]);
	return STR_NONE;
}

static void
decide(const struct verdict_phrases *p, const struct answer *answer, struct arena *a, struct verdict_result *out)
{
	size_t i = 0, from = 0;
	enum sense s;
	struct line l;

	if (answer->n) {
		from = greeting_end(p, &answer->lines[0].words);
		if (from == answer->lines[0].words.n && from) {
			from = 0;
			i = 1;
		}
	}
	if (i == answer->n) {
		out->reason = "empty";
		return;
	}
	out->line = answer->lines[i].text;
	out->comment = comment_of(answer, i + 1, a);
	out->reason = unfit(&answer->lines[i].words);
	if (out->reason)
		return;
	if (answer->lines[i].words.characters > VERDICT_LINE_MAX) {
		out->reason = "long";
		return;
	}
	line_init(&l, p, &answer->lines[i].words, a);
	s = read_line(&l, from, &out->reason);
	if (s == SENSE_UNKNOWN || s == SENSE_COURTESY)
		out->reason = "no-phrase";
	if (s != SENSE_APPROVE && s != SENSE_DENY)
		return;
	out->phrase = l.first->key;
	out->language = language_of(l.first, s == SENSE_APPROVE ? PHRASE_APPROVE : PHRASE_DENY);
	out->reason = judge_comment(p, s, answer, i + 1, a);
	if (out->reason)
		return;
	out->verdict = s == SENSE_APPROVE ? VERDICT_APPROVE : VERDICT_DENY;
	out->reason = "";
}

void
verdict_read(const struct verdict_phrases *p, struct str new_text, struct arena *a, struct verdict_result *out)
{
	struct answer answer;

	memset(out, 0, sizeof(*out));
	out->verdict = VERDICT_AMBIGUOUS;
	if (str_starts(new_text, STR("\xef\xbb\xbf")))
		new_text = str_skip(new_text, 3);
	verdict_cut(p, new_text, a, &answer);
	out->reason = answer.unclear;
	if (out->reason == NULL)
		decide(p, &answer, a, out);
}
