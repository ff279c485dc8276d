/* SPDX-License-Identifier: ISC
 * configuration_schema.c: every key of casemaild.conf with its type, range and default. The man page
 * casemaild.conf(5) says the same in words; a test compares the names. Nothing here reads a file.
 */
#include "config.h"

#include "base/configuration_schema.h"

#include <string.h>

#include "base/date.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define AT(type, field) .offset = offsetof(type, field), .size = sizeof(((type *)NULL)->field)
#define TABLE(t) .keys = (t), .n_keys = COUNT(t)
#define DAY 86400

static const char *
check_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && !char_is_digit(s.p[i]) && s.p[i] != '-')
			return "letters, digits and -";
	return NULL;
}

static const char *
check_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && !char_is_digit(s.p[i]) && strchr(".-:", s.p[i]) == NULL)
			return "a host name, or an IPv4 or IPv6 address without brackets";
	return NULL;
}

static const char *
check_absolute(struct str s)
{
	return s.n == 0 || s.p[0] == '/' ? NULL : "an absolute path";
}

static const char *
check_address(struct str s)
{
	static const char allowed[] = "local@domain in plain ASCII, without a name, quotes or blanks";
	ptrdiff_t at = str_rfind_char(s, '@');

	if (at < 1 || at > 64 || (size_t)at + 1 == s.n || str_find_char(s, '@') != at)
		return allowed;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && !char_is_digit(s.p[i]) && strchr("@.!#$%&'*+/=?^_`{|}~-", s.p[i]) == NULL)
			return allowed;
	for (size_t i = (size_t)at + 1; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && !char_is_digit(s.p[i]) && s.p[i] != '.' && s.p[i] != '-')
			return allowed;
	return NULL;
}

static const char *
check_domain(struct str s)
{
	return s.n > 0 && str_find_char(s, '.') > 0 && check_host(s) == NULL && str_find_char(s, ':') < 0
		   ? NULL
		   : "a domain name such as example.com";
}

/* An extension, or a media type, whose second half may be a star for all of them. */
static const char *
check_file_type(struct str s)
{
	ptrdiff_t slash = str_find_char(s, '/');
	struct str rest = slash < 0 ? str_skip(s, 1) : s;
	size_t n = 0;

	for (; n < rest.n &&
	       (char_is_alpha(rest.p[n]) || char_is_digit(rest.p[n]) || str_find_char(STR("/.+-_"), rest.p[n]) >= 0);
	     n++)
		;
	if (slash > 0 && n + 1 == rest.n && str_ends(s, STR("/*")))
		n++;
	if (n == rest.n && n > 0 && s.n <= 100 &&
	    (slash < 0
		    ? s.p[0] == '.'
		    : slash > 0 && (size_t)slash + 1 < s.n && str_find_char(str_skip(s, (size_t)slash + 1), '/') < 0))
		return NULL;
	return "a file extension with its dot, such as .exe, or a media type, such as video/mp4 or video/*";
}

static const char *
check_language(struct str s)
{
	static const char known[] = "en de fr es pt it nl pl cs sv da no fi tr ru uk ja zh ko ar he";
	struct str rest = str_of(known), one;

	while (str_next_field(&rest, ' ', &one))
		if (str_equal(s, one))
			return NULL;
	return known;
}

/* A single letter is typed by accident too easily to be a decision. */
static const char *
check_phrase(struct str s)
{
	size_t characters = 0;

	for (size_t i = 0; i < s.n; i++)
		characters += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return characters >= 2 && characters <= 64 ? NULL : "2 to 64 characters";
}

static const char *
check_status(struct str s)
{
	return str_find_char(s, '/') < 0 ? NULL : "a name without /";
}

static const char *
check_priority(struct str s)
{
	return workflow_priority_known(s) ? NULL : "\"Low\", \"Medium\", \"High\", \"Critical\"";
}

/* A command of a mail: never a word that stands in a letter by chance. */
static const char *
check_command(struct str s)
{
	static const char allowed[] = "# and at least two characters, without blanks";

	if (s.p[0] != '#' || s.n < 3 || str_find_char(str_skip(s, 1), '#') >= 0)
		return allowed;
	for (size_t i = 0; i < s.n; i++)
		if (char_is_space(s.p[i]))
			return allowed;
	return NULL;
}

static const char *
check_level(struct str s)
{
	return str_equal(s, STR("Basic")) || str_equal(s, STR("Read-Only")) || str_equal(s, STR("Read-Write"))
		   ? NULL
		   : "\"Basic\", \"Read-Only\", \"Read-Write\"";
}

