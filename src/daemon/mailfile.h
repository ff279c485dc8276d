/* SPDX-License-Identifier: ISC
 * mailfile.h: the messages of a file: one, or all of an mbox.
 */
#ifndef CASEMAIL_DAEMON_MAILFILE_H
#define CASEMAIL_DAEMON_MAILFILE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct mailfile;

struct mailfile_message {
	struct str raw; /* its first bytes, up to the limit; until the next call. Lines end in CR LF, see below */
	int64_t size;   /* of the whole */
	int64_t at; /* ms: what its "From " line says (taken as UTC, RFC 4155); 0: there is none, or it says nothing */
};

/* A file that begins with "From " is an mbox: each such line behind an empty one begins a message, and ">From ",
 * ">>From " and so on lose one ">" (mboxo, mboxrd). Where the first line of a message ends in a bare LF, so do files of
 * Unix, and each LF without CR becomes CR LF, as it was on the wire. Of one message at most limit bytes are held in
 * memory. -1 and ERR_FATAL: can not be opened, or is no regular file. */
int mailfile_open(const char *path, size_t limit, struct mailfile **out, struct err *e);
void mailfile_close(struct mailfile **m); /* NULL in *m is fine */
/* 1: a message; 0: no more; -1 and ERR_FATAL: a read failed, what came of the message is not given. */
int mailfile_next(struct mailfile *m, struct mailfile_message *out, struct err *e);

#endif
