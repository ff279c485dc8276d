/* SPDX-License-Identifier: ISC
 * tnef.h: the files inside winmail.dat (MS-OXTNEF).
 */
#ifndef CASEMAIL_READING_TNEF_H
#define CASEMAIL_READING_TNEF_H

#include "base/arena.h"
#include "base/str.h"

#define TNEF_FILES 64

struct tnef_file {
	struct str name;    /* UTF-8 */
	struct str type;    /* as the sender gave it, else "application/octet-stream" */
	struct str content; /* borrowed from the stream */
};

/* Whether bytes begin with the TNEF signature. */
bool tnef_is(struct str bytes);
/* The files of a TNEF stream, at most max; how many. Stops at what is cut short or damaged and keeps what came
 * before. Linear. */
size_t tnef_read(struct str bytes, struct arena *a, struct tnef_file *files, size_t max);

#endif