static const char *
check_weekday(struct str s)
{
	int v;

	return date_weekday_parse(s, &v) ? NULL : "\"Monday\", \"Tuesday\", ... \"Sunday\"";
}

static const char *
check_time(struct str s)
{
	int v;

	return date_time_parse(s, &v) ? NULL : "a time such as \"09:00\", from 00:00 to 24:00";
}

static const char *
check_date(struct str s)
{
	int64_t v;

	return date_parse(s, &v) ? NULL : "a date such as \"2026-12-25\"";
}

static const struct key_choice tls_choices[] = {
	{ "implicit", TLS_IMPLICIT },
	{ "starttls", TLS_STARTTLS },
	{ "none", TLS_NONE },
	{ NULL, 0 },
};
static const struct key_choice first_run_choices[] = {
	{ "all", FIRST_RUN_ALL },
	{ "unseen", FIRST_RUN_UNSEEN },
	{ "new", FIRST_RUN_NEW },
	{ NULL, 0 },
};
static const struct key_choice after_choices[] = {
	{ "move", AFTER_MOVE },
	{ "flag", AFTER_FLAG },
	{ "delete", AFTER_DELETE },
	{ NULL, 0 },
};
static const struct key_choice mode_choices[] = {
	{ "results", AUTHENTICATION_RESULTS },
	{ "token", AUTHENTICATION_TOKEN },
	{ NULL, 0 },
};
static const struct key_choice authentication_choices[] = {
	{ "pass", AUTH_PASS },
	{ "weak", AUTH_WEAK },
	{ "none", AUTH_NONE },
	{ NULL, 0 },
};
static const struct key_choice unknown_choices[] = {
	{ "retry", UNKNOWN_RETRY },
	{ "hold", UNKNOWN_HOLD },
	{ NULL, 0 },
};
static const struct key_choice status_choices[] = {
	{ "open", STATUS_OPEN },
	{ "solution", STATUS_SOLUTION },
	{ "closed", STATUS_CLOSED },
	{ NULL, 0 },
};
static const struct key_choice transition_choices[] = {
	{ "person", TRANSITION_BY_PERSON },
	{ "mail", TRANSITION_BY_MAIL },
	{ NULL, 0 },
};
static const struct key_choice delimiter_choices[] = {
	{ "+", '+' },
	{ "-", '-' },
	{ "", 0 },
	{ NULL, 0 },
};

#define TEXT(t, key, field, least, most, ...)                                                                          \
	{                                                                                                              \
		.name = (key), .type = KEY_TEXT, AT(t, field), .low = (least), .high = (most), __VA_ARGS__             \
	}
#define FILE_NAME(t, key, field)                                                                                       \
	{                                                                                                              \
		.name = (key), .type = KEY_TEXT, AT(t, field), .high = 4000                                            \
	}
#define NUMBER(t, key, field, from, to, standard)                                                                      \
	{                                                                                                              \
		.name = (key), .type = KEY_NUMBER, AT(t, field), .low = (from), .high = (to), .fallback = (standard)   \
	}
#define SIZE(t, key, field, from, to, standard)                                                                        \
	{                                                                                                              \
		.name = (key), .type = KEY_SIZE, AT(t, field), .low = (from), .high = (to), .fallback = (standard)     \
	}
#define TEXTS(t, key, field, ...)                                                                                      \
	{                                                                                                              \
		.name = (key), .type = KEY_TEXTS, AT(t, field), .high = 1000, __VA_ARGS__                              \
	}
#define KIB (1024LL)
#define MIB (1024LL * 1024)
#define GIB (1024LL * 1024 * 1024)

/* The keys that mailboxes and smtp share; server is the path of the struct server, or empty. */
#define SERVER_KEYS(t, server)                                                                                         \
	TEXT(t, "host", server host, 1, 255, .required = true, .check = check_host),                                   \
	    NUMBER(t, "port", server port, 1, 65535, "0"),                                                             \
	    { .name = "tls", .type = KEY_CHOICE, AT(t, server tls), .choices = tls_choices, .fallback = "implicit" },  \
	    TEXT(t, "user", server user, 0, 255, .required = false),                                                   \
	    FILE_NAME(t, "password_file", server password_file), FILE_NAME(t, "ca_file", server ca_file),              \
	    FILE_NAME(t, "cert_file", server cert_file), FILE_NAME(t, "key_file", server key_file),                    \
	    NUMBER(t, "timeout_seconds", server timeout_seconds, 1, 3600, "60")

