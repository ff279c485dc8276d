/* SPDX-License-Identifier: ISC
 * template.c: loads templates, finds the one for a person's language, fills it in.
 *
 * The daemon looks at all files before the first notice is written, the operator's after the shipped ones, and reports
 * every error: a notice is never lost for a template's sake later. A command that writes one letter loads those of its
 * kind only. Which values exist is the caller's table.
 */
#include "config.h"

#include "outbox/template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outbox/template_part.h"

#define SHIPPED "(shipped) "
#define FILE_MOST (64 << 10)
#define FILES_MOST 2000
#define MEMORY_MOST ((size_t)512 << 20) /* of arena_open: a bound, not what is taken */
#define PART_MOST (4 << 20)

/* "KIND.LANG.txt" */
static bool
name_split(const struct templates *t, struct str name, const struct template_kind **kind, struct str *language)
{
	ptrdiff_t dot = str_find_char(name, '.');

	if (dot < 0 || !str_ends(name, STR(".txt")) || name.n < (size_t)dot + 7)
		return false;
	*language = str_head(str_skip(name, (size_t)dot + 1), name.n - (size_t)dot - 5);
	for (size_t i = 0; i < language->n; i++)
		if (!char_is_alpha(language->p[i]) && language->p[i] != '-')
			return false;
	for (size_t i = 0; i < t->n_kinds; i++)
		if (str_equal(str_of(t->kinds[i].name), str_head(name, (size_t)dot))) {
			*kind = &t->kinds[i];
			return true;
		}
	return false;
}

static const struct template *
template_exact(const struct templates *t, const char *kind, struct str language)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_equal_nocase(t->list[i].language, language) && strcmp(t->list[i].kind->name, kind) == 0)
			return &t->list[i];
	return NULL;
}

/* Cuts the file into subject, text and HTML; an HTML part that is not there is made. */
static void
template_load(struct templates *t, struct template_source *s, struct str text, struct template *out)
{
	struct str subject, empty, body, shown, html = STR_NONE;
	ptrdiff_t mark;
	int line = 3;

	if (!str_next_line(&text, &subject) || !str_starts(subject, STR("Subject: "))) {
		template_error(s, 1, "the first line must be \"Subject: ...\"");
		return;
	}
	if (!str_next_line(&text, &empty) || empty.n > 0)
		template_error(s, 2, "an empty line must stand between subject and text");
	mark = str_find(text, STR("\n%%html\n"));
	body = mark < 0 ? text : str_head(text, (size_t)mark + 1);
	if (str_trim(body).n == 0)
		template_error(s, line, "there is no text");
	s->place = TEMPLATE_SUBJECT;
	template_parse(s, str_trim(str_skip(subject, 9)), 1, t->memory, &out->parts[TEMPLATE_SUBJECT]);
	s->place = TEMPLATE_TEXT;
	shown = template_answers_take(s, body, line, t->memory, out);
	template_parse(s, shown, line, t->memory, &out->parts[TEMPLATE_TEXT]);
	if (mark >= 0 && out->n_answers > 0)
		template_error(s, line,
		    "\"%%%%answer\" makes no button beside \"%%%%html\": there, link to "
		    "\"mailto:{{reply_to|url}}?subject={{subject|url}}&amp;body=WORD\"");
	if (s->failed)
		return;
	s->place = TEMPLATE_HTML;
	if (mark >= 0)
		html = str_skip(text, (size_t)mark + 8);
	for (size_t i = 0; mark >= 0 && i < (size_t)mark + 8; i++)
		line += text.p[i] == '\n';
	template_parse(
	    s, mark < 0 ? template_html(body, t->memory) : html, line, t->memory, &out->parts[TEMPLATE_HTML]);
}

/* Without CR in front of LF and a byte order mark. */
static struct str
text_normalise(struct arena *a, struct str text)
{
	char *p;
	size_t n = 0;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	p = arena_alloc(a, text.n);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
			p[n++] = text.p[i];
	return (struct str){ p, n };
}

