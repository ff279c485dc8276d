/* SPDX-License-Identifier: ISC
 * html_sheet.c: style sheets, as far as they may hide text or draw the line beside a quote. No cascade but the order of
 * the rules and "important": that is what mail programs that make sheets rely on. A selector that is not understood
 * matches nothing: text is rather shown than lost. For the same reason no colour counts beside a background that may
 * lie below anything.
 */
#include "config.h"

#include "reading/html_sheet.h"

#include "reading/html_style.h"

#define CLASSES_MOST 16        /* of one element, that are looked at */
#define DECLARATIONS_MOST 512  /* bytes of one rule's that are kept */
#define STYLE_MOST (2u * 1024) /* bytes of an element's own style that are kept beside them */
#define SELECTORS_MOST 16      /* of one rule */
#define WORK_MOST (32u << 20)  /* bytes looked at for all elements of a mail */

static bool
matters(struct str name)
{
	static const char *const names[] = { "display", "visibility", "font-size", "opacity", "color", "background",
		"background-color", "max-height", "height", "max-width", "width", "overflow", "mso-hide", "text-indent",
		"left", "top", "border-left" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_equal_nocase(name, str_of(names[i])))
			return true;
	return false;
}

/* The declarations of a block that matter, or of these the important ones. */
static struct str
keep_declarations(struct str block, bool important, struct arena *a)
{
	struct str one;
	struct buf b;

	buf_init(&b, DECLARATIONS_MOST);
	while (str_next_field(&block, ';', &one)) {
		ptrdiff_t colon = str_find_char(one, ':');

		if (colon <= 0 || !matters(str_trim(str_head(one, (size_t)colon))))
			continue;
		if ((str_find_nocase(one, STR("!important")) >= 0) != important)
			continue;
		buf_add(&b, one);
		buf_add_char(&b, ';');
	}
	one = b.n && !b.overflow ? arena_copy(a, buf_str(&b)) : STR_NONE;
	buf_free(&b);
	return one;
}

static bool
is_name_char(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* "p", ".note", "p.note", "#id", "p#id": into r; false for anything else. */
static bool
read_selector(struct str s, struct html_rule *r)
{
	struct str *into = &r->element;

	*r = (struct html_rule){ .element = STR_NONE };
	while (s.n) {
		size_t n = 0;

		if (s.p[0] == '.' || s.p[0] == '#') {
			into = s.p[0] == '.' ? &r->class_ : &r->id;
			s = str_skip(s, 1);
		}
		while (n < s.n && is_name_char(s.p[n]))
			n++;
		if (n == 0 || into->n)
			return false;
		*into = str_head(s, n);
		s = str_skip(s, n);
	}
	/* what holds for the whole of the mail is no trick */
	return !str_equal_nocase(r->element, STR("body")) && !str_equal_nocase(r->element, STR("html"));
}

static void
add_rule(struct html_sheet *s, struct str selectors, struct str block, struct arena *a)
{
	struct str normal = keep_declarations(block, false, a), important = keep_declarations(block, true, a), one;

	if (normal.n + important.n == 0)
		return;
	for (int i = 0; i < SELECTORS_MOST && s->n < HTML_SHEET_RULES && str_next_field(&selectors, ',', &one); i++) {
		struct html_rule *r = &s->rules[s->n];

		if (!read_selector(str_trim(one), r)) {
			s->unsure |= str_find_nocase(block, STR("background")) >= 0;
			continue;
		}
		r->normal = normal;
		r->important = important;
		s->n++;
	}
}

/* css without comments, and without the marks that hide it from old programs. */
static struct str
without_comments(struct str css, struct arena *a)
{
	char *out = arena_bytes(a, css.n + 1);
	size_t n = 0;

	while (css.n) {
		ptrdiff_t end;

		if (str_starts(css, STR("/*"))) {
			end = str_find(str_skip(css, 2), STR("*/"));
			css = end < 0 ? STR_NONE : str_skip(css, (size_t)end + 4);
		} else if (str_starts(css, STR("<!--"))) {
			css = str_skip(css, 4);
		} else if (str_starts(css, STR("-->"))) {
			css = str_skip(css, 3);
		} else {
			out[n++] = css.p[0];
			css = str_skip(css, 1);
		}
	}
	return (struct str){ out, n };
}

/* Behind the block that begins in front of s, with all blocks in it. */
static struct str
skip_block(struct str s)
{
	size_t depth = 1, i = 0;

	for (; i < s.n && depth; i++)
		depth += (s.p[i] == '{') - (s.p[i] == '}');
	return str_skip(s, i);
}

void
html_sheet_add(struct html_sheet *s, struct str css, struct arena *a)
{
	css = without_comments(css, a);
	while (css.n && s->n < HTML_SHEET_RULES) {
		size_t n = 0;
		struct str selectors, rest;
		ptrdiff_t end;

		while (n < css.n && css.p[n] != '{' && css.p[n] != ';')
			n++;
		selectors = str_trim(str_head(css, n));
		rest = str_skip(css, n + 1);
		if (n == css.n || css.p[n] == ';') { /* "@import ...;" */
			css = rest;
		} else if (str_starts(selectors, STR("@"))) {
			css = skip_block(rest);
		} else {
			end = str_find_char(rest, '}');
			add_rule(s, selectors, str_head(rest, end < 0 ? rest.n : (size_t)end), a);
			css = end < 0 ? STR_NONE : str_skip(rest, (size_t)end + 1);
		}
	}
}

static bool
has_class(struct str list, struct str class_)
{
	struct str word;

	for (int i = 0; i < CLASSES_MOST && str_next_field(&list, ' ', &word); i++)
		if (str_equal(str_trim(word), class_))
			return true;
	return false;
}

static bool
is_for(const struct html_rule *r, struct str element, const struct html_attributes *at)
{
	return (r->element.n == 0 || str_equal_nocase(r->element, element)) &&
	       (r->id.n == 0 || str_equal(r->id, at->id)) &&
	       (r->class_.n == 0 || has_class(str_head(at->class_, STYLE_MOST), r->class_));
}

struct str
html_sheet_style(struct html_sheet *s, struct str element, const struct html_attributes *at, struct buf *out)
{
	bool any = false;

	s->work += s->n * (8 + at->class_.n);
	if (s->n == 0 || s->work > WORK_MOST)
		return at->style;
	buf_clear(out);
	for (size_t i = 0; i < s->n; i++)
		if (is_for(&s->rules[i], element, at)) {
			any = true;
			buf_add(out, s->rules[i].normal);
		}
	if (!any)
		return at->style;
	buf_add(out, str_head(at->style, STYLE_MOST));
	buf_add_char(out, ';');
	for (size_t i = 0; i < s->n; i++)
		if (is_for(&s->rules[i], element, at))
			buf_add(out, s->rules[i].important);
	s->work += 4 * out->n;
	return buf_str(out);
}
