/* SPDX-License-Identifier: ISC
 * configuration.c: reads the file by the tables of configuration_schema.c. The only user of libconfig.
 *
 * One pass: each group is a job in a queue; a job checks every setting of its group against its table and
 * writes the values into the struct the table describes. Nothing stops at the first error.
 */
#include "config.h"

#include "base/configuration.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libconfig.h>

#include "base/arena.h"
#include "base/configuration_schema.h"
#include "base/log.h"

#define MEMORY_MOST (256 * 1024 * 1024)
#define FILE_MOST (1024 * 1024)
#define TEXT_MOST 4096
#define JOBS_MOST 256 /* more than the groups and list elements that the schema allows */

/* One group to read. setting NULL: it was not written, so that only defaults are set. */
struct job {
	config_setting_t *setting;
	const struct key *keys;
	size_t n_keys;
	char *target;
	struct str path; /* "mail." */
};

struct loading {
	struct configuration *c;
	struct problems problems;
	struct job jobs[JOBS_MOST];
	size_t n_jobs;
};

static struct str
setting_file(const struct loading *l, const config_setting_t *s)
{
	const char *file = s ? config_setting_source_file(s) : NULL;

	return file ? str_of(file) : l->c->path;
}

static int
setting_line(const config_setting_t *s)
{
	int line = s ? config_setting_source_line(s) : 0;

	return line > 0 ? line : 1;
}

#define PROBLEM(l, setting, ...)                                                                                       \
	problem_add(&(l)->problems, setting_file((l), (setting)), setting_line(setting), __VA_ARGS__)

static void
place_add(struct loading *l, const void *value, const config_setting_t *s)
{
	struct configuration_places *p = l->c->places;

	if (p->n == p->cap) {
		struct configuration_place *old = p->list;

		p->cap = p->cap ? 2 * p->cap : 64;
		p->list = arena_array(l->c->memory, p->cap, sizeof(*p->list));
		if (p->n > 0)
			memcpy(p->list, old, p->n * sizeof(*old));
	}
	p->list[p->n++] =
	    (struct configuration_place){ value, arena_copy(l->c->memory, setting_file(l, s)), setting_line(s) };
}

static void
wrong_type(struct loading *l, const config_setting_t *s, struct str path, const struct key *k)
{
	struct buf allowed;

	buf_init(&allowed, TEXT_MOST);
	key_allowed(k, &allowed);
	PROBLEM(l, s, "%.*s%s has the wrong type; allowed: %s", STR_ARGS(path), k->name, buf_z(&allowed));
	buf_free(&allowed);
}

/* Whether s is clean UTF-8 of an allowed length and form; reports it where not. */
static bool
text_check(struct loading *l, const config_setting_t *at, struct str path, const struct key *k, struct str s,
    long long low, long long high)
{
	const char *allowed = NULL;
	struct buf safe;
	bool clean;

	buf_init(&safe, TEXT_MOST * 16);
	log_escape(&safe, str_head(s, TEXT_MOST), false);
	clean = str_equal(buf_str(&safe), str_head(s, TEXT_MOST));
	buf_free(&safe);
	if ((long long)s.n < low || (long long)s.n > high)
		PROBLEM(l, at, "%.*s%s has %zu bytes; allowed: %lld to %lld", STR_ARGS(path), k->name, s.n, low, high);
	else if (!clean)
		PROBLEM(l, at,
		    "%.*s%s: \"%.*s\" is not plain text; allowed: UTF-8 without control or invisible characters",
		    STR_ARGS(path), k->name, STR_ARGS(s));
	else if (s.n > 0 && k->check && (allowed = k->check(s)) != NULL)
		PROBLEM(l, at, "%.*s%s: \"%.*s\" cannot be used; allowed: %s", STR_ARGS(path), k->name, STR_ARGS(s),
		    allowed);
	else
		return true;
	return false;
}

