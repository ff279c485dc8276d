/* SPDX-License-Identifier: ISC
 * test_template.c: the engine, by templates of its own in a scratch folder; the shipped templates, all of them.
 */
#include "config.h"

#include "outbox/template.h"

#include <sys/stat.h>
#include <unistd.h>

#include "rules/notice.h"
#include "tap.h"

/* The daemon's own table, so that templates and rules cannot drift apart. */
static struct template_kind notice_kinds[NOTICE_COUNT];
#define NOTICE_KINDS ((size_t)NOTICE_COUNT)

static char folder[] = "/tmp/casemail-template-XXXXXX";
static struct buf errors;

static void
file_write(const char *name, struct str text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f == NULL || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
		abort();
}

static void
file_remove(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
}

static struct templates *
open_folder(void)
{
	buf_clear(&errors);
	return templates_open(str_of(folder), notice_kinds, NOTICE_KINDS, notice_standard_values, &errors);
}

static const struct {
	const char *name, *source, *update_text, *brand, *subject, *text;
} rows[] = {
	{ "a value stands in subject and text", "Subject: S {{brand}}\n\n[{{update_text}}]\n", "u", "B", "S B",
	    "[u]\n" },
	{ "a line end in a subject is a blank", "Subject: {{update_text}}\n\nx\n", "a\r\nBcc: b@c.d", "",
	    "a Bcc: b@c.d", "x\n" },
	{ "a section stands with its value", "Subject: s\n\n{{#brand}}yes it is{{/brand}}!\n", "", "B", "s",
	    "yes it is!\n" },
	{ "and not without", "Subject: s\n\n{{#brand}}yes it is{{/brand}}!\n", "", "", "s", "!\n" },
	{ "a value of blanks is empty", "Subject: s\n\n{{#brand}}yes it is{{/brand}}!\n", "", " \n", "s", "!\n" },
	{ "an inverted one the other way", "Subject: s\n\n{{^brand}}none{{/brand}}!\n", "", "", "s", "none!\n" },
	{ "sections nest", "Subject: s\n\n{{#brand}}a{{^update_text}}b{{/update_text}}c{{/brand}}\n", "u", "B", "s",
	    "ac\n" },
	{ "a tag alone on its line takes the line", "Subject: s\n\na\n{{#brand}}\nb\n{{/brand}}\nc\n", "", "B", "s",
	    "a\nb\nc\n" },
	{ "also where the section is left out", "Subject: s\n\na\n{{#brand}}\nb\n{{/brand}}\nc\n", "", "", "s",
	    "a\nc\n" },
	{ "lines of a value are indented alike", "Subject: s\n\n  {{update_text}}\n", "a\nb", "", "s", "  a\n  b\n" },
	{ "behind a label too", "Subject: s\n\n  F: {{update_text}}\n", "a\nb", "", "s", "  F: a\n     b\n" },
	{ "a value makes no tag", "Subject: s\n\n{{update_text}}\n", "{{brand}}", "B", "s", "{{brand}}\n" },
	{ "controls are taken out", "Subject: s\n\n{{update_text}}\n",
	    "a\033[1mb\x7f\xc2\x9b"
	    "c",
	    "", "s", "a[1mbc\n" },
	{ "so are overrides of direction", "Subject: s\n\n{{update_text}}\n",
	    "a\xe2\x80\xae"
	    "b",
	    "", "s", "ab\n" },
	{ "invalid UTF-8 is replaced", "Subject: s\n\n{{update_text}}\n",
	    "a\xff"
	    "b\xc0\xaf",
	    "", "s",
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd\xef\xbf\xbd\n" },
	{ "one empty line for several", "Subject: s\n\na\n\n\n\nb\n\n\n", "", "", "s", "a\n\nb\n" },
	{ "long lines are broken at a blank",
	    "Subject: s\n\n  aaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccc ddddd\n", "",
	    "", "s", "  aaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbb\n  cccccccccccccccccccccc ddddd\n" },
	{ "CR LF in a file is a line end", "Subject: s\r\n\r\na\r\nb\r\n", "", "", "s", "a\nb\n" },
	{ "the subject stands in the text too", "Subject: S {{brand}}\n\n{{subject}}.\n", "", "B", "S B", "S B.\n" },
	{ "%%html is no text", "Subject: s\n\na\n%%html\n<p>{{brand}}\n", "", "<&>\"'", "s", "a\n" },
};

static void
test_rows(struct arena *a)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct template_value values[] = { { "update_text", str_of(rows[i].update_text) },
			{ "brand", str_of(rows[i].brand) } };
		struct template_text out;
		struct templates *t;

		file_write("update.en.txt", str_of(rows[i].source));
		t = open_folder();
		if (!OK(t != NULL, "%s: loads", rows[i].name)) {
			printf("# %s\n", buf_z(&errors));
			continue;
		}
		template_render(t, "update", STR("en"), STR("en"), values, 2, a, &out);
		IS_STR(out.subject, str_of(rows[i].subject), rows[i].name);
		IS_STR(out.text, str_of(rows[i].text), rows[i].name);
		if (str_find(str_of(rows[i].source), STR("%%html")) >= 0)
			IS_STR(out.html, STR("<p>&lt;&amp;&gt;&quot;&#39;\n"), "a value is escaped in HTML");
		templates_close(&t);
	}
	file_remove("update.en.txt");
}

