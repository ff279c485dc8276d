/* SPDX-License-Identifier: ISC
 * setup.h: the reader's setup that tests use, with limits as shipped.
 */
#ifndef CASEMAIL_TESTS_SETUP_H
#define CASEMAIL_TESTS_SETUP_H

#include "reading/reading.h"

static inline void
setup_for_tests(struct reading_setup *s)
{
	static struct str addresses[] = { { "support@cases.example", 21 } };
	static struct str ids[] = { { "mx.cases.example", 16 } };
	static struct str patterns[] = { { "\\[ref:(?<number>[0-9]{1,12})-(?<token>[0-9a-z]{13})\\]", 52 } };

	*s = (struct reading_setup){
		.limits = { .message_bytes = 30u << 20,
		    .header_bytes = 256u << 10,
		    .field_bytes = 32u << 10,
		    .text_bytes = 1u << 20,
		    .attachment_bytes = 25u << 20,
		    .attachments_bytes = 50u << 20,
		    .parts = 200,
		    .depth = 40,
		    .attachments = 100,
		    .received = 25,
		    .reader_cpu_seconds = 5,
		    .reader_wall_seconds = 20,
		    .reader_memory_bytes = 512u << 20 },
		.patterns = { patterns, 1 },
		.addresses = { addresses, 1 },
		.subaddress_delimiter = '+',
		.authserv_ids = { ids, 1 },
		.border_hosts = { ids, 1 },
		.instance = STR("test"),
		.loop_key = STR("0"),
		.message_id_domain = STR("cases.example"),
	};
	for (size_t i = 0; i < s->patterns.n; i++)
		s->patterns.list[i] = str_of(s->patterns.list[i].p);
}

#endif