static void
template_add(struct templates *t, struct str file, struct str name, struct str text, struct buf *errors, bool *failed)
{
	struct template made = { 0 }, *place;
	struct template_source s = { .file = file, .standard = t->standard, .errors = errors };

	text = text_normalise(t->memory, text);
	if (!name_split(t, name, &made.kind, &made.language))
		template_error(&s, 1, "no such kind of notice, or not named KIND.LANGUAGE.txt");
	else if (!template_is_clean(text))
		template_error(&s, 1, "not UTF-8, or with control characters");
	if (!s.failed) {
		s.kind = made.kind;
		made.language = arena_copy(t->memory, made.language);
		made.file = str_starts(file, STR(SHIPPED)) ? STR_NONE : file;
		template_load(t, &s, text, &made);
	}
	*failed = *failed || s.failed;
	if (s.failed || made.kind == NULL || t->n == t->room)
		return;
	place = (struct template *)template_exact(t, made.kind->name, made.language);
	*(place != NULL ? place : &t->list[t->n++]) = made;
}

/* The whole file; -1 with errno where it cannot be read, EFBIG where it is too large. */
static int
file_read(int folder, const char *name, struct buf *out)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char block[8192];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	while ((n = read(fd, block, sizeof block)) > 0 && !out->overflow)
		buf_add(out, (struct str){ block, (size_t)n });
	close(fd);
	if (out->overflow)
		errno = EFBIG;
	return n < 0 || out->overflow ? -1 : 0;
}

static bool
name_is_ignored(const char *name)
{
	return name[0] == '.' || str_ends(str_of(name), STR("~")) || str_starts(str_of(name), STR("README"));
}

static int
entry_wanted(const struct dirent *d)
{
	return !name_is_ignored(d->d_name);
}

/* KIND.anything */
static bool
name_is_of(const struct template_kind *kind, const char *name)
{
	size_t n = strlen(kind->name);

	return strncmp(name, kind->name, n) == 0 && name[n] == '.';
}

static void
folder_load(struct templates *t, const struct template_kind *only, struct buf *errors, bool *failed)
{
	const char *path = arena_z(t->memory, t->folder);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **names = NULL;
	int n = fd < 0 ? -1 : scandir(path, &names, entry_wanted, alphasort);

	if (n < 0 || n > FILES_MOST) {
		buf_add_format(errors, "%s: %s\n", path, n < 0 ? strerror(errno) : "too many files");
		*failed = true;
	}
	for (int i = 0; i < n; i++) {
		struct buf text;
		struct str file;

		if (only != NULL && !name_is_of(only, names[i]->d_name)) {
			free(names[i]);
			continue;
		}
		file = arena_format(t->memory, "%s/%s", path, names[i]->d_name);
		buf_init(&text, FILE_MOST);
		if (n > FILES_MOST) {
			;
		} else if (file_read(fd, names[i]->d_name, &text) != 0) {
			buf_add_format(errors, "%.*s: %s\n", STR_ARGS(file), strerror(errno));
			*failed = true;
		} else {
			template_add(t, file, str_of(names[i]->d_name), buf_str(&text), errors, failed);
		}
		buf_free(&text);
		free(names[i]);
	}
	free(names);
	if (fd >= 0)
		close(fd);
}

static void
shipped_load(struct templates *t, const struct template_kind *only, struct buf *errors, bool *failed)
{
	for (const struct template_shipped *s = template_shipped; s->name != NULL; s++)
		if (only == NULL || name_is_of(only, s->name))
			template_add(t, arena_format(t->memory, SHIPPED "%s", s->name), str_of(s->name),
			    str_of(s->text), errors, failed);
}

/* The files of one kind, or of all. */
static int
kinds_load(struct templates *t, const struct template_kind *only, struct buf *errors)
{
	bool failed = false;

	shipped_load(t, only, errors, &failed);
	if (t->folder.n > 0)
		folder_load(t, only, errors, &failed);
	for (size_t i = 0; i < t->n_kinds && !failed; i++) {
		if (only != NULL && only != &t->kinds[i])
			continue;
		t->loaded[i] = true;
		if (template_exact(t, t->kinds[i].name, STR("en")) == NULL) {
			buf_add_format(
			    errors, "%s.en.txt: there is no English template of this kind\n", t->kinds[i].name);
			failed = true;
		}
	}
	return failed ? -1 : 0;
}