static const struct {
	const char *name, *value, *link;
} links[] = {
	{ "letters, digits and the like stay", "aZ09-._~@", "aZ09-._~@" },
	{ "all else is encoded", "a+b c?d&e=f#g/h:i;j,k%l\"m<n>o'",
	    "a%2Bb%20c%3Fd%26e%3Df%23g%2Fh%3Ai%3Bj%2Ck%25l%22m%3Cn%3Eo%27" },
	{ "UTF-8 by its bytes", "SÍはい", "S%C3%8D%E3%81%AF%E3%81%84" },
	{ "line ends are CR LF, a tab is a blank", "a\nb\tc", "a%0D%0Ab%20c" },
	{ "controls and overrides are left out",
	    "a\x1b\xe2\x80\xae"
	    "b",
	    "ab" },
	{ "invalid UTF-8 is replaced",
	    "a\xff"
	    "b",
	    "a%EF%BF%BDb" },
};

static void
test_links(struct arena *a)
{
	struct templates *t;

	file_write("update.en.txt", STR("Subject: s\n\na\n%%html\n<a href=\"mailto:x?body={{update_text|url}}\">\n"));
	t = open_folder();
	OK(t != NULL, "a link with a value loads");
	for (size_t i = 0; t != NULL && i < sizeof links / sizeof links[0]; i++) {
		struct template_value value = { "update_text", str_of(links[i].value) };
		struct template_text out;

		template_render(t, "update", STR("en"), STR("en"), &value, 1, a, &out);
		IS_STR(out.html, arena_format(a, "<a href=\"mailto:x?body=%s\">\n", links[i].link), links[i].name);
	}
	templates_close(&t);
	file_remove("update.en.txt");
}

