/* SPDX-License-Identifier: ISC
 * settings.h: the groups of casemaild.conf that others take whole: a server, a mailbox, the limits. Part of
 * configuration.h.
 */
#ifndef CASEMAIL_BASE_SETTINGS_H
#define CASEMAIL_BASE_SETTINGS_H

#include <stddef.h>

#include "base/str.h"

enum tls_mode { TLS_IMPLICIT, TLS_STARTTLS, TLS_NONE /* only to loopback addresses */ };
enum first_run { FIRST_RUN_ALL, FIRST_RUN_UNSEEN, FIRST_RUN_NEW };
enum after { AFTER_MOVE, AFTER_FLAG, AFTER_DELETE };
enum authentication_mode { AUTHENTICATION_RESULTS, AUTHENTICATION_TOKEN };
#define OUTBOX_SENDERS_MOST 16
enum unknown_policy { UNKNOWN_RETRY, UNKNOWN_HOLD };                      /* of a mail whose server's answer was lost */
enum authentication_level { AUTH_FAIL, AUTH_NONE, AUTH_WEAK, AUTH_PASS }; /* ascending */

/* A server to log in to. password_file: read when connecting, never kept in this struct. */
struct server {
	struct str host, user, password_file, ca_file; /* user empty: no login; ca_file empty: the system's */
	struct str cert_file, key_file;                /* of our own to show, or both empty */
	enum tls_mode tls;
	int port, timeout_seconds; /* for each whole operation */
};

struct mailbox_settings {
	struct str name; /* unique; letters, digits, - */
	struct server server;
	struct str folder, keyword;                      /* watched, in UTF-8; keyword: of AFTER_FLAG */
	struct str processed, refused, held, quarantine; /* moved to; created when missing */
	enum first_run first_run; /* what of the mail that is there at the first start is taken */
	enum after after;         /* what is done with what was decided */
	int poll_seconds, idle_seconds, batch, reconcile_hours; /* reconcile_hours 0: never */
};

struct limits {
	size_t message_bytes, header_bytes, field_bytes, text_bytes, attachment_bytes, attachments_bytes;
	unsigned parts, depth, attachments, received;
	unsigned reader_cpu_seconds, reader_wall_seconds;
	size_t reader_memory_bytes;
	struct strings
	    refused_types; /* of files: ".exe", "application/x-msdownload", all of video: "video/" and a star */
};

struct reference_pattern {
	struct str text; /* a pcre2 pattern with the named group "number", and "token" where it carries one */
	int line;        /* in the file */
};

#endif
