/* SPDX-License-Identifier: ISC
 * tnef.c: reads TNEF attributes and, in them, the MAPI properties that name a file.
 *
 * Only attachments are taken; the formatted body is not (the plain text stands beside it). Written here, not taken
 * from libytnef: that one is under the GPL, prints to standard output, and copies what it reads without a limit. Every
 * length is checked against what is left; nothing is copied but names.
 */
#include "config.h"

#include "reading/tnef.h"

#include "reading/charset.h"

enum attribute {
	ATTACH_REND_DATA = 0x9002, /* opens an attachment */
	ATTACH_DATA = 0x800f,
	ATTACH_TITLE = 0x8010,
	ATTACHMENT_PROPERTIES = 0x9005,
	OEM_CODEPAGE = 0x9007
};

enum property { P_ATTACH_FILENAME = 0x3704, P_ATTACH_LONG_FILENAME = 0x3707, P_ATTACH_MIME_TAG = 0x370e };

enum {
	T_SHORT = 2,
	T_LONG = 3,
	T_FLOAT = 4,
	T_DOUBLE = 5,
	T_CURRENCY = 6,
	T_APPTIME = 7,
	T_ERROR = 10,
	T_BOOLEAN = 11,
	T_OBJECT = 13,
	T_I8 = 20,
	T_STRING8 = 30,
	T_UNICODE = 31,
	T_SYSTIME = 64,
	T_CLSID = 72,
	T_BINARY = 258,
	T_MULTIPLE = 0x1000
};

/* A little-endian number of n bytes off *s; false where too few are left. */
static bool
take_number(struct str *s, size_t n, unsigned long *out)
{
	if (s->n < n)
		return false;
	*out = 0;
	for (size_t i = n; i-- > 0;)
		*out = *out << 8 | (unsigned char)s->p[i];
	*s = str_skip(*s, n);
	return true;
}

static bool
take_bytes(struct str *s, unsigned long n, struct str *out)
{
	if (s->n < n)
		return false;
	*out = str_head(*s, n);
	*s = str_skip(*s, n);
	return true;
}

static struct str
until_nul(struct str s)
{
	ptrdiff_t at = str_find_char(s, '\0');

	return at < 0 ? s : str_head(s, (size_t)at);
}

static struct str
text_of(struct str s, bool wide, struct arena *a)
{
	bool damaged = false;

	if (wide) {
		size_t n = 0;

		while (n + 1 < s.n && (s.p[n] || s.p[n + 1]))
			n += 2;
		return charset_to_utf8(str_head(s, n), STR("utf-16le"), STR_NONE, a, &damaged, NULL);
	}
	return charset_to_utf8(until_nul(s), STR_NONE, STR_NONE, a, &damaged, NULL);
}

/* The size of one value of a fixed type, 0 for those with a length of their own, -1 for unknown ones. */
static int
fixed_size(unsigned long type)
{
	switch (type) {
	case T_SHORT:
	case T_BOOLEAN:
	case T_LONG:
	case T_FLOAT:
	case T_ERROR:
		return 4; /* padded */
	case T_DOUBLE:
	case T_CURRENCY:
	case T_APPTIME:
	case T_I8:
	case T_SYSTIME:
		return 8;
	case T_CLSID:
		return 16;
	case T_STRING8:
	case T_UNICODE:
	case T_BINARY:
	case T_OBJECT:
		return 0;
	default:
		return -1;
	}
}

/* A named property's name: a GUID, then a number or a string. */
static bool
skip_name(struct str *s)
{
	unsigned long kind, n;
	struct str skipped;

	if (!take_bytes(s, 16, &skipped) || !take_number(s, 4, &kind))
		return false;
	if (kind == 0)
		return take_number(s, 4, &n);
	return take_number(s, 4, &n) && n <= s->n && take_bytes(s, (n + 3) & ~3ul, &skipped);
}

/* One property's values off *s; the first value in *value. */
static bool
take_values(struct str *s, unsigned long type, struct str *value)
{
	int size = fixed_size(type & ~(unsigned long)T_MULTIPLE);
	unsigned long count = 1, n;
	struct str v;

	*value = STR_NONE;
	if (size < 0)
		return false;
	if ((size == 0 || type & T_MULTIPLE) && !take_number(s, 4, &count))
		return false;
	for (unsigned long i = 0; i < count; i++) {
		n = (unsigned long)size;
		if (size == 0 && !take_number(s, 4, &n))
			return false;
		if (n > s->n || !take_bytes(s, n, &v))
			return false;
		if (size == 0) /* padded to four; the last one may lack it */
			*s = str_skip(*s, (4 - n % 4) % 4);
		if (i == 0)
			*value = v;
	}
	return true;
}

static void
read_properties(struct str s, struct tnef_file *f, struct arena *a)
{
	unsigned long count, type, id;
	struct str value;
	bool has_long = false;

	if (!take_number(&s, 4, &count))
		return;
	for (unsigned long i = 0; i < count; i++) {
		if (!take_number(&s, 2, &type) || !take_number(&s, 2, &id))
			return;
		if (id >= 0x8000 && !skip_name(&s))
			return;
		if (!take_values(&s, type, &value))
			return;
		if (type != T_STRING8 && type != T_UNICODE)
			continue;
		if (id == P_ATTACH_LONG_FILENAME || (id == P_ATTACH_FILENAME && !has_long)) {
			f->name = text_of(value, type == T_UNICODE, a);
			has_long |= id == P_ATTACH_LONG_FILENAME;
		} else if (id == P_ATTACH_MIME_TAG) {
			f->type = text_of(value, type == T_UNICODE, a);
		}
	}
}

bool
tnef_is(struct str bytes)
{
	return str_starts(bytes, STR("\x78\x9f\x3e\x22"));
}

size_t
tnef_read(struct str bytes, struct arena *a, struct tnef_file *files, size_t max)
{
	struct str s = str_skip(bytes, 6), data; /* signature and key */
	unsigned long level, id, size, checksum;
	size_t n = 0;

	if (!tnef_is(bytes))
		return 0;
	while (take_number(&s, 1, &level) && take_number(&s, 4, &id) && take_number(&s, 4, &size) &&
	       take_bytes(&s, size, &data)) {
		struct tnef_file *f = n ? &files[n - 1] : NULL;

		id &= 0xffff;
		if (!take_number(&s, 2, &checksum))
			checksum = 0; /* cut off behind the data: the data is there */
		if (level == 2 && id == ATTACH_REND_DATA) {
			if (n == max)
				break;
			files[n++] = (struct tnef_file){ .type = STR("application/octet-stream") };
		} else if (level == 2 && f && id == ATTACH_TITLE && f->name.n == 0) {
			f->name = text_of(data, false, a);
		} else if (level == 2 && f && id == ATTACH_DATA) {
			f->content = data;
		} else if (level == 2 && f && id == ATTACHMENT_PROPERTIES) {
			read_properties(data, f, a);
		}
	}
	return n;
}
