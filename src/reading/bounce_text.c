/* SPDX-License-Identifier: ISC
 * bounce_text.c: the recipients in a report written in free words.
 *
 * Every system has its own words, but all name a recipient in one of a few ways: status fields in the text, a line
 * that begins with the address, a sentence or reply line that speaks of failure and has the address in it. The surest
 * way that gives anything is taken, and then only it. The sender of the original, to whom the report goes, and the
 * addresses of mail systems are no recipients. Each line is looked at once, but for those behind a recipient, which
 * are its diagnostic; they are bounded.
 */
#include "config.h"

#include <string.h>

#include "reading/machine_module.h"
#include "reading/marks.h"

#define LINE_BYTES 1000
#define DIAGNOSTIC_BYTES 500
#define DIAGNOSTIC_LINES 12

/* --- the scan --------------------------------------------------------- */

struct scan {
	struct machine *w;
	enum bounce_way way; /* of those found so far */
	struct reading_recipient found[MACHINE_RECIPIENTS];
	size_t n;
	bool listing;     /* the line before spoke of failure and ended in a colon */
	bool paragraph;   /* the line before was empty, a rule, or ended in a colon */
	struct str self;  /* whom the report went to, where a line begins with that address: mail to oneself */
	struct str reply; /* the first line with a reply code */
};

static void
scan_add(struct scan *s, enum bounce_way way, struct str address, struct str diagnostic)
{
	if (s->way != WAY_NONE && way > s->way)
		return;
	if (way != s->way)
		s->n = 0;
	s->way = way;
	for (size_t i = 0; i < s->n; i++)
		if (str_equal_nocase(s->found[i].address, address))
			return;
	if (s->n < MACHINE_RECIPIENTS)
		s->found[s->n++] = (struct reading_recipient){ .address = address, .diagnostic = diagnostic };
}

/* A reply code of SMTP at a word: "550 ", "550-5.1.1". */
static bool
has_reply_code(struct str s)
{
	for (size_t i = 0; i + 2 < s.n; i++)
		if ((s.p[i] == '4' || s.p[i] == '5') && s.p[i + 1] >= '0' && s.p[i + 1] <= '7' &&
		    char_is_digit(s.p[i + 2]) &&
		    (i == 0 || (!bounce_is_atom(s.p[i - 1]) && s.p[i - 1] != ':' && s.p[i - 1] != '[')) &&
		    (i + 3 == s.n || s.p[i + 3] == ' ' || s.p[i + 3] == '-'))
			return true;
	return false;
}

static bool
speaks_of_failure(const struct scan *s, struct str line)
{
	if (has_reply_code(line) || report_find_status(line).n)
		return true;
	return machine_phrases_in(marks_fold(line, s->w->a), PHRASE_FAILED | PHRASE_LATE) != 0;
}

/* Lines that name somebody else than the recipient. */
static bool
is_other_line(struct str line)
{
	static const char *const names[] = { "from:", "sender:", "reply-to:", "mail from",
		"subject:", "message-id:", "return-path:", "cc:", "envelope-from", "x-" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_starts_nocase(line, str_of(names[i])))
			return true;
	return false;
}

/* The rest of a recipient's line and the lines behind it, up to an empty one or the next recipient. */
static struct str
diagnostic_of(const struct scan *s, struct str line, struct str rest)
{
	struct str out = str_trim(line);
	size_t begin, at;

	for (size_t i = 0; i < DIAGNOSTIC_LINES && str_next_line(&rest, &line); i++) {
		line = str_head(line, LINE_BYTES);
		at = 0;
		/* "because:" announces it */
		if (str_trim(line).n == 0 && out.n && out.p[out.n - 1] != ':')
			break;
		if (bounce_next_address(bounce_undecorated(line), &at, &begin).n && begin <= 1)
			break;
		out = arena_format(s->w->a, "%.*s %.*s", STR_ARGS(out), STR_ARGS(str_trim(line)));
		if (out.n > DIAGNOSTIC_BYTES)
			break;
	}
	while (out.n && strchr(">:,;. ", out.p[0]) && out.p[0])
		out = str_skip(out, 1);
	return str_trim(str_head(out, DIAGNOSTIC_BYTES));
}

/* Whether what stands before a recipient in its line is nothing, or a mark. */
static bool
is_lead(struct str before)
{
	static const char *const labels[] = { "", "<", "to: <", "to:", "recipient:", "recipient: <",
		"user:", "address:", "<mailto:", "smtp:", "\"", "'", "rfc822;" };

	before = str_trim(before);
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (str_equal_nocase(before, str_of(labels[i])))
			return true;
	return false;
}

/* "could not be delivered to the following recipients:" and below it a name without a domain: one of the system's. */
static void
scan_local(struct scan *s, struct str line)
{
	struct str name = str_trim(line), from = s->w->out->n_from ? s->w->out->from[0].address : STR_NONE;
	struct str domain = str_skip(from, machine_local(from).n);
	ptrdiff_t reason = str_find(name, STR(" (")); /* "jo (user not found)" */

	if (reason > 0)
		name = str_head(name, (size_t)reason);
	if (!s->listing || name.n == 0 || name.n > 64 || domain.n < 2 || name.p == line.p)
		return;
	for (size_t i = 0; i < name.n; i++)
		if (!bounce_is_atom(name.p[i]) || (unsigned char)name.p[i] >= 0x80)
			return;
	scan_add(s, WAY_LOCAL, arena_format(s->w->a, "%.*s%.*s", STR_ARGS(name), STR_ARGS(domain)),
	    reason > 0 ? str_skip(str_trim(line), (size_t)reason + 1) : STR_NONE);
}

