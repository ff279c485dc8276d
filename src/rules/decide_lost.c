/* SPDX-License-Identifier: ISC
 * decide_lost.c: what of a message could not be read or kept.
 *
 * It is said in brackets below the update, so that both sides see it, and to the sender, who could else believe that it
 * arrived: by one automatic answer a case and day, under the rules that keep every such answer from looping. What is
 * lost never changes what becomes of the message.
 */
#include "config.h"

#include "rules/decision.h"

#include "rules/notice.h"

#define NOTES_MOST 50
#define NAME_MOST 200
#define WORDS_MOST 300
#define REASON "incomplete" /* of the answer: what the once-a-day rule counts */

/* A note of the reading is one of these words, or begins with one that ends in a blank: then a file's name and size
 * follow. */
static const struct loss {
	struct str code;
	const char *value; /* of the notice: a flag, or the names of files, one a line */
	const char *words;
} losses[] = {
	{ { "text-encrypted", 14 }, "text_encrypted", "the mail is encrypted and could not be read" },
	{ { "text-damaged", 12 }, "text_damaged", "some of the text could not be decoded" },
	{ { "text-cut", 8 }, "text_cut", "the text is too long, its end was left out" },
	{ { "parts-dropped", 13 }, "parts_dropped", "the mail has too many parts, some were left out" },
	{ { "attachment-dropped ", 19 }, "files_too_big", "a file was left out, by its size or number" },
	{ { "attachment-refused ", 19 }, "files_refused", "a file was left out, files of its type are not taken" },
};
#define LOSSES (sizeof(losses) / sizeof(*losses))

static bool
is_of_file(const struct loss *l)
{
	return str_ends(l->code, STR(" "));
}

/* The loss that a note tells of, or NULL; of a file also its name and size, as text. */
static const struct loss *
loss_of(struct str note, struct str *name, struct str *size)
{
	for (size_t i = 0; i < LOSSES; i++) {
		ptrdiff_t blank = str_rfind_char(note, ' ');

		if (!is_of_file(&losses[i])) {
			if (str_equal(note, losses[i].code))
				return &losses[i];
			continue;
		}
		if (!str_starts(note, losses[i].code) || (size_t)blank < losses[i].code.n)
			continue;
		*name = plan_shorten(str_skip(str_head(note, (size_t)blank), losses[i].code.n), NAME_MOST);
		*size = str_skip(note, (size_t)blank + 1);
		return &losses[i];
	}
	return NULL;
}

static struct str
note_words(struct str note, struct arena *a)
{
	struct str name, size;
	const struct loss *l = loss_of(note, &name, &size);

	if (l == NULL)
		return note;
	if (!is_of_file(l))
		return str_of(l->words);
	return arena_format(a, "%s: %.*s, %.*s bytes", l->words, STR_ARGS(name), STR_ARGS(size));
}

struct str
decision_with_losses(const struct decision *d, struct str text)
{
	const struct reading *r = d->r;

	for (size_t i = 0; i < r->n_notes && i < NOTES_MOST; i++)
		text = arena_format(d->a, "%.*s%s[%.*s]", STR_ARGS(text), text.n ? (i ? "\n" : "\n\n") : "",
		    STR_ARGS(plan_shorten(note_words(r->notes[i], d->a), WORDS_MOST)));
	return text;
}

/* "yes", or the names of the files that were lost that way; empty where nothing was. */
static struct str
loss_value(const struct decision *d, const struct loss *l)
{
	struct str text = STR_NONE, name, size;

	for (size_t i = 0; i < d->r->n_notes && i < NOTES_MOST; i++) {
		if (loss_of(d->r->notes[i], &name, &size) != l)
			continue;
		if (!is_of_file(l))
			return STR("yes");
		text = arena_format(d->a, "%.*s%s%.*s", STR_ARGS(text), text.n ? "\n" : "", STR_ARGS(name));
	}
	return text;
}

void
decision_tell_losses(struct decision *d)
{
	int64_t case_id = d->subject->view.id;
	struct notice *n;

	/* An operator who has the message decided anew has seen it: the sender is not told after days. */
	if (d->r->n_notes == 0 || d->arrival->message || !decision_may_answer(d, case_id, REASON))
		return;
	n = decision_answer(d, NOTICE_REPLY_INCOMPLETE, case_id, REASON);
	n->token = TOKEN_OF_CASE;
	for (size_t i = 0; i < LOSSES; i++)
		notice_value(d->p, n, losses[i].value, loss_value(d, &losses[i]));
}
