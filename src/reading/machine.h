/* SPDX-License-Identifier: ISC
 * machine.h: person or machine, and for reports whose delivery failed.
 */
#ifndef CASEMAIL_READING_MACHINE_H
#define CASEMAIL_READING_MACHINE_H

#include "reading/mime.h"

/* Sets kind, kind_reason, is_list, no_answer, permanent, failed, original_id in *out from the message. Reads what
 * reading_read has set there before: from, return_path, subject, text (of a message that is HTML only).
 * setup tells our own mail (X-Loop, our addresses).
 *
 * failed holds the recipients of a bounce or delay, at most 100, each address once; permanent is 1 where
 * each of them failed for good (status class 5; without one, words that say so), 0 where one failed for now and none
 * for good, else -1. original_id is without <>: the Message-ID of the attached or copied original, else what
 * In-Reply-To names. Linear in the message. */
void machine_classify(
    const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out);

#endif
