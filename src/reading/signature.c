/* SPDX-License-Identifier: ISC
 * signature.c: what stands below a text and is not part of it: signature after its delimiter, mobile
 * footer, sign-off with name and address, legal notice, list footer, scanner's finding. A sign-off
 * that is all there is stays text: "Thanks!" is an answer. Where the evidence is thin (an address
 * without name, a rule with prose below), the lines stay text too: text wrongly cut is the worse
 * mistake.
 */
#include "config.h"

#include "reading/lines.h"

#include <string.h>

#include "reading/marks.h"

#define SIGNOFF_LINES 14
#define LINE_SHORT 90
#define NOTICE_BYTES 80 /* a legal notice has at least */
#define NOTICE_LONG 300 /* where no word in it tells */
#define PARAGRAPH_LINE 2048

static struct str
undecorated(const struct line *l)
{
	return str_skip(l->key, l->skip);
}

static size_t
count_words(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] != ' ' && (i == 0 || s.p[i - 1] == ' ');
	return n;
}

/* Whether a line that begins with such words goes on like a footer. *device: names a telephone or mail program, or
 * has a link. */
static bool
is_footer_like(const struct line *l, unsigned kinds, bool *device)
{
	struct str key = undecorated(l), rest;
	size_t words;

	if (l->key.n > 160 || !(l->starts & kinds))
		return false;
	rest = str_skip(key, marks_prefix(key, kinds));
	*device = marks_find_last(rest, MARK_DEVICE, NULL, NULL);
	if (str_find_char(rest, '<') >= 0) { /* a link */
		rest = str_head(rest, (size_t)str_find_char(rest, '<'));
		*device = true;
	}
	words = count_words(rest);
	if (words > 9 || str_find_char(rest, '?') >= 0)
		return false;
	/* "Sent from my desk, which is ..." goes on as a sentence */
	return str_find(rest, STR(", ")) < 0 || words < 4;
}

bool
signature_is_footer(const struct line *l)
{
	bool device = false;

	return is_footer_like(l, MARK_FOOTER, &device) || (is_footer_like(l, MARK_SENT, &device) && device);
}

/* "Sent via something", the last there is in [.., end) and no sentence. */
static bool
is_weak_footer(const struct lines *ls, size_t i, size_t end)
{
	const struct line *l = &ls->list[i];
	bool device;

	return is_footer_like(l, MARK_SENT, &device) && l->key.p[l->key.n - 1] != '.' && lines_next(ls, i + 1) >= end;
}

/* Whether the rest of a line after a closing phrase still is a closing: marks, a name, "and regards". */
static bool
is_closing_rest(struct str rest)
{
	size_t at = 0, words;

	while (at < rest.n) {
		size_t wide = str_starts(str_skip(rest, at), STR("\xe3\x80\x82")) ||
				      str_starts(str_skip(rest, at), STR("\xe3\x80\x81"))
				  ? 3
				  : 0; /* the stops of Chinese and Japanese */

		if (wide == 0 && !char_is_space(rest.p[at]) && !strchr(",.!;:-*_", rest.p[at]))
			break;
		at += wide ? wide : 1;
	}
	if (at == rest.n)
		return true;
	rest = str_skip(rest, at);
	if ((unsigned char)rest.p[0] >= 0xf0) /* a smiley */
		return rest.n <= 12;
	words = count_words(rest);
	for (size_t i = 0; i < rest.n; i++)
		if (char_is_digit(rest.p[i]) || rest.p[i] == '?' || rest.p[i] == ':' || rest.p[i] == '@')
			return false;
	if (at > 0 && words <= 3 && rest.n <= 40)
		return true;
	return false;
}

static bool
is_closing(const struct line *l)
{
	struct str key = undecorated(l), rest;
	size_t n;

	if (l->key.n > 70 || !(l->starts & MARK_SIGNOFF))
		return false;
	n = marks_prefix(key, MARK_SIGNOFF);
	if (n == 0)
		return false;
	rest = str_skip(key, n);
	/* "thanks for ...": what follows a blank must be another closing, what follows a comma may be a name */
	if (rest.n && rest.p[0] == ' ') {
		struct str more = str_skip(rest, 1);
		size_t and = marks_prefix(more, MARK_SIGNOFF);

		if (and)
			return is_closing_rest(str_skip(more, and));
		if (char_is_alpha(more.p[0]) || ((unsigned char)more.p[0] >= 0xc0 && (unsigned char)more.p[0] < 0xf0))
			return false;
	}
	return is_closing_rest(rest);
}