static const struct {
	const char *name, *file, *source, *error;
} wrong[] = {
	{ "an unknown value", "update.de.txt", "Subject: s\n\na\n{{pin}}\n", "update.de.txt:4: no value \"pin\"" },
	{ "a value of another kind", "update.de.txt", "Subject: {{code}}\n\na\n",
	    "update.de.txt:1: no value \"code\"" },
	{ "an unknown section", "update.de.txt", "Subject: s\n\n{{#x}}a{{/x}}\n", ":3: no value \"x\"" },
	{ "a section that is not closed", "update.de.txt", "Subject: s\n\na\n{{#brand}}\nb\n",
	    ":4: section \"brand\" is not" },
	{ "one closed twice", "update.de.txt", "Subject: s\n\na{{/brand}}\n", ":3: {{/brand}} closes no section" },
	{ "sections that cross", "update.de.txt", "Subject: s\n\n{{#brand}}{{#files}}{{/brand}}{{/files}}\n",
	    ":3: {{/brand}} stands where" },
	{ "a tag that is not closed", "update.de.txt", "Subject: s\n\na {{brand\n", ":3: \"{{\" without" },
	{ "a name that is none", "update.de.txt", "Subject: s\n\n{{Brand}}\n", ":3: \"{{Brand}}\" is no value" },
	{ "a line counted behind a section", "update.de.txt", "Subject: s\n\n{{#brand}}\na\n{{/brand}}\n{{x}}\n",
	    ":6: no value" },
	{ "an error in HTML", "update.de.txt", "Subject: s\n\na\n%%html\nb\n{{x}}\n", ":6: no value" },
	{ "no subject", "update.de.txt", "a\n\nb\n", ":1: the first line" },
	{ "no empty line", "update.de.txt", "Subject: a\nb\n", ":2: an empty line" },
	{ "no text", "update.de.txt", "Subject: a\n\n", "there is no text" },
	{ "an unknown kind", "updates.de.txt", "Subject: a\n\nb\n", "updates.de.txt:1: no such kind" },
	{ "no language", "update.txt", "Subject: a\n\nb\n", "update.txt:1: no such kind" },
	{ "bytes that are no UTF-8", "update.de.txt", "Subject: a\n\n\xff\n", "not UTF-8" },
	{ "control characters", "update.de.txt", "Subject: a\n\n\x1b\n", "control characters" },
	{ "a button in a mail that nobody decides by", "update.de.txt", "Subject: s\n\na\n%%answer JA: Ja!\n",
	    "update.de.txt:4: no value \"reply_to\"" },
	{ "a button without words", "reminder.de.txt", "Subject: s\n\na\n%%answer JA\n", ":4: a button is written" },
	{ "a button with a value", "reminder.de.txt", "Subject: s\n\na\n%%answer {{brand}}: Ja!\n",
	    ":4: word and label" },
	{ "a button beside HTML of one's own", "reminder.de.txt", "Subject: s\n\na\n%%answer JA: Ja!\n%%html\n<p>\n",
	    "makes no button" },
	{ "an error behind a button", "reminder.de.txt", "Subject: s\n\n%%answer JA: Ja!\n{{x}}\n", ":4: no value" },
	{ "a value of a link in a text", "update.de.txt", "Subject: s\n\n{{brand|url}}\n", ":3: \"|url\" is for" },
	{ "an unknown escape", "update.de.txt", "Subject: s\n\n{{brand|x}}\n", ":3: \"{{brand|x}}\" is no value" },
	{ "a subject in itself", "update.de.txt", "Subject: {{subject}}\n\na\n", ":1: no value \"subject\"" },
};

static void
test_wrong(void)
{
	struct templates *t;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		file_write(wrong[i].file, str_of(wrong[i].source));
		t = open_folder();
		OK(t == NULL && str_find(buf_str(&errors), str_of(wrong[i].error)) >= 0, "refuses %s", wrong[i].name);
		if (t != NULL || str_find(buf_str(&errors), str_of(wrong[i].error)) < 0)
			printf("# %s\n", buf_z(&errors));
		templates_close(&t);
		file_remove(wrong[i].file);
	}
	file_write("update.de.txt", STR("Subject: s\n\n{{x}} {{y}}\n"));
	file_write("security.de.txt", STR("Subject: s\n\n{{z}}\n"));
	t = open_folder();
	OK(t == NULL && str_find(buf_str(&errors), STR("\"x\"")) >= 0 &&
		str_find(buf_str(&errors), STR("\"y\"")) >= 0 && str_find(buf_str(&errors), STR("\"z\"")) >= 0,
	    "tells the errors of all files");
	file_remove("update.de.txt");
	file_remove("security.de.txt");
	buf_clear(&errors);
	t = templates_open(STR("/nonexistent/folder"), notice_kinds, NOTICE_KINDS, notice_standard_values, &errors);
	OK(t == NULL && errors.n > 0, "refuses a folder that is not there");
	templates_close(&t);
}

/* One who loads kinds one by one gets what he would have got, and the errors of his kind only. */
static void
test_load_one(struct arena *a)
{
	struct templates *t;
	struct template_text out;

	file_write("update.en.txt", STR("Subject: mine\n\nx\n"));
	file_write("security.en.txt", STR("Subject: s\n\n{{nonsense}}\n"));
	t = templates_open_empty(str_of(folder), notice_kinds, NOTICE_KINDS, notice_standard_values);
	buf_clear(&errors);
	IS_INT(templates_load_kind(t, "update", &errors), 0, "loads one kind");
	IS_INT(templates_load_kind(t, "update", &errors), 0, "and again");
	template_render(t, "update", STR("en"), STR("en"), NULL, 0, a, &out);
	IS_STR(out.subject, STR("mine"), "the operator's file replaces the shipped one");
	template_render(t, "update", STR("de"), STR("en"), NULL, 0, a, &out);
	OK(out.text.n > 2, "the other languages of the kind are loaded");
	OK(errors.n == 0, "another kind's files are not looked at");
	IS_INT(templates_load_kind(t, "security", &errors), -1, "a kind with an error does not load");
	OK(str_find(buf_str(&errors), STR("\"nonsense\"")) >= 0, "and says what it is");
	templates_close(&t);
	file_remove("update.en.txt");
	file_remove("security.en.txt");
}

