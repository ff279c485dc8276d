/* SPDX-License-Identifier: ISC
 * mime.c: walks what gmime parsed and copies it out as flat parts.
 *
 * gmime finds the parts and their borders; types, parameters, encodings and charsets are read by our own lenient
 * readers. Leaves borrow from raw where no encoding is to be undone. No recursion; gmime's own is bounded by the guard.
 */
#include "config.h"

#include "reading/mime.h"

#include <string.h>

#include <gmime/gmime.h>

#include "reading/charset.h"
#include "reading/field.h"
#include "reading/header.h"
#include "reading/part.h"
#include "reading/tnef.h"
#include "reading/transfer.h"

struct node {
	GMimeObject *object;
	GMimeMessage *embedded; /* the message this object is the top part of; NULL else */
	int parent;
	unsigned depth;
};

/* All text of a message as a multiple of the limit for one part: plain text beside HTML, and a little more. */
#define TEXTS_FACTOR 2

struct walk {
	const struct limits *limits;
	struct arena *a;
	struct mime_message *out;
	struct str base; /* the message; gmime has a copy of the same length */
	size_t start;    /* what gmime reads of it begins here, see field_mask */
	struct str hint; /* charset for text that declares none */
	struct node *stack;
	size_t n_stack;
	size_t room;         /* of out->parts */
	size_t text_left[2]; /* bytes that may still be made into text: of parts shown, of attachments */
};

static struct str
without_line_end(struct str s)
{
	if (str_ends(s, STR("\n")))
		s.n--;
	if (str_ends(s, STR("\r")))
		s.n--;
	return s;
}

/* gmime tells where a field is; its name and value are taken from the message itself. */
static void
fields_append(const struct walk *w, GMimeObject *object, struct mime_part *p)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int n = g_mime_header_list_get_count(list);

	for (int i = 0; i < n; i++) {
		gint64 offset = g_mime_header_get_offset(g_mime_header_list_get_header_at(list, i));
		struct mime_field *f = &p->fields[p->n_fields];
		struct str rest;

		if (offset < 0 || (size_t)offset >= w->base.n)
			continue;
		rest = str_skip(w->base, (size_t)offset);
		if (header_next(&rest, &f->name, &f->raw) && f->name.n)
			p->n_fields++;
	}
}

static void
part_fields(const struct walk *w, const struct node *node, struct mime_part *p)
{
	size_t n;

	if (node->parent < 0 && w->start > 0) { /* gmime has only some of them, at other places */
		p->fields = w->out->fields;
		p->n_fields = w->out->n_fields;
		return;
	}
	n = (size_t)g_mime_header_list_get_count(g_mime_object_get_header_list(node->object));
	if (node->embedded)
		n += (size_t)g_mime_header_list_get_count(g_mime_object_get_header_list((GMimeObject *)node->embedded));
	p->fields = arena_array(w->a, n + 1, sizeof(*p->fields));
	if (node->embedded)
		fields_append(w, (GMimeObject *)node->embedded, p);
	fields_append(w, node->object, p);
	field_decode_all(p->fields, p->n_fields, STR_NONE, w->a);
}

/* The bytes of a leaf as they stand in the message. */
static struct str
leaf_bytes(const struct walk *w, GMimeObject *object)
{
	GMimeDataWrapper *content = GMIME_IS_PART(object) ? g_mime_part_get_content((GMimePart *)object) : NULL;
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	size_t start, end;

	if (stream == NULL || !GMIME_IS_STREAM_MEM(stream))
		return STR_NONE;
	start = stream->bound_start < 0 ? 0 : (size_t)stream->bound_start;
	end = stream->bound_end < 0 ? w->base.n : (size_t)stream->bound_end;
	if (end > w->base.n)
		end = w->base.n;
	/* gmime takes two bytes for the line end before a delimiter wherever the message has CR LF elsewhere */
	if (end + 1 < w->base.n && w->base.p[end] != '\r' && w->base.p[end] != '\n' && w->base.p[end + 1] == '\n')
		end++;
	return start < end ? str_head(str_skip(w->base, start), end - start) : STR_NONE;
}

static bool
is_text(struct str type)
{
	return str_starts(type, STR("text/")) || str_equal(type, STR("message/delivery-status")) ||
	       str_equal(type, STR("message/disposition-notification")) ||
	       str_equal(type, STR("message/feedback-report")) ||
	       str_equal(type, STR("message/global-delivery-status"));
}

static void
part_text(struct walk *w, struct mime_part *p)
{
	struct str type = part_raw(p, "Content-Type"), bytes = p->content, used = STR_NONE;
	size_t *left = &w->text_left[str_equal(p->disposition, STR("attachment"))], room = *left;
	bool plain = str_equal(p->type, STR("text/plain"));

	if (room > w->limits->text_bytes)
		room = w->limits->text_bytes;
	p->cut = bytes.n > room;
	bytes = str_head(bytes, room);
	*left -= bytes.n;
	p->text = charset_to_utf8(bytes, p->charset, w->hint, w->a, &p->damaged, &used);
	p->charset = used;
	p->text = transfer_lines(p->text, w->a);
	if (plain && str_equal_nocase(header_parameter(type, "format", w->a), STR("flowed")))
		p->text =
		    transfer_unflow(p->text, str_equal_nocase(header_parameter(type, "delsp", w->a), STR("yes")), w->a);
}

