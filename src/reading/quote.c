/* SPDX-License-Identifier: ISC
 * quote.c: the marks of quoted text: what stands in front of its lines, and the line above that says
 * who wrote it, in any language. An attribution is recognised by what it is made of (date, address,
 * verb, opening word, colon, quoted text below), never by one mail program's exact wording, so that
 * a language without data still works where date and address are there.
 * It decides nothing: split.c does.
 */
#include "config.h"

#include "reading/lines.h"

#include <string.h>

#include "reading/marks.h"

#define ATTRIBUTION_LINES 5
#define ATTRIBUTION_BYTES 600

/* What an attribution is made of. */
struct signs {
	bool colon, verb, address, date, time, opened, quoted;
	bool verb_last;    /* nothing follows the verb */
	bool verb_near;    /* or what follows it ends in an address or has a time */
	bool verb_few;     /* or what follows it are few words: a name */
	bool address_last; /* nothing follows the address */
};

/* The bytes of marks at the start of s, and how many marks they are. */
static size_t
marks_in_front(struct str s, unsigned *depth)
{
	size_t at = 0, end = 0, blanks = 0;

	*depth = 0;
	for (; at < s.n; at++) {
		if (s.p[at] == '>') {
			(*depth)++;
			end = at + 1;
			blanks = 0;
		} else if (s.p[at] == ' ' && blanks < 4) {
			blanks++;
		} else
			break;
	}
	if (*depth && end < s.n && s.p[end] == ' ')
		end++;
	return end;
}

/* "> wrote:" that ends an address which the line before opened with "<", or ">>> ad <<<": no quote. */
static bool
is_false_mark(struct str raw, size_t at, const struct line *before)
{
	struct str rest = str_trim(str_skip(raw, at));
	ptrdiff_t opened, closed;

	if (str_ends(rest, STR("<<<")) || str_ends(rest, STR("<<")))
		return true;
	if (rest.n > 12 && str_ends(rest, STR(" >>>")) && str_starts(str_trim(raw), STR(">>> ")))
		return true; /* see is_arrows */
	if (before == NULL || rest.n > 24 || rest.n == 0 || rest.p[rest.n - 1] != ':')
		return false;
	opened = str_rfind_char(before->raw, '<');
	closed = str_rfind_char(before->raw, '>');
	return opened >= 0 && closed < opened;
}