static void
scan_line(struct scan *s, struct str line, struct str rest)
{
	struct str body = bounce_undecorated(str_head(line, LINE_BYTES)), address;
	size_t at = 0, begin = 0;
	bool first = true, failure = false, asked = false;

	if (is_other_line(body) || s->n == MACHINE_RECIPIENTS)
		return;
	if (s->reply.n == 0 && has_reply_code(body))
		s->reply = body;
	while ((address = bounce_next_address(body, &at, &begin)).n) {
		bool leads = first && is_lead(str_head(body, begin));

		first = false;
		if (leads && s->self.n == 0 && !bounce_is_service(address))
			s->self = address;
		if (bounce_is_party(s->w, address) || (bounce_is_service(address) && !(leads && s->paragraph)))
			continue;
		if (leads && !str_starts_nocase(body, STR("to:"))) {
			scan_add(s, WAY_LINE, address, diagnostic_of(s, str_skip(body, at), rest));
			return;
		}
		if (!asked)
			failure = speaks_of_failure(s, body);
		asked = true;
		scan_add(s, failure ? WAY_FAILURE : WAY_ONLY, address, failure ? str_trim(body) : STR_NONE);
	}
}

static void
scan_words(struct scan *s, struct str words)
{
	struct str line;

	s->paragraph = true;
	while (str_next_line(&words, &line)) {
		struct str trimmed = str_trim(line);

		scan_local(s, line);
		scan_line(s, line, words);
		if (trimmed.n)
			s->listing =
			    trimmed.p[trimmed.n - 1] == ':' && speaks_of_failure(s, str_head(trimmed, LINE_BYTES));
		s->paragraph = trimmed.n == 0 || trimmed.p[trimmed.n - 1] == ':' || trimmed.p[trimmed.n - 1] == '-';
	}
}

/* --- the original ----------------------------------------------------- */

/* The only address in the original's To. */
static struct str
original_to(struct machine *w)
{
	struct str value = STR_NONE, rest = machine_text(w), line, address;
	size_t at = 0, begin = 0;

	for (size_t i = 0; i < w->m->n_parts && value.n == 0; i++) {
		const struct mime_field *f = w->embedded[i] ? mime_part_field(&w->m->parts[i], "To") : NULL;

		value = f ? f->value : STR_NONE;
	}
	while (value.n == 0 && str_next_line(&rest, &line))
		if (str_starts_nocase(line, STR("To:")))
			value = str_skip(line, 3);
	value = str_head(value, LINE_BYTES);
	address = bounce_next_address(value, &at, &begin);
	return bounce_next_address(value, &at, &begin).n ? STR_NONE : address;
}

/* --- recipients ------------------------------------------------------- */

/* The text from its first status field on, which must stand before the copy of the original. */
static struct str
fields_in(struct machine *w)
{
	struct str rest = machine_text(w), line, from = rest;

	while (str_next_line(&rest, &line)) {
		if (str_starts_nocase(line, STR("Final-Recipient:")) ||
		    str_starts_nocase(line, STR("Original-Recipient:")) ||
		    str_starts_nocase(line, STR("Action: failed")))
			return from;
		if (str_starts_nocase(line, STR("Received:")) || str_starts_nocase(line, STR("Return-Path:")))
			break;
		from = rest;
	}
	return STR_NONE;
}

static void
take_found(struct scan *s, bool known)
{
	for (size_t i = 0; i < s->n; i++) {
		struct reading_recipient *r = &s->found[i];
		bool listed = false;

		for (size_t k = 0; k < s->w->out->n_failed; k++)
			listed |= str_equal_nocase(s->w->out->failed[k].address, r->address);
		if (known && !listed)
			continue;
		if (s->n == 1 && !has_reply_code(r->diagnostic) && report_find_status(r->diagnostic).n == 0 &&
		    s->reply.n)
			r->diagnostic = s->reply;
		r->status = report_find_status(r->diagnostic);
		r->address = arena_copy(s->w->a, r->address);
		r->diagnostic = arena_copy(s->w->a, r->diagnostic);
		report_add_recipient(s->w, r);
	}
}

enum bounce_way
bounce_find_recipients(struct machine *w)
{
	struct scan s = { .w = w };
	struct str rest = machine_value(w, "X-Failed-Recipients"), one, fields = fields_in(w);
	bool known = false;

	while (str_next_field(&rest, ',', &one)) {
		struct reading_recipient r = { .address = report_address(w, one) };

		report_add_recipient(w, &r);
		known = true;
	}
	if (!known && fields.n && report_read_fields(w, fields) && w->out->n_failed)
		return WAY_FIELDS;
	scan_words(&s, bounce_words(w));
	if (!known && (s.way == WAY_NONE || (s.way == WAY_ONLY && s.n > 1))) {
		s.n = 0;
		one = original_to(w);
		if (one.n)
			scan_add(&s, s.way = WAY_ORIGINAL, one, s.reply);
		else if (s.self.n)
			scan_add(&s, s.way = WAY_SELF, s.self, s.reply);
	}
	take_found(&s, known);
	return known ? WAY_FIELDS : s.n ? s.way : WAY_NONE;
}
