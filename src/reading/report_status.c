/* SPDX-License-Identifier: ISC
 * report_status.c: the recipients of a report and what became of them; the fields of a delivery status (RFC 3464).
 *
 * Blocks of fields are read line by line; broken systems put the empty lines anywhere, so a new recipient begins
 * where a recipient field comes again. Addresses are taken as they stand: encoded words are not decoded in them.
 */
#include "config.h"

#include "reading/header.h"
#include "reading/machine_module.h"
#include "reading/marks.h"

#define FIELD_BYTES 2000
#define ADDRESS_BYTES 320

/* --- values ----------------------------------------------------------- */

static bool
is_address_char(char c)
{
	return (unsigned char)c > 0x20 && c != 0x7f && c != '<' && c != '>' && c != '(' && c != ')' && c != ',' &&
	       c != ';' && c != '"' && c != '[' && c != ']';
}

struct str
report_address(struct machine *w, struct str s)
{
	ptrdiff_t cut = str_find_char(s, ';');
	size_t n = 0;

	if (cut >= 0 && str_find_char(str_head(s, (size_t)cut), '@') < 0)
		s = str_skip(s, (size_t)cut + 1);
	s = str_trim(s);
	cut = str_find_char(s, '<');
	if (cut >= 0 && (size_t)cut + 1 < s.n)
		s = str_skip(s, (size_t)cut + 1);
	while (s.n && !is_address_char(s.p[0]))
		s = str_skip(s, 1);
	while (n < s.n && is_address_char(s.p[n]))
		n++;
	s = str_head(s, n);
	if (str_starts_nocase(s, STR("mailto:")) || str_starts_nocase(s, STR("rfc822:")))
		s = str_skip(s, 7);
	while (s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == ':' || s.p[s.n - 1] == '\''))
		s.n--;
	while (s.n && s.p[0] == '\'')
		s = str_skip(s, 1);
	return s.n <= ADDRESS_BYTES ? arena_copy(w->a, s) : STR_NONE;
}

struct str
report_find_status(struct str s)
{
	for (size_t i = 0; i + 4 < s.n; i++) {
		size_t n = i + 2, digits = 0;

		if ((s.p[i] != '2' && s.p[i] != '4' && s.p[i] != '5') || s.p[i + 1] != '.' ||
		    (i && (char_is_digit(s.p[i - 1]) || char_is_alpha(s.p[i - 1]) || s.p[i - 1] == '.')))
			continue;
		while (n < s.n && digits < 3 && char_is_digit(s.p[n]))
			n++, digits++;
		if (digits == 0 || n >= s.n || s.p[n] != '.')
			continue;
		for (n++, digits = 0; n < s.n && digits < 3 && char_is_digit(s.p[n]); n++)
			digits++;
		if (digits && (n >= s.n || (!char_is_digit(s.p[n]) && s.p[n] != '.')))
			return (struct str){ s.p + i, n - i };
	}
	return STR_NONE;
}

/* --- recipients ------------------------------------------------------- */

static void
fill(struct str *to, struct str from)
{
	if (to->n == 0)
		*to = from;
}

void
report_add_recipient(struct machine *w, const struct reading_recipient *r)
{
	struct reading *out = w->out;

	if (r->address.n == 0)
		return;
	for (size_t i = 0; i < out->n_failed; i++) {
		if (!str_equal_nocase(out->failed[i].address, r->address))
			continue;
		fill(&out->failed[i].status, r->status);
		fill(&out->failed[i].action, r->action);
		fill(&out->failed[i].diagnostic, r->diagnostic);
		return;
	}
	if (out->n_failed >= MACHINE_RECIPIENTS)
		return;
	if (out->failed == NULL)
		out->failed = arena_array(w->a, MACHINE_RECIPIENTS, sizeof(*out->failed));
	out->failed[out->n_failed++] = *r;
}

/* '2', '4', '5', or 0: by the status, else by the reply code in the diagnostic. */
static char
class_of(const struct reading_recipient *r)
{
	struct str d = r->diagnostic, found;

	if (r->status.n && (r->status.p[0] == '2' || r->status.p[0] == '4' || r->status.p[0] == '5'))
		return r->status.p[0];
	found = report_find_status(d);
	if (found.n)
		return found.p[0];
	for (size_t i = 0; i + 2 < d.n; i++)
		if ((d.p[i] == '4' || d.p[i] == '5') && char_is_digit(d.p[i + 1]) && char_is_digit(d.p[i + 2]) &&
		    (i == 0 || (!char_is_digit(d.p[i - 1]) && !char_is_alpha(d.p[i - 1]))) &&
		    (i + 3 == d.n || d.p[i + 3] == ' ' || d.p[i + 3] == '-'))
			return d.p[i];
	return 0;
}

