/* SPDX-License-Identifier: ISC
 * session.h: one mailbox on an IMAP server: list what is there, fetch it, move it away, wait.
 *
 * The caller keeps the cursor (the next UID to look at) and does the retrying: after any -1 with
 * ERR_RETRY it closes the session and opens a new one later; UIDs stay good while uidvalidity is
 * the same. Nothing here marks a message as read. Memory does not grow with the mailbox: one page
 * of listing, one message. Each server operation waits at most the configured timeout plus what
 * its size needs at 32 KiB/s.
 */
#ifndef CASEMAIL_MAILBOX_SESSION_H
#define CASEMAIL_MAILBOX_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/configuration.h"
#include "base/err.h"
#include "mailbox/transport.h"

#define SESSION_PAGE 500 /* most items of one session_list, most UIDs of one fetch or move */

struct session;

struct session_state {
	uint32_t uidvalidity; /* a change makes every stored UID void */
	uint32_t uidnext;     /* at SELECT; 0: the server did not tell */
	uint32_t exists;
	bool idle, move, uidplus, condstore; /* the server has them */
};

enum session_flag {
	SESSION_SEEN = 1,
	SESSION_ANSWERED = 2,
	SESSION_FLAGGED = 4,
	SESSION_DELETED = 8, /* also what a move without UIDPLUS leaves behind: not to be taken again */
	SESSION_DRAFT = 16
};

struct session_item {
	uint32_t uid;
	uint32_t size; /* RFC822.SIZE: the server's word, not to be relied on */
	int64_t internal_date_ms;
	unsigned flags;   /* of enum session_flag */
	bool header_only; /* larger than message_bytes; a caller may set it for a message that made trouble */
};

enum session_part {
	SESSION_WHOLE,
	SESSION_HEADER,    /* the first header_bytes of the header, as header_only asked for */
	SESSION_UNREADABLE /* the server has it but gives neither: raw is empty */
};

struct session_message {
	const struct session_item *item; /* of the caller's own array */
	enum session_part part;
	struct str raw; /* valid until the callback returns */
};
/* Takes one message. False: no more of them, please; what is on its way is read and dropped. */
typedef bool session_taker(void *context, const struct session_message *message);

/* Connects with TLS verified (transport.h), logs in, makes the folders that the settings' after needs where
 * they are missing, and selects the watched one, which must keep keywords for AFTER_FLAG. *s is closed by the caller;
 * on -1 it is NULL and *trouble tells the kind, for back-off: after MAILBOX_TROUBLE_LOGIN at least minutes. Borrows
 * settings and limits until session_close. */
int session_open(const struct mailbox_settings *settings, const struct limits *limits, struct session **s,
    enum mailbox_trouble *trouble, struct err *e);
void session_close(struct session **s); /* *s may be NULL */
struct session_state session_state(const struct session *s);

/* The first messages with UID >= from, oldest (lowest UID) first, at most max (1..SESSION_PAGE) of
 * them, into items: their number is *n. 0 of them: there are none now; only then is it time for
 * session_wait. Sees also what arrived since SELECT. The order of UIDs is the order of arrival. */
int session_list(struct session *s, uint32_t from, struct session_item *items, size_t max, size_t *n, struct err *e);

/* Fetches n items (n <= SESSION_PAGE, ascending UIDs, none twice) and hands each to take, at most once,
 * in the server's order, one in memory at a time. On 0, what was not handed over is no longer there
 * (or take said stop). What the server does not give with the others is asked for alone, then as header
 * only, then handed over as SESSION_UNREADABLE. On -1 some may have been taken. raw may be longer
 * than RFC822.SIZE said, up to message_bytes and a quarter; a literal above that, or much more than all
 * sizes promised, is refused: the connection is closed and session_suspect names the UID. */
int session_fetch(
    struct session *s, const struct session_item *items, size_t n, session_taker *take, void *context, struct err *e);
/* After any other function here returned -1: whether the connection died or the server only said NO. */
enum mailbox_trouble session_trouble(const struct session *s);

/* After session_fetch failed: the lowest UID asked for in that command and not yet given. Fetch it
 * alone, then with header_only, before giving it up. 0: none. */
uint32_t session_suspect(const struct session *s);

/* Moves n (<= SESSION_PAGE, ascending) UIDs to folder (UTF-8, one of the four of the settings): by MOVE
 * (RFC 6851), else COPY, \Deleted and UID EXPUNGE (RFC 4315), else COPY, \Deleted and EXPUNGE only
 * where no other message is marked \Deleted (if there is one, ours stay, marked). UIDs that are gone
 * are passed over, so it may be repeated; a cut between COPY and \Deleted leaves a second copy in folder. */
int session_move(struct session *s, const uint32_t *uids, size_t n, struct str folder, struct err *e);

/* Likewise deletes them for good, or gives them the settings' keyword; ours only stay where they would stay above. */
int session_delete(struct session *s, const uint32_t *uids, size_t n, struct err *e);
int session_flag(struct session *s, const uint32_t *uids, size_t n, struct err *e);

enum session_event { SESSION_MAIL, SESSION_WOKEN, SESSION_TIMEOUT };
/* Waits until mail may have arrived, wake_fd (-1: none) is readable (nothing is read from it), or
 * timeout_ms are over. IDLE, renewed every idle_seconds; a server without it is asked by NOOP every
 * poll_seconds. What arrived before the call and was not yet listed returns at once. */
int session_wait(struct session *s, int wake_fd, int64_t timeout_ms, enum session_event *event, struct err *e);

#endif
