/* SPDX-License-Identifier: ISC
 * machine_module.h: what the files behind machine.h share. Inside the module only.
 */
#ifndef CASEMAIL_READING_MACHINE_MODULE_H
#define CASEMAIL_READING_MACHINE_MODULE_H

#include "reading/mime.h"

#define MACHINE_RECIPIENTS 100
#define MACHINE_TEXT_BYTES 65536

struct machine {
	const struct mime_message *m;
	const struct reading_setup *setup;
	struct arena *a;
	struct reading *out;
	bool *embedded;     /* of each part: whether it stands in an attached message */
	struct str subject; /* folded (marks.h) */
	struct str text;    /* what the message itself says, at most MACHINE_TEXT_BYTES of it */
};

/* What a phrase of the language files stands for. */
enum {
	PHRASE_REPLY = 1 << 0,
	PHRASE_AWAY = 1 << 1,
	PHRASE_BOUNCE = 1 << 2,
	PHRASE_DELAY = 1 << 3,
	PHRASE_FAILED = 1 << 4,
	PHRASE_LATE = 1 << 5,
	PHRASE_REACTION = 1 << 6,
	PHRASE_COPY = 1 << 7
};

/* --- machine.c --- */

/* The decoded value of the message's first field of that name, trimmed; empty where there is none. */
struct str machine_value(const struct machine *w, const char *name);
/* The part of an address before its last "@". */
struct str machine_local(struct str address);
bool machine_is_null_path(const struct machine *w);
/* Sets kind and its reason; true. */
bool machine_set(struct machine *w, enum reading_kind kind, const char *field, struct str value);

/* --- machine_phrase.c --- */

/* The kinds of all phrases that folded begins with and that end where a word ends; *n: the length of the longest. */
unsigned machine_phrases(struct str folded, unsigned kinds, size_t *n);
/* Likewise anywhere in folded, at the beginning of a word. Linear in folded. */
unsigned machine_phrases_in(struct str folded, unsigned kinds);

/* --- machine_reply.c --- */

/* Whether the header or subject shows an automatic answer. */
bool machine_is_reply(struct machine *w);
bool machine_is_calendar(struct machine *w);
bool machine_is_reaction(struct machine *w);
/* "no", "auto-replied", ...: lower case; empty where there is none. */
struct str machine_auto_submitted(const struct machine *w);

/* --- report.c --- */

/* Whether the message is a report by its structure: RFC 3464, 5965, 8098. */
bool report_read(struct machine *w);
/* Adds a recipient to out->failed, once; where it is there already what was empty is filled in. */
void report_add_recipient(struct machine *w, const struct reading_recipient *r);
/* The address in s ("rfc822; <a@b>"), in w->a; empty where there is none. */
struct str report_address(struct machine *w, struct str s);
/* Sets original_id from the attached original. */
void report_find_original(struct machine *w);
/* Sets permanent from what is known of the recipients. */
void report_set_permanent(struct machine *w);
/* The enhanced status (RFC 3463) at the first place in s that has one, or empty. Linear. */
struct str report_find_status(struct str s);

/* --- bounce.c --- */

/* Whether the message is a report in free words. */
bool bounce_read(struct machine *w);
/* Whether its sender is a mail system. */
bool bounce_is_daemon(const struct machine *w);
/* Adds the recipients that a report without status fields names. */
void bounce_find_recipients(struct machine *w);

#endif
