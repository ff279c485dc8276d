/* SPDX-License-Identifier: ISC
 * sender.c: addresses for display by the lenient reader, one address for identity by the strict grammar.
 *
 * The two never mix: from[] is what a person sees, from_strict is empty as soon as anything about the header is
 * unusual (SECURITY: a second singleton field, a group, a route, a comment, an encoded word in the address, a line
 * that is no field). Encoded words are never decoded for identity.
 */
#include "config.h"

#include "reading/sender.h"

#include <string.h>

#include "reading/address.h"
#include "reading/authentication.h"
#include "reading/header.h"

#define ADDRESSES 200 /* shown of each field */

static bool
is_atom_char(char c)
{
	return char_is_alpha(c) || char_is_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool
is_dot_atom(struct str s)
{
	bool dot = true; /* one may not begin, end or follow another */

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' ? dot : !is_atom_char(s.p[i]))
			return false;
		dot = s.p[i] == '.';
	}
	return !dot;
}

static bool
is_quoted_local(struct str s)
{
	if (s.n < 3 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return false;
		if (i + 1 >= s.n || s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

/* Labels of letters, digits and inner hyphens; at least two, the last one not all digits. */
static bool
is_domain(struct str s)
{
	size_t label = 0, labels = 0;
	bool alpha = false;

	if (s.n > 253)
		return false;
	for (size_t i = 0; i <= s.n; i++) {
		char c = i < s.n ? s.p[i] : '.';

		if (c == '.') {
			if (label == 0 || label > 63 || s.p[i - 1] == '-')
				return false;
			labels++;
			label = 0;
			if (i < s.n)
				alpha = false;
			continue;
		}
		if (!char_is_alpha(c) && !char_is_digit(c) && (c != '-' || label == 0))
			return false;
		alpha |= !char_is_digit(c);
		label++;
	}
	return labels >= 2 && alpha;
}

bool
sender_strict_address(struct str s, struct arena *a, struct str *out)
{
	ptrdiff_t at = str_rfind_char(s, '@');
	struct str local;

	if (at <= 0)
		return false;
	local = str_head(s, (size_t)at);
	if (local.n > 64 || (!is_dot_atom(local) && !is_quoted_local(local)) || !is_domain(str_skip(s, (size_t)at + 1)))
		return false;
	*out = address_lower_domain(s, a);
	return true;
}

/* The end of a quoted string at i, one behind its quote; 0 where it does not end. */
static size_t
strict_quoted(struct str v, size_t i)
{
	for (i++; i < v.n && v.p[i] != '"'; i++)
		if (v.p[i] == '\\')
			i++;
	return i < v.n ? i + 1 : 0;
}

/* The addr-spec of a From value that holds exactly one mailbox: [display-name] <addr-spec>, or a bare one. Empty where
 * there is a comment, a group, a list, or a second "@" outside quotes and the name. */
static struct str
strict_mailbox(struct str v)
{
	size_t open = 0, close = 0;
	bool has_angle = false;

	v = str_trim(v);
	for (size_t i = 0; i < v.n;) {
		unsigned char c = (unsigned char)v.p[i];

		if (c == '"') {
			i = strict_quoted(v, i);
			if (i == 0)
				return STR_NONE;
			continue;
		}
		if (strchr("(),;:[]\\", c) || (c < 0x20 && c != '\t') || c == 0x7f)
			return STR_NONE;
		if (c == '<') {
			if (has_angle)
				return STR_NONE;
			has_angle = true;
			open = i;
		} else if (c == '>') {
			if (!has_angle || close)
				return STR_NONE;
			close = i;
		} else if (c == '@' && !has_angle && str_find_char(str_skip(v, i), '<') >= 0) {
			return STR_NONE; /* an address where the name stands: shown instead of the true one */
		}
		i++;
	}
	if (!has_angle)
		return v;
	if (close != v.n - 1)
		return STR_NONE;
	return str_head(str_skip(v, open + 1), close - open - 1);
}

/* Folding out: a line end with the blank behind it is that blank. */
static struct str
unfolded(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n')
			out[n++] = s.p[i];
	return (struct str){ out, n };
}

static const char *
repeated_singleton(const struct mime_message *m)
{
	static const char *const once[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID",
		"In-Reply-To", "References", "Subject", "Date" };

	for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++)
		if (mime_count(m, once[i]) > 1)
			return once[i];
	return NULL;
}

static void
read_identity(const struct mime_message *m, struct arena *a, struct reading *out)
{
	const struct mime_field *from = mime_field(m, "From");

	if (from == NULL || m->odd || repeated_singleton(m))
		return;
	if (!sender_strict_address(strict_mailbox(unfolded(from->raw, a)), a, &out->from_strict))
		out->from_strict = STR_NONE;
}

static size_t
read_list(const struct mime_message *m, const char *name, struct arena *a, struct reading_address **list)
{
	struct reading_address *room = arena_array(a, ADDRESSES, sizeof(*room));
	size_t n = 0;

	for (size_t i = 0; i < m->n_fields && n < ADDRESSES; i++)
		if (str_equal_nocase(m->fields[i].name, str_of(name)))
			n += address_list(m->fields[i].raw, m->charset, a, room + n, ADDRESSES - n);
	*list = room;
	return n;
}

static struct str
domain_of(struct str address)
{
	ptrdiff_t at = str_rfind_char(address, '@');

	return at < 0 ? STR_NONE : str_skip(address, (size_t)at + 1);
}

/* Whether address is one of ours, a sub-address of it included. */
static bool
is_ours(struct str address, const struct reading_setup *setup)
{
	ptrdiff_t at = str_rfind_char(address, '@');

	if (at < 0)
		return false;
	for (size_t i = 0; i < setup->addresses.n; i++) {
		struct str own = setup->addresses.list[i];
		ptrdiff_t own_at = str_rfind_char(own, '@');
		struct str local = str_head(address, (size_t)at), own_local;

		if (own_at < 0 || !str_equal_nocase(domain_of(own), domain_of(address)))
			continue;
		own_local = str_head(own, (size_t)own_at);
		if (str_equal_nocase(local, own_local))
			return true;
		if (setup->subaddress_delimiter && local.n > own_local.n && str_starts_nocase(local, own_local) &&
		    local.p[own_local.n] == setup->subaddress_delimiter)
			return true;
	}
	return false;
}

static bool
read_addressed(const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	static const char *const resent[] = { "Resent-To", "Resent-Cc", "Resent-Bcc" };
	struct reading_address *list;
	size_t n;

	for (size_t i = 0; i < out->n_to; i++)
		if (is_ours(out->to[i].address, setup))
			return true;
	for (size_t i = 0; i < out->n_cc; i++)
		if (is_ours(out->cc[i].address, setup))
			return true;
	for (size_t k = 0; k < sizeof(resent) / sizeof(*resent); k++) {
		if (mime_field(m, resent[k]) == NULL)
			continue;
		n = read_list(m, resent[k], a, &list);
		for (size_t i = 0; i < n; i++)
			if (is_ours(list[i].address, setup))
				return true;
	}
	return false;
}

static void
read_sender(const struct mime_message *m, struct arena *a, struct reading *out)
{
	const struct mime_field *f = mime_field(m, "Sender");
	struct reading_address one;

	if (f == NULL || address_list(f->raw, m->charset, a, &one, 1) == 0 || one.address.n == 0)
		return;
	for (size_t i = 0; i < out->n_from; i++)
		if (str_equal_nocase(domain_of(out->from[i].address), domain_of(one.address)))
			return;
	out->sender_address = one.address;
}

void
sender_read(const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	const struct mime_field *f = mime_field(m, "Return-Path");

	out->n_from = read_list(m, "From", a, &out->from);
	out->n_to = read_list(m, "To", a, &out->to);
	out->n_cc = read_list(m, "Cc", a, &out->cc);
	out->return_path = f ? f->value : STR_NONE;
	out->received = (unsigned)mime_count(m, "Received");
	out->addressed = read_addressed(m, setup, a, out);
	read_sender(m, a, out);
	read_identity(m, a, out);
	authentication_read(m, setup, domain_of(out->from_strict), a, out);
}
