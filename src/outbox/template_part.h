/* SPDX-License-Identifier: ISC
 * template_part.h: one part of a template (subject, text or HTML) as a flat list of nodes. Inside src/outbox only.
 */
#ifndef CASEMAIL_OUTBOX_TEMPLATE_PART_H
#define CASEMAIL_OUTBOX_TEMPLATE_PART_H

#include "outbox/template.h"

#define TEMPLATE_DEPTH_MOST 16 /* sections inside sections */

/* The first three are the parts of a template; a URL stands within HTML. */
enum template_place { TEMPLATE_SUBJECT, TEMPLATE_TEXT, TEMPLATE_HTML, TEMPLATE_PARTS, TEMPLATE_URL = TEMPLATE_PARTS };

struct template_node {
	enum { NODE_LITERAL, NODE_VALUE, NODE_IF, NODE_UNLESS, NODE_END } kind;
	struct str text; /* literal, or the name */
	size_t end;      /* of NODE_IF and NODE_UNLESS: the NODE_END that closes it */
	bool is_url;     /* of NODE_VALUE: "{{name|url}}" */
};

struct template_part {
	struct template_node *nodes;
	size_t n;
};

/* Where a part comes from, and what it may name. */
struct template_source {
	struct str file;                  /* for messages */
	const struct template_kind *kind; /* its own values */
	const char *const *standard;      /* those of every kind; ends in NULL */
	enum template_place place;        /* the part that is cut */
	struct buf *errors;               /* "FILE:LINE: what", one a line */
	bool failed;                      /* set with the first error */
};

void template_error(struct template_source *s, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Cuts text, which begins on that line of the file, into nodes owned by a; literals borrow from text. A section tag
 * that is alone on its line takes the line along. Errors go to s. Linear in text. */
void template_parse(struct template_source *s, struct str text, int line, struct arena *a, struct template_part *out);

/* Appends the part with its values in place. All lines of a value on an indented line begin where its first does. A
 * name without a value counts as empty. */
void template_fill(const struct template_part *p, enum template_place place, const struct template_value *values,
    size_t n, struct buf *out);

/* Appends value as the place needs it: controls, invalid UTF-8 and characters that turn the direction of writing are
 * taken out; line ends are blanks in a subject, "<br>" in HTML; & < > " ' are entities in HTML; in a URL all but
 * letters, digits and "-._~@" is percent-encoded, line ends as %0D%0A (RFC 6068 2, 5). indent: put behind each line end
 * in a text. */
void template_escape(enum template_place place, struct str value, struct str indent, struct buf *out);

/* Whether text is UTF-8 without any of those, but LF and TAB. */
bool template_is_clean(struct str text);

/* Breaks lines of more than 60 columns at a blank, or between East Asian characters (two columns each); what follows is
 * indented as its line was. A longer word stays whole. No line ends in a blank, and never more than one is empty. */
void template_wrap(struct str text, struct buf *out);

/* A line "%%answer WORD: LABEL" of a text: a button of the HTML part. */
struct template_answer {
	struct str word, label; /* not empty */
};

/* Whether the line is such a line; *out borrows from it. Both are empty where it is not complete. */
bool template_line_answers(struct str line, struct template_answer *out);
/* Puts the answers of text, which begins on that line of the file, into *out, and returns text with empty lines in
 * their places, owned by a. Errors go to s. Linear. */
struct template;
struct str template_answers_take(
    struct template_source *s, struct str text, int line, struct arena *a, struct template *out);

struct template
{
	const struct template_kind *kind;
	struct str language;
	struct str file; /* the operator's; empty: shipped */
	struct template_part parts[TEMPLATE_PARTS];
	struct template_answer *answers;
	size_t n_answers;
};

struct templates {
	struct arena *memory; /* holds all of it */
	const struct template_kind *kinds;
	size_t n_kinds;
	const char *const *standard;
	struct str folder;
	bool *loaded; /* of kinds: whether its files were looked at */
	struct template *list;
	size_t n, room;
};

void template_apply(const struct template *t, const struct template_value *values, size_t n, struct arena *a,
    struct template_text *out);
/* NULL where there is no such kind. */
const struct template *template_find(
    const struct templates *t, const char *kind, struct str language, struct str fallback);

/* The source of the HTML part that says what this source of a text part says: paragraphs, a table for indented lines,
 * and buttons for lines of answers. */
struct str template_html(struct str text, struct arena *a);

/* The shipped files, made from src/outbox/templates at build time; ends in a row without name. */
struct template_shipped {
	const char *name, *text;
};
extern const struct template_shipped template_shipped[];

struct str template_labels(const struct template *t, struct arena *a); /* of the buttons: template_text */

#endif
