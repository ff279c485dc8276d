/* SPDX-License-Identifier: ISC
 * record.c: readings and setups as records, driven by tables.
 *
 * A record is a magic, then the fields of a struct in the order of its table: tag (1 byte), length (4, little
 * endian), value. A list's value is a count and its elements' fields. Decoding wants every field, in order, and
 * nothing else; so there is one record for one value, and one check for one byte.
 */
#include "config.h"

#include "reading/record.h"

#include <string.h>

#include "reading/charset.h"

enum kind { K_END, K_TEXT, K_BYTES, K_BOOL, K_INT, K_SIZE, K_CHAR, K_HEX, K_LIST };

struct spec {
	enum kind kind;
	size_t offset;
	size_t count_offset;        /* K_LIST: of the size_t that counts */
	const struct spec *element; /* K_LIST */
	size_t element_size;
	int low, high; /* K_INT */
};

#define TEXT(type, field)                                                                                              \
	{                                                                                                              \
		K_TEXT, offsetof(struct type, field), 0, NULL, 0, 0, 0                                                 \
	}
#define BYTES(type, field)                                                                                             \
	{                                                                                                              \
		K_BYTES, offsetof(struct type, field), 0, NULL, 0, 0, 0                                                \
	}
#define BOOL(type, field)                                                                                              \
	{                                                                                                              \
		K_BOOL, offsetof(struct type, field), 0, NULL, 0, 0, 0                                                 \
	}
#define INT(type, field, low, high)                                                                                    \
	{                                                                                                              \
		K_INT, offsetof(struct type, field), 0, NULL, 0, low, high                                             \
	}
#define SIZE(type, field)                                                                                              \
	{                                                                                                              \
		K_SIZE, offsetof(struct type, field), 0, NULL, 0, 0, 0                                                 \
	}
#define LIST(type, field, count, element, element_type)                                                                \
	{                                                                                                              \
		K_LIST, offsetof(struct type, field), offsetof(struct type, count), element, sizeof(element_type), 0,  \
		    0                                                                                                  \
	}
#define END                                                                                                            \
	{                                                                                                              \
		K_END, 0, 0, NULL, 0, 0, 0                                                                             \
	}

static const struct spec text_spec[] = { { K_TEXT, 0, 0, NULL, 0, 0, 0 }, END };

static const struct spec address_spec[] = { TEXT(reading_address, name), TEXT(reading_address, address), END };

static const struct spec reference_spec[] = { TEXT(reading_reference, number), TEXT(reading_reference, token),
	INT(reading_reference, place, 0, PLACE_COUNT - 1), END };

static const struct spec token_spec[] = { TEXT(reading_token, token), INT(reading_token, place, 0, PLACE_COUNT - 1),
	END };

static const struct spec recipient_spec[] = { TEXT(reading_recipient, address), TEXT(reading_recipient, status),
	TEXT(reading_recipient, action), TEXT(reading_recipient, diagnostic), END };

static const struct spec results_spec[] = { TEXT(reading_results, authserv_id),
	INT(reading_results, standing, 0, RESULTS_STANDINGS - 1), TEXT(reading_results, text), END };

static const struct spec attachment_spec[] = { TEXT(reading_attachment, name), TEXT(reading_attachment, type),
	TEXT(reading_attachment, content_id), BYTES(reading_attachment, content),
	{ K_HEX, offsetof(struct reading_attachment, sha256), 0, NULL, 0, 0, 0 }, BOOL(reading_attachment, is_inline),
	END };

static const struct spec reading_spec[] = {
	TEXT(reading, malformed),
	TEXT(reading, malformed_detail),
	LIST(reading, from, n_from, address_spec, struct reading_address),
	LIST(reading, to, n_to, address_spec, struct reading_address),
	LIST(reading, cc, n_cc, address_spec, struct reading_address),
	TEXT(reading, sender_address),
	TEXT(reading, from_strict),
	INT(reading, authentication, AUTH_FAIL, AUTH_PASS),
	TEXT(reading, authentication_detail),
	TEXT(reading, border),
	LIST(reading, received_by, n_received_by, text_spec, struct str),
	LIST(reading, results, n_results, results_spec, struct reading_results),
	TEXT(reading, subject),
	TEXT(reading, message_id),
	LIST(reading, ancestors, n_ancestors, text_spec, struct str),
	TEXT(reading, date),
	TEXT(reading, return_path),
	BOOL(reading, addressed),
	INT(reading, received, 0, 1 << 30),
	TEXT(reading, text),
	TEXT(reading, new_text),
	TEXT(reading, quoted),
	TEXT(reading, signature),
	TEXT(reading, other_text),
	BOOL(reading, other_unread),
	BOOL(reading, interleaved),
	BOOL(reading, is_forward),
	TEXT(reading, above),
	TEXT(reading, forward_subject),
	TEXT(reading, forward_from),
	TEXT(reading, forward_date),
	BOOL(reading, damaged),
	BOOL(reading, encrypted),
	INT(reading, kind, 0, KIND_COUNT - 1),
	TEXT(reading, kind_reason),
	BOOL(reading, is_list),
	BOOL(reading, no_answer),
	INT(reading, permanent, -1, 1),
	LIST(reading, failed, n_failed, recipient_spec, struct reading_recipient),
	TEXT(reading, original_id),
	TEXT(reading, original_path),
	LIST(reading, references, n_references, reference_spec, struct reading_reference),
	LIST(reading, tokens, n_tokens, token_spec, struct reading_token),
	BOOL(reading, undetermined),
	LIST(reading, attachments, n_attachments, attachment_spec, struct reading_attachment),
	LIST(reading, notes, n_notes, text_spec, struct str),
	TEXT(reading, content_key),
	END,
};

