/* SPDX-License-Identifier: ISC
 * template_html.c: the HTML source that says what a text source says, so that the two parts of a mail cannot differ.
 *
 * Works on the source, line by line, before values are known: they cannot make markup. Paragraphs become <p>; indented
 * lines a table, "Label: ..." with two columns; lines of answers buttons; a line "-- ... --" stays small. Tags of
 * sections that stand alone on their line are kept between whole elements, so that the result is well-formed whichever
 * sections stand. No colours but half-transparent greys, so that light and dark screens both show it well; nothing is
 * fetched.
 */
#include "config.h"

#include "outbox/template_part.h"

#include <string.h>

#define HTML_MOST (512 << 10)

static const char html_head[] =
    "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"supported-color-schemes\" content=\"light dark\"></head>\n"
    "<body style=\"margin:0;padding:0\">\n"
    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>"
    "<td style=\"padding:16px\">\n"
    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
    "style=\"max-width:640px\"><tr><td style=\"font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    "font-size:16px;line-height:1.5;word-break:break-word\">\n";
static const char html_tail[] = "</td></tr></table>\n</td></tr></table>\n</body></html>\n";
static const char table_head[] =
    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
    "style=\"margin:0 0 16px;border-left:4px solid #7f8ea3;background:rgba(127,142,163,.12)\">\n";
#define CELL "padding:4px 12px;vertical-align:top"

/* A table in a table: the border of a cell is what all mail programs show, padding of a link is not. */
static const char buttons_head[] =
    "{{#reply_to}}\n<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
    "style=\"margin:0 0 16px\"><tr>\n";
static const char buttons_tail[] = "</tr></table>\n{{/reply_to}}\n";
static const char button_head[] =
    "<td style=\"border:2px solid #7f8ea3;border-radius:6px;background:rgba(127,142,163,.12)\">"
    "<a style=\"display:block;padding:8px 16px;color:inherit;font-weight:bold;text-decoration:none\" href=\"";
static const char button_gap[] = "<td style=\"width:12px\">&nbsp;</td>\n";

enum element { NOTHING, PARAGRAPH, TABLE, BUTTONS };

struct maker {
	struct buf *out;
	enum element open;
	size_t depth, open_depth; /* of sections: now, and where the element began */
};

static void
element_close(struct maker *m)
{
	if (m->open == PARAGRAPH)
		buf_add_z(m->out, "</p>\n");
	else if (m->open == TABLE)
		buf_add_z(m->out, "</table>\n");
	else if (m->open == BUTTONS)
		buf_add_z(m->out, buttons_tail);
	m->open = NOTHING;
}

static void
element_open(struct maker *m, enum element what)
{
	if (m->open == what) {
		if (what == PARAGRAPH)
			buf_add_z(m->out, "\n");
		return;
	}
	element_close(m);
	buf_add_z(m->out, what == PARAGRAPH ? "<p style=\"margin:0 0 16px\">"
			  : what == TABLE   ? table_head
					    : buttons_head);
	m->open = what;
	m->open_depth = m->depth;
}

static bool
line_is_indented(struct str line)
{
	return str_starts(line, STR("  "));
}

/* '#', '^' or '/' where the line is one such tag and nothing else. */
static char
line_section(struct str line)
{
	line = str_trim(line);
	if (!str_starts(line, STR("{{")) || str_find(line, STR("}}")) != (ptrdiff_t)line.n - 2 || line.n < 5)
		return 0;
	return line.p[2] == '#' || line.p[2] == '^' || line.p[2] == '/' ? line.p[2] : 0;
}

/* Whether all lines up to the end of the section rest begins in are rows of a table. */
static bool
section_is_rows(struct str rest)
{
	size_t depth = 1;
	struct str line;

	while (depth > 0 && str_next_line(&rest, &line)) {
		char sigil = line_section(line);

		if (sigil == '/')
			depth--;
		else if (sigil)
			depth++;
		else if (!line_is_indented(line))
			return false;
	}
	return true;
}

/* Literal text of the source: markup of HTML is escaped, tags of values pass. */
static void
line_put(struct maker *m, struct str line)
{
	template_escape(TEMPLATE_HTML, line, STR_NONE, m->out);
}

static void
row_put(struct maker *m, struct str line)
{
	ptrdiff_t colon = str_find(line, STR(": "));
	ptrdiff_t value = str_find(line, STR("{{"));

	element_open(m, TABLE);
	if (colon > 0 && (value < 0 || colon < value)) {
		buf_add_z(m->out, "<tr><td width=\"30%\" style=\"" CELL ";opacity:.75\">");
		line_put(m, str_head(line, (size_t)colon + 1));
		buf_add_z(m->out, "</td><td style=\"" CELL "\">");
		line = str_trim(str_skip(line, (size_t)colon + 1));
	} else {
		buf_add_z(m->out, "<tr><td colspan=\"2\" style=\"" CELL "\">");
	}
	line_put(m, line);
	buf_add_z(m->out, "</td></tr>\n");
}

static void
section_put(struct maker *m, char sigil, struct str tag, struct str rest)
{
	if (sigil == '/') {
		m->depth -= m->depth > 0;
		if (m->open != NOTHING && m->open_depth > m->depth)
			element_close(m);
	} else {
		if (m->open != TABLE || !section_is_rows(rest))
			element_close(m);
		m->depth++;
	}
	buf_add(m->out, tag);
	buf_add_char(m->out, '\n');
}

static void
marker_put(struct maker *m, struct str line)
{
	element_close(m);
	buf_add_z(m->out, "<p style=\"margin:0 0 16px;font-size:12px;opacity:.7\">");
	line_put(m, line);
	buf_add_z(m->out, "</p>\n");
}

/* A link that opens an answer with the word in it; several in a row stand side by side. */
static void
answer_put(struct maker *m, const struct template_answer *answer)
{
	if (m->open == BUTTONS)
		buf_add_z(m->out, button_gap);
	element_open(m, BUTTONS);
	buf_add_z(m->out, button_head);
	buf_add_z(m->out, "mailto:{{reply_to|url}}?subject=Re%3A%20{{subject|url}}&amp;body=");
	template_escape(TEMPLATE_URL, answer->word, STR_NONE, m->out);
	buf_add_z(m->out, "\">");
	line_put(m, answer->label);
	buf_add_z(m->out, "</a></td>\n");
}

struct str
template_html(struct str text, struct arena *a)
{
	struct buf out;
	struct maker m = { .out = &out };
	struct str line, made;

	buf_init(&out, HTML_MOST);
	buf_add_z(&out, html_head);
	while (str_next_line(&text, &line)) {
		struct str trimmed = str_trim(line);
		char sigil = line_section(line);
		struct template_answer answer;

		if (sigil) {
			section_put(&m, sigil, trimmed, text);
		} else if (template_line_answers(line, &answer)) {
			answer_put(&m, &answer);
		} else if (trimmed.n == 0) {
			element_close(&m);
		} else if (str_starts(line, STR("-- ")) && str_ends(trimmed, STR(" --"))) {
			marker_put(&m, trimmed);
		} else if (line_is_indented(line)) {
			row_put(&m, trimmed);
		} else {
			element_open(&m, PARAGRAPH);
			line_put(&m, trimmed);
		}
	}
	element_close(&m);
	buf_add_z(&out, html_tail);
	made = arena_copy(a, buf_str(&out));
	buf_free(&out);
	return made;
}
