/* SPDX-License-Identifier: ISC
 * ctl.c: what the commands share: options, the store, errors, files, applying a plan.
 */
#include "config.h"

#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "daemon/apply.h"

#define ERRORS_MOST ((size_t)1 << 20)

struct str
ctl_option_at(const struct ctl *c, const char *name, size_t nth)
{
	for (size_t i = 0; i < c->n_options; i++)
		if (strcmp(c->options[i].spec->name, name) == 0 && nth-- == 0)
			return str_of(c->options[i].value);
	return STR_NONE;
}

struct str
ctl_option(const struct ctl *c, const char *name)
{
	return ctl_option_at(c, name, 0);
}

bool
ctl_has(const struct ctl *c, const char *name)
{
	return ctl_option(c, name).p != NULL;
}

struct str
ctl_word(const struct ctl *c, size_t i)
{
	return i < c->n_words ? str_of(c->words[i]) : STR_NONE;
}

int
ctl_number(const struct ctl *c, const char *name, int64_t least, int64_t most, int64_t fallback, int64_t *out)
{
	struct str s = ctl_option(c, name);
	long long v;

	*out = fallback;
	if (s.p == NULL)
		return 0;
	if (!str_to_number(s, &v) || v < least || v > most) {
		fprintf(stderr, "casectl: --%s %.*s: a number from %lld to %lld is allowed\n", name, STR_ARGS(s),
		    (long long)least, (long long)most);
		return -1;
	}
	*out = v;
	return 0;
}

int64_t
ctl_midnight(int64_t day)
{
	time_t noon = (time_t)(day * 86400 + 43200);
	struct tm tm = { 0 };

	gmtime_r(&noon, &tm);
	tm.tm_hour = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

int
ctl_since(const struct ctl *c, const char *name, int64_t fallback, int64_t *out)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = { { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 }, { 'w', 604800000 } };
	struct str s = ctl_option(c, name);
	int64_t day;
	long long v;

	*out = fallback;
	if (s.p == NULL)
		return 0;
	if (date_parse(s, &day)) {
		*out = ctl_midnight(day);
		return 0;
	}
	for (size_t i = 0; s.n > 1 && i < sizeof(units) / sizeof(*units); i++)
		if (s.p[s.n - 1] == units[i].letter && str_to_number(str_head(s, s.n - 1), &v) && v >= 0 &&
		    v < 100000) {
			*out = c->now - v * units[i].ms;
			return 0;
		}
	fprintf(stderr,
	    "casectl: --%s %.*s: a date such as 2026-12-25, or how long ago as 90m, 12h, 7d or 2w, is allowed\n", name,
	    STR_ARGS(s));
	return -1;
}

bool
ctl_is_language(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n == 2 || s.n == 3;
}

int
ctl_language(const struct ctl *c, struct str *out)
{
	*out = ctl_option(c, "language");
	if (out->p == NULL || ctl_is_language(*out))
		return CTL_DONE;
	return ctl_refuse(
	    "--language %.*s: a code of two or three small letters is allowed: en, de, ...", STR_ARGS(*out));
}

int
ctl_configuration(struct ctl *c)
{
	struct buf errors;

	if (c->configuration)
		return CTL_DONE;
	buf_init(&errors, ERRORS_MOST);
	c->configuration = configuration_load(c->path, &errors);
	if (c->configuration == NULL)
		fputs(buf_z(&errors), stderr);
	buf_free(&errors);
	return c->configuration ? CTL_DONE : CTL_TROUBLE;
}

int
ctl_store(struct ctl *c, enum store_mode mode)
{
	struct err e;

	if (ctl_configuration(c) != CTL_DONE)
		return CTL_TROUBLE;
	if (store_open(c->configuration->database, mode, &c->store, &e) == 0)
		return CTL_DONE;
	fprintf(stderr, "casectl: %s\n", e.text);
	return CTL_TROUBLE;
}

