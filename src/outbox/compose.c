/* SPDX-License-Identifier: ISC
 * compose.c: a letter as bytes, with GMime for the MIME parts. The only file of the way out that knows it.
 *
 * Every header value is checked before it is written, and all bytes are checked again afterwards, so that no
 * value can end a header and no line can break SMTP. Thread references come from strangers' mail: those that are not
 * well-formed are left out, as a notice must not fail for them.
 */
#include "config.h"

#include "outbox/compose.h"

#include <string.h>

#include <gmime/gmime.h>

#include "outbox/header.h"

#define REFERENCES_LAST 10
#define ID_MOST 250

static bool
has_line_end(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
			return true;
	return false;
}

/* atext and dots on the left, a host name on the right (RFC 5322 3.2.3; no quoted strings, no literals). */
static bool
address_is_plain(struct str a)
{
	ptrdiff_t at = str_find_char(a, '@');

	if (at <= 0 || (size_t)at + 1 >= a.n || a.n > 254)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		char c = a.p[i];

		if (i == (size_t)at || char_is_alpha(c) || char_is_digit(c) || c == '-' || c == '.')
			continue;
		if (i > (size_t)at || c == '\0' || strchr("!#$%&'*+/=?^_`{|}~", c) == NULL)
			return false;
	}
	return true;
}

/* A Message-ID's inside: printable ASCII without blanks and brackets, with an '@'. */
static bool
id_is_plain(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~' || strchr("<>()[]\\\",;:", id.p[i]) != NULL)
			return false;
	return id.n <= ID_MOST && str_find_char(id, '@') > 0;
}

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* Labels of letters, digits and hyphens (RFC 2919 3 allows more, and nobody uses it); or empty. */
static bool
list_id_is_plain(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!char_is_alpha(id.p[i]) && !char_is_digit(id.p[i]) && id.p[i] != '-' && id.p[i] != '.')
			return false;
	return id.n <= ID_MOST;
}

static int
letter_check(const struct letter *l, struct err *e)
{
	const struct {
		const char *what;
		struct str value;
		bool is_address, is_optional;
	} values[] = {
		{ "From", l->from, true, false },
		{ "To", l->to, true, false },
		{ "Reply-To", l->reply_to, true, true },
		{ "name in From", l->from_name, false, true },
		{ "name in To", l->to_name, false, true },
		{ "Subject", l->subject, false, true },
		{ "Message-ID", l->message_id, false, false },
		{ "In-Reply-To", l->in_reply_to, false, true },
		{ "References", l->references, false, true },
		{ "name in List-Id", l->list_name, false, true },
		{ "List-Id", l->list_id, false, true },
		{ "X-Loop", l->instance, false, true },
		{ "X-Loop", l->loop_mark, false, true },
	};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		if (has_line_end(values[i].value))
			return err_set(e, ERR_REJECT, "%s holds CR, LF or NUL", values[i].what);
		if (values[i].is_optional && values[i].value.n == 0)
			continue;
		if (values[i].is_address && !address_is_plain(values[i].value))
			return err_set(e, ERR_REJECT, "%s is no plain address: \"%.*s\"", values[i].what,
			    STR_ARGS(str_head(values[i].value, 256)));
	}
	if (!id_is_plain(l->message_id))
		return err_set(e, ERR_REJECT, "Message-ID is not of the form local@domain");
	if (!list_id_is_plain(l->list_id))
		return err_set(e, ERR_REJECT, "List-Id is not of the form label.domain");
	if (!is_printable(l->instance) || !is_printable(l->loop_mark) || l->instance.n + l->loop_mark.n > 500)
		return err_set(e, ERR_REJECT, "X-Loop is not printable ASCII");
	for (size_t i = 0; i < l->n_files; i++)
		if (has_line_end(l->files[i].name))
			return err_set(e, ERR_REJECT, "the name of an attachment holds CR, LF or NUL");
	if (memchr(l->text.p ? l->text.p : "", '\0', l->text.n) || memchr(l->html.p ? l->html.p : "", '\0', l->html.n))
		return err_set(e, ERR_REJECT, "the text holds NUL");
	return 0;
}

