/* SPDX-License-Identifier: ISC
 * check_auth.c: casectl check-auth: what proves the sender of a mail, and what stands in the way.
 *
 * The mail is read in the cage, with the configuration's identifiers; the store is not needed. Advice never says that
 * an identifier found in a mail is to be trusted: anybody can write one, so it asks whether it is the operator's own.
 */
#include "config.h"

#include <stdio.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/table.h"
#include "daemon/reader.h"
#include "daemon/settle.h"

#define INPUT_MOST ((size_t)64 << 20)
#define JSON_MOST ((size_t)16 << 20)
#define ADVICE_MOST 8

struct finding {
	const struct configuration *configuration;
	struct reading reading;
	struct arena *arena;
	struct str advice[ADVICE_MOST];
	size_t n_advice;
};

static const char *
level_name(enum authentication_level l)
{
	static const char *const names[] = {
		[AUTH_FAIL] = "fail", [AUTH_NONE] = "none", [AUTH_WEAK] = "weak", [AUTH_PASS] = "pass"
	};

	return names[l];
}

static void __attribute__((format(printf, 2, 3))) advise(struct finding *f, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (f->n_advice < ADVICE_MOST)
		f->advice[f->n_advice++] = arena_copy(f->arena, str_of(text));
}

static size_t
count(const struct reading *r, enum results_standing s)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_results; i++)
		n += r->results[i].standing == s;
	return n;
}

static bool
is_listed(const struct strings *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal_nocase(list->list[i], s))
			return true;
	return false;
}

/* Where no Received field is by a border host, no field counts. */
static void
advise_border(struct finding *f)
{
	const struct reading *r = &f->reading;
	struct str top = r->n_received_by ? r->received_by[0] : STR_NONE;

	if (r->border.n)
		return;
	if (r->n_received_by == 0)
		advise(f, "There is no Received field: is this the mail as it lies in the mailbox?");
	else
		advise(f,
		    "No Received field is by a host of authentication.border_hosts%s. The topmost is by %.*s: if that "
		    "is "
		    "your border server, name it there.",
		    f->configuration->border_hosts.n ? "" : " (empty: the names of authserv_ids)",
		    STR_ARGS(top.n ? str_head(top, 255) : STR("a host that it does not name")));
}

static void
advise_fields(struct finding *f)
{
	const struct reading *r = &f->reading;
	bool ours_below = false;

	for (size_t i = 0; i < r->n_results; i++) {
		const struct reading_results *one = &r->results[i];
		bool ours = is_listed(&f->configuration->authserv_ids, one->authserv_id);

		ours_below |= one->standing == RESULTS_BELOW && ours;
		if (one->standing == RESULTS_FOREIGN && count(r, RESULTS_USED) == 0)
			advise(f,
			    "A field above the border's Received has the identifier %.*s, which is not in "
			    "authentication.authserv_ids: if your border server calls itself so, add it.",
			    STR_ARGS(str_head(one->authserv_id, 255)));
		if (one->standing == RESULTS_MALFORMED)
			advise(f, "A field breaks the grammar of RFC 8601 2.2 and says nothing.");
	}
	if (r->n_results == 0)
		advise(f,
		    "There is no Authentication-Results field: the border server writes none. See BORDER SERVER in "
		    "casemaild(8).");
	else if (ours_below && r->border.n)
		advise(f,
		    "A field with an identifier of yours stands below the border's Received field. Either somebody "
		    "else wrote it, and the border server must remove it; or your filter writes it there: then a "
		    "later host of yours has to be the border host.");
}

