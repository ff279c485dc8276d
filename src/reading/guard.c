/* SPDX-License-Identifier: ISC
 * guard.c: counts and measures on the raw bytes what would make a parser slow, deep or wrong.
 *
 * Refused is only what no mail program writes and what attacks are made of; oddities pass and cost the sender
 * nothing but the standing of his address as identity (sender.c). A second run follows the structure of the parts as
 * gmime will, to count them and their depth beforehand. Both runs look at each byte a bounded number of times.
 */
#include "config.h"

#include "reading/guard.h"

#include <string.h>

#include "reading/header.h"

/* Comments and groups deeper than this are written by nobody. RFC 5322 knows no group in a group, but a colon in a
 * bare display name looks like one. */
#define COMMENT_DEPTH 20
#define GROUP_DEPTH 20
/* Parts beyond the limit are left out with a note; so many more are an attack. */
#define PARTS_FACTOR 10
/* Over the headers of all parts: bytes as a multiple of one header's limit, and fields. */
#define HEADERS_FACTOR 8
#define FIELDS_MOST 20000

static bool
refuse(struct reading *out, struct arena *a, const char *code, struct str detail)
{
	out->malformed = str_of(code);
	out->malformed_detail = arena_copy(a, str_head(detail, 100));
	return false;
}

static bool
is_one_of(struct str name, const char *const *list)
{
	for (; *list; list++)
		if (str_equal_nocase(name, str_of(*list)))
			return true;
	return false;
}

static bool
is_address_field(struct str name)
{
	static const char *const list[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Resent-From",
		"Resent-Sender", "Resent-Reply-To", "Resent-To", "Resent-Cc", "Resent-Bcc", "Return-Path",
		"Disposition-Notification-To", "Errors-To", "Mail-Followup-To", "Mail-Reply-To", "Apparently-To",
		"Return-Receipt-To", NULL };

	return is_one_of(name, list);
}

/* Fields in which "(" opens a comment. */
static bool
is_structured(struct str name)
{
	static const char *const list[] = { "Received", "Date", "Message-ID", "In-Reply-To", "References",
		"Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "MIME-Version",
		"Authentication-Results", "ARC-Authentication-Results", "Resent-Date", "Resent-Message-ID", NULL };

	return is_address_field(name) || is_one_of(name, list);
}

/* The deepest comment and, in address fields, group of a value. */
static void
measure_depth(struct str v, size_t *comments, size_t *groups)
{
	size_t comment = 0, group = 0;
	bool quoted = false, angle = false;

	*comments = *groups = 0;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if (c == '\\') {
			i++;
		} else if (comment) {
			comment += c == '(';
			comment -= c == ')';
		} else if (c == '"') {
			quoted = !quoted;
		} else if (quoted) {
			continue;
		} else if (c == '(') {
			comment = 1;
		} else if (c == '<' || c == '>') {
			angle = c == '<';
		} else if (c == ':' && !angle) {
			group++;
		} else if (c == ';' && group) {
			group--;
		}
		*comments = comment > *comments ? comment : *comments;
		*groups = group > *groups ? group : *groups;
	}
}

static bool
check_depth(struct str name, struct str value, struct arena *a, struct reading *out)
{
	size_t comments, groups;

	if (!is_structured(name))
		return true;
	measure_depth(value, &comments, &groups);
	if (comments > COMMENT_DEPTH)
		return refuse(out, a, "too-deep-comment", name);
	if (groups > GROUP_DEPTH && is_address_field(name))
		return refuse(out, a, "too-deep-group", name);
	return true;
}

/* The message's own header block, with its empty line. */
static struct str
header_block(struct str raw)
{
	struct str rest = raw, line;

	while (str_next_line(&rest, &line))
		if (line.n == 0)
			break;
	return str_head(raw, raw.n - rest.n);
}

static bool
has_bare_cr(struct str block)
{
	if (block.n == 0)
		return false;
	for (const char *p = block.p, *end = block.p + block.n; p < end && (p = memchr(p, '\r', (size_t)(end - p)));
	     p++)
		if (p + 1 == end || p[1] != '\n')
			return true;
	return false;
}

static bool
check_header(struct str block, const struct limits *limits, struct arena *a, struct reading *out)
{
	struct str rest = block, name, value;
	unsigned from = 0;

	if (block.n > limits->header_bytes)
		return refuse(out, a, "header-too-big", STR_NONE);
	if (str_find_char(block, '\0') >= 0)
		return refuse(out, a, "nul", STR_NONE);
	if (has_bare_cr(block))
		return refuse(out, a, "bare-cr", STR_NONE);
	while (header_next(&rest, &name, &value)) {
		if (value.n > limits->field_bytes)
			return refuse(out, a, "field-too-big", name);
		if (str_equal_nocase(name, STR("From")) && ++from > 1)
			return refuse(out, a, "two-from", value);
		if (!check_depth(name, value, a, out))
			return false;
	}
	return true;
}

