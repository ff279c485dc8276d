/* SPDX-License-Identifier: ISC
 * indent.c: quotes that carry no mark but stand further to the right: below the line that says who wrote them, a block
 * of lines that are all indented, then lines that are not. Only where nothing was written above: below a text, what
 * follows that line is the old mail to its end, however it is laid out.
 */
#include "config.h"

#include "reading/lines.h"

/* Columns of white space in front of a line; a tab goes to the next of eight. */
static size_t
indent_of(struct str raw)
{
	size_t columns = 0;

	for (size_t i = 0; i < raw.n && (raw.p[i] == ' ' || raw.p[i] == '\t'); i++)
		columns += raw.p[i] == '\t' ? 8 - columns % 8 : 1;
	return columns;
}

/* The first line from i on that is not blank and stands left of least columns. */
static size_t
block_end(const struct lines *ls, size_t i, size_t least)
{
	while (i < ls->n && (line_is_blank(&ls->list[i]) || indent_of(ls->list[i].raw) >= least))
		i++;
	return i;
}

static void
mark(struct lines *ls, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		if (ls->list[i].part == PART_NEW && !line_is_blank(&ls->list[i]))
			ls->list[i].part = PART_QUOTE;
}

bool
indent_quotes(struct lines *ls, size_t attribution, size_t first)
{
	size_t least = first < ls->n ? indent_of(ls->list[first].raw) : 0, end;

	if (least < 2 || indent_of(ls->list[attribution].raw) > 0)
		return false;
	/* the block's first paragraph may begin further to the right than the rest of it */
	for (size_t i = first; i < ls->n && i < first + LINES_NEAR && !line_is_blank(&ls->list[i]); i++) {
		size_t columns = indent_of(ls->list[i].raw);

		if (columns < 2)
			return false;
		least = columns < least ? columns : least;
	}
	end = block_end(ls, first, least);
	if (end == ls->n || !line_is_blank(&ls->list[end - 1]))
		return false;
	mark(ls, first, end);
	/* an answer below each piece: the pieces stand where the first one stood */
	for (size_t i = end; i < ls->n; i++)
		if (line_is_blank(&ls->list[i - 1]) && indent_of(ls->list[i].raw) == least) {
			size_t next = block_end(ls, i, least);

			if (next == ls->n || line_is_blank(&ls->list[next - 1]))
				mark(ls, i, next);
			i = next;
		}
	return true;
}
