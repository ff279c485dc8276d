/* SPDX-License-Identifier: ISC
 * test_store_plans.c: statements that are put together at run time: every list of cases and of messages that options
 * can ask for goes by an index. rig_close looks at the plan of each.
 */
#include "config.h"

#include "store_rig.h"

#include "store/store_stats.h"

#define CONDITIONS 12

/* The filter that has the conditions of these bits. */
static struct store_case_filter
case_filter(unsigned bits)
{
	return (struct store_case_filter){
		.mine = bits & 1,
		.contact = (bits >> 1) & 1,
		.owner = (bits >> 2) & 1,
		.deployment = (bits >> 3) & 1,
		.organisation = (bits >> 4) & 1,
		.product = bits & 32 ? STR("Cloud") : STR_NONE,
		.status = bits & 64 ? STR("OPEN") : STR_NONE,
		.type = bits & 128 ? STR("Support Case") : STR_NONE,
		.sub_type = bits & 256 ? STR("Problem") : STR_NONE,
		.open_only = bits & 512,
		.closed_only = bits & 1024,
		.words = bits & 2048 ? STR("fire") : STR_NONE,
	};
}

static void
cases_list(struct rig *r, struct store_case_filter f)
{
	struct case_view *v;
	size_t n;

	for (int sort = CASE_SORT_MODIFIED; sort <= CASE_SORT_PRIORITY; sort++) {
		for (int reverse = 0; reverse < 2; reverse++) {
			f.sort = (enum case_sort)sort;
			f.reverse = reverse;
			MUST(r, store_case_list(r->s, &f, r->a, &v, &n, &r->e));
		}
	}
}

/* All pairs of conditions: what leads, and what follows it. */
static void
test_cases(struct rig *r)
{
	for (unsigned i = 0; i < CONDITIONS; i++)
		for (unsigned k = i; k < CONDITIONS; k++)
			cases_list(r, case_filter(1u << i | 1u << k));
	cases_list(r, case_filter(0));
	cases_list(r, case_filter((1u << CONDITIONS) - 1));
}

static void
test_messages(struct rig *r)
{
	struct stats_messages *counts;
	struct stats_open *open;
	struct store_message *v;
	int64_t *waits;
	size_t n;

	for (unsigned bits = 0; bits < 64; bits++) {
		struct store_message_filter f = { .outcome = bits & 1 ? OUTCOME_HELD : OUTCOME_NONE,
			.case_id = (bits >> 1) & 1,
			.since = (bits >> 2) & 1,
			.before_id = (bits >> 3) & 1,
			.mailbox = bits & 16 ? STR("support") : STR_NONE,
			.from = bits & 32 ? STR("eva@acme.example") : STR_NONE };

		MUST(r, store_message_list(r->s, &f, r->a, &v, &n, &r->e));
	}
	MUST(r, store_message_after(r->s, 1, 10, r->a, &v, &n, &r->e));
	MUST(r, store_stats_messages(r->s, NOW, r->a, &counts, &n, &r->e));
	MUST(r, store_stats_open(r->s, NOW, r->a, &open, &n, &r->e));
	MUST(r, store_stats_answers(r->s, NOW, r->a, &waits, &n, &r->e));
}

int
main(void)
{
	struct rig r;

	rig_open(&r);
	test_cases(&r);
	OK(true, "lists of cases");
	test_messages(&r);
	OK(true, "lists of messages, and figures");
	rig_close(&r);
	return tap_done();
}
