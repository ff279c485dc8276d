/* SPDX-License-Identifier: ISC
 * read.c: casectl read, explain, verdict: files looked at as the daemon would, changing nothing.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/explain.h"
#include "daemon/reader.h"
#include "daemon/settle.h"
#include "reading/record.h"
#include "reading/verdict.h"

#define INPUT_MOST ((size_t)64 << 20)
#define JSON_MOST ((size_t)1 << 30)

/* What is read without a configuration: the shipped limits and pattern. The defaults live as long as the setup. */
static struct configuration *
default_setup(struct ctl *c, struct reading_setup *s)
{
	static const struct own_marks no_marks;
	struct configuration *defaults = configuration_defaults();

	settle_reading(defaults, &no_marks, c->arena, s);
	s->limits.message_bytes = INPUT_MOST;
	return defaults;
}

static int
input_parse(struct str s, enum reading_input *out)
{
	*out = READING_MESSAGE;
	if (s.p == NULL || str_equal(s, STR("message")))
		return 0;
	*out = READING_TEXT;
	if (str_equal(s, STR("text")))
		return 0;
	*out = READING_HTML;
	if (str_equal(s, STR("html")))
		return 0;
	fprintf(stderr, "casectl: --input %.*s: message, text or html is allowed\n", STR_ARGS(s));
	return -1;
}

/* The verdict on what the sender newly wrote, in all languages. */
static const char *
verdict_of(struct ctl *c, const struct reading *r)
{
	struct strings none = { 0 };
	struct verdict_phrases *phrases;
	struct verdict_result result;
	struct err e;

	phrases = verdict_open(&none, &none, &none, &e);
	if (phrases == NULL)
		return NULL;
	verdict_read(phrases, r->new_text, c->arena, &result);
	verdict_close(&phrases);
	if (r->interleaved && result.verdict != VERDICT_NONE)
		return verdict_name(VERDICT_AMBIGUOUS);
	return verdict_name(result.verdict);
}

static int
read_run(struct ctl *c)
{
	struct reading_setup setup;
	struct reading reading = { 0 };
	struct configuration *defaults;
	enum reading_input input;
	struct reader *reader;
	struct str raw;
	struct err e;
	struct buf j;
	int ok;

	if (input_parse(ctl_option(c, "input"), &input) < 0)
		return CTL_USAGE;
	if (ctl_read_file(c, c->words[0], INPUT_MOST, &raw) < 0)
		return CTL_REFUSED;
	defaults = default_setup(c, &setup);
	ok = reader_open(&setup, &reader, &e);
	if (ok == 0) {
		ok = reader_read(reader, input, raw, c->arena, &reading, &e);
		reader_close(&reader);
	}
	configuration_close(&defaults);
	if (ok < 0)
		return ctl_fail(c, &e);
	buf_init(&j, JSON_MOST);
	record_to_json(&reading, verdict_of(c, &reading), &j);
	puts(buf_z(&j));
	buf_free(&j);
	return CTL_DONE;
}

static int
explain_run(struct ctl *c)
{
	struct arrival arrival = { .mailbox = STR("file") };
	int status = ctl_store(c, STORE_READ);

	if (status != CTL_DONE)
		return status;
	if (ctl_read_file(c, c->words[0], INPUT_MOST, &arrival.raw) < 0)
		return CTL_REFUSED;
	return explain_message(c, &arrival);
}

static int
verdict_run(struct ctl *c)
{
	struct strings languages = { 0 }, none = { 0 };
	struct verdict_phrases *phrases;
	struct verdict_result r;
	struct str text, language;
	struct err e;
	struct buf j;

	if (ctl_read_file(c, c->n_words ? c->words[0] : "-", INPUT_MOST, &text) < 0)
		return CTL_REFUSED;
	languages.list = arena_array(c->arena, 32, sizeof(*languages.list));
	while (languages.n < 32 && (language = ctl_option_at(c, "language", languages.n)).p)
		languages.list[languages.n++] = language;
	phrases = verdict_open(&languages, &none, &none, &e);
	if (phrases == NULL) {
		fprintf(stderr, "casectl: %s\n", e.text);
		return CTL_USAGE;
	}
	verdict_read(phrases, text, c->arena, &r);
	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "verdict", str_of(verdict_name(r.verdict)));
	json_text(&j, "phrase", r.phrase);
	json_text(&j, "language", r.language);
	json_text(&j, "line", r.line);
	json_text(&j, "comment", r.comment);
	json_text(&j, "reason", str_of(r.reason));
	json_close(&j, '}');
	if (c->json)
		puts(buf_z(&j));
	else if (r.verdict == VERDICT_APPROVE || r.verdict == VERDICT_DENY)
		printf("%s: \"%.*s\" (%.*s)\n", verdict_name(r.verdict), STR_ARGS(r.phrase), STR_ARGS(r.language));
	else
		printf("%s: %s\n", verdict_name(r.verdict), r.reason);
	buf_free(&j);
	verdict_close(&phrases); /* r borrows from it */
	return CTL_DONE;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec read_options[] = { { "input", "KIND", false, false, "message (default), text or html" },
	END_OPTIONS };
static const struct option_spec verdict_options[] = {
	{ "language", "CODE", false, true, "only these languages (default: all)" }, END_OPTIONS
};

const struct verb verbs_read[] = {
	{ "explain", NULL, "FILE", 1, 1, "Show what would happen to a message and which rule says so, changing nothing",
	    "casectl explain reply.eml", NULL, explain_run },
	{ "read", NULL, "FILE|-", 1, 1, "Print what is read in a message as one JSON object",
	    "casectl read --input=text reply.txt", read_options, read_run },
	{ "verdict", NULL, "[FILE|-]", 0, 1, "Tell whether a text says yes or no, and why not when it is unclear",
	    "echo \"Yes, approved.\" | casectl verdict", verdict_options, verdict_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