static const struct key mailbox_keys[] = {
	TEXT(struct mailbox_settings, "name", name, 1, 64, .required = true, .check = check_word),
	SERVER_KEYS(struct mailbox_settings, server.),
	TEXT(struct mailbox_settings, "folder", folder, 1, 255, .fallback = "INBOX"),
	TEXT(struct mailbox_settings, "processed", processed, 1, 255, .fallback = "Processed"),
	TEXT(struct mailbox_settings, "refused", refused, 1, 255, .fallback = "Refused"),
	TEXT(struct mailbox_settings, "held", held, 1, 255, .fallback = "Held"),
	TEXT(struct mailbox_settings, "quarantine", quarantine, 1, 255, .fallback = "Quarantine"),
	{ .name = "first_run",
	    .type = KEY_CHOICE,
	    AT(struct mailbox_settings, first_run),
	    .choices = first_run_choices,
	    .fallback = "all" },
	{ .name = "after",
	    .type = KEY_CHOICE,
	    AT(struct mailbox_settings, after),
	    .choices = after_choices,
	    .fallback = "move" },
	TEXT(struct mailbox_settings, "keyword", keyword, 1, 64, .fallback = "casemail-done", .check = check_word),
	NUMBER(struct mailbox_settings, "poll_seconds", poll_seconds, 1, DAY, "60"),
	NUMBER(struct mailbox_settings, "idle_seconds", idle_seconds, 0, 1740, "540"),
	NUMBER(struct mailbox_settings, "batch", batch, 1, 1000, "200"),
	NUMBER(struct mailbox_settings, "reconcile_hours", reconcile_hours, 0, 8760, "24"),
};

static const struct key smtp_keys[] = { SERVER_KEYS(struct server, ) };

#define C struct configuration

static const struct key mail_keys[] = {
	TEXT(C, "from_name", from_name, 0, 255, .required = false),
	TEXT(C, "address", address, 1, 255, .required = true, .check = check_address),
	{ .name = "subaddress_delimiter",
	    .type = KEY_CHOICE,
	    AT(C, subaddress_delimiter),
	    .choices = delimiter_choices,
	    .fallback = "+" },
	TEXT(C, "noreply", noreply, 1, 255, .required = true, .check = check_address),
	TEXT(C, "list_id", list_id, 1, 250, .required = false, .check = check_domain),
	{ .name = "template_dir", .type = KEY_TEXT, AT(C, template_dir), .high = 4000, .check = check_absolute },
	TEXT(C, "language", language, 1, 2, .fallback = "en", .check = check_language),
};

static const struct key reference_keys[] = {
	{ .name = "patterns",
	    .type = KEY_PATTERNS,
	    AT(C, patterns),
	    .count = offsetof(C, n_patterns),
	    .low = 1,
	    .high = 32,
	    .fallback = "\\[ref:(?<number>[0-9A-Za-z-]{1,32})-(?<token>[0-9a-hjkmnp-tv-zA-HJKMNP-TV-Z]{13})\\]" },
	TEXT(C, "format", reference_format, 1, 100, .fallback = "[ref:{number}-{token}]"),
};

static const struct key authentication_keys[] = {
	{ .name = "mode",
	    .type = KEY_CHOICE,
	    AT(C, authentication),
	    .choices = mode_choices,
	    .required = true,
	    .hint = "mode = \"results\" with authserv_ids = [ \"the id your border server writes into "
		    "Authentication-Results\" ], or mode = \"token\" where no server of yours adds that field" },
	TEXTS(C, "authserv_ids", authserv_ids),
	TEXTS(C, "border_hosts", border_hosts, .check = check_host),
};

static const struct key updates_keys[] = {
	{ .name = "authentication",
	    .type = KEY_CHOICE,
	    AT(C, updates_authentication),
	    .choices = authentication_choices,
	    .fallback = "weak" },
};

static const struct key approval_keys[] = {
	{ .name = "self_grant", .type = KEY_BOOL, AT(C, approval_self_grant), .fallback = "true" },
	TEXTS(C, "languages", approval_languages, .check = check_language),
	TEXTS(C, "confirm_levels", confirm_levels, .check = check_level),
	TEXTS(C, "extra_yes", extra_yes, .check = check_phrase),
	TEXTS(C, "extra_no", extra_no, .check = check_phrase),
	NUMBER(C, "expiry_days", approval_expiry_days, 1, 365, "14"),
	NUMBER(C, "cooling_minutes", cooling_minutes, 0, 1440, "0"),
	NUMBER(C, "ask_again_most", ask_again_most, 0, 20, "3"),
	NUMBER(C, "ask_again_hours", ask_again_hours, 0, 720, "24"),
	NUMBER(C, "reminder_business_days", reminder_business_days, 0, 60, "1"),
	NUMBER(C, "escalation_business_days", escalation_business_days, 0, 60, "2"),
};

