/* SPDX-License-Identifier: ISC
 * html.c: the only file that knows libxml2, as a stream of elements and text: no tree is built, so
 * nothing recurses and memory stays in proportion. Beside the text it notes for each line in which
 * mail program's container it stands. libxml2 walks its stack of open elements at each end tag and
 * its list of attributes at each attribute: both are bounded here, and beyond the bounds html_plain
 * leaves the tags out by itself. Images are not looked at, nothing is loaded.
 */
#include "config.h"

#include "reading/html.h"

#include <string.h>

#include <libxml/HTMLparser.h>

#include "reading/html_sheet.h"
#include "reading/html_style.h"
#include "reading/html_text.h"

#define DEPTH_MOST 400
#define STYLE_MOST (6u * 1024)
#define CSS_MOST (64u * 1024) /* of one style element */
#define HTML_MOST (16u * 1024 * 1024)

enum element {
	ELEMENT_INLINE,
	ELEMENT_BLOCK,
	ELEMENT_PARAGRAPH, /* a block with a blank line around it */
	ELEMENT_QUOTE,
	ELEMENT_LIST,
	ELEMENT_ITEM,
	ELEMENT_CELL,
	ELEMENT_LINK,
	ELEMENT_PRE,
	ELEMENT_BREAK,
	ELEMENT_RULE,
	ELEMENT_IMAGE,
	ELEMENT_DROP,  /* its text is not shown */
	ELEMENT_STYLE, /* nor this one's, but it is read */
};

static const struct {
	const char *name;
	enum element is;
} elements[] = { { "a", ELEMENT_LINK }, { "address", ELEMENT_BLOCK }, { "article", ELEMENT_BLOCK },
	{ "blockquote", ELEMENT_QUOTE }, { "br", ELEMENT_BREAK }, { "center", ELEMENT_BLOCK }, { "dd", ELEMENT_BLOCK },
	{ "div", ELEMENT_BLOCK }, { "dl", ELEMENT_BLOCK }, { "dt", ELEMENT_BLOCK }, { "footer", ELEMENT_BLOCK },
	{ "form", ELEMENT_BLOCK }, { "h1", ELEMENT_PARAGRAPH }, { "h2", ELEMENT_PARAGRAPH },
	{ "h3", ELEMENT_PARAGRAPH }, { "h4", ELEMENT_PARAGRAPH }, { "h5", ELEMENT_PARAGRAPH },
	{ "h6", ELEMENT_PARAGRAPH }, { "header", ELEMENT_BLOCK }, { "hr", ELEMENT_RULE }, { "iframe", ELEMENT_DROP },
	{ "img", ELEMENT_IMAGE }, { "li", ELEMENT_ITEM }, { "main", ELEMENT_BLOCK }, { "math", ELEMENT_DROP },
	{ "object", ELEMENT_DROP }, { "ol", ELEMENT_LIST }, { "option", ELEMENT_DROP }, { "p", ELEMENT_PARAGRAPH },
	{ "pre", ELEMENT_PRE }, { "script", ELEMENT_DROP }, { "section", ELEMENT_BLOCK }, { "select", ELEMENT_DROP },
	{ "style", ELEMENT_STYLE }, { "svg", ELEMENT_DROP }, { "table", ELEMENT_BLOCK }, { "td", ELEMENT_CELL },
	{ "template", ELEMENT_DROP }, { "textarea", ELEMENT_DROP }, { "th", ELEMENT_CELL }, { "title", ELEMENT_DROP },
	{ "tr", ELEMENT_BLOCK }, { "ul", ELEMENT_LIST }, { "xml", ELEMENT_DROP } };

/* One open element. What its children inherit comes first. */
struct open {
	bool hidden, pre;
	enum shade color, background;
	enum container container;
	enum element is;
	bool tight, ordered, bare_quote;
	unsigned count;     /* of a list's items */
	struct str href;    /* of a link */
	size_t link_begins; /* where its text begins */
};

struct html {
	htmlParserCtxtPtr parser;
	struct html_text text;
	struct open stack[DEPTH_MOST + 1]; /* [0] is the ground */
	size_t depth, lists;
	bool too_deep;
	struct buf css;   /* of the style element that is open */
	struct buf style; /* of the element that opens, with what sheets say */
	struct html_sheet sheet;
	struct arena *arena;
};

