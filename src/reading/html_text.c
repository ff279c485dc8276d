/* SPDX-License-Identifier: ISC
 * html_text.c: makes the lines: white space folded, quote marks in front, one blank line where blocks
 * ask for room; and the plain way out for HTML that is beyond bounds, which only leaves tags out and
 * knows the commonest entities.
 */
#include "config.h"

#include "reading/html_text.h"

#include <string.h>

#define TAG_WORDS 300
#define QUOTES_SHOWN 8

void
html_text_open(struct html_text *t, size_t html_bytes)
{
	*t = (struct html_text){ 0 };
	/* quote marks are the one thing that can make text longer than its HTML */
	buf_init(&t->out, html_bytes * 5 + 65536);
	buf_init(&t->hints, html_bytes + 65536);
	buf_init(&t->line, html_bytes * 2 + 4096);
}

/* Whether the line holds text, beyond a list's bullet. */
static bool
line_has_text(const struct html_text *t)
{
	return t->line.n > t->item;
}

static void
put_line(struct html_text *t, struct str content)
{
	t->last_quotes = t->line_quotes;
	t->last_hint = t->line_hint;
	for (unsigned i = 0; i < t->line_quotes && i < QUOTES_SHOWN; i++)
		buf_add(&t->out, content.n || i + 1 < t->line_quotes ? STR("> ") : STR(">"));
	buf_add(&t->out, content);
	buf_add_char(&t->out, '\n');
	buf_add_char(&t->hints, (char)(t->cut && content.n ? HINT_CUT : t->line_hint));
	if (content.n)
		t->cut = false;
	t->blank = content.n == 0;
}

static void
begin_line(struct html_text *t)
{
	if (t->line.n)
		return;
	if (t->want_blank && !t->blank && t->out.n) {
		/* a blank line between two depths has the lesser one */
		t->line_quotes = t->quotes < t->last_quotes ? t->quotes : t->last_quotes;
		t->line_hint = t->hint == t->last_hint ? t->hint : HINT_NONE;
		put_line(t, STR_NONE);
	}
	t->line_hint = t->hint;
	t->line_quotes = t->quotes;
	t->want_blank = false;
}

static void
end_line(struct html_text *t)
{
	put_line(t, str_trim_right(buf_str(&t->line)));
	buf_clear(&t->line);
	t->item = 0;
}

void
html_text_close(struct html_text *t, struct arena *a, struct str *text, unsigned char **hints)
{
	if (t->line.n)
		end_line(t);
	*text = arena_copy(a, buf_str(&t->out));
	*hints = (unsigned char *)arena_z(a, buf_str(&t->hints));
	buf_free(&t->out);
	buf_free(&t->hints);
	buf_free(&t->line);
}

/* A no-break space: to a reader of plain text a blank like any other, but not folded. */
static bool
is_hard_blank(struct str s, size_t i)
{
	return s.p[i] == '\xc2' && i + 1 < s.n && s.p[i + 1] == '\xa0';
}

static bool
is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Whether white space that must be folded stands at i; a blank between two words need not be. */
static bool
is_fold(struct str s, size_t i, bool in_word)
{
	if (!is_white(s.p[i]))
		return false;
	return !in_word || s.p[i] != ' ' || i + 1 >= s.n || is_white(s.p[i + 1]);
}

void
html_text_add(struct html_text *t, struct str s, bool pre)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		n = 0;
		while (i + n < s.n && !is_fold(s, i + n, n > 0) && !is_hard_blank(s, i + n))
			n++;
		if (n) {
			begin_line(t);
			buf_add(&t->line, (struct str){ s.p + i, n });
			continue;
		}
		n = 1;
		if (is_hard_blank(s, i)) {
			n = 2;
			begin_line(t);
			buf_add_char(&t->line, ' ');
		} else if (pre && s.p[i] == '\n') {
			html_text_newline(t);
		} else if (pre && s.p[i] != '\r') {
			begin_line(t);
			buf_add_char(&t->line, s.p[i]);
		} else if (!pre && line_has_text(t) && t->line.p[t->line.n - 1] != ' ')
			buf_add_char(&t->line, ' ');
	}
}

void
html_text_break(struct html_text *t, bool blank)
{
	if (line_has_text(t))
		end_line(t);
	else if (t->item == 0)
		buf_clear(&t->line);
	t->want_blank = t->want_blank || blank;
}

void
html_text_newline(struct html_text *t)
{
	if (t->line.n == 0) {
		t->want_blank = false;
		t->line_hint = t->hint;
		t->line_quotes = t->quotes;
	}
	end_line(t);
}

void
html_text_rule(struct html_text *t)
{
	html_text_break(t, false);
	html_text_add(t, STR("----------"), true);
	html_text_break(t, false);
}

void
html_text_cell(struct html_text *t)
{
	if (line_has_text(t))
		buf_add(&t->line, t->line.p[t->line.n - 1] == ' ' ? STR(" ") : STR("  "));
}

void
html_text_item(struct html_text *t, size_t level, unsigned number)
{
	begin_line(t);
	for (size_t i = 1; i < level && i < 8; i++)
		buf_add(&t->line, STR("  "));
	if (number)
		buf_add_format(&t->line, "%u. ", number);
	else
		buf_add(&t->line, STR("- "));
	t->item = t->line.n;
}

