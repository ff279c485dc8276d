/* SPDX-License-Identifier: ISC
 * reference.c: Reference IDs by the operator's patterns (pcre2, its only
 * user), and reply tokens. A reference routes and authorises nothing; a token
 * is taken only from where our own mail puts it. Matching is bounded in text,
 * steps and memory; a bound that is reached means "undetermined", never "none".
 */
#include "config.h"

#include "reading/reference.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/crypto.h"
#include "reading/charset.h"

#define MATCH_LIMIT 10000 /* steps from one start; a reference takes some hundred */
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT_KB 4096
#define TEXT_HALF 32768
#define REFERENCES_MOST 32
#define PATTERN_MOST 1024
#define TOKENS_MOST 64

struct patterns {
	size_t n;
	pcre2_code **codes;
	pcre2_match_data **data;
	pcre2_match_context *context;
	struct arena *arena;
};

/* One pass over a text: where it stands, and what it adds to. */
struct search {
	struct patterns *p;
	enum reading_place place;
	struct arena *a;
	struct reading *out;
};

static int
refuse(struct err *e, struct str pattern, const char *why)
{
	return err_set(e, ERR_FATAL, "pattern \"%.*s\": %s", STR_ARGS(str_head(pattern, 200)), why);
}

/* Whether the quantifier at i has no upper bound: "*", "+", "{n,}". */
static bool
is_unbounded(struct str s, size_t i)
{
	if (i >= s.n)
		return false;
	if (s.p[i] == '*' || s.p[i] == '+')
		return true;
	if (s.p[i] != '{')
		return false;
	for (i++; i < s.n && char_is_digit(s.p[i]);)
		i++;
	return i + 1 < s.n && s.p[i] == ',' && s.p[i + 1] == '}';
}

/* Behind a character class that starts at i. */
static size_t
skip_class(struct str s, size_t i)
{
	i++;
	if (i < s.n && s.p[i] == '^')
		i++;
	if (i < s.n && s.p[i] == ']')
		i++;
	for (; i < s.n && s.p[i] != ']'; i++)
		if (s.p[i] == '\\')
			i++;
	return i < s.n ? i + 1 : s.n;
}

/* An unbounded quantifier on a group that holds another one, at any depth: exponential in some text. */
static bool
has_nested_quantifiers(struct str s)
{
	bool holds[PATTERN_MOST + 1] = { false };
	size_t depth = 0;

	for (size_t i = 0; i < s.n;) {
		bool group = false;

		if (s.p[i] == '\\') {
			i += 2;
		} else if (s.p[i] == '[') {
			i = skip_class(s, i);
		} else if (s.p[i] == '(') {
			holds[++depth] = false;
			i++;
			continue;
		} else if (s.p[i] == ')') {
			group = depth > 0;
			depth -= group;
			i++;
		} else {
			i++;
		}
		if (!is_unbounded(s, i)) {
			if (group)
				holds[depth] |= holds[depth + 1];
			continue;
		}
		if (group && holds[depth + 1])
			return true;
		holds[depth] = true;
		i++;
	}
	return false;
}

static pcre2_match_context *
context_open(void)
{
	pcre2_match_context *c = pcre2_match_context_create(NULL);

	if (c == NULL)
		abort();
	pcre2_set_match_limit(c, MATCH_LIMIT);
	pcre2_set_depth_limit(c, DEPTH_LIMIT);
	pcre2_set_heap_limit(c, HEAP_LIMIT_KB);
	return c;
}

static pcre2_code *
compile(struct str pattern, struct err *e)
{
	pcre2_code *code;
	PCRE2_UCHAR text[200];
	PCRE2_SIZE at;
	int number;

	if (pattern.n == 0 || pattern.n > PATTERN_MOST) {
		refuse(e, pattern, "it must have 1 to 1024 bytes");
		return NULL;
	}
	if (has_nested_quantifiers(pattern)) {
		refuse(e, pattern, "an unbounded quantifier stands inside another; write {1,16} instead of + or *");
		return NULL;
	}
	code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &number, &at, NULL);
	if (code == NULL) {
		pcre2_get_error_message(number, text, sizeof(text));
		err_set(e, ERR_FATAL, "pattern \"%.*s\": %s at byte %zu; correct it there",
		    STR_ARGS(str_head(pattern, 200)), (const char *)text, (size_t)at);
	}
	return code;
}

/* Length 0 can be matched: by what pcre2 knows of the pattern, and by trying. */
static bool
matches_empty(const pcre2_code *code)
{
	uint32_t empty = 0, shortest = 0;
	pcre2_match_context *context = context_open();
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	int rc;

	if (data == NULL)
		abort();
	pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &empty);
	pcre2_pattern_info(code, PCRE2_INFO_MINLENGTH, &shortest);
	rc = pcre2_match(code, (PCRE2_SPTR) "", 0, 0, 0, data, context);
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return rc >= 0 || (empty && shortest == 0);
}

