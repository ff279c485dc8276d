/* SPDX-License-Identifier: ISC
 * log.h: events with fields.
 *
 *	LOG_INFO("message decided", LOG_TEXT("outcome", s), LOG_NUMBER("uid", 7));
 *
 * The message is constant text; what varies is a field. Values are data: controls, bidi marks and
 * quotes are escaped, a value is cut at 512 bytes, and no value ever becomes a format string.
 * Under systemd's journal each field is a journal field (CASEMAIL_OUTCOME=...), else one line
 * "time level process: message key=value ..." goes to standard error. Passwords, tokens and
 * bodies are never given to it.
 */
#ifndef CASEMAIL_BASE_LOG_H
#define CASEMAIL_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

struct log_field {
	const char *key; /* lower case, [a-z_]; NULL: left out */
	struct str text; /* used when is_number is false */
	long long number;
	bool is_number;
};

#define LOG_TEXT(k, s) ((struct log_field){ .key = (k), .text = (s) })
#define LOG_Z(k, z) ((struct log_field){ .key = (k), .text = str_of(z) })
#define LOG_NUMBER(k, v) ((struct log_field){ .key = (k), .number = (v), .is_number = true })

/* name: what this process is ("intake support"), copied. Events above level are left out. */
void log_open(const char *name, enum log_level level);
/* From now on to the journal, whatever standard error is: for a process that left its terminal. */
void log_to_journal(void);
void log_write(enum log_level level, const char *message, const struct log_field *fields, size_t n);

#define LOG_AT(level, message, ...)                                                                                    \
	log_write((level), (message), (const struct log_field[]){ __VA_ARGS__ },                                       \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))
#define LOG_ERROR(message, ...) LOG_AT(LOG_LEVEL_ERROR, message, ##__VA_ARGS__, (struct log_field){ 0 })
#define LOG_WARNING(message, ...) LOG_AT(LOG_LEVEL_WARNING, message, ##__VA_ARGS__, (struct log_field){ 0 })
#define LOG_INFO(message, ...) LOG_AT(LOG_LEVEL_INFO, message, ##__VA_ARGS__, (struct log_field){ 0 })
#define LOG_DEBUG(message, ...) LOG_AT(LOG_LEVEL_DEBUG, message, ##__VA_ARGS__, (struct log_field){ 0 })

/* s made safe to show on a terminal, a log or a mail: C0 and C1 controls (but LF and TAB where
 * keep_lines), DEL, bidi marks and invalid UTF-8 as \x{NN}. */
void log_escape(struct buf *out, struct str s, bool keep_lines);

#endif
