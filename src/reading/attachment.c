/* SPDX-License-Identifier: ISC
 * attachment.c: parts that are files, within limits.
 *
 * A name is data: it is kept as the sender wrote it (decoded, at most 1000 bytes) and never used as a path. Each file
 * is named by the SHA-256 of its content.
 */
#include "config.h"

#include "reading/attachment.h"

#include "base/crypto.h"
#include "reading/tnef.h"

#define NAME_MOST 1000
#define NOTES_MOST 100

static void
add_note(struct reading *out, struct str note)
{
	if (out->n_notes < NOTES_MOST)
		out->notes[out->n_notes++] = note;
}

/* At most max bytes of s, not cut inside a character. */
static struct str
cut_utf8(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return str_head(s, max);
}

/* The subject of an embedded message names it, where nothing else does. */
static struct str
message_name(const struct mime_message *m, size_t index, struct arena *a)
{
	const struct mime_field *subject;

	if (!str_equal(m->parts[index].type, STR("message/rfc822")) || index + 1 >= m->n_parts ||
	    m->parts[index + 1].parent != (int)index)
		return STR_NONE;
	subject = mime_part_field(&m->parts[index + 1], "Subject");
	if (subject == NULL || subject->value.n == 0)
		return STR_NONE;
	return arena_format(a, "%.*s.eml", STR_ARGS(cut_utf8(subject->value, 200)));
}

/* An opened winmail.dat is not a file of its own. */
static bool
is_opened_tnef(const struct mime_message *m, size_t index)
{
	return tnef_is(m->parts[index].content) && index + 1 < m->n_parts && m->parts[index + 1].parent == (int)index;
}

/* Whether the name ends in extension, which begins with a dot; dots and blanks behind it are nothing to the system that
 * the file is opened on. */
static bool
has_extension(struct str name, struct str extension)
{
	while (name.n > 0 && (name.p[name.n - 1] == '.' || name.p[name.n - 1] == ' '))
		name.n--;
	return name.n >= extension.n && str_equal_nocase(str_skip(name, name.n - extension.n), extension);
}

static bool
is_refused(const struct strings *refused, struct str name, struct str type)
{
	for (size_t i = 0; i < refused->n; i++) {
		struct str r = refused->list[i];

		if (str_starts(r, STR("."))  ? has_extension(name, r)
		    : str_ends(r, STR("/*")) ? str_starts_nocase(type, str_head(r, r.n - 1))
					     : str_equal_nocase(type, r))
			return true;
	}
	return false;
}

static void
add(const struct mime_message *m, size_t index, const struct limits *limits, size_t *total, struct arena *a,
    struct reading *out)
{
	const struct mime_part *p = &m->parts[index];
	struct reading_attachment *f = &out->attachments[out->n_attachments];
	struct str name = cut_utf8(p->name, NAME_MOST);

	if (name.n == 0)
		name = message_name(m, index, a);
	if (is_refused(&limits->refused_types, name, p->type)) {
		add_note(out, arena_format(a, "attachment-refused %.*s %zu", STR_ARGS(name), p->content.n));
		return;
	}
	if (out->n_attachments >= limits->attachments || p->content.n > limits->attachment_bytes ||
	    p->content.n > limits->attachments_bytes - *total) {
		add_note(out, arena_format(a, "attachment-dropped %.*s %zu", STR_ARGS(name), p->content.n));
		return;
	}
	*total += p->content.n;
	*f = (struct reading_attachment){ .name = name,
		.type = cut_utf8(p->type, NAME_MOST),
		.content_id = cut_utf8(p->content_id, NAME_MOST),
		.content = p->content,
		.is_inline = str_equal(p->disposition, STR("inline")) };
	crypto_sha256_hex(p->content, f->sha256);
	out->n_attachments++;
}

void
attachment_read(const struct mime_message *m, const enum body_role *roles, const struct limits *limits, struct arena *a,
    struct reading *out)
{
	size_t total = 0;
	bool cut = false;

	out->attachments = arena_array(a, m->n_parts + 1, sizeof(*out->attachments));
	out->notes = arena_array(a, NOTES_MOST, sizeof(*out->notes));
	/* these first: dropped files may be so many that no more notes fit */
	if (out->damaged)
		add_note(out, STR("text-damaged"));
	if (out->encrypted)
		add_note(out, STR("text-encrypted"));
	if (m->truncated)
		add_note(out, STR("parts-dropped"));
	for (size_t i = 0; i < m->n_parts; i++) {
		cut |= roles[i] == BODY_TEXT && m->parts[i].cut;
		if (roles[i] == BODY_ATTACHMENT && !is_opened_tnef(m, i))
			add(m, i, limits, &total, a, out);
	}
	if (cut)
		add_note(out, STR("text-cut"));
}
