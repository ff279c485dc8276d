/* SPDX-License-Identifier: ISC
 * configuration_value.c: what one row of the schema means: its default, its words for what is allowed, how a
 * number is stored. Nothing here knows libconfig.
 */
#include "config.h"

#include "base/configuration_schema.h"

#include <string.h>

#include "base/arena.h"

#define DEFAULTS_MOST ((size_t)1 << 20)

void
key_number_store(const struct key *k, void *at, long long v)
{
	if (k->size == 1)
		*(char *)at = (char)v;
	else if (k->size == sizeof(int))
		*(int *)at = (int)v;
	else
		*(long long *)at = v;
}

void
key_allowed(const struct key *k, struct buf *out)
{
	static const char *const wanted[] = {
		[KEY_TEXT] = "text in double quotes",
		[KEY_NUMBER] = "a whole number",
		[KEY_SIZE] = "a size such as \"30 MB\", or a number of bytes",
		[KEY_BOOL] = "true or false",
		[KEY_TEXTS] = "a list of texts: [ \"one\", \"two\" ]",
		[KEY_PATTERNS] = "a list of texts: [ \"one\", \"two\" ]",
		[KEY_GROUP] = "a group: { key = value; }",
		[KEY_LIST] = "a list of groups: ( { key = value; }, { key = value; } )",
	};

	if (k->type != KEY_CHOICE) {
		buf_add_z(out, wanted[k->type]);
		return;
	}
	for (const struct key_choice *c = k->choices; c->name; c++)
		buf_add_format(out, "%s\"%s\"", c == k->choices ? "" : ", ", c->name);
}

bool
key_size_parse(struct str s, long long *out)
{
	static const struct {
		const char *name;
		long long factor;
	} units[] = { { "KB", 1024 }, { "MB", 1024 * 1024 }, { "GB", 1024 * 1024 * 1024 }, { "B", 1 }, { "", 1 } };
	struct str unit;
	size_t digits = 0;

	while (digits < s.n && char_is_digit(s.p[digits]))
		digits++;
	if (digits > 9 || !str_to_number(str_head(s, digits), out))
		return false;
	unit = str_trim(str_skip(s, digits));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_equal_nocase(unit, str_of(units[i].name))) {
			*out *= units[i].factor;
			return true;
		}
	return false;
}

static struct strings
texts_default(const char *list, struct arena *a)
{
	struct str rest = str_of(list), one;
	struct strings out = { 0 };

	for (const char *p = list; *p; p++)
		out.n += *p == ',';
	out.n++;
	out.list = arena_array(a, out.n, sizeof(*out.list));
	for (size_t i = 0; str_next_field(&rest, ',', &one); i++)
		out.list[i] = one;
	return out;
}

static void
choice_default(const struct key *k, void *at)
{
	for (const struct key_choice *c = k->choices; c->name; c++)
		if (strcmp(c->name, k->fallback) == 0)
			key_number_store(k, at, c->value);
}

void
key_default(const struct key *k, char *target, struct arena *a)
{
	struct reference_pattern *pattern;
	void *at = target + k->offset;
	long long v = 0;

	if (k->fallback == NULL)
		return;
	switch (k->type) {
	case KEY_TEXT:
		*(struct str *)at = str_of(k->fallback);
		break;
	case KEY_BOOL:
		*(bool *)at = strcmp(k->fallback, "true") == 0;
		break;
	case KEY_TEXTS:
		*(struct strings *)at = texts_default(k->fallback, a);
		break;
	case KEY_PATTERNS:
		pattern = arena_new(a, struct reference_pattern);
		pattern->text = str_of(k->fallback);
		*(struct reference_pattern **)at = pattern;
		*(size_t *)(void *)(target + k->count) = 1;
		break;
	case KEY_CHOICE:
		choice_default(k, at);
		break;
	case KEY_NUMBER:
	case KEY_SIZE:
		if (key_size_parse(str_of(k->fallback), &v))
			key_number_store(k, at, v);
		break;
	case KEY_GROUP:
	case KEY_LIST:
		break;
	}
}

struct configuration *
configuration_defaults(void)
{
	struct arena *memory = arena_open(DEFAULTS_MOST);
	struct configuration *c = arena_new(memory, struct configuration);

	c->memory = memory;
	for (size_t i = 0; i < configuration_n_keys; i++) {
		const struct key *k = &configuration_keys[i];

		key_default(k, (char *)c, memory);
		for (size_t n = 0; k->type == KEY_GROUP && n < k->n_keys; n++)
			key_default(&k->keys[n], (char *)c, memory);
	}
	workflow_default(&c->workflow, memory);
	return c;
}