/* NUL-terminated UTF-8 on GLib's heap, without other controls. */
static char *
z_of(struct str s)
{
	char *z = g_utf8_make_valid(s.n ? s.p : "", (gssize)s.n);

	for (char *p = z; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return z;
}

static void
mailbox_put(struct buf *out, const char *field, struct str name, struct str address)
{
	char *valid = z_of(name);
	struct buf b;

	buf_init(&b, 16384);
	header_mailbox(&b, str_of(valid), address);
	header_put(out, field, buf_str(&b));
	buf_free(&b);
	g_free(valid);
}

static void
id_add(struct buf *out, struct str id)
{
	buf_add_format(out, "%s<%.*s>", out->n ? " " : "", STR_ARGS(id));
}

/* The first and the last ten of those that are well-formed (RFC 5322 3.6.4), the mail that is answered last. */
static void
references_make(const struct letter *l, struct buf *out)
{
	struct str last[REFERENCES_LAST], rest = l->references, id;
	size_t n = 0; /* behind the first */
	bool answers = id_is_plain(l->in_reply_to), first = true;

	while (str_next_field(&rest, ' ', &id)) {
		id = str_trim(id);
		if (id.n < 3 || id.p[0] != '<' || id.p[id.n - 1] != '>')
			continue;
		id = (struct str){ id.p + 1, id.n - 2 };
		if (!id_is_plain(id) || (answers && str_equal(id, l->in_reply_to)))
			continue;
		if (first)
			id_add(out, id);
		else
			last[n++ % REFERENCES_LAST] = id;
		first = false;
	}
	if (answers && first)
		id_add(out, l->in_reply_to);
	else if (answers)
		last[n++ % REFERENCES_LAST] = l->in_reply_to;
	for (size_t i = n > REFERENCES_LAST ? n - REFERENCES_LAST : 0; i < n; i++)
		id_add(out, last[i % REFERENCES_LAST]);
}

static void
thread_put(struct buf *out, const struct letter *l)
{
	struct buf b;

	buf_init(&b, 8192);
	references_make(l, &b);
	if (b.n > 0)
		header_put(out, "References", buf_str(&b));
	buf_clear(&b);
	if (id_is_plain(l->in_reply_to)) {
		id_add(&b, l->in_reply_to);
		header_put(out, "In-Reply-To", buf_str(&b));
	}
	buf_free(&b);
}

static void
subject_put(struct buf *out, struct str subject)
{
	char *valid = z_of(subject);
	struct buf b;

	buf_init(&b, 65536);
	header_text(&b, str_of(valid));
	header_put(out, "Subject", buf_str(&b));
	buf_free(&b);
	g_free(valid);
}

/* The identifier stands in angle brackets also where it has no name (RFC 2919 3). */
static void
list_id_put(struct buf *out, const struct letter *l)
{
	if (l->list_name.n > 0)
		mailbox_put(out, "List-Id", l->list_name, l->list_id);
	else
		buf_add_format(out, "List-Id: <%.*s>\r\n", STR_ARGS(l->list_id));
}

static void
headers_put(struct buf *out, const struct letter *l)
{
	GDateTime *date = g_date_time_new_from_unix_utc(l->date / 1000);

	if (date != NULL) {
		char *z = g_mime_utils_header_format_date(date);

		header_put(out, "Date", str_of(z));
		g_free(z);
		g_date_time_unref(date);
	}
	mailbox_put(out, "From", l->from_name, l->from);
	mailbox_put(out, "To", l->to_name, l->to);
	if (l->reply_to.n > 0)
		mailbox_put(out, "Reply-To", l->from_name, l->reply_to);
	subject_put(out, l->subject);
	buf_add_format(out, "Message-ID: <%.*s>\r\n", STR_ARGS(l->message_id));
	thread_put(out, l);
	header_put(out, "Auto-Submitted", l->is_answer ? STR("auto-replied") : STR("auto-generated"));
	header_put(out, "X-Auto-Response-Suppress", STR("All"));
	if (l->list_id.n > 0)
		list_id_put(out, l);
	if (l->instance.n > 0)
		buf_add_format(out, "X-Loop: %.*s;%.*s\r\n", STR_ARGS(l->instance), STR_ARGS(l->loop_mark));
	header_put(out, "MIME-Version", STR("1.0"));
}

/* CR LF line ends, one at the end: the canonical form of text (RFC 2045 6.7, 2049 4). */
static void
text_canonical(struct str text, struct buf *out)
{
	struct str line;

	buf_init(out, 2 * text.n + 2);
	while (str_next_line(&text, &line)) {
		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] != '\r')
				buf_add_char(out, line.p[i]);
		buf_add_z(out, "\r\n");
	}
}

static GMimePart *
part_new(const char *type, const char *subtype, struct str content, GMimeContentEncoding encoding)
{
	GMimePart *part = g_mime_part_new_with_type(type, subtype);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(content.n ? content.p : "", content.n);
	GMimeDataWrapper *wrapper = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_part_set_content(part, wrapper);
	g_mime_part_set_content_encoding(part, encoding);
	g_object_unref(wrapper);
	g_object_unref(stream);
	return part;
}

