/* SPDX-License-Identifier: ISC
 * read_file.c: prints the reading of one input as JSON, in this process, without the reader's cage.
 *
 *	read_file --input=message|text|html FILE|-
 *
 * Used by the tests over mail folders; the product's own command is casectl read.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading/record.h"
#include "setup.h"

static struct str
read_all(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	struct buf b;
	char block[65536];
	size_t n;

	buf_init(&b, 256u << 20);
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, (struct str){ block, n });
	if (f != stdin)
		fclose(f);
	return buf_str(&b);
}

static enum reading_input
input_of(const char *arg)
{
	if (strcmp(arg, "--input=html") == 0)
		return READING_HTML;
	return strcmp(arg, "--input=text") == 0 ? READING_TEXT : READING_MESSAGE;
}

int
main(int argc, char **argv)
{
	struct reading_setup setup;
	struct reader_context *c;
	struct err e = { 0 };
	struct arena *a = arena_open(512u << 20);
	struct reading r;
	struct str raw;
	struct buf out;

	if (argc != 3) {
		fprintf(stderr, "usage: read_file --input=message|text|html FILE|-\n");
		return 2;
	}
	setup_for_tests(&setup);
	c = reading_open(&setup, &e);
	if (c == NULL) {
		fprintf(stderr, "read_file: %s\n", e.text);
		return 2;
	}
	raw = read_all(argv[2]);
	reading_read(c, input_of(argv[1]), raw, a, &r);
	buf_init(&out, 512u << 20);
	record_to_json(&r, NULL, &out);
	fwrite(out.p, 1, out.n, stdout);
	putchar('\n');
	buf_free(&out);
	free((char *)(size_t)raw.p);
	arena_close(&a);
	reading_close(&c);
	return 0;
}
