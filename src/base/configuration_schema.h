/* SPDX-License-Identifier: ISC
 * configuration_schema.h: what may stand in the file, as tables. Internal to configuration*.c.
 */
#ifndef CASEMAIL_BASE_CONFIGURATION_SCHEMA_H
#define CASEMAIL_BASE_CONFIGURATION_SCHEMA_H

#include "base/arena.h"
#include "base/configuration.h"

enum key_type {
	KEY_TEXT,     /* struct str; low and high are its bytes */
	KEY_NUMBER,   /* a signed or unsigned integer of `size` bytes */
	KEY_SIZE,     /* bytes, written as a number or as "30 MB"; an integer of `size` bytes */
	KEY_BOOL,     /* bool */
	KEY_CHOICE,   /* one of choices, stored in `size` bytes */
	KEY_TEXTS,    /* struct strings; high is the most elements */
	KEY_PATTERNS, /* struct reference_pattern *, their number at `count` */
	KEY_GROUP,    /* keys in { }, which fill the same struct */
	KEY_LIST      /* ( { }, { } ): pointer to structs of `size` bytes, their number at `count` */
};

struct key_choice {
	const char *name;
	int value;
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset, size, count; /* in the struct that the table fills */
	bool required;
	long long low, high;
	const char *fallback;             /* as in the file, KEY_TEXTS separated by commas; NULL: zero or empty */
	const struct key_choice *choices; /* ends with a NULL name */
	const char *(*check)(struct str); /* NULL where the text may stand, or what is allowed */
	const char *hint;                 /* what to write when a required key is missing; may be NULL */
	const struct key *keys;
	size_t n_keys;
};

/* The top level; its groups and lists hang below it, at most two levels deep. */
extern const struct key configuration_keys[];
extern const size_t configuration_n_keys;

/* Where a value stands in the file. */
struct configuration_place {
	const void *value;
	struct str file;
	int line;
};

struct configuration_places {
	struct configuration_place *list;
	size_t n, cap;
};

/* One error and where it stands. Sorted by place before they are shown. */
struct problem {
	struct str file, text;
	int line; /* 0: none */
	size_t order;
};

struct problems {
	struct arena *memory;
	const struct configuration_places *places;
	struct str path; /* where no place is known */
	struct problem *list;
	size_t n, cap;
};

void problem_add(struct problems *p, struct str file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* At the place of the value; where it was not written, at that of the struct it belongs to, or without a line. */
void problem_at(struct problems *p, const void *value, const void *owner, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
const struct configuration_place *place_find(const struct configuration_places *places, const void *value);
void problems_open(struct problems *p, struct str path, const struct configuration_places *places);
void problems_show(struct problems *p, struct buf *out); /* in the order of the file, one a line */
void problems_close(struct problems *p);

/* What no single key can tell: which values fit together. Fills in ports that were not written. */
void configuration_check(struct configuration *c, struct problems *p);

/* Likewise of cases: each status can be reached and left, and no mail does what only a person may. */
void workflow_check(const struct workflow *w, struct problems *p);

/* Of one row: sets the default in the struct at target; stores a number in k->size bytes; adds what may be
 * written ("a whole number", or the choices). */
void key_default(const struct key *k, char *target, struct arena *a);
void key_number_store(const struct key *k, void *at, long long v);
void key_allowed(const struct key *k, struct buf *out);
/* "30 MB", "256 KB", "1 GB", "512 B" or "512"; the unit counts by 1024. */
bool key_size_parse(struct str s, long long *out);

/* Finds what libconfig would not survive or not report: false and a problem for each. */
bool configuration_scan(struct str path, struct problems *p);

/* The known name nearest to a misspelt one, or NULL where none is near. */
const char *configuration_nearest(const char *name, const struct key *keys, size_t n);

#endif