static const struct key calendar_keys[] = {
	TEXT(C, "zone", calendar_zone, 1, 64, .fallback = "UTC"),
	TEXTS(C, "working_days", working_days, .check = check_weekday,
	    .fallback = "Monday,Tuesday,Wednesday,Thursday,Friday"),
	TEXT(C, "from", calendar_from, 5, 5, .fallback = "09:00", .check = check_time),
	TEXT(C, "to", calendar_to, 5, 5, .fallback = "17:00", .check = check_time),
	TEXTS(C, "holidays", holidays, .check = check_date),
	FILE_NAME(C, "holidays_file", holidays_file),
};

static const struct key outbox_keys[] = {
	NUMBER(C, "retry_days", retry_days, 1, 30, "5"),
	{ .name = "unknown", .type = KEY_CHOICE, AT(C, unknown), .choices = unknown_choices, .fallback = "retry" },
	NUMBER(C, "senders", outbox_senders, 1, OUTBOX_SENDERS_MOST, "2"),
	NUMBER(C, "per_minute", outbox_per_minute, 0, 10000, "0"),
	NUMBER(C, "per_recipient_per_hour", outbox_per_recipient_per_hour, 0, 10000, "120"),
	NUMBER(C, "answers_per_10_minutes", answers_per_10_minutes, 0, 100000, "60"),
};

static const struct key health_keys[] = {
	NUMBER(C, "poll_minutes", health_poll_minutes, 1, 10080, "30"),
	NUMBER(C, "waiting_hours", health_waiting_hours, 1, 8760, "24"),
	NUMBER(C, "outbox_minutes", health_outbox_minutes, 1, 10080, "60"),
	SIZE(C, "disk_free", health_disk_bytes, 0, 1024 * GIB, "200 MB"),
	{ .name = "mail", .type = KEY_BOOL, AT(C, health_mail), .fallback = "true" },
	NUMBER(C, "digest_minutes", digest_minutes, 0, 10080, "60"),
};

static const struct key limit_keys[] = {
	SIZE(C, "message", limits.message_bytes, 64 * KIB, GIB, "30 MB"),
	SIZE(C, "header", limits.header_bytes, 4 * KIB, 16 * MIB, "256 KB"),
	SIZE(C, "field", limits.field_bytes, KIB, MIB, "32 KB"),
	SIZE(C, "text", limits.text_bytes, KIB, 64 * MIB, "1 MB"),
	SIZE(C, "attachment", limits.attachment_bytes, 0, GIB, "25 MB"),
	SIZE(C, "attachments_total", limits.attachments_bytes, 0, GIB, "50 MB"),
	NUMBER(C, "attachments", limits.attachments, 0, 10000, "100"),
	TEXTS(C, "refused_types", limits.refused_types, .check = check_file_type),
	NUMBER(C, "parts", limits.parts, 1, 10000, "200"),
	NUMBER(C, "depth", limits.depth, 1, 100, "40"),
	NUMBER(C, "received", limits.received, 1, 1000, "25"),
	SIZE(C, "reader_memory", limits.reader_memory_bytes, 64 * MIB, 16 * GIB, "512 MB"),
	NUMBER(C, "reader_cpu_seconds", limits.reader_cpu_seconds, 1, 600, "5"),
	NUMBER(C, "reader_wall_seconds", limits.reader_wall_seconds, 1, 3600, "10"),
};

static const struct key status_keys[] = {
	TEXT(struct status_settings, "name", name, 1, 60, .required = true, .check = check_status),
	TEXTS(struct status_settings, "sub_statuses", sub_statuses, .required = true, .low = 1, .check = check_status),
	{ .name = "kind",
	    .type = KEY_CHOICE,
	    AT(struct status_settings, kind),
	    .choices = status_choices,
	    .fallback = "open" },
};

static const struct key transition_keys[] = {
	TEXT(struct transition_settings, "from", from, 1, 60, .required = true),
	TEXTS(struct transition_settings, "to", to, .required = true, .low = 1),
	{ .name = "by",
	    .type = KEY_CHOICE,
	    AT(struct transition_settings, by),
	    .choices = transition_choices,
	    .fallback = "person" },
	TEXT(struct transition_settings, "priority", priority, 0, 20, .check = check_priority),
};

