/* SPDX-License-Identifier: ISC
 * addresses.c: the further addresses of a person: which there are, and which of them were shown to be the person's.
 *
 * What is not verified gives nobody any right: the look-ups of people.c pass over it.
 */
#include "config.h"

#include "store/internal.h"
#include "store/store_people.h"

#define ADDRESS "x.address, x.verified_at, x.person, lower(p.address) = x.address"

static void
address_row(struct query *q, struct arena *a, struct address_record *out)
{
	*out = (struct address_record){ .address = column_text(q, 0, a),
		.verified_at = column_number(q, 1),
		.person = column_number(q, 2),
		.is_registered = column_number(q, 3) };
}

int
store_address_list(
    struct store *s, int64_t person, struct arena *a, struct address_record **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct query q;
	int rc;

	QUERY(&q, s,
	    "SELECT " ADDRESS " FROM person_address x JOIN person p ON p.id = x.person WHERE x.person = ?"
	    " ORDER BY 4 DESC, x.address",
	    NUMBER(person));
	while ((rc = query_step(&q, e)) == 1)
		address_row(&q, a, list_add(&l, a, sizeof(**out)));
	query_close(&q);
	*out = l.items;
	*n = l.n;
	return rc;
}

int
store_address_find(struct store *s, struct str address, struct arena *a, struct address_record *out, struct err *e)
{
	struct query q;
	int rc;

	QUERY(&q, s, "SELECT " ADDRESS " FROM person_address x JOIN person p ON p.id = x.person WHERE x.address = ?",
	    TEXT(address_key(a, address)));
	rc = query_step(&q, e);
	if (rc == 1)
		address_row(&q, a, out);
	query_close(&q);
	if (rc == 0)
		return err_set(e, ERR_REJECT, "nobody has the address \"%.*s\"", STR_ARGS(address));
	return rc == 1 ? 0 : -1;
}

int
store_address_verify(struct store *s, int64_t person, struct str address, int64_t now, struct err *e)
{
	int64_t changes;

	if (RUN(s, &changes, e,
		"UPDATE person_address SET verified_at = ? WHERE address = lower(?) AND person = ? AND verified_at IS "
		"NULL",
		NUMBER(now), TEXT(address), NUMBER(person)))
		return -1;
	return changes == 1 ? 0 : err_set(e, ERR_REJECT, "\"%.*s\" waits for no verification", STR_ARGS(address));
}

int
store_address_remove(struct store *s, struct str address, int64_t now, struct err *e)
{
	int64_t changes;

	if (RUN(s, NULL, e,
		"UPDATE token SET state = 'void', changed_at = ?1 WHERE kind = 'address' AND state = 'valid' AND "
		"person ="
		" (SELECT x.person FROM person_address x WHERE x.address = lower(?2))"
		" AND letter IN (SELECT o.id FROM outbox o WHERE o.person ="
		" (SELECT x.person FROM person_address x WHERE x.address = lower(?2)) AND lower(o.to_address) = "
		"lower(?2))",
		NUMBER(now), TEXT(address)) ||
	    RUN(s, &changes, e,
		"DELETE FROM person_address WHERE address = lower(?1) AND NOT EXISTS"
		" (SELECT 1 FROM person p WHERE p.id = person_address.person AND lower(p.address) = lower(?1))",
		TEXT(address)))
		return -1;
	return changes == 1 ? 0
			    : err_set(e, ERR_REJECT, "\"%.*s\" is no further address of anybody", STR_ARGS(address));
}