static void
advise_results(struct finding *f)
{
	const struct reading *r = &f->reading;

	if (count(r, RESULTS_USED) == 0 || r->authentication == AUTH_PASS)
		return;
	if (r->from_strict.n == 0)
		advise(f, "From is not exactly one plain address: nothing proves it.");
	else if (r->authentication == AUTH_FAIL)
		advise(f,
		    "The domain of From says that this mail is not its own. Nothing is to be changed here, unless the "
		    "sender's administrators confirm that it is.");
	else if (str_starts(r->authentication_detail, STR("a method is reported twice")))
		advise(f,
		    "Two fields of yours report the same method: the border server has to remove those that arrive "
		    "with its own identifier.");
	else if (r->authentication == AUTH_WEAK)
		advise(f,
		    "Only SPF passed, which forwarding breaks and shared servers blur: the border server should check "
		    "DKIM and DMARC, or the sender's domain sign its mail.");
	else
		advise(f,
		    "No result names the domain of From: the sender's domain signs nothing, or the border server does "
		    "not check DKIM and DMARC.");
}

static void
advise_all(struct finding *f)
{
	if (f->reading.malformed.n)
		return;
	if (f->configuration->authentication == AUTHENTICATION_TOKEN && f->configuration->authserv_ids.n == 0) {
		advise(f, "Mode \"token\" uses no results: only the reply token proves a sender.");
		return;
	}
	advise_border(f);
	advise_fields(f);
	advise_results(f);
}

/* What an answer to a request, with its valid token and from the approver, would lead to. */
static const char *
approval_words(const struct finding *f)
{
	enum authentication_level l = f->reading.authentication;

	if (f->reading.malformed.n)
		return "quarantined: its header is refused";
	if (f->reading.from_strict.n == 0)
		return "refused: From is not the approver's address";
	if (l == AUTH_FAIL)
		return "refused: the token is void, and its owner is told";
	if (f->configuration->authentication == AUTHENTICATION_TOKEN || l == AUTH_PASS)
		return f->configuration->confirm_levels.n ? "decides; approval of some levels has to be confirmed"
							  : "decides";
	return l == AUTH_WEAK ? "a no decides; a yes has to be confirmed" : "has to be confirmed by a second mail";
}

static const char *
update_words(const struct finding *f)
{
	const struct configuration *c = f->configuration;
	enum authentication_level l = f->reading.authentication;

	if (f->reading.malformed.n)
		return "quarantined: its header is refused";
	if (l == AUTH_FAIL)
		return "refused as forged";
	if (c->authentication == AUTHENTICATION_TOKEN)
		return c->updates_authentication > AUTH_NONE ? "appended with the reply token, else held" : "appended";
	return l >= c->updates_authentication ? "appended" : "held for a person";
}

static void
print_line(struct finding *f, const char *label, struct str text)
{
	table_hang(arena_format(f->arena, "%-17s%.*s", label, STR_ARGS(text)), 17);
}

static struct str
joined(struct finding *f, const struct str *list, size_t n)
{
	struct str out = STR_NONE;

	for (size_t i = 0; i < n; i++)
		out = arena_format(f->arena, "%.*s%s%.*s", STR_ARGS(out), i ? ", " : "", STR_ARGS(list[i]));
	return n ? out : STR("(none)");
}

static void
print_finding(struct finding *f)
{
	const struct configuration *c = f->configuration;
	const struct reading *r = &f->reading;

	print_line(f, "Mode", c->authentication == AUTHENTICATION_TOKEN ? STR("token") : STR("results"));
	print_line(f, "Trusted", joined(f, c->authserv_ids.list, c->authserv_ids.n));
	print_line(f, "From", r->from_strict.n ? r->from_strict : STR("(no single valid address)"));
	print_line(f, "Envelope sender", r->return_path.n ? r->return_path : STR("(no Return-Path)"));
	print_line(f, "Received by", joined(f, r->received_by, r->n_received_by));
	print_line(f, "Border", r->border.n ? r->border : STR("(no Received field is by a border host)"));
	for (size_t i = 0; i < r->n_results; i++)
		print_line(f, i ? "" : "Fields",
		    arena_format(f->arena, "%s: %.*s; %.*s", results_standing_name(r->results[i].standing),
			STR_ARGS(r->results[i].authserv_id), STR_ARGS(r->results[i].text)));
	if (r->n_results == 0)
		print_line(f, "Fields", STR("(no Authentication-Results)"));
	if (r->malformed.n)
		print_line(f, "Refused",
		    arena_format(f->arena, "%.*s %.*s", STR_ARGS(r->malformed), STR_ARGS(r->malformed_detail)));
	print_line(f, "Authentication",
	    arena_format(f->arena, "%s: %.*s", level_name(r->authentication), STR_ARGS(r->authentication_detail)));
	print_line(f, "Approval", str_of(approval_words(f)));
	print_line(f, "Update", str_of(update_words(f)));
	for (size_t i = 0; i < f->n_advice; i++)
		print_line(f, i ? "" : "To do", f->advice[i]);
}