/* Two to four words, each with a capital (or in a script without), nothing else: a name. */
static bool
is_name(const struct line *l, size_t least)
{
	struct str s = str_trim(l->body);
	size_t words = 0;

	if (s.n == 0 || s.n > 48)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (char_is_digit((char)c) || strchr(":@?!,;/|<>()\"=+&%$#", (char)c))
			return false;
		if (c != ' ' && (i == 0 || s.p[i - 1] == ' ')) {
			words++;
			if (c >= 'a' && c <= 'z')
				return false;
		}
	}
	return words >= least && words <= 4;
}

/* An address, a number to call or a link. */
static bool
has_contact(const struct line *l)
{
	size_t digits = 0;

	if (str_find_char(l->key, '@') > 0 || str_find(l->key, STR("www.")) >= 0 || str_find(l->key, STR("://")) >= 0)
		return true;
	for (size_t i = 0; i < l->key.n && i < LINE_SHORT; i++)
		digits += char_is_digit(l->key.p[i]);
	return digits >= 7;
}

/* A dash and a name: "-Jo", "~ Jo Doe". */
static bool
is_dashed_name(const struct line *l)
{
	struct str s = str_trim(l->body);
	size_t n = s.n && strchr("-~/", s.p[0])                                               ? 1
		   : str_starts(s, STR("\xe2\x80\x94")) || str_starts(s, STR("\xe2\x80\x93")) ? 3
											      : 0;
	struct line rest = *l;

	if (n == 0)
		return false;
	while (n < s.n && s.p[n] == ' ')
		n++;
	rest.body = str_skip(s, n);
	return is_name(&rest, 1) && rest.body.n <= 30;
}

/* Whether the paragraph that begins at line i is a scanner's warning or finding. */
static bool
is_banner(const struct lines *ls, size_t i)
{
	const struct line *l = &ls->list[i];
	struct str key = l->key.p[0] == '[' ? l->key : undecorated(l);

	if (marks_prefix(key, MARK_BANNER) > 0)
		return true;
	return (l->starts & MARK_WARN) && l->key.n <= PARAGRAPH_LINE &&
	       marks_find_last(l->key, MARK_OUTSIDE, NULL, NULL);
}

/* Whether the paragraph at line i has a word of these kinds (0: any, or a contact), and its bytes. */
static bool
paragraph_has(const struct lines *ls, size_t i, unsigned kinds, size_t *bytes)
{
	bool has = false;

	*bytes = 0;
	for (size_t k = i; k < ls->n && k < i + LINES_NEAR && !line_is_blank(&ls->list[k]); k++) {
		struct str key = str_head(ls->list[k].key, PARAGRAPH_LINE);

		*bytes += ls->list[k].raw.n;
		has = has || (kinds ? marks_find_last(key, kinds, NULL, NULL) : has_contact(&ls->list[k]));
	}
	return has;
}

bool
signature_is_notice(const struct lines *ls, size_t i)
{
	const struct line *l = &ls->list[i];
	size_t bytes;

	if (line_is_blank(l))
		return false;
	if (is_banner(ls, i))
		return true;
	if ((l->starts & MARK_LIST) && paragraph_has(ls, i, 0, &bytes))
		return true;
	if (!(l->starts & MARK_DISCLAIMER))
		return false;
	return (paragraph_has(ls, i, MARK_SECRET, &bytes) && bytes >= NOTICE_BYTES) || bytes >= NOTICE_LONG;
}

/* How many lines of [i, end) are not blank, at most 64; *all_short: none is longer than a signature's. */
static size_t
count_filled(const struct lines *ls, size_t i, size_t end, bool *all_short, bool *contact)
{
	size_t n = 0;

	*all_short = true;
	*contact = false;
	for (; i < end && n < 64; i++) {
		if (line_is_blank(&ls->list[i]))
			continue;
		n++;
		*all_short = *all_short && ls->list[i].raw.n <= LINE_SHORT;
		*contact = *contact || has_contact(&ls->list[i]);
	}
	return n;
}

static bool
is_delimiter(const struct lines *ls, size_t i, size_t end)
{
	struct str raw = ls->list[i].body, key = ls->list[i].key;
	bool all_short, contact;
	size_t n;

	if (str_equal(raw, STR("-- ")))
		return true;
	if (!lines_is_rule(key, 1) || (key.n < 2 && key.p[0] == '-'))
		return false;
	n = count_filled(ls, i + 1, end, &all_short, &contact);
	if (str_equal(key, STR("--")) || str_equal(key, STR("\xe2\x80\x94")) || str_equal(key, STR("- --")) ||
	    str_equal(key, STR("---")))
		return n <= 25 && (all_short || contact);
	return n > 0 && n <= 12 && all_short && contact;
}