static pcre2_code *
open_one(struct str pattern, struct err *e)
{
	pcre2_code *code = compile(pattern, e);
	const char *why = NULL;

	if (code == NULL)
		return NULL;
	if (pcre2_substring_number_from_name(code, (PCRE2_SPTR) "number") < 0)
		why = "it has no group named number; write (?<number>...) around the case number";
	else if (matches_empty(code))
		why = "it matches the empty text; let it begin with something fixed";
	if (why) {
		refuse(e, pattern, why);
		pcre2_code_free(code);
		return NULL;
	}
	return code;
}

int
reading_check_pattern(struct str pattern, struct err *e)
{
	pcre2_code *code = open_one(pattern, e);

	if (code == NULL)
		return -1;
	pcre2_code_free(code);
	return 0;
}

struct patterns *
patterns_open(const struct strings *list, struct err *e)
{
	struct arena *a = arena_open((size_t)1 << 24);
	struct patterns *p = arena_new(a, struct patterns);

	p->arena = a;
	p->context = context_open();
	p->codes = arena_array(a, list->n, sizeof(*p->codes));
	p->data = arena_array(a, list->n, sizeof(*p->data));
	for (; p->n < list->n; p->n++) {
		p->codes[p->n] = open_one(list->list[p->n], e);
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
	struct arena *a;

	if (*p == NULL)
		return;
	for (size_t i = 0; i < (*p)->n; i++) {
		pcre2_match_data_free((*p)->data[i]);
		pcre2_code_free((*p)->codes[i]);
	}
	pcre2_match_context_free((*p)->context);
	a = (*p)->arena;
	arena_close(&a);
	*p = NULL;
}

/* A group without what wrapping put into it, in lower case; empty where the pattern has no such group. */
static struct str
group(struct search *s, size_t i, const char *name, struct str text)
{
	int number = pcre2_substring_number_from_name(s->p->codes[i], (PCRE2_SPTR)name);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->p->data[i]);
	struct str clean = STR_NONE;
	char *out;

	if (number < 0 || at[2 * number] == PCRE2_UNSET || at[2 * number + 1] <= at[2 * number])
		return clean;
	text = str_head(str_skip(text, at[2 * number]), at[2 * number + 1] - at[2 * number]);
	clean.p = out = arena_alloc(s->a, text.n);
	for (size_t k = 0; k < text.n; k++)
		if (!char_is_space(text.p[k]) && text.p[k] != '=')
			out[clean.n++] = char_lower(text.p[k]);
	return clean;
}

static void
add(struct search *s, struct str number, struct str token)
{
	struct reading *out = s->out;
	struct reading_reference *list = out->references;

	for (size_t i = 0; i < out->n_references; i++)
		if (list[i].place == s->place && str_equal(list[i].number, number) && str_equal(list[i].token, token))
			return;
	if (out->n_references == REFERENCES_MOST) {
		out->undetermined = true; /* some may be left out */
		return;
	}
	if (out->n_references % 8 == 0) {
		list = arena_array(s->a, out->n_references + 8, sizeof(*list));
		if (out->n_references)
			memcpy(list, out->references, out->n_references * sizeof(*list));
		out->references = list;
	}
	list[out->n_references++] = (struct reading_reference){ number, token, s->place };
}

static size_t
next_character(struct str text, size_t at)
{
	do
		at++;
	while (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80);
	return at;
}

/* text must be UTF-8: pcre2 is told so, as its own look at it takes longer than the search. */
static void
find_with(struct search *s, size_t i, struct str text)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->p->data[i]);
	size_t from = 0;

	for (unsigned n = 0; from <= text.n; n++) {
		int rc = pcre2_match(s->p->codes[i], (PCRE2_SPTR)text.p, text.n, from,
		    PCRE2_NOTEMPTY | PCRE2_NO_UTF_CHECK, s->p->data[i], s->p->context);
		struct str number;

		if (rc == PCRE2_ERROR_NOMATCH)
			return;
		if (rc < 0 || n == REFERENCES_MOST * 8) {
			s->out->undetermined = true;
			return;
		}
		number = group(s, i, "number", text);
		if (number.n)
			add(s, number, group(s, i, "token", text));
		from = at[1] > from ? at[1] : next_character(text, from); /* \K may leave it behind */
	}
}

