/* SPDX-License-Identifier: ISC
 * marks.h: the phrases of mail programs and people, in all languages, and the form of a line in
 * which they are looked for. The data: src/reading/languages/marks/.
 */
#ifndef CASEMAIL_READING_MARKS_H
#define CASEMAIL_READING_MARKS_H

#include "base/arena.h"
#include "base/str.h"

enum {
	MARK_VERB = 1 << 0,
	MARK_ON = 1 << 1,
	MARK_FROM = 1 << 2,
	MARK_DATE = 1 << 3,
	MARK_TO = 1 << 4,
	MARK_CC = 1 << 5,
	MARK_SUBJECT = 1 << 6,
	MARK_REPLYTO = 1 << 7,
	MARK_ORIGINAL = 1 << 8,
	MARK_FORWARD = 1 << 9,
	MARK_BEGIN = 1 << 10,
	MARK_FOOTER = 1 << 11,
	MARK_SIGNOFF = 1 << 12,
	MARK_DISCLAIMER = 1 << 13,
	MARK_BANNER = 1 << 14,
	MARK_LIST = 1 << 15,
	MARK_ABOVE = 1 << 16,
	MARK_FWD = 1 << 17,
	MARK_SENT = 1 << 18,
	MARK_DEVICE = 1 << 19,
	MARK_SECRET = 1 << 20,
	MARK_WARN = 1 << 21,
	MARK_OUTSIDE = 1 << 22,
	MARK_FIELDS = MARK_FROM | MARK_DATE | MARK_TO | MARK_CC | MARK_SUBJECT | MARK_REPLYTO
};

/* The folded form: lower case (Latin, Greek, Cyrillic), one blank for a run of white space, none at
 * the ends, no invisible characters, ' for every apostrophe, ASCII for full-width forms. Never
 * longer than text. In a. */
struct str marks_fold(struct str text, struct arena *a);
/* Where in text the folded byte at offset came from. Linear in text. */
size_t marks_unfold(struct str text, size_t offset);

/* The length of the longest phrase of one of these kinds that folded begins with and that ends where
 * a word ends; 0 where there is none. Time does not depend on the length of folded. */
size_t marks_prefix(struct str folded, unsigned kinds);
/* The kinds of all phrases that folded begins with, likewise. */
unsigned marks_kinds(struct str folded);
/* The kinds of which the whole of folded is a phrase. */
unsigned marks_exact(struct str folded);
/* Whether a phrase of these kinds stands at some word of folded; *at gets the offset of the last one,
 * *n its length (both may be NULL). Linear. */
bool marks_find_last(struct str folded, unsigned kinds, size_t *at, size_t *n);

#endif