int
ctl_begin(struct ctl *c)
{
	int status = ctl_store(c, STORE_WRITE);
	struct err e;

	if (status != CTL_DONE)
		return status;
	return store_begin(c->store, &e) == 0 ? CTL_DONE : ctl_fail(c, &e);
}

int
ctl_commit(struct ctl *c)
{
	struct err e;

	return store_commit(c->store, &e) == 0 ? CTL_DONE : ctl_fail(c, &e);
}

int
ctl_fail(struct ctl *c, const struct err *e)
{
	if (c->store)
		store_rollback(c->store);
	fprintf(stderr, "casectl: %s\n", e->text);
	return e->kind == ERR_REJECT ? CTL_REFUSED : CTL_TROUBLE;
}

int
ctl_refuse(const char *format, ...)
{
	va_list ap;

	fputs("casectl: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CTL_REFUSED;
}

int
ctl_read_file(struct ctl *c, const char *path, size_t max, struct str *out)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	char room[65536];
	struct buf b;
	ssize_t n = -1;

	buf_init(&b, max);
	while (fd >= 0 && (n = read(fd, room, sizeof(room))) > 0 && !b.overflow)
		buf_add(&b, (struct str){ room, (size_t)n });
	if (n < 0)
		fprintf(stderr, "casectl: %s: %s\n", path, strerror(errno));
	else if (b.overflow)
		fprintf(stderr, "casectl: %s: larger than %zu bytes\n", path, max);
	else
		*out = arena_copy(c->arena, buf_str(&b));
	if (fd >= 0)
		close(fd);
	n = n < 0 || b.overflow ? -1 : 0;
	buf_free(&b);
	return (int)n;
}

struct ctl_applier {
	struct templates *templates;
	struct own_marks marks;
};

int
ctl_applier_open(struct ctl *c, struct ctl_applier **out, struct err *e)
{
	struct ctl_applier *x = *out = arena_new(c->arena, struct ctl_applier);

	x->templates = settle_templates_empty(c->configuration);
	return settle_marks(c->store, c->configuration, &x->marks, e);
}

void
ctl_applier_close(struct ctl_applier **x)
{
	if (*x)
		templates_close(&(*x)->templates);
	*x = NULL;
}

static int
applier_apply(struct ctl *c, struct ctl_applier *x, struct apply *a, const struct plan *p, const char *event,
    struct applied *out, struct err *e)
{
	a->store = c->store;
	a->configuration = c->configuration;
	a->arena = c->arena;
	a->now = c->now;
	a->who = c->who;
	a->event = event;
	a->templates = x->templates;
	a->marks = &x->marks;
	return apply_plan(a, p, out, e);
}

int
ctl_applier_run(
    struct ctl *c, struct ctl_applier *x, const struct plan *p, const char *event, struct applied *out, struct err *e)
{
	return applier_apply(c, x, &(struct apply){ 0 }, p, event, out, e);
}

static int
apply_and_commit(struct ctl *c, struct apply *a, const struct plan *p, const char *event, struct applied *out)
{
	struct ctl_applier *x = NULL;
	struct err e;
	int ok = ctl_applier_open(c, &x, &e);

	if (ok == 0)
		ok = applier_apply(c, x, a, p, event, out, &e);
	if (ok == 0)
		ok = store_commit(c->store, &e);
	ctl_applier_close(&x);
	return ok == 0 ? CTL_DONE : ctl_fail(c, &e);
}

int
ctl_apply(struct ctl *c, const struct plan *p, const char *event, const struct reading_attachment *files,
    size_t n_files, struct applied *out)
{
	return apply_and_commit(c, &(struct apply){ .files = files, .n_files = n_files }, p, event, out);
}

int
ctl_apply_message(struct ctl *c, const struct plan *p, const char *event, const struct arrival *arrival,
    const struct reading *r, struct applied *out)
{
	return apply_and_commit(c, &(struct apply){ .arrival = arrival, .reading = r }, p, event, out);
}
