/* SPDX-License-Identifier: ISC
 * template_escape.c: a value made fit for its place, and lines made fit for a screen of 80 columns.
 *
 * Values come from people and from mail: they must not end a header, open a tag, or turn the direction of the text
 * around them. Marks that give a direction to themselves only (LRM, RLM, ALM) stay: Arabic and Hebrew need them.
 */
#include "config.h"

#include "outbox/template_part.h"

/* Below the 60 at which mail programs begin to wrap again, so that no word of ours is left alone on a line. */
#define COLUMNS 60

/* The length of the UTF-8 character s begins with, and its code; 0 where that is none (RFC 3629). */
static size_t
utf8_read(struct str s, unsigned *code)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s.p[0];
	size_t n = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;

	if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || n > s.n)
		return 0;
	*code = n == 1 ? first : first & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	return *code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : n;
}

/* Controls; embeddings, overrides and isolates; line and paragraph separators; byte order mark; tags. */
static bool
code_is_unfit(unsigned c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static const char *
html_entity(unsigned c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

bool
template_is_clean(struct str text)
{
	while (text.n > 0) {
		unsigned code = 0;
		size_t n = utf8_read(text, &code);

		if (n == 0 || (code_is_unfit(code) && code != '\n' && code != '\t'))
			return false;
		text = str_skip(text, n);
	}
	return true;
}

/* Unreserved (RFC 3986 2.3), and the @ of an address. */
static bool
code_is_url(unsigned c)
{
	return c < 0x80 && (char_is_alpha((char)c) || char_is_digit((char)c) || c == '-' || c == '.' || c == '_' ||
			       c == '~' || c == '@');
}

static void
url_put(struct str bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_add_format(out, "%%%02X", (unsigned char)bytes.p[i]);
}

static void
line_end_put(enum template_place place, struct str indent, struct buf *out)
{
	static const char *const ends[] = { " ", "\n", "<br>\n", "%0D%0A" };

	buf_add_z(out, ends[place]);
	if (place == TEMPLATE_TEXT)
		buf_add(out, indent);
}

void
template_escape(enum template_place place, struct str value, struct str indent, struct buf *out)
{
	while (value.n > 0) {
		unsigned code = 0;
		size_t n = utf8_read(value, &code);
		const char *entity = place == TEMPLATE_HTML ? html_entity(code) : NULL;

		if (n == 0 && place == TEMPLATE_URL)
			url_put(STR("\xef\xbf\xbd"), out);
		else if (n == 0)
			buf_add_utf8(out, 0xfffd);
		else if (code == '\n')
			line_end_put(place, indent, out);
		else if (code == '\t')
			buf_add_z(out, place == TEMPLATE_URL ? "%20" : " ");
		else if (code_is_unfit(code))
			;
		else if (place == TEMPLATE_URL && !code_is_url(code))
			url_put(str_head(value, n), out);
		else if (entity != NULL)
			buf_add_z(out, entity);
		else
			buf_add(out, str_head(value, n));
		value = str_skip(value, n ? n : 1);
	}
}

/* East Asian wide characters and emoji, coarsely. */
static bool
code_is_wide(unsigned c)
{
	return c >= 0x1100 &&
	       (c < 0x1160 || (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7a4) ||
		   (c >= 0xf900 && c < 0xfb00) || (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
		   (c >= 0xffe0 && c < 0xffe7) || (c >= 0x1f300 && c < 0x1fb00) || (c >= 0x20000 && c < 0x40000));
}

/* Closing punctuation, which must not begin a line. */
static bool
code_is_closing(unsigned c)
{
	return c == 0x3001 || c == 0x3002 || c == 0x300d || c == 0x300f || c == 0x3011 || c == 0xff01 || c == 0xff09 ||
	       c == 0xff0c || c == 0xff0e || c == 0xff1a || c == 0xff1f || c == 0x30fc;
}

/* How many bytes of line fit into the columns, ending where a line may be broken; at least one word. */
static size_t
line_break(struct str line, size_t columns)
{
	size_t width = 0, breakable = 0, at = 0;
	bool inked = false;

	while (at < line.n) {
		unsigned code = 0;
		size_t n = utf8_read(str_skip(line, at), &code);
		bool wide = n > 0 && code_is_wide(code);

		if (inked && (code == ' ' || (wide && !code_is_closing(code))))
			breakable = at;
		width += wide ? 2 : 1;
		if (width > columns && breakable > 0)
			return breakable;
		inked = inked || code != ' ';
		at += n ? n : 1;
	}
	return line.n;
}

static void
line_wrap(struct str line, struct buf *out)
{
	size_t blanks = 0;

	while (blanks < line.n && blanks < 16 && line.p[blanks] == ' ')
		blanks++;
	struct str indent = str_head(line, blanks), rest = str_skip(line, blanks);

	while (rest.n > 0) {
		size_t n = line_break(rest, COLUMNS - blanks);

		buf_add(out, indent);
		buf_add(out, str_trim_right(str_head(rest, n)));
		buf_add_char(out, '\n');
		rest = str_trim(str_skip(rest, n));
	}
}

void
template_wrap(struct str text, struct buf *out)
{
	bool empty = true; /* none at the beginning */
	struct str line;

	while (str_next_line(&text, &line)) {
		line = str_trim_right(line);
		if (line.n > 0)
			line_wrap(line, out);
		else if (!empty)
			buf_add_char(out, '\n');
		empty = line.n == 0;
	}
	while (out->n > 1 && out->p[out->n - 1] == '\n' && out->p[out->n - 2] == '\n')
		out->p[--out->n] = '\0';
}