static void
range_check(struct loading *l, const config_setting_t *s, struct str path, const struct key *k, long long v, void *at)
{
	if (v < k->low || v > k->high)
		PROBLEM(l, s, "%.*s%s: %lld is out of range; allowed: %lld to %lld", STR_ARGS(path), k->name, v, k->low,
		    k->high);
	else
		key_number_store(k, at, v);
}

static bool
setting_is_number(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_INT || config_setting_type(s) == CONFIG_TYPE_INT64;
}

static void
size_read(struct loading *l, const config_setting_t *s, struct str path, const struct key *k, void *at)
{
	long long v;

	if (setting_is_number(s))
		v = config_setting_get_int64(s);
	else if (config_setting_type(s) != CONFIG_TYPE_STRING ||
		 !key_size_parse(str_of(config_setting_get_string(s)), &v)) {
		wrong_type(l, s, path, k);
		return;
	}
	range_check(l, s, path, k, v, at);
}

static void
choice_read(struct loading *l, const config_setting_t *s, struct str path, const struct key *k, void *at)
{
	const char *text = config_setting_get_string(s);
	struct buf choices;

	for (const struct key_choice *c = k->choices; text && c->name; c++)
		if (strcmp(c->name, text) == 0) {
			key_number_store(k, at, c->value);
			return;
		}
	if (text == NULL) {
		wrong_type(l, s, path, k);
		return;
	}
	buf_init(&choices, TEXT_MOST);
	key_allowed(k, &choices);
	PROBLEM(l, s, "%.*s%s: \"%s\" is not known; allowed: %s", STR_ARGS(path), k->name, text, buf_z(&choices));
	buf_free(&choices);
}

static bool
setting_is_list(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_ARRAY || config_setting_type(s) == CONFIG_TYPE_LIST;
}

/* The elements of a list of texts into out (as many as the setting has); false where one is no text. */
static bool
texts_read(struct loading *l, const config_setting_t *s, struct str path, const struct key *k, struct strings *out)
{
	int n = setting_is_list(s) ? config_setting_length(s) : -1;

	if (n < 0) {
		wrong_type(l, s, path, k);
		return false;
	}
	if (n < k->low || n > k->high) {
		PROBLEM(
		    l, s, "%.*s%s has %d elements; allowed: %lld to %lld", STR_ARGS(path), k->name, n, k->low, k->high);
		return false;
	}
	*out = (struct strings){ arena_array(l->c->memory, (size_t)n, sizeof(*out->list)), (size_t)n };
	for (int i = 0; i < n; i++) {
		config_setting_t *one = config_setting_get_elem(s, (unsigned)i);
		const char *text = config_setting_get_string(one);

		if (text == NULL) {
			wrong_type(l, one, path, k);
			return false;
		}
		if (!text_check(l, one, path, k, str_of(text), 1, TEXT_MOST))
			continue;
		out->list[i] = arena_copy(l->c->memory, str_of(text));
		place_add(l, &out->list[i], one);
	}
	return true;
}

static void
patterns_read(struct loading *l, const config_setting_t *s, const struct job *j, const struct key *k)
{
	struct reference_pattern **list = (void *)(j->target + k->offset);
	struct strings texts;

	if (!texts_read(l, s, j->path, k, &texts))
		return;
	*list = arena_array(l->c->memory, texts.n, sizeof(**list));
	*(size_t *)(void *)(j->target + k->count) = texts.n;
	for (size_t i = 0; i < texts.n; i++) {
		(*list)[i].text = texts.list[i];
		(*list)[i].line = setting_line(config_setting_get_elem(s, (unsigned)i));
		place_add(l, &(*list)[i], config_setting_get_elem(s, (unsigned)i));
	}
}

static void
job_add(struct loading *l, config_setting_t *s, const struct key *k, char *target, struct str path)
{
	if (l->n_jobs == JOBS_MOST)
		abort();
	l->jobs[l->n_jobs++] = (struct job){ s, k->keys, k->n_keys, target, path };
}

