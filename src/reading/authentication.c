/* SPDX-License-Identifier: ISC
 * authentication.c: strict reading of Authentication-Results, and what follows from it.
 *
 * Trusts nothing but position and id: fields above the border's own Received line. Whatever is unusual (a method
 * reported twice, a field that breaks the grammar, a result in a comment) lowers the standing, never raises it. A
 * result without its property, or with one that names another domain, proves nothing.
 */
#include "config.h"

#include "reading/authentication.h"

#include <string.h>

#include "reading/header.h"

#define FIELDS_MOST 32 /* above the boundary, of any id */
#define RESULTS_MOST 2000
#define RECEIVED_MOST 10

static bool
is_listed(const struct strings *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_equal_nocase(list->list[i], s))
			return true;
	return false;
}

/* The host in "from ... by HOST ...": the word behind the first "by" outside comments. */
static struct str
received_by(struct str value)
{
	size_t depth = 0;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		struct str rest = str_skip(value, i);
		bool starts_word = i == 0 || char_is_space(value.p[i - 1]);

		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		if (depth || !starts_word || !str_starts_nocase(rest, STR("by")) || rest.n < 3 ||
		    !char_is_space(rest.p[2]))
			continue;
		rest = str_trim(str_skip(rest, 2));
		for (i = 0; i < rest.n && !char_is_space(rest.p[i]) && rest.p[i] != ';' && rest.p[i] != '(';)
			i++;
		return str_head(rest, i);
	}
	return STR_NONE;
}

/* The number of fields above the boundary, the topmost Received: that a border host wrote; 0 and not *found where there
 * is none. Where no border hosts are configured, they are called like the authserv-ids. */
static size_t
boundary(const struct mime_message *m, const struct reading_setup *setup, bool *found)
{
	const struct strings *hosts = setup->border_hosts.n ? &setup->border_hosts : &setup->authserv_ids;

	for (size_t i = 0; i < m->n_fields; i++) {
		if (!str_equal_nocase(m->fields[i].name, STR("Received")))
			continue;
		*found = is_listed(hosts, received_by(m->fields[i].raw));
		if (*found)
			return i;
	}
	*found = false;
	return 0;
}

static struct str
property(const struct authentication_method *m, const char *type, const char *name)
{
	struct str found = STR_NONE;

	for (size_t i = 0; i < m->n_properties; i++) {
		const struct authentication_property *p = &m->properties[i];

		if (!str_equal(p->type, str_of(type)) || !str_equal(p->name, str_of(name)))
			continue;
		if (found.n)
			return STR_NONE; /* said twice: nothing is said */
		found = p->value;
	}
	return found;
}

static struct str
without_final_dot(struct str s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return s;
}

static bool
is_domain(struct str value, struct str domain)
{
	return value.n && str_equal_nocase(without_final_dot(value), domain);
}

/* An address's or a bare domain's domain. */
static struct str
domain_in(struct str value)
{
	ptrdiff_t at = str_rfind_char(value, '@');

	return at < 0 ? value : str_skip(value, (size_t)at + 1);
}

/* A signature that proves nothing: SHA-1, a body length, a short key. */
static bool
is_weak_signature(const struct authentication_method *m)
{
	struct str algorithm = property(m, "header", "a"), bits = property(m, "policy", "keysize");
	long long n;

	if (str_find_nocase(algorithm, STR("sha1")) >= 0 || str_find_nocase(m->comment, STR("sha1")) >= 0)
		return true;
	for (size_t i = 0; i < m->n_properties; i++)
		if (str_equal(m->properties[i].name, STR("l")))
			return true;
	if (bits.n && (!str_to_number(bits, &n) || n < 1024))
		return true;
	/* "(1024-bit key)" */
	for (size_t i = 0; i + 4 < m->comment.n; i++) {
		size_t from = i;

		if (!str_starts_nocase(str_skip(m->comment, i), STR("-bit")) &&
		    !str_starts_nocase(str_skip(m->comment, i), STR(" bit")))
			continue;
		while (from > 0 && char_is_digit(m->comment.p[from - 1]))
			from--;
		if (str_to_number(str_head(str_skip(m->comment, from), i - from), &n) && n < 1024)
			return true;
	}
	return false;
}

/* What stands in our own fields, one method each. */
struct findings {
	const struct authentication_method *dmarc, *spf, *dkim; /* dkim: the best of its field */
	bool repeated;
	bool dmarc_fail;
	size_t fields;
};

static bool
is_method(const struct authentication_method *m, const char *name)
{
	return str_equal(m->method, str_of(name));
}

/* One field may report several dkim signatures; a method in two fields is a forgery that survived. */
static void
findings_add(struct findings *f, const struct authentication_field *field, struct str domain)
{
	bool had_dkim = f->dkim != NULL;

	f->fields++;
	for (size_t i = 0; i < field->n_methods; i++) {
		const struct authentication_method *m = &field->methods[i];

		if (is_method(m, "dmarc")) {
			f->repeated |= f->dmarc != NULL;
			f->dmarc = m;
			f->dmarc_fail |= str_equal(m->result, STR("fail"));
		} else if (is_method(m, "spf")) {
			f->repeated |= f->spf != NULL;
			f->spf = m;
		} else if (is_method(m, "dkim")) {
			bool good = str_equal(m->result, STR("pass")) &&
				    is_domain(property(m, "header", "d"), domain) && !is_weak_signature(m);

			f->repeated |= had_dkim;
			if (f->dkim == NULL || good)
				f->dkim = m;
		}
	}
}

