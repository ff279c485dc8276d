/* SPDX-License-Identifier: ISC
 * args.c: finds the verb, checks its options and words against its table, prints help made from the same table.
 */
#include "config.h"

#include "ctl/args.h"

#include <stdio.h>
#include <string.h>

#include "ctl/verbs.h"

/* clang-format off: one a line, so that two additions do not meet */
static const struct verb *const tables[] = {
	verbs_setup,
	verbs_config,
	verbs_health,
	verbs_people,
	verbs_case,
	verbs_case_list,
	verbs_case_export,
	verbs_case_reply,
	verbs_case_change,
	verbs_case_tie,
	verbs_case_send,
	verbs_access,
	verbs_access_edit,
	verbs_access_mirror,
	verbs_access_end,
	verbs_access_report,
	verbs_delegation,
	verbs_mail,
	verbs_mail_change,
	verbs_mail_reconcile,
	verbs_outbox,
	verbs_outbox_change,
	verbs_template,
	verbs_stats,
	verbs_watch,
	verbs_import,
	verbs_read,
	verbs_check_auth,
	verbs_contact,
	verbs_address,
};
/* clang-format on */
#define TABLES (sizeof(tables) / sizeof(*tables))

static void
print_command(FILE *out, const struct verb *v)
{
	fprintf(out, "casectl %s%s%s%s%s", v->group, v->name ? " " : "", v->name ? v->name : "", *v->words ? " " : "",
	    v->words);
}

static void
print_overview(FILE *out)
{
	fprintf(out, "usage: casectl [-c FILE] [--json] [--no-pager] [--as NAME] COMMAND ...\n\n");
	for (size_t t = 0; t < TABLES; t++) {
		for (const struct verb *v = tables[t]; v->group; v++) {
			char left[64];

			snprintf(left, sizeof(left), "%s%s%s", v->group, v->name ? " " : "", v->name ? v->name : "");
			fprintf(out, "  %-22s %s\n", left, v->help);
		}
		fputc('\n', out);
	}
	fprintf(out, "casectl COMMAND --help shows its options and an example. The reference is casectl(8).\n");
}

static void
print_verb(FILE *out, const struct verb *v)
{
	fprintf(out, "usage: ");
	print_command(out, v);
	fprintf(out, "%s\n\n%s.\n", v->options ? " [options]" : "", v->help);
	if (v->options)
		fputc('\n', out);
	for (const struct option_spec *o = v->options; o && o->name; o++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
		fprintf(out, "  %-28s %s%s%s\n", left, o->help, o->is_required ? " (must be given)" : "",
		    o->is_repeatable ? " (may be repeated)" : "");
	}
	fprintf(out, "\nexample: %s\n", v->example);
}

static const struct verb *
verb_find(const char *group, const char *name, bool *group_exists)
{
	*group_exists = false;
	for (size_t t = 0; t < TABLES; t++) {
		for (const struct verb *v = tables[t]; v->group; v++) {
			if (strcmp(v->group, group) != 0)
				continue;
			*group_exists = true;
			if (v->name == NULL || (name && strcmp(v->name, name) == 0))
				return v;
		}
	}
	return NULL;
}

static void
say_verbs(const char *group)
{
	fprintf(stderr, "casectl: %s has the commands:", group);
	for (size_t t = 0; t < TABLES; t++)
		for (const struct verb *v = tables[t]; v->group; v++)
			if (strcmp(v->group, group) == 0)
				fprintf(stderr, " %s", v->name);
	fputc('\n', stderr);
}

