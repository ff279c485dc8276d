/* SPDX-License-Identifier: ISC
 * smtp_reply.h: what a server answered during one mail, and what that means for the mail. Inside src/outbox only;
 * knows nothing of the library that talks.
 */
#ifndef CASEMAIL_OUTBOX_SMTP_REPLY_H
#define CASEMAIL_OUTBOX_SMTP_REPLY_H

#include <stdint.h>

#include "outbox/smtp.h"

#define SMTP_REPLIES_MOST (64 << 10) /* bytes of all replies to one mail */

/* How far a mail has come. */
enum smtp_phase {
	PHASE_CONNECT, /* connecting, TLS, EHLO, login */
	PHASE_MAIL,    /* MAIL, RCPT and DATA: nothing of the mail itself was sent */
	PHASE_DATA,    /* its bytes are being sent */
	PHASE_HANDED   /* the last of them was given away */
};

struct smtp_dialogue {
	enum smtp_phase phase;
	unsigned answers; /* whole replies since PHASE_MAIL began: 1 MAIL, 2 RCPT, 3 DATA, 4 the mail */
	int code;         /* of the last whole reply, in any phase; 0: none yet */
	int bad;          /* the first of MAIL, RCPT, DATA and the mail that was not accepted; or 0 */
	int first;        /* the reply to MAIL, or 0 */
	int final;        /* the reply to the mail, or 0 */
	size_t bytes;     /* of replies */
	bool whole;       /* the last line ended a reply */
	char text[512];   /* of the last reply; of bad where there is one; printable */
};

void smtp_dialogue_init(struct smtp_dialogue *d);
/* One line of a reply, with its line end. false: more than SMTP_REPLIES_MOST, give up. */
bool smtp_dialogue_line(struct smtp_dialogue *d, struct str line);
/* The outcome when the transfer has ended; error: why it ended early, or empty. True where no server took part, so
 * that another may be tried. Refused logins and 421 are no verdict on the mail: SMTP_LATER. */
bool smtp_dialogue_result(const struct smtp_dialogue *d, struct str error, struct smtp_outcome *out);

/* Whether a is fit for MAIL and RCPT: printable ASCII with one '@' or more, without blanks and angle brackets, at most
 * 254 octets (RFC 5321 4.5.3.1.3). */
bool smtp_address_is_fit(struct str a);
/* Whether a mail may go out as it is: 7-bit, no NUL, CR LF line ends only and at the end, lines of at most 998. */
bool smtp_mail_is_fit(struct str mail);
void smtp_outcome_set(struct smtp_outcome *out, enum smtp_result result, int code, struct str text);

#endif
