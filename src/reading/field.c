/* SPDX-License-Identifier: ISC
 * field.c: fields of the message's own header, and what hides address fields from gmime.
 *
 * gmime is not asked for the message's fields: it stops at a line that it does not like, and identity must see them
 * all. Lines that are no field are left out and make the message odd.
 */
#include "config.h"

#include "reading/field.h"

#include <string.h>

#include "reading/charset.h"
#include "reading/header.h"

#define SHORT_FIELDS 32

void
field_read_all(struct str raw, struct mime_message *out, struct arena *a)
{
	struct str rest = raw, name, value;
	size_t n = 0, lf = 0, crlf = 0;

	while (header_next(&rest, &name, &value))
		n++;
	out->fields = arena_array(a, n + 1, sizeof(*out->fields));
	for (size_t i = 0; i < raw.n - rest.n; i++) {
		lf += raw.p[i] == '\n';
		crlf += raw.p[i] == '\n' && i > 0 && raw.p[i - 1] == '\r';
	}
	out->odd = crlf != 0 && crlf != lf;
	rest = raw;
	while (header_next(&rest, &name, &value)) {
		if (name.n == 0) {
			out->odd = true;
			continue;
		}
		out->fields[out->n_fields++] = (struct mime_field){ .name = name, .raw = value };
	}
}

void
field_decode_all(struct mime_field *fields, size_t n, struct str hint, struct arena *a)
{
	for (size_t i = 0; i < n; i++)
		fields[i].value = str_trim(header_decode(fields[i].raw, hint, a));
}

struct str
field_word_charset(const struct mime_message *m)
{
	for (size_t i = 0; i < m->n_fields; i++) {
		ptrdiff_t at = str_find(m->fields[i].raw, STR("=?")), end;
		struct str rest;

		if (at < 0)
			continue;
		rest = str_skip(m->fields[i].raw, (size_t)at + 2);
		end = str_find_char(rest, '?');
		if (end > 0 && end < 40 && charset_is_known(str_head(rest, (size_t)end)))
			return str_head(rest, (size_t)end);
	}
	return STR_NONE;
}

struct str
field_charset(const struct mime_message *m)
{
	struct buf b;
	struct str guess;

	for (size_t i = 0; i < m->n_parts; i++)
		if (m->parts[i].charset.n && !str_equal(m->parts[i].charset, STR("utf-8")) &&
		    !str_equal(m->parts[i].charset, STR("windows-1252")))
			return m->parts[i].charset;
	buf_init(&b, 16384);
	for (size_t i = 0; i < m->n_fields; i++)
		buf_add(&b, m->fields[i].raw);
	guess = charset_guess(buf_str(&b));
	buf_free(&b);
	return guess;
}

/* Those whose address lists gmime's messages parse. */
static bool
is_parsed_field(struct str line)
{
	static const char *const parsed[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc" };

	for (size_t i = 0; i < sizeof(parsed) / sizeof(*parsed); i++) {
		struct str name = str_of(parsed[i]), behind = str_skip(line, name.n);

		if (!str_starts_nocase(line, name))
			continue;
		while (behind.n && (behind.p[0] == ' ' || behind.p[0] == '\t'))
			behind = str_skip(behind, 1);
		if (behind.n && behind.p[0] == ':')
			return true;
	}
	return false;
}

/* What gmime needs of the message's own header. */
static bool
is_structural(struct str name)
{
	return str_starts_nocase(name, STR("Content-"));
}

/* Moves the fields that gmime needs down to where the header of raw ends, in its copy out: the start of the first. The
 * others, which may be many, then cost gmime nothing. A header with lines that are no fields is left alone, as gmime
 * ends it there. */
static size_t
shorten(struct str raw, char *out)
{
	struct str rest = raw, at = raw, name, value, kept[SHORT_FIELDS] = { STR_NONE };
	size_t n = 0, to;

	while (header_next(&rest, &name, &value)) {
		if (name.n == 0 || n == SHORT_FIELDS)
			return 0;
		if (is_structural(name) || n == 0)
			kept[n++] = str_head(at, at.n - rest.n);
		at = rest;
	}
	to = (size_t)(at.p - raw.p);
	while (n-- > 0) {
		to -= kept[n].n;
		memmove(out + to, out + (kept[n].p - raw.p), kept[n].n);
	}
	return to;
}

struct str
field_mask(struct str raw, struct arena *a, size_t *start)
{
	char *out = arena_z(a, raw);
	struct str rest = raw;
	ptrdiff_t at;

	while ((at = str_find_char(rest, '\'')) >= 0) {
		out[rest.p - raw.p + at] = '_';
		rest = str_skip(rest, (size_t)at + 1);
	}
	/* "?" is rarer than "=" and found faster than "=?" */
	for (rest = raw; (at = str_find_char(rest, '?')) >= 0; rest = str_skip(rest, (size_t)at + 1))
		if (rest.p + at > raw.p && rest.p[at - 1] == '=')
			out[rest.p - raw.p + at] = '_';
	for (rest = raw; (at = (ptrdiff_t)charset_ascii_length(rest)) < (ptrdiff_t)rest.n;
	     rest = str_skip(rest, (size_t)at + 1))
		out[rest.p - raw.p + at] = 'x';
	for (rest = raw; rest.n;) {
		if (rest.p[0] && strchr("FfSsRrTtCcBb", rest.p[0]) && is_parsed_field(str_head(rest, 64)))
			out[rest.p - raw.p] = '~';
		at = str_find_char(rest, '\n');
		rest = str_skip(rest, at < 0 ? rest.n : (size_t)at + 1);
	}
	*start = shorten(raw, out);
	return (struct str){ out, raw.n };
}

static const struct mime_field *
field_find(const struct mime_field *fields, size_t n, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(fields[i].name, wanted))
			return &fields[i];
	return NULL;
}

const struct mime_field *
mime_field(const struct mime_message *m, const char *name)
{
	return field_find(m->fields, m->n_fields, name);
}

const struct mime_field *
mime_part_field(const struct mime_part *p, const char *name)
{
	return field_find(p->fields, p->n_fields, name);
}

size_t
mime_count(const struct mime_message *m, const char *name)
{
	struct str wanted = str_of(name);
	size_t count = 0;

	for (size_t i = 0; i < m->n_fields; i++)
		count += str_equal_nocase(m->fields[i].name, wanted);
	return count;
}
