/* SPDX-License-Identifier: ISC
 * template_answer.c: the lines of a template that become buttons, each of which opens a mail with an answer in it.
 *
 * A button is a mailto: link (RFC 6068), never one that something is done by when it is fetched: filters and previews
 * fetch links. The text of a mail shows no buttons: there one just answers. Whether the word is an answer is for the
 * caller to check, who knows the languages.
 */
#include "config.h"

#include "outbox/template_part.h"

#include <string.h>

#define MARK STR("%%answer ")

bool
template_line_answers(struct str line, struct template_answer *out)
{
	ptrdiff_t colon;

	if (!str_starts(line, MARK))
		return false;
	line = str_skip(line, MARK.n);
	colon = str_find(line, STR(": "));
	*out = (struct template_answer){ STR_NONE, STR_NONE };
	if (colon > 0)
		*out = (struct template_answer){ str_trim(str_head(line, (size_t)colon)),
			str_trim(str_skip(line, (size_t)colon + 2)) };
	if (out->word.n == 0 || out->label.n == 0)
		*out = (struct template_answer){ STR_NONE, STR_NONE };
	return true;
}

static void
answer_check(struct template_source *s, int line, const struct template_answer *found, struct arena *a)
{
	enum template_place place = s->place;
	struct template_part unused;

	if (found->word.n == 0)
		template_error(s, line, "a button is written \"%%%%answer WORD: LABEL\"");
	else if (str_find(found->word, STR("{{")) >= 0 || str_find(found->label, STR("{{")) >= 0)
		template_error(s, line, "word and label of \"%%%%answer\" are plain text, without values");
	s->place = TEMPLATE_HTML;
	template_parse(s, STR("{{reply_to|url}}"), line, a, &unused);
	s->place = place;
}

struct str
template_answers_take(struct template_source *s, struct str text, int line, struct arena *a, struct template *out)
{
	struct str rest = text, one;
	char *left = arena_alloc(a, text.n + 1);
	size_t n = 0, count = 0;

	while (str_next_line(&rest, &one))
		count += str_starts(one, MARK);
	out->answers = arena_array(a, count, sizeof *out->answers);
	out->n_answers = 0;
	for (; str_next_line(&text, &one); line++) {
		struct template_answer *found = &out->answers[out->n_answers];

		if (count > out->n_answers && template_line_answers(one, found)) {
			answer_check(s, line, found, a);
			out->n_answers++;
		} else {
			memcpy(left + n, one.p, one.n);
			n += one.n;
		}
		left[n++] = '\n';
	}
	return (struct str){ left, n };
}

/* A program that turns HTML into text may put buttons that stand side by side into one line. */
struct str
template_labels(const struct template *t, struct arena *a)
{
	struct str lines = STR_NONE, row = STR_NONE;

	for (size_t i = 0; i < t->n_answers; i++) {
		lines = arena_format(a, "%.*s%.*s\n", STR_ARGS(lines), STR_ARGS(t->answers[i].label));
		row = arena_format(a, "%.*s%.*s ", STR_ARGS(row), STR_ARGS(t->answers[i].label));
	}
	return arena_format(a, "%.*s%.*s", STR_ARGS(lines), STR_ARGS(row));
}

void
templates_answers(const struct templates *t,
    void (*each)(void *ctx, const char *kind, struct str language, struct str word, struct str label), void *ctx)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct template *one = &t->list[i];

		for (size_t k = 0; k < one->n_answers; k++)
			each(ctx, one->kind->name, one->language, one->answers[k].word, one->answers[k].label);
	}
}
