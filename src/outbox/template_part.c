/* SPDX-License-Identifier: ISC
 * template_part.c: cuts a part of a template into nodes, and puts values in their places.
 *
 * The list of nodes is flat; a section knows where it ends, so that filling jumps over it and nothing recurses. All
 * that can be wrong with a template is found while cutting: filling cannot fail.
 */
#include "config.h"

#include "outbox/template_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct parser {
	struct template_source *source;
	struct template_part *part;
	size_t open[TEMPLATE_DEPTH_MOST]; /* nodes of the sections that are open */
	int open_line[TEMPLATE_DEPTH_MOST];
	size_t depth;
	int line;
};

void
template_error(struct template_source *s, int line, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	buf_add_format(s->errors, "%.*s:%d: %s\n", STR_ARGS(s->file), line, text);
	s->failed = true;
}

static bool
list_has(const char *const *list, struct str name)
{
	for (; *list != NULL; list++)
		if (str_equal(str_of(*list), name))
			return true;
	return false;
}

static bool
name_is_wellformed(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!(name.p[i] >= 'a' && name.p[i] <= 'z') && name.p[i] != '_' && !char_is_digit(name.p[i]))
			return false;
	return name.n > 0 && name.n <= 40;
}

static struct template_node *
node_add(struct parser *p, int kind, struct str text)
{
	struct template_node *n = &p->part->nodes[p->part->n++];

	*n = (struct template_node){ .kind = kind, .text = text };
	return n;
}

static void
section_close(struct parser *p, struct str name)
{
	if (p->depth == 0) {
		template_error(p->source, p->line, "{{/%.*s}} closes no section", STR_ARGS(name));
		return;
	}
	struct template_node *open = &p->part->nodes[p->open[--p->depth]];

	if (!str_equal(open->text, name))
		template_error(p->source, p->line, "{{/%.*s}} stands where {{/%.*s}} must (opened in line %d)",
		    STR_ARGS(name), STR_ARGS(open->text), p->open_line[p->depth]);
	open->end = p->part->n;
	node_add(p, NODE_END, name);
}

static void
section_open(struct parser *p, bool inverted, struct str name)
{
	if (p->depth == TEMPLATE_DEPTH_MOST) {
		template_error(p->source, p->line, "more than %d sections inside each other", TEMPLATE_DEPTH_MOST);
		return;
	}
	p->open[p->depth] = p->part->n;
	p->open_line[p->depth++] = p->line;
	node_add(p, inverted ? NODE_UNLESS : NODE_IF, name);
}

/* Whether the kind has the value; the engine itself gives the subject to what is filled in behind it. */
static bool
name_is_known(const struct template_source *s, struct str name)
{
	return list_has(s->standard, name) || list_has(s->kind->values, name) ||
	       (s->place != TEMPLATE_SUBJECT && str_equal(name, STR("subject")));
}

/* inner: what stands between the braces. */
static void
tag_take(struct parser *p, struct str inner)
{
	char sigil = inner.n ? inner.p[0] : 0;
	bool section = sigil == '#' || sigil == '^' || sigil == '/';
	bool is_url = !section && str_ends(inner, STR("|url"));
	struct str name = str_trim(section ? str_skip(inner, 1) : str_head(inner, inner.n - (is_url ? 4 : 0)));

	if (!name_is_wellformed(name)) {
		template_error(p->source, p->line, "\"{{%.*s}}\" is no value: a name has letters a-z, digits and _",
		    STR_ARGS(str_head(inner, 40)));
		return;
	}
	if (is_url && p->source->place != TEMPLATE_HTML) {
		template_error(p->source, p->line, "\"|url\" is for addresses in the HTML part only");
		return;
	}
	if (!name_is_known(p->source, name)) {
		template_error(p->source, p->line, "no value \"%.*s\" in notices of kind %s", STR_ARGS(name),
		    p->source->kind->name);
		return;
	}
	if (sigil == '/')
		section_close(p, name);
	else if (section)
		section_open(p, sigil == '^', name);
	else
		node_add(p, NODE_VALUE, name)->is_url = is_url;
}

