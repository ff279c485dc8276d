/* SPDX-License-Identifier: ISC
 * frame.h: length-prefixed pieces over a pipe, each call with a deadline.
 */
#ifndef CASEMAIL_DAEMON_FRAME_H
#define CASEMAIL_DAEMON_FRAME_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Types of frame between a reader and its parent. */
enum frame_type {
	FRAME_SETUP = 'S',   /* to the reader: struct reading_setup */
	FRAME_READY = 'Y',   /* from it: patterns compiled, cage closed */
	FRAME_ERROR = 'E',   /* from it, instead: text */
	FRAME_MESSAGE = 'M', /* to it: raw bytes */
	FRAME_TEXT = 'T',
	FRAME_HTML = 'H',
	FRAME_READING = 'R' /* from it: a reading record */
};

/* deadline: clock_monotonic() ms; 0: none. -1 and ERR_RETRY at end of file, overrun of the deadline, or I/O error. */
int frame_write(int fd, enum frame_type type, struct str data, int64_t deadline, struct err *e);
/* The next frame, in a; a length over max is refused. 1: a frame; 0: end of file before its first byte; -1. */
int frame_read(
    int fd, size_t max, int64_t deadline, struct arena *a, enum frame_type *type, struct str *data, struct err *e);

#endif