static enum element
element_of(const char *name)
{
	size_t lo = 0, hi = sizeof(elements) / sizeof(elements[0]);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = strcmp(name, elements[mid].name);

		if (d == 0)
			return elements[mid].is;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return ELEMENT_INLINE;
}

static void
read_attributes(const xmlChar **list, struct html_attributes *out)
{
	const struct {
		const char *name;
		struct str *value;
	} wanted[] = { { "style", &out->style }, { "class", &out->class_ }, { "id", &out->id }, { "name", &out->name },
		{ "type", &out->type }, { "href", &out->href }, { "alt", &out->alt }, { "color", &out->color },
		{ "bgcolor", &out->bgcolor }, { "data-marker", &out->marker } };

	*out = (struct html_attributes){ 0 };
	for (; list && list[0]; list += 2) {
		if (strcmp((const char *)list[0], "hidden") == 0)
			out->hidden = true;
		for (size_t i = 0; list[1] && i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (strcmp((const char *)list[0], wanted[i].name) == 0)
				*wanted[i].value = str_of((const char *)list[1]);
	}
}

/* What the containers around say about the lines from here on. */
static void
set_hint(struct html *h)
{
	const struct open *o = &h->stack[h->depth];

	if (o->container == CONTAINER_SIGNATURE)
		h->text.hint = HINT_SIGNATURE;
	else if (o->container == CONTAINER_QUOTE)
		h->text.hint = HINT_QUOTE;
	else if (o->container == CONTAINER_ATTRIBUTION)
		h->text.hint = HINT_ATTRIBUTION;
	else
		h->text.hint = o->bare_quote ? HINT_INDENT : HINT_NONE;
}

static void
begin_block(struct html *h, struct open *o, const struct html_attributes *at)
{
	switch (o->is) {
	case ELEMENT_PARAGRAPH:
		o->tight = str_starts_nocase(at->class_, STR("Mso"));
		html_text_break(&h->text, !o->tight);
		break;
	case ELEMENT_QUOTE:
		html_text_break(&h->text, true);
		h->text.quotes++;
		o->bare_quote = !html_is_mail_quote(at);
		break;
	case ELEMENT_LIST:
		html_text_break(&h->text, h->lists == 0);
		h->lists++;
		break;
	case ELEMENT_PRE:
		html_text_break(&h->text, true);
		o->pre = true;
		break;
	case ELEMENT_BLOCK:
		html_text_break(&h->text, false);
		break;
	default:
		break;
	}
}

static void
begin_item(struct html *h)
{
	struct open *list = NULL;

	html_text_break(&h->text, false);
	for (size_t i = h->depth; i-- > 0 && !list;)
		if (h->stack[i].is == ELEMENT_LIST)
			list = &h->stack[i];
	html_text_item(&h->text, h->lists, list && list->ordered ? ++list->count : 0);
}

static void
begin_inline(struct html *h, struct open *o, const struct html_attributes *at)
{
	switch (o->is) {
	case ELEMENT_BREAK:
		html_text_newline(&h->text);
		break;
	case ELEMENT_RULE:
		html_text_rule(&h->text);
		break;
	case ELEMENT_CELL:
		html_text_cell(&h->text);
		break;
	case ELEMENT_ITEM:
		begin_item(h);
		break;
	case ELEMENT_IMAGE: /* mail programs send smileys as images with the character beside it */
		if (at->alt.n && at->alt.n <= 16 && (unsigned char)at->alt.p[0] >= 0xe2)
			html_text_add(&h->text, at->alt, false);
		break;
	case ELEMENT_LINK:
		o->href = arena_copy(h->arena, str_head(at->href, 2048));
		o->link_begins = html_text_mark(&h->text);
		break;
	default:
		break;
	}
}

static void
on_start(void *user, const xmlChar *name, const xmlChar **list)
{
	struct html *h = user;
	struct open *parent = &h->stack[h->depth], *o = parent + 1;
	struct html_attributes at, own;
	enum container c;

	if (h->depth >= DEPTH_MOST) {
		h->too_deep = true;
		xmlStopParser(h->parser);
		return;
	}
	h->depth++;
	read_attributes(list, &at);
	*o = (struct open){ .hidden = parent->hidden,
		.pre = parent->pre,
		.color = parent->color,
		.background = parent->background,
		.container = parent->container,
		.bare_quote = parent->bare_quote };
	o->is = element_of((const char *)name);
	o->ordered = strcmp((const char *)name, "ol") == 0;
	own = at;
	at.style = html_sheet_style(&h->sheet, str_of((const char *)name), &at, &h->style);
	if (!h->sheet.unsure)
		own = at;
	c = html_container(&at);
	if (c == CONTAINER_CUT && !o->hidden) {
		html_text_break(&h->text, false);
		html_text_cut(&h->text);
	} else if (c != CONTAINER_NONE)
		o->container = c;
	if (html_style_color(&own) != SHADE_UNSET)
		o->color = html_style_color(&own);
	if (html_style_background(&at) != SHADE_UNSET)
		o->background = html_style_background(&at);
	if (o->is == ELEMENT_DROP || o->is == ELEMENT_STYLE || at.hidden || html_style_hides(at.style) ||
	    (o->color == SHADE_WHITE && o->background != SHADE_OTHER))
		o->hidden = true;
	begin_block(h, o, &at);
	set_hint(h);
	if (!o->hidden)
		begin_inline(h, o, &at);
}

static void
on_end(void *user, const xmlChar *name)
{
	struct html *h = user;
	struct open *o = &h->stack[h->depth];

	(void)name;
	if (h->depth == 0 || h->too_deep)
		return;
	if (o->is == ELEMENT_LINK && !o->hidden && o->href.n)
		html_text_link(&h->text, o->link_begins, o->href);
	if (o->is == ELEMENT_PARAGRAPH || o->is == ELEMENT_QUOTE || o->is == ELEMENT_PRE)
		html_text_break(&h->text, !o->tight);
	else if (o->is == ELEMENT_BLOCK || o->is == ELEMENT_ITEM)
		html_text_break(&h->text, false);
	else if (o->is == ELEMENT_LIST)
		html_text_break(&h->text, --h->lists == 0);
	if (o->is == ELEMENT_QUOTE)
		h->text.quotes--;
	if (o->is == ELEMENT_STYLE) {
		html_sheet_add(&h->sheet, arena_copy(h->arena, buf_str(&h->css)), h->arena);
		buf_clear(&h->css);
	}
	h->depth--;
	set_hint(h);
}

static void
on_text(void *user, const xmlChar *s, int n)
{
	struct html *h = user;
	const struct open *o = &h->stack[h->depth];

	if (o->is == ELEMENT_STYLE && n > 0)
		buf_add(&h->css, (struct str){ (const char *)s, (size_t)n });
	else if (!o->hidden && n > 0)
		html_text_add(&h->text, (struct str){ (const char *)s, (size_t)n }, o->pre);
}

static void
on_comment(void *user, const xmlChar *s)
{
	struct html *h = user;

	if (str_equal_nocase(str_trim(str_of((const char *)s)), STR("originalMessage")))
		html_text_cut(&h->text);
}

static bool
run_parser(struct html *h, struct str html)
{
	htmlParserCtxtPtr p = htmlNewParserCtxt();
	htmlDocPtr doc;

	if (p == NULL)
		abort();
	memset(p->sax, 0, sizeof(*p->sax));
	p->sax->startElement = on_start;
	p->sax->endElement = on_end;
	p->sax->characters = on_text;
	p->sax->ignorableWhitespace = on_text;
	p->sax->comment = on_comment;
	p->userData = h;
	h->parser = p;
	doc = htmlCtxtReadMemory(p, html.p, (int)html.n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED |
		HTML_PARSE_NODEFDTD);
	xmlFreeDoc(doc);
	htmlFreeParserCtxt(p);
	return !h->too_deep;
}

void
html_read(struct str html, struct arena *a, struct str *text, unsigned char **hints)
{
	struct html *h = arena_new(a, struct html);

	html = str_head(html, HTML_MOST);
	h->arena = a;
	html_text_open(&h->text, html.n);
	buf_init(&h->css, CSS_MOST);
	buf_init(&h->style, STYLE_MOST);
	html = html_plain_clean(html, a);
	if (html.n && (!html_plain_is_tame(html) || !run_parser(h, html))) {
		html_text_close(&h->text, a, text, hints);
		html_text_open(&h->text, html.n);
		html_plain(html, &h->text);
	}
	html_text_close(&h->text, a, text, hints);
	buf_free(&h->css);
	buf_free(&h->style);
}
