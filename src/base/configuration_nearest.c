/* SPDX-License-Identifier: ISC
 * configuration_nearest.c: which key somebody meant who wrote one that does not exist.
 */
#include "config.h"

#include <string.h>

#include "base/configuration_schema.h"

/* Damerau's distance (a swap of neighbours counts one) of two names of at most NAME_MOST characters. */
#define NAME_MOST 32

static unsigned
name_distance(const char *a, const char *b)
{
	unsigned d[NAME_MOST + 1][NAME_MOST + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NAME_MOST || m > NAME_MOST)
		return NAME_MOST;
	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			unsigned best = (unsigned)(i + j);

			if (i > 0 && j > 0) {
				best = d[i - 1][j - 1] + (char_lower(a[i - 1]) != char_lower(b[j - 1]));
				best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
				best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
			}
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[n][m];
}

const char *
configuration_nearest(const char *name, const struct key *keys, size_t n)
{
	size_t length = strlen(name);
	unsigned best = length < 4 ? 2 : length < 8 ? 3 : 4;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned now = name_distance(name, keys[i].name);
		bool extends = length >= 4 && (strncmp(keys[i].name, name, length) == 0 ||
						  strncmp(keys[i].name, name, strlen(keys[i].name)) == 0);

		if (extends && now > 1)
			now = 1;
		if (now < best) {
			best = now;
			found = keys[i].name;
		}
	}
	return found;
}