static const struct spec setup_spec[] = {
	SIZE(reading_setup, limits.message_bytes),
	SIZE(reading_setup, limits.header_bytes),
	SIZE(reading_setup, limits.field_bytes),
	SIZE(reading_setup, limits.text_bytes),
	SIZE(reading_setup, limits.attachment_bytes),
	SIZE(reading_setup, limits.attachments_bytes),
	INT(reading_setup, limits.parts, 0, 1 << 20),
	INT(reading_setup, limits.depth, 0, 1 << 20),
	INT(reading_setup, limits.attachments, 0, 1 << 20),
	INT(reading_setup, limits.received, 0, 1 << 20),
	INT(reading_setup, limits.reader_cpu_seconds, 0, 1 << 20),
	INT(reading_setup, limits.reader_wall_seconds, 0, 1 << 20),
	SIZE(reading_setup, limits.reader_memory_bytes),
	LIST(reading_setup, limits.refused_types.list, limits.refused_types.n, text_spec, struct str),
	LIST(reading_setup, patterns.list, patterns.n, text_spec, struct str),
	LIST(reading_setup, addresses.list, addresses.n, text_spec, struct str),
	{ K_CHAR, offsetof(struct reading_setup, subaddress_delimiter), 0, NULL, 0, 0, 0 },
	LIST(reading_setup, authserv_ids.list, authserv_ids.n, text_spec, struct str),
	LIST(reading_setup, border_hosts.list, border_hosts.n, text_spec, struct str),
	TEXT(reading_setup, instance),
	TEXT(reading_setup, loop_key),
	TEXT(reading_setup, message_id_domain),
	END,
};

static const struct str reading_magic = { "casemail-reading-1\n", 19 };
static const struct str setup_magic = { "casemail-setup-1\n", 17 };

static void
put_number(struct buf *out, uint64_t v, size_t bytes)
{
	char p[8];

	for (size_t i = 0; i < bytes; i++)
		p[i] = (char)(v >> (8 * i) & 0xff);
	buf_add(out, (struct str){ p, bytes });
}

static void put_fields(struct buf *out, const struct spec *spec, const char *base);

/* Length comes first: room is left for it and filled in afterwards. */
static void
put_list(struct buf *out, const struct spec *s, const char *base)
{
	size_t at = out->n, count, length;
	const char *list;

	memcpy(&count, base + s->count_offset, sizeof(count));
	memcpy(&list, base + s->offset, sizeof(list));
	put_number(out, 0, 4);
	put_number(out, count, 4);
	for (size_t i = 0; i < count; i++)
		put_fields(out, s->element, list + i * s->element_size);
	if (out->overflow)
		return;
	length = out->n - at - 4;
	for (size_t i = 0; i < 4; i++)
		out->p[at + i] = (char)(length >> (8 * i) & 0xff);
}

/* Lists hold no lists: this goes two levels deep, by the tables. */
static void
put_fields(struct buf *out, const struct spec *spec, const char *base)
{
	for (unsigned char tag = 1; spec->kind != K_END; spec++, tag++) {
		const char *at = base + spec->offset;
		struct str s;
		size_t size;
		int number;

		buf_add_char(out, (char)tag);
		switch (spec->kind) {
		case K_TEXT:
		case K_BYTES:
			memcpy(&s, at, sizeof(s));
			put_number(out, s.n, 4);
			buf_add(out, s);
			break;
		case K_BOOL:
		case K_CHAR:
			put_number(out, 1, 4);
			buf_add_char(out, *at);
			break;
		case K_INT:
			memcpy(&number, at, sizeof(number));
			put_number(out, 4, 4);
			put_number(out, (uint32_t)number, 4);
			break;
		case K_SIZE:
			memcpy(&size, at, sizeof(size));
			put_number(out, 8, 4);
			put_number(out, size, 8);
			break;
		case K_HEX:
			put_number(out, 64, 4);
			buf_add(out, (struct str){ at, 64 });
			break;
		case K_LIST:
			put_list(out, spec, base);
			break;
		case K_END:
			break;
		}
	}
}

static bool
take_number(struct str *s, size_t bytes, uint64_t *out)
{
	if (s->n < bytes)
		return false;
	*out = 0;
	for (size_t i = bytes; i-- > 0;)
		*out = *out << 8 | (unsigned char)s->p[i];
	*s = str_skip(*s, bytes);
	return true;
}

