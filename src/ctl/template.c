/* SPDX-License-Identifier: ISC
 * template.c: casectl template list, preview: the templates of notices, shipped ones and the operator's own, as the
 * daemon would use them. Without a database: they are looked at before the daemon runs.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/listing.h"
#include "ctl/verbs.h"
#include "daemon/settle.h"

#define JSON_MOST ((size_t)64 << 20)

/* 0 with the templates, closed by the caller, or the exit status after saying what is wrong with them. */
static int
templates_load(struct ctl *c, struct templates **out)
{
	struct buf errors;
	int status = ctl_configuration(c);

	if (status != CTL_DONE)
		return status;
	buf_init(&errors, 1 << 20);
	*out = settle_templates(c->configuration, &errors);
	if (*out == NULL)
		fputs(buf_z(&errors), stderr);
	buf_free(&errors);
	return *out ? CTL_DONE : CTL_TROUBLE;
}

static int
template_list_run(struct ctl *c)
{
	static const struct column columns[] = { { "KIND", "kind" }, { "LANGUAGE", "language" }, { "FILE", "file" } };
	struct template_origin *list;
	struct templates *t;
	struct listing *l;
	size_t n;
	int status = templates_load(c, &t);

	if (status != CTL_DONE)
		return status;
	templates_list(t, c->arena, &list, &n);
	l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		listing_row(l);
		listing_z(l, "kind", list[i].kind);
		listing_text(l, "language", list[i].language);
		listing_text(l, "file", list[i].file.n ? list[i].file : STR("built in"));
	}
	status = listing_close(l);
	templates_close(&t);
	return status;
}

static void
preview_print(const struct ctl *c, const struct template_origin *from, const struct template_text *text)
{
	struct buf j;

	if (!c->json) {
		if (ctl_has(c, "html"))
			printf("%.*s\n", STR_ARGS(text->html));
		else
			printf("Subject: %.*s\n\n%.*s\n", STR_ARGS(text->subject), STR_ARGS(text->text));
		return;
	}
	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "kind", str_of(from->kind));
	json_text(&j, "language", from->language);
	json_text(&j, "file", from->file.n ? from->file : STR("built in"));
	json_text(&j, "subject", text->subject);
	json_text(&j, "text", text->text);
	json_text(&j, "html", text->html);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

static int
template_preview_run(struct ctl *c)
{
	struct str language = ctl_option(c, "lang");
	struct template_origin from;
	struct template_text text;
	struct templates *t;
	int status;

	if (language.p && !ctl_is_language(language))
		return ctl_refuse(
		    "--lang %.*s: a code of two or three small letters is allowed: en, de, ...", STR_ARGS(language));
	if ((status = templates_load(c, &t)) != CTL_DONE)
		return status;
	if (language.p == NULL)
		language = c->configuration->language;
	if (!template_preview(t, c->words[0], language, c->arena, &text, &from))
		status = ctl_refuse("%s: no such kind of notice (casectl template list)", c->words[0]);
	else if (!str_equal(from.language, language))
		fprintf(stderr, "casectl: there is no %s in %.*s; this is the one in %.*s\n", c->words[0],
		    STR_ARGS(language), STR_ARGS(from.language));
	if (status == CTL_DONE)
		preview_print(c, &from, &text);
	templates_close(&t);
	return status;
}

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}

static const struct option_spec preview_options[] = { { "lang", "CODE", false, false,
							  "in this language; else in mail.language" },
	{ "html", NULL, false, false, "the HTML part, for a browser" }, END_OPTIONS };

const struct verb verbs_template[] = {
	{ "template", "list", "", 0, 0, "List the templates of notices, and which are your own",
	    "casectl template list", NULL, template_list_run },
	{ "template", "preview", "KIND", 1, 1, "Show a notice with sample values",
	    "casectl template preview case-opened --lang de", preview_options, template_preview_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
