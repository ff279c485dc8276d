/* SPDX-License-Identifier: ISC
 * phrases.c: the phrase lists in memory, each phrase in the normal form of words.c (folded while building), found by
 * its whole text. What a phrase of Latin or Arabic letters looks like without its accents is among them; the text that
 * is read is never changed that way, so that an accent which changes the sense still does.
 */
#include "config.h"

#include "reading/phrases.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "reading/verdict.h"

#define PHRASES_BYTES ((size_t)256 << 20)
#define SHARED 4096
#define SHARED_TRIES 64

static uint64_t
hash(struct str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return h ^ (h >> 29);
}

/* A phrase while the table is filled. */
struct phrase_draft {
	struct str key;
	uint32_t in[PHRASE_KINDS];
};

static uint32_t *
slot(const struct verdict_phrases *p, struct str key)
{
	size_t i = hash(key) & (p->size - 1);

	while (
	    p->table[i] && !str_equal(p->drafts ? p->drafts[p->table[i] - 1].key : p->list[p->table[i] - 1].key, key))
		i = (i + 1) & (p->size - 1);
	return &p->table[i];
}

const struct phrase *
phrases_find(const struct verdict_phrases *p, struct str key)
{
	uint32_t found = *slot(p, key);

	return found ? &p->list[found - 1] : NULL;
}

/* The phrase, valid until the next is added. written: constant text that key may be equal to. */
static struct phrase_draft *
add(struct verdict_phrases *p, struct str key, struct str written, enum phrase_kind kind, uint32_t language)
{
	uint32_t *at = slot(p, key);

	if (*at == 0) {
		if (p->n == p->room) {
			p->room = p->room ? p->room + p->room / 4 : 1024;
			p->drafts = reallocarray(p->drafts, p->room, sizeof(*p->drafts));
			if (p->drafts == NULL)
				abort();
		}
		p->drafts[p->n++] =
		    (struct phrase_draft){ .key = str_equal(key, written) ? written : arena_copy(p->arena, key) };
		*at = (uint32_t)p->n;
	}
	assert(p->drafts != NULL && *at <= p->n);
	p->drafts[*at - 1].in[kind] |= language;
	return &p->drafts[*at - 1];
}

static void
add_row(struct verdict_phrases *p, const struct phrase_row *row, bool named)
{
	struct str text = str_of(phrase_text + row->at);

	if (row->kind == PHRASE_FRIEND && !named)
		return;
	if (row->tokens > p->longest)
		p->longest = row->tokens;
	add(p, text, text, row->kind, (uint32_t)1 << row->language);
}

static int
add_extra(
    struct verdict_phrases *p, const struct strings *list, enum phrase_kind kind, struct arena *scratch, struct err *e)
{
	enum phrase_kind other = kind == PHRASE_APPROVE ? PHRASE_DENY : PHRASE_APPROVE;

	for (size_t i = 0; list && i < list->n; i++) {
		struct str text = list->list[i];
		struct phrase_draft *s;
		struct words w;

		words_read(text, scratch, &w);
		for (size_t k = 0; k < w.n; k++)
			if (w.tokens[k].kind != TOKEN_WORD)
				return err_set(e, ERR_FATAL, "phrase \"%.*s\": write words only, without punctuation",
				    STR_ARGS(text));
		if (w.n == 0 || w.invalid || w.controls || w.mixed_scripts)
			return err_set(
			    e, ERR_FATAL, "phrase \"%.*s\": not words of one script in UTF-8", STR_ARGS(text));
		if (w.characters == 1 && (unsigned char)w.text.p[0] < 0x80)
			return err_set(e, ERR_FATAL,
			    "phrase \"%.*s\": one letter or digit is sent by accident too often; write a word",
			    STR_ARGS(text));
		if (w.n > p->longest)
			p->longest = w.n;
		s = add(p, w.text, STR_NONE, kind, PHRASE_EVERY);
		if (s->in[other] && !p->widened) /* else it is unclear */
			return err_set(e, ERR_FATAL, "phrase \"%.*s\" would be yes and no at once", STR_ARGS(text));
		s->in[PHRASE_UNCLEAR] = 0; /* the operator decided */
		arena_reset(scratch);
	}
	return 0;
}

/* The one copy of in; a few hundred differ. */
static const uint32_t *
share(struct verdict_phrases *p, const uint32_t **shared, const uint32_t *in)
{
	size_t bytes = PHRASE_KINDS * sizeof(*in), i = hash((struct str){ (const char *)in, bytes }) % SHARED;
	uint32_t *copy;

	for (size_t tries = 0; tries < SHARED_TRIES && shared[i]; tries++, i = (i + 1) % SHARED)
		if (memcmp(shared[i], in, bytes) == 0)
			return shared[i];
	copy = arena_alloc(p->arena, bytes);
	memcpy(copy, in, bytes);
	if (shared[i] == NULL)
		shared[i] = copy;
	return copy;
}

/* The drafts as they stay. */
static void
finish(struct verdict_phrases *p)
{
	const uint32_t **shared = calloc(SHARED, sizeof(*shared));

	p->list = calloc(p->n + 1, sizeof(*p->list));
	if (p->list == NULL || shared == NULL)
		abort();
	for (size_t i = 0; i < p->n; i++)
		p->list[i] = (struct phrase){ .key = p->drafts[i].key, .in = share(p, shared, p->drafts[i].in) };
	free(shared);
	free(p->drafts);
	p->drafts = NULL;
}

