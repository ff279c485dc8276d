/* SPDX-License-Identifier: ISC
 * record.h: a reading, and the reader's setup, as one flat run of bytes between two processes.
 *
 * Decoding trusts nothing: every length, count and enum is checked, text fields are valid UTF-8,
 * and a record that breaks a rule is refused whole.
 */
#ifndef CASEMAIL_READING_RECORD_H
#define CASEMAIL_READING_RECORD_H

#include "reading/reading.h"

/* Makes UTF-8 of text fields of r that are not; a reading always went through it. */
void record_clean(struct reading *r, struct arena *a);
/* Adds the record of r to out, whose limit the caller set: check overflow. */
void record_from_reading(const struct reading *r, struct buf *out);
/* Borrows from bytes and a. -1 and ERR_REJECT where the record is not well formed. */
int record_to_reading(struct str bytes, struct arena *a, struct reading *out, struct err *e);

/* Adds the record of s to out, likewise. */
void record_from_setup(const struct reading_setup *s, struct buf *out);
/* As record_to_reading. */
int record_to_setup(struct str bytes, struct arena *a, struct reading_setup *out, struct err *e);

/* The reading as one JSON object with the fields of casectl-read. verdict may be NULL: left out. */
void record_to_json(const struct reading *r, const char *verdict, struct buf *out);

#endif