/* Words that go on saying something: below a closing they make text of it all. */
static bool
is_sentence(const struct line *l)
{
	struct str key = l->key;
	bool wide = str_ends(key, STR("\xe3\x80\x82")); /* the stop of Chinese and Japanese */

	if (str_starts(key, STR("ps:")) || str_starts(key, STR("p.s.")) || str_starts(key, STR("ps.")))
		return true;
	if (has_contact(l))
		return false;
	return (wide && key.n > 40) || (strchr(".?!:", key.p[key.n - 1]) && count_words(key) >= 4);
}

/* Where the sign-off of [begin, end) starts, or end. */
static size_t
find_closing(const struct lines *ls, size_t begin, size_t end)
{
	size_t found = end, filled = 0;

	for (size_t i = end; i-- > begin && filled < SIGNOFF_LINES;) {
		const struct line *l = &ls->list[i];

		if (line_is_blank(l))
			continue;
		filled++;
		if (is_closing(l))
			found = i;
		else if (l->raw.n > LINE_SHORT || (found == end && is_sentence(l)))
			break;
		else if (found != end) /* text above the closing */
			break;
	}
	return found;
}

/* Where a block of name and address at the end of [begin, end) starts, or end. */
static size_t
find_address(const struct lines *ls, size_t begin, size_t end)
{
	size_t first, n = 0;
	bool contact = false;

	while (end > begin && line_is_blank(&ls->list[end - 1]))
		end--;
	for (first = end; first > begin && n < 9 && !line_is_blank(&ls->list[first - 1]); first--, n++) {
		if (ls->list[first - 1].raw.n > 70)
			return end;
		contact = contact || has_contact(&ls->list[first - 1]);
	}
	return contact && n >= 3 && n <= 8 && first > begin && is_name(&ls->list[first], 2) ? first : end;
}

static bool
begins_paragraph(const struct lines *ls, size_t i, size_t begin)
{
	return i == begin || line_is_blank(&ls->list[i - 1]) || lines_is_rule(ls->list[i - 1].key, 2);
}

static void
set_part(struct lines *ls, size_t begin, size_t end, enum part part)
{
	for (size_t i = begin; i < end; i++)
		ls->list[i].part = part;
}

/* Scanners' warnings above the text are no text, nor is a telephone's footer that the text was
 * written below. The index behind them. */
static size_t
skip_banners(struct lines *ls, size_t begin, size_t end, bool text_above)
{
	for (size_t i = begin; i < end; i++) {
		struct str key = ls->list[i].key;

		if (line_is_blank(&ls->list[i]) || lines_is_rule(key, 3))
			continue;
		if (!text_above && signature_is_footer(&ls->list[i])) {
			set_part(ls, begin, i + 1, PART_SIGNATURE);
			begin = i + 1;
			continue;
		}
		if (!is_banner(ls, i))
			break;
		while (i < end && !line_is_blank(&ls->list[i]))
			i++;
		set_part(ls, begin, i, PART_SIGNATURE);
		begin = i;
	}
	return begin;
}

/* The first line in [begin, end) where delimiter, footer or notice begins, or end. */
static size_t
find_start(const struct lines *ls, size_t begin, size_t end, bool text_above)
{
	size_t delimiters = 0;

	for (size_t i = begin; i < end; i++) {
		const struct line *l = &ls->list[i];

		if (line_is_blank(l))
			continue;
		if (signature_is_footer(l))
			return i;
		if (text_above && begins_paragraph(ls, i, begin) &&
		    (signature_is_notice(ls, i) || is_weak_footer(ls, i, end)))
			return i;
		/* each look at a delimiter reads on: a text made of them is no signature */
		if (lines_is_rule(l->key, 1) && ++delimiters <= 16 && is_delimiter(ls, i, end))
			return i;
		text_above = true;
	}
	return end;
}

void
signature_mark(struct lines *ls, size_t begin, size_t end, bool text_above)
{
	size_t start, closing, first;

	begin = skip_banners(ls, begin, end, text_above);
	start = find_start(ls, begin, end, text_above);
	closing = find_closing(ls, begin, start);
	if (closing == start)
		closing = find_address(ls, begin, start);
	for (first = begin; first < closing && line_is_blank(&ls->list[first]);)
		first++;
	if (closing < start && (text_above || first < closing))
		start = closing;
	/* a last line that is a dash and a name goes too */
	for (size_t i = start; i-- > begin;) {
		if (line_is_blank(&ls->list[i]))
			continue;
		if (i > first && is_dashed_name(&ls->list[i]) && !is_dashed_name(&ls->list[i - 1]))
			start = i;
		break;
	}
	while (start < end && start > begin && lines_is_rule(ls->list[start - 1].key, 3))
		start--;
	set_part(ls, start, end, PART_SIGNATURE);
}
