/* SPDX-License-Identifier: ISC
 * err.h: why something could not be done, and what the caller does next.
 */
#ifndef CASEMAIL_BASE_ERR_H
#define CASEMAIL_BASE_ERR_H

enum err_kind {
	ERR_NONE = 0,
	ERR_RETRY,  /* try the same item again later */
	ERR_REJECT, /* this item never: put it aside and go on */
	ERR_FATAL   /* stop: configuration, or an invariant is broken */
};

struct err {
	enum err_kind kind;
	char text[1024]; /* complete and printable as it is; no final full stop or line end */
};

/* Each returns -1, so that "return err_set(...)" reads well. A function that takes a struct err *
 * leaves it untouched on success. Control characters in the text are shown as \xNN; what does
 * not fit is cut. Logged once, where it is handled. */
int err_set(struct err *e, enum err_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts context ("mailbox support: ") before the text that is there. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