struct templates *
templates_open_empty(struct str folder, const struct template_kind *kinds, size_t n_kinds, const char *const *standard)
{
	struct arena *a = arena_open(MEMORY_MOST);
	struct templates *t = arena_new(a, struct templates);

	*t = (struct templates){ .memory = a, .kinds = kinds, .n_kinds = n_kinds, .standard = standard };
	t->folder = arena_copy(a, folder);
	t->loaded = arena_array(a, n_kinds, sizeof *t->loaded);
	for (const struct template_shipped *s = template_shipped; s->name != NULL; s++)
		t->room++;
	t->room += FILES_MOST;
	t->list = arena_array(a, t->room, sizeof *t->list);
	return t;
}

struct templates *
templates_open(struct str folder, const struct template_kind *kinds, size_t n_kinds, const char *const *standard,
    struct buf *errors)
{
	struct templates *t = templates_open_empty(folder, kinds, n_kinds, standard);

	if (kinds_load(t, NULL, errors) < 0)
		templates_close(&t);
	return t;
}

int
templates_load_kind(struct templates *t, const char *kind, struct buf *errors)
{
	for (size_t i = 0; i < t->n_kinds; i++)
		if (strcmp(t->kinds[i].name, kind) == 0)
			return t->loaded[i] ? 0 : kinds_load(t, &t->kinds[i], errors);
	abort();
}

void
templates_close(struct templates **t)
{
	struct arena *a;

	if (*t == NULL)
		return;
	a = (*t)->memory;
	arena_close(&a);
	*t = NULL;
}

/* "de-AT", then "de". */
static const struct template *
template_near(const struct templates *t, const char *kind, struct str language)
{
	const struct template *found = template_exact(t, kind, language);
	size_t n = 0;

	while (n < language.n && language.p[n] != '-' && language.p[n] != '_')
		n++;
	return found != NULL ? found : template_exact(t, kind, str_head(language, n));
}

const struct template *
template_find(const struct templates *t, const char *kind, struct str language, struct str fallback)
{
	const struct template *found = template_near(t, kind, language);

	if (found == NULL)
		found = template_near(t, kind, fallback);
	return found != NULL ? found : template_exact(t, kind, STR("en"));
}

/* One blank for several, none at the ends. */
static struct str
blanks_squeeze(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n);
	size_t n = 0;

	s = str_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' || s.p[i - 1] != ' ')
			p[n++] = s.p[i];
	return (struct str){ p, n };
}

void
template_apply(
    const struct template *t, const struct template_value *given, size_t n, struct arena *a, struct template_text *out)
{
	struct template_value *values = arena_array(a, n + 1, sizeof *values);
	struct buf filled, wrapped;

	for (size_t i = 0; i < n; i++)
		values[i] = given[i];

	buf_init(&filled, PART_MOST);
	buf_init(&wrapped, 2 * PART_MOST);
	template_fill(&t->parts[TEMPLATE_SUBJECT], TEMPLATE_SUBJECT, values, n, &filled);
	out->subject = blanks_squeeze(a, buf_str(&filled));
	values[n++] = (struct template_value){ "subject", out->subject };
	buf_clear(&filled);
	template_fill(&t->parts[TEMPLATE_TEXT], TEMPLATE_TEXT, values, n, &filled);
	template_wrap(buf_str(&filled), &wrapped);
	out->text = arena_copy(a, buf_str(&wrapped));
	buf_clear(&filled);
	template_fill(&t->parts[TEMPLATE_HTML], TEMPLATE_HTML, values, n, &filled);
	out->html = arena_copy(a, buf_str(&filled));
	out->labels = template_labels(t, a);
	buf_free(&filled);
	buf_free(&wrapped);
}

void
template_render(const struct templates *t, const char *kind, struct str language, struct str fallback,
    const struct template_value *values, size_t n, struct arena *a, struct template_text *out)
{
	const struct template *found = template_find(t, kind, language, fallback);

	if (found == NULL)
		abort();
	template_apply(found, values, n, a, out);
}
