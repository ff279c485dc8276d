/* SPDX-License-Identifier: ISC
 * split.c: decides for each line whether it is new text, quote or signature, and puts the parts
 * together. One walk from the top: at an attribution, a header block, a marker or our own line,
 * either marked lines follow, and what comes after them unmarked is an answer, or none do, and all
 * the rest is the quoted mail. Quoted lines that stand between answers stay with the answer below
 * them. Every line of the text ends up in exactly one part (kept quoted lines in two).
 */
#include "config.h"

#include "reading/split.h"

#include <string.h>

#include "reading/html.h"
#include "reading/lines.h"

#define TEXT_MOST (64u * 1024 * 1024)
#define KEPT_LINES 12

struct walk {
	struct lines lines;
	struct split *out;
	size_t cut;        /* the first line of the first quote or forward */
	bool attributed;   /* something said that what follows is quoted */
	bool seen_forward; /* the first thing found was a forward */
	bool seen;         /* something was found */
	bool text;         /* new text stands above */
	bool plain;        /* the text was never HTML: indentation is the author's or his program's */
	size_t last_plain; /* the last line that stands in no quote at all */
};

static void
set_quote(struct lines *ls, size_t begin, size_t end)
{
	for (size_t i = begin; i < end && i < ls->n; i++)
		ls->list[i].part = PART_QUOTE;
}

static void
note_cut(struct walk *w, size_t i)
{
	if (!w->seen)
		w->cut = i;
	w->seen = true;
}

/* Something at lines i..i+n said that a quote follows: what of the rest is one? The line to go on from. */
static size_t
enter_quote(struct walk *w, size_t i, size_t n)
{
	struct lines *ls = &w->lines;
	unsigned depth = ls->list[i].depth;
	size_t next = i + n;

	note_cut(w, i);
	w->attributed = true;
	set_quote(ls, i, i + n);
	if (depth > 0 || ls->list[i].hint == HINT_QUOTE)
		return i + n;
	while (next < ls->n && line_is_blank(&ls->list[next]))
		next++;
	if (next < ls->n && ls->list[next].part == PART_QUOTE) {
		for (size_t k = next; k < ls->n && ls->list[k].hint == HINT_INDENT; k++)
			ls->list[k].hint = HINT_QUOTE;
		return next;
	}
	if (w->plain && !w->text && indent_quotes(ls, i, next))
		return next;
	set_quote(ls, i, ls->n);
	return ls->n;
}

/* A mobile footer below text: what follows it is the mail that is answered, by whatever name. */
static size_t
pass_footer(struct walk *w, size_t i)
{
	struct lines *ls = &w->lines;
	size_t next = i + 1, k;

	while (next < ls->n && line_is_blank(&ls->list[next]))
		next++;
	if (next == ls->n || next == i + 1 || ls->list[next].part != PART_NEW || !w->text)
		return i + 1;
	if (signature_is_notice(ls, next) || signature_is_footer(&ls->list[next]) ||
	    lines_is_rule(ls->list[next].key, 2))
		return i + 1;
	for (k = next; k < ls->n && ls->list[k].part == PART_NEW && k < next + 6; k++) {
		size_t offset;
		struct forward f;

		forward_at(ls, k, &f);
		if (f.n || quote_attribution(ls, k, &offset))
			return i + 1;
	}
	note_cut(w, next);
	w->attributed = true;
	set_quote(ls, next, ls->n);
	return ls->n;
}

static void
take_forward(struct walk *w, const struct forward *f)
{
	if (w->seen || !f->is_forward)
		return;
	w->seen_forward = true;
	w->out->forward_marked = f->is_marked;
	w->out->forward_subject = f->subject;
	w->out->forward_from = f->from;
	w->out->forward_date = f->date;
}

