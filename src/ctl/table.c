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
#define GAP 2 /* blanks between columns */
#define WIDTH_LEAST 8
#define WIDTH_USEFUL 24 /* a column that can be cut is given so much before others of a higher rank are shown */

struct row {
	struct str cells[COLUMNS_MOST];
	struct row *next;
};

struct table {
	struct arena *arena;
	const char *const *headings;
	size_t n;
	bool is_whole[COLUMNS_MOST]; /* never cut */
	int rank[COLUMNS_MOST];
	struct row *first, *last;
	size_t n_rows;
};

static struct {
	bool known, is_terminal;
	int width, height;
} screen; /* of standard output as it was at first */

static void
screen_look(void)
{
	struct winsize w = { 0 };

	if (screen.known)
		return;
	screen.known = true;
	screen.is_terminal = isatty(STDOUT_FILENO);
	screen.width = 80;
	screen.height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		return;
	if (w.ws_col >= 40)
		screen.width = w.ws_col;
	if (w.ws_row > 0)
		screen.height = w.ws_row;
}

bool
table_is_terminal(void)
{
	screen_look();
	return screen.is_terminal;
}

int
table_width(void)
{
	screen_look();
	return screen.width;
}

bool
table_is_long(const struct table *t)
{
	screen_look();
	return t->n_rows + 1 >= (size_t)screen.height;
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

	if (text.n > CELL_MOST) {
		text.n = CELL_MOST;
		while (text.n > CELL_MOST - 4 && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	buf_init(&b, 8 * CELL_MOST);
	log_escape(&b, text, true);
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
	t->n_rows++;
}

void
table_set(struct table *t, size_t column, struct str text)
{
	t->last->cells[column] = cell_clean(t->arena, text);
}

void
table_keep(struct table *t, size_t column)
{
	t->is_whole[column] = true;
}

void
table_rank(struct table *t, size_t column, int rank)
{
	t->rank[column] = rank;
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

/* The length of the character that s begins with; s is not empty. */
static size_t
character_length(struct str s)
{
	size_t n = 1;

	while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The first characters of s that fit into width columns, and how many columns they take. */
static struct str
fitting(struct str s, size_t width, size_t *columns)
{
	size_t n = 0;

	for (*columns = 0; n < s.n;) {
		struct str one = { s.p + n, character_length(str_skip(s, n)) };
		size_t w = display_width(one);

		if (*columns + w > width)
			break;
		*columns += w;
		n += one.n;
	}
	return str_head(s, n);
}

/* In width columns; what does not fit ends in an ellipsis. */
static void
print_cell(struct str s, size_t width, bool is_last)
{
	size_t have = display_width(s);

	if (have > width) {
		s = fitting(s, width - 1, &have);
		have++;
		printf("%.*s%s", STR_ARGS(s), MB_CUR_MAX > 1 ? "\xe2\x80\xa6" : "~");
	} else {
		printf("%.*s", STR_ARGS(s));
	}
	if (!is_last)
		printf("%*s", (int)(width - have + GAP), "");
}

/* The width of all columns beside each other, at most most each; a column that is left out has width 0. */
static size_t
widths_sum(const struct table *t, const size_t *widths, size_t most)
{
	size_t total = 0;

	for (size_t i = 0; i < t->n; i++)
		if (widths[i])
			total += GAP + (t->is_whole[i] || widths[i] < most ? widths[i] : most);
	return total ? total - GAP : 0;
}

/* Leaves columns out by their rank, until the others have a useful width. */
static void
widths_choose(const struct table *t, size_t *widths, size_t columns)
{
	while (widths_sum(t, widths, WIDTH_USEFUL) > columns) {
		size_t least = t->n;

		for (size_t i = 0; i < t->n; i++)
			if (widths[i] && t->rank[i] && (least == t->n || t->rank[i] > t->rank[least]))
				least = i;
		if (least == t->n)
			return;
		widths[least] = 0;
	}
}

/* Takes from the widest columns until all fit beside each other, as far as they stay of use. */
static void
widths_fit(const struct table *t, size_t *widths, size_t columns)
{
	size_t total = widths_sum(t, widths, SIZE_MAX);

	for (; total > columns; total--) {
		size_t widest = t->n;

		for (size_t i = 0; i < t->n; i++)
			if (!t->is_whole[i] && (widest == t->n || widths[i] >= widths[widest]))
				widest = i;
		if (widest == t->n || widths[widest] <= WIDTH_LEAST)
			return;
		widths[widest]--;
	}
}

static void
widths_measure(const struct table *t, size_t *widths)
{
	for (size_t i = 0; i < t->n; i++)
		widths[i] = strlen(t->headings[i]);
	for (const struct row *r = t->first; r; r = r->next) {
		for (size_t i = 0; i < t->n; i++) {
			size_t w = display_width(r->cells[i]);

			widths[i] = w > widths[i] ? w : widths[i];
		}
	}
}

static void
print_row(const struct table *t, const struct str *cells, const size_t *widths)
{
	size_t last = 0;

	for (size_t i = 0; i < t->n; i++)
		last = widths[i] ? i : last;
	for (size_t i = 0; i < t->n; i++)
		if (widths[i])
			print_cell(cells[i], widths[i], i == last);
	putchar('\n');
}

static void
print_aligned(const struct table *t)
{
	struct str headings[COLUMNS_MOST];
	size_t widths[COLUMNS_MOST];

	widths_measure(t, widths);
	widths_choose(t, widths, (size_t)table_width());
	widths_fit(t, widths, (size_t)table_width());
	for (size_t i = 0; i < t->n; i++)
		headings[i] = str_of(t->headings[i]);
	table_mark(MARK_BOLD);
	print_row(t, headings, widths);
	table_mark(MARK_OFF);
	for (const struct row *r = t->first; r; r = r->next)
		print_row(t, r->cells, widths);
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
		size_t k = character_length(str_skip(line, n));

		columns += display_width((struct str){ line.p + n, k });
		if (columns > width)
			return blank ? blank : n ? n : k;
		if (line.p[n] == ' ')
			blank = n;
		n += k;
	}
	return n;
}

/* first and then: the blanks before the first line and before the others. */
static void
print_wrapped(struct str text, int first, int then)
{
	int columns = table_is_terminal() ? table_width() : 10000, indent = first;
	struct str rest, line;
	struct buf b;

	buf_init(&b, 16 << 20);
	log_escape(&b, text, true);
	rest = buf_str(&b);
	while (str_next_line(&rest, &line)) {
		do {
			size_t n = wrap_length(line, (size_t)(columns - indent));

			printf("%*s%.*s\n", line.n ? indent : 0, "", STR_ARGS(str_head(line, n)));
			line = str_skip(line, n);
			if (line.n && line.p[0] == ' ')
				line = str_skip(line, 1);
			indent = then;
		} while (line.n > 0);
	}
	buf_free(&b);
}

void
table_wrap(struct str text, int indent)
{
	print_wrapped(text, indent, indent);
}

void
table_hang(struct str text, int indent)
{
	print_wrapped(text, 0, indent);
}