static void
group_add(struct loading *l, config_setting_t *s, const struct job *j, const struct key *k)
{
	job_add(l, s, k, j->target, arena_format(l->c->memory, "%.*s%s.", STR_ARGS(j->path), k->name));
}

static void
list_read(struct loading *l, config_setting_t *s, const struct job *j, const struct key *k)
{
	int n = config_setting_type(s) == CONFIG_TYPE_LIST ? config_setting_length(s) : -1;
	char *list;

	if (n < 0) {
		wrong_type(l, s, j->path, k);
		return;
	}
	if (n < k->low || n > k->high) {
		PROBLEM(l, s, "%.*s%s has %d elements; allowed: %lld to %lld", STR_ARGS(j->path), k->name, n, k->low,
		    k->high);
		return;
	}
	list = arena_array(l->c->memory, (size_t)n, k->size);
	*(char **)(void *)(j->target + k->offset) = list;
	*(size_t *)(void *)(j->target + k->count) = (size_t)n;
	for (int i = 0; i < n; i++) {
		config_setting_t *one = config_setting_get_elem(s, (unsigned)i);

		if (!config_setting_is_group(one)) {
			wrong_type(l, one, j->path, k);
			continue;
		}
		place_add(l, list + (size_t)i * k->size, one);
		job_add(l, one, k, list + (size_t)i * k->size,
		    arena_format(l->c->memory, "%.*s%s[%d].", STR_ARGS(j->path), k->name, i));
	}
}

static void
value_read(struct loading *l, config_setting_t *s, const struct job *j, const struct key *k)
{
	void *at = j->target + k->offset;
	const char *text = config_setting_get_string(s);

	if (k->type != KEY_GROUP)
		place_add(l, at, s);
	switch (k->type) {
	case KEY_TEXT:
		if (text == NULL)
			wrong_type(l, s, j->path, k);
		else if (text_check(l, s, j->path, k, str_of(text), k->low, k->high))
			*(struct str *)at = arena_copy(l->c->memory, str_of(text));
		break;
	case KEY_NUMBER:
		if (!setting_is_number(s))
			wrong_type(l, s, j->path, k);
		else
			range_check(l, s, j->path, k, config_setting_get_int64(s), at);
		break;
	case KEY_SIZE:
		size_read(l, s, j->path, k, at);
		break;
	case KEY_BOOL:
		if (config_setting_type(s) != CONFIG_TYPE_BOOL)
			wrong_type(l, s, j->path, k);
		else
			*(bool *)at = config_setting_get_bool(s);
		break;
	case KEY_CHOICE:
		choice_read(l, s, j->path, k, at);
		break;
	case KEY_TEXTS:
		texts_read(l, s, j->path, k, at);
		break;
	case KEY_PATTERNS:
		patterns_read(l, s, j, k);
		break;
	case KEY_LIST:
		list_read(l, s, j, k);
		break;
	case KEY_GROUP:
		if (!config_setting_is_group(s))
			wrong_type(l, s, j->path, k);
		else
			group_add(l, s, j, k);
		break;
	}
}

static void
unknown_report(struct loading *l, const config_setting_t *s, const struct job *j)
{
	static const char *const secrets[] = { "password", "passwd", "pass", "secret" };
	const char *name = config_setting_name(s), *near = configuration_nearest(name, j->keys, j->n_keys);

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcmp(name, secrets[i]) == 0) {
			PROBLEM(l, s,
			    "%.*s%s: no secret may stand in this file; put it on the first line of a file of mode 0600 "
			    "and write password_file = \"/path/of/that/file\"",
			    STR_ARGS(j->path), name);
			return;
		}
	if (near)
		PROBLEM(l, s, "%.*s%s is not known; did you mean %s?", STR_ARGS(j->path), name, near);
	else
		PROBLEM(l, s, "%.*s%s is not known; see casemaild.conf(5)", STR_ARGS(j->path), name);
}