/* What begins at line i; the line to go on from. */
static size_t
step(struct walk *w, size_t i)
{
	struct lines *ls = &w->lines;
	struct line *l = &ls->list[i];
	struct forward f;
	size_t n, offset;

	if (line_is_blank(l))
		return i + 1;
	if (l->part == PART_NEW && (quote_is_above_line(l) || l->hint == HINT_CUT)) {
		note_cut(w, i);
		set_quote(ls, i, ls->n);
		if (l->hint != HINT_CUT)
			return ls->n;
		w->seen = false; /* a header block below says what kind of mail it is */
		for (size_t k = i; k < ls->n && k < i + LINES_NEAR && !w->seen_forward; k++) {
			forward_at(ls, k, &f);
			take_forward(w, &f);
		}
		note_cut(w, i);
		w->attributed = true;
		return ls->n;
	}
	forward_at(ls, i, &f);
	if (f.n) {
		take_forward(w, &f);
		return enter_quote(w, i, f.n);
	}
	n = quote_attribution(ls, i, &offset);
	if (n == 0 && l->hint == HINT_ATTRIBUTION && l->key.p[l->key.n - 1] == ':')
		n = 1;
	if (n && offset) {
		if (w->attributed)
			return i + 1;
		lines_cut(ls, i++, offset);
	}
	if (n)
		return enter_quote(w, i, n);
	if (l->part == PART_QUOTE && l->hint == HINT_INDENT && (i < w->last_plain || !w->text))
		l->part = PART_NEW; /* the author's own: text goes on below it, or it is all there is */
	if (l->part == PART_QUOTE)
		note_cut(w, i);
	else if (l->part == PART_NEW && signature_is_footer(l))
		return pass_footer(w, i);
	w->text = w->text || (l->part == PART_NEW && !lines_is_rule(l->key, 3));
	return i + 1;
}

/* Rules and blank lines right above a quote belong to it. */
static void
take_rules_above(struct lines *ls)
{
	for (size_t i = ls->n; i-- > 1;) {
		struct line *l = &ls->list[i - 1];

		if (ls->list[i].part == PART_QUOTE && l->part == PART_NEW &&
		    (line_is_blank(l) || lines_is_rule(l->key, 3)))
			l->part = PART_QUOTE;
	}
}

/* The end of the run of lines of one part that begins at i. */
static size_t
run_end(const struct lines *ls, size_t i)
{
	size_t end = i + 1;

	while (end < ls->n && ls->list[end].part == ls->list[i].part)
		end++;
	return end;
}

static bool
run_has_text(const struct lines *ls, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		if (!line_is_blank(&ls->list[i]))
			return true;
	return false;
}

/* The signature of each run of new text. */
static void
mark_signatures(struct lines *ls)
{
	bool text_above = false;

	for (size_t i = 0, end; i < ls->n; i = end) {
		end = run_end(ls, i);
		if (ls->list[i].part != PART_NEW)
			continue;
		signature_mark(ls, i, end, text_above);
		for (size_t k = i; k < end && !text_above; k++)
			text_above = ls->list[k].part == PART_NEW && !line_is_blank(&ls->list[k]);
		end = run_end(ls, i); /* a signature inside split the run */
	}
}

static bool
has_new_text(const struct lines *ls)
{
	for (size_t i = 0; i < ls->n; i++)
		if (ls->list[i].part == PART_NEW && !line_is_blank(&ls->list[i]))
			return true;
	return false;
}

/* Some people write into the container that their program made for the signature. */
static void
open_signatures(struct lines *ls)
{
	for (size_t i = 0; i < ls->n; i++)
		if (ls->list[i].part == PART_SIGNATURE && ls->list[i].hint == HINT_SIGNATURE)
			ls->list[i].part = PART_NEW;
	mark_signatures(ls);
}

/* Keeps the last paragraph of the quote in [begin, end), the one that is answered below it. */
static void
keep_answered(struct lines *ls, size_t begin, size_t end)
{
	size_t n = 0;

	while (end > begin && line_is_blank(&ls->list[end - 1]))
		end--;
	for (size_t i = end; i-- > begin && n < KEPT_LINES && !line_is_blank(&ls->list[i]); n++)
		if (ls->list[i].depth)
			ls->list[i].kept = true;
}

/* Whether unmarked text follows a marked line without a blank line between. */
static bool
is_glued(const struct lines *ls)
{
	for (size_t i = 1; i < ls->n; i++)
		if (ls->list[i].part == PART_NEW && !line_is_blank(&ls->list[i]) && ls->list[i - 1].depth &&
		    ls->list[i - 1].hint == HINT_NONE && ls->list[i - 1].part == PART_QUOTE)
			return true;
	return false;
}

