/* SPDX-License-Identifier: ISC
 * wire.c: a byte-driven automaton, one state per place in a response. Constant memory, one pass.
 *
 * A literal can only follow in a data response ("* 3 FETCH ..."), never in a line of human text
 * ("* OK ...", "+ ...", tagged lines): what looks like one there is text, for us and for the
 * parser behind us. A "{n}" anywhere else in a data response is refused, because that parser
 * would take it for a literal.
 */
#include "config.h"

#include "mailbox/wire.h"

#include <string.h>

enum {
	WIRE_START,   /* of a line */
	WIRE_STAR,    /* behind "*" */
	WIRE_WORD,    /* in the first word behind "* " */
	WIRE_DATA,    /* in a response whose structure a parser follows */
	WIRE_QUOTED,  /* in "..." */
	WIRE_ESCAPED, /* behind \ in "..." */
	WIRE_NUMBER,  /* behind { */
	WIRE_CLOSED,  /* behind {n} */
	WIRE_CR,      /* behind {n} CR */
	WIRE_LITERAL,
	WIRE_LINE /* in human text */
};

void
wire_init(struct wire *w, size_t line_max, size_t literal_max)
{
	*w = (struct wire){ .line_max = line_max, .literal_max = literal_max };
}

const char *
wire_refused(const struct wire *w)
{
	return w->refused;
}

static bool
refuse(struct wire *w, const char *why)
{
	w->refused = why;
	return false;
}

/* At a line end: the next byte starts a response. */
static bool
finish(struct wire *w)
{
	if (w->is_bye)
		return refuse(w, "the server closed the session");
	w->state = WIRE_START;
	w->line_n = w->literal_n = w->word_n = 0;
	w->depth = 0;
	return true;
}

static bool
step_start(struct wire *w, char c)
{
	if (c == '*')
		w->state = WIRE_STAR;
	else if (c == '+' || char_is_digit(c) || char_is_alpha(c))
		w->state = WIRE_LINE;
	else
		return refuse(w, "a line that is no response");
	return true;
}

static bool
step_data(struct wire *w, char c)
{
	switch (c) {
	case '"':
		w->state = WIRE_QUOTED;
		break;
	case '{':
		w->state = WIRE_NUMBER;
		w->number = 0;
		w->has_number = false;
		break;
	case '(':
		if (++w->depth > WIRE_DEPTH)
			return refuse(w, "parentheses too deep");
		break;
	case ')':
		if (w->depth > 0)
			w->depth--;
		break;
	case '\n':
		return finish(w);
	default:
		break;
	}
	return true;
}

static bool
step_word(struct wire *w, char c)
{
	struct str word = { w->word, w->word_n };

	if (char_is_alpha(c) && w->word_n < sizeof(w->word)) {
		w->word[w->word_n++] = c;
		return true;
	}
	w->is_bye = str_equal_nocase(word, STR("BYE"));
	if (w->is_bye || str_equal_nocase(word, STR("OK")) || str_equal_nocase(word, STR("NO")) ||
	    str_equal_nocase(word, STR("BAD")) || str_equal_nocase(word, STR("PREAUTH"))) {
		w->state = WIRE_LINE;
		w->word_n = 0;
		return c == '\n' ? finish(w) : true;
	}
	w->state = WIRE_DATA;
	return step_data(w, c);
}

/* Human text runs to the line end; a farewell is kept. */
static bool
step_line(struct wire *w, char c)
{
	if (c == '\n')
		return finish(w);
	if (w->is_bye && c != '\r' && w->word_n + 1 < sizeof(w->text)) {
		w->text[w->word_n++] = c;
		w->text[w->word_n] = '\0';
	}
	return true;
}

static bool
step_number(struct wire *w, char c)
{
	if (char_is_digit(c) && w->number <= UINT32_MAX) {
		w->number = w->number * 10 + (uint64_t)(c - '0');
		w->has_number = true;
		return true;
	}
	if (c != '}' || !w->has_number)
		return refuse(w, "a malformed literal");
	if (w->number > w->literal_max - w->literal_n)
		return refuse(w, "a literal larger than agreed");
	w->state = WIRE_CLOSED;
	return true;
}

static bool
step_quoted(struct wire *w, char c)
{
	if (c == '\n' || c == '\r')
		return refuse(w, "a line end in a quoted string");
	if (w->state == WIRE_ESCAPED || c == '"')
		w->state = w->state == WIRE_ESCAPED ? WIRE_QUOTED : WIRE_DATA;
	else if (c == '\\')
		w->state = WIRE_ESCAPED;
	return true;
}

static bool
step(struct wire *w, char c)
{
	if (++w->line_n > w->line_max)
		return refuse(w, "a line longer than agreed");
	switch (w->state) {
	case WIRE_START:
		return step_start(w, c);
	case WIRE_STAR:
		w->state = WIRE_WORD;
		return c == ' ' ? true : refuse(w, "a line that is no response");
	case WIRE_WORD:
		return step_word(w, c);
	case WIRE_DATA:
		return step_data(w, c);
	case WIRE_QUOTED:
	case WIRE_ESCAPED:
		return step_quoted(w, c);
	case WIRE_NUMBER:
		return step_number(w, c);
	case WIRE_CLOSED:
		w->state = WIRE_CR;
		return c == '\r' ? true : refuse(w, "a malformed literal");
	case WIRE_CR:
		if (c != '\n')
			return refuse(w, "a malformed literal");
		w->literal_n += (size_t)w->number;
		w->state = w->number > 0 ? WIRE_LITERAL : WIRE_DATA;
		return true;
	default:
		return step_line(w, c);
	}
}

size_t
wire_feed(struct wire *w, const char *p, size_t n)
{
	size_t start = 0, i = 0;

	if (w->refused != NULL)
		return 0;
	while (i < n) {
		if (w->state == WIRE_LITERAL) {
			size_t take = w->number < n - i ? (size_t)w->number : n - i;

			w->number -= take;
			i += take;
			if (w->number == 0)
				w->state = WIRE_DATA;
			continue;
		}
		if (w->state == WIRE_START)
			start = i;
		if (!step(w, p[i]))
			return start;
		i++;
	}
	return n;
}
