/* SPDX-License-Identifier: ISC
 * body.h: which parts are the text, and which are attachments.
 */
#ifndef CASEMAIL_READING_BODY_H
#define CASEMAIL_READING_BODY_H

#include "reading/mime.h"

enum body_role {
	BODY_NONE,  /* a multipart, or a part of an embedded message */
	BODY_TEXT,  /* belongs to the text, in document order */
	BODY_OTHER, /* the alternative that was not taken */
	BODY_ATTACHMENT
};

/* One role for each part of m, in a. Plain text is preferred to HTML within an alternative unless it is empty or says
 * only that there is HTML. Linear in parts times depth. */
enum body_role *body_choose(const struct mime_message *m, struct arena *a);
/* Whether a part is HTML. */
bool body_is_html(const struct mime_part *p);
/* Whether the text of the message cannot be read: OpenPGP or S/MIME encrypted, or signed in a wrapper. */
bool body_is_encrypted(const struct mime_message *m);

#endif
