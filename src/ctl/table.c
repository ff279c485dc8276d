/* SPDX-License-Identifier: ISC
 * table.c: alignment by display width (wide characters count two), colour on a terminal only. Text from mail is escaped
 * here, so that no command prints a control character.
 */
#include "config.h"

#include "ctl/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/log.h"

#define COLUMNS_MOST 16
#define CELL_MOST 4096

struct row {
	struct str cells[COLUMNS_MOST];
	struct row *next;
};

struct table {
	struct arena *arena;
	const char *const *headings;
	size_t n;
	struct row *first, *last;
};

bool
table_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

int
table_width(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col;
	return 80;
}

void
table_mark(enum mark m)
{
	static const char *const codes[] = { "\033[0m", "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m" };

	if (table_is_terminal() && getenv("NO_COLOR") == NULL)
		fputs(codes[m], stdout);
}

struct table *
table_open(struct arena *a, const char *const *headings, size_t n)
{
	struct table *t = arena_new(a, struct table);

	if (n > COLUMNS_MOST)
		abort();
	*t = (struct table){ .arena = a, .headings = headings, .n = n };
	return t;
}

/* On one line, controls shown. */
static struct str
cell_clean(struct arena *a, struct str text)
{
	struct str out;
	struct buf b;

	buf_init(&b, 4 * CELL_MOST);
	log_escape(&b, str_head(text, CELL_MOST), true);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '\n' || b.p[i] == '\t')
			b.p[i] = ' ';
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

void
table_row(struct table *t)
{
	struct row *r = arena_new(t->arena, struct row);

	if (t->last)
		t->last->next = r;
	else
		t->first = r;
	t->last = r;
}

void
table_set(struct table *t, size_t column, struct str text)
{
	t->last->cells[column] = cell_clean(t->arena, text);
}

struct str
table_time_text(struct arena *a, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	char text[64];
	struct tm tm;

	if (ms == 0)
		return STR("-");
	if (!table_is_terminal()) {
		clock_format(ms, text);
		return arena_copy(a, str_of(text));
	}
	if (localtime_r(&t, &tm) == NULL || strftime(text, sizeof(text), "%Y-%m-%d %H:%M %Z", &tm) == 0)
		return STR("?");
	return arena_copy(a, str_of(text));
}

/* Columns on a terminal; needs the locale's LC_CTYPE for characters beyond ASCII. */
static size_t
display_width(struct str s)
{
	mbstate_t state = { 0 };
	size_t width = 0;

	while (s.n > 0) {
		wchar_t c;
		size_t n = mbrtowc(&c, s.p, s.n, &state);
		int w = n == 0 || n > s.n ? -1 : wcwidth(c);

		if (n == 0 || n > s.n) {
			memset(&state, 0, sizeof(state));
			n = 1;
		}
		width += w < 0 ? 1 : (size_t)w;
		s = str_skip(s, n);
	}
	return width;
}

static void
print_cell(struct str s, size_t width, bool is_last)
{
	size_t have = display_width(s);

	printf("%.*s", STR_ARGS(s));
	if (!is_last)
		printf("%*s", (int)(width > have ? width - have + 2 : 2), "");
}

static void
print_aligned(const struct table *t)
{
	size_t widths[COLUMNS_MOST];

	for (size_t i = 0; i < t->n; i++)
		widths[i] = strlen(t->headings[i]);
	for (const struct row *r = t->first; r; r = r->next)
		for (size_t i = 0; i < t->n; i++)
			if (display_width(r->cells[i]) > widths[i])
				widths[i] = display_width(r->cells[i]);
	table_mark(MARK_BOLD);
	for (size_t i = 0; i < t->n; i++)
		print_cell(str_of(t->headings[i]), widths[i], i + 1 == t->n);
	table_mark(MARK_OFF);
	putchar('\n');
	for (const struct row *r = t->first; r; r = r->next) {
		for (size_t i = 0; i < t->n; i++)
			print_cell(r->cells[i], widths[i], i + 1 == t->n);
		putchar('\n');
	}
}

void
table_print(const struct table *t)
{
	if (table_is_terminal()) {
		print_aligned(t);
		return;
	}
	for (const struct row *r = t->first; r; r = r->next)
		for (size_t i = 0; i < t->n; i++)
			printf("%.*s%c", STR_ARGS(r->cells[i]), i + 1 == t->n ? '\n' : '\t');
}

/* The first bytes of line that fit into width columns, cut at a blank where there is one. */
static size_t
wrap_length(struct str line, size_t width)
{
	size_t n = 0, blank = 0, columns = 0;

	while (n < line.n) {
		size_t k = 1;

		while (n + k < line.n && ((unsigned char)line.p[n + k] & 0xc0) == 0x80)
			k++;
		columns += display_width((struct str){ line.p + n, k });
		if (columns > width)
			return blank ? blank : n ? n : k;
		if (line.p[n] == ' ')
			blank = n;
		n += k;
	}
	return n;
}

void
table_wrap(struct str text, int indent)
{
	int columns = table_is_terminal() ? table_width() - indent : 10000;
	struct str rest, line;
	struct buf b;

	buf_init(&b, 16 << 20);
	log_escape(&b, text, true);
	rest = buf_str(&b);
	while (str_next_line(&rest, &line)) {
		do {
			size_t n = wrap_length(line, (size_t)columns);

			printf("%*s%.*s\n", line.n ? indent : 0, "", STR_ARGS(str_head(line, n)));
			line = str_skip(line, n);
			if (line.n && line.p[0] == ' ')
				line = str_skip(line, 1);
		} while (line.n > 0);
	}
	buf_free(&b);
}
