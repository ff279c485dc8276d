/* SPDX-License-Identifier: ISC
 * test_corpus.c: reads the mails of tests/corpus/mail and compares them with what each should say.
 *
 * A folder holds mail.eml and expected: sections "== name" whose lines are that field's text. A field
 * that has no section is not compared. A bug report becomes one more folder.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading/reading.h"
#include "setup.h"
#include "tap.h"

#define FOLDERS_LEAST 30

static struct str
read_all(const char *path, struct arena *a)
{
	FILE *f = fopen(path, "rb");
	char block[65536];
	struct buf b;
	struct str out;
	size_t n;

	buf_init(&b, 16u << 20);
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, (struct str){ block, n });
	fclose(f);
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static struct str
field_of(const struct reading *r, struct str name)
{
	const struct {
		struct str name, value;
	} fields[] = {
		{ STR("new_text"), r->new_text },
		{ STR("signature"), r->signature },
		{ STR("quoted"), r->quoted },
		{ STR("other_text"), r->other_text },
		{ STR("interleaved"), r->interleaved ? STR("yes") : STR("no") },
		{ STR("forward"), r->is_forward ? STR("yes") : STR("no") },
		{ STR("above"), r->above },
		{ STR("forward_subject"), r->forward_subject },
		{ STR("forward_from"), r->forward_from },
		{ STR("forward_date"), r->forward_date },
		{ STR("subject"), r->subject },
		{ STR("kind"), str_of(reading_kind_name(r->kind)) },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (str_equal(fields[i].name, name))
			return fields[i].value;
	printf("Bail out! no field %.*s\n", STR_ARGS(name));
	exit(2);
}

/* Takes the next section off *rest. */
static bool
next_section(struct str *rest, struct str *name, struct str *text)
{
	struct str line, from = *rest;

	if (!str_next_line(rest, &line) || !str_starts(line, STR("== ")))
		return false;
	*name = str_skip(line, 3);
	from = *rest;
	while (rest->n && !str_starts(*rest, STR("== ")))
		str_next_line(rest, &line);
	*text = str_trim_right((struct str){ from.p, from.n - rest->n });
	return true;
}

static void
test_folder(const char *corpus, const char *folder, struct reader_context *c)
{
	struct arena *a = arena_open(64u << 20);
	struct str rest, name, text;
	struct reading r;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s/mail.eml", corpus, folder);
	reading_read(c, READING_MESSAGE, read_all(path, a), a, &r);
	snprintf(path, sizeof(path), "%s/%s/expected", corpus, folder);
	rest = read_all(path, a);
	OK(r.malformed.n == 0, "%s", folder);
	while (next_section(&rest, &name, &text)) {
		snprintf(path, sizeof(path), "%s: %.*s", folder, STR_ARGS(name));
		IS_STR(str_trim_right(field_of(&r, name)), text, path);
	}
	OK(rest.n == 0, "%s: all of expected is read", folder);
	arena_close(&a);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	struct reading_setup setup;
	struct reader_context *c;
	struct err e = { 0 };
	struct dirent **list;
	char corpus[2048];
	int n, folders = 0;

	snprintf(corpus, sizeof(corpus), "%s/tests/corpus/mail", srcdir ? srcdir : ".");
	setup_for_tests(&setup);
	c = reading_open(&setup, &e);
	n = scandir(corpus, &list, NULL, by_name);
	if (c == NULL || n < 0) {
		printf("Bail out! %s: %s\n", corpus, e.text);
		return 2;
	}
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.' && strcmp(list[i]->d_name, "README") != 0 &&
		    strcmp(list[i]->d_name, "verdicts") != 0) {
			test_folder(corpus, list[i]->d_name, c);
			folders++;
		}
		free(list[i]);
	}
	free(list);
	OK(folders >= FOLDERS_LEAST, "%d folders", folders);
	reading_close(&c);
	return tap_done();
}