static const struct key word_keys[] = {
	TEXT(struct command_words, "language", language, 2, 2, .required = true, .check = check_language),
	TEXT(struct command_words, "close", close, 1, 60, .required = true, .check = check_command),
	TEXT(struct command_words, "reopen", reopen, 1, 60, .required = true, .check = check_command),
};

#define WORKFLOW_LIST(key, field, count_field, most, table)                                                            \
	{                                                                                                              \
		.name = (key), .type = KEY_LIST, .offset = offsetof(C, workflow.field),                                \
		.size = sizeof(*((C *)NULL)->workflow.field), .count = offsetof(C, workflow.count_field), .low = 1,    \
		.high = (most), TABLE(table)                                                                           \
	}

static const struct key case_keys[] = {
	WORKFLOW_LIST("statuses", statuses, n_statuses, WORKFLOW_STATUSES_MOST, status_keys),
	WORKFLOW_LIST("transitions", transitions, n_transitions, WORKFLOW_TRANSITIONS_MOST, transition_keys),
	TEXT(C, "merged", workflow.merged, 1, 130, .fallback = "CLOSED / Redirected"),
	TEXT(C, "request_granted", workflow.request_granted, 1, 130, .fallback = "CLOSED / Resolved"),
	TEXT(C, "request_refused", workflow.request_refused, 1, 130, .fallback = "CLOSED / Cancelled"),
	WORKFLOW_LIST("words", words, n_words, WORKFLOW_LANGUAGES_MOST, word_keys),
};

#define FREE_MAIL                                                                                                      \
	"gmail.com,googlemail.com,outlook.com,hotmail.com,live.com,msn.com,yahoo.com,ymail.com,aol.com,icloud.com,"    \
	"me.com,mac.com,gmx.com,gmx.de,gmx.net,web.de,t-online.de,freenet.de,mail.com,mail.ru,yandex.ru,yandex.com,"   \
	"proton.me,protonmail.com,tutanota.com,tuta.com,fastmail.com,zoho.com,qq.com,163.com,126.com,naver.com,"       \
	"orange.fr,free.fr,laposte.net,libero.it,seznam.cz,wp.pl,o2.pl,uol.com.br"

const struct key configuration_keys[] = {
	TEXT(C, "brand", brand, 1, 100, .required = true),
	TEXT(C, "instance", instance, 1, 64, .required = true, .check = check_word),
	{ .name = "database",
	    .type = KEY_TEXT,
	    AT(C, database),
	    .low = 1,
	    .high = 4000,
	    .fallback = "/var/lib/casemail/casemail.db",
	    .check = check_absolute },
	{ .name = "mailboxes",
	    .type = KEY_LIST,
	    .offset = offsetof(C, mailboxes),
	    .size = sizeof(struct mailbox_settings),
	    .count = offsetof(C, n_mailboxes),
	    .required = true,
	    .low = 1,
	    .high = 64,
	    TABLE(mailbox_keys) },
	{ .name = "smtp",
	    .type = KEY_LIST,
	    .offset = offsetof(C, smtp),
	    .size = sizeof(struct server),
	    .count = offsetof(C, n_smtp),
	    .required = true,
	    .low = 1,
	    .high = 8,
	    TABLE(smtp_keys) },
	{ .name = "mail", .type = KEY_GROUP, TABLE(mail_keys) },
	{ .name = "reference", .type = KEY_GROUP, TABLE(reference_keys) },
	{ .name = "authentication", .type = KEY_GROUP, TABLE(authentication_keys) },
	{ .name = "updates", .type = KEY_GROUP, TABLE(updates_keys) },
	{ .name = "approval", .type = KEY_GROUP, TABLE(approval_keys) },
	{ .name = "cases", .type = KEY_GROUP, TABLE(case_keys) },
	{ .name = "calendar", .type = KEY_GROUP, TABLE(calendar_keys) },
	{ .name = "outbox", .type = KEY_GROUP, TABLE(outbox_keys) },
	{ .name = "health", .type = KEY_GROUP, TABLE(health_keys) },
	{ .name = "limits", .type = KEY_GROUP, TABLE(limit_keys) },
	TEXTS(C, "free_mail_domains", free_mail_domains, .check = check_domain, .fallback = FREE_MAIL),
};
const size_t configuration_n_keys = COUNT(configuration_keys);
