/* SPDX-License-Identifier: ISC
 * html_style.h: what the attributes of one element say. Inside the HTML reader only.
 */
#ifndef CASEMAIL_READING_HTML_STYLE_H
#define CASEMAIL_READING_HTML_STYLE_H

#include "base/str.h"

struct html_attributes {
	struct str style, class_, id, name, type, href, alt, color, bgcolor, marker; /* marker: data-marker */
	bool hidden;
};

enum shade { SHADE_UNSET, SHADE_WHITE, SHADE_OTHER };
enum container {
	CONTAINER_NONE,
	CONTAINER_QUOTE,       /* holds quoted mail */
	CONTAINER_ATTRIBUTION, /* holds the line above it */
	CONTAINER_CUT,         /* what follows is the mail that is answered */
	CONTAINER_SIGNATURE,
};

/* Whether the style hides the element: display, visibility, size zero, mso-hide, opacity. */
bool html_style_hides(struct str style);
/* The shade of the text, and of its background, as far as this element says. */
enum shade html_style_color(const struct html_attributes *at);
enum shade html_style_background(const struct html_attributes *at);
/* What mail programs mean by this element's class, id or name. */
enum container html_container(const struct html_attributes *at);
/* Whether a block quote carries a mail program's marks; a bare one may be the author's own. */
bool html_is_mail_quote(const struct html_attributes *at);

#endif
