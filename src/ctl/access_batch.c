/* SPDX-License-Identifier: ISC
 * access_batch.c: casectl access request --batch: an array of requests in JSON, for portals. All of them are asked in
 * one transaction, or none; everything that is wrong with any of them is said, with its place in the array.
 *
 * The text is not trusted: its size and number are bounded, the parser's own depth is, a name that stands twice in an
 * object is refused, and a field nobody knows is an error and no surprise.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "ctl/access_ask.h"
#include "ctl/listing.h"

#define BATCH_BYTES ((size_t)1 << 20)
#define BATCH_MOST 500
#define FIELD_MOST 1000 /* bytes of a text */

struct batch {
	struct ctl *c;
	struct access_ask ask;
	size_t i, problems; /* i: the element that is looked at */
	struct access_asked *asked;
	struct person *people; /* whom each was about */
};

/* Fields of a request that are texts, as the options of the command are called. */
struct fields {
	struct str address, by, name, employer, country, phone, language;
};

static void __attribute__((format(printf, 3, 4))) say(struct batch *b, const char *field, const char *format, ...)
{
	char words[1024];
	struct err e;
	va_list ap;

	va_start(ap, format);
	vsnprintf(words, sizeof(words), format, ap);
	va_end(ap);
	err_set(&e, ERR_REJECT, "[%zu]%s%s: %s", b->i, *field ? "." : "", field, words);
	fprintf(stderr, "casectl: %s\n", e.text);
	b->problems++;
}

/* A text of the request, copied: the parser's own goes with the parser. */
static struct str
text_of(struct batch *b, const char *field, const json_t *v)
{
	struct str s = { json_string_value(v), json_string_length(v) };

	if (!json_is_string(v)) {
		say(b, field, "a text is allowed");
		return STR_NONE;
	}
	if (s.n > FIELD_MOST) {
		say(b, field, "longer than %d bytes", FIELD_MOST);
		return STR_NONE;
	}
	return arena_copy(b->c->arena, s);
}

static void
read_line(struct batch *b, const char *org_id, const json_t *v, struct access_request *r)
{
	char field[128];
	enum access_level level;
	struct err e;

	snprintf(field, sizeof(field), "deployment.%.100s", org_id);
	if (!json_is_string(v) || !access_level_parse(str_of(json_string_value(v)), &level))
		say(b, field, "none, basic, read-only or read-write is allowed");
	else if (access_ask_line(b->c, arena_copy(b->c->arena, str_of(org_id)), level, r, &e) < 0)
		say(b, field, "%s", e.text);
}

static void
read_lines(struct batch *b, json_t *v, struct access_request *r)
{
	if (!json_is_object(v) || json_object_size(v) == 0) {
		say(b, "deployment", "an object is allowed: {\"ORGID\": \"read-only\", ...}");
		return;
	}
	for (void *i = json_object_iter(v); i; i = json_object_iter_next(v, i))
		read_line(b, json_object_iter_key(i), json_object_iter_value(i), r);
}

static void
read_fields(struct batch *b, json_t *v, struct fields *f, struct access_request *r)
{
	const struct {
		const char *name;
		struct str *into;
	} known[] = { { "address", &f->address }, { "by", &f->by }, { "name", &f->name }, { "employer", &f->employer },
		{ "country", &f->country }, { "phone", &f->phone }, { "language", &f->language } };

	for (void *i = json_object_iter(v); i; i = json_object_iter_next(v, i)) {
		const char *name = json_object_iter_key(i);
		const json_t *value = json_object_iter_value(i);
		size_t k = 0;

		while (k < sizeof(known) / sizeof(*known) && strcmp(known[k].name, name) != 0)
			k++;
		if (k < sizeof(known) / sizeof(*known))
			*known[k].into = text_of(b, name, value);
		else if (strcmp(name, "deployment") == 0)
			read_lines(b, json_object_iter_value(i), r);
		else
			say(b, "", "there is no field \"%.100s\"", name);
	}
	if (json_object_get(v, "deployment") == NULL)
		say(b, "deployment", "is missing");
	if (json_object_get(v, "address") == NULL)
		say(b, "address", "is missing");
	if (f->language.n && !ctl_is_language(f->language))
		say(b, "language", "a code of two or three small letters is allowed: en, de, ...");
}

/* The people of a request. -1: the store cannot be read. */
static int
find_people(struct batch *b, const struct fields *f, struct access_request *r, struct err *e)
{
	struct access_ask_person who = { f->address, f->name, f->employer, f->country, f->phone, f->language };

	if (f->address.n && access_ask_person(b->c, &who, r, e) < 0) {
		if (e->kind != ERR_REJECT)
			return -1;
		say(b, "address", "%s", e->text);
	}
	if (access_ask_requester(b->c, f->by, r, e) < 0) {
		if (e->kind != ERR_REJECT)
			return -1;
		say(b, "by", "%s", e->text);
	}
	return 0;
}

