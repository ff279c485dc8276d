/* SPDX-License-Identifier: ISC
 * configuration_check.c: which values fit together, and whether the files they name are there. Each rule
 * says what to write instead. Reference patterns are not looked at here: reading knows how.
 */
#include "config.h"

#include "base/configuration.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/configuration_schema.h"
#include "base/date.h"
#include "base/zone.h"

#define LOCAL_MOST 64   /* bytes of a local part, RFC 5321 section 4.5.3.1.1 */
#define TOKEN_LENGTH 26 /* of a reply token in a sub-address */

static bool
host_is_loopback(struct str host)
{
	struct in_addr v4;
	char z[64];

	if (str_equal_nocase(host, STR("localhost")) || str_equal(host, STR("::1")))
		return true;
	if (host.n >= sizeof(z))
		return false;
	memcpy(z, host.p, host.n);
	z[host.n] = '\0';
	return inet_pton(AF_INET, z, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

/* ports: of implicit TLS, STARTTLS and none, in the order of enum tls_mode. */
static void
server_check(struct server *s, const int ports[3], const void *owner, struct problems *p)
{
	if (s->port == 0)
		s->port = ports[s->tls];
	if (s->tls == TLS_NONE && s->host.n > 0 && !host_is_loopback(s->host))
		problem_at(p, &s->tls, owner,
		    "tls = \"none\" with host \"%.*s\" would send passwords and mail in clear; allowed: \"implicit\" "
		    "or "
		    "\"starttls\" (\"none\" only for localhost, 127.0.0.0/8 and ::1)",
		    STR_ARGS(s->host));
	if (s->user.n > 0 && s->password_file.n == 0)
		problem_at(p, &s->user, owner,
		    "user without password_file; write password_file = \"/path\", a file of mode 0600");
	if (s->password_file.n > 0 && s->user.n == 0)
		problem_at(p, &s->password_file, owner, "password_file without user; write user = \"...\" as well");
	if ((s->cert_file.n > 0) != (s->key_file.n > 0))
		problem_at(p, s->cert_file.n > 0 ? &s->cert_file : &s->key_file, owner,
		    "cert_file and key_file go together; write both");
}

static void
folders_check(const struct mailbox_settings *m, struct problems *p)
{
	const struct str *targets[] = { &m->processed, &m->refused, &m->held, &m->quarantine };
	static const char *const names[] = { "processed", "refused", "held", "quarantine" };

	for (size_t i = 0; i < 4; i++)
		if (str_equal_nocase(*targets[i], m->folder))
			problem_at(p, targets[i], m,
			    "%s: \"%.*s\" is the watched folder itself; allowed: any other folder", names[i],
			    STR_ARGS(*targets[i]));
}

static void
mailboxes_check(struct configuration *c, struct problems *p)
{
	static const int ports[] = { 993, 143, 143 };

	for (size_t i = 0; i < c->n_mailboxes; i++) {
		struct mailbox_settings *m = &c->mailboxes[i];

		server_check(&m->server, ports, m, p);
		folders_check(m, p);
		if (str_equal_nocase(m->name, STR("file")))
			problem_at(p, &m->name, m,
			    "mailboxes[%zu].name: \"file\" is what mail of casemaild --replay is listed under; "
			    "allowed: any "
			    "other name",
			    i);
		for (size_t k = 0; k < i; k++) {
			const struct mailbox_settings *o = &c->mailboxes[k];

			if (m->name.n > 0 && str_equal_nocase(m->name, o->name))
				problem_at(p, &m->name, m,
				    "mailboxes[%zu].name: \"%.*s\" is the name of mailboxes[%zu] already; "
				    "allowed: a name of its own",
				    i, STR_ARGS(m->name), k);
			else if (m->server.host.n > 0 && str_equal_nocase(m->server.host, o->server.host) &&
				 str_equal(m->server.user, o->server.user) && str_equal(m->folder, o->folder) &&
				 m->server.port == o->server.port)
				problem_at(p, m, m,
				    "mailboxes[%zu] is the same folder of the same user as mailboxes[%zu]; "
				    "allowed: each folder once",
				    i, k);
		}
	}
}

static void
mail_check(const struct configuration *c, struct problems *p)
{
	ptrdiff_t at = str_rfind_char(c->address, '@');

	if (c->address.n > 0 && str_equal_nocase(c->address, c->noreply))
		problem_at(
		    p, &c->noreply, NULL, "mail.noreply is mail.address; allowed: an address that nobody answers to");
	if (c->subaddress_delimiter && at > LOCAL_MOST - TOKEN_LENGTH - 1)
		problem_at(p, &c->address, NULL,
		    "mail.address: %td bytes before the @ leave no room for a reply token; allowed: at most %d", at,
		    LOCAL_MOST - TOKEN_LENGTH - 1);
}

static size_t
count_of(struct str s, struct str needle)
{
	size_t n = 0;
	ptrdiff_t at;

	while ((at = str_find(s, needle)) >= 0) {
		n++;
		s = str_skip(s, (size_t)at + needle.n);
	}
	return n;
}

static void
reference_check(const struct configuration *c, struct problems *p)
{
	if (c->reference_format.n > 0 &&
	    (count_of(c->reference_format, STR("{number}")) != 1 ||
		count_of(c->reference_format, STR("{token}")) != 1 || count_of(c->reference_format, STR("{")) != 2 ||
		count_of(c->reference_format, STR("}")) != 2))
		problem_at(p, &c->reference_format, NULL,
		    "reference.format: \"%.*s\" cannot be used; allowed: {number} once, {token} once, and no other "
		    "brace",
		    STR_ARGS(c->reference_format));
}

/* No silent default: who may change what by mail is the operator's decision. */
static void
authentication_check(const struct configuration *c, struct problems *p)
{
	if (place_find(p->places, &c->authentication) == NULL)
		return;
	if (c->authentication == AUTHENTICATION_RESULTS && c->authserv_ids.n == 0)
		problem_at(p, &c->authentication, NULL,
		    "authentication.mode = \"results\" needs the name of your border server; write authserv_ids = [ "
		    "\"mx.example.com\" ], the id that stands first in its Authentication-Results fields");
	if (c->authentication == AUTHENTICATION_TOKEN && place_find(p->places, &c->updates_authentication) == NULL)
		problem_at(p, &c->authentication, NULL,
		    "authentication.mode = \"token\" checks no sender; write updates = { authentication = \"none\"; } "
		    "to let "
		    "any From that names a contact update a case, or \"weak\" or \"pass\" to hold such mail for a "
		    "person");
}

static void
phrases_check(const struct configuration *c, struct problems *p)
{
	for (size_t i = 0; i < c->extra_yes.n; i++)
		for (size_t k = 0; k < c->extra_no.n; k++)
			if (c->extra_yes.list[i].n > 0 && str_equal_nocase(c->extra_yes.list[i], c->extra_no.list[k]))
				problem_at(p, &c->extra_no.list[k], NULL,
				    "approval.extra_no: \"%.*s\" stands in approval.extra_yes too; allowed: in one of "
				    "them",
				    STR_ARGS(c->extra_no.list[k]));
}

static void
calendar_check(const struct configuration *c, struct problems *p)
{
	int from, to;

	if (c->working_days.n == 0)
		problem_at(p, &c->working_days, &c->calendar_zone,
		    "calendar.working_days is empty; allowed: one or more of \"Monday\", ... \"Sunday\"");
	if (date_time_parse(c->calendar_from, &from) && date_time_parse(c->calendar_to, &to) && from >= to)
		problem_at(p, &c->calendar_to, &c->calendar_from,
		    "calendar.to: \"%.*s\" is not after calendar.from; allowed: a later time of the same day",
		    STR_ARGS(c->calendar_to));
	if (c->reminder_business_days && c->escalation_business_days &&
	    c->escalation_business_days < c->reminder_business_days)
		problem_at(p, &c->escalation_business_days, &c->reminder_business_days,
		    "approval.escalation_business_days comes before approval.reminder_business_days; allowed: at least "
		    "%d, or 0 for never",
		    c->reminder_business_days);
}

static void
limits_check(const struct configuration *c, struct problems *p)
{
	const struct limits *l = &c->limits;

	if (l->header_bytes > l->message_bytes)
		problem_at(p, &l->header_bytes, &l->message_bytes, "limits.header is larger than limits.message");
	if (l->field_bytes > l->header_bytes)
		problem_at(p, &l->field_bytes, &l->header_bytes, "limits.field is larger than limits.header");
	if (l->attachment_bytes > l->attachments_bytes)
		problem_at(p, &l->attachment_bytes, &l->attachments_bytes,
		    "limits.attachment is larger than limits.attachments_total");
	if (l->reader_memory_bytes / 4 < l->message_bytes)
		problem_at(p, &l->reader_memory_bytes, &l->message_bytes,
		    "limits.reader_memory is too small to read the largest message; allowed: at least four times "
		    "limits.message");
	if (l->reader_cpu_seconds > l->reader_wall_seconds)
		problem_at(p, &l->reader_cpu_seconds, &l->reader_wall_seconds,
		    "limits.reader_cpu_seconds is larger than limits.reader_wall_seconds");
}

void
configuration_check(struct configuration *c, struct problems *p)
{
	static const int ports[] = { 465, 587, 25 };

	mailboxes_check(c, p);
	for (size_t i = 0; i < c->n_smtp; i++)
		server_check(&c->smtp[i], ports, &c->smtp[i], p);
	mail_check(c, p);
	reference_check(c, p);
	authentication_check(c, p);
	phrases_check(c, p);
	workflow_check(&c->workflow, p);
	calendar_check(c, p);
	limits_check(c, p);
}

static void
server_files_check(const struct server *s, const void *owner, struct problems *p)
{
	struct err e = { 0 };
	struct buf secret;
	struct stat st;

	if (s->password_file.n > 0) {
		if (configuration_secret(s->password_file, &secret, &e) != 0)
			problem_at(p, &s->password_file, owner, "password_file: %s", e.text);
		configuration_forget(&secret);
	}
	if (s->key_file.n > 0) {
		if (configuration_secret_path(s->key_file, &secret, &e) != 0)
			problem_at(p, &s->key_file, owner, "key_file: %s", e.text);
		buf_free(&secret);
	}
	if (s->cert_file.n > 0 && access(s->cert_file.p, R_OK) != 0)
		problem_at(p, &s->cert_file, owner,
		    "cert_file: %.*s cannot be read; allowed: a readable certificate in PEM", STR_ARGS(s->cert_file));
	if (s->ca_file.n > 0 &&
	    (access(s->ca_file.p, R_OK) != 0 || stat(s->ca_file.p, &st) != 0 || !S_ISREG(st.st_mode)))
		problem_at(p, &s->ca_file, owner,
		    "ca_file: %.*s cannot be used; allowed: a readable file of CA certificates in PEM",
		    STR_ARGS(s->ca_file));
}

int
configuration_check_files(const struct configuration *c, struct buf *errors)
{
	struct problems p;
	struct stat st;
	int result;

	problems_open(&p, c->path, c->places);
	for (size_t i = 0; i < c->n_mailboxes; i++)
		server_files_check(&c->mailboxes[i].server, &c->mailboxes[i], &p);
	for (size_t i = 0; i < c->n_smtp; i++)
		server_files_check(&c->smtp[i], &c->smtp[i], &p);
	if (c->template_dir.n > 0 && (stat(c->template_dir.p, &st) != 0 || !S_ISDIR(st.st_mode)))
		problem_at(&p, &c->template_dir, NULL, "mail.template_dir: %.*s is not a folder that can be read",
		    STR_ARGS(c->template_dir));
	if (!zone_exists(c->calendar_zone))
		problem_at(&p, &c->calendar_zone, NULL,
		    "calendar.zone: \"%.*s\" is not known here; allowed: a zone of the system, as \"Europe/Berlin\"",
		    STR_ARGS(c->calendar_zone));
	if (c->holidays_file.n > 0 &&
	    (access(c->holidays_file.p, R_OK) != 0 || stat(c->holidays_file.p, &st) != 0 || !S_ISREG(st.st_mode)))
		problem_at(&p, &c->holidays_file, NULL,
		    "calendar.holidays_file: %.*s cannot be used; allowed: a readable iCalendar file",
		    STR_ARGS(c->holidays_file));
	problems_show(&p, errors);
	result = p.n > 0 ? -1 : 0;
	problems_close(&p);
	return result;
}