static struct str
subject_in(const struct templates *t, struct str language, struct str fallback, struct arena *a)
{
	struct template_text out;

	template_render(t, "update", language, fallback, NULL, 0, a, &out);
	return out.subject;
}

static void
test_languages(struct arena *a)
{
	struct templates *t;

	file_write("update.en.txt", STR("Subject: english\n\nx\n"));
	file_write("update.nl.txt", STR("Subject: dutch\n\nx\n"));
	file_write("update.nl-BE.txt", STR("Subject: flemish\n\nx\n"));
	file_write(".hidden", STR("x"));
	file_write("update.en.txt~", STR("x"));
	t = open_folder();
	OK(t != NULL, "loads languages");
	IS_STR(subject_in(t, STR("nl"), STR("en"), a), STR("dutch"), "the language");
	IS_STR(subject_in(t, STR("nl-BE"), STR("en"), a), STR("flemish"), "the country's form");
	IS_STR(subject_in(t, STR("NL-nl"), STR("en"), a), STR("dutch"), "without a country's form: the language's");
	IS_STR(subject_in(t, STR("xx"), STR("nl"), a), STR("dutch"), "an unknown language: the fallback");
	IS_STR(subject_in(t, STR("xx"), STR("yy"), a), STR("english"), "nothing known: English");
	IS_STR(subject_in(t, STR_NONE, STR_NONE, a), STR("english"), "no language: English");
	templates_close(&t);
	file_remove("update.en.txt");
	file_remove("update.nl.txt");
	file_remove("update.nl-BE.txt");
	file_remove(".hidden");
	file_remove("update.en.txt~");
}

/* What the shipped templates must hold to, gathered over all of them. */
struct shipped {
	size_t seen, subject, wide, alone, leftover, html, unbalanced;
};

/* Words that decide where they stand alone on a line, in the languages that are shipped. */
static bool
decides(struct str line)
{
	static const char *const words[] = { "yes", "no", "approve", "approved", "reject", "rejected", "denied", "deny",
		"ok", "accepted", "not accepted", "accettata", "è stata accettata", "aceite", "foi aceite", "ja",
		"nein", "genehmigt", "abgelehnt", "oui", "non", "approuvé", "refusé", "sí", "si", "aprobado",
		"rechazado", "sim", "não", "aprovado", "rejeitado", "sì", "approvato", "rifiutato", "tak", "nie",
		"zatwierdzam", "odrzucam", "はい", "いいえ", "承認", "却下", "承認します", "却下します" };

	while (line.n > 0 && strchr(" .,;:!\"'>*-|", line.p[0]) != NULL)
		line = str_skip(line, 1);
	while (line.n > 0 && strchr(" .,;:!\"'*-|", line.p[line.n - 1]) != NULL)
		line.n--;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_equal_nocase(line, str_of(words[i])))
			return true;
	return false;
}

static size_t
columns_of(struct str line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++)
		n += ((unsigned char)line.p[i] & 0xc0) != 0x80;
	return n;
}

/* The paragraph that begins at text, put into lines of at most width columns; whether one of them decides. */
static bool
paragraph_decides(struct str text, size_t width)
{
	struct str word, rest = text, line = { text.p, 0 };

	while (str_next_field(&rest, ' ', &word)) {
		size_t n = (size_t)(word.p + word.n - line.p);

		if (line.n > 0 && columns_of((struct str){ line.p, n }) > width) {
			if (decides(line))
				return true;
			line = word;
		} else {
			line.n = n;
		}
	}
	return decides(line);
}

static bool
text_decides(struct str text)
{
	char joined[8192];
	size_t n = 0;
	struct str line;

	while (str_next_line(&text, &line)) {
		bool last = text.n == 0;

		if (decides(line))
			return true;
		line = str_trim(line);
		if (line.n > 0 && n + line.n + 2 < sizeof joined) {
			if (n > 0)
				joined[n++] = ' ';
			memcpy(joined + n, line.p, line.n);
			n += line.n;
		}
		if (line.n > 0 && !last)
			continue;
		for (size_t width = 20; width <= 100; width++)
			if (paragraph_decides((struct str){ joined, n }, width))
				return true;
		n = 0;
	}
	return false;
}

