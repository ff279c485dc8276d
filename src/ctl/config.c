/* SPDX-License-Identifier: ISC
 * config.c: casectl config: what is in force, and whether the daemon would start with it. "casemaild -n" checks the
 * same and the templates besides.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/listing.h"
#include "ctl/verbs.h"

#define ERRORS_MOST ((size_t)1 << 20)

struct showing {
	struct listing *l;
	struct str only; /* names that begin with this; empty: all */
};

static void
show_value(void *context, const struct configuration_value *v)
{
	struct showing *s = context;

	if (!str_starts(v->name, s->only))
		return;
	listing_row(s->l);
	listing_text(s->l, "name", v->name);
	listing_text(s->l, "value", v->text);
	listing_number(s->l, "line", v->line);
}

static int
config_show_run(struct ctl *c)
{
	static const struct column columns[] = { { "NAME", "name" }, { "VALUE", "value" }, { "LINE", "line" } };
	struct showing s = { .only = ctl_word(c, 0) };
	int status = ctl_configuration(c);

	if (status != CTL_DONE)
		return status;
	s.l = listing_open(c, columns, sizeof(columns) / sizeof(*columns));
	configuration_each(c->configuration, show_value, &s);
	return listing_close(s.l);
}

static int
config_check_run(struct ctl *c)
{
	struct buf errors;
	int status = ctl_configuration(c);

	if (status != CTL_DONE)
		return status;
	buf_init(&errors, ERRORS_MOST);
	if (configuration_check_files(c->configuration, &errors) < 0) {
		fputs(buf_z(&errors), stderr);
		status = CTL_TROUBLE;
	} else if (c->json) {
		puts("{\"sound\":true}");
	} else {
		printf("%s: sound\n", c->path);
	}
	buf_free(&errors);
	return status;
}

const struct verb verbs_config[] = {
	{ "config", "show", "[NAME]", 0, 1, "Show every value in force, and the line where it was written",
	    "casectl config show outbox", NULL, config_show_run },
	{ "config", "check", "", 0, 0, "Check the configuration and the files it names", "casectl config check", NULL,
	    config_check_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