/* What encloses the line that is being looked at: a multipart with its boundary, or a message (no boundary). */
struct level {
	struct str boundary;
	bool digest;
};

struct scan {
	const struct limits *limits;
	struct arena *a;
	struct reading *out;
	struct level *levels;
	size_t n_levels, n_parts, n_fields, header_bytes;
};

static bool
scan_push(struct scan *s, struct str boundary, bool digest)
{
	if (s->n_levels > s->limits->depth)
		return refuse(s->out, s->a, "too-deep", STR_NONE);
	s->levels[s->n_levels++] = (struct level){ boundary, digest };
	return true;
}

/* One part's header at the start of *rest: pushes what it opens. *again: another header follows at once (a message). */
static bool
scan_header(struct scan *s, struct str *rest, bool *again)
{
	struct str name, value, next = *rest;
	bool typed = false, digest = s->n_levels && s->levels[s->n_levels - 1].digest;

	*again = false;
	for (;;) {
		struct str type;

		/* a delimiter in the header ends it: the next round sees it */
		if (str_starts(next, STR("--")))
			break;
		if (!header_next(&next, &name, &value))
			break;
		s->header_bytes += rest->n - next.n;
		*rest = next;
		if (++s->n_fields > FIELDS_MOST || s->header_bytes > HEADERS_FACTOR * s->limits->header_bytes)
			return refuse(s->out, s->a, "header-too-big", STR("of the parts"));
		if (!check_depth(name, value, s->a, s->out))
			return false;
		if (!str_starts_nocase(name, STR("Content-")))
			continue;
		if (value.n > s->limits->field_bytes)
			return refuse(s->out, s->a, "field-too-big", name);
		if (!str_equal_nocase(name, STR("Content-Type")))
			continue;
		type = header_main_value(value, s->a);
		typed = true;
		if (str_starts(type, STR("message/")))
			*again = !str_equal(type, STR("message/delivery-status"));
		type = header_parameter(value, "boundary", s->a);
		if (type.n && !scan_push(s, type, str_find_nocase(str_head(value, 40), STR("digest")) >= 0))
			return false;
	}
	*rest = next;
	*again |= digest && !typed;
	return !*again || scan_push(s, STR_NONE, false);
}

/* Whether line is a delimiter of an enclosing multipart: leaves that one, and says whether a part begins. */
static bool
scan_delimiter(struct scan *s, struct str line, bool *begins)
{
	struct str l = str_trim_right(str_skip(line, 2));

	for (size_t i = s->n_levels; i-- > 0;) {
		struct str b = str_trim_right(s->levels[i].boundary);

		if (b.n == 0 || !str_starts(l, b))
			continue;
		*begins = l.n == b.n;
		if (!*begins && !str_equal(str_skip(l, b.n), STR("--")))
			continue;
		s->n_levels = *begins ? i + 1 : i;
		return true;
	}
	return false;
}

/* Follows the parts: how many, how deep. */
static bool
check_parts(struct str raw, const struct limits *limits, struct arena *a, struct reading *out)
{
	struct scan s = { .limits = limits, .a = a, .out = out };
	struct str rest = raw, line;
	bool header = true;

	s.levels = arena_array(a, (size_t)limits->depth + 2, sizeof(*s.levels));
	while (header || rest.n) {
		bool begins = false;

		if (header) {
			if (!scan_header(&s, &rest, &header))
				return false;
			continue;
		}
		str_next_line(&rest, &line);
		if (!str_starts(line, STR("--")) || !scan_delimiter(&s, line, &begins))
			continue;
		header = begins;
		if (begins && ++s.n_parts > PARTS_FACTOR * (size_t)limits->parts)
			return refuse(out, a, "too-many-parts", STR_NONE);
	}
	return true;
}

bool
guard_check(struct str raw, const struct limits *limits, struct arena *a, struct reading *out)
{
	struct str message = header_skip_envelope(raw);

	if (raw.n > limits->message_bytes)
		return refuse(out, a, "too-big", STR_NONE);
	return check_header(header_block(message), limits, a, out) && check_parts(message, limits, a, out);
}

void
guard_hops(const struct limits *limits, struct reading *out)
{
	if (limits->received > 0 && out->received > (unsigned)limits->received)
		out->malformed = STR("too-many-hops");
}
