/* SPDX-License-Identifier: ISC
 * test_verdict.c: what answers mean: the tables of tests/corpus/verdicts, and the rules one by one.
 */
#include "config.h"

#include "reading/verdict.h"

#include <locale.h>

#include "tap.h"

#define RECOGNISED_LEAST 98 /* of a hundred clear answers */

static struct arena *arena;

static struct verdict_phrases *
open_for(const char *codes)
{
	struct str list[8], rest = str_of(codes), field;
	struct strings languages = { list, 0 };
	struct err e = { 0 };
	struct verdict_phrases *p;

	while (*codes && str_next_field(&rest, ' ', &field))
		list[languages.n++] = field;
	p = verdict_open(&languages, NULL, NULL, &e);
	if (p == NULL) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	return p;
}

static struct verdict_result
read_exact(const struct verdict_phrases *p, struct str text)
{
	struct str exact = tap_exact(text);
	struct verdict_result r;

	verdict_read(p, exact, arena, &r);
	r.line = arena_copy(arena, r.line);
	free((char *)exact.p);
	return r;
}

/* A field of a table: \n stands for a line end. */
static struct str
unescape(struct str s)
{
	struct buf b;
	struct str text;

	buf_init(&b, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n') {
			buf_add_char(&b, '\n');
			i++;
		} else {
			buf_add_char(&b, s.p[i]);
		}
	text = arena_copy(arena, buf_str(&b));
	buf_free(&b);
	return text;
}

struct tally {
	int rows, clear, recognised, wrong;
};

static void
check_row(const struct verdict_phrases *p, struct str row, struct tally *t)
{
	struct str text, want;
	struct verdict_result r;

	if (row.n == 0 || row.p[0] == '#' || !str_next_field(&row, '\t', &text) || !str_next_field(&row, '\t', &want))
		return;
	r = read_exact(p, unescape(text));
	t->rows++;
	t->clear += !str_equal(want, STR("ambiguous"));
	t->recognised += !str_equal(want, STR("ambiguous")) && str_equal(str_of(verdict_name(r.verdict)), want);
	if (r.verdict != VERDICT_AMBIGUOUS && !str_equal(str_of(verdict_name(r.verdict)), want))
		t->wrong++;
	if (!str_equal(str_of(verdict_name(r.verdict)), want))
		printf(
		    "# %s (%s), not %.*s: %.*s\n", verdict_name(r.verdict), r.reason, STR_ARGS(want), STR_ARGS(text));
	arena_reset(arena);
}

static struct tally
check_table(const char *code, const char *languages)
{
	struct verdict_phrases *p = open_for(languages);
	static char content[1 << 16];
	struct tally t = { 0 };
	struct str rest, line;
	char path[512];
	FILE *f;

	snprintf(
	    path, sizeof(path), "%s/tests/corpus/verdicts/%s.tsv", getenv("srcdir") ? getenv("srcdir") : ".", code);
	f = fopen(path, "r");
	rest = (struct str){ content, f ? fread(content, 1, sizeof(content), f) : 0 };
	if (f)
		fclose(f);
	while (str_next_line(&rest, &line))
		check_row(p, line, &t);
	verdict_close(&p);
	return t;
}

static void
test_tables(void)
{
	static const char *const codes[] = { "en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sv", "da", "no",
		"fi", "tr", "ru", "uk", "ja", "zh", "ko", "ar", "he" };
	struct tally all = { 0 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		char own[8];
		struct tally t;

		snprintf(own, sizeof(own), "en %s", codes[i]);
		t = check_table(codes[i], own);
		OK(t.rows >= 25 && t.wrong == 0,
		    "req 9: %s: no false decision in %d rows, %d of %d clear ones recognised", codes[i], t.rows,
		    t.recognised, t.clear);
		t = check_table(codes[i], "");
		OK(t.rows >= 25 && t.wrong == 0, "req 9: %s, all languages: no false decision, %d of %d", codes[i],
		    t.recognised, t.clear);
		all.clear += t.clear;
		all.recognised += t.recognised;
	}
	OK(all.recognised * 100 >= all.clear * RECOGNISED_LEAST, "of %d clear answers %d were recognised", all.clear,
	    all.recognised);
}

