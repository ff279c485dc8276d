/* SPDX-License-Identifier: ISC
 * test_split_linear.c: texts made to hurt each rule of the splitter and of the HTML reader. Four times
 * the text must take about four times the CPU: 4 for a linear step, 16 for a quadratic one, so 9 tells them apart on a
 * busy machine too.
 */
#include "config.h"

#include "reading/split.h"

#include <time.h>

#include "tap.h"

#define SMALL (64u << 10)
#define FACTOR 4
#define MOST_FACTOR 9
#define TRIES 5
#define FLOOR_MS 12 /* below it the clock says nothing */

struct kind {
	const char *name;
	bool html;
	const char *before, *again, *after;
};

static const struct kind kinds[] = {
	{ "letters", false, "", "a", "" },
	{ "quote marks", false, "", ">", "" },
	{ "quote marks with blanks", false, "", "> ", "" },
	{ "one mark a line", false, "", ">\n", "" },
	{ "line ends", false, "", "\n", "" },
	{ "blanks", false, "", " ", "" },
	{ "openings", false, "", "On 3 May 2024\n", "" },
	{ "openings without dates", false, "", "On ", "" },
	{ "attributions", false, "", "On 3 May 2024, Jo wrote:\n", "" },
	{ "quoted attributions", false, "", ">> On 3 May 2024 Jo <a@b> wrote:\n", "" },
	{ "attributions in one line", false, "", " On 3 2024 a@b wrote:", "" },
	{ "verbs", false, "", "wrote: ", "" },
	{ "verb lines", false, "", "wrote:\n", "" },
	{ "verbs without blanks", false, "", "写道", "" },
	{ "broken addresses", false, "", "<\n> wrote:\n", "" },
	{ "senders", false, "", "From: a@b\n", "" },
	{ "dates", false, "", "Date: x\n", "" },
	{ "fields with continuation", false, "", "From: x,\n y,\n", "" },
	{ "subjects with continuation", false, "", "Subject: x\n y\n", "" },
	{ "fields in one line", false, "", "To: ", "" },
	{ "markers", false, "", "---------- Forwarded message ----------\n", "" },
	{ "markers in one line", false, "", "----- Forwarded Message ----- From: a@b Subject: x ", "" },
	{ "blocks in one line each", false, "", "----- Forwarded Message ----- From: a@b To: c\n", "" },
	{ "colons", false, "", ":", "" },
	{ "unknown fields", false, "", "a: b\n", "" },
	{ "dates in digits", false, "", "2024-05-03 10:15\n", "" },
	{ "delimiters", false, "text\n", "--\n", "" },
	{ "rules", false, "text\n", "-----\n\n", "" },
	{ "footers", false, "text\n", "Sent from my x\n\n", "" },
	{ "footers and delimiters", false, "", "Sent from my x\n\n\n\n-- \n\n\n", "" },
	{ "sign-offs", false, "text\n", "Regards,\nJo\n\n", "" },
	{ "banners", false, "", "CAUTION: external\n\n", "" },
	{ "notices", false, "text\n\n", "This e-mail and any attachments are confidential, as you may well know\n\n",
	    "" },
	{ "names", false, "text\n\n", "Jo Doe\n", "" },
	{ "dashed names", false, "text\n\n", "-Jo Doe\n", "" },
	{ "our line", false, "", "reply above this line ", "" },
	{ "answers", false, "", "> q\n\na\n\n", "" },
	{ "glued answers", false, "", "> q\na\n", "" },
	{ "bars", false, "", "| a\n", "" },
	{ "initials", false, "", "AB> x\n", "" },
	{ "invisible characters", false, "", "\xe2\x80\x8b", "" },
	{ "bytes that are no text", false, "", "\xe5\xff\n", "" },
	{ "open elements", true, "", "<div>", "" },
	{ "open inline elements", true, "", "<b>", "" },
	{ "crossed elements", true, "", "<b><i></b>", "" },
	{ "paragraphs", true, "", "<p>", "" },
	{ "block quotes", true, "", "<blockquote>a", "" },
	{ "brackets", true, "", "<", "" },
	{ "ampersands", true, "", "&", "" },
	{ "attributes", true, "<a ", "a1 ", ">" },
	{ "styles", true, "<div style='", "a:b;", "'>x" },
	{ "classes", true, "<div class='", "a ", "'>x" },
	{ "comments", true, "", "<!--", "" },
	{ "scripts", true, "", "<script>", "" },
	{ "tables", true, "", "<table><tr><td>", "" },
	{ "lists", true, "", "<ul><li>", "" },
	{ "links", true, "", "<a href=http://x.y/z>l", "" },
	{ "a long link", true, "<a href='", "x", "'>l</a>" },
	{ "end tags in depth", true, "<i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i><i>", "</b>", "" },
	{ "rules in HTML", true, "", "<hr>", "" },
	{ "an attribute that does not end", true, "<a b=\"", "x", "" },
	{ "a tag that does not end", true, "<", "a", "" },
	{ "bytes that are no HTML", true, "", "\xff", "" },
	{ "NUL bytes", true, "", "", "" },
};

/* CPU milliseconds of one split of about n bytes of a kind; the least of some tries. */
static double
measure(const struct kind *k, size_t n, struct arena *a)
{
	struct buf b;
	double best = 1e9;

	buf_init(&b, n + 4096);
	buf_add_z(&b, k->before);
	while (b.n < n)
		if (k->again[0])
			buf_add_z(&b, k->again);
		else
			buf_add_char(&b, '\0');
	buf_add_z(&b, k->after);
	for (int i = 0; i < TRIES; i++) {
		struct split s;
		struct str text;
		clock_t from = clock();
		double ms;

		arena_reset(a);
		if (k->html)
			split_html(buf_str(&b), a, &text, &s);
		else
			split_text(buf_str(&b), a, &s);
		ms = (double)(clock() - from) * 1e3 / CLOCKS_PER_SEC;
		if (ms < best)
			best = ms;
		if (best < FLOOR_MS)
			break;
	}
	buf_free(&b);
	return best;
}

int
main(void)
{
	struct arena *a = arena_open(512u << 20);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		double one = measure(&kinds[i], SMALL, a), more = measure(&kinds[i], FACTOR * SMALL, a);

		if (!OK(more < FLOOR_MS || more < MOST_FACTOR * one,
			"%s: four times the text takes about four times the CPU", kinds[i].name))
			printf("# %.1f ms, then %.1f ms\n", one, more);
	}
	arena_close(&a);
	return tap_done();
}
