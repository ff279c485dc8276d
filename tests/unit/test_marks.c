/* SPDX-License-Identifier: ISC
 * test_marks.c: folding, lookup, and that each phrase of the language files can be found at all.
 */
#include "config.h"

#include "reading/marks.h"

#include "tap.h"

struct mark {
	struct str phrase;
	unsigned kinds;
};

#include "reading/marks_table.h"

#define ROWS (sizeof(table) / sizeof(table[0]))

static struct arena *arena;

static void
test_table(void)
{
	size_t unfolded = 0, lost = 0, unsorted = 0;

	for (size_t i = 0; i < ROWS; i++) {
		struct str p = table[i].phrase;

		if (!str_equal(marks_fold(p, arena), p) && ++unfolded)
			printf("# not in folded form: %.*s\n", STR_ARGS(p));
		if ((marks_exact(p) != table[i].kinds || marks_prefix(p, table[i].kinds) != p.n) && ++lost)
			printf("# not found: %.*s\n", STR_ARGS(p));
		unsorted += i > 0 && str_compare(table[i - 1].phrase, p) >= 0;
	}
	OK(ROWS > 3000, "%zu phrases", ROWS);
	IS_INT((long long)unfolded, 0, "each is in folded form");
	IS_INT((long long)lost, 0, "each is found");
	IS_INT((long long)unsorted, 0, "they are sorted, none twice");
	IS_INT(first_row[256], ROWS, "the index ends at the end");
}

static void
test_fold(void)
{
	static const struct {
		const char *text, *folded;
	} rows[] = {
		{ "  On\t3 \n May ", "on 3 may" },
		{ "ÀÉÎÕÜ ŠŽ Ő Ÿ", "àéîõü šž ő ÿ" },
		{ "ΑΒΓ ΆΈΌ", "αβγ άέό" },
		{ "ПРИВЕТ ЁЇ", "привет ёї" },
		{ "ＦＲＯＭ：", "from:" },
		{ "l’été", "l'été" },
		{ "a\xe2\x80\x8b\xe2\x80\x8f"
		  "b\xef\xbb\xbf",
		    "ab" },
		{ "\xc2\xa0"
		  "a\xc2\xa0\xc2\xa0"
		  "b",
		    "a b" },
		{ "٣/٥ ۱۰", "3/5 10" },
		{ "İ", "i" },
		{ "\xff\xc3", "\xff\xc3" },
		{ "写道", "写道" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str exact = tap_exact(str_of(rows[i].text));

		IS_STR(marks_fold(exact, arena), str_of(rows[i].folded), "folded");
		free((char *)exact.p);
	}
	IS_INT((long long)marks_unfold(STR("  On  3"), 3), 6, "back to where it came from");
	IS_INT((long long)marks_unfold(STR("a\xe2\x80\x8b"
					   "b"),
		   1),
	    4, "past what is invisible");
}

/* What is nothing but ASCII is folded eight bytes at a time; an invisible mark in front has it folded one by one. */
static void
test_fold_eight(void)
{
	static const char alphabet[] = "aZ@[`{09  \t\x1f!~";
	char text[48] = "\xe2\x80\x8b";
	unsigned next = 1, differ = 0;

	for (int round = 0; round < 20000; round++) {
		struct str s = { text + 3, (size_t)round % 40 };

		for (size_t i = 0; i < s.n; i++) {
			next = next * 1103515245 + 12345;
			text[3 + i] = alphabet[(next >> 16) % (round % 2 ? 7 : sizeof(alphabet) - 1)];
		}
		differ += !str_equal(marks_fold(s, arena), marks_fold((struct str){ text, s.n + 3 }, arena));
	}
	IS_INT(differ, 0, "both ways fold alike");
}

static void
test_words(void)
{
	size_t at, n;

	IS_INT((long long)marks_prefix(STR("on 3 may"), MARK_ON), 2, "a word");
	IS_INT((long long)marks_prefix(STR("once"), MARK_ON), 0, "not the start of a longer one");
	IS_INT((long long)marks_prefix(STR("thanks in advance, jo"), MARK_SIGNOFF), 17, "the longest phrase");
	IS_INT((long long)marks_prefix(STR("написала мне"), MARK_VERB), 16, "in Cyrillic");
	OK(marks_prefix(STR("写道："), MARK_VERB) > 0 && marks_prefix(STR("写道了"), MARK_VERB) > 0,
	    "scripts without blanks");
	OK(marks_find_last(STR("jo wrote and su wrote on"), MARK_VERB, &at, &n) && at == 16 && n == 5, "the last one");
	OK(!marks_find_last(STR("rewrote"), MARK_VERB, NULL, NULL), "not inside a word");
	IS_INT(marks_exact(STR("no such phrase")), 0, "none");
}

int
main(void)
{
	arena = arena_open(16u << 20);
	test_table();
	test_fold();
	test_fold_eight();
	test_words();
	arena_close(&arena);
	return tap_done();
}