/* Where the last leaf in object ends, or -1. */
static gint64
last_leaf_end(GMimeObject *object)
{
	for (;;) {
		GMimeStream *stream;

		if (object && GMIME_IS_MULTIPART(object)) {
			int n = g_mime_multipart_get_count((GMimeMultipart *)object);

			object = n ? g_mime_multipart_get_part((GMimeMultipart *)object, n - 1) : NULL;
		} else if (object && GMIME_IS_MESSAGE_PART(object)) {
			GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)object);

			object = inner ? g_mime_message_get_mime_part(inner) : NULL;
		} else if (object && GMIME_IS_PART(object) && g_mime_part_get_content((GMimePart *)object)) {
			stream = g_mime_data_wrapper_get_stream(g_mime_part_get_content((GMimePart *)object));
			return stream ? stream->bound_end : -1;
		} else {
			return -1;
		}
	}
}

/* Whether line is a delimiter of a multipart around the part index. */
static bool
is_delimiter_around(const struct walk *w, int index, struct str line)
{
	if (!str_starts(line, STR("--")))
		return false;
	for (int i = w->out->parts[index].parent; i >= 0; i = w->out->parts[i].parent) {
		struct str b = w->out->parts[i].boundary;

		if (b.n && str_starts(str_skip(line, 2), b))
			return true;
	}
	return false;
}

/* The line of s in front of which an enclosing multipart has its next delimiter; the end of s where it has none. */
static const char *
find_delimiter_around(const struct walk *w, int index, struct str s)
{
	struct str line;

	for (struct str at = s; str_next_line(&s, &line); at = s)
		if (is_delimiter_around(w, index, line))
			return at.p;
	return s.p;
}

/* Where the header of object begins, or -1. */
static gint64
header_offset(GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);

	return g_mime_header_list_get_count(list) ? g_mime_header_get_offset(g_mime_header_list_get_header_at(list, 0))
						  : -1;
}

/* The bytes of an embedded message: from its first field to the delimiter behind its last leaf. */
static struct str
embedded_bytes(const struct walk *w, int index, GMimeMessage *message)
{
	gint64 start = header_offset((GMimeObject *)message);
	gint64 end = last_leaf_end(g_mime_message_get_mime_part(message));
	struct str bytes;
	const char *stop;

	if (start < 0 || (size_t)start > w->base.n)
		return STR_NONE;
	bytes = str_skip(w->base, (size_t)start);
	stop = find_delimiter_around(w, index, str_skip(w->base, end > start ? (size_t)end : (size_t)start));
	if (stop == w->base.p + w->base.n)
		return bytes;
	return without_line_end((struct str){ bytes.p, (size_t)(stop - bytes.p) });
}

/* A new part; parts that were handed out before may have moved. */
static struct mime_part *
part_append(struct walk *w)
{
	struct mime_message *m = w->out;

	if (m->n_parts == w->room) {
		struct mime_part *grown = arena_array(w->a, 2 * w->room + 8, sizeof(*grown));

		if (m->n_parts)
			memcpy(grown, m->parts, m->n_parts * sizeof(*grown));
		m->parts = grown;
		w->room = 2 * w->room + 8;
	}
	return &m->parts[m->n_parts++];
}

static void
walk_push(struct walk *w, GMimeObject *object, GMimeMessage *embedded, int parent, unsigned depth)
{
	if (object == NULL)
		return;
	if (depth > w->limits->depth || w->out->n_parts + w->n_stack >= w->limits->parts) {
		w->out->truncated = true;
		return;
	}
	w->stack[w->n_stack++] = (struct node){ object, embedded, parent, depth };
}

static bool
within_message(const struct walk *w, int parent)
{
	for (; parent >= 0; parent = w->out->parts[parent].parent)
		if (str_starts(w->out->parts[parent].type, STR("message/")))
			return true;
	return false;
}

static void
walk_multipart(struct walk *w, GMimeMultipart *m, int index, unsigned depth)
{
	int n = g_mime_multipart_get_count(m);
	size_t room = w->limits->parts - w->out->n_parts - w->n_stack;

	if ((size_t)n > room) {
		w->out->truncated = true;
		n = (int)room;
	}
	for (int i = n - 1; i >= 0; i--)
		walk_push(w, g_mime_multipart_get_part(m, i), NULL, index, depth + 1);
}