/* 7bit where it is; base64 where quoted-printable would be longer. */
static GMimeContentEncoding
encoding_for(struct str text)
{
	size_t high = 0, line = 0, longest = 0;

	for (size_t i = 0; i < text.n; i++) {
		high += (unsigned char)text.p[i] >= 0x7f ||
			((unsigned char)text.p[i] < ' ' && !strchr("\t\r\n", text.p[i]));
		line = text.p[i] == '\n' ? 0 : line + 1;
		longest = line > longest ? line : longest;
	}
	if (high == 0 && longest <= 900)
		return GMIME_CONTENT_ENCODING_7BIT;
	return high > text.n / 6 ? GMIME_CONTENT_ENCODING_BASE64 : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

static GMimeObject *
text_part(const char *subtype, struct str text)
{
	struct buf b;
	GMimePart *part;

	text_canonical(text, &b);
	part = part_new("text", subtype, buf_str(&b), encoding_for(buf_str(&b)));
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	buf_free(&b);
	return GMIME_OBJECT(part);
}

static bool
token_is_wellformed(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && !char_is_digit(s.p[i]) && (s.p[i] == 0 || !strchr("!#$&-^_.+", s.p[i])))
			return false;
	return s.n > 0 && s.n <= 64;
}

/* Always base64, so that the bytes arrive as they are; what a mail program would take apart is plain bytes. */
static GMimeObject *
file_part(const struct letter_file *f)
{
	ptrdiff_t slash = str_find_char(f->type, '/');
	struct str type = str_head(f->type, slash < 0 ? 0 : (size_t)slash),
		   sub = str_skip(f->type, (size_t)(slash + 1));
	bool known = token_is_wellformed(type) && token_is_wellformed(sub) &&
		     !str_equal_nocase(type, STR("multipart")) && !str_equal_nocase(type, STR("message"));
	char *t = z_of(type), *u = z_of(sub), *name = z_of(str_head(f->name, 255));
	GMimePart *part =
	    part_new(known ? t : "application", known ? u : "octet-stream", f->content, GMIME_CONTENT_ENCODING_BASE64);

	for (char *p = name; *p; p++)
		if (*p == '/' || *p == '\\')
			*p = '_';
	g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
	g_mime_part_set_filename(part, name);
	g_free(t);
	g_free(u);
	g_free(name);
	return GMIME_OBJECT(part);
}

static void
part_move(GMimeMultipart *into, GMimeObject *part)
{
	g_mime_multipart_add(into, part);
	g_object_unref(part);
}

static GMimeObject *
body_make(const struct letter *l)
{
	GMimeObject *body = text_part("plain", l->text);

	if (l->html.n > 0) {
		GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");

		part_move(both, body);
		part_move(both, text_part("html", l->html));
		body = GMIME_OBJECT(both);
	}
	if (l->n_files > 0) {
		GMimeMultipart *all = g_mime_multipart_new_with_subtype("mixed");

		part_move(all, body);
		for (size_t i = 0; i < l->n_files; i++)
			part_move(all, file_part(&l->files[i]));
		body = GMIME_OBJECT(all);
	}
	return body;
}

/* What must hold for SMTP whatever GMime made of it. */
static int
bytes_check(struct str mail, struct err *e)
{
	size_t line = 0;

	for (size_t i = 0; i < mail.n; i++) {
		unsigned char c = (unsigned char)mail.p[i];
		bool ends = c == '\r' && i + 1 < mail.n && mail.p[i + 1] == '\n';

		line = ends ? 0 : line + 1;
		i += ends;
		if (!ends && (c == '\r' || c == '\n' || c == 0 || c >= 0x80 || line > 998))
			return err_set(e, ERR_REJECT, "the composed mail has a byte or line unfit for SMTP");
	}
	return line == 0 ? 0 : err_set(e, ERR_REJECT, "the composed mail does not end in a line end");
}

static int
body_write(GMimeObject *body, struct buf *out, struct err *e)
{
	GMimeFormatOptions *options = g_mime_format_options_clone(NULL);
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;
	struct str made;

	g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
	g_mime_format_options_set_param_encoding_method(options, GMIME_PARAM_ENCODING_METHOD_RFC2231);
	g_mime_object_write_to_stream(body, options, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	made = (struct str){ (const char *)bytes->data, bytes->len };
	buf_add(out, made);
	if (made.n < 2 || !str_ends(made, STR("\r\n")))
		buf_add_z(out, "\r\n");
	g_object_unref(stream);
	g_mime_format_options_free(options);
	if (out->overflow)
		return err_set(e, ERR_REJECT, "the mail is too large: more than %zu bytes", out->max);
	return bytes_check(buf_str(out), e);
}

int
compose_letter(const struct letter *l, struct buf *out, struct err *e)
{
	static bool ready;
	GMimeObject *body;
	int result;

	if (letter_check(l, e) != 0)
		return -1;
	if (!ready)
		g_mime_init();
	ready = true;
	headers_put(out, l);
	body = body_make(l);
	result = body_write(body, out, e);
	g_object_unref(body);
	return result;
}
