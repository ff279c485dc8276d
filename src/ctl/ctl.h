/* SPDX-License-Identifier: ISC
 * ctl.h: what every command of casectl shares: its arguments, the store, how it prints.
 *
 * A command returns an exit status: 0 done, 1 no such thing or refused, 2 usage, 3 store or configuration trouble. It
 * prints results to standard output (a table on a terminal, tab-separated when piped, one JSON value with --json) and
 * what went wrong to standard error, and a command that fails changed nothing.
 */
#ifndef CASEMAIL_CTL_CTL_H
#define CASEMAIL_CTL_CTL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/configuration.h"
#include "base/err.h"
#include "store/store.h"

enum { CTL_DONE = 0, CTL_REFUSED = 1, CTL_USAGE = 2, CTL_TROUBLE = 3 };

struct ctl {
	const char *path; /* of the configuration */
	struct configuration *configuration;
	struct store *store; /* opened by ctl_store */
	struct arena *arena; /* lives as long as the command */
	bool json;
	struct str who; /* "casectl root": for the audit */
	struct str as;  /* what --as gave, "I" of --mine; empty where it was not given */
	bool no_pager;
	int64_t now;
	const struct verb *verb;
	/* arguments as parsed by args.c */
	const char *words[32]; /* positional, after group and verb */
	size_t n_words;
	struct option_value {
		const struct option_spec *spec;
		const char *value; /* "" for a flag */
	} options[32];
	size_t n_options;
};

struct option_spec {
	const char *name;  /* without -- */
	const char *value; /* how the help calls it: "ADDRESS"; NULL: a flag */
	bool is_required, is_repeatable;
	const char *help;
};

struct verb {
	const char *group, *name; /* name NULL: the group is the command ("init") */
	const char *words;        /* positional arguments for the help: "NUMBER [TEXT]" */
	size_t least, most;       /* how many of them */
	const char *help, *example;
	const struct option_spec *options; /* ends in a NULL name; NULL: none */
	int (*run)(struct ctl *c);
};

/* The value of an option, the nth of a repeatable one; empty (p NULL) where it was not given. */
struct str ctl_option(const struct ctl *c, const char *name);
struct str ctl_option_at(const struct ctl *c, const char *name, size_t nth);
bool ctl_has(const struct ctl *c, const char *name);
struct str ctl_word(const struct ctl *c, size_t i);
/* An option that is a number from least to most; fallback where it was not given. -1 and a message otherwise. */
int ctl_number(const struct ctl *c, const char *name, int64_t least, int64_t most, int64_t fallback, int64_t *out);

/* An option that is a moment, as ms: a date, "2026-12-25", its midnight in local time, or how long ago, "90m", "12h",
 * "7d", "2w". fallback where it was not given. -1 and a message otherwise. */
int64_t ctl_midnight(int64_t day); /* local midnight of a day, in days since 1970, as ms */
int ctl_since(const struct ctl *c, const char *name, int64_t fallback, int64_t *out);

/* Whether s is a code as templates are named by it ("en"). */
bool ctl_is_language(struct str s);
/* The first word as the number of a letter. 0, or the exit status after saying why. */
int ctl_letter(const struct ctl *c, long long *id);

/* --language, a code as templates are named by it ("en"); empty where it was not given. 0, or the exit status. */
int ctl_language(const struct ctl *c, struct str *out);

/* Loads the configuration; 0, or the exit status after saying why. ctl_store does it too. */
int ctl_configuration(struct ctl *c);
/* Opens the store to read, or to write in a transaction that ctl_commit ends. 0, or the exit status: said why. */
int ctl_store(struct ctl *c, enum store_mode mode);
int ctl_begin(struct ctl *c);
int ctl_commit(struct ctl *c);
/* Says e on standard error, rolls back, and gives the fitting exit status. */
int ctl_fail(struct ctl *c, const struct err *e);
int ctl_refuse(const char *format, ...) __attribute__((format(printf, 1, 2))); /* says it; CTL_REFUSED */

/* The whole of a file, or of standard input where path is "-", at most max bytes, in the arena. -1: said. */
int ctl_read_file(struct ctl *c, const char *path, size_t max, struct str *out);

/* Applies a plan in the open transaction and commits. event: of the audit row, "case-reply". 0, or the exit status. */
struct plan;
struct applied;
struct arrival;
struct reading;
struct reading_attachment;
int ctl_apply(struct ctl *c, const struct plan *p, const char *event, const struct reading_attachment *files,
    size_t n_files, struct applied *out);
/* The same of a message's plan: its row in the ledger, arrival->message, is changed. */
int ctl_apply_message(struct ctl *c, const struct plan *p, const char *event, const struct arrival *arrival,
    const struct reading *r, struct applied *out);

/* The same for several plans in one transaction: run applies one and does not commit. */
struct ctl_applier;
int ctl_applier_open(struct ctl *c, struct ctl_applier **out, struct err *e);
int ctl_applier_run(
    struct ctl *c, struct ctl_applier *x, const struct plan *p, const char *event, struct applied *out, struct err *e);
void ctl_applier_close(struct ctl_applier **x);

#endif
