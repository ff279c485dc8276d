/* SPDX-License-Identifier: ISC
 * log.c: one event becomes one journal entry or one line, in one write, so that lines of several
 * processes do not mix. Values are escaped here and nowhere else; nothing a mail contains can
 * start a line, move a terminal's cursor or turn the reading direction.
 *
 * A log that cannot be written is not an error of the caller: the event is lost, the work goes on.
 */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/systemd.h"

#define VALUE_MOST 512
#define FIELDS_MOST 24
#define EVENT_MOST (512 * 1024) /* more than FIELDS_MOST values take, escaped and written twice */

static char log_name[64] = "casemail";
static enum log_level log_most = LOG_LEVEL_INFO;
static bool log_journal, log_colour;

/* The length of the UTF-8 character s starts with and its code point; 0 where it is not valid UTF-8. */
static size_t
character_read(struct str s, unsigned *code)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (n == 0 || n > s.n)
		return 0;
	*code = n == 1 ? c : c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}

/* Controls, marks that turn the direction of text, and characters that are not seen. */
static bool
code_is_unsafe(unsigned code)
{
	static const struct {
		unsigned first, last;
	} ranges[] = {
		{ 0x00, 0x1f },
		{ 0x7f, 0x9f },
		{ 0x61c, 0x61c },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },
		{ 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

void
log_escape(struct buf *out, struct str s, bool keep_lines)
{
	while (s.n > 0) {
		unsigned code = 0;
		size_t n = character_read(s, &code);

		if (n == 0)
			buf_add_format(out, "\\x{%02x}", (unsigned char)s.p[0]);
		else if (code_is_unsafe(code) && !(keep_lines && (code == '\n' || code == '\t')))
			buf_add_format(out, "\\x{%02x}", code);
		else
			buf_add(out, str_head(s, n));
		s = str_skip(s, n ? n : 1);
	}
}

/* At most VALUE_MOST bytes of s, ending where a character ends. */
static struct str
value_cut(struct str s)
{
	size_t n = VALUE_MOST;

	if (s.n <= VALUE_MOST)
		return s;
	while (n > VALUE_MOST - 4 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_head(s, n);
}

static void
value_add(struct buf *out, const struct log_field *f)
{
	if (f->is_number) {
		buf_add_format(out, "%lld", f->number);
		return;
	}
	log_escape(out, value_cut(f->text), false);
	if (f->text.n > VALUE_MOST)
		buf_add_z(out, "...");
}

static bool
value_needs_quotes(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=')
			return true;
	return s.n == 0;
}

/* " key=value" for each field, the value in quotes where it would not read as one word. */
static void
fields_add(struct buf *line, const struct log_field *fields, size_t n)
{
	struct buf value;

	buf_init(&value, EVENT_MOST);
	for (size_t i = 0; i < n; i++) {
		bool quoted;

		if (fields[i].key == NULL)
			continue;
		buf_clear(&value);
		value_add(&value, &fields[i]);
		quoted = value_needs_quotes(buf_str(&value));
		buf_add_format(line, " %s=%s", fields[i].key, quoted ? "\"" : "");
		for (size_t k = 0; k < value.n; k++) {
			if (value.p[k] == '"')
				buf_add_char(line, '\\');
			buf_add_char(line, value.p[k]);
		}
		if (quoted)
			buf_add_char(line, '"');
	}
	buf_free(&value);
}

static void
journal_write(enum log_level level, const char *message, const struct log_field *fields, size_t n)
{
	struct str entries[FIELDS_MOST + 5];
	size_t ends[FIELDS_MOST + 5], used = 0, start = 0;
	struct buf all;

	buf_init(&all, EVENT_MOST);
	buf_add_format(&all, "PRIORITY=%d", (int)level);
	ends[used++] = all.n;
	buf_add_z(&all, "SYSLOG_IDENTIFIER=casemaild");
	ends[used++] = all.n;
	buf_add_format(&all, "CASEMAIL_PROCESS=%s", log_name);
	ends[used++] = all.n;
	buf_add_format(&all, "CASEMAIL_EVENT=%s", message);
	ends[used++] = all.n;
	buf_add_format(&all, "MESSAGE=%s: %s", log_name, message);
	fields_add(&all, fields, n);
	ends[used++] = all.n;
	for (size_t i = 0; i < n && used < sizeof(ends) / sizeof(ends[0]); i++) {
		if (fields[i].key == NULL)
			continue;
		buf_add_z(&all, "CASEMAIL_");
		for (const char *k = fields[i].key; *k; k++)
			buf_add_char(&all, *k >= 'a' && *k <= 'z' ? (char)(*k - 'a' + 'A') : *k);
		buf_add_char(&all, '=');
		value_add(&all, &fields[i]);
		ends[used++] = all.n;
	}
	for (size_t i = 0; i < used; start = ends[i], i++)
		entries[i] = (struct str){ all.p + start, ends[i] - start };
	systemd_journal_send(entries, used);
	buf_free(&all);
}

static void
write_all(struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(STDERR_FILENO, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s = str_skip(s, (size_t)n);
	}
}

static void
line_write(enum log_level level, const char *message, const struct log_field *fields, size_t n)
{
	static const char *const names[] = { [3] = "error", [4] = "warning", [6] = "info", [7] = "debug" };
	static const char *const colours[] = { [3] = "\033[31m", [4] = "\033[33m", [6] = "\033[32m", [7] = "\033[2m" };
	char now[CLOCK_TEXT];
	struct buf line;

	clock_format(clock_now(), now);
	buf_init(&line, EVENT_MOST);
	buf_add_format(&line, "%s %s%s%s %s: %s", now, log_colour ? colours[level] : "", names[level],
	    log_colour ? "\033[0m" : "", log_name, message);
	fields_add(&line, fields, n);
	buf_add_char(&line, '\n');
	write_all(buf_str(&line));
	buf_free(&line);
}

void
log_open(const char *name, enum log_level level)
{
	snprintf(log_name, sizeof(log_name), "%s", name);
	log_most = level;
	log_journal = systemd_journal();
	log_colour = isatty(STDERR_FILENO) == 1;
}

void
log_to_journal(void)
{
	log_journal = true;
}

void
log_write(enum log_level level, const char *message, const struct log_field *fields, size_t n)
{
	int saved = errno;

	if (level > log_most)
		return;
	if (n > FIELDS_MOST)
		n = FIELDS_MOST;
	if (log_journal)
		journal_write(level, message, fields, n);
	else
		line_write(level, message, fields, n);
	errno = saved;
}
