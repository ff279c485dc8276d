/* SPDX-License-Identifier: ISC
 * configuration_show.c: every value that is in force, under its name in the file, and where it was written. Passwords
 * are not among them: the file only names theirs.
 */
#include "config.h"

#include "base/configuration_schema.h"

#define DEPTH_MOST 4
#define TEXT_MOST ((size_t)1 << 16)

/* A struct whose keys are being shown. */
struct level {
	const struct key *keys;
	size_t n, at;
	const char *base;
	size_t name; /* the length of the name so far */
};

static long long
number_of(const struct key *k, const char *at)
{
	if (k->size == 1)
		return *(const char *)at;
	if (k->size == sizeof(int))
		return *(const int *)(const void *)at;
	return *(const long long *)(const void *)at;
}

static void
add_quoted(struct buf *out, struct str s)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '"');
}

static void
add_choice(const struct key *k, const char *at, struct buf *out)
{
	long long v = number_of(k, at);

	for (const struct key_choice *c = k->choices; c->name; c++)
		if (c->value == v) {
			add_quoted(out, str_of(c->name));
			return;
		}
}

static void
add_patterns(const struct key *k, const char *base, const char *at, struct buf *out)
{
	const struct reference_pattern *list = *(struct reference_pattern *const *)(const void *)at;
	size_t n = *(const size_t *)(const void *)(base + k->count);

	for (size_t i = 0; i < n; i++) {
		buf_add_z(out, i ? ", " : "");
		add_quoted(out, list[i].text);
	}
}

/* As it would stand in the file. */
static void
add_value(const struct key *k, const char *base, struct buf *out)
{
	const char *at = base + k->offset;
	const struct strings *s;

	switch (k->type) {
	case KEY_TEXT:
		add_quoted(out, *(const struct str *)(const void *)at);
		break;
	case KEY_NUMBER:
	case KEY_SIZE:
		buf_add_format(out, "%lld", number_of(k, at));
		break;
	case KEY_BOOL:
		buf_add_z(out, *(const bool *)(const void *)at ? "true" : "false");
		break;
	case KEY_CHOICE:
		add_choice(k, at, out);
		break;
	case KEY_TEXTS:
		s = (const struct strings *)(const void *)at;
		for (size_t i = 0; i < s->n; i++) {
			buf_add_z(out, i ? ", " : "");
			add_quoted(out, s->list[i]);
		}
		break;
	case KEY_PATTERNS:
		add_patterns(k, base, at, out);
		break;
	case KEY_GROUP:
	case KEY_LIST:
		break;
	}
}

static void
show_one(const struct configuration *c, const struct key *k, const char *base, struct str name,
    void (*call)(void *context, const struct configuration_value *v), void *context)
{
	const struct configuration_place *place = c->places ? place_find(c->places, base + k->offset) : NULL;
	struct buf text;

	buf_init(&text, TEXT_MOST);
	add_value(k, base, &text);
	call(context, &(struct configuration_value){ name, buf_str(&text), place ? place->line : 0 });
	buf_free(&text);
}

void
configuration_each(
    const struct configuration *c, void (*call)(void *context, const struct configuration_value *v), void *context)
{
	struct level stack[DEPTH_MOST] = { { configuration_keys, configuration_n_keys, 0, (const char *)c, 0 } };
	size_t depth = 1, element[DEPTH_MOST] = { 0 };
	struct buf name;

	buf_init(&name, TEXT_MOST);
	while (depth > 0) {
		struct level *l = &stack[depth - 1];
		const struct key *k = &l->keys[l->at];
		size_t i = element[depth - 1], n;

		name.n = l->name;
		if (l->at == l->n) {
			depth--;
			continue;
		}
		buf_add_format(&name, "%s%s", l->name ? "." : "", k->name);
		n = k->type == KEY_LIST    ? *(const size_t *)(const void *)(l->base + k->count)
		    : k->type == KEY_GROUP ? 1
					   : 0;
		if (k->type != KEY_LIST && k->type != KEY_GROUP)
			show_one(c, k, l->base, buf_str(&name), call, context);
		if (i >= n || depth == DEPTH_MOST) {
			l->at++;
			element[depth - 1] = 0;
			continue;
		}
		element[depth - 1] = i + 1;
		if (k->type == KEY_LIST)
			buf_add_format(&name, "[%zu]", i);
		stack[depth] = (struct level){ k->keys, k->n_keys, 0,
			k->type == KEY_LIST ? *(const char *const *)(const void *)(l->base + k->offset) + i * k->size
					    : l->base,
			name.n };
		element[depth] = 0;
		depth++;
	}
	buf_free(&name);
}
