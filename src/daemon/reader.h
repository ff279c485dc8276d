/* SPDX-License-Identifier: ISC
 * reader.h: the parent's side of a reader process.
 */
#ifndef CASEMAIL_DAEMON_READER_H
#define CASEMAIL_DAEMON_READER_H

#include "reading/reading.h"

struct reader;

/* Starts casemail-reader with the setup, which must outlive the reader. -1: ERR_FATAL where the setup is refused (a
 * pattern), ERR_RETRY where the process can not be started. The program is the one beside this executable (a build
 * tree), else the installed one. Ignores SIGPIPE in the whole process. */
int reader_open(const struct reading_setup *setup, struct reader **out, struct err *e);
void reader_close(struct reader **r); /* ends the process */

/* Reads one input; *out lives in a. -1 and ERR_REJECT: this input broke the reader (crash, CPU, memory or wall limit,
 * or a bad record) twice, the second time alone in a fresh process; the next call starts a new one. ERR_RETRY: no
 * process could be started. */
int reader_read(
    struct reader *r, enum reading_input input, struct str raw, struct arena *a, struct reading *out, struct err *e);

#endif
