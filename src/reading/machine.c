/* SPDX-License-Identifier: ISC
 * machine.c: person or machine. One predicate a kind; the first that holds decides.
 *
 * What the structure of a message says stands before what its header says, and that before its words. A message that
 * says of itself that no machine made it ("Auto-Submitted: no") is only contradicted by structure. Attached messages
 * say nothing about the one they are attached to.
 */
#include "config.h"

#include "reading/machine.h"

#include "reading/machine_module.h"
#include "reading/marks.h"

#define SUBJECT_BYTES 1000

struct str
machine_value(const struct machine *w, const char *name)
{
	const struct mime_field *f = mime_field(w->m, name);

	return f ? str_trim(f->value) : STR_NONE;
}

struct str
machine_local(struct str address)
{
	ptrdiff_t at = str_rfind_char(address, '@');

	return at < 0 ? address : str_head(address, (size_t)at);
}

bool
machine_is_null_path(const struct machine *w)
{
	struct str local = machine_local(w->path);

	/* what some systems write for it: "MAILER-DAEMON", and qmail "#@[]" */
	return w->out->return_path.n &&
	       (w->path.n == 0 || str_equal_nocase(local, STR("mailer-daemon")) || str_equal(w->path, STR("#@[]")));
}

bool
machine_set(struct machine *w, enum reading_kind kind, const char *field, struct str value)
{
	w->out->kind = kind;
	w->out->kind_reason = arena_format(w->a, "%s: %.*s", field, STR_ARGS(str_head(value, 200)));
	return true;
}

static bool
is_no_reply_address(struct str address)
{
	static const char *const names[] = { "no-reply", "noreply", "no_reply", "no.reply", "donotreply",
		"do-not-reply", "do_not_reply", "mailer-daemon", "postmaster", "root", "nobody", "listserv",
		"majordomo" };
	struct str local = machine_local(address);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct str name = str_of(names[i]), rest = str_skip(local, name.n);

		if (str_starts_nocase(local, name) && (rest.n == 0 || !char_is_alpha(rest.p[0])))
			return true;
	}
	return false;
}

bool
machine_is_no_reply(const struct machine *w)
{
	for (size_t i = 0; i < w->out->n_from; i++)
		if (is_no_reply_address(w->out->from[i].address))
			return true;
	return false;
}

/* --- our own mail ----------------------------------------------------- */

/* address is one of ours, or a sub-address of one. */
static bool
is_ours(const struct machine *w, struct str address)
{
	ptrdiff_t cut = str_find_char(machine_local(address), w->setup->subaddress_delimiter);
	struct str domain = str_skip(address, machine_local(address).n);

	for (size_t i = 0; i < w->setup->addresses.n; i++) {
		struct str ours = w->setup->addresses.list[i], local = machine_local(ours);

		if (str_equal_nocase(address, ours))
			return true;
		if (cut > 0 && str_equal_nocase(str_head(address, (size_t)cut), local) &&
		    str_equal_nocase(domain, str_skip(ours, local.n)))
			return true;
	}
	return false;
}

static bool
is_our_loop(const struct machine *w, struct str value)
{
	struct str instance = str_trim(value), key = STR_NONE;
	ptrdiff_t cut = str_find_char(value, ';');

	if (cut >= 0) {
		instance = str_trim(str_head(value, (size_t)cut));
		key = str_trim(str_skip(value, (size_t)cut + 1));
	}
	if (w->setup->instance.n == 0 || !str_equal_nocase(instance, w->setup->instance))
		return false;
	return key.n > 0 && str_equal(key, w->setup->loop_key);
}

static bool
is_own(struct machine *w)
{
	for (size_t i = 0; i < w->m->n_fields; i++)
		if (str_equal_nocase(w->m->fields[i].name, STR("X-Loop")) && is_our_loop(w, w->m->fields[i].value))
			return machine_set(w, KIND_OWN, "X-Loop", w->setup->instance);
	/* a gateway may have replaced the Message-ID, so From is enough */
	for (size_t i = 0; i < w->out->n_from; i++)
		if (is_ours(w, w->out->from[i].address))
			return machine_set(w, KIND_OWN, "From", w->out->from[i].address);
	return false;
}