/* Takes --name value or --name=value. How many arguments it took, or -1 after saying what is wrong. */
static int
option_take(struct ctl *c, int argc, char **argv, int i)
{
	const char *name = argv[i] + 2, *equals = strchr(name, '=');
	size_t n = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_spec *o = c->verb->options;

	while (o && o->name && !(strlen(o->name) == n && strncmp(o->name, name, n) == 0))
		o++;
	if (o == NULL || o->name == NULL)
		return fprintf(stderr, "casectl: unknown option %s\n", argv[i]), -1;
	if (!o->is_repeatable && ctl_has(c, o->name))
		return fprintf(stderr, "casectl: --%s is given twice\n", o->name), -1;
	if (o->value && !equals && i + 1 >= argc)
		return fprintf(stderr, "casectl: --%s needs a value: %s\n", o->name, o->value), -1;
	if (!o->value && equals)
		return fprintf(stderr, "casectl: --%s takes no value\n", o->name), -1;
	if (c->n_options == sizeof(c->options) / sizeof(*c->options))
		return fprintf(stderr, "casectl: too many options\n"), -1;
	c->options[c->n_options++] = (struct option_value){ o, !o->value ? "" : equals ? equals + 1 : argv[i + 1] };
	return o->value && !equals ? 2 : 1;
}

/* Options before the group. The index of the group, or -1 with *status. */
static int
globals_take(struct ctl *c, int argc, char **argv, int *status)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			c->json = true;
		} else if (strcmp(argv[i], "--no-pager") == 0) {
			c->no_pager = true;
		} else if ((strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0) && i + 1 < argc) {
			c->path = argv[++i];
		} else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc) {
			c->as = str_of(argv[++i]);
			c->who = arena_format(c->arena, "casectl %.*s", STR_ARGS(c->as));
		} else if (strcmp(argv[i], "--version") == 0) {
			printf("casectl %s\n", PACKAGE_VERSION);
			*status = CTL_DONE;
			return -1;
		} else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_overview(stdout);
			*status = CTL_DONE;
			return -1;
		} else {
			fprintf(stderr, "casectl: unknown option %s, or its value is missing\n", argv[i]);
			*status = CTL_USAGE;
			return -1;
		}
	}
	if (i == argc) {
		print_overview(stderr);
		*status = CTL_USAGE;
		return -1;
	}
	return i;
}

static int
verb_take(struct ctl *c, int argc, char **argv, int i, int *next)
{
	const char *name = i + 1 < argc ? argv[i + 1] : NULL;
	bool exists;

	c->verb = verb_find(argv[i], name, &exists);
	*next = i + (c->verb && c->verb->name ? 2 : 1);
	if (c->verb)
		return 0;
	if (exists && name && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)) {
		say_verbs(argv[i]);
		return -1;
	}
	if (!exists)
		fprintf(stderr, "casectl: unknown command %s; casectl --help lists them\n", argv[i]);
	else
		say_verbs(argv[i]);
	return -1;
}

static int
usage_check(const struct ctl *c)
{
	const struct verb *v = c->verb;

	for (const struct option_spec *o = v->options; o && o->name; o++)
		if (o->is_required && !ctl_has(c, o->name))
			return fprintf(stderr, "casectl: --%s %s is missing: %s\n", o->name, o->value ? o->value : "",
				   o->help),
			       -1;
	if (c->n_words < v->least || c->n_words > v->most)
		return fprintf(stderr, "casectl: %s words; the command takes: %s\n",
			   c->n_words < v->least ? "too few" : "too many", *v->words ? v->words : "none"),
		       -1;
	return 0;
}

int
args_parse(struct ctl *c, int argc, char **argv, int *status)
{
	bool only_words = false;
	int i = globals_take(c, argc, argv, status);

	if (i < 0)
		return -1;
	*status = CTL_USAGE;
	if (verb_take(c, argc, argv, i, &i) < 0)
		return -1;
	while (i < argc) {
		int took = 1;

		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
			print_verb(stdout, c->verb);
			*status = CTL_DONE;
			return -1;
		} else if (!only_words && strcmp(argv[i], "--json") == 0) {
			c->json = true;
		} else if (!only_words && strcmp(argv[i], "--no-pager") == 0) {
			c->no_pager = true;
		} else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
			took = option_take(c, argc, argv, i);
		} else if (c->n_words < sizeof(c->words) / sizeof(*c->words)) {
			c->words[c->n_words++] = argv[i];
		}
		if (took < 0)
			return -1;
		i += took;
	}
	if (usage_check(c) == 0)
		return 0;
	fprintf(stderr, "usage: ");
	print_command(stderr, c->verb);
	fprintf(stderr, "\nexample: %s\n", c->verb->example);
	return -1;
}
