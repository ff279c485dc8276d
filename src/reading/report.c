/* SPDX-License-Identifier: ISC
 * report.c: reports by their structure: delivery status (RFC 3464), complaints (RFC 5965), disposition notifications
 * (RFC 8098), in a multipart/report (RFC 6522) or in what broken systems send instead of one; and the original that
 * a report is about.
 *
 * A part of such a type that a person attached or forwarded is no report: outside a multipart/report it counts only
 * in mail from a mail system.
 */
#include "config.h"

#include "reading/header.h"
#include "reading/machine_module.h"

/* --- the original ----------------------------------------------------- */

static struct str
id_in(struct str value)
{
	ptrdiff_t begin = str_find_char(value, '<'), end;

	if (begin >= 0)
		value = str_skip(value, (size_t)begin + 1);
	value = str_trim(value);
	end = str_find_char(value, '>');
	return end >= 0 ? str_trim(str_head(value, (size_t)end)) : value;
}

/* The Message-ID in the header that bytes begins with. */
static struct str
id_in_header(struct str bytes)
{
	struct str rest = header_skip_envelope(str_head(bytes, MACHINE_TEXT_BYTES)), name, value;

	while (header_next(&rest, &name, &value))
		if (str_equal_nocase(name, STR("Message-ID")))
			return id_in(str_trim(value));
	return STR_NONE;
}

/* The field of that name in the lines of text, each of which may stand behind quote marks or blanks. */
static struct str
find_line(struct str text, struct str name)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		while (line.n && (line.p[0] == ' ' || line.p[0] == '\t' || line.p[0] == '>' || line.p[0] == '|'))
			line = str_skip(line, 1);
		if (!str_starts_nocase(line, name) || line.n == name.n || line.p[name.n] != ':')
			continue;
		line = str_trim(str_skip(line, name.n + 1));
		/* folded */
		if (line.n == 0 && !str_next_line(&text, &line))
			break;
		return id_in(str_trim(line));
	}
	return STR_NONE;
}

static bool
is_headers(struct str type)
{
	return str_equal(type, STR("text/rfc822-headers")) || str_equal(type, STR("message/rfc822-headers")) ||
	       str_equal(type, STR("message/global-headers"));
}

/* The envelope sender of the original, by the report (RFC 5965 3.2) or by the Return-Path of what is attached. */
static void
find_original_path(struct machine *w)
{
	struct str path = STR_NONE;

	for (size_t i = 0; i < w->m->n_parts && path.n == 0; i++) {
		const struct mime_part *p = &w->m->parts[i];
		const struct mime_field *f = w->embedded[i] ? mime_part_field(p, "Return-Path") : NULL;

		if (f)
			path = id_in(str_trim(f->value));
		else if (str_equal(p->type, STR("message/feedback-report")))
			path = find_line(
			    p->text.n ? p->text : str_head(p->content, MACHINE_TEXT_BYTES), STR("Original-Mail-From"));
	}
	if (path.n <= 254)
		w->out->original_path = arena_copy(w->a, path);
}

void
report_find_original(struct machine *w)
{
	const struct mime_message *m = w->m;
	struct str id = STR_NONE;

	find_original_path(w);

	for (size_t i = 0; i < m->n_parts && id.n == 0; i++) {
		const struct mime_part *p = &m->parts[i];
		const struct mime_field *f = w->embedded[i] ? mime_part_field(p, "Message-ID") : NULL;

		if (f)
			id = id_in(str_trim(f->value));
		else if (is_headers(p->type) || str_equal(p->type, STR("message/rfc822")))
			id = id_in_header(p->content);
		else if (str_equal(p->type, STR("message/disposition-notification")))
			id = find_line(p->text, STR("Original-Message-ID"));
	}
	if (id.n == 0)
		id = find_line(machine_text(w), STR("Message-ID"));
	if (id.n == 0)
		id = id_in(machine_value(w, "In-Reply-To"));
	if (id.n <= 998)
		w->out->original_id = arena_copy(w->a, id);
}

/* --- the report ------------------------------------------------------- */

/* What a multipart/report or one of its parts says the report is; KIND_PERSON: nothing. */
static enum reading_kind
kind_of_part(struct str type, struct str report_type)
{
	if (report_is_status(type) || str_equal_nocase(report_type, STR("delivery-status")))
		return KIND_BOUNCE;
	if (str_equal(type, STR("message/feedback-report")) || str_equal_nocase(report_type, STR("feedback-report")))
		return KIND_COMPLAINT;
	if (str_equal(type, STR("message/disposition-notification")) ||
	    str_equal(type, STR("message/global-disposition-notification")) ||
	    str_equal_nocase(report_type, STR("disposition-notification")))
		return KIND_REPORT;
	return report_type.n ? KIND_REPORT : KIND_PERSON;
}

/* Which report it is, or KIND_PERSON; *what: the type that told. */
static enum reading_kind
find_kind(const struct machine *w, struct str *what)
{
	enum reading_kind kind = KIND_PERSON;
	bool trusted = bounce_sender(w) != SENDER_OTHER || machine_is_null_path(w);

	for (size_t i = 0; i < w->m->n_parts; i++) {
		const struct mime_part *p = &w->m->parts[i];
		enum reading_kind k;

		if (w->embedded[i])
			continue;
		trusted |= str_equal(p->type, STR("multipart/report"));
		/* the message itself may be such a part */
		k = trusted || i == 0 ? kind_of_part(p->type, p->report_type) : KIND_PERSON;
		/* the parts know better than the report's label */
		if (k != KIND_PERSON && (kind == KIND_PERSON || p->report_type.n == 0)) {
			kind = k;
			*what = p->report_type.n ? p->report_type : p->type;
		}
	}
	return kind;
}

/* A system that wants the sender to prove that he is a person refuses for now, in its own name. */
static bool
is_challenge(const struct machine *w)
{
	return w->out->n_failed == 1 && str_equal(w->out->failed[0].status, STR("4.7.0")) && w->path.n &&
	       w->out->n_from && bounce_sender(w) == SENDER_OTHER && str_equal_nocase(w->path, w->out->from[0].address);
}

/* Hotmail's complaints (JMRP) are the mail itself, attached, under this subject. */
static bool
is_plain_complaint(struct machine *w)
{
	if (!str_starts(w->subject, STR("complaint about message from ")) || w->m->n_parts < 2)
		return false;
	for (size_t i = 1; i < w->m->n_parts; i++)
		if (!w->embedded[i] && !str_equal(w->m->parts[i].type, STR("message/rfc822")))
			return false;
	report_find_original(w);
	return machine_set(w, KIND_COMPLAINT, "Subject", w->subject);
}

bool
report_read(struct machine *w)
{
	struct str what = STR_NONE;
	enum reading_kind kind = find_kind(w, &what);

	if (kind == KIND_PERSON)
		return is_plain_complaint(w);
	if (kind == KIND_BOUNCE) {
		kind = report_read_status(w);
		if (is_challenge(w)) {
			w->out->n_failed = 0;
			return machine_set(w, KIND_AUTO_REPLY, "Status", STR("4.7.0"));
		}
		if (w->out->n_failed == 0 && kind != KIND_REPORT)
			bounce_find_recipients(w);
		report_set_permanent(w);
	}
	report_find_original(w);
	return machine_set(w, kind, "Content-Type", what);
}
