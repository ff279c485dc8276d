/* SPDX-License-Identifier: ISC
 * settle.h: what of the configuration a reading and a decision need.
 */
#ifndef CASEMAIL_DAEMON_SETTLE_H
#define CASEMAIL_DAEMON_SETTLE_H

#include "base/configuration.h"
#include "outbox/template.h"
#include "reading/reading.h"
#include "rules/health.h"
#include "rules/notice.h"
#include "rules/snapshot.h"
#include "store/store.h"

/* The marks by which our own mail is known again, made from the store's own key. */
struct own_marks {
	char loop[33];    /* of X-Loop: instance;loop */
	char domain[256]; /* of our Message-IDs */
};
int settle_marks(struct store *s, const struct configuration *c, struct own_marks *out, struct err *e);

/* Borrow from c and marks; strings lists live in a. */
void settle_reading(
    const struct configuration *c, const struct own_marks *marks, struct arena *a, struct reading_setup *out);
void settle_policy(const struct configuration *c, const struct verdict_phrases *phrases, struct policy *out);

/* The Reference ID of a case by the configured format, in a. */
struct str settle_reference(const struct configuration *c, const struct case_view *v, struct arena *a);

/* The checks of casectl health as things stand at now, in a. */
int settle_health(const struct configuration *c, struct store *s, int64_t now, struct arena *a,
    struct health_check **out, size_t *n, struct err *e);

/* The templates of all kinds of notice, closed by the caller. NULL: errors holds every error, one a line. */
struct templates *settle_templates(const struct configuration *c, struct buf *errors);
/* Likewise for one who has nobody to show a list to: NULL and ERR_FATAL with the first errors. */
struct templates *settle_templates_or_err(const struct configuration *c, struct err *e);

/* Likewise for a command, which writes few letters: none is looked at before settle_template makes the kind ready; -1
 * and ERR_FATAL where its files have errors. */
struct templates *settle_templates_empty(const struct configuration *c);
int settle_template(struct templates *t, enum notice_kind kind, struct err *e);

#endif
