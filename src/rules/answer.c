/* SPDX-License-Identifier: ISC
 * answer.c: takes our own words out of an answer and reads the rest.
 *
 * The reader has already cut quotes by their marks. Marks differ by program and language, and some programs use none;
 * but we know what we wrote. Every doubt ends as "ambiguous", which asks again and decides nothing: a line dropped by
 * mistake can cost a question, never a decision.
 */
#include "config.h"

#include "rules/answer.h"

#include <string.h>

#include "base/crypto.h"

#define SENT_MAX (16 * 1024) /* bytes of our notice that are compared */
#define LINE_MIN 12          /* shorter lines may be anybody's words */
#define CODE_LENGTH 6

/* A line without quote marks and surrounding blanks, runs of blanks as one. */
static struct str
normal_line(struct str line, struct arena *a)
{
	char *out;
	size_t n = 0;

	line = str_trim(line);
	while (line.n && (line.p[0] == '>' || line.p[0] == '|'))
		line = str_trim(str_skip(line, 1));
	out = arena_alloc(a, line.n + 1);
	for (size_t i = 0; i < line.n; i++)
		if (!char_is_space(line.p[i]))
			out[n++] = line.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	return (struct str){ out, n };
}

/* All of text as one line, its own lines parted by one blank, with one at both ends. */
static struct str
joined(struct str text, struct arena *a)
{
	struct str line;
	char *out = arena_alloc(a, text.n + 3);
	size_t n = 0;

	out[n++] = ' ';
	while (str_next_line(&text, &line)) {
		struct str l = normal_line(line, a);

		if (l.n == 0)
			continue;
		for (size_t i = 0; i < l.n; i++)
			out[n++] = l.p[i];
		out[n++] = ' ';
	}
	return (struct str){ out, n };
}

static bool
stands_in(struct str whole, struct str line, struct arena *a)
{
	return str_find(whole, arena_format(a, " %.*s ", STR_ARGS(line))) >= 0;
}

static bool
stand_together(struct str whole, struct str line, struct str next, struct arena *a)
{
	return str_find(whole, arena_format(a, " %.*s %.*s ", STR_ARGS(line), STR_ARGS(next))) >= 0;
}

/* The lines of a text that are not blank, and which of them we wrote. A short one is ours only beside one that is, in
 * the order we wrote them. */
struct own_lines {
	struct str *raw, *normal;
	bool *ours;
	size_t n;
};

static void
find_own_lines(struct str text, struct str sent, struct arena *a, struct own_lines *out)
{
	struct str whole = joined(str_head(sent, SENT_MAX), a), line, rest = text;
	size_t count = 0;

	while (str_next_line(&rest, &line))
		count++;
	out->raw = arena_array(a, count, sizeof(*out->raw));
	out->normal = arena_array(a, count, sizeof(*out->normal));
	out->ours = arena_array(a, count, sizeof(*out->ours));
	for (out->n = 0; str_next_line(&text, &line);) {
		struct str l = normal_line(line, a);

		if (l.n == 0)
			continue;
		out->raw[out->n] = line;
		out->normal[out->n] = l;
		out->ours[out->n++] = l.n >= LINE_MIN && stands_in(whole, l, a);
	}
	for (size_t i = 0; i < out->n; i++) {
		struct str l = out->normal[i];
		bool before = i > 0 && out->ours[i - 1], after = i + 1 < out->n && out->ours[i + 1];

		if (l.n < LINE_MIN)
			out->ours[i] = (before && stand_together(whole, out->normal[i - 1], l, a)) ||
				       (after && stand_together(whole, l, out->normal[i + 1], a));
	}
}

struct str
answer_own_lines(struct str text, struct str sent, struct arena *a, bool *mixed)
{
	char *out = arena_alloc(a, text.n + 1);
	bool kept = false, interrupted = false;
	struct own_lines lines;
	size_t n = 0;

	*mixed = false;
	find_own_lines(text, sent, a, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		if (lines.ours[i]) {
			interrupted = kept;
			continue;
		}
		*mixed |= interrupted;
		kept = true;
		if (n)
			out[n++] = '\n';
		/* A blank line parts an answer from small print: one stays. */
		if (n && lines.raw[i].p - (lines.raw[i - 1].p + lines.raw[i - 1].n) > 1)
			out[n++] = '\n';
		memcpy(out + n, lines.raw[i].p, lines.raw[i].n);
		n += lines.raw[i].n;
	}
	return (struct str){ out, n };
}