void
report_set_permanent(struct machine *w)
{
	size_t permanent = 0, temporary = 0;

	for (size_t i = 0; i < w->out->n_failed; i++) {
		struct str words = marks_fold(str_head(w->out->failed[i].diagnostic, FIELD_BYTES), w->a);
		char c = class_of(&w->out->failed[i]);

		if (c == 0 && machine_phrases_in(words, PHRASE_NEVER))
			c = '5';
		permanent += c == '5';
		temporary += c == '4';
	}
	if (permanent && permanent == w->out->n_failed)
		w->out->permanent = 1;
	else if (temporary && !permanent)
		w->out->permanent = 0;
}

/* --- delivery status -------------------------------------------------- */

enum { ACTION_NONE, ACTION_FAILED, ACTION_DELAYED, ACTION_DONE };

struct status_reader {
	struct machine *w;
	struct reading_recipient now;
	struct str original; /* Original-Recipient */
	struct str actual;   /* X-Actual-Recipient: behind an alias */
	unsigned seen[4];    /* recipients of each action */
};

static int
action_of(const struct reading_recipient *r)
{
	struct str action = r->action;

	if (str_starts_nocase(action, STR("fail")) || str_starts_nocase(action, STR("undeliver")))
		return ACTION_FAILED;
	if (str_starts_nocase(action, STR("delay")) || str_starts_nocase(action, STR("defer")))
		return ACTION_DELAYED;
	if (str_starts_nocase(action, STR("deliver")) || str_starts_nocase(action, STR("relay")) ||
	    str_starts_nocase(action, STR("expand")))
		return ACTION_DONE;
	switch (class_of(r)) {
	case '2':
		return ACTION_DONE;
	case '4':
	case '5':
		return ACTION_FAILED;
	default:
		return ACTION_NONE;
	}
}

static void
recipient_end(struct status_reader *s)
{
	int action = action_of(&s->now);

	if (str_find_char(s->now.address, '@') < 0 && str_find_char(s->original, '@') > 0)
		s->now.address = s->original;
	fill(&s->now.address, s->original);
	fill(&s->now.address, s->actual);
	if (s->now.address.n || action != ACTION_NONE)
		s->seen[action]++;
	if (action != ACTION_DONE)
		report_add_recipient(s->w, &s->now);
	s->now = (struct reading_recipient){ 0 };
	s->original = s->actual = STR_NONE;
}

static struct str
unfolded(struct machine *w, struct str value)
{
	return str_trim(header_decode(str_head(value, FIELD_BYTES), STR_NONE, w->a));
}

static void
status_field(struct status_reader *s, struct str name, struct str value)
{
	if (str_equal_nocase(name, STR("Final-Recipient"))) {
		if (s->now.address.n)
			recipient_end(s);
		s->now.address = report_address(s->w, str_head(value, FIELD_BYTES));
	} else if (str_equal_nocase(name, STR("Original-Recipient"))) {
		if (s->original.n)
			recipient_end(s);
		s->original = report_address(s->w, str_head(value, FIELD_BYTES));
	} else if (str_equal_nocase(name, STR("X-Actual-Recipient"))) {
		fill(&s->actual, report_address(s->w, str_head(value, FIELD_BYTES)));
	} else if (str_equal_nocase(name, STR("Action"))) {
		fill(&s->now.action, header_main_value(str_head(value, FIELD_BYTES), s->w->a));
	} else if (str_equal_nocase(name, STR("Status"))) {
		fill(&s->now.status, report_find_status(unfolded(s->w, value)));
	} else if (str_equal_nocase(name, STR("Diagnostic-Code"))) {
		fill(&s->now.diagnostic, unfolded(s->w, value));
	}
}

/* The blocks of fields in text. Adds recipients; what was seen is counted in s. */
static void
status_read(struct status_reader *s, struct str text)
{
	struct str name, value;

	while (text.n) {
		while (header_next(&text, &name, &value))
			if (name.n)
				status_field(s, name, value);
		/* a blank line ends a recipient, but not one of which nothing is known yet */
		if (s->now.address.n || s->original.n)
			if (s->now.action.n || s->now.status.n)
				recipient_end(s);
	}
	if (s->now.address.n || s->original.n || s->now.action.n)
		recipient_end(s);
}

static enum reading_kind
status_kind(const struct status_reader *s)
{
	if (s->seen[ACTION_FAILED])
		return KIND_BOUNCE;
	if (s->seen[ACTION_DELAYED])
		return KIND_DELAY;
	return s->seen[ACTION_DONE] ? KIND_REPORT : KIND_BOUNCE;
}

bool
report_is_status(struct str type)
{
	return str_equal(type, STR("message/delivery-status")) ||
	       str_equal(type, STR("message/global-delivery-status"));
}

enum reading_kind
report_read_status(struct machine *w)
{
	struct status_reader s = { .w = w };

	for (size_t i = 0; i < w->m->n_parts; i++)
		if (!w->embedded[i] && report_is_status(w->m->parts[i].type))
			status_read(&s, w->m->parts[i].text.n ? w->m->parts[i].text : w->m->parts[i].content);
	return status_kind(&s);
}

bool
report_read_fields(struct machine *w, struct str text)
{
	struct status_reader s = { .w = w };

	status_read(&s, text);
	return s.seen[ACTION_FAILED] || s.seen[ACTION_DELAYED];
}
