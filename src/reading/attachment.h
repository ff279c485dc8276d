/* SPDX-License-Identifier: ISC
 * attachment.h: the files of a message, and what people must be told about it.
 */
#ifndef CASEMAIL_READING_ATTACHMENT_H
#define CASEMAIL_READING_ATTACHMENT_H

#include "reading/body.h"

/* Sets out->attachments and out->notes. A file beyond a limit is dropped with the note "attachment-dropped NAME SIZE",
 * one of a refused type with "attachment-refused NAME SIZE";
 * further notes: "parts-dropped", "text-cut", "text-damaged", "text-encrypted". Nothing is unpacked. */
void attachment_read(const struct mime_message *m, const enum body_role *roles, const struct limits *limits,
    struct arena *a, struct reading *out);

#endif