static void
unclear(struct answer *out, enum answer_why why, const char *reason)
{
	out->verdict = VERDICT_AMBIGUOUS;
	out->why = why;
	out->reason = reason;
}

/* The first line that says something, for "this was not understood". */
static struct str
first_line(struct str text)
{
	struct str line;

	while (str_next_line(&text, &line))
		if (str_trim(line).n)
			return str_trim(line);
	return STR_NONE;
}

static void
judge_text(struct str text, struct str sent, const struct verdict_phrases *phrases, struct arena *a, struct answer *out)
{
	struct verdict_result v = { 0 };
	bool mixed = false;

	*out = (struct answer){ .line = first_line(text), .reason = "" };
	if (text.n > ANSWER_TEXT_MAX) {
		unclear(out, WHY_UNCLEAR, "too-long");
		return;
	}
	text = answer_own_lines(text, sent, a, &mixed);
	out->line = first_line(text);
	if (out->line.n == 0) {
		unclear(out, WHY_EMPTY, "empty");
		return;
	}
	if (mixed) {
		unclear(out, WHY_QUOTE, "mixed-with-quote");
		return;
	}
	verdict_read(phrases, text, a, &v);
	if (v.verdict != VERDICT_APPROVE && v.verdict != VERDICT_DENY) {
		unclear(out, WHY_UNCLEAR, v.reason != NULL && v.reason[0] ? v.reason : "no-phrase");
		return;
	}
	out->verdict = v.verdict;
	out->reason = verdict_name(v.verdict);
	out->comment = str_trim(v.comment);
	if (v.line.n)
		out->line = str_trim(v.line);
}

/* The word of the line that is the code whose hash is known; empty where none is. Case and punctuation do not matter.
 */
static struct str
find_code(struct str line, struct str hash)
{
	char word[CODE_LENGTH], hex[SHA256_HEX];
	size_t n = 0;

	line = str_head(line, 128);
	for (size_t i = 0; i <= line.n; i++) {
		char c = i < line.n ? line.p[i] : ' ';

		if (char_is_digit(c) || char_is_alpha(c)) {
			if (n < CODE_LENGTH)
				word[n] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
			n++;
			continue;
		}
		if (n == CODE_LENGTH) {
			crypto_sha256_hex((struct str){ word, CODE_LENGTH }, hex);
			if (crypto_equal(str_of(hex), hash))
				return (struct str){ line.p + i - n, n };
		}
		n = 0;
	}
	return STR_NONE;
}

static bool
is_mark(char c)
{
	return char_is_space(c) || (c != '\0' && strchr(".,:;!*_\"'()[]<>#-", c) != NULL);
}

/* Whether what stands beside the code on its line lets it stand: nothing, its label as we wrote it, or the word that is
 * confirmed. "No, not ABC123" confirms nothing. */
static bool
lets_code_stand(struct str line, struct str code, const struct token_fact *t, const struct verdict_phrases *phrases,
    struct arena *a)
{
	size_t before = (size_t)(code.p - line.p);
	struct str rest =
	    arena_format(a, "%.*s %.*s", STR_ARGS(str_head(line, before)), STR_ARGS(str_skip(line, before + code.n)));
	struct str whole = line;
	struct verdict_result v = { 0 };

	while (rest.n && is_mark(rest.p[0]))
		rest = str_skip(rest, 1);
	while (rest.n && is_mark(rest.p[rest.n - 1]))
		rest.n--;
	while (whole.n && whole.p[whole.n - 1] != code.p[code.n - 1] && is_mark(whole.p[whole.n - 1]))
		whole.n--;
	if (rest.n == 0 || str_equal_nocase(rest, STR("code")) ||
	    stands_in(joined(str_head(t->sent_text, SENT_MAX), a), normal_line(whole, a), a))
		return true;
	verdict_read(phrases, rest, a, &v);
	return v.verdict == (t->confirms ? VERDICT_APPROVE : VERDICT_DENY);
}

