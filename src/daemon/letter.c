/* SPDX-License-Identifier: ISC
 * letter.c: what is random or from the configuration joins a notice here, so that the rules stay pure. A token stands
 * in Message-ID and Reply-To only; subject and text carry the case's Reference ID, which authorises nothing.
 */
#include "config.h"

#include "daemon/letter.h"

#include <time.h>

#include "base/crypto.h"
#include "base/log.h"
#include "store/store_cases.h"

#define KEY_CHARACTERS 13
#define CODE_CHARACTERS 6
#define VALUES_MOST 48

struct draft {
	const struct apply *a;
	const struct notice *n;
	struct case_view view;         /* id 0: none */
	struct access_request request; /* id 0: none */
	char token[TOKEN_REPLY + 1], bounce[TOKEN_REPLY + 1], key[KEY_CHARACTERS + 1], code[CODE_CHARACTERS + 1];
	struct str reference;
};

static struct str
letter_date(const struct draft *d, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[64];

	if (gmtime_r(&t, &tm) == NULL || strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm) == 0)
		return STR_NONE;
	return arena_copy(d->a->arena, str_of(text));
}

/* Whether an answer to Reply-To proves which letter it answers. */
static bool
letter_has_token_address(const struct draft *d)
{
	const struct configuration *c = d->a->configuration;

	return d->n->token != TOKEN_NONE && !d->n->from_noreply && c->subaddress_delimiter != 0 &&
	       str_find_char(c->address, '@') >= 0;
}

/* local+TOKEN@domain */
static struct str
letter_sub_address(const struct draft *d, const char *token)
{
	const struct configuration *c = d->a->configuration;
	ptrdiff_t at = str_find_char(c->address, '@');

	return arena_format(d->a->arena, "%.*s%c%s%.*s", STR_ARGS(str_head(c->address, (size_t)at)),
	    c->subaddress_delimiter, token, STR_ARGS(str_skip(c->address, (size_t)at)));
}

/* The plain address where there is no token or the server has no sub-addresses. */
static struct str
letter_reply_to(const struct draft *d)
{
	if (d->n->from_noreply)
		return STR_NONE;
	return letter_has_token_address(d) ? letter_sub_address(d, d->token) : d->a->configuration->address;
}

static struct str
domain_of(struct str address)
{
	ptrdiff_t at = str_find_char(address, '@');

	return at < 0 ? STR_NONE : str_skip(address, (size_t)at + 1);
}

/* Where a failure of delivery is reported to: for an automatic answer nowhere, else to an address of this letter alone
 * ("VERP"), so that a report which comes there proves itself. From keeps to its own domain, for the
 * sake of SPF. */
static void
letter_envelope(const struct draft *d, struct store_letter *l)
{
	const struct configuration *c = d->a->configuration;

	l->envelope_from = d->n->is_answer ? STR_NONE : l->from;
	if (d->n->is_answer || c->subaddress_delimiter == 0 ||
	    !str_equal_nocase(domain_of(l->from), domain_of(c->address)))
		return;
	l->bounce_token = arena_copy(d->a->arena, str_of(d->bounce));
	l->envelope_from = letter_sub_address(d, d->bounce);
}

/* The values every template may use, then the notice's own. */
static size_t
letter_values(const struct draft *d, struct template_value *v)
{
	const struct person *to = &d->n->to;
	struct arena *arena = d->a->arena;
	size_t n = 0;
	struct str name = arena_format(arena, "%.*s %.*s", STR_ARGS(to->first_name), STR_ARGS(to->last_name));
	const struct command_words *words = workflow_words(
	    &d->a->configuration->workflow, to->language.n ? to->language : d->a->configuration->language);

	v[n++] = (struct template_value){ "brand", d->a->configuration->brand };
	v[n++] = (struct template_value){ "address", d->a->configuration->address };
	v[n++] = (struct template_value){ "recipient_name", str_trim(name) };
	v[n++] = (struct template_value){ "recipient_first_name", to->first_name };
	v[n++] = (struct template_value){ "date", letter_date(d, d->a->now) };
	v[n++] = (struct template_value){ "reference", d->reference };
	v[n++] = (struct template_value){ "case_number", d->view.number };
	v[n++] = (struct template_value){ "case_subject", d->view.subject };
	v[n++] = (struct template_value){ "case_status", d->view.status };
	v[n++] = (struct template_value){ "case_sub_status", d->view.sub_status };
	v[n++] = (struct template_value){ "close_word", words->close };
	v[n++] = (struct template_value){ "reopen_word", words->reopen };
	if (d->n->token == TOKEN_OF_CONFIRMATION)
		v[n++] = (struct template_value){ "code", str_of(d->code) };
	if (letter_has_token_address(d) && notice_has_value(d->n->kind, STR("reply_to")))
		v[n++] = (struct template_value){ "reply_to", letter_reply_to(d) };
	if (d->request.id)
		v[n++] = (struct template_value){ "expires_at", letter_date(d, d->request.expires_at) };
	for (size_t i = 0; i < d->n->n_values && n < VALUES_MOST; i++)
		v[n++] = (struct template_value){ d->n->values[i].name, d->n->values[i].text };
	return n;
}