/* --- signs that change no kind ---------------------------------------- */

static bool
has_list_field(const struct machine *w)
{
	static const char *const names[] = { "List-Id", "List-Post", "List-Unsubscribe", "List-Help", "List-Subscribe",
		"List-Archive", "Mailing-List", "X-Mailing-List", "X-Mailman-Version", "X-BeenThere" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (machine_value(w, names[i]).n)
			return true;
	return str_starts_nocase(machine_value(w, "Precedence"), STR("list"));
}

static bool
is_bulk(struct str precedence)
{
	return str_starts_nocase(precedence, STR("bulk")) || str_starts_nocase(precedence, STR("junk")) ||
	       str_starts_nocase(precedence, STR("list")) || str_starts_nocase(precedence, STR("auto"));
}

static bool
wants_no_answer(const struct machine *w)
{
	static const char *const names[] = { "X-Auto-Response-Suppress", "X-MS-Exchange-Inbox-Rules-Loop", "X-Loop",
		"X-No-Loop", "Feedback-ID", "X-Cron-Env" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (machine_value(w, names[i]).n)
			return true;
	if (is_bulk(machine_value(w, "Precedence")) || is_bulk(machine_value(w, "X-Precedence")))
		return true;
	return machine_is_no_reply(w) || machine_is_null_path(w) || w->out->is_list || w->out->kind != KIND_PERSON;
}

/* --- the message ------------------------------------------------------ */

static void
mark_embedded(struct machine *w)
{
	const struct mime_part *parts = w->m->parts;

	w->embedded = arena_array(w->a, w->m->n_parts + 1, sizeof(*w->embedded));
	for (size_t i = 0; i < w->m->n_parts; i++)
		if (parts[i].parent >= 0)
			w->embedded[i] = w->embedded[parts[i].parent] ||
					 str_equal(parts[parts[i].parent].type, STR("message/rfc822")) ||
					 str_equal(parts[parts[i].parent].type, STR("message/global"));
}

struct str
machine_text(struct machine *w)
{
	struct buf b;

	if (w->has_text)
		return w->text;
	buf_init(&b, MACHINE_TEXT_BYTES + 16);
	for (size_t i = 0; i < w->m->n_parts && b.n < MACHINE_TEXT_BYTES; i++) {
		const struct mime_part *p = &w->m->parts[i];

		if (w->embedded[i] || !str_equal(p->type, STR("text/plain")))
			continue;
		buf_add(&b, str_head(p->text, MACHINE_TEXT_BYTES - b.n));
		buf_add(&b, STR("\n"));
	}
	w->text = arena_copy(w->a, buf_str(&b));
	buf_free(&b);
	if (str_trim(w->text).n == 0)
		w->text = str_head(w->out->text, MACHINE_TEXT_BYTES);
	w->has_text = true;
	return w->text;
}

void
machine_classify(const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	struct machine w = { .m = m, .setup = setup, .a = a, .out = out };
	bool says_no, decided;

	out->kind = KIND_PERSON;
	out->permanent = -1;
	mark_embedded(&w);
	w.path = str_trim(out->return_path);
	if (str_starts(w.path, STR("<")) && str_ends(w.path, STR(">")))
		w.path = str_trim((struct str){ w.path.p + 1, w.path.n - 2 });
	w.subject = marks_fold(str_head(out->subject, SUBJECT_BYTES), a);
	says_no = str_equal(machine_auto_submitted(&w), STR("no"));
	decided = is_own(&w) || report_read(&w) || machine_is_calendar(&w) || machine_is_reaction(&w);
	if (!decided && !says_no)
		decided = bounce_read(&w) || machine_is_reply(&w);
	(void)decided;
	/* RFC 3834: automatically forwarded mail is not answered; what nobody sent himself decides nothing */
	out->is_list = has_list_field(&w) || str_equal(machine_auto_submitted(&w), STR("auto-forwarded"));
	out->no_answer = wants_no_answer(&w);
}
