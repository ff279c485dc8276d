/* SPDX-License-Identifier: ISC
 * reference.c: Reference IDs by the operator's patterns, and reply tokens where only we could have put them. The one
 * file that knows pcre2. A match that runs into a limit says nothing: it is not "no reference".
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "config.h"

#include "reading/reference.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/crypto.h"

#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT_KIB 4096
#define TEXT_MOST (64 * 1024)
#define REFERENCES_MOST 32
#define FIELD_MOST (32 * 1024)

struct patterns {
	size_t n;
	pcre2_code **codes;
	pcre2_match_data **data;
	pcre2_match_context *context;
};

static pcre2_match_context *
context_open(void)
{
	pcre2_match_context *c = pcre2_match_context_create(NULL);

	if (c == NULL)
		abort();
	pcre2_set_match_limit(c, MATCH_LIMIT);
	pcre2_set_depth_limit(c, DEPTH_LIMIT);
	pcre2_set_heap_limit(c, HEAP_LIMIT_KIB);
	return c;
}

/* Compiles and checks one pattern: NULL and *e where it may not be used. */
static pcre2_code *
pattern_compile(struct str text, pcre2_match_context *context, struct err *e)
{
	pcre2_match_data *data;
	PCRE2_SIZE at;
	pcre2_code *c;
	int code, hit;

	c = pcre2_compile((PCRE2_SPTR)text.p, text.n,
	    PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (c == NULL) {
		PCRE2_UCHAR why[160];

		pcre2_get_error_message(code, why, sizeof(why));
		err_set(e, ERR_FATAL, "\"%.*s\" does not compile at character %zu: %s", STR_ARGS(text), (size_t)at,
		    (const char *)why);
		return NULL;
	}
	if (pcre2_substring_number_from_name(c, (PCRE2_SPTR) "number") < 0) {
		pcre2_code_free(c);
		err_set(e, ERR_FATAL,
		    "\"%.*s\" has no group named \"number\"; write (?<number>...) around the case number",
		    STR_ARGS(text));
		return NULL;
	}
	data = pcre2_match_data_create_from_pattern(c, NULL);
	if (data == NULL)
		abort();
	hit = pcre2_match(c, (PCRE2_SPTR) "", 0, 0, 0, data, context);
	pcre2_match_data_free(data);
	if (hit == PCRE2_ERROR_NOMATCH)
		return c;
	pcre2_code_free(c);
	err_set(
	    e, ERR_FATAL, "\"%.*s\" matches the empty text; make it ask for at least one character", STR_ARGS(text));
	return NULL;
}

int
reading_check_pattern(struct str pattern, struct err *e)
{
	pcre2_match_context *context = context_open();
	pcre2_code *c = pattern_compile(pattern, context, e);

	pcre2_match_context_free(context);
	if (c == NULL)
		return -1;
	pcre2_code_free(c);
	return 0;
}

struct patterns *
patterns_open(const struct strings *list, struct err *e)
{
	struct patterns *p = calloc(1, sizeof(*p));

	if (p == NULL || (p->codes = calloc(list->n + 1, sizeof(*p->codes))) == NULL ||
	    (p->data = calloc(list->n + 1, sizeof(*p->data))) == NULL)
		abort();
	p->context = context_open();
	for (; p->n < list->n; p->n++) {
		p->codes[p->n] = pattern_compile(list->list[p->n], p->context, e);
		if (p->codes[p->n] == NULL) {
			patterns_close(&p);
			return NULL;
		}
		p->data[p->n] = pcre2_match_data_create_from_pattern(p->codes[p->n], NULL);
		if (p->data[p->n] == NULL)
			abort();
	}
	return p;
}

void
patterns_close(struct patterns **p)
{
	if (*p == NULL)
		return;
	for (size_t i = 0; i < (*p)->n; i++) {
		pcre2_match_data_free((*p)->data[i]);
		pcre2_code_free((*p)->codes[i]);
	}
	pcre2_match_context_free((*p)->context);
	free((*p)->codes);
	free((*p)->data);
	free(*p);
	*p = NULL;
}

static struct str
str_lower(struct str s, struct arena *a)
{
	char *p = arena_z(a, s);

	for (size_t i = 0; i < s.n; i++)
		p[i] = char_lower(p[i]);
	return (struct str){ p, s.n };
}

/* A named group of the last match; empty where the pattern has none or it took no part. */
static struct str
group_text(pcre2_code *c, pcre2_match_data *data, struct str text, const char *name)
{
	int n = pcre2_substring_number_from_name(c, (PCRE2_SPTR)name);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);

	if (n < 0 || at[2 * n] == PCRE2_UNSET || at[2 * n + 1] < at[2 * n])
		return STR_NONE;
	return str_head(str_skip(text, at[2 * n]), at[2 * n + 1] - at[2 * n]);
}

static void
reference_add(struct reading *out, struct str number, struct str token, enum reading_place place, struct arena *a)
{
	struct reading_reference *list;

	number = str_lower(number, a);
	token = str_lower(token, a);
	for (size_t i = 0; i < out->n_references; i++)
		if (out->references[i].place == place && str_equal(out->references[i].number, number) &&
		    str_equal(out->references[i].token, token))
			return;
	if (out->n_references == REFERENCES_MOST)
		return;
	list = arena_array(a, REFERENCES_MOST, sizeof(*list));
	for (size_t i = 0; i < out->n_references; i++)
		list[i] = out->references[i];
	list[out->n_references++] = (struct reading_reference){ number, token, place };
	out->references = list;
}

