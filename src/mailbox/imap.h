/* SPDX-License-Identifier: ISC
 * imap.h: a logged-in IMAP connection (RFC 3501) that sends a command and collects its answer.
 *
 * The commands themselves are in command.h and idle.h, the policy in session.h.
 */
#ifndef CASEMAIL_MAILBOX_IMAP_H
#define CASEMAIL_MAILBOX_IMAP_H

#include <stdint.h>

#include "mailbox/transport.h"

enum imap_result {
	IMAP_OK,
	IMAP_NO,  /* the server said NO; imap_code has its response code */
	IMAP_DEAD /* cut, too late, BAD, or not IMAP: the connection is of no more use */
};

struct imap_status {
	int64_t timeout_ms;                                  /* of each command */
	bool idle, move, uidplus, condstore, namespaces, id; /* capabilities */
	bool writable, keywords;                             /* of the selected folder, as the rest; keywords: any */
	uint32_t uidvalidity, uidnext, exists;
	bool news; /* EXISTS has grown since it was cleared: there may be new mail */
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

struct imap;

/* Takes the transport over (imap_close closes it) and asks for capabilities. Each command after it
 * may spend timeout_ms waiting, plus what imap_allow adds. NULL with *e (ERR_RETRY) set: the transport
 * is closed then too. */
struct imap *imap_open(struct transport **t, int64_t timeout_ms, struct err *e);
void imap_close(struct imap **m); /* *m may be NULL */

/* Valid until imap_close. The caller may clear news, and idle where it is announced but does not work. */
struct imap_status *imap_status(struct imap *m);
/* While idling: the server says how many there are, or that one is gone. */
void imap_status_exists(struct imap *m, uint32_t exists);
void imap_status_expunged(struct imap *m);
bool imap_alive(const struct imap *m);

/* For the next command only: it fetches about bytes in literals, one response at most literal_max of
 * them. Without this: 64 KiB. Adds the time that takes at 32 KiB/s. */
void imap_allow(struct imap *m, uint64_t bytes, size_t literal_max);

/* Sends command (without tag and line end) and reads to its tagged answer. FETCH responses go to handler
 * (NULL: nowhere) as they come, one in memory at a time. *e is set unless IMAP_OK, always ERR_RETRY. */
enum imap_result imap_run(
    struct imap *m, const char *command, imap_item_handler *handler, void *context, struct err *e);
/* SELECT, which fills the status. folder is as on the wire. */
enum imap_result imap_select(struct imap *m, const char *folder, struct err *e);
/* NAMESPACE (RFC 2342): prefix and delimiter of personal folders, at most max - 1 bytes and NUL; as
 * they are where the server does not tell. */
enum imap_result imap_namespace(struct imap *m, char *delimiter, char *prefix, size_t max, struct err *e);

/* Of the answer to the last imap_run: the atom of a NO's response code ("EXPUNGEISSUED") or empty;
 * how many LIST responses came, and the delimiter of the first; how many hits of SEARCH. */
struct str imap_code(const struct imap *m);
size_t imap_listed(const struct imap *m, char *delimiter);
size_t imap_found(const struct imap *m);

/* For idle.c, by lines. Start sends a tagged command (at most 60 bytes) whose tag and blank go to tag. A line is
 * borrowed until the next call; imap_line gives an empty one when the connection died. */
#define IMAP_TAG 16
int imap_start(struct imap *m, const char *command, char tag[IMAP_TAG]);
int imap_send(struct imap *m, const char *text);
struct str imap_line(struct imap *m);
enum imap_result imap_died(struct imap *m, const char *command, struct err *e);
/* As transport_wait, but looks also at what was received and not yet read. */
enum transport_event imap_wait(struct imap *m, int wake_fd, int64_t ms);

#endif
