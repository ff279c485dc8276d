/* SPDX-License-Identifier: ISC
 * decide_text.c: what of a message becomes the text of an update.
 *
 * New text without words of command and without a tail that we wrote ourselves. What was cut stays with the update. The
 * mark of an internal note is looked for generously: a note shown to nobody can be mended, one shown to the customer
 * cannot.
 */
#include "config.h"

#include "rules/decision.h"

#include <string.h>

#include "base/visible.h"
#include "reading/words.h"

#define WORD_INTERNAL STR("#internal")
#define LINE_MOST 200            /* bytes of a line that may be a word of command */
#define COMMANDS_MOST 50         /* a text with more lines that begin like one is no letter with a command */
#define FULLWIDTH "\xef\xbc\x83" /* # as East Asian keyboards write it */

bool
decision_by_contact(const struct decision *d)
{
	const struct person *p = &d->s->sender;

	return p->id && p->active && p->is_contact && d->subject != NULL && d->subject->level == ACCESS_READ_WRITE;
}

static bool
begins_like_command(struct str line)
{
	return line.n <= LINE_MOST && (str_starts(line, STR("#")) || str_starts(line, STR(FULLWIDTH)));
}

/* Whether line is one of the words of the configuration, in whatever letters: *closes or *reopens is set. */
static bool
is_command(const struct decision *d, struct str line, bool *closes, bool *reopens)
{
	const struct workflow *w = d->policy->workflow;
	struct words said, known;

	if (str_find_char(line, ' ') >= 0)
		return false;
	words_read(line, d->a, &said);
	for (size_t i = 0; i < 2 * w->n_words && !said.invalid && !said.controls; i++) {
		words_read(i % 2 ? w->words[i / 2].reopen : w->words[i / 2].close, d->a, &known);
		if (!str_equal(said.text, known.text))
			continue;
		*(i % 2 ? reopens : closes) = true;
		return true;
	}
	return false;
}

/* text without a contact's words of command, each alone on its line. */
static struct str
without_commands(const struct decision *d, struct str text, bool *closes, bool *reopens)
{
	char *out = arena_alloc(d->a, text.n + 1);
	struct str line, rest = text;
	size_t n = 0, candidates = 0;

	while (str_next_line(&rest, &line))
		candidates += begins_like_command(str_trim(line));
	if (candidates == 0 || candidates > COMMANDS_MOST)
		return text;
	while (str_next_line(&text, &line)) {
		if (begins_like_command(str_trim(line)) && is_command(d, str_trim(line), closes, reopens))
			continue;
		memcpy(out + n, line.p, line.n);
		n += line.n;
		if (text.n)
			out[n++] = '\n';
	}
	return (struct str){ out, n };
}

/* text without the lines that are just word; *found: whether there was one. */
static struct str
without_word(struct str text, struct str word, struct arena *a, bool *found)
{
	char *out = arena_alloc(a, text.n + 1);
	struct str line;
	size_t n = 0;

	*found = false;
	while (str_next_line(&text, &line)) {
		if (str_equal_nocase(str_trim(line), word)) {
			*found = true;
			continue;
		}
		memcpy(out + n, line.p, line.n);
		n += line.n;
		if (text.n)
			out[n++] = '\n';
	}
	return (struct str){ out, n };
}

/* Whether text begins with word, whatever stands behind it: "#internal: ..." */
static bool
is_marked(struct str text, struct str word)
{
	char next = text.n > word.n ? text.p[word.n] : ' ';

	return str_starts_nocase(text, word) && !char_is_alpha(next) && !char_is_digit(next);
}

/* text without a tail that we wrote ourselves: the quote of a program that marks none. */
static struct str
without_own_tail(const struct decision *d, struct str text)
{
	bool mixed;
	struct str own, rest = text, line, kept = STR_NONE;

	if (d->token == NULL || d->token->sent_text.n == 0 || text.n > ANSWER_TEXT_MAX)
		return text;
	own = answer_own_lines(text, d->token->sent_text, d->a, &mixed);
	if (mixed)
		return text; /* something of the sender's stands behind it */
	while (str_next_line(&own, &line))
		if (str_trim(line).n)
			kept = line;
	if (kept.n == 0)
		return STR_NONE;
	/* The last line that is kept stands in text too; what follows it there is ours. */
	for (ptrdiff_t at; (at = str_find(rest, kept)) >= 0; rest = str_skip(rest, (size_t)at + kept.n))
		text.n = (size_t)(rest.p - text.p) + (size_t)at + kept.n;
	return text;
}

/* kept, the beginning of text, and the words of command that follow at once: a notice that names such a word makes it
 * look like a line of ours. */
static struct str
with_commands_behind(const struct decision *d, struct str kept, struct str text)
{
	struct str rest, line;
	bool closes, reopens;

	if (kept.n == 0)
		kept = str_head(text, 0);
	rest = str_skip(text, kept.n);
	for (int i = 0; i < COMMANDS_MOST && str_next_line(&rest, &line); i++) {
		if (str_trim(line).n == 0)
			continue;
		if (!begins_like_command(str_trim(line)) || !is_command(d, str_trim(line), &closes, &reopens))
			break;
		kept = str_head(text, (size_t)(line.p - text.p) + line.n);
	}
	return kept;
}

void
decision_read_text(struct decision *d, struct decision_text *out)
{
	struct str text = without_own_tail(d, d->r->new_text);
	bool staff = !decision_by_contact(d);

	*out = (struct decision_text){ .text = text };
	if (staff) {
		out->text = without_word(out->text, WORD_INTERNAL, d->a, &out->internal);
		out->text = str_trim(out->text);
		if (is_marked(out->text, WORD_INTERNAL)) {
			out->internal = true;
			out->text = str_skip(out->text, WORD_INTERNAL.n);
		}
	} else {
		out->text = with_commands_behind(d, out->text, d->r->new_text);
		out->text = without_commands(d, out->text, &out->closes, &out->reopens);
		/* A forwarded mail is what the contact wants us to read; a representative's could show internals. */
		if (d->r->is_forward && d->r->quoted.n)
			out->text = arena_format(d->a, "%.*s%s[forwarded mail]\n%.*s", STR_ARGS(str_trim(out->text)),
			    str_trim(out->text).n ? "\n\n" : "", STR_ARGS(d->r->quoted));
	}
	out->text = str_trim(out->text);
}

struct effect *
decision_update(struct decision *d, const struct decision_text *m, enum visibility v)
{
	struct effect *f =
	    plan_update(d->p, d->subject->view.id, &d->s->sender, WAY_MAIL, v, decision_with_losses(d, m->text));

	f->cut = visible_text(d->r->quoted, d->a);
	f->with_attachments = true;
	return f;
}

struct str
decision_files(const struct decision *d)
{
	struct str text = STR_NONE;

	for (size_t i = 0; i < d->r->n_attachments && i < 100; i++)
		text = arena_format(d->a, "%.*s%s%.*s", STR_ARGS(text), text.n ? "\n" : "",
		    STR_ARGS(plan_shorten(d->r->attachments[i].name, 200)));
	return text;
}
