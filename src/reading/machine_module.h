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
	struct str path;    /* Return-Path without <> */
	struct str text;    /* by machine_text, once has_text */
	bool has_text;
};

/* What a phrase of the language files stands for; see languages/README. */
enum {
	PHRASE_REPLY = 1 << 0,
	PHRASE_AWAY = 1 << 1,
	PHRASE_BOUNCE = 1 << 2,
	PHRASE_NOTICE = 1 << 3,
	PHRASE_DELAY = 1 << 4,
	PHRASE_FAILED = 1 << 5,
	PHRASE_LATE = 1 << 6,
	PHRASE_NEVER = 1 << 7,
	PHRASE_COPY = 1 << 8
};

/* --- machine.c --- */

/* The decoded value of the message's first field of that name, trimmed; empty where there is none. */
struct str machine_value(const struct machine *w, const char *name);
/* The part of an address before its last "@". */
struct str machine_local(struct str address);
/* What the message itself says, at most MACHINE_TEXT_BYTES of it: its plain parts, HTML only where there are none. */
struct str machine_text(struct machine *w);
bool machine_is_null_path(const struct machine *w);
/* Whether From is an address that nobody reads. */
bool machine_is_no_reply(const struct machine *w);
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
/* Sets original_id from the original that is attached or copied. */
void report_find_original(struct machine *w);

/* --- report_status.c --- */

/* The address in s ("rfc822; <a@b>"), in w->a; empty where there is none. */
struct str report_address(struct machine *w, struct str s);
/* The enhanced status (RFC 3463) at the first place in s that has one, or empty. Linear. */
struct str report_find_status(struct str s);
bool report_is_status(struct str type);
/* Adds a recipient to out->failed, once; where it is there already what was empty is filled in. */
void report_add_recipient(struct machine *w, const struct reading_recipient *r);
/* Adds what the message's delivery status says. KIND_BOUNCE, KIND_DELAY or KIND_REPORT. */
enum reading_kind report_read_status(struct machine *w);
/* Adds what the status fields in text say. True where a recipient failed or is late. */
bool report_read_fields(struct machine *w, struct str text);
/* Sets permanent from what is known of the recipients. */
void report_set_permanent(struct machine *w);

/* --- bounce.c --- */

/* Whether the message is a report in free words. */
bool bounce_read(struct machine *w);
/* SENDER_POSTMASTER: a mail system, or the person who runs it. */
enum bounce_sender { SENDER_OTHER, SENDER_POSTMASTER, SENDER_DAEMON };
enum bounce_sender bounce_sender(const struct machine *w);

/* --- bounce_text.c --- */

/* How a recipient was named in a text, the surest first. */
enum bounce_way { WAY_NONE, WAY_FIELDS, WAY_LINE, WAY_FAILURE, WAY_LOCAL, WAY_ONLY, WAY_ORIGINAL, WAY_SELF };
/* Adds the recipients that a report in free words names. */
enum bounce_way bounce_find_recipients(struct machine *w);

/* --- bounce_words.c --- */

/* The report's own words: the text up to the copy of the original. */
struct str bounce_words(struct machine *w);
/* line without the marks and blanks it begins with. */
struct str bounce_undecorated(struct str line);
/* The next address in line from *at on, or empty; *at: behind it; *begin: where it begins. */
struct str bounce_next_address(struct str line, size_t *at, size_t *begin);
/* Whether c may stand in a local part without quotes. */
bool bounce_is_atom(char c);
/* An address of whoever runs a mail system. */
bool bounce_is_service(struct str address);
/* Whether the report came from this address or went to it. */
bool bounce_is_party(const struct machine *w, struct str address);

#endif
