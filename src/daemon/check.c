/* SPDX-License-Identifier: ISC
 * check.c: the questions that are answered before a process is started, for casemaild -n, at start and at SIGHUP.
 */
#include "config.h"

#include "daemon/check.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/clock.h"
#include "daemon/settle.h"
#include "daemon/settle_calendar.h"
#include "reading/html.h"
#include "reading/reading.h"
#include "reading/verdict.h"
#include "store/store.h"

#define WRAP_NARROW 60
#define WRAP_WIDE 80
#define WRAP_STEP 4
#define CHECK_MEMORY ((size_t)64 << 20)
#define SEEN_SLOTS ((size_t)1 << 17)

struct self_test {
	const struct verdict_phrases *phrases;
	struct arena *arena;
	struct buf *errors;
	uint64_t *seen; /* hashes of lines that were looked at: templates have most lines in common */
	size_t n_seen;
};

static void
check_patterns(const struct configuration *c, struct buf *errors)
{
	for (size_t i = 0; i < c->n_patterns; i++) {
		struct err e;

		if (reading_check_pattern(c->patterns[i].text, &e) < 0)
			buf_add_format(errors, "%.*s:%d: reference.patterns: %s\n", STR_ARGS(c->path),
			    c->patterns[i].line, e.text);
	}
}

/* Whether the line is new; one that is not, or hashes like another (FNV-1a, 64 bits), was judged already. */
static bool
line_is_new(struct self_test *t, struct str line)
{
	uint64_t h = 14695981039346656037u;
	size_t at;

	for (size_t i = 0; i < line.n; i++)
		h = (h ^ (unsigned char)line.p[i]) * 1099511628211u;
	for (at = h % SEEN_SLOTS; t->seen[at] != 0; at = (at + 1) % SEEN_SLOTS)
		if (t->seen[at] == h)
			return false;
	if (t->n_seen < SEEN_SLOTS / 2) {
		t->seen[at] = h;
		t->n_seen++;
	}
	return true;
}

static bool
line_decides(struct self_test *t, struct str line)
{
	struct verdict_result r;

	if (!line_is_new(t, line))
		return false;
	verdict_read(t->phrases, line, t->arena, &r);
	return r.verdict == VERDICT_APPROVE || r.verdict == VERDICT_DENY;
}

/* The bytes of the first n characters of s. */
static size_t
bytes_of(struct str s, size_t n)
{
	size_t i = 0;

	while (i < s.n && (n > 0 || ((unsigned char)s.p[i] & 0xc0) == 0x80))
		if (((unsigned char)s.p[i++] & 0xc0) != 0x80)
			n--;
	return i;
}

/* Each line alone, and each piece it is cut into when a mail program wraps it at width. */
static bool
text_decides(struct self_test *t, struct str text, size_t width, struct str *which)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		while (line.n > 0) {
			size_t n = bytes_of(line, width);
			ptrdiff_t blank = n < line.n ? str_rfind_char(str_head(line, n), ' ') : -1;

			if (blank > 0)
				n = (size_t)blank;
			*which = str_trim(str_head(line, n));
			if (line_decides(t, *which))
				return true;
			line = str_trim(str_skip(line, n));
		}
	}
	return false;
}

static void
line_refuse(struct self_test *t, const char *kind, struct str language, struct str line)
{
	buf_add_format(t->errors, "template %s.%.*s: the line \"%.*s\" reads as a yes or a no; write it differently\n",
	    kind, STR_ARGS(language), STR_ARGS(line));
}

/* No line of our own mail may read as an answer, as it stands or re-wrapped: neither of its text, nor of what a mail
 * program that quotes makes of its HTML. */
static void
check_template(void *context, const char *kind, struct str language, const struct template_text *text)
{
	struct self_test *t = context;
	struct str line = text->subject, html;
	bool bad = line_decides(t, text->subject);
	unsigned char *hints;

	html_read(text->html, t->arena, &html, &hints);
	for (size_t width = WRAP_NARROW; !bad && width <= WRAP_WIDE; width += WRAP_STEP)
		bad = text_decides(t, text->text, width, &line) || text_decides(t, html, width, &line);
	if (bad)
		line_refuse(t, kind, language, line);
	arena_reset(t->arena);
}