static void
conclude(const struct findings *f, struct str domain, struct arena *a, struct reading *out)
{
	struct str by;

	if (f->dmarc_fail) {
		out->authentication = AUTH_FAIL;
		out->authentication_detail = STR("dmarc=fail");
		return;
	}
	if (f->repeated) {
		out->authentication_detail = STR("a method is reported twice");
		return;
	}
	by = f->dmarc ? property(f->dmarc, "header", "from") : STR_NONE;
	if (f->dmarc && str_equal(f->dmarc->result, STR("pass")) && is_domain(by, domain)) {
		out->authentication = AUTH_PASS;
		out->authentication_detail = arena_format(a, "dmarc=pass header.from=%.*s", STR_ARGS(by));
		return;
	}
	by = f->dkim ? property(f->dkim, "header", "d") : STR_NONE;
	if (f->dkim && str_equal(f->dkim->result, STR("pass")) && is_domain(by, domain) &&
	    !is_weak_signature(f->dkim)) {
		out->authentication = AUTH_PASS;
		out->authentication_detail = arena_format(a, "dkim=pass header.d=%.*s", STR_ARGS(by));
		return;
	}
	by = f->spf ? property(f->spf, "smtp", "mailfrom") : STR_NONE;
	if (f->spf && str_equal(f->spf->result, STR("pass")) && is_domain(domain_in(by), domain)) {
		out->authentication = AUTH_WEAK;
		out->authentication_detail = arena_format(a, "spf=pass smtp.mailfrom=%.*s", STR_ARGS(by));
		return;
	}
	out->authentication_detail = STR("no result proves the domain of From");
}

/* The field as it was understood; where it was not, as much of it as was. */
static struct str
results_text(const struct authentication_field *f, struct arena *a)
{
	struct buf b;
	struct str text;

	buf_init(&b, RESULTS_MOST);
	for (size_t i = 0; i < f->n_methods; i++) {
		const struct authentication_method *m = &f->methods[i];

		buf_add_format(&b, "%s%.*s=%.*s", i ? "; " : "", STR_ARGS(m->method), STR_ARGS(m->result));
		for (size_t k = 0; k < m->n_properties; k++)
			buf_add_format(&b, " %.*s.%.*s=%.*s", STR_ARGS(m->properties[k].type),
			    STR_ARGS(m->properties[k].name), STR_ARGS(m->properties[k].value));
	}
	text = arena_copy(a, buf_str(&b));
	buf_free(&b);
	return text;
}

/* Reads the field at an index and keeps an account of it. */
static struct reading_results *
results_add(const struct mime_message *m, size_t at, const struct reading_setup *setup, size_t end, struct arena *a,
    struct reading *out, struct authentication_field *field)
{
	struct reading_results *r = &out->results[out->n_results++];
	bool sound = authentication_parse(m->fields[at].raw, a, field);

	r->authserv_id = field->authserv_id;
	r->text = results_text(field, a);
	if (at >= end)
		r->standing = RESULTS_BELOW;
	else if (!sound)
		r->standing = RESULTS_MALFORMED;
	else
		r->standing = is_listed(&setup->authserv_ids, r->authserv_id) ? RESULTS_USED : RESULTS_FOREIGN;
	return r;
}

static void
trace_read(const struct mime_message *m, struct arena *a, struct reading *out)
{
	out->received_by = arena_array(a, RECEIVED_MOST, sizeof(*out->received_by));
	for (size_t i = 0; i < m->n_fields && out->n_received_by < RECEIVED_MOST; i++)
		if (str_equal_nocase(m->fields[i].name, STR("Received")))
			out->received_by[out->n_received_by++] = received_by(m->fields[i].raw);
}

void
authentication_read(const struct mime_message *m, const struct reading_setup *setup, struct str domain, struct arena *a,
    struct reading *out)
{
	struct findings f = { 0 };
	struct authentication_field field;
	bool found;
	size_t end = boundary(m, setup, &found), looked_at = 0;

	out->authentication = AUTH_NONE;
	out->authentication_detail = STR("no result of the border server");
	out->results = arena_array(a, FIELDS_MOST, sizeof(*out->results));
	if (found)
		out->border = received_by(m->fields[end].raw);
	trace_read(m, a, out);
	for (size_t i = 0; i < m->n_fields; i++) {
		struct reading_results *r;

		if (!str_equal_nocase(m->fields[i].name, STR("Authentication-Results")))
			continue;
		if (++looked_at > FIELDS_MOST && i < end) {
			out->authentication_detail = STR("too many fields");
			return;
		}
		if (looked_at > FIELDS_MOST)
			break;
		r = results_add(m, i, setup, end, a, out, &field);
		if (r->standing == RESULTS_MALFORMED)
			out->authentication_detail = STR("a field breaks the grammar");
		else if (r->standing == RESULTS_USED)
			findings_add(&f, &field, domain);
	}
	if (f.fields)
		conclude(&f, domain, a, out);
	if (domain.n == 0 && out->authentication > AUTH_NONE)
		out->authentication = AUTH_NONE;
}
