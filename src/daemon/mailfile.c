/* SPDX-License-Identifier: ISC
 * mailfile.c: takes a file apart into messages, line by line through stdio's buffer. No header is looked at: that is
 * the reader's. A line may be of any length; it is held only as far as the message's limit goes.
 */
#include "config.h"

#include "daemon/mailfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"

#define START_MOST 128 /* of a "From " line, as far as it is looked at */

struct mailfile {
	FILE *file;
	const char *path;
	size_t limit;
	bool is_mbox, at_end, bare_lf;
	char start[START_MOST]; /* the "From " line of the next message; empty: none was met */
	struct buf raw;
	int64_t size;
};

int
mailfile_open(const char *path, size_t limit, struct mailfile **out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct mailfile *m;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		err_set(e, ERR_FATAL, "%s: %s", path, fd < 0 ? strerror(errno) : "not a file");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL || (m->file = fdopen(fd, "r")) == NULL)
		abort();
	m->path = path;
	m->limit = limit;
	buf_init(&m->raw, limit);
	*out = m;
	return 0;
}

void
mailfile_close(struct mailfile **m)
{
	if (*m == NULL)
		return;
	fclose((*m)->file);
	buf_free(&(*m)->raw);
	free(*m);
	*m = NULL;
}

static void
raw_add(struct mailfile *m, int c)
{
	m->size++;
	if (m->raw.n < m->limit)
		buf_add_char(&m->raw, (char)c);
}

/* "Sat Jan  3 01:05:34 1996" at the end of a "From " line, in ms; or 0. */
static int64_t
start_time(const char *start)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct str line = str_trim(str_of(start)), last = line.n > 24 ? str_skip(line, line.n - 24) : STR_NONE;
	char z[25] = "", month[4] = "";
	struct date_time t = { 0 };
	const char *found;
	int64_t ms;

	memcpy(z, last.n ? last.p : "", last.n);
	if (sscanf(z, "%*3s %3s %2d %2d:%2d:%2d %4d", month, &t.day, &t.hour, &t.minute, &t.second, &t.year) != 6 ||
	    strlen(month) != 3 || (found = strstr(months, month)) == NULL || (found - months) % 3)
		return 0;
	t.month = (int)(found - months) / 3 + 1;
	return date_time_ms(&t, &ms) ? ms : 0;
}

/* Takes the rest of a line: to *start, or away. */
static void
line_skip(struct mailfile *m, char *start, size_t n)
{
	int c;

	while ((c = getc(m->file)) != EOF && c != '\n')
		if (n + 1 < START_MOST)
			start[n++] = (char)c;
	start[n] = '\0';
	m->at_end = c == EOF;
}

/* The marks a line of an mbox may begin with: true where it begins the next message. *quotes: how many ">" stand before
 * a "From ", else what was read of it was added. *c: the next byte. */
static bool
mbox_line(struct mailfile *m, bool after_empty, int *c)
{
	static const char from[] = "From ";
	size_t quotes = 0, matched = 0;

	for (; *c == '>'; *c = getc(m->file))
		quotes++;
	for (; matched < 5 && *c == from[matched]; *c = matched < 5 ? getc(m->file) : 0)
		matched++;
	if (matched == 5 && quotes == 0 && after_empty)
		return true;
	for (size_t i = matched == 5 && quotes ? 1 : 0; i < quotes; i++)
		raw_add(m, '>');
	for (size_t i = 0; i < matched; i++)
		raw_add(m, from[i]);
	if (matched == 5)
		*c = getc(m->file);
	return false;
}

/* The rest of a line from c on. True: the line was empty. */
static bool
line_take(struct mailfile *m, int c, bool first)
{
	bool empty = true;
	int before = 0;

	for (; c != EOF && c != '\n'; before = c, c = getc(m->file)) {
		if (before == '\r')
			raw_add(m, '\r');
		if (c != '\r') {
			raw_add(m, c);
			empty = false;
		}
	}
	if (first)
		m->bare_lf = c == '\n' && before != '\r';
	if (before == '\r' || (c == '\n' && m->bare_lf))
		raw_add(m, '\r');
	if (c == '\n')
		raw_add(m, '\n');
	m->at_end = c == EOF;
	return empty;
}

/* An mbox parts its messages by an empty line, which is none of theirs. */
static void
separator_drop(struct mailfile *m)
{
	struct str raw = buf_str(&m->raw);

	if ((int64_t)raw.n != m->size)
		return;
	if (str_ends(raw, STR("\n\r\n")))
		m->raw.n -= 2;
	else if (str_ends(raw, STR("\n\n")))
		m->raw.n -= 1;
	m->size = (int64_t)m->raw.n;
}

static void
message_read(struct mailfile *m)
{
	bool after_empty = false, first = true, ended = false;

	while (!m->at_end && !ended) {
		long before = m->size;
		int c = getc(m->file);

		if (c == EOF) {
			m->at_end = true;
		} else if (m->is_mbox && (c == '>' || c == 'F') && mbox_line(m, after_empty, &c)) {
			memcpy(m->start, "From ", 6);
			line_skip(m, m->start, 5);
			ended = true;
		} else {
			after_empty = line_take(m, c, first) && m->size - before <= 2;
			first = false;
		}
	}
	if (m->is_mbox)
		separator_drop(m);
}

/* At the start of the file: whether it is an mbox. */
static void
file_begin(struct mailfile *m)
{
	char head[5];
	size_t n = fread(head, 1, sizeof(head), m->file);

	m->is_mbox = n == sizeof(head) && memcmp(head, "From ", n) == 0;
	rewind(m->file);
	if (m->is_mbox)
		line_skip(m, m->start, 0);
}

int
mailfile_next(struct mailfile *m, struct mailfile_message *out, struct err *e)
{
	if (ftell(m->file) == 0)
		file_begin(m);
	if (m->at_end && m->start[0] == '\0')
		return 0;
	buf_clear(&m->raw);
	m->size = 0;
	*out = (struct mailfile_message){ .at = start_time(m->start) };
	m->start[0] = '\0';
	message_read(m);
	if (ferror(m->file))
		return err_set(e, ERR_FATAL, "%s: %s", m->path, strerror(errno));
	out->raw = buf_str(&m->raw);
	out->size = m->size;
	return 1;
}
