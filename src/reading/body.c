/* SPDX-License-Identifier: ISC
 * body.c: chooses the text among the parts.
 *
 * A text leaf belongs to the text unless it is an attachment, lies in an embedded message, or in a branch of a
 * multipart/alternative that was not taken. Parts never change here.
 */
#include "config.h"

#include "reading/body.h"

static bool
is_multipart(const struct mime_part *p)
{
	return str_starts(p->type, STR("multipart/"));
}

bool
body_is_html(const struct mime_part *p)
{
	return str_equal(p->type, STR("text/html")) || str_equal(p->type, STR("text/xhtml"));
}

/* Text types that are files, not something to be read in a mail. */
static bool
is_file_type(struct str type)
{
	static const char *const files[] = { "text/calendar", "text/csv", "text/vcard", "text/x-vcard",
		"text/directory", "text/rfc822-headers", "text/xml", "text/css", "text/javascript", "text/x-patch",
		"text/x-diff", "text/x-amp-html", "text/vnd.google.email-reaction+json", "text/tab-separated-values",
		"text/rtf" };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (str_equal(type, str_of(files[i])))
			return true;
	return false;
}

static bool
has_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_space(s.p[i]) && !(s.p[i] == '\xc2' && i + 1 < s.n && s.p[i + 1] == '\xa0' && ++i))
			return true;
	return false;
}

/* "Your mail program does not show HTML": a few words that stand in for the other part. */
static bool
is_stub(struct str s)
{
	s = str_trim(s);
	return !has_text(s) ||
	       (s.n < 300 && str_find_nocase(s, STR("html")) >= 0 && str_find_char(s, '>') < 0 &&
		   (str_find_nocase(s, STR("view")) >= 0 || str_find_nocase(s, STR("support")) >= 0 ||
		       str_find_nocase(s, STR("format")) >= 0 || str_find_nocase(s, STR("anzeig")) >= 0));
}

static bool
within_message(const struct mime_message *m, const struct mime_part *p)
{
	for (int i = p->parent; i >= 0; i = m->parts[i].parent)
		if (str_starts(m->parts[i].type, STR("message/")))
			return true;
	return false;
}

static bool
is_readable(const struct mime_part *p)
{
	return str_starts(p->type, STR("text/")) && !is_file_type(p->type) &&
	       !str_equal(p->disposition, STR("attachment"));
}

/* What each multipart/alternative has taken: the index of its child, or -1. */
struct choice {
	int child;
	bool plain;
};

/* The child of ancestor that index lies in. */
static int
branch_of(const struct mime_message *m, int index, int ancestor)
{
	while (m->parts[index].parent != ancestor)
		index = m->parts[index].parent;
	return index;
}

static bool
is_alternative(const struct mime_part *p)
{
	return str_equal(p->type, STR("multipart/alternative"));
}

/* Lets the leaf index offer itself to every alternative around it: plain text that says something goes before HTML,
 * HTML before a stub. */
static void
offer(const struct mime_message *m, int index, struct choice *choices)
{
	const struct mime_part *p = &m->parts[index];
	bool plain = !body_is_html(p);

	if (!has_text(p->text) || (plain && is_stub(p->text)))
		return;
	for (int i = p->parent; i >= 0; i = m->parts[i].parent) {
		if (!is_alternative(&m->parts[i]))
			continue;
		if (choices[i].child < 0 || (plain && !choices[i].plain)) {
			choices[i].child = branch_of(m, index, i);
			choices[i].plain = plain;
		}
	}
}

/* Branches of one type are no alternatives of each other: mail programs differ in which they show, so each that says
 * something of its own is text. */
static bool
is_second_text(const struct mime_message *m, int index, const struct choice *choice)
{
	const struct mime_part *p = &m->parts[index], *taken = &m->parts[choice->child];

	return p->parent == taken->parent && str_equal(p->type, taken->type) && !is_stub(p->text) &&
	       !str_equal(str_trim(p->text), str_trim(taken->text));
}

static bool
is_taken(const struct mime_message *m, int index, const struct choice *choices)
{
	for (int i = m->parts[index].parent; i >= 0; i = m->parts[i].parent)
		if (is_alternative(&m->parts[i]) && choices[i].child >= 0 &&
		    choices[i].child != branch_of(m, index, i) && !is_second_text(m, index, &choices[i]))
			return false;
	return true;
}

static bool
within_alternative(const struct mime_message *m, int index)
{
	for (int i = m->parts[index].parent; i >= 0; i = m->parts[i].parent)
		if (is_alternative(&m->parts[i]))
			return true;
	return false;
}

/* Pieces of a signature or an encrypted wrapper are kept, never read as text. */
static bool
within_encrypted(const struct mime_message *m, const struct mime_part *p)
{
	return p->parent >= 0 && str_equal(m->parts[p->parent].type, STR("multipart/encrypted"));
}

static enum body_role
role_of(const struct mime_message *m, int index, const struct choice *choices, bool have_text)
{
	const struct mime_part *p = &m->parts[index];

	if (is_multipart(p) || within_message(m, p))
		return BODY_NONE;
	if (!is_readable(p) || within_encrypted(m, p))
		return BODY_ATTACHMENT;
	if (!is_taken(m, index, choices))
		return p->name.n && !body_is_html(p) ? BODY_ATTACHMENT : BODY_OTHER;
	/* a named text behind the first one is a file, even where it is to be shown inline */
	if (p->name.n && have_text && !within_alternative(m, index))
		return BODY_ATTACHMENT;
	return BODY_TEXT;
}

enum body_role *
body_choose(const struct mime_message *m, struct arena *a)
{
	enum body_role *roles = arena_array(a, m->n_parts + 1, sizeof(*roles));
	struct choice *choices = arena_array(a, m->n_parts + 1, sizeof(*choices));
	bool have_text = false;

	for (size_t i = 0; i < m->n_parts; i++)
		choices[i].child = -1;
	for (size_t i = 0; i < m->n_parts; i++)
		if (is_readable(&m->parts[i]) && !within_message(m, &m->parts[i]))
			offer(m, (int)i, choices);
	for (size_t i = 0; i < m->n_parts; i++) {
		roles[i] = role_of(m, (int)i, choices, have_text);
		have_text |= roles[i] == BODY_TEXT;
	}
	return roles;
}

/* An S/MIME wrapper; its content is not to be had without a key or an ASN.1 parser. */
static bool
is_smime_wrapper(const struct mime_part *p)
{
	return str_equal(p->type, STR("application/pkcs7-mime")) || str_equal(p->type, STR("application/x-pkcs7-mime"));
}

bool
body_is_encrypted(const struct mime_message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct mime_part *p = &m->parts[i];

		if (within_message(m, p))
			continue;
		if (str_equal(p->type, STR("multipart/encrypted")) || (is_smime_wrapper(p) && p->parent < 0))
			return true;
		if (is_readable(p) && str_starts(str_trim(p->text), STR("-----BEGIN PGP MESSAGE-----")))
			return true;
	}
	return false;
}
