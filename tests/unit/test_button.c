/* SPDX-License-Identifier: ISC
 * test_button.c: the buttons of the shipped mails to approvers: their links by RFC 6068, and what their answers mean.
 */
#include "config.h"

#include "outbox/template.h"
#include "reading/verdict.h"
#include "rules/notice.h"
#include "tap.h"

#define ADDRESS "support+k7m2q9x4w8r3k7m2q9x4w8r3k7@support.example"

static const char *const languages[] = { "en", "de", "fr", "es", "pt", "it", "pl", "ja" };
static const char *const kinds[] = { "access-request", "ask-again", "reminder" };

static struct template_kind notice_kinds[NOTICE_COUNT];

/* What follows the next href of html up to its quote, "&amp;" read; html goes on behind it. */
static bool
link_next(struct str *html, struct arena *a, struct str *out)
{
	ptrdiff_t at = str_find(*html, STR("href=\"")), end, entity;
	struct str link;
	struct buf b;

	if (at < 0)
		return false;
	*html = str_skip(*html, (size_t)at + 6);
	end = str_find_char(*html, '"');
	link = str_head(*html, (size_t)end);
	*html = str_skip(*html, (size_t)end);
	buf_init(&b, 1 << 16);
	while ((entity = str_find(link, STR("&amp;"))) >= 0) {
		buf_add(&b, str_head(link, (size_t)entity + 1));
		link = str_skip(link, (size_t)entity + 5);
	}
	buf_add(&b, link);
	*out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return true;
}

static struct str
percent_decoded(struct str s, struct arena *a)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char hex[3] = { 0 };

		if (s.p[i] != '%') {
			p[n++] = s.p[i];
			continue;
		}
		memcpy(hex, s.p + i + 1, 2);
		p[n++] = (char)strtoul(hex, NULL, 16);
		i += 2;
	}
	return (struct str){ p, n };
}

/* unreserved, %XX, and what parts the pieces: nothing that any reader of links takes otherwise. */
static bool
is_plain_link(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && !char_is_digit(s.p[i]) && (s.p[i] == 0 || !strchr("-._~@%?&=:", s.p[i])))
			return false;
	return true;
}

static struct verdict_phrases *
phrases_for(const char *language)
{
	struct str names[] = { str_of(language), STR("en") };
	struct strings list = { names, 2 }, none = { 0 };
	struct err e = { 0 };
	struct verdict_phrases *p = verdict_open(language[0] ? &list : &none, &none, &none, &e);

	if (p == NULL) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	return p;
}

static void
check_link(struct str link, const char *name, struct str subject, enum verdict wanted,
    const struct verdict_phrases *own, const struct verdict_phrases *all, struct arena *a)
{
	struct str to, title, word = link;
	struct verdict_result r;

	OK(str_starts(link, STR("mailto:")) && is_plain_link(link), "%s: a mailto link", name);
	link = str_skip(link, 7);
	str_next_field(&link, '?', &to);
	IS_STR(percent_decoded(to, a), STR(ADDRESS), "goes to the address with the token");
	str_next_field(&link, '&', &title);
	IS_STR(percent_decoded(str_skip(title, strlen("subject=")), a), arena_format(a, "Re: %.*s", STR_ARGS(subject)),
	    "has the subject");
	OK(str_starts(link, STR("body=")), "%s: has a text", name);
	word = percent_decoded(str_skip(link, 5), a);
	verdict_read(own, word, a, &r);
	OK(r.verdict == wanted, "%s: %.*s is %s in its language", name, STR_ARGS(word), verdict_name(wanted));
	verdict_read(all, word, a, &r);
	OK(r.verdict == wanted, "%s: %.*s is %s among all", name, STR_ARGS(word), verdict_name(wanted));
}

static void
check_buttons(const struct templates *t, const char *kind, const char *language, const struct verdict_phrases *own,
    const struct verdict_phrases *all, struct arena *a)
{
	struct template_value values[] = { { "reply_to", STR(ADDRESS) },
		{ "person_name", STR("Åsa \"Ö\" & <b> 100%?#=;+") }, { "reference", STR("[ref:00000001-abc]") } };
	char name[64];
	struct template_text text;
	struct str html, link;

	snprintf(name, sizeof name, "%s.%s", kind, language);
	template_render(t, kind, str_of(language), STR("en"), values, 3, a, &text);
	html = text.html;
	OK(link_next(&html, a, &link), "%s: has a button", name);
	check_link(link, name, text.subject, VERDICT_APPROVE, own, all, a);
	OK(link_next(&html, a, &link), "%s: has a second one", name);
	check_link(link, name, text.subject, VERDICT_DENY, own, all, a);
	OK(!link_next(&html, a, &link), "%s: and no other link", name);
	OK(str_find(text.text, STR("%%answer")) < 0 && str_find(text.text, STR(ADDRESS)) < 0, "%s: the text has none",
	    name);
	template_render(t, kind, str_of(language), STR("en"), &values[1], 2, a, &text);
	OK(str_find(text.html, STR("href")) < 0, "%s: none without an address for answers", name);
	arena_reset(a);
}

int
main(void)
{
	struct arena *a = arena_open(16 << 20);
	struct verdict_phrases *all = phrases_for("");
	struct templates *t;
	struct buf errors;

	buf_init(&errors, 1 << 20);
	for (int k = 0; k < NOTICE_COUNT; k++)
		notice_kinds[k] = (struct template_kind){ notice_kind_name(k), notice_values(k) };
	t = templates_open(STR_NONE, notice_kinds, NOTICE_COUNT, notice_standard_values, &errors);
	OK(t != NULL, "the shipped templates load");
	for (size_t i = 0; t != NULL && i < sizeof languages / sizeof languages[0]; i++) {
		struct verdict_phrases *own = phrases_for(languages[i]);

		for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
			check_buttons(t, kinds[k], languages[i], own, all, a);
		verdict_close(&own);
	}
	templates_close(&t);
	verdict_close(&all);
	buf_free(&errors);
	arena_close(&a);
	return tap_done();
}
