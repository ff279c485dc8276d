/* SPDX-License-Identifier: ISC
 * html_style.c: reads class, id, name and style of an element: does it hide its text, and does a mail
 * program mean "quote", "signature" or "what follows is the old mail" by it? What style sheets say of
 * it stands in its style already. Each look is linear in the attribute, which is capped.
 */
#include "config.h"

#include "reading/html_style.h"

#define STYLE_BYTES 6144 /* room for what sheets say beside its own */

/* Takes the next "name: value" off *style. */
static bool
next_property(struct str *style, struct str *name, struct str *value)
{
	struct str one;
	ptrdiff_t colon;

	while (str_next_field(style, ';', &one)) {
		colon = str_find_char(one, ':');
		if (colon <= 0)
			continue;
		*name = str_trim(str_head(one, (size_t)colon));
		*value = str_trim(str_skip(one, (size_t)colon + 1));
		if (str_ends_nocase(*value, STR("!important")))
			*value = str_trim(str_head(*value, value->n - 10));
		return true;
	}
	return false;
}

/* "0", "0px", "0.0pt": nothing; not "0.5px". */
static bool
is_zero(struct str v)
{
	size_t i = 0;

	if (v.n == 0 || (v.p[0] != '0' && v.p[0] != '.'))
		return false;
	while (i < v.n && (v.p[i] == '0' || v.p[i] == '.'))
		i++;
	return i == v.n || !char_is_digit(v.p[i]);
}

/* "-9999px", "-100em": so far out that nobody sees it. */
static bool
is_far_out(struct str v)
{
	size_t n = 1;

	while (n < v.n && char_is_digit(v.p[n]))
		n++;
	return v.n && v.p[0] == '-' && n >= 4;
}

/* Each property as it was set last. */
struct visibility {
	bool display, visibility, mso, font, opacity, height, width, clipped, indent, left, top;
};

