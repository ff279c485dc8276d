/* SPDX-License-Identifier: ISC
 * configuration_scan.c: looks over the text of the file and of all that it includes before libconfig does,
 * for two things that libconfig gets wrong: it ends the process where an included file is a folder, and it
 * cuts a number that does not fit into 32 bits without a word. Everything else is left to libconfig.
 */
#include "config.h"

#include "base/configuration_schema.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MOST 64
#define FILE_MOST (1024 * 1024)

struct scan {
	struct problems *problems;
	struct str folder; /* of the main file; includes are looked up in it */
	struct str files[FILES_MOST];
	size_t n_files;
	struct str file, rest; /* of the file in hand */
	int line;
	bool line_start; /* only blanks since the last line end */
};

static void
skip(struct scan *s, size_t n)
{
	for (size_t i = 0; i < n && i < s->rest.n; i++) {
		if (s->rest.p[i] == '\n') {
			s->line++;
			s->line_start = true;
		} else if (!char_is_space(s->rest.p[i]))
			s->line_start = false;
	}
	s->rest = str_skip(s->rest, n);
}

/* Up to and with end; without one, to the end of the text. */
static void
skip_past(struct scan *s, struct str end)
{
	ptrdiff_t at = str_find(s->rest, end);

	skip(s, at < 0 ? s->rest.n : (size_t)at + end.n);
}

static void
skip_text(struct scan *s)
{
	size_t n = 1;

	while (n < s->rest.n && s->rest.p[n] != '"')
		n += s->rest.p[n] == '\\' ? 2 : 1;
	skip(s, n + 1);
}

/* The rest stands at a digit that begins a word. */
static void
number_scan(struct scan *s)
{
	struct str digits;
	size_t n = 0;
	long long v;

	while (n < s->rest.n && char_is_digit(s->rest.p[n]))
		n++;
	digits = str_head(s->rest, n);
	while (n < s->rest.n && (char_is_alpha(s->rest.p[n]) || char_is_digit(s->rest.p[n]) || s->rest.p[n] == '.'))
		n++;
	if (n == digits.n && (!str_to_number(digits, &v) || v > INT32_MAX))
		problem_add(s->problems, s->file, s->line, "%.*s is too large; allowed: numbers up to %d",
		    STR_ARGS(digits), INT32_MAX);
	skip(s, n);
}

static bool
file_is_known(const struct scan *s, struct str path)
{
	for (size_t i = 0; i < s->n_files; i++)
		if (str_equal(s->files[i], path))
			return true;
	return false;
}

/* The rest stands behind @include. A file that is not there is libconfig's to report. */
static void
include_scan(struct scan *s)
{
	struct str rest = str_trim(s->rest), path;
	struct stat st;

	if (rest.n == 0 || rest.p[0] != '"')
		return;
	rest = str_skip(rest, 1);
	if (!str_next_field(&rest, '"', &path) || str_find_char(path, '\n') >= 0)
		return;
	path = arena_format(s->problems->memory, "%.*s/%.*s", STR_ARGS(s->folder), STR_ARGS(path));
	if (stat(path.p, &st) != 0 || file_is_known(s, path))
		return;
	if (!S_ISREG(st.st_mode))
		problem_add(s->problems, s->file, s->line, "@include: %.*s is not a regular file", STR_ARGS(path));
	else if (s->n_files == FILES_MOST)
		problem_add(s->problems, s->file, s->line, "@include: more than %d files", FILES_MOST);
	else
		s->files[s->n_files++] = path;
}

static void
text_scan(struct scan *s)
{
	while (s->rest.n > 0) {
		char c = s->rest.p[0];
		size_t word = 1;

		if (c == '#' || str_starts(s->rest, STR("//")))
			skip_past(s, STR("\n"));
		else if (str_starts(s->rest, STR("/*")))
			skip_past(s, STR("*/"));
		else if (c == '"')
			skip_text(s);
		else if (char_is_digit(c))
			number_scan(s);
		else if (s->line_start && str_starts(s->rest, STR("@include"))) {
			skip(s, strlen("@include"));
			include_scan(s);
		} else {
			while (char_is_alpha(c) && word < s->rest.n &&
			       (char_is_alpha(s->rest.p[word]) || char_is_digit(s->rest.p[word]) ||
				   strchr("_-*", s->rest.p[word])))
				word++;
			skip(s, word);
		}
	}
}

static void
file_scan(struct scan *s, struct str path, char *memory)
{
	FILE *f = fopen(path.p, "re");
	size_t n;

	if (f == NULL)
		return;
	n = fread(memory, 1, FILE_MOST + 1, f);
	fclose(f);
	s->file = path;
	s->line = 1;
	s->line_start = true;
	s->rest = (struct str){ memory, n };
	if (n > FILE_MOST)
		problem_add(s->problems, path, 0, "is larger than %d bytes", FILE_MOST);
	else
		text_scan(s);
}

bool
configuration_scan(struct str path, struct problems *p)
{
	ptrdiff_t slash = str_rfind_char(path, '/');
	struct scan s = { .problems = p, .folder = slash < 0 ? STR(".") : str_head(path, (size_t)slash) };
	char *memory = malloc(FILE_MOST + 1);

	if (memory == NULL)
		abort();
	s.files[s.n_files++] = path;
	for (size_t i = 0; i < s.n_files; i++)
		file_scan(&s, s.files[i], memory);
	free(memory);
	return p->n == 0;
}
