/* SPDX-License-Identifier: ISC
 * bounce.c: delivery reports in free words, as many systems wrote them before RFC 3464 and some still do.
 *
 * A message is one only where a mail system sent it and its subject or text says so. A person who writes about a
 * bounce, or forwards one, is none.
 */
#include "config.h"

#include "reading/machine_module.h"
#include "reading/marks.h"

#define WORDS_BYTES 8192

static bool
starts_with_word(struct str s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str rest = str_skip(s, str_of(names[i]).n);

		if (str_starts_nocase(s, str_of(names[i])) && (rest.n == 0 || !char_is_alpha(rest.p[0])))
			return true;
	}
	return false;
}

enum bounce_sender
bounce_sender(const struct machine *w)
{
	static const char *const daemons[] = { "mailer-daemon", "mailerdaemon", "mailer_daemon", "mailer.daemon",
		"mail-daemon", "maildaemon", "mail_daemon", "mail.daemon", "mdaemon",
		/* Exchange, in every tenant */
		"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e" };
	static const char *const names[] = { "mail delivery subsystem", "mail delivery system", "mail deliver system",
		"mail delivery service", "mailer-daemon", "mailer daemon", "mail administrator",
		"internet mail delivery" };
	enum bounce_sender found = SENDER_OTHER;
	const struct mime_field *f = mime_field(w->m, "From");

	for (size_t i = 0; i < w->out->n_from; i++) {
		const struct reading_address *from = &w->out->from[i];
		struct str local = machine_local(from->address.n ? from->address : from->name);

		if (starts_with_word(local, daemons, sizeof(daemons) / sizeof(*daemons)) ||
		    starts_with_word(from->name, names, sizeof(names) / sizeof(*names)))
			return SENDER_DAEMON;
		if (str_starts_nocase(local, STR("postmaster")))
			found = SENDER_POSTMASTER;
	}
	if ((f && str_equal(str_trim(f->value), STR("<>"))) || mime_field(w->m, "X-MS-Exchange-Message-Is-Ndr"))
		return SENDER_DAEMON;
	return found;
}

/* The kinds of phrases with which the report's own words begin. */
static unsigned
words_kinds(struct machine *w)
{
	/* folded, wrapped sentences are one */
	return machine_phrases_in(
	    marks_fold(str_head(bounce_words(w), WORDS_BYTES), w->a), PHRASE_FAILED | PHRASE_LATE);
}

/* What the words amount to: KIND_BOUNCE, KIND_DELAY, or KIND_PERSON for nothing. */
static enum reading_kind
kind_of(unsigned subject, unsigned words)
{
	if (subject & PHRASE_DELAY)
		return KIND_DELAY;
	if (subject & PHRASE_BOUNCE)
		return KIND_BOUNCE;
	/* "could not be delivered for 4 hours, it will be retried" */
	if (words & PHRASE_LATE)
		return KIND_DELAY;
	return words & PHRASE_FAILED ? KIND_BOUNCE : KIND_PERSON;
}

bool
bounce_read(struct machine *w)
{
	struct str failed = machine_value(w, "X-Failed-Recipients");
	enum bounce_sender sender = bounce_sender(w);
	enum reading_kind kind;
	enum bounce_way way, least;
	unsigned subject, words;

	/* vacation programs send from the null path, too */
	if (failed.n == 0 && sender == SENDER_OTHER &&
	    (!machine_is_null_path(w) || machine_phrases(w->subject, PHRASE_REPLY | PHRASE_AWAY, NULL)))
		return false;
	subject = machine_phrases_in(w->subject, PHRASE_BOUNCE | PHRASE_DELAY | PHRASE_NOTICE);
	words = words_kinds(w);
	kind = kind_of(subject, words);
	if (kind == KIND_PERSON && failed.n == 0)
		return false;
	way = bounce_find_recipients(w);
	/* with nothing but its words, it must name whom it is about */
	least = sender == SENDER_DAEMON || (sender == SENDER_POSTMASTER && machine_is_null_path(w)) ? WAY_ONLY
												    : WAY_FAILURE;
	if (failed.n == 0 && subject == 0 && (way == WAY_NONE || way > least)) {
		w->out->n_failed = 0;
		return false;
	}
	report_set_permanent(w);
	report_find_original(w);
	if (kind == KIND_PERSON)
		kind = KIND_BOUNCE;
	if (failed.n)
		return machine_set(w, kind, "X-Failed-Recipients", failed);
	return subject ? machine_set(w, kind, "Subject", w->out->subject)
		       : machine_set(w, kind, "text", w->out->n_failed ? w->out->failed[0].address : STR_NONE);
}