/* Finds answers between quotes, and has the quoted lines they answer kept. */
static void
find_answers(struct walk *w)
{
	struct lines *ls = &w->lines;
	size_t answers = 0, quotes = 0, texts = 0;
	bool text_first = false;

	for (size_t i = 0, end; i < ls->n; i = end) {
		end = run_end(ls, i);
		if (!run_has_text(ls, i, end))
			continue;
		if (ls->list[i].part == PART_QUOTE) {
			quotes++;
		} else if (ls->list[i].part == PART_NEW) {
			text_first = text_first || quotes == 0;
			answers += quotes > 0;
			texts++;
		}
	}
	w->out->interleaved = (texts > 1 && quotes > 0) || (texts > 0 && quotes > 1 && answers > 0) || is_glued(ls);
	if (answers < 2 && !(answers == 1 && text_first && !w->attributed))
		return;
	for (size_t i = 0, end, last = 0, last_end = 0; i < ls->n; i = end) {
		end = run_end(ls, i);
		if (ls->list[i].part == PART_QUOTE) {
			last = i;
			last_end = end;
		} else if (ls->list[i].part == PART_NEW && last_end && run_has_text(ls, i, end)) {
			keep_answered(ls, last, last_end);
			last_end = 0;
		}
	}
}

/* The lines of [0, end) that are of a part (or kept, with new text), gaps closed by one blank line. */
static struct str
gather(const struct lines *ls, size_t end, enum part part)
{
	size_t bytes = 0, n = 0;
	bool gap = false, text = false;
	char *p;

	for (size_t i = 0; i < end; i++)
		bytes += ls->list[i].raw.n + 2;
	p = arena_bytes(ls->arena, bytes + 1);
	for (size_t i = 0; i < end; i++) {
		const struct line *l = &ls->list[i];
		struct str raw = line_is_blank(l) && l->depth == 0 ? STR_NONE : l->raw;

		if (l->part != part && !(part == PART_NEW && l->kept)) {
			gap = true;
			continue;
		}
		if (raw.n == 0 && (gap || !text))
			continue;
		if (gap && text && n > 1 && p[n - 2] != '\n')
			p[n++] = '\n';
		gap = false;
		text = true;
		if (raw.n)
			memcpy(p + n, raw.p, raw.n);
		n += raw.n;
		p[n++] = '\n';
	}
	return str_trim_right((struct str){ p, n });
}

static void
split_lines(struct str text, const unsigned char *hints, struct arena *a, struct split *out)
{
	struct walk w = { .out = out, .plain = hints == NULL };

	*out = (struct split){ 0 };
	lines_make(text, hints, a, &w.lines);
	w.cut = w.lines.n;
	for (size_t i = 0; i < w.lines.n; i++)
		if (w.lines.list[i].part == PART_NEW && !line_is_blank(&w.lines.list[i]))
			w.last_plain = i;
	for (size_t i = 0; i < w.lines.n;)
		i = step(&w, i);
	take_rules_above(&w.lines);
	mark_signatures(&w.lines);
	if (hints && !has_new_text(&w.lines))
		open_signatures(&w.lines);
	find_answers(&w);
	out->new_text = gather(&w.lines, w.lines.n, PART_NEW);
	out->quoted = gather(&w.lines, w.lines.n, PART_QUOTE);
	out->signature = gather(&w.lines, w.lines.n, PART_SIGNATURE);
	out->is_forward = w.seen_forward;
	if (out->is_forward)
		out->above = gather(&w.lines, w.cut < w.lines.n ? w.cut : w.lines.n, PART_NEW);
}

void
split_text(struct str text, struct arena *a, struct split *out)
{
	split_lines(str_head(text, TEXT_MOST), NULL, a, out);
}

void
split_html(struct str html, struct arena *a, struct str *text, struct split *out)
{
	unsigned char *hints;

	html_read(html, a, text, &hints);
	split_lines(*text, hints, a, out);
}