static void
letter_address(const struct draft *d, struct store_letter *l)
{
	const struct configuration *c = d->a->configuration;
	struct arena *arena = d->a->arena;
	struct str name = arena_format(arena, "%.*s %.*s", STR_ARGS(d->n->to.first_name), STR_ARGS(d->n->to.last_name));

	l->message_key = arena_copy(arena, str_of(d->key));
	l->message_id = d->n->token == TOKEN_NONE
			    ? arena_format(arena, "%s@%s", d->key, d->a->marks->domain)
			    : arena_format(arena, "%s.%s@%s", d->token, d->key, d->a->marks->domain);
	l->from_name = c->from_name;
	l->from = d->n->from_noreply ? c->noreply : c->address;
	letter_envelope(d, l);
	l->to_name = str_trim(name);
	l->to = d->n->to.address;
	l->reply_to = letter_reply_to(d);
}

/* One thread a case: its root is a Message-ID nobody sent, the same in every notice of the case. */
static void
letter_thread(const struct draft *d, struct store_letter *l)
{
	struct arena *arena = d->a->arena;
	struct str root = STR_NONE;

	if (d->view.id)
		root = arena_format(arena, "case.%.*s.%.*s@%s", STR_ARGS(d->view.number), STR_ARGS(d->view.reference),
		    d->a->marks->domain);
	l->in_reply_to = d->n->in_reply_to.n ? d->n->in_reply_to : root;
	if (d->n->in_reply_to.n && root.n)
		l->references = arena_format(arena, "<%.*s> <%.*s>", STR_ARGS(root), STR_ARGS(d->n->in_reply_to));
	else if (l->in_reply_to.n)
		l->references = arena_format(arena, "<%.*s>", STR_ARGS(l->in_reply_to));
}

/* The lines that the mail shows: those its addressee may decide, as the rules put them into its text. They are looked
 * up in the transaction that the text was made in, and by the same question. */
static size_t
letter_lines(const struct draft *d, int64_t *lines)
{
	const struct access_request *r = &d->request;
	bool denies = d->n->token == TOKEN_OF_CONFIRMATION && !d->n->confirms;
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		if (denies ? request_line_decidable(&r->lines[i], d->n->to.id, false)
			   : request_line_open_to(&r->lines[i], d->n->to.id))
			lines[n++] = r->lines[i].id;
	return n;
}

static int
letter_token(const struct draft *d, int64_t letter, struct err *e)
{
	int64_t *lines = arena_array(d->a->arena, d->request.n_lines, sizeof(*lines));
	struct store_token t = {
		.lines = lines,
		.kind = d->n->token,
		.token = str_of(d->token),
		.case_id = d->view.id,
		.request_id = d->request.id,
		.version = d->request.version,
		.person = d->n->to.id,
		.letter = letter,
		.confirms = d->n->confirms,
		.expires_at = d->request.id ? d->request.expires_at : d->n->expires_at,
	};

	if (d->n->token == TOKEN_NONE)
		return 0;
	if (d->n->token == TOKEN_OF_CONFIRMATION)
		t.code = str_of(d->code);
	if (d->n->token != TOKEN_OF_CASE)
		t.n_lines = letter_lines(d, lines);
	return store_token_add(d->a->store, &t, d->a->now, e);
}

static int
letter_prepare(struct draft *d, int64_t case_id, int64_t request_id, struct err *e)
{
	struct store *s = d->a->store;

	if (case_id && store_case_get(s, case_id, d->a->arena, &d->view, e) < 0)
		return -1;
	if (request_id && store_request_get(s, request_id, d->a->arena, &d->request, e) < 0)
		return -1;
	crypto_token(d->token, TOKEN_REPLY);
	crypto_token(d->bounce, TOKEN_REPLY);
	crypto_token(d->key, KEY_CHARACTERS);
	crypto_token(d->code, CODE_CHARACTERS);
	for (char *p = d->code; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	d->reference = d->view.id ? settle_reference(d->a->configuration, &d->view, d->a->arena) : STR_NONE;
	return 0;
}

int
letter_write(
    const struct apply *a, const struct notice *n, int64_t case_id, int64_t request_id, int64_t message, struct err *e)
{
	struct draft d = { .a = a, .n = n };
	struct template_value values[VALUES_MOST + 1];
	struct template_text text;
	struct store_letter l = { .case_id = case_id,
		.request_id = request_id,
		.person = n->to.id,
		.message = message,
		.kind = n->kind,
		.is_answer = n->is_answer,
		.answer_reason = n->is_answer ? n->reason : STR_NONE };
	int64_t id;

	if (n->to.address.n == 0 || n->to.undeliverable) {
		LOG_WARNING("no deliverable address for a notice", LOG_Z("kind", notice_kind_name(n->kind)),
		    LOG_NUMBER("person", n->to.id));
		return 0;
	}
	if (settle_template(a->templates, n->kind, e) < 0 || letter_prepare(&d, case_id, request_id, e) < 0)
		return -1;
	template_render(a->templates, notice_kind_name(n->kind), n->to.language, a->configuration->language, values,
	    letter_values(&d, values), a->arena, &text);
	l.subject = text.subject;
	l.text = text.text;
	l.html = text.html;
	l.labels = text.labels;
	letter_address(&d, &l);
	letter_thread(&d, &l);
	if (store_letter_add(a->store, &l, a->now, &id, e) < 0)
		return -1;
	return letter_token(&d, id, e) < 0 ? -1 : 1;
}