/* The word that a button writes is read as a yes or a no by the phrases of the template's language; the words on the
 * button, which get quoted too, are not. */
static void
check_answer(void *context, const char *kind, struct str language, struct str word, struct str label)
{
	struct self_test *t = context;
	struct str names[] = { str_head(language, 2), STR("en") };
	struct strings languages = { names, 2 }, none = { 0 };
	struct verdict_phrases *phrases;
	struct verdict_result r;
	struct err e;

	if (line_decides(t, label))
		line_refuse(t, kind, language, label);
	phrases = verdict_open(&languages, &none, &none, &e); /* NULL: a language without phrases of its own */
	verdict_read(phrases ? phrases : t->phrases, word, t->arena, &r);
	if (r.verdict != VERDICT_APPROVE && r.verdict != VERDICT_DENY)
		buf_add_format(t->errors,
		    "template %s.%.*s: the button \"%.*s\" answers \"%.*s\", which is read neither as a yes nor as a "
		    "no: "
		    "%s\n",
		    kind, STR_ARGS(language), STR_ARGS(label), STR_ARGS(word), r.reason);
	verdict_close(&phrases);
	arena_reset(t->arena);
}

static void
check_words(const struct configuration *c, struct buf *errors)
{
	struct strings all = { 0 };
	struct self_test t = { .errors = errors };
	struct templates *templates;
	struct verdict_phrases *enabled;
	struct arena *samples;
	struct err e;

	enabled = verdict_open(&c->approval_languages, &c->extra_yes, &c->extra_no, &e);
	if (enabled == NULL)
		buf_add_format(errors, "%.*s: approval: %s\n", STR_ARGS(c->path), e.text);
	if (enabled && c->approval_languages.n) {
		verdict_close(&enabled);
		enabled = verdict_open(&all, &c->extra_yes, &c->extra_no, &e);
	}
	templates = settle_templates(c, errors);
	t.phrases = enabled;
	if (templates && t.phrases) {
		samples = arena_open(CHECK_MEMORY);
		t.arena = arena_open(CHECK_MEMORY);
		t.seen = calloc(SEEN_SLOTS, sizeof(*t.seen));
		if (t.seen == NULL)
			abort();
		templates_each(templates, samples, check_template, &t);
		templates_answers(templates, check_answer, &t);
		free(t.seen);
		arena_close(&t.arena);
		arena_close(&samples);
	}
	verdict_close((struct verdict_phrases **)&t.phrases);
	templates_close(&templates);
}

static void
check_calendar(const struct configuration *c, struct buf *errors)
{
	struct arena *a = arena_open(CHECK_MEMORY);
	struct calendar calendar;
	struct err e;

	if (settle_calendar(c, clock_now(), a, &calendar, &e) < 0)
		buf_add_format(errors, "%.*s: calendar: %s\n", STR_ARGS(c->path), e.text);
	arena_close(&a);
}

static void
check_database(const struct configuration *c, struct buf *errors)
{
	struct store *s = NULL;
	struct err e;

	if (store_open(c->database, STORE_READ, &s, &e) < 0)
		buf_add_format(errors, "database: %s\n", e.text);
	store_close(&s);
}

struct configuration *
check_configuration(const char *path, struct buf *errors)
{
	bool failed;
	struct configuration *c = configuration_read(path, errors, &failed);

	if (c == NULL)
		return NULL;
	if (configuration_check_files(c, errors) == 0)
		check_calendar(c, errors);
	check_patterns(c, errors);
	if (!failed) { /* these would complain of the same values again */
		check_words(c, errors);
		check_database(c, errors);
	}
	if (errors->n > 0 || errors->overflow)
		configuration_close(&c);
	malloc_trim(0); /* a supervisor lives long, and needs nothing of what the check needed */
	return c;
}
