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
#include "base/settings.h"
#include "base/workflow.h"

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
	struct str list_id;            /* of List-Id; may be empty */
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
	int approval_expiry_days, ask_again_most, ask_again_hours, cooling_minutes;
	int reminder_business_days, escalation_business_days; /* 0: never */
	/* calendar: working_days "Monday", holidays "2026-12-25", from and to "09:00" */
	struct str calendar_zone, calendar_from, calendar_to, holidays_file;
	struct strings working_days, holidays;
	/* answers and the outbox */
	int answers_per_10_minutes; /* global breaker for automatic answers */
	int retry_days;
	enum unknown_policy unknown;
	int outbox_senders;                                   /* at most so many at once */
	int outbox_per_minute, outbox_per_recipient_per_hour; /* attempts; 0: no limit */
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
/* Every value in force, in the order of the schema: its name ("outbox.senders", "mailboxes[0].folder"), as it would
 * stand in the file, and the line where it was written, 0 for a default. */
struct configuration_value {
	struct str name, text;
	int line;
};
void configuration_each(
    const struct configuration *c, void (*call)(void *context, const struct configuration_value *v), void *context);
/* Whether the files it names are there and fit to be used: those of the servers, template_dir, the calendar's. 0, or
 * -1: then each error was added to errors, one a line. */
int configuration_check_files(const struct configuration *c, struct buf *errors);

/* The first line of a secret file, without its line end, at most 4096 bytes; refuses one that is readable by group or
 * world, empty, or not a regular file (ERR_FATAL). A relative path is looked up in $CREDENTIALS_DIRECTORY, where mode
 * 0440 is accepted too. *secret: initialised here, freed by the caller with configuration_forget, also after an error.
 */
int configuration_secret(struct str path, struct buf *secret, struct err *e);
/* Its path in full, after the same checks, for who reads it himself. *out: likewise, freed with buf_free. */
int configuration_secret_path(struct str path, struct buf *out, struct err *e);
void configuration_forget(struct buf *secret); /* overwrites, then frees */

#endif