/* A multipart whose delimiter stands nowhere: what it holds is text, as a mail program shows it. */
static void
walk_undelimited(struct walk *w, GMimeObject *object, int index)
{
	struct str boundary = w->out->parts[index].boundary, rest, line, body, name, value;
	gint64 start = index == 0 ? 0 : header_offset(object);
	unsigned depth = w->out->parts[index].depth + 1;
	struct mime_part *p;

	if (start < 0 || (size_t)start > w->base.n || w->out->n_parts + w->n_stack >= w->limits->parts)
		return;
	rest = str_skip(w->base, (size_t)start);
	while (header_next(&rest, &name, &value))
		;
	body = (struct str){ rest.p, (size_t)(find_delimiter_around(w, index, rest) - rest.p) };
	for (rest = body; boundary.n && str_next_line(&rest, &line);)
		if (str_starts(line, STR("--")) && str_starts(str_skip(line, 2), boundary))
			return;
	if (str_trim(body).n == 0)
		return;
	p = part_append(w);
	*p = (struct mime_part){ .parent = index, .depth = depth, .content = body };
	p->type = str_starts(str_trim(body), STR("<")) ? STR("text/html") : STR("text/plain");
	part_text(w, p);
}

/* The files in a TNEF part (winmail.dat) become parts behind it. */
static void
walk_tnef(struct walk *w, int index)
{
	struct str content = w->out->parts[index].content;
	unsigned depth = w->out->parts[index].depth + 1;
	struct tnef_file files[TNEF_FILES];
	size_t n;

	if (!tnef_is(content))
		return;
	n = tnef_read(content, w->a, files, TNEF_FILES);
	for (size_t i = 0; i < n && w->out->n_parts + w->n_stack < w->limits->parts; i++) {
		struct mime_part *f = part_append(w);

		*f = (struct mime_part){ .parent = index,
			.depth = depth,
			.type = files[i].type,
			.disposition = STR("attachment"),
			.name = files[i].name,
			.content = files[i].content };
	}
}

static void
walk_node(struct walk *w, const struct node *node)
{
	int index = (int)w->out->n_parts;
	struct mime_part *p = part_append(w);
	GMimeMessage *inner = NULL;

	part_fields(w, node, p);
	p->parent = node->parent;
	p->depth = node->depth;
	part_describe(p, GMIME_IS_MULTIPART(node->object), GMIME_IS_MESSAGE_PART(node->object), w->a);
	if (GMIME_IS_MULTIPART(node->object)) {
		if (g_mime_multipart_get_count((GMimeMultipart *)node->object) > 0)
			walk_multipart(w, (GMimeMultipart *)node->object, index, node->depth);
		else
			walk_undelimited(w, node->object, index);
		return;
	}
	if (GMIME_IS_MESSAGE_PART(node->object))
		inner = g_mime_message_part_get_message((GMimeMessagePart *)node->object);
	if (inner) {
		if (!within_message(w, p->parent))
			p->content = embedded_bytes(w, index, inner);
		walk_push(w, g_mime_message_get_mime_part(inner), inner, index, node->depth + 1);
		return;
	}
	p->content = transfer_decode(
	    leaf_bytes(w, node->object), part_raw(p, "Content-Transfer-Encoding"), w->limits->message_bytes, w->a);
	if (is_text(p->type))
		part_text(w, p);
	else
		walk_tnef(w, index);
}

/* Bytes that gmime cannot make a message of: all one text. */
static void
walk_plain(struct walk *w)
{
	struct mime_part *p = part_append(w);
	struct str rest = w->base, name, value;

	while (header_next(&rest, &name, &value))
		;
	*p = (struct mime_part){ .parent = -1, .type = STR("text/plain"), .content = rest };
	part_text(w, p);
}

/* The message that begins at offset start of bytes; what gmime tells of places counts from their first. */
static GMimeMessage *
message_parse(GByteArray *bytes, size_t start)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
	GMimeParser *parser;
	GMimeMessage *message;

	g_mime_stream_mem_set_owner((GMimeStreamMem *)stream, FALSE);
	g_mime_stream_set_bounds(stream, (gint64)start, -1);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

void
mime_read(struct str raw, const struct limits *limits, struct arena *a, struct mime_message *out)
{
	struct walk w = { .limits = limits, .a = a, .out = out };
	GByteArray *bytes;
	GMimeMessage *message;
	struct str masked;

	*out = (struct mime_message){ 0 };
	g_mime_init();
	w.base = header_skip_envelope(raw);
	w.text_left[0] = w.text_left[1] = TEXTS_FACTOR * limits->text_bytes;
	w.stack = arena_array(a, (size_t)limits->parts + 1, sizeof(*w.stack));
	field_read_all(w.base, out, a);
	w.hint = field_word_charset(out);
	/* gmime reads the copy where it stands: the array never owns nor changes it */
	masked = field_mask(w.base, a, &w.start);
	bytes = g_byte_array_new_take((guint8 *)(size_t)masked.p, masked.n);
	message = w.base.n ? message_parse(bytes, w.start) : NULL;
	if (message && g_mime_message_get_mime_part(message)) {
		walk_push(&w, g_mime_message_get_mime_part(message), NULL, -1, 0);
		while (w.n_stack) {
			struct node node = w.stack[--w.n_stack];

			walk_node(&w, &node);
		}
	} else {
		walk_plain(&w);
	}
	if (message)
		g_object_unref(message);
	g_byte_array_free(bytes, FALSE);
	out->charset = field_charset(out);
	field_decode_all(out->fields, out->n_fields, out->charset, a);
	if (out->n_parts) {
		out->parts[0].fields = out->fields;
		out->parts[0].n_fields = out->n_fields;
	}
}