/* All matches of one pattern in text. */
static void
pattern_find(
    struct patterns *p, size_t i, struct str text, enum reading_place place, struct arena *a, struct reading *out)
{
	PCRE2_SIZE at = 0;

	for (int n = 0; n < REFERENCES_MOST && at < text.n; n++) {
		int hit = pcre2_match(p->codes[i], (PCRE2_SPTR)text.p, text.n, at, 0, p->data[i], p->context);
		const PCRE2_SIZE *where = pcre2_get_ovector_pointer(p->data[i]);

		if (hit == PCRE2_ERROR_NOMATCH)
			return;
		if (hit < 0) {
			out->undetermined = true;
			return;
		}
		reference_add(out, group_text(p->codes[i], p->data[i], text, "number"),
		    group_text(p->codes[i], p->data[i], text, "token"), place, a);
		at = where[1] > at ? where[1] : at + 1;
	}
}

void
reference_find(struct patterns *p, struct str text, enum reading_place place, struct arena *a, struct reading *out)
{
	struct str pieces[2] = { text, STR_NONE };

	if (text.n > TEXT_MOST) {
		pieces[0] = str_head(text, TEXT_MOST / 2);
		pieces[1] = str_skip(text, text.n - TEXT_MOST / 2);
	}
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; pieces[k].n > 0 && i < p->n; i++)
			pattern_find(p, i, pieces[k], place, a, out);
}

static bool
token_character(char c)
{
	c = char_lower(c);
	return char_is_digit(c) || (c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u');
}

/* The token s begins with, when exactly TOKEN_REPLY characters of the alphabet stand there; else empty. */
static struct str
token_leading(struct str s)
{
	size_t n = 0;

	while (n < s.n && token_character(s.p[n]))
		n++;
	return n == TOKEN_REPLY ? str_head(s, n) : STR_NONE;
}

static void
token_add(struct reading *out, struct str token, enum reading_place place, struct arena *a)
{
	struct reading_token *list;

	if (token.n == 0 || out->n_tokens == REFERENCES_MOST)
		return;
	token = str_lower(token, a);
	for (size_t i = 0; i < out->n_tokens; i++)
		if (out->tokens[i].place == place && str_equal(out->tokens[i].token, token))
			return;
	list = arena_array(a, REFERENCES_MOST, sizeof(*list));
	for (size_t i = 0; i < out->n_tokens; i++)
		list[i] = out->tokens[i];
	list[out->n_tokens++] = (struct reading_token){ token, place };
	out->tokens = list;
}

/* local+TOKEN@domain of one of our addresses, anywhere in a field's value. */
static void
tokens_of_address(
    const struct reading_setup *s, struct str ours, struct str value, struct arena *a, struct reading *out)
{
	ptrdiff_t at = str_rfind_char(ours, '@'), hit;
	struct str local = str_head(ours, (size_t)(at < 0 ? 0 : at)), domain = str_skip(ours, (size_t)(at + 1));

	if (at <= 0 || s->subaddress_delimiter == 0)
		return;
	value = str_head(value, FIELD_MOST);
	while ((hit = str_find_char(value, s->subaddress_delimiter)) >= 0) {
		struct str before = str_head(value, (size_t)hit), after = str_skip(value, (size_t)hit + 1),
			   token = token_leading(after);
		struct str rest = str_skip(after, token.n);

		if (token.n && str_ends_nocase(before, local) && rest.n > 0 && rest.p[0] == '@' &&
		    str_starts_nocase(str_skip(rest, 1), domain))
			token_add(out, token, PLACE_RECIPIENT, a);
		value = after;
	}
}

/* <TOKEN@domain> and <TOKEN.anything@domain> of ours. */
static void
tokens_of_ids(const struct reading_setup *s, struct str value, struct arena *a, struct reading *out)
{
	ptrdiff_t open, close;

	value = str_head(value, FIELD_MOST);
	while (s->message_id_domain.n && (open = str_find_char(value, '<')) >= 0) {
		struct str id;
		ptrdiff_t at;

		value = str_skip(value, (size_t)open + 1);
		close = str_find_char(value, '>');
		if (close < 0)
			return;
		id = str_head(value, (size_t)close);
		at = str_rfind_char(id, '@');
		if (at > 0 && str_equal_nocase(str_skip(id, (size_t)at + 1), s->message_id_domain))
			token_add(out, token_leading(str_head(id, (size_t)at)), PLACE_IN_REPLY_TO, a);
	}
}

void
reference_tokens(const struct mime_message *m, const struct reading_setup *s, struct arena *a, struct reading *out)
{
	static const struct str recipients[] = { STR("To"), STR("Cc"), STR("Delivered-To"), STR("X-Original-To") };
	static const struct str ids[] = { STR("In-Reply-To"), STR("References") };

	for (size_t i = 0; i < m->n_fields; i++) {
		const struct mime_field *f = &m->fields[i];

		for (size_t k = 0; k < sizeof(recipients) / sizeof(*recipients); k++)
			for (size_t n = 0; str_equal_nocase(f->name, recipients[k]) && n < s->addresses.n; n++)
				tokens_of_address(s, s->addresses.list[n], f->raw, a, out);
		for (size_t k = 0; k < sizeof(ids) / sizeof(*ids); k++)
			if (str_equal_nocase(f->name, ids[k]))
				tokens_of_ids(s, f->raw, a, out);
	}
}