/* The length of a prefix of initials, "AB> ", as some programs put before quoted lines. */
static size_t
initials(struct str s)
{
	size_t n = 0;

	while (n < s.n && n < 2 && s.p[n] == ' ')
		n++;
	for (size_t k = 0; k < 4 && n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z'; k++)
		n++;
	return n > 0 && n + 1 < s.n && s.p[n] == '>' && s.p[n + 1] == ' ' && char_is_alpha(s.p[n - 1]) ? n + 2 : 0;
}

static bool
has_bar(struct str s)
{
	s = str_trim(s);
	return s.n > 0 && s.p[0] == '|' && (s.n == 1 || s.p[s.n - 1] != '|') && str_rfind_char(s, '|') == 0;
}

/* Marks that only count where two lines in a row carry them. */
static size_t
weak_mark(const struct lines *ls, size_t i)
{
	struct str raw = ls->list[i].raw, other;
	size_t n = initials(raw);

	for (int side = -1; side <= 1; side += 2) {
		if ((side < 0 && i == 0) || (side > 0 && i + 1 >= ls->n))
			continue;
		other = ls->list[side < 0 ? i - 1 : i + 1].raw;
		if (n && initials(other) == n && memcmp(other.p, raw.p, n) == 0)
			return n;
		if (has_bar(raw) && has_bar(other)) {
			size_t at = (size_t)str_find_char(raw, '|') + 1;

			return at < raw.n && raw.p[at] == ' ' ? at + 1 : at;
		}
	}
	return 0;
}

void
quote_find_marks(struct lines *ls)
{
	for (size_t i = 0; i < ls->n; i++) {
		struct line *l = &ls->list[i];
		const struct line *before = i > 0 ? l - 1 : NULL;
		size_t at = marks_in_front(l->raw, &l->depth);

		if (l->depth && is_false_mark(l->raw, at, before)) {
			l->depth = before ? before->depth : 0;
			at = 0;
		}
		if (l->depth == 0 && at == 0 && (at = weak_mark(ls, i)) > 0)
			l->depth = 1;
		l->body = str_skip(l->raw, at);
		lines_fold(l, ls->arena);
	}
}

static size_t
digits_at(struct str s, size_t i)
{
	size_t n = 0;

	while (i + n < s.n && char_is_digit(s.p[i + n]))
		n++;
	return n;
}

static bool
is_inside_word(char c)
{
	return char_is_alpha(c) || c == '_' || c == '@' || c == '=' || c == '+';
}

/* Looks for a year or a date in digits, and for a time of day. */
static void
find_date(struct str key, struct signs *out)
{
	for (size_t i = 0; i < key.n;) {
		size_t n = digits_at(key, i), more;
		char next = i + n < key.n ? key.p[i + n] : '\0';

		if (n == 0) {
			i++;
			continue;
		}
		if (i > 0 && is_inside_word(key.p[i - 1])) { /* jo42@..., 65.54.244.200 */
			i += n;
			continue;
		}
		more = next ? digits_at(key, i + n + 1) : 0;
		if (n == 4 && (key.p[i] == '1' || key.p[i] == '2'))
			out->date = true;
		if (n <= 2 && more > 0 && more <= 2 && (next == '.' || next == '/' || next == '-')) {
			char second = i + n + 1 + more < key.n ? key.p[i + n + 1 + more] : '\0';

			size_t last = second == next ? digits_at(key, i + n + more + 2) : 0;

			if (last == 2 || last == 4)
				out->date = true;
			if (last) {
				i += n + more + last + 2;
				continue;
			}
		}
		if (n <= 2 && more == 2 && (next == ':' || next == '.' || next == 'h'))
			out->time = true;
		i += n + 1;
	}
}

static bool
has_address(struct str key)
{
	ptrdiff_t at = str_find_char(key, '@');

	return at > 0 && (size_t)at + 1 < key.n && key.p[at - 1] != ' ' && key.p[at + 1] != ' ';
}

/* Whether key opens like an attribution: "On 3 May", "2024-05-03", "tir. 18. apr.". */
static bool
opens(struct str key, unsigned starts)
{
	size_t on;
	struct str head;

	key = str_skip(key, lines_decoration(key));
	on = starts & MARK_ON ? marks_prefix(key, MARK_ON) : 0;
	head = str_head(str_skip(key, on), on ? 40 : 16);
	for (size_t i = 0; i < head.n; i++) {
		if (head.p[i] == '@')
			return false;
		if (char_is_digit(head.p[i]) && (i == 0 || !is_inside_word(head.p[i - 1])) &&
		    str_find_char(str_head(str_skip(key, on + i), 40), '@') != (ptrdiff_t)digits_at(head, i))
			return true;
	}
	return false;
}

static bool
is_quoted_below(const struct lines *ls, size_t last)
{
	size_t next = lines_next(ls, last + 1);

	return next < ls->n && next <= last + 4 && ls->list[next].hint != HINT_INDENT &&
	       (ls->list[next].depth > ls->list[last].depth ||
		   (ls->list[next].hint == HINT_QUOTE && ls->list[last].hint != HINT_QUOTE));
}

static bool
is_attribution(const struct signs *s)
{
	bool when = s->date || s->time;

	if (s->colon && s->verb_near && (s->address || (s->date && s->time) || (when && (s->opened || s->verb_last))))
		return true;
	if (s->colon && s->verb_few && when && (s->opened || s->address))
		return true;
	if (s->colon && s->address_last && s->date && s->time)
		return true;
	if (s->verb_last && !s->colon && when && (s->address || s->opened))
		return true;
	if (s->quoted && when && s->address)
		return true;
	return s->quoted && s->colon && (s->verb || s->address || (s->opened && when));
}

/* Whether the last word is, or closes, an address. */
static bool
ends_in_address(struct str key)
{
	ptrdiff_t blank = str_rfind_char(key, ' ');

	return str_find_char(str_skip(key, (size_t)(blank + 1)), '@') >= 0;
}

static size_t
count_words(struct str s)
{
	size_t words = 0;

	for (size_t i = 0; i < s.n; i++)
		words += s.p[i] != ' ' && (i == 0 || s.p[i - 1] == ' ');
	return words;
}

/* Whether what follows a verb ends in an address or has a time. */
static bool
tells_who_or_when(struct str tail)
{
	struct signs s = { 0 };

	find_date(tail, &s);
	return s.date || s.time || ends_in_address(tail);
}

static void
find_signs(struct str key, unsigned starts, bool quoted, struct signs *out)
{
	struct str bare = key;
	size_t at, n;

	*out = (struct signs){ .quoted = quoted, .opened = opens(key, starts), .address = has_address(key) };
	/* "---- On 3 May, Jo wrote ----": the frame says nothing */
	if (bare.n && strchr("-_=*", bare.p[0]))
		while (bare.n && strchr("-_=* ", bare.p[bare.n - 1]))
			bare.n--;
	while (bare.n && (bare.p[bare.n - 1] == ':' || bare.p[bare.n - 1] == ' ')) {
		out->colon = out->colon || bare.p[bare.n - 1] == ':';
		bare.n--;
	}
	if (!out->colon && !out->quoted && !out->opened && !out->address)
		return;
	find_date(key, out);
	out->address_last = ends_in_address(bare);
	out->verb = marks_find_last(bare, MARK_VERB, &at, &n);
	out->verb_last = out->verb && at + n == bare.n;
	out->verb_near = out->verb && (out->verb_last || tells_who_or_when(str_skip(bare, at + n)));
	out->verb_few = out->verb && count_words(str_skip(bare, at + n)) <= 4;
}

/* Lines first..last joined, folded, in out (of ATTRIBUTION_BYTES); empty where that is too long. */
static struct str
join(const struct lines *ls, size_t first, size_t last, char *out)
{
	size_t n = 0;

	if (first == last)
		return ls->list[first].key;
	for (size_t i = first; i <= last; i++) {
		struct str k = ls->list[i].key;
		/* an address broken at its bracket joins without a blank */
		bool glue = i == first || out[n - 1] == '<' || k.p[0] == '>';

		if (n + k.n + 1 > ATTRIBUTION_BYTES)
			return STR_NONE;
		if (!glue)
			out[n++] = ' ';
		memcpy(out + n, k.p, k.n);
		n += k.n;
	}
	return (struct str){ out, n };
}

/* Whether a line would rather begin an attribution than go on with one: opening word and date. */
static bool
begins_anew(const struct line *l)
{
	struct signs s = { 0 };

	if (!(l->starts & MARK_ON) || !opens(l->key, MARK_ON))
		return false;
	find_date(l->key, &s);
	return s.date;
}

static bool
ends_in_colon(const struct lines *ls, size_t i)
{
	struct str key = ls->list[i].key;

	return key.n && key.p[key.n - 1] == ':';
}

/* Attribution that begins with line i: its lines, or 0. */
static size_t
attribution_from(const struct lines *ls, size_t i)
{
	bool open = opens(ls->list[i].key, ls->list[i].starts);
	size_t most = open ? ATTRIBUTION_LINES : 2;
	char joined[ATTRIBUTION_BYTES];

	if (!open && str_find_char(ls->list[i].key, '@') < 0) {
		if (!ends_in_colon(ls, i) && !(i + 1 < ls->n && ends_in_colon(ls, i + 1)))
			return 0;
		if (!marks_find_last(ls->list[i].key, MARK_VERB, NULL, NULL))
			return 0;
	}
	for (size_t k = 0; k < most && i + k < ls->n; k++) {
		const struct line *l = &ls->list[i + k];
		struct signs s;
		struct str key;

		if (line_is_blank(l) || l->depth != ls->list[i].depth ||
		    (k && (open ? begins_anew(l) : opens(l->key, l->starts))))
			break;
		key = join(ls, i, i + k, joined);
		if (key.n == 0)
			break;
		find_signs(key, ls->list[i].starts, is_quoted_below(ls, i + k), &s);
		if (is_attribution(&s))
			return k + 1;
	}
	return 0;
}

/* An attribution that begins behind other text on line i: the offset in its body, or 0. */
static size_t
attribution_within(const struct lines *ls, size_t i)
{
	struct str key = ls->list[i].key;

	if (key.n < 20 || key.n > ATTRIBUTION_BYTES || key.p[key.n - 1] != ':' || !has_address(key))
		return 0;
	for (size_t at = 1; at < key.n; at++) {
		struct str rest = str_skip(key, at);
		size_t offset;
		struct signs s;

		if (key.p[at - 1] != ' ' || !marks_prefix(rest, MARK_ON) || !opens(rest, MARK_ON))
			continue;
		offset = marks_unfold(ls->list[i].body, at);
		if (offset >= ls->list[i].body.n ||
		    char_lower(ls->list[i].body.p[offset]) == ls->list[i].body.p[offset])
			continue;
		find_signs(rest, MARK_ON, is_quoted_below(ls, i), &s);
		if (is_attribution(&s) && s.verb_last)
			return offset;
	}
	return 0;
}

/* ">>> Jo Doe <jo@example.org> 03/05/2024 10:15 >>>" */
static bool
is_arrows(const struct line *l)
{
	struct str raw = str_trim(l->raw);
	struct signs s = { 0 };

	if (raw.n < 16 || raw.n > 200 || !str_starts(raw, STR(">>>")) || !str_ends(raw, STR(">>>")))
		return false;
	find_date(l->key, &s);
	return s.date || s.time;
}

size_t
quote_attribution(const struct lines *ls, size_t i, size_t *offset)
{
	const struct line *l = &ls->list[i];
	size_t n;

	*offset = 0;
	if (line_is_blank(l) || l->key.n > ATTRIBUTION_BYTES)
		return 0;
	if (is_arrows(l))
		return 1;
	*offset = attribution_within(ls, i);
	if (*offset)
		return 1;
	n = attribution_from(ls, i);
	/* a name alone on the line before the address belongs to it */
	if (n == 0 && i + 1 < ls->n && l->key.n <= 60 && ls->list[i + 1].key.n && ls->list[i + 1].key.p[0] == '<' &&
	    (i == 0 || line_is_blank(&ls->list[i - 1])) && (n = attribution_from(ls, i + 1)) > 0)
		n++;
	return n;
}

bool
quote_is_above_line(const struct line *l)
{
	return l->key.n <= 200 && (l->starts & MARK_ABOVE);
}

/* Whether the unmarked line looks like the rest of the long marked one before it. */
static bool
is_wrapped_rest(const struct line *quoted, const struct line *l)
{
	struct str q = quoted->key;
	bool sentence_over = q.n && strchr(".?!:", q.p[q.n - 1]) != NULL;

	return quoted->raw.n >= 60 && l->raw.n <= 40 && quoted->raw.n + l->raw.n >= 72 && !sentence_over &&
	       (unsigned char)l->body.p[0] == (unsigned char)l->key.p[0];
}

void
quote_join_wrapped(struct lines *ls)
{
	for (size_t i = 1; i + 1 < ls->n; i++) {
		struct line *l = &ls->list[i], *next = l + 1;
		const struct line *before = l - 1;

		if (l->depth || line_is_blank(l) || before->depth == 0 || line_is_blank(before))
			continue;
		if (next->depth && is_wrapped_rest(before, l))
			l->depth = before->depth;
	}
}