static const struct {
	const char *languages, *text;
	enum verdict want;
	const char *reason;
} rows[] = {
	{ "", "", VERDICT_AMBIGUOUS, "empty" },
	{ "", "> yes\n", VERDICT_AMBIGUOUS, "empty" },
	{ "", "\xff\xfeyes", VERDICT_AMBIGUOUS, "invalid" },
	{ "", "Ye\xe2\x80\x8bs", VERDICT_AMBIGUOUS, "controls" },
	{ "", "\xe2\x80\xaeseY", VERDICT_AMBIGUOUS, "controls" },
	{ "", "Y\xd0\xb5s", VERDICT_AMBIGUOUS, "mixed-scripts" },
	{ "", "\xe2\x80\x8eYes\xe2\x80\x8f", VERDICT_APPROVE, "" },
	{ "", "\xef\xbb\xbfYes", VERDICT_APPROVE, "" },
	{ "", "Yes?", VERDICT_AMBIGUOUS, "question" },
	{ "", "Yes\nOr not?", VERDICT_AMBIGUOUS, "question" },
	{ "", "Yes\nbut only until Friday", VERDICT_AMBIGUOUS, "hedge" },
	{ "", "Yes\nI changed\nmy mind", VERDICT_AMBIGUOUS, "hedge" },
	{ "", "Yes\nYes", VERDICT_APPROVE, "" },
	{ "", "Yes\n\nNo", VERDICT_AMBIGUOUS, "contradiction" },
	{ "", "No\nMaybe later.", VERDICT_AMBIGUOUS, "hedge" },
	{ "", "No\nI approved the other one.", VERDICT_AMBIGUOUS, "contradiction" },
	{ "", "Yes\n\nThanks\nAnna\n\nBut only until Friday.", VERDICT_AMBIGUOUS, "hedge" },
	{ "", "Yes\n\nThanks\nNo", VERDICT_AMBIGUOUS, "contradiction" },
	{ "", "Thanks\nSi", VERDICT_AMBIGUOUS, "empty" },
	{ "", "Regards,\nJa", VERDICT_AMBIGUOUS, "empty" },
	{ "", "Yes\n> quoted", VERDICT_AMBIGUOUS, "glued" },
	{ "", "> quoted\nYes", VERDICT_AMBIGUOUS, "glued" },
	{ "", "> one\n\nYes\n\n> two", VERDICT_AMBIGUOUS, "interleaved" },
	{ "", "Yes\n\nOn 3 March 2026, S <s@x.example> wrote:\n> q\n\nonly until Friday", VERDICT_AMBIGUOUS,
	    "interleaved" },
	{ "", "Yes\n\nOn 3 March 2026, S\n<s@x.example> wrote:\n\nplease answer NO", VERDICT_APPROVE, "" },
	{ "", "Approve all", VERDICT_AMBIGUOUS, "no-phrase" },
	{ "", "Yes \xf0\x9f\x91\x8e", VERDICT_AMBIGUOUS, "unclear" },
	{ "", "HAYIR", VERDICT_DENY, "" },
	{ "", "HAY\xc4\xb0R", VERDICT_DENY, "" },
	{ "", "No", VERDICT_DENY, "" },
	{ "en pl", "No", VERDICT_AMBIGUOUS, "unclear" },
	{ "en da pl", "Tak", VERDICT_AMBIGUOUS, "unclear" },
	{ "en da pl", "Nej tak", VERDICT_DENY, "" },
	{ "en pl", "Tak", VERDICT_APPROVE, "" },
	{ "en", "Ja", VERDICT_AMBIGUOUS, "no-phrase" },
};

static void
test_rules(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct verdict_phrases *p = open_for(rows[i].languages);
		struct verdict_result r = read_exact(p, str_of(rows[i].text));

		if (!OK(r.verdict == rows[i].want && (rows[i].want != VERDICT_AMBIGUOUS || *r.reason), "row %zu: %s", i,
			verdict_name(rows[i].want)))
			printf("# got %s\n", verdict_name(r.verdict));
		IS_STR(str_of(r.reason), str_of(rows[i].reason), "for that reason");
		verdict_close(&p);
	}
}

static void
test_open(void)
{
	struct str ok[] = { STR("ok") }, letter[] = { STR("y") }, no[] = { STR("no") }, xx[] = { STR("xx") };
	struct strings yes = { ok, 1 }, both = { ok, 1 }, one = { letter, 1 }, wrong = { no, 1 }, unknown = { xx, 1 };
	struct err e = { 0 };
	struct verdict_phrases *p = verdict_open(NULL, &yes, NULL, &e);

	IS_INT(read_exact(p, STR("OK")).verdict, VERDICT_APPROVE, "what the operator adds decides");
	verdict_close(&p);
	OK(p == NULL, "close clears");
	OK(verdict_open(NULL, &yes, &both, &e) == NULL && e.kind == ERR_FATAL, "yes and no at once is refused");
	OK(verdict_open(NULL, &one, NULL, &e) == NULL, "one letter is refused");
	OK(verdict_open(NULL, &wrong, NULL, &e) == NULL, "a built-in no cannot become a yes");
	OK(verdict_open(&unknown, NULL, NULL, &e) == NULL, "an unknown language is refused");
}

int
main(void)
{
	setlocale(LC_ALL, "tr_TR.UTF-8");
	arena = arena_open((size_t)64 << 20);
	test_open();
	test_rules();
	test_tables();
	arena_close(&arena);
	return tap_done();
}
