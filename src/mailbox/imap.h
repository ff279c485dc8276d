/* SPDX-License-Identifier: ISC
 * imap.h: one IMAP command each (RFC 3501), over a transport. No policy: that is session.h.
 *
 * Every command waits within what transport_begin allowed. It ends in one of three ways; after
 * IMAP_DEAD the connection is of no more use. *e is set unless IMAP_OK, always ERR_RETRY.
 */
#ifndef CASEMAIL_MAILBOX_IMAP_H
#define CASEMAIL_MAILBOX_IMAP_H

#include <stdint.h>

#include "mailbox/transport.h"

enum imap_result {
	IMAP_OK,
	IMAP_NO,  /* the server said NO; imap_code has its response code */
	IMAP_DEAD /* cut, too late, or not IMAP */
};

struct imap_status {
	bool idle, move, uidplus, condstore, namespaces; /* capabilities */
	bool writable;                                   /* of the selected folder, as the rest */
	uint32_t uidvalidity, uidnext, exists;
	bool news; /* EXISTS has grown since imap_status_seen: there may be new mail */
};

enum imap_flag { IMAP_SEEN = 1, IMAP_ANSWERED = 2, IMAP_FLAGGED = 4, IMAP_DELETED = 8, IMAP_DRAFT = 16 };

/* One FETCH response. Items the server left out are 0. The body is borrowed until the callback ends. */
struct imap_item {
	uint32_t uid; /* 0: an unsolicited response without it */
	uint32_t size;
	int64_t internal_date_ms;
	unsigned flags; /* of enum imap_flag */
	bool has_size, has_body;
	struct str body;
};
typedef void imap_item_handler(void *context, const struct imap_item *item);

enum imap_what {
	IMAP_LISTING, /* UID, FLAGS, INTERNALDATE, RFC822.SIZE */
	IMAP_UID_ONLY,
	IMAP_MESSAGE, /* BODY.PEEK[] */
	IMAP_HEADER   /* BODY.PEEK[HEADER]<0.header_max> */
};

struct imap;

/* Takes the transport over (imap_close closes it) and asks for capabilities. NULL with *e set: the
 * transport is closed then too. */
struct imap *imap_open(struct transport **t, struct err *e);
void imap_close(struct imap **m);

const struct imap_status *imap_status(const struct imap *m);
void imap_status_seen(struct imap *m);
struct transport *imap_transport(struct imap *m);
/* The atom of the last NO's response code ("EXPUNGEISSUED"), or empty; until the next command. */
struct str imap_code(const struct imap *m);

/* Folder names are as the server wants them (modified UTF-7), NUL-terminated. */
enum imap_result imap_select(struct imap *m, const char *folder, struct err *e);
enum imap_result imap_create(struct imap *m, const char *folder, struct err *e);
enum imap_result imap_exists(struct imap *m, const char *folder, bool *exists, struct err *e);
/* The server's hierarchy delimiter (0: flat) and the prefix of personal folders (RFC 2342; empty where
 * the server does not tell), at most max - 1 bytes and NUL. */
enum imap_result imap_namespace(struct imap *m, char *delimiter, char *prefix, size_t max, struct err *e);
enum imap_result imap_noop(struct imap *m, struct err *e);

/* What is fetched from messages first to last, as UIDs or as numbers; 0 as last means "*". */
enum imap_result imap_fetch_range(struct imap *m, bool by_uid, uint32_t first, uint32_t last, enum imap_what what,
    imap_item_handler *handler, void *context, struct err *e);
/* The same for n UIDs in ascending order. header_max counts for IMAP_HEADER. */
enum imap_result imap_fetch_uids(struct imap *m, const uint32_t *uids, size_t n, enum imap_what what,
    uint32_t header_max, imap_item_handler *handler, void *context, struct err *e);

enum imap_result imap_move(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e);
enum imap_result imap_copy(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e);
enum imap_result imap_mark_deleted(struct imap *m, const uint32_t *uids, size_t n, struct err *e);
enum imap_result imap_expunge_uids(struct imap *m, const uint32_t *uids, size_t n, struct err *e);
enum imap_result imap_expunge(struct imap *m, struct err *e);
/* Whether messages other than these UIDs are marked \Deleted. */
enum imap_result imap_others_deleted(struct imap *m, const uint32_t *uids, size_t n, bool *others, struct err *e);

/* IDLE (RFC 2177), in three steps; between them only transport_wait. imap_idle_read takes what has
 * arrived; status.news tells whether it was worth waking up. */
enum imap_result imap_idle_begin(struct imap *m, struct err *e);
enum imap_result imap_idle_read(struct imap *m, struct err *e);
enum imap_result imap_idle_end(struct imap *m, struct err *e);
bool imap_has_input(const struct imap *m); /* received and not yet read, so that poll(2) would not tell */

#endif