size_t
html_text_mark(const struct html_text *t)
{
	return t->line.n;
}

/* A link without scheme and trailing slash. */
static struct str
bare_link(struct str s)
{
	static const char *const schemes[] = { "https://", "http://", "mailto:", "tel:" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (str_starts_nocase(s, str_of(schemes[i])))
			s = str_skip(s, strlen(schemes[i]));
	return str_ends(s, STR("/")) ? str_head(s, s.n - 1) : s;
}

void
html_text_link(struct html_text *t, size_t mark, struct str href)
{
	struct str said = str_trim(str_skip(buf_str(&t->line), mark));
	struct str bare = bare_link(href);

	if (said.n == 0 || bare.n == href.n || str_starts_nocase(href, STR("tel:")))
		return;
	if (str_equal_nocase(bare_link(said), bare) || str_find(href, said) >= 0)
		return;
	buf_add(&t->line, STR(" <"));
	for (size_t i = 0; i < href.n; i++)
		buf_add_char(&t->line, (unsigned char)href.p[i] <= ' ' || href.p[i] == '>' ? '_' : href.p[i]);
	buf_add_char(&t->line, '>');
}

void
html_text_cut(struct html_text *t)
{
	t->cut = true;
}

/* The length of one of Word's conditions, "<![if !supportLists]>", at the start of s; 0 where there is none. */
static size_t
condition_length(struct str s)
{
	ptrdiff_t end;

	if (!str_starts(s, STR("<![")) || str_starts(s, STR("<![CDATA[")))
		return 0;
	end = str_find_char(str_head(s, 256), '>');
	return end > 0 && s.p[end - 1] == ']' ? (size_t)end + 1 : 0;
}

struct str
html_plain_clean(struct str html, struct arena *a)
{
	char *p;
	size_t n = 0;

	if (str_find_char(html, '\0') < 0 && str_find(html, STR("<![")) < 0)
		return html;
	p = arena_bytes(a, html.n);
	for (size_t i = 0; i < html.n;) {
		size_t skip = html.p[i] == '<' ? condition_length(str_skip(html, i)) : 0;

		if (skip == 0 && html.p[i])
			p[n++] = html.p[i];
		i += skip ? skip : 1;
	}
	return (struct str){ p, n };
}

bool
html_plain_is_tame(struct str html)
{
	size_t words = 0;
	bool tag = false;

	for (size_t i = 0; i < html.n; i++) {
		char c = html.p[i];

		if (c == '<') {
			tag = true;
			words = 0;
		} else if (c == '>') {
			tag = false;
		} else if (tag && (char_is_space(c) || c == '=' || c == '"' || c == '\'' || c == '/') &&
			   ++words > TAG_WORDS * 4)
			return false;
	}
	return true;
}

static bool
is_block_tag(struct str name)
{
	static const char *const blocks[] = { "br", "p", "div", "tr", "li", "table", "blockquote", "ul", "ol", "h1",
		"h2", "h3", "hr", "pre" };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (str_equal_nocase(name, str_of(blocks[i])))
			return true;
	return false;
}

/* Adds the character an entity at the start of s stands for; gives the bytes taken. */
static size_t
plain_entity(struct str s, struct html_text *t)
{
	static const struct {
		struct str name;
		const char *is;
	} known[] = { { { "&lt;", 4 }, "<" }, { { "&gt;", 4 }, ">" }, { { "&amp;", 5 }, "&" },
		{ { "&quot;", 6 }, "\"" }, { { "&nbsp;", 6 }, " " }, { { "&#39;", 5 }, "'" },
		{ { "&apos;", 6 }, "'" } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_starts_nocase(s, known[i].name)) {
			html_text_add(t, str_of(known[i].is), false);
			return known[i].name.n;
		}
	html_text_add(t, STR("&"), false);
	return 1;
}

void
html_plain(struct str html, struct html_text *t)
{
	bool raw = false; /* inside script or style */

	for (size_t i = 0; i < html.n;) {
		struct str rest = str_skip(html, i), name;
		ptrdiff_t end;
		size_t at = 1;
		bool closing;

		if (rest.p[0] == '&' && !raw) {
			i += plain_entity(rest, t);
			continue;
		}
		if (rest.p[0] != '<') {
			size_t n = 0;

			while (n < rest.n && rest.p[n] != '<' && rest.p[n] != '&')
				n++;
			n = n ? n : 1;
			if (!raw)
				html_text_add(t, str_head(rest, n), false);
			i += n;
			continue;
		}
		closing = rest.n > 1 && rest.p[1] == '/';
		at += closing;
		name = str_skip(rest, at);
		for (at = 0; at < name.n && (char_is_alpha(name.p[at]) || char_is_digit(name.p[at]));)
			at++;
		name.n = at;
		if (is_block_tag(name))
			html_text_break(t, false);
		if (str_equal_nocase(name, STR("script")) || str_equal_nocase(name, STR("style")))
			raw = !closing;
		end = str_find_char(rest, '>');
		i = end < 0 ? html.n : i + (size_t)end + 1;
	}
}
