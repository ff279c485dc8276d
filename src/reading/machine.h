/* SPDX-License-Identifier: ISC
 * machine.h: person or machine, and for reports whose delivery failed.
 */
#ifndef CASEMAIL_READING_MACHINE_H
#define CASEMAIL_READING_MACHINE_H

#include "reading/mime.h"

/* Sets kind, kind_reason, is_list, no_answer, permanent, failed, original_id in *out from the message.
 * setup tells our own mail (X-Loop, Message-ID domain). */
void machine_classify(
    const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out);

#endif