static void
job_run(struct loading *l, const struct job *j)
{
	int n = j->setting ? config_setting_length(j->setting) : 0;

	for (size_t i = 0; i < j->n_keys; i++) {
		const struct key *k = &j->keys[i];
		config_setting_t *s = j->setting ? config_setting_get_member(j->setting, k->name) : NULL;

		if (s == NULL && k->required)
			PROBLEM(l, j->setting, "%.*s%s is missing%s%s", STR_ARGS(j->path), k->name,
			    k->hint ? "; write " : "", k->hint ? k->hint : "");
		key_default(k, j->target, l->c->memory);
		if (s)
			value_read(l, s, j, k);
		else if (k->type == KEY_GROUP)
			group_add(l, NULL, j, k);
	}
	for (int i = 0; i < n; i++) {
		const config_setting_t *s = config_setting_get_elem(j->setting, (unsigned)i);
		bool known = false;

		for (size_t k = 0; k < j->n_keys && !known; k++)
			known = strcmp(config_setting_name(s), j->keys[k].name) == 0;
		if (!known)
			unknown_report(l, s, j);
	}
}

/* libconfig reads a folder or a device as if it were text, so this looks first. */
static bool
file_check(struct loading *l)
{
	const char *path = l->c->path.p;
	struct stat st;
	FILE *f = fopen(path, "re");

	if (f == NULL || fstat(fileno(f), &st) != 0)
		problem_add(&l->problems, l->c->path, 0, "cannot be read: %s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		problem_add(&l->problems, l->c->path, 0, "is not a regular file");
	else if (st.st_size > FILE_MOST)
		problem_add(&l->problems, l->c->path, 0, "is larger than %d bytes", FILE_MOST);
	if (f)
		fclose(f);
	return l->problems.n == 0;
}

/* Whether it is a file in the form of libconfig; what is wrong with its values stands in the problems. */
static bool
file_read(struct loading *l, config_t *file)
{
	const char *slash = strrchr(l->c->path.p, '/');
	struct key top = { .keys = configuration_keys, .n_keys = configuration_n_keys };

	if (slash)
		config_set_include_dir(file, arena_z(l->c->memory, str_head(l->c->path, (size_t)(slash - l->c->path.p) +
											    (slash == l->c->path.p))));
	if (!config_read_file(file, l->c->path.p)) {
		const char *where = config_error_file(file);

		problem_add(&l->problems, where ? str_of(where) : l->c->path, config_error_line(file), "%s",
		    config_error_text(file) ? config_error_text(file) : "cannot be read");
		return false;
	}
	job_add(l, config_root_setting(file), &top, (char *)l->c, STR(""));
	for (size_t i = 0; i < l->n_jobs; i++) {
		struct job j = l->jobs[i];

		job_run(l, &j);
	}
	workflow_default(&l->c->workflow, l->c->memory);
	configuration_check(l->c, &l->problems);
	return true;
}

struct configuration *
configuration_read(const char *path, struct buf *errors, bool *failed)
{
	struct arena *memory = arena_open(MEMORY_MOST);
	struct configuration *c = arena_new(memory, struct configuration);
	struct loading *l = arena_new(memory, struct loading);
	config_t file;
	bool is_read = false;

	c->memory = memory;
	c->path = arena_copy(memory, str_of(path));
	c->places = arena_new(memory, struct configuration_places);
	l->c = c;
	problems_open(&l->problems, c->path, c->places);
	config_init(&file);
	if (file_check(l) && configuration_scan(c->path, &l->problems))
		is_read = file_read(l, &file);
	*failed = l->problems.n > 0;
	problems_show(&l->problems, errors);
	problems_close(&l->problems);
	config_destroy(&file);
	if (!is_read)
		configuration_close(&c);
	return c;
}

struct configuration *
configuration_load(const char *path, struct buf *errors)
{
	bool failed;
	struct configuration *c = configuration_read(path, errors, &failed);

	if (failed)
		configuration_close(&c);
	return c;
}

void
configuration_close(struct configuration **c)
{
	struct arena *memory;

	if (*c == NULL)
		return;
	memory = (*c)->memory;
	*c = NULL;
	arena_close(&memory);
}
