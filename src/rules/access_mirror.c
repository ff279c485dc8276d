/* SPDX-License-Identifier: ISC
 * access_mirror.c: the difference between two deployments, as lines of a copy (A1).
 *
 * A copy sets what the source has: it adds and changes. Who is on the target alone keeps the level there, unless the
 * copy is to be exact.
 */
#include "config.h"

#include "rules/access.h"

static void
add_line(struct request_line *l, const struct person *p, const struct deployment *d, enum access_level before,
    enum access_level after)
{
	*l = (struct request_line){
		.deployment = *d, .person = *p, .before = before, .level = after, .removal = after == ACCESS_NONE
	};
}

size_t
access_mirror(const struct access_assignment *from, size_t n_from, const struct access_assignment *to, size_t n_to,
    const struct deployment *target, bool exact, struct request_line *out)
{
	size_t n = 0, i = 0, k = 0;

	while (i < n_from || k < n_to) {
		bool has_from = i < n_from && (k == n_to || from[i].person.id <= to[k].person.id);
		bool has_to = k < n_to && (i == n_from || to[k].person.id <= from[i].person.id);
		enum access_level before = has_to ? to[k].level : ACCESS_NONE;

		if (has_from && from[i].level != before)
			add_line(&out[n++], &from[i].person, target, before, from[i].level);
		else if (!has_from && exact)
			add_line(&out[n++], &to[k].person, target, before, ACCESS_NONE);
		i += has_from;
		k += has_to;
	}
	return n;
}
