/* SPDX-License-Identifier: ISC
 * reading_part.h: what a reading is made of. Borrowed text throughout, as in reading.h.
 */
#ifndef CASEMAIL_READING_READING_PART_H
#define CASEMAIL_READING_READING_PART_H

#include <stdint.h>

#include "base/str.h"

/* Who wrote it. Everything but KIND_PERSON is a machine. */
enum reading_kind {
	KIND_PERSON,
	KIND_AUTO_REPLY, /* vacation, ticket system, challenge-response */
	KIND_BOUNCE,
	KIND_DELAY,
	KIND_REPORT,    /* delivered, read: RFC 3464 success, RFC 8098 */
	KIND_COMPLAINT, /* RFC 5965 */
	KIND_CALENDAR,  /* an answer to an invitation */
	KIND_REACTION,
	KIND_OWN, /* our own mail come back */
	KIND_COUNT
};
/* Its name in JSON, logs and the ledger; constant. */
const char *reading_kind_name(enum reading_kind k); /* "person", "auto-reply", ... */

/* Where a reference or token stood. */
enum reading_place {
	PLACE_RECIPIENT,   /* To, Cc, Delivered-To, X-Original-To: the sub-address of our address */
	PLACE_IN_REPLY_TO, /* In-Reply-To, References, a Message-ID of ours */
	PLACE_SUBJECT,
	PLACE_TEXT,   /* what the sender newly wrote, or a signature */
	PLACE_QUOTED, /* quoted or forwarded text */
	PLACE_COUNT
};
/* Likewise. */
const char *reading_place_name(enum reading_place p);

struct reading_address {
	struct str name;    /* decoded, for display only */
	struct str address; /* local@domain; the domain in lower case */
};

struct reading_reference {
	struct str number, token; /* as the pattern's groups gave them; token may be empty; lower case */
	enum reading_place place;
};

struct reading_token {
	struct str token;         /* lower case, only the alphabet of crypto_token */
	enum reading_place place; /* PLACE_RECIPIENT or PLACE_IN_REPLY_TO */
};

struct reading_recipient {
	struct str address, status, action, diagnostic;
};

/* What became of an Authentication-Results field. */
enum results_standing {
	RESULTS_USED,      /* written by the border: above its Received field, with a configured id */
	RESULTS_FOREIGN,   /* above it, but with another id */
	RESULTS_BELOW,     /* below it, or no Received field is by a border host: others may have written it */
	RESULTS_MALFORMED, /* breaks the grammar of RFC 8601 */
	RESULTS_STANDINGS
};
/* Likewise. */
const char *results_standing_name(enum results_standing s); /* "used", "other-id", "below-border", "malformed" */

struct reading_results {
	struct str authserv_id;
	enum results_standing standing;
	struct str text; /* "dmarc=pass header.from=example.com; ...", cut at 2000 bytes; without comments */
};

struct reading_attachment {
	struct str name; /* as the sender wrote it, decoded: data, never a path */
	struct str type; /* "application/pdf" */
	struct str content_id, content;
	char sha256[65];
	bool is_inline;
};

#endif