static bool
html_is_balanced(struct str html)
{
	static const char *const names[] = { "p", "table", "tr", "td", "body", "html", "head" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		long depth = 0;
		struct str rest = html;
		size_t n = strlen(names[i]);

		for (ptrdiff_t at; (at = str_find_char(rest, '<')) >= 0;) {
			struct str tag = str_skip(rest, (size_t)at + 1);
			bool end = tag.n > 0 && tag.p[0] == '/';

			rest = tag;
			tag = str_skip(tag, end);
			if (tag.n > n && memcmp(tag.p, names[i], n) == 0 && (tag.p[n] == ' ' || tag.p[n] == '>'))
				depth += end ? -1 : 1;
			if (depth < 0)
				return false;
		}
		if (depth != 0)
			return false;
	}
	return true;
}

static void
look_at(void *ctx, const char *kind, struct str language, const struct template_text *text)
{
	struct shipped *s = ctx;
	struct str rest = text->text, line;

	s->seen++;
	s->subject += text->subject.n > 200 || str_find(text->subject, STR("{{")) >= 0;
	s->leftover += str_find(text->text, STR("{{")) >= 0 || str_find(text->html, STR("{{")) >= 0;
	while (str_next_line(&rest, &line))
		s->wide += columns_of(line) > 60;
	if (text_decides(text->text)) {
		s->alone++;
		printf("# %s.%.*s has a line that decides\n%.*s", kind, STR_ARGS(language), STR_ARGS(text->text));
	}
	s->html +=
	    text->html.n == 0 || str_find(text->html, STR("src=")) >= 0 || str_find(text->html, STR("http")) >= 0;
	if (!html_is_balanced(text->html)) {
		s->unbalanced++;
		printf("# %s.%.*s\n%.*s\n", kind, STR_ARGS(language), STR_ARGS(text->html));
	}
}

static void
test_shipped(struct arena *a)
{
	struct templates *t = templates_open(STR_NONE, notice_kinds, NOTICE_KINDS, notice_standard_values, &errors);
	struct template_text out;
	struct shipped s = { 0 };

	if (!OK(t != NULL, "the shipped templates load")) {
		printf("# %s\n", buf_z(&errors));
		return;
	}
	templates_each(t, a, look_at, &s);
	OK(s.seen >= 2 * NOTICE_KINDS, "each kind is rendered more than once: %zu", s.seen);
	IS_INT((long long)s.subject, 0, "every subject is short");
	IS_INT((long long)s.leftover, 0, "no tag is left over");
	IS_INT((long long)s.wide, 0, "no line has more than 60 columns");
	IS_INT((long long)s.alone, 0, "req 36: no line decides, nor after wrapping anew");
	IS_INT((long long)s.html, 0, "every HTML part is there and fetches nothing");
	IS_INT((long long)s.unbalanced, 0, "every HTML part is balanced, whichever sections stand");
	for (size_t i = 0; i < NOTICE_KINDS; i++)
		OK(template_preview(t, notice_kinds[i].name, STR("en"), a, &out, NULL) && out.text.n > 0 &&
			out.subject.n > 0,
		    "preview of %s", notice_kinds[i].name);
	OK(!template_preview(t, "nonsense", STR("en"), a, &out, NULL), "no preview of an unknown kind");
	OK(template_preview(t, "access-request", STR("en"), a, &out, NULL) &&
		str_find(out.subject, STR("Nils Neumann")) >= 0 &&
		str_starts(out.text, STR("-- Please reply above this line --\n")),
	    "a request names the person, and begins with the marker");
	templates_close(&t);
}

int
main(void)
{
	struct arena *a = arena_open(16 << 20);

	buf_init(&errors, 1 << 20);
	for (int k = 0; k < NOTICE_COUNT; k++)
		notice_kinds[k] = (struct template_kind){ notice_kind_name(k), notice_values(k) };
	if (mkdtemp(folder) == NULL)
		abort();
	test_rows(a);
	test_links(a);
	test_wrong();
	test_load_one(a);
	test_languages(a);
	test_shipped(a);
	rmdir(folder);
	buf_free(&errors);
	arena_close(&a);
	return tap_done();
}