static void
take_property(struct visibility *v, struct str name, struct str value)
{
	const struct {
		struct str name;
		bool *at, is;
	} known[] = {
		{ STR("display"), &v->display, str_equal_nocase(value, STR("none")) },
		{ STR("visibility"), &v->visibility,
		    str_equal_nocase(value, STR("hidden")) || str_equal_nocase(value, STR("collapse")) },
		{ STR("mso-hide"), &v->mso, str_equal_nocase(value, STR("all")) },
		{ STR("font-size"), &v->font, is_zero(value) },
		{ STR("opacity"), &v->opacity, is_zero(value) },
		{ STR("max-height"), &v->height, is_zero(value) },
		{ STR("height"), &v->height, is_zero(value) },
		{ STR("max-width"), &v->width, is_zero(value) },
		{ STR("width"), &v->width, is_zero(value) },
		{ STR("overflow"), &v->clipped, str_equal_nocase(value, STR("hidden")) },
		{ STR("text-indent"), &v->indent, is_far_out(value) },
		{ STR("left"), &v->left, is_far_out(value) },
		{ STR("top"), &v->top, is_far_out(value) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_equal_nocase(name, known[i].name)) {
			*known[i].at = known[i].is;
			return;
		}
}

bool
html_style_hides(struct str style)
{
	struct visibility v = { 0 };
	struct str name, value;

	style = str_head(style, STYLE_BYTES);
	while (next_property(&style, &name, &value))
		take_property(&v, name, value);
	return v.display || v.visibility || v.mso || v.font || v.opacity || ((v.height || v.width) && v.clipped) ||
	       v.indent || v.left || v.top;
}

static bool
is_white(struct str v)
{
	struct str digits = STR_NONE;

	if (str_equal_nocase(v, STR("white")))
		return true;
	if (v.n && v.p[0] == '#') {
		digits = str_skip(v, 1);
		if (digits.n != 3 && digits.n != 6)
			return false;
		for (size_t i = 0; i < digits.n; i++)
			if (char_lower(digits.p[i]) != 'f' && !(i % 2 && digits.n == 6 && digits.p[i] >= 'a'))
				return false;
		return true;
	}
	if (str_starts_nocase(v, STR("rgb")) && (str_find(v, STR("255")) >= 0)) {
		size_t n = 0;

		for (size_t i = 0; i + 3 <= v.n; i++)
			n += str_starts(str_skip(v, i), STR("255"));
		return n >= 3;
	}
	return false;
}

static enum shade
shade_of(struct str v)
{
	if (v.n == 0 || str_equal_nocase(v, STR("transparent")) || str_equal_nocase(v, STR("inherit")) ||
	    str_equal_nocase(v, STR("initial")) || str_equal_nocase(v, STR("none")))
		return SHADE_UNSET;
	return is_white(v) ? SHADE_WHITE : SHADE_OTHER;
}

enum shade
html_style_color(const struct html_attributes *at)
{
	struct str style = str_head(at->style, STYLE_BYTES), name, value;
	enum shade s = shade_of(at->color);

	while (next_property(&style, &name, &value))
		if (str_equal_nocase(name, STR("color")))
			s = shade_of(value);
	return s;
}

enum shade
html_style_background(const struct html_attributes *at)
{
	struct str style = str_head(at->style, STYLE_BYTES), name, value;
	enum shade s = shade_of(at->bgcolor);

	while (next_property(&style, &name, &value))
		if (str_equal_nocase(name, STR("background")) || str_equal_nocase(name, STR("background-color")) ||
		    str_equal_nocase(name, STR("background-image")))
			if (shade_of(value) != SHADE_UNSET)
				s = shade_of(value);
	return s;
}

/* Whether one of the words of a class attribute starts with prefix. */
static bool
has_class(struct str class_, struct str prefix)
{
	struct str word;

	class_ = str_head(class_, STYLE_BYTES);
	while (str_next_field(&class_, ' ', &word))
		if (str_starts_nocase(word, prefix))
			return true;
	return false;
}

struct container_row {
	char where; /* c: a class, i: the id, n: the name, m: data-marker */
	struct str prefix;
	enum container means;
};

#define ROW(w, p, m)                                                                                                   \
	{                                                                                                              \
		w, { p, sizeof(p) - 1 }, m                                                                             \
	}
static const struct container_row containers[] = {
	ROW('c', "gmail_attr", CONTAINER_ATTRIBUTION),
	ROW('c', "moz-cite-prefix", CONTAINER_ATTRIBUTION),
	ROW('c', "yahoo_quoted", CONTAINER_QUOTE),
	ROW('i', "yahoo_quoted", CONTAINER_QUOTE),
	ROW('c', "moz-forward-container", CONTAINER_QUOTE),
	ROW('c', "moz-email-headers-table", CONTAINER_QUOTE),
	ROW('n', "quote", CONTAINER_QUOTE),
	ROW('n', "messageReplySection", CONTAINER_QUOTE),
	ROW('c', "WM-quote", CONTAINER_QUOTE),
	ROW('c', "cm_quote", CONTAINER_QUOTE),
	ROW('c', "zmail_extra", CONTAINER_QUOTE),
	ROW('c', "edo-quote", CONTAINER_QUOTE),
	ROW('i', "mail-editor-reference-message-container", CONTAINER_CUT),
	ROW('i', "divRplyFwdMsg", CONTAINER_CUT),
	ROW('i', "appendonsend", CONTAINER_CUT),
	ROW('i', "OLK_SRC_BODY_SECTION", CONTAINER_CUT),
	ROW('i', "ms-outlook-mobile-body-separator-line", CONTAINER_CUT),
	ROW('i', "stopSpelling", CONTAINER_CUT),
	ROW('c', "gmail_signature", CONTAINER_SIGNATURE),
	ROW('c', "moz-signature", CONTAINER_SIGNATURE),
	ROW('c', "protonmail_signature_block", CONTAINER_SIGNATURE),
	ROW('c', "yahoo_signature", CONTAINER_SIGNATURE),
	ROW('c', "bloop_sign", CONTAINER_SIGNATURE),
	ROW('c', "edo-signature", CONTAINER_SIGNATURE),
	ROW('c', "front-signature", CONTAINER_SIGNATURE),
	ROW('c', "cm_signature", CONTAINER_SIGNATURE),
	ROW('c', "ms-outlook-mobile-signature", CONTAINER_SIGNATURE),
	ROW('i', "AppleMailSignature", CONTAINER_SIGNATURE),
	ROW('i', "ms-outlook-mobile-signature", CONTAINER_SIGNATURE),
	ROW('i', "ymail_android_signature", CONTAINER_SIGNATURE),
	ROW('i', "Signature", CONTAINER_SIGNATURE),
	ROW('n', "messageSignatureSection", CONTAINER_SIGNATURE),
	ROW('m', "__SIG_P", CONTAINER_SIGNATURE),
	ROW('m', "__QUOTED_TEXT__", CONTAINER_QUOTE),
	ROW('m', "__HEADERS__", CONTAINER_QUOTE),
};

/* Outlook's line above the old mail's header block: "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt ...". */
static bool
is_outlook_line(struct str style)
{
	struct str name, value;
	bool top = false, padded = false, none = false;

	style = str_head(style, STYLE_BYTES);
	while (next_property(&style, &name, &value)) {
		if (str_equal_nocase(name, STR("border")) && str_equal_nocase(value, STR("none")))
			none = true;
		if (str_equal_nocase(name, STR("border-top")) && str_find_nocase(value, STR("solid")) >= 0 &&
		    str_find_nocase(value, STR("1.0pt")) >= 0)
			top = true;
		if (str_equal_nocase(name, STR("border-top-color")) &&
		    (str_equal_nocase(value, STR("rgb(229, 229, 229)")) ||
			str_equal_nocase(value, STR("rgb(229,229,229)"))))
			top = none = padded = true;
		if (str_equal_nocase(name, STR("padding")) && str_starts_nocase(value, STR("3.0pt 0")))
			padded = true;
	}
	return top && padded && none;
}

enum container
html_container(const struct html_attributes *at)
{
	bool named = at->class_.n || at->id.n || at->name.n || at->marker.n;

	for (size_t i = 0; named && i < sizeof(containers) / sizeof(containers[0]); i++) {
		const struct container_row *r = &containers[i];

		if ((r->where == 'c' && at->class_.n && has_class(at->class_, r->prefix)) ||
		    (r->where == 'i' && str_starts_nocase(at->id, r->prefix)) ||
		    (r->where == 'n' && str_equal_nocase(at->name, r->prefix)) ||
		    (r->where == 'm' && str_starts_nocase(at->marker, r->prefix)))
			return r->means;
	}
	return at->style.n && is_outlook_line(at->style) ? CONTAINER_CUT : CONTAINER_NONE;
}

bool
html_is_mail_quote(const struct html_attributes *at)
{
	return str_equal_nocase(at->type, STR("cite")) || has_class(at->class_, STR("gmail_quote")) ||
	       has_class(at->class_, STR("cite")) || has_class(at->class_, STR("protonmail_quote")) ||
	       has_class(at->class_, STR("iosymail")) || has_class(at->class_, STR("front-blockquote")) ||
	       str_find_nocase(str_head(at->style, STYLE_BYTES), STR("border-left")) >= 0;
}