/* The bit of a language; 0: it has no phrases. */
static uint32_t
language_bit(struct str code)
{
	for (size_t k = 1; k < phrase_languages_n; k++)
		if (str_equal_nocase(code, str_of(phrase_languages[k])))
			return (uint32_t)1 << k;
	return 0;
}

static int
choose(struct verdict_phrases *p, const struct strings *languages, struct err *e)
{
	for (size_t i = 0; languages && i < languages->n; i++) {
		uint32_t bit = language_bit(languages->list[i]);

		if (bit == 0)
			return err_set(
			    e, ERR_FATAL, "no phrases for the language \"%.*s\"", STR_ARGS(languages->list[i]));
		p->languages |= bit;
	}
	p->named = p->languages != 0;
	if (!p->named)
		p->languages = ((uint32_t)1 << phrase_languages_n) - 2;
	return 0;
}

static int
fill(struct verdict_phrases *p, struct arena *scratch, struct err *e)
{
	size_t rows = phrase_rows_n + p->extra_yes.n + p->extra_no.n;

	p->all = p->languages | PHRASE_COMMON | PHRASE_EVERY;
	for (p->size = 64; p->size < rows * 2;)
		p->size *= 2;
	p->table = calloc(p->size, sizeof(*p->table));
	if (p->table == NULL)
		abort();
	for (size_t i = 0; i < phrase_rows_n; i++)
		if (p->all & ((uint32_t)1 << phrase_rows[i].language))
			add_row(p, &phrase_rows[i], p->named);
	if (add_extra(p, &p->extra_yes, PHRASE_APPROVE, scratch, e) == -1)
		return -1;
	return add_extra(p, &p->extra_no, PHRASE_DENY, scratch, e);
}

struct verdict_phrases *
verdict_open(
    const struct strings *languages, const struct strings *extra_yes, const struct strings *extra_no, struct err *e)
{
	struct arena *arena = arena_open(PHRASES_BYTES), *scratch = arena_open(PHRASES_BYTES);
	struct verdict_phrases *p = arena_new(arena, struct verdict_phrases);
	int rc;

	p->arena = arena;
	if (extra_yes)
		p->extra_yes = *extra_yes;
	if (extra_no)
		p->extra_no = *extra_no;
	rc = choose(p, languages, e);
	if (rc == 0)
		rc = fill(p, scratch, e);
	finish(p);
	arena_close(&scratch);
	if (rc == -1)
		verdict_close(&p);
	return p;
}

struct verdict_phrases *
verdict_widen(const struct verdict_phrases *p, const struct strings *languages)
{
	struct verdict_phrases *wide;
	struct arena *arena, *scratch;
	uint32_t bits = p->languages;
	struct err e;

	for (size_t i = 0; i < languages->n; i++)
		bits |= language_bit(str_head(languages->list[i], 2));
	if (bits == p->languages)
		return NULL;
	arena = arena_open(PHRASES_BYTES);
	scratch = arena_open(PHRASES_BYTES);
	wide = arena_new(arena, struct verdict_phrases);
	*wide = (struct verdict_phrases){ .arena = arena,
		.languages = bits,
		.named = true,
		.widened = true,
		.extra_yes = p->extra_yes,
		.extra_no = p->extra_no };
	if (fill(wide, scratch, &e) == -1) { /* it was filled with the same before */
		finish(wide);
		verdict_close(&wide);
	} else {
		finish(wide);
	}
	arena_close(&scratch);
	return wide;
}

void
verdict_close(struct verdict_phrases **p)
{
	struct arena *a;

	if (*p == NULL)
		return;
	free((*p)->list);
	free((*p)->table);
	a = (*p)->arena;
	arena_close(&a);
	*p = NULL;
}

static uint32_t
kinds_of(const struct phrase *s)
{
	uint32_t kinds = 0;

	for (int k = 0; k < PHRASE_KINDS; k++)
		kinds |= s->in[k] ? (uint32_t)1 << k : 0;
	return kinds;
}

/* A single East Asian character stands inside too many other words to mean anything there. */
static bool
is_lone_character(const struct words *w, size_t i)
{
	return (unsigned char)w->text.p[w->tokens[i].start] >= 0xe0 && w->tokens[i].end - w->tokens[i].start <= 4;
}

bool
phrases_scan(const struct verdict_phrases *p, const struct words *w, size_t from, uint32_t kinds)
{
	const uint32_t verdicts = (uint32_t)1 << PHRASE_APPROVE | (uint32_t)1 << PHRASE_DENY;

	for (size_t i = from; i < w->n; i++)
		for (size_t j = i + 1; j <= w->n && j - i <= p->longest && w->tokens[j - 1].kind == TOKEN_WORD; j++) {
			const struct phrase *s = phrases_find(p, words_slice(w, i, j));
			uint32_t found = s ? kinds_of(s) & kinds : 0;

			if (found && j == i + 1 && is_lone_character(w, i))
				found &= ~verdicts;
			if (found)
				return true;
		}
	return false;
}

size_t
phrases_prefix(const struct verdict_phrases *p, const struct words *w, size_t from, enum phrase_kind kind)
{
	size_t longest = 0;

	for (size_t j = from + 1; j <= w->n && j - from <= p->longest && w->tokens[j - 1].kind == TOKEN_WORD; j++) {
		const struct phrase *s = phrases_find(p, words_slice(w, from, j));

		if (s && s->in[kind])
			longest = j - from;
	}
	return longest;
}
