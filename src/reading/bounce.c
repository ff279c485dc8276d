/* SPDX-License-Identifier: ISC
 * bounce.c: delivery reports in free words, as many systems wrote them before RFC 3464 and some still do.
 *
 * A message is one only where a mail system sent it and its subject or text says so. A person who writes about a
 * bounce, or forwards one, is none.
 */
#include "config.h"

#include "reading/machine_module.h"
#include "reading/marks.h"

bool
bounce_is_daemon(const struct machine *w)
{
	static const char *const names[] = { "mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon", "maildaemon",
		"mdaemon", "mail.daemon", "mailer_daemon", "mail_daemon" };

	for (size_t i = 0; i < w->out->n_from; i++) {
		const struct reading_address *f = &w->out->from[i];
		struct str local = machine_local(f->address.n ? f->address : f->name);

		for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
			if (str_equal_nocase(str_head(local, str_of(names[k]).n), str_of(names[k])))
				return true;
		if (str_starts_nocase(f->name, STR("mail delivery s")))
			return true;
	}
	return false;
}

void
bounce_find_recipients(struct machine *w)
{
	struct str rest = machine_value(w, "X-Failed-Recipients"), one;

	while (str_next_field(&rest, ',', &one)) {
		struct reading_recipient r = { .address = report_address(w, one) };

		report_add_recipient(w, &r);
	}
}

bool
bounce_read(struct machine *w)
{
	unsigned kinds = machine_phrases_in(w->subject, PHRASE_BOUNCE | PHRASE_DELAY);
	enum reading_kind kind = kinds & PHRASE_DELAY && !(kinds & PHRASE_BOUNCE) ? KIND_DELAY : KIND_BOUNCE;
	struct str failed = machine_value(w, "X-Failed-Recipients");

	if (failed.n == 0 && (kinds == 0 || (!bounce_is_daemon(w) && !machine_is_null_path(w))))
		return false;
	bounce_find_recipients(w);
	report_set_permanent(w);
	report_find_original(w);
	return failed.n ? machine_set(w, kind, "X-Failed-Recipients", failed)
			: machine_set(w, kind, "Subject", w->out->subject);
}
