/* SPDX-License-Identifier: ISC
 * bounce_words.c: where a report's own words end and the copy of the original begins, and the addresses in a line.
 */
#include "config.h"

#include <string.h>

#include "reading/machine_module.h"
#include "reading/marks.h"

#define LINE_BYTES 1000

/* --- the report's own words ------------------------------------------- */

struct str
bounce_undecorated(struct str line)
{
	while (line.n && (char_is_space(line.p[0]) || line.p[0] == '|' || line.p[0] == '>' || line.p[0] == '*' ||
			     line.p[0] == '-' || line.p[0] == '=' || line.p[0] == '#' || line.p[0] == '+'))
		line = str_skip(line, 1);
	return line;
}

/* A field that stands in the header of every delivered message, and in no report's words. */
static bool
is_header_line(struct str line)
{
	static const char *const names[] = { "Received:", "Return-Path:", "DKIM-Signature:", "Message-ID:",
		"MIME-Version:", "Delivered-To:", "Content-Transfer-Encoding:", "Authentication-Results:" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_starts_nocase(line, str_of(names[i])))
			return true;
	return str_starts(line, STR("From ")) && str_find_char(line, '@') > 0 && str_find_char(line, ':') > 0;
}

static bool
is_copy_line(struct machine *w, struct str line)
{
	struct str folded;

	if (is_header_line(line))
		return true;
	/* "--- Below this line is a copy of the message." */
	folded = bounce_undecorated(marks_fold(str_head(line, LINE_BYTES), w->a));
	return machine_phrases(folded, PHRASE_COPY, NULL) && str_find_char(folded, '@') < 0 && folded.n < 120;
}

struct str
bounce_words(struct machine *w)
{
	struct str rest = machine_text(w), line, before = rest;
	bool any = false;

	while (str_next_line(&rest, &line)) {
		if (any && is_copy_line(w, line))
			return str_head(w->text, (size_t)(before.p - w->text.p));
		any |= str_trim(line).n > 0;
		before = rest;
	}
	return w->text;
}

/* --- addresses -------------------------------------------------------- */

bool
bounce_is_atom(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || (unsigned char)c >= 0x80 ||
	       (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool
is_host(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

struct str
bounce_next_address(struct str line, size_t *at, size_t *begin)
{
	for (size_t from = *at, i = from; i < line.n; i++) {
		size_t left = i, right = i + 1;

		if (line.p[i] != '@')
			continue;
		while (left > from && bounce_is_atom(line.p[left - 1]))
			left--;
		while (right < line.n && is_host(line.p[right]))
			right++;
		while (right > i + 1 && (line.p[right - 1] == '.' || line.p[right - 1] == '-'))
			right--;
		while (left < i && (line.p[left] == '\'' || line.p[left] == '.' || line.p[left] == '='))
			left++;
		from = right;
		if (left == i || right - left > 320 || str_find_char((struct str){ line.p + i, right - i }, '.') < 0) {
			i = right - 1;
			continue;
		}
		*at = right;
		*begin = left;
		return (struct str){ line.p + left, right - left };
	}
	*at = line.n;
	return STR_NONE;
}

bool
bounce_is_service(struct str address)
{
	static const char *const names[] = { "postmaster", "mailer-daemon", "abuse", "noreply", "no-reply",
		"mailmaster", "hostmaster", "helpdesk" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_equal_nocase(machine_local(address), str_of(names[i])))
			return true;
	return false;
}

bool
bounce_is_party(const struct machine *w, struct str address)
{
	for (size_t i = 0; i < w->out->n_to; i++)
		if (str_equal_nocase(w->out->to[i].address, address))
			return true;
	for (size_t i = 0; i < w->out->n_from; i++)
		if (str_equal_nocase(w->out->from[i].address, address))
			return true;
	return str_equal_nocase(w->path, address);
}