static bool take_fields(struct str *s, const struct spec *spec, struct arena *a, char *base);

static bool
take_list(struct str value, const struct spec *spec, struct arena *a, char *base)
{
	uint64_t n;
	size_t count;
	char *list;

	/* an element has at least a tag and a length */
	if (!take_number(&value, 4, &n) || n > value.n / 5)
		return false;
	count = (size_t)n;
	list = arena_array(a, count + 1, spec->element_size);
	for (size_t i = 0; i < count; i++)
		if (!take_fields(&value, spec->element, a, list + i * spec->element_size))
			return false;
	memcpy(base + spec->offset, &list, sizeof(list));
	memcpy(base + spec->count_offset, &count, sizeof(count));
	return value.n == 0;
}

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == 64;
}

static bool
take_int(struct str value, const struct spec *spec, char *at)
{
	uint64_t n;
	int number;

	if (value.n != 4 || !take_number(&value, 4, &n))
		return false;
	number = (int)(int32_t)(uint32_t)n;
	memcpy(at, &number, sizeof(number));
	return number >= spec->low && number <= spec->high;
}

static bool
take_value(struct str value, const struct spec *spec, struct arena *a, char *base)
{
	char *at = base + spec->offset;
	uint64_t n;
	size_t size;

	switch (spec->kind) {
	case K_TEXT:
	case K_BYTES:
		memcpy(at, &value, sizeof(value));
		return spec->kind == K_BYTES || charset_is_utf8(value);
	case K_BOOL:
		if (value.n != 1 || (unsigned char)value.p[0] > 1)
			return false;
		*(bool *)at = value.p[0] == 1;
		return true;
	case K_CHAR:
		if (value.n != 1)
			return false;
		*at = value.p[0];
		return true;
	case K_INT:
		return take_int(value, spec, at);
	case K_SIZE:
		if (value.n != 8 || !take_number(&value, 8, &n))
			return false;
		size = (size_t)n;
		memcpy(at, &size, sizeof(size));
		return true;
	case K_HEX:
		if (!is_hex(value))
			return false;
		memcpy(at, value.p, 64);
		at[64] = '\0';
		return true;
	case K_LIST:
		return take_list(value, spec, a, base);
	case K_END:
		break;
	}
	return false;
}

static bool
take_fields(struct str *s, const struct spec *spec, struct arena *a, char *base)
{
	for (unsigned char tag = 1; spec->kind != K_END; spec++, tag++) {
		uint64_t got, length;
		struct str value;

		if (!take_number(s, 1, &got) || got != tag || !take_number(s, 4, &length) || length > s->n)
			return false;
		value = str_head(*s, (size_t)length);
		*s = str_skip(*s, (size_t)length);
		if (!take_value(value, spec, a, base))
			return false;
	}
	return true;
}

static int
from_bytes(struct str bytes, struct str magic, const struct spec *spec, struct arena *a, void *out, struct err *e)
{
	struct str rest = str_skip(bytes, magic.n);

	if (!str_starts(bytes, magic) || !take_fields(&rest, spec, a, out) || rest.n)
		return err_set(e, ERR_REJECT, "a record of %zu bytes is not well formed", bytes.n);
	return 0;
}

/* Text that is not UTF-8 is taken for what it most likely is. */
static void
clean_fields(const struct spec *spec, char *base, struct arena *a)
{
	for (; spec->kind != K_END; spec++) {
		char *at = base + spec->offset, *list;
		bool damaged = false;
		size_t count;
		struct str s;

		if (spec->kind == K_TEXT) {
			memcpy(&s, at, sizeof(s));
			if (charset_is_utf8(s))
				continue;
			s = charset_to_utf8(s, STR("utf-8"), STR_NONE, a, &damaged, NULL);
			memcpy(at, &s, sizeof(s));
		} else if (spec->kind == K_LIST) {
			memcpy(&count, base + spec->count_offset, sizeof(count));
			memcpy(&list, at, sizeof(list));
			for (size_t i = 0; i < count; i++)
				clean_fields(spec->element, list + i * spec->element_size, a);
		}
	}
}

void
record_clean(struct reading *r, struct arena *a)
{
	clean_fields(reading_spec, (char *)r, a);
}

void
record_from_reading(const struct reading *r, struct buf *out)
{
	buf_add(out, reading_magic);
	put_fields(out, reading_spec, (const char *)r);
}

int
record_to_reading(struct str bytes, struct arena *a, struct reading *out, struct err *e)
{
	*out = (struct reading){ 0 };
	return from_bytes(bytes, reading_magic, reading_spec, a, out, e);
}

void
record_from_setup(const struct reading_setup *s, struct buf *out)
{
	buf_add(out, setup_magic);
	put_fields(out, setup_spec, (const char *)s);
}

int
record_to_setup(struct str bytes, struct arena *a, struct reading_setup *out, struct err *e)
{
	*out = (struct reading_setup){ 0 };
	return from_bytes(bytes, setup_magic, setup_spec, a, out, e);
}
