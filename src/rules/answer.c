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
is_own_line(struct str line, struct str sent)
{
	struct str own;

	while (str_next_line(&sent, &own))
		if (str_equal(str_trim(own), line))
			return true;
	return false;
}

struct str
answer_own_lines(struct str text, struct str sent, struct arena *a, bool *mixed)
{
	char *out = arena_alloc(a, text.n + 1);
	struct str line, whole;
	bool kept = false, interrupted = false, follows = false;
	size_t n = 0;

	*mixed = false;
	sent = str_head(sent, SENT_MAX);
	whole = joined(sent, a);
	while (str_next_line(&text, &line)) {
		struct str l = normal_line(line, a);

		if (l.n && (l.n >= LINE_MIN ? stands_in(whole, l, a) : follows && is_own_line(l, sent))) {
			follows = true;
			interrupted = kept;
			continue;
		}
		if (l.n) {
			*mixed |= interrupted;
			kept = true;
			follows = false;
		}
		memcpy(out + n, line.p, line.n);
		n += line.n;
		if (text.n)
			out[n++] = '\n';
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

/* Whether one word of the line is the code whose hash is known; case and punctuation do not matter. */
static bool
has_code(struct str line, struct str hash)
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
				return true;
		}
		n = 0;
	}
	return false;
}

/* The text behind the line with the code. */
static struct str
after_line(struct str text, struct str line)
{
	return str_skip(text, (size_t)(line.p - text.p) + line.n);
}

/* A confirmation: the code says it; what else is written must not take it back. */
static void
judge_confirmation(struct str text, const struct token_fact *t, const struct verdict_phrases *phrases, struct arena *a,
    struct answer *out)
{
	enum verdict confirmed = t->confirms ? VERDICT_APPROVE : VERDICT_DENY;
	struct str line = first_line(text);
	struct answer rest;

	if (t->code.n == 0 || !has_code(line, t->code)) {
		judge_text(text, t->sent_text, phrases, a, out);
		/* A plain no needs no code to stop what has not happened yet; a yes does. */
		if (out->verdict == VERDICT_APPROVE || (out->verdict == VERDICT_DENY && confirmed == VERDICT_DENY) ||
		    out->why == WHY_UNCLEAR)
			unclear(out, WHY_CODE, "no-code");
		return;
	}
	judge_text(after_line(text, line), t->sent_text, phrases, a, &rest);
	*out = (struct answer){ .verdict = confirmed, .line = line, .reason = "code" };
	if ((rest.verdict == VERDICT_APPROVE || rest.verdict == VERDICT_DENY) && rest.verdict != confirmed)
		unclear(out, WHY_UNCLEAR, "code-and-other-word");
	else if (rest.why == WHY_QUOTE || rest.why == WHY_UNREADABLE)
		unclear(out, rest.why, rest.reason);
	else if (strcmp(rest.reason, "hedge") == 0 || strcmp(rest.reason, "question") == 0)
		unclear(out, WHY_UNCLEAR, rest.reason);
	else if (rest.verdict == confirmed)
		out->comment = rest.comment;
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
	if (out->verdict == VERDICT_AMBIGUOUS || r->other_text.n == 0 || r->is_forward)
		return;
	if (token != NULL && token->kind == TOKEN_OF_CONFIRMATION) {
		judge_confirmation(r->other_text, token, phrases, a, &other);
	} else {
		judge_text(r->other_text, sent, phrases, a, &other);
	}
	if (other.verdict != out->verdict)
		unclear(out, WHY_UNREADABLE, "alternatives-differ");
}
