/* SPDX-License-Identifier: ISC
 * mime.h: a message taken apart into fields and decoded parts. The one user of GMime in reading.
 *
 * The header guard (guard.h) looked at the raw bytes before; what reaches GMime is bounded.
 */
#ifndef CASEMAIL_READING_MIME_H
#define CASEMAIL_READING_MIME_H

#include "reading/reading.h"

struct mime_field {
	struct str name;  /* as written */
	struct str raw;   /* the value as it stands, folding included, without the final line end */
	struct str value; /* unfolded, RFC 2047 decoded, UTF-8 */
};

struct mime_part {
	int parent;                               /* index of the enclosing part, or -1 */
	unsigned depth;                           /* 0 for the message's own top part */
	struct str type;                          /* "text/plain", lower case */
	struct str disposition, name, content_id; /* disposition lower case: "inline", "attachment", "" */
	struct str boundary;                      /* of a multipart */
	struct str report_type, method;           /* parameters of multipart/report, text/calendar */
	struct str charset;                       /* the one used */
	struct str content;                       /* leaves: transfer encoding undone */
	struct str text;                          /* text leaves: UTF-8, LF line ends, format=flowed undone */
	bool damaged;                             /* bytes that the charset does not know */
	bool cut;                                 /* text holds less than content: limits->text_bytes */
	struct mime_field *fields; /* the part's own header; of a part inside message/rfc822: that message's */
	size_t n_fields;
};

struct mime_message {
	struct mime_field *fields; /* the message's header, in order */
	size_t n_fields;
	struct mime_part *parts; /* in document order; multiparts and message/rfc822 stand before their children */
	size_t n_parts;
	struct str charset; /* what bare 8-bit fields were taken for; may be empty */
	bool truncated;     /* a limit on parts or depth was reached */
	bool odd; /* the header has a line that is no field, or line ends of two kinds: good for no identity */
};

/* Loads every charset that is known and holds it until mime_release, so that no reading opens a file: the reader has it
 * before its filter (reading_open does it). Reading works without it, too. The caller releases it. */
struct mime_charsets;
struct mime_charsets *mime_preload(void);
/* *c may be NULL; is cleared. */
void mime_release(struct mime_charsets **c);

/* raw passed guard_check. Parts beyond limits->parts or limits->depth are left out (truncated); text is made of at
 * most limits->text_bytes of a part, and twice that of all that are shown, and of all attachments. Borrows from raw and
 * a. */
void mime_read(struct str raw, const struct limits *limits, struct arena *a, struct mime_message *out);
/* The first field of that name (case-insensitive), or NULL; n: of how many. */
const struct mime_field *mime_field(const struct mime_message *m, const char *name);
size_t mime_count(const struct mime_message *m, const char *name);
const struct mime_field *mime_part_field(const struct mime_part *p, const char *name);

/* bytes in the named charset (or, where that is empty, unknown or wrong, in the detected one) as UTF-8, in a or
 * borrowed from bytes. */
struct str mime_to_utf8(struct str bytes, struct str charset, struct arena *a, bool *damaged);
/* One header value: RFC 2047 words and raw 8-bit text decoded, unfolded. */
struct str mime_decode_header(struct str raw, struct arena *a);

#endif
