/* SPDX-License-Identifier: ISC
 * content_key.h: the content key of a reading.
 */
#ifndef CASEMAIL_READING_CONTENT_KEY_H
#define CASEMAIL_READING_CONTENT_KEY_H

#include "reading/mime.h"

/* Sets out->content_key, in a, from what two deliveries of one mail have in common: no trace fields, no transfer
 * encoding. message_id and date are set before. */
void content_key_set(const struct mime_message *m, struct arena *a, struct reading *out);
/* Likewise, of bytes that are no message. */
void content_key_set_raw(struct str raw, struct arena *a, struct reading *out);

#endif
