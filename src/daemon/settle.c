/* SPDX-License-Identifier: ISC
 * settle.c: configuration into what the pure parts take. Decides nothing.
 */
#include "config.h"

#include "daemon/settle.h"

#include <stdio.h>

#include "base/crypto.h"
#include "rules/notice.h"
#include "store/store_health.h"

#define ERRORS_MOST (1 << 20)

int
settle_marks(struct store *s, const struct configuration *c, struct own_marks *out, struct err *e)
{
	unsigned char mac[SHA256_BYTES];
	char hex[SHA256_HEX], key[SHA256_HEX];
	ptrdiff_t at = str_find_char(c->address, '@');
	struct str domain = str_skip(c->address, (size_t)(at + 1));

	if (store_key(s, key, e) < 0)
		return -1;
	crypto_hmac_sha256(str_of(key), c->instance, mac);
	crypto_hex(mac, sizeof(mac), hex);
	snprintf(out->loop, sizeof(out->loop), "%.32s", hex);
	snprintf(out->domain, sizeof(out->domain), "%.*s", STR_ARGS(domain));
	return 0;
}

void
settle_reading(const struct configuration *c, const struct own_marks *marks, struct arena *a, struct reading_setup *out)
{
	struct str *patterns = arena_array(a, c->n_patterns, sizeof(*patterns)),
		   *addresses = arena_array(a, 2, sizeof(*addresses));
	size_t n = 0;

	for (size_t i = 0; i < c->n_patterns; i++)
		patterns[i] = c->patterns[i].text;
	if (c->address.n)
		addresses[n++] = c->address;
	if (c->noreply.n)
		addresses[n++] = c->noreply;
	*out = (struct reading_setup){
		.limits = c->limits,
		.patterns = { patterns, c->n_patterns },
		.addresses = { addresses, n },
		.subaddress_delimiter = c->subaddress_delimiter,
		.authserv_ids = c->authserv_ids,
		.border_hosts = c->border_hosts,
		.instance = c->instance,
		.loop_key = str_of(marks->loop),
		.message_id_domain = str_of(marks->domain),
	};
}

void
settle_policy(const struct configuration *c, const struct verdict_phrases *phrases, struct policy *out)
{
	*out = (struct policy){
		.authentication = c->authentication,
		.updates_authentication = c->updates_authentication,
		.approval_self_grant = c->approval_self_grant,
		.phrases = phrases,
		.language = c->language,
		.confirm_levels = c->confirm_levels,
		.ask_again_most = c->ask_again_most,
		.ask_again_hours = c->ask_again_hours,
		.cooling_minutes = c->cooling_minutes,
		.answers_per_10_minutes = c->answers_per_10_minutes,
		.approval_expiry_days = c->approval_expiry_days,
		.free_mail_domains = c->free_mail_domains,
		.workflow = &c->workflow,
		.reminder_business_days = c->reminder_business_days,
		.escalation_business_days = c->escalation_business_days,
	};
}

struct str
settle_reference(const struct configuration *c, const struct case_view *v, struct arena *a)
{
	struct str f = c->reference_format, out;
	struct buf b;

	buf_init(&b, 256);
	while (f.n > 0) {
		if (str_starts(f, STR("{number}"))) {
			buf_add(&b, v->number);
			f = str_skip(f, 8);
		} else if (str_starts(f, STR("{token}"))) {
			buf_add(&b, v->reference);
			f = str_skip(f, 7);
		} else {
			buf_add_char(&b, f.p[0]);
			f = str_skip(f, 1);
		}
	}
	out = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static const struct template_kind *
notice_kinds(void)
{
	static struct template_kind kinds[NOTICE_COUNT];

	for (int k = 0; k < NOTICE_COUNT; k++)
		kinds[k] =
		    (struct template_kind){ notice_kind_name((enum notice_kind)k), notice_values((enum notice_kind)k) };
	return kinds;
}

struct templates *
settle_templates(const struct configuration *c, struct buf *errors)
{
	return templates_open(c->template_dir, notice_kinds(), NOTICE_COUNT, notice_standard_values, errors);
}

struct templates *
settle_templates_empty(const struct configuration *c)
{
	return templates_open_empty(c->template_dir, notice_kinds(), NOTICE_COUNT, notice_standard_values);
}

static void
templates_err(const struct buf *errors, struct err *e)
{
	err_set(e, ERR_FATAL, "templates: %.*s", STR_ARGS(str_trim(buf_str(errors))));
}

struct templates *
settle_templates_or_err(const struct configuration *c, struct err *e)
{
	struct templates *t;
	struct buf errors;

	buf_init(&errors, ERRORS_MOST);
	t = settle_templates(c, &errors);
	if (t == NULL)
		templates_err(&errors, e);
	buf_free(&errors);
	return t;
}

int
settle_template(struct templates *t, enum notice_kind kind, struct err *e)
{
	struct buf errors;
	int rc;

	buf_init(&errors, ERRORS_MOST);
	rc = templates_load_kind(t, notice_kind_name(kind), &errors);
	if (rc < 0)
		templates_err(&errors, e);
	buf_free(&errors);
	return rc;
}

int
settle_health(const struct configuration *c, struct store *s, int64_t now, struct arena *a, struct health_check **out,
    size_t *n, struct err *e)
{
	const struct health_limits limits = { c->health_poll_minutes, c->health_waiting_hours, c->health_outbox_minutes,
		(int64_t)c->health_disk_bytes };
	struct health_facts f = { .now = now, .n_mailboxes = c->n_mailboxes };

	f.mailboxes = arena_array(a, c->n_mailboxes, sizeof(*f.mailboxes));
	for (size_t i = 0; i < c->n_mailboxes; i++)
		f.mailboxes[i] = (struct health_mailbox){ .name = c->mailboxes[i].name,
			.poll_seconds = c->mailboxes[i].poll_seconds };
	if (store_health(s, c->database, a, &f, e) < 0)
		return -1;
	*n = health_judge(&f, &limits, a, out);
	return 0;
}
