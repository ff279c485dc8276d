/* SPDX-License-Identifier: ISC
 * names.h: how enums stand in the database. Part of internal.h.
 */
#ifndef CASEMAIL_STORE_NAMES_H
#define CASEMAIL_STORE_NAMES_H

#include "base/err.h"

struct query;

enum names {
	NAMES_LEVEL,
	NAMES_LINE_STATE,
	NAMES_TOKEN_KIND,
	NAMES_TOKEN_STATE,
	NAMES_OUTCOME,
	NAMES_NOTICE,
	NAMES_WAY,
	NAMES_VISIBILITY,
	NAMES_LETTER_STATE,
	NAMES_KIND,
	NAMES_AUTHENTICATION,
	NAMES_HEALTH
};
const char *name_of(enum names set, int value);
/* The value a column names. Reading an unknown name is ERR_FATAL (a newer writer, or damage). */
int name_column(struct query *q, int i, enum names set, int *out, struct err *e);

#endif