static void
find_with_all(struct search *s, struct str text)
{
	bool damaged = false;

	if (!charset_is_utf8(text))
		text = charset_to_utf8(text, STR("utf-8"), STR_NONE, s->a, &damaged, NULL);
	for (size_t i = 0; i < s->p->n; i++)
		find_with(s, i, text);
}

void
reference_find(struct patterns *p, struct str text, enum reading_place place, struct arena *a, struct reading *out)
{
	struct search s = { p, place, a, out };

	if (text.n > 0)
		find_with_all(&s, str_head(text, text.n <= 2 * TEXT_HALF ? text.n : TEXT_HALF));
	if (text.n > 2 * TEXT_HALF)
		find_with_all(&s, str_skip(text, text.n - TEXT_HALF));
}

static bool
is_token_char(char c)
{
	c = char_lower(c);
	return char_is_digit(c) || (c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u');
}

/* Adds the token that text starts with: a run of exactly TOKEN_REPLY characters, then the end or a full stop. */
static void
add_token(struct str text, enum reading_place place, struct arena *a, struct reading *out)
{
	struct reading_token *list = out->tokens;
	char *token;
	size_t n = 0;

	while (n < text.n && n <= TOKEN_REPLY && is_token_char(text.p[n]))
		n++;
	if (n != TOKEN_REPLY || (n < text.n && text.p[n] != '.') || out->n_tokens == TOKENS_MOST)
		return;
	token = arena_alloc(a, n);
	for (size_t i = 0; i < n; i++)
		token[i] = char_lower(text.p[i]);
	for (size_t i = 0; i < out->n_tokens; i++)
		if (list[i].place == place && str_equal(list[i].token, (struct str){ token, n }))
			return;
	if (list == NULL)
		list = out->tokens = arena_array(a, TOKENS_MOST, sizeof(*list));
	list[out->n_tokens++] = (struct reading_token){ { token, n }, place };
}

/* s: what may be an address; compared with ours by its parts around the delimiter, without case. */
static void
add_from_address(struct str s, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	ptrdiff_t at = str_rfind_char(s, '@');

	for (size_t i = 0; at > 0 && i < setup->addresses.n; i++) {
		struct str own = setup->addresses.list[i], local = str_head(s, (size_t)at);
		ptrdiff_t own_at = str_rfind_char(own, '@');

		if (own_at <= 0 || !str_equal_nocase(str_skip(s, (size_t)at), str_skip(own, (size_t)own_at)))
			continue;
		own = str_head(own, (size_t)own_at);
		if (!str_starts_nocase(local, own) || local.n <= own.n || local.p[own.n] != setup->subaddress_delimiter)
			continue;
		local = str_skip(local, own.n + 1);
		if (local.n == TOKEN_REPLY)
			add_token(local, PLACE_RECIPIENT, a, out);
	}
}

/* Every piece of a recipient field that is shaped like an address. A display name may hold one as well: whoever can
 * write it there can write it into the address. */
static void
take_recipients(struct str value, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	for (size_t i = 0, start = 0; i <= value.n; i++)
		if (i == value.n || char_is_space(value.p[i]) || strchr("<>,;:()\"", value.p[i])) {
			add_from_address((struct str){ value.p + start, i - start }, setup, a, out);
			start = i + 1;
		}
}

static void
take_threading(struct str value, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	for (size_t i = 0, start = 0; i < value.n; i++) {
		struct str id;
		ptrdiff_t at;

		if (value.p[i] == '<')
			start = i + 1;
		if (value.p[i] != '>' || start == 0)
			continue;
		id = (struct str){ value.p + start, i - start };
		start = 0;
		at = str_rfind_char(id, '@');
		if (at > 0 && str_equal_nocase(str_skip(id, (size_t)at + 1), setup->message_id_domain))
			add_token(str_head(id, (size_t)at), PLACE_IN_REPLY_TO, a, out);
	}
}

static bool
is_one_of(struct str name, const char *const *list)
{
	for (; *list; list++)
		if (str_equal_nocase(name, str_of(*list)))
			return true;
	return false;
}

void
reference_tokens(const struct mime_message *m, const struct reading_setup *s, struct arena *a, struct reading *out)
{
	static const char *const recipients[] = { "To", "Cc", "Delivered-To", "X-Original-To", NULL };
	static const char *const threading[] = { "In-Reply-To", "References", NULL };

	for (size_t i = 0; i < m->n_fields; i++) {
		if (s->subaddress_delimiter && is_one_of(m->fields[i].name, recipients))
			take_recipients(m->fields[i].raw, s, a, out);
		else if (s->message_id_domain.n && is_one_of(m->fields[i].name, threading))
			take_threading(m->fields[i].raw, s, a, out);
	}
}
