/* SPDX-License-Identifier: ISC
 * configuration.h: casemaild.conf as values. The reference is casemaild.conf(5).
 *
 * Loading finds all errors of a file, each as "FILE:LINE: what, and what is allowed". Every string
 * is UTF-8, owned by the configuration, valid until configuration_close.
 */
#ifndef CASEMAIL_BASE_CONFIGURATION_H
#define CASEMAIL_BASE_CONFIGURATION_H

#include <stdint.h>

#include "base/err.h"
#include "base/workflow.h"

enum tls_mode { TLS_IMPLICIT, TLS_STARTTLS, TLS_NONE /* only to loopback addresses */ };
enum authentication_mode { AUTHENTICATION_RESULTS, AUTHENTICATION_TOKEN };
enum authentication_level { AUTH_FAIL, AUTH_NONE, AUTH_WEAK, AUTH_PASS }; /* ascending */

/* A server to log in to. password_file: read when connecting, never kept in this struct. */
struct server {
	struct str host, user, password_file, ca_file; /* user empty: no login; ca_file empty: the system's */
	int port;
	enum tls_mode tls;
	int timeout_seconds; /* for each whole operation */
};

struct mailbox_settings {
	struct str name; /* unique; letters, digits, - */
	struct server server;
	struct str folder;                               /* watched; UTF-8 */
	struct str processed, refused, held, quarantine; /* moved to; created when missing */
	int poll_seconds, idle_seconds, batch;
};

struct limits {
	size_t message_bytes, header_bytes, field_bytes, text_bytes, attachment_bytes, attachments_bytes;
	unsigned parts, depth, attachments, received;
	unsigned reader_cpu_seconds, reader_wall_seconds;
	size_t reader_memory_bytes;
	struct strings refused_types; /* of files: ".exe", "application/x-msdownload", all of "video" as "video/" and a star */
};

struct reference_pattern {
	struct str text; /* a pcre2 pattern with the named group "number", and "token" where it carries one */
	int line;        /* in the file */
};

struct configuration {
	struct str path;            /* of the file it was read from */
	struct str brand, instance; /* instance: marks our own mail (X-Loop) */
	struct str database;
	struct mailbox_settings *mailboxes;
	size_t n_mailboxes;
	struct server *smtp; /* in order of preference */
	size_t n_smtp;
	/* mail */
	struct str from_name, address; /* notices come from, and replies go to; local part + delimiter + token */
	char subaddress_delimiter;     /* '+' or '-'; 0: the server has none */
	struct str noreply;            /* address instructions come from */
	struct str template_dir;       /* operator's own templates; may be empty */
	struct str language;           /* default for persons without one: "en" */
	/* reference */
	struct reference_pattern *patterns;
	size_t n_patterns;
	struct str reference_format; /* "[ref:{number}-{token}]" */
	/* authentication */
	enum authentication_mode authentication;
	struct strings authserv_ids, border_hosts;
	enum authentication_level updates_authentication;
	/* approval */
	bool approval_self_grant;
	struct strings approval_languages, confirm_levels, extra_yes, extra_no;
	int approval_expiry_days, ask_again_most, ask_again_hours;
	int reminder_business_days, escalation_business_days; /* 0: never */
	/* calendar: working_days "Monday", holidays "2026-12-25", from and to "09:00" */
	struct str calendar_zone, calendar_from, calendar_to, holidays_file;
	struct strings working_days, holidays;
	/* answers and the outbox */
	int answers_per_10_minutes; /* global breaker for automatic answers */
	int retry_days;
	bool retry_unknown;
	/* health */
	int health_poll_minutes, health_waiting_hours, health_outbox_minutes;
	size_t health_disk_bytes;
	bool health_mail;
	int digest_minutes; /* 0: no digest of kept messages */
	struct strings free_mail_domains;
	struct workflow workflow; /* cases */
	struct limits limits;

	struct arena *memory;                /* of configuration.c: holds all of the above */
	struct configuration_places *places; /* of configuration.c: where each value stands; may be NULL */
};

/* Reads and checks the file. Returns a configuration the caller closes, or NULL: then errors holds
 * every error, one a line. */
struct configuration *configuration_load(const char *path, struct buf *errors);
/* The same for who goes on to look for more errors: where *failed is set, what is returned (closed by the caller) holds
 * the defaults in place of what is wrong, and serves nothing else. NULL where the file can not be read at all. */
struct configuration *configuration_read(const char *path, struct buf *errors, bool *failed);
/* What holds where no file is: the defaults of all keys; no mailbox, no server. Closed by the caller. */
struct configuration *configuration_defaults(void);
void configuration_close(struct configuration **c);
/* Whether the files it names are there and fit to be used: password_file (as configuration_secret),
 * ca_file, template_dir, the zone and the file of the calendar. 0, or -1: then each error was added to errors, one a
 * line. */
int configuration_check_files(const struct configuration *c, struct buf *errors);

/* The first line of a secret file, without its line end, at most 4096 bytes; refuses one that
 * is readable by group or world, empty, or not a regular file (ERR_FATAL). A relative path is looked up in
 * $CREDENTIALS_DIRECTORY, where systemd's mode 0440 is accepted too. *secret: initialised by this function,
 * freed by the caller with configuration_forget, also after an error. */
int configuration_secret(struct str path, struct buf *secret, struct err *e);
void configuration_forget(struct buf *secret); /* overwrites, then frees */

#endif
