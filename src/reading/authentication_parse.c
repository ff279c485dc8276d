/* SPDX-License-Identifier: ISC
 * authentication_parse.c: one Authentication-Results field by the grammar of RFC 8601 2.2.
 *
 * Strict: what is outside the grammar voids the whole field, a comment never gives a result, and a method of a version
 * that is not known is left out. Who wrote the field, and what it proves, is decided in authentication.c.
 */
#include "config.h"

#include "reading/authentication.h"

#include <string.h>

#define COMMENT_DEPTH 5

struct cursor {
	struct str s;
	struct arena *a;
	bool failed;
	struct str comment; /* the last one seen */
};

static struct str
lower(struct arena *a, struct str s)
{
	char *out = arena_z(a, s);

	for (size_t i = 0; i < s.n; i++)
		out[i] = char_lower(out[i]);
	return (struct str){ out, s.n };
}

static void
skip_comment(struct cursor *c)
{
	size_t depth = 0, i = 0;

	for (; i < c->s.n; i++) {
		if (c->s.p[i] == '\\')
			i++;
		else if (c->s.p[i] == '(' && ++depth > COMMENT_DEPTH)
			break;
		else if (c->s.p[i] == ')' && --depth == 0)
			break;
	}
	if (i >= c->s.n || c->s.p[i] != ')') {
		c->failed = true;
		c->s = STR_NONE;
		return;
	}
	c->comment = str_head(str_skip(c->s, 1), i - 1);
	c->s = str_skip(c->s, i + 1);
}

/* CFWS */
static void
skip_blanks(struct cursor *c)
{
	while (c->s.n && (char_is_space(c->s.p[0]) || c->s.p[0] == '('))
		if (c->s.p[0] == '(')
			skip_comment(c);
		else
			c->s = str_skip(c->s, 1);
}

static bool
take_char(struct cursor *c, char wanted)
{
	skip_blanks(c);
	if (c->s.n == 0 || c->s.p[0] != wanted)
		return false;
	c->s = str_skip(c->s, 1);
	return true;
}

static bool
is_keyword_char(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || c == '-' || c == '_';
}

/* An RFC 2045 token's, and "@" and "/" and "+" besides: pvalues are addresses, domains and selectors. */
static bool
is_value_char(char c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>,;:\\\"[]?=", c);
}

static struct str
take_while(struct cursor *c, bool (*is)(char))
{
	size_t n = 0;
	struct str out;

	skip_blanks(c);
	while (n < c->s.n && is(c->s.p[n]))
		n++;
	out = str_head(c->s, n);
	c->s = str_skip(c->s, n);
	if (n == 0)
		c->failed = true;
	return out;
}

static struct str
take_quoted(struct cursor *c)
{
	size_t end = 1, n = 0;
	char *out;

	while (end < c->s.n && c->s.p[end] != '"')
		end += c->s.p[end] == '\\' ? 2 : 1;
	if (end >= c->s.n) {
		c->failed = true;
		return STR_NONE;
	}
	out = arena_alloc(c->a, end);
	for (size_t i = 1; i < end; i++) {
		if (c->s.p[i] == '\\')
			i++;
		out[n++] = c->s.p[i];
	}
	c->s = str_skip(c->s, end + 1);
	return (struct str){ out, n };
}

static struct str
take_value(struct cursor *c)
{
	struct str out;

	skip_blanks(c);
	if (c->s.n == 0 || c->s.p[0] != '"')
		return take_while(c, is_value_char);
	out = take_quoted(c);
	if (c->s.n && c->s.p[0] == '@') { /* "local part"@domain: kept whole, so that it equals no domain */
		struct str domain = take_while(c, is_value_char);

		out = arena_format(c->a, "%.*s%.*s", STR_ARGS(out), STR_ARGS(domain));
	}
	return out;
}

/* ptype.property=value. reason=value has no ptype. */
static void
parse_property(struct cursor *c, struct authentication_method *m)
{
	struct authentication_property p = { .type = lower(c->a, take_while(c, is_keyword_char)) };

	if (str_equal(p.type, STR("reason"))) {
		if (!take_char(c, '='))
			c->failed = true;
		take_value(c);
		return;
	}
	if (!take_char(c, '.'))
		c->failed = true;
	p.name = lower(c->a, take_while(c, is_keyword_char));
	if (!take_char(c, '='))
		c->failed = true;
	p.value = take_value(c);
	if (m->n_properties == AUTHENTICATION_PROPERTIES)
		c->failed = true;
	else
		m->properties[m->n_properties++] = p;
}

/* method[/version]=result, then properties. */
static void
parse_method(struct cursor *c, struct authentication_field *out)
{
	struct authentication_method *m = &out->methods[out->n_methods];

	if (out->n_methods == AUTHENTICATION_METHODS) {
		c->failed = true;
		return;
	}
	*m = (struct authentication_method){ .method = lower(c->a, take_while(c, is_keyword_char)) };
	if (take_char(c, '/') && !str_equal(take_while(c, is_keyword_char), STR("1")))
		m->method = STR_NONE; /* a version that we do not know: ignored */
	if (!take_char(c, '='))
		c->failed = true;
	m->result = lower(c->a, take_while(c, is_keyword_char));
	c->comment = STR_NONE;
	for (skip_blanks(c); !c->failed && c->s.n && c->s.p[0] != ';'; skip_blanks(c))
		parse_property(c, m);
	m->comment = c->comment;
	if (m->method.n)
		out->n_methods++;
}

bool
authentication_parse(struct str value, struct arena *a, struct authentication_field *out)
{
	struct cursor c = { .s = value, .a = a };

	*out =
	    (struct authentication_field){ .methods = arena_array(a, AUTHENTICATION_METHODS, sizeof(*out->methods)) };
	skip_blanks(&c);
	out->authserv_id = lower(a, take_value(&c));
	skip_blanks(&c);
	if (!c.failed && c.s.n && c.s.p[0] != ';' && !str_equal(take_value(&c), STR("1")))
		return false;
	while (!c.failed) {
		skip_blanks(&c);
		if (c.failed || c.s.n == 0)
			break;
		if (!take_char(&c, ';'))
			return false;
		skip_blanks(&c);
		if (c.s.n == 0)
			break; /* a final semicolon */
		if (str_equal_nocase(str_trim(c.s), STR("none"))) {
			c.s = STR_NONE;
			break;
		}
		parse_method(&c, out);
	}
	return !c.failed;
}