static void
write_strings(struct buf *j, const char *key, const struct str *list, size_t n)
{
	json_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		json_text(j, NULL, list[i]);
	json_close(j, ']');
}

static void
text_or_null(struct buf *j, const char *key, struct str s)
{
	if (s.n)
		json_text(j, key, s);
	else
		json_null(j, key);
}

static void
print_finding_json(const struct finding *f)
{
	const struct configuration *c = f->configuration;
	const struct reading *r = &f->reading;
	struct buf j;

	buf_init(&j, JSON_MOST);
	json_open(&j, NULL, '{');
	json_text(&j, "mode", c->authentication == AUTHENTICATION_TOKEN ? STR("token") : STR("results"));
	write_strings(&j, "authserv_ids", c->authserv_ids.list, c->authserv_ids.n);
	write_strings(&j, "border_hosts", c->border_hosts.list, c->border_hosts.n);
	text_or_null(&j, "malformed", r->malformed);
	text_or_null(&j, "from", r->from_strict);
	text_or_null(&j, "envelope_sender", r->return_path);
	write_strings(&j, "received_by", r->received_by, r->n_received_by);
	text_or_null(&j, "border", r->border);
	json_open(&j, "fields", '[');
	for (size_t i = 0; i < r->n_results; i++) {
		json_open(&j, NULL, '{');
		json_text(&j, "standing", str_of(results_standing_name(r->results[i].standing)));
		json_text(&j, "authserv_id", r->results[i].authserv_id);
		json_text(&j, "results", r->results[i].text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_text(&j, "authentication", str_of(level_name(r->authentication)));
	json_text(&j, "authentication_detail", r->authentication_detail);
	json_text(&j, "approval", str_of(approval_words(f)));
	json_text(&j, "update", str_of(update_words(f)));
	write_strings(&j, "advice", f->advice, f->n_advice);
	json_close(&j, '}');
	puts(buf_z(&j));
	buf_free(&j);
}

static int
check_auth_run(struct ctl *c)
{
	static const struct own_marks no_marks;
	struct finding f = { .arena = c->arena };
	struct reading_setup setup;
	struct reader *reader;
	struct str raw;
	struct err e;
	int ok;

	if (ctl_configuration(c) != CTL_DONE)
		return CTL_TROUBLE;
	if (ctl_read_file(c, c->words[0], INPUT_MOST, &raw) < 0)
		return CTL_REFUSED;
	f.configuration = c->configuration;
	settle_reading(c->configuration, &no_marks, c->arena, &setup);
	setup.limits.message_bytes = INPUT_MOST;
	if (reader_open(&setup, &reader, &e) < 0)
		return ctl_fail(c, &e);
	ok = reader_read(reader, READING_MESSAGE, raw, c->arena, &f.reading, &e);
	reader_close(&reader);
	if (ok < 0)
		return ctl_fail(c, &e);
	advise_all(&f);
	if (c->json)
		print_finding_json(&f);
	else
		print_finding(&f);
	return CTL_DONE;
}

const struct verb verbs_check_auth[] = {
	{ "check-auth", NULL, "FILE|-", 1, 1, "Tell what proves the sender of a mail, and what stands in the way",
	    "casectl check-auth reply.eml", NULL, check_auth_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};