/* How much follows the tag that ends at end until behind the line end, where the tag, which begins at begin, is alone
 * on its line; else 0. */
static size_t
alone_on_line(struct str text, size_t begin, size_t end)
{
	size_t i = end;

	if (begin > 0 && text.p[begin - 1] != '\n')
		return 0;
	while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\t'))
		i++;
	if (i < text.n && text.p[i] == '\n')
		return i + 1 - end;
	return 0;
}

static void
literal_take(struct parser *p, struct str text)
{
	if (text.n == 0)
		return;
	node_add(p, NODE_LITERAL, text);
	for (size_t i = 0; i < text.n; i++)
		p->line += text.p[i] == '\n';
}

void
template_parse(struct template_source *s, struct str text, int line, struct arena *a, struct template_part *out)
{
	struct parser p = { .source = s, .part = out, .line = line };
	size_t tags = 0, at = 0;

	for (size_t i = 0; i + 1 < text.n; i++)
		tags += text.p[i] == '{' && text.p[i + 1] == '{';
	out->nodes = arena_array(a, 2 * tags + 1, sizeof *out->nodes);
	out->n = 0;
	for (;;) {
		struct str rest = str_skip(text, at);
		ptrdiff_t begin = str_find(rest, STR("{{")), end;

		literal_take(&p, begin < 0 ? rest : str_head(rest, (size_t)begin));
		if (begin < 0)
			break;
		at += (size_t)begin;
		rest = str_skip(text, at + 2);
		end = str_find(str_head(rest, 64), STR("}}"));
		if (end < 0) {
			template_error(s, p.line, "\"{{\" without \"}}\"");
			break;
		}
		tag_take(&p, str_head(rest, (size_t)end));
		size_t behind = at + (size_t)end + 4;
		size_t skip =
		    rest.p[0] == '#' || rest.p[0] == '^' || rest.p[0] == '/' ? alone_on_line(text, at, behind) : 0;

		p.line += skip > 0;
		at = behind + skip;
	}
	while (p.depth > 0) {
		p.depth--;
		template_error(s, p.open_line[p.depth], "section \"%.*s\" is not closed",
		    STR_ARGS(out->nodes[p.open[p.depth]].text));
	}
}

static struct str
value_find(const struct template_value *values, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(str_of(values[i].name), name))
			return values[i].text;
	return STR_NONE;
}

/* How far the lines of a value that stands at the end of out are indented: to where it begins, where its line is
 * indented itself. */
static size_t
indent_of(const struct buf *out)
{
	size_t begin = out->n, columns = 0;

	while (begin > 0 && out->p[begin - 1] != '\n')
		begin--;
	if (begin == out->n || out->p[begin] != ' ')
		return 0;
	for (size_t i = begin; i < out->n; i++)
		columns += ((unsigned char)out->p[i] & 0xc0) != 0x80;
	return columns;
}

static void
value_put(enum template_place place, struct str value, struct buf *out)
{
	static const char blanks[] = "                        ";
	size_t columns = place == TEMPLATE_TEXT ? indent_of(out) : 0;

	template_escape(place, str_trim_right(value), str_head(str_of(blanks), columns), out);
}

void
template_fill(const struct template_part *p, enum template_place place, const struct template_value *values, size_t n,
    struct buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct template_node *node = &p->nodes[i];
		struct str value;

		if (node->kind == NODE_LITERAL)
			buf_add(out, node->text);
		if (node->kind == NODE_LITERAL || node->kind == NODE_END)
			continue;
		value = value_find(values, n, node->text);
		if (node->kind == NODE_VALUE)
			value_put(node->is_url ? TEMPLATE_URL : place, value, out);
		else if ((str_trim(value).n > 0) != (node->kind == NODE_IF))
			i = node->end;
	}
}
