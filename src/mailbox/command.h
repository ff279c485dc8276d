/* SPDX-License-Identifier: ISC
 * command.h: the IMAP commands we use, one function each (RFC 3501, 4315, 6851).
 *
 * Folder names are as folder_name made them. UIDs are ascending, none twice, at most COMMAND_UIDS.
 * How they end: enum imap_result.
 */
#ifndef CASEMAIL_MAILBOX_COMMAND_H
#define CASEMAIL_MAILBOX_COMMAND_H

#include "mailbox/imap.h"

#define COMMAND_UIDS 500 /* a command of them stays below the 8,192 bytes that servers take (RFC 7162 section 4) */

enum command_what {
	COMMAND_UID,     /* UID alone: which are there */
	COMMAND_MESSAGE, /* UID and BODY.PEEK[] */
	COMMAND_HEADER   /* UID and the first header_max bytes of BODY.PEEK[HEADER] */
};

enum imap_result command_noop(struct imap *m, struct err *e);
/* Says who we are, for the server's log (RFC 2971). */
enum imap_result command_id(struct imap *m, struct err *e);
enum imap_result command_create(struct imap *m, const char *folder, struct err *e);
enum imap_result command_exists(struct imap *m, const char *folder, bool *exists, struct err *e);
/* The hierarchy delimiter, or 0 where folders are flat. */
enum imap_result command_delimiter(struct imap *m, char *delimiter, struct err *e);

/* UID, FLAGS, INTERNALDATE and RFC822.SIZE of what there is of the UIDs first to last. */
enum imap_result command_list(
    struct imap *m, uint32_t first, uint32_t last, imap_item_handler *handler, void *context, struct err *e);
/* The UID of message number n. */
enum imap_result command_uid(struct imap *m, uint32_t n, imap_item_handler *handler, void *context, struct err *e);
enum imap_result command_fetch(struct imap *m, const uint32_t *uids, size_t n, enum command_what what,
    size_t header_max, imap_item_handler *handler, void *context, struct err *e);

enum imap_result command_move(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e);
enum imap_result command_copy(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e);
enum imap_result command_mark_deleted(struct imap *m, const uint32_t *uids, size_t n, struct err *e);
/* keyword: an atom of letters, digits and "-", at most 64 bytes. */
enum imap_result command_mark(struct imap *m, const uint32_t *uids, size_t n, struct str keyword, struct err *e);
enum imap_result command_expunge_uids(struct imap *m, const uint32_t *uids, size_t n, struct err *e);
enum imap_result command_expunge(struct imap *m, struct err *e);
/* Whether messages other than these UIDs are marked \Deleted. */
enum imap_result command_others_deleted(struct imap *m, const uint32_t *uids, size_t n, bool *others, struct err *e);

#endif