static int
check(struct batch *b, struct access_request *r, struct err *e)
{
	const struct access_problem *problem;

	if (access_ask_check(b->c, &b->ask, r, &problem, e) < 0)
		return -1;
	for (; problem; problem = problem->next) {
		struct str org_id = problem->line < 0 ? STR_NONE : r->lines[problem->line].deployment.org_id;
		char field[128];

		snprintf(
		    field, sizeof(field), "%s%.*s", org_id.n ? "deployment." : "", STR_ARGS(str_head(org_id, 100)));
		say(b, field, "%.*s", STR_ARGS(problem->words));
	}
	return 0;
}

/* One element. Asked at once where it is sound, so that the next one cannot ask for the same. */
static int
take(struct batch *b, json_t *v, struct err *e)
{
	size_t before = b->problems;
	struct access_request r;
	struct fields f = { 0 };

	if (!json_is_object(v)) {
		say(b, "", "an object is allowed");
		return 0;
	}
	access_ask_init(b->c, 0, &r);
	read_fields(b, v, &f, &r);
	if (find_people(b, &f, &r, e) < 0)
		return -1;
	if (b->problems > before)
		return 0;
	if (check(b, &r, e) < 0)
		return -1;
	if (b->problems > before)
		return 0;
	b->people[b->i] = r.person;
	if (access_ask_apply(b->c, &b->ask, &r, "access-request", &b->asked[b->i], e) < 0)
		return err_prefix(e, "[%zu]: ", b->i);
	return 0;
}

static int
show(const struct batch *b, size_t n)
{
	static const struct column columns[] = { { "REQUEST", "request" }, { "CASE", "case" }, { "ADDRESS", "address" },
		{ "STATE", "state" }, { "NOTICES", "notices" } };
	struct listing *l = listing_open(b->c, columns, sizeof(columns) / sizeof(*columns));

	for (size_t i = 0; i < n; i++) {
		listing_row(l);
		listing_number(l, "request", b->asked[i].request);
		listing_text(l, "case", b->asked[i].case_number);
		listing_text(l, "address", b->people[i].address);
		listing_text(l, "state", b->asked[i].state);
		listing_number(l, "notices", (int64_t)b->asked[i].notices);
	}
	return listing_close(l);
}

static int
run_all(struct batch *b, json_t *all)
{
	size_t n = json_array_size(all);
	struct err e;
	int status;

	b->asked = arena_array(b->c->arena, n, sizeof(*b->asked));
	b->people = arena_array(b->c->arena, n, sizeof(*b->people));
	if (access_ask_open(b->c, &b->ask, &e) < 0)
		return ctl_fail(b->c, &e);
	for (b->i = 0; b->i < n; b->i++)
		if (take(b, json_array_get(all, b->i), &e) < 0)
			return ctl_fail(b->c, &e);
	if (b->problems > 0) {
		err_set(&e, ERR_REJECT, "nothing was asked for: %zu error%s", b->problems, b->problems == 1 ? "" : "s");
		return ctl_fail(b->c, &e);
	}
	status = ctl_commit(b->c);
	return status == CTL_DONE ? show(b, n) : status;
}

static json_t *
parse(struct str text, struct err *e)
{
	json_error_t why;
	json_t *all = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);

	if (all == NULL)
		err_set(e, ERR_REJECT, "--batch: line %d, column %d: %s", why.line, why.column, why.text);
	else if (!json_is_array(all) || json_array_size(all) == 0)
		err_set(e, ERR_REJECT, "--batch: an array of requests is allowed");
	else if (json_array_size(all) > BATCH_MOST)
		err_set(e, ERR_REJECT, "--batch: %zu requests; at most %d are allowed at once", json_array_size(all),
		    BATCH_MOST);
	else
		return all;
	json_decref(all);
	return NULL;
}

int
access_batch_run(struct ctl *c)
{
	struct batch b = { .c = c };
	struct str text;
	json_t *all;
	struct err e;
	int status;

	if (c->n_words > 0 || c->n_options > 1)
		return fprintf(stderr, "casectl: --batch stands alone: the file says the rest\n"), CTL_USAGE;
	if (ctl_read_file(c, ctl_option(c, "batch").p, BATCH_BYTES, &text) < 0)
		return CTL_REFUSED;
	all = parse(text, &e);
	if (all == NULL)
		return ctl_fail(c, &e);
	status = ctl_begin(c);
	if (status == CTL_DONE)
		status = run_all(&b, all);
	access_ask_close(&b.ask);
	json_decref(all);
	return status;
}
