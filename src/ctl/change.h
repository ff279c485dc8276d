/* SPDX-License-Identifier: ISC
 * change.h: what the commands that change a case share: its text and files, who acts, and that nobody else's change
 * is written over unseen.
 */
#ifndef CASEMAIL_CTL_CHANGE_H
#define CASEMAIL_CTL_CHANGE_H

#include "ctl/ctl.h"
#include "daemon/apply.h"
#include "rules/model.h"

#define CHANGE_TEXT_MOST ((size_t)1 << 20)
#define CHANGE_FILES_MOST 32

#define END_OPTIONS                                                                                                    \
	{                                                                                                              \
		NULL, NULL, false, false, NULL                                                                         \
	}
#define BY                                                                                                             \
	{                                                                                                              \
		"by", "ADDRESS", false, false, "the representative or administrator who acts"                          \
	}
#define ATTACH                                                                                                         \
	{                                                                                                              \
		"attach", "FILE", false, true, "attach a file"                                                         \
	}
#define VERSION_OPTION                                                                                                 \
	{                                                                                                              \
		"version", "N", false, false, "only if the case is still as case show gave it"                         \
	}
#define FILE_OPTION                                                                                                    \
	{                                                                                                              \
		"file", "FILE", false, false, "take the text from a file; - is standard input"                         \
	}
#define YES                                                                                                            \
	{                                                                                                              \
		"yes", NULL, false, false, "do not ask"                                                                \
	}
#define UPDATE_OPTION(help)                                                                                            \
	{                                                                                                              \
		"update", "N", false, true, help                                                                       \
	}

/* The text of a command: the word, or --file FILE|-. -1: said what is wrong. */
int change_text(struct ctl *c, size_t word, struct str *out);
/* A file as an attachment, named as the last part of its path, within the configured size. -1: said. */
int change_file(struct ctl *c, const char *path, struct reading_attachment *out);
/* Those given with --attach, at most CHANGE_FILES_MOST. -1: said. */
int change_files(struct ctl *c, struct reading_attachment *files, size_t *n);
/* The notices of the plan name the files, which only the command knows. */
void change_name_files(struct ctl *c, struct plan *p, const struct reading_attachment *files, size_t n);

/* The numbers given with --update, at most max of them. 0, or the exit status. */
int change_updates(struct ctl *c, int64_t *out, size_t max, size_t *n);
/* Shows who would be mailed by the plan; with --yes that is all, else the terminal is asked, and where there is none
 * the command is refused. CTL_DONE to go on. */
int change_show_recipients(struct ctl *c, const struct plan *p);

/* A status as it is typed. 0, or the exit status after saying what is allowed. */
struct status;
int change_status(struct ctl *c, struct str word, struct status *out);

/* Who acts: --by gives an address of a representative or administrator, else nobody in particular (the operator). 0, or
 * the exit status. */
int change_author(struct ctl *c, struct person *out);

/* Begins a change: the store, the author, the case of the first word. Where the case is no longer as in version seen
 * (0: that of --version; neither: whatever it is), what came in between is shown; on a terminal the operator is asked,
 * outside of any transaction, elsewhere the change is refused. 0, or the exit status. */
int change_begin(struct ctl *c, int64_t seen, struct case_view *view, struct person *author);

/* Asks on the terminal for a yes; false also where there is none to ask on. */
bool change_agrees(const char *question);
/* Whether there is one to ask on. */
bool change_has_terminal(void);

/* Writes the audit row of a change without a plan, and commits; details, a JSON object, is freed. 0, or the exit
 * status.
 */
int change_audited(struct ctl *c, const char *event, struct buf *details);

/* Says what was done, with how many notices were queued. CTL_DONE. */
int change_say(struct ctl *c, struct str number, const struct applied *done, const char *what);

#endif