/* The text behind the line with the code. */
static struct str
after_line(struct str text, struct str line)
{
	return str_skip(text, (size_t)(line.p - text.p) + line.n);
}

/* What stands beside the code: read as if it followed the word that is confirmed, so that a condition or a contrary
 * word takes it back. Where that word is of no enabled language, only a contrary word does. */
static void
judge_beside_code(struct str rest, const struct token_fact *t, const struct verdict_phrases *phrases, struct arena *a,
    struct answer *out)
{
	enum verdict confirmed = t->confirms ? VERDICT_APPROVE : VERDICT_DENY;
	struct str word = t->confirms ? STR("approved") : STR("rejected");
	struct verdict_result v = { 0 };
	bool mixed = false;

	rest = answer_own_lines(str_head(rest, ANSWER_TEXT_MAX), t->sent_text, a, &mixed);
	out->comment = str_trim(rest);
	verdict_read(phrases, word, a, &v);
	if (v.verdict == confirmed)
		rest = arena_format(a, "%.*s\n%.*s", STR_ARGS(word), STR_ARGS(rest));
	v = (struct verdict_result){ 0 };
	verdict_read(phrases, rest, a, &v);
	if (mixed)
		unclear(out, WHY_QUOTE, "mixed-with-quote");
	else if (str_starts(rest, word) ? v.verdict != confirmed
					: v.verdict == (t->confirms ? VERDICT_DENY : VERDICT_APPROVE))
		unclear(out, WHY_UNCLEAR, "code-and-other-words");
}

/* A confirmation: the code says it; what else is written must not take it back. */
static void
judge_confirmation(struct str text, const struct token_fact *t, const struct verdict_phrases *phrases, struct arena *a,
    struct answer *out)
{
	struct str line = first_line(text), code = t->code.n ? find_code(line, t->code) : STR_NONE;

	if (code.n) {
		*out = (struct answer){
			.verdict = t->confirms ? VERDICT_APPROVE : VERDICT_DENY, .line = line, .reason = ANSWER_BY_CODE
		};
		judge_beside_code(after_line(text, line), t, phrases, a, out);
		if (!lets_code_stand(line, code, t, phrases, a))
			unclear(out, WHY_UNCLEAR, "code-and-other-words");
		return;
	}
	judge_text(text, t->sent_text, phrases, a, out);
	/* A plain no needs no code to stop what has not happened yet; a yes does. */
	if (out->verdict == VERDICT_APPROVE || (out->verdict == VERDICT_DENY && !t->confirms) ||
	    out->why == WHY_UNCLEAR)
		unclear(out, WHY_CODE, "no-code");
}

void
answer_judge(const struct reading *r, const struct token_fact *token, const struct verdict_phrases *phrases,
    struct arena *a, struct answer *out)
{
	struct str text = r->is_forward ? r->above : r->new_text;
	struct str sent = token != NULL ? token->sent_text : STR_NONE;
	struct answer other;

	if (token != NULL && token->kind == TOKEN_OF_CONFIRMATION)
		judge_confirmation(text, token, phrases, a, out);
	else
		judge_text(text, sent, phrases, a, out);
	if (r->encrypted)
		unclear(out, WHY_UNREADABLE, "encrypted");
	else if (r->damaged)
		unclear(out, WHY_UNREADABLE, "damaged");
	else if (r->interleaved)
		unclear(out, WHY_QUOTE, "interleaved");
	else if (r->other_unread && out->verdict != VERDICT_AMBIGUOUS)
		unclear(out, WHY_UNREADABLE, "alternative-unread");
	if (out->verdict == VERDICT_AMBIGUOUS || r->other_text.n == 0 || r->is_forward)
		return;
	if (token != NULL && token->kind == TOKEN_OF_CONFIRMATION)
		judge_confirmation(r->other_text, token, phrases, a, &other);
	else
		judge_text(r->other_text, sent, phrases, a, &other);
	if (other.verdict != out->verdict)
		unclear(out, WHY_UNREADABLE, "alternatives-differ");
}
