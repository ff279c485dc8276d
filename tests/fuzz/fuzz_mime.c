/* SPDX-License-Identifier: ISC
 * fuzz_mime.c: any bytes that the guard lets pass give parts within limits, text in UTF-8, and a record that is read
 * back.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "reading/attachment.h"
#include "reading/body.h"
#include "reading/charset.h"
#include "reading/guard.h"
#include "reading/record.h"
#include "reading/sender.h"
#include "setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena *a;
	struct reading_setup setup;
	struct reading r = { 0 }, back;
	struct mime_message m;
	struct str raw = { (const char *)data, n };
	struct err e;
	struct buf b;

	if (a == NULL)
		a = arena_open(512u << 20);
	arena_reset(a);
	setup_for_tests(&setup);
	if (!guard_check(raw, &setup.limits, a, &r))
		return 0;
	mime_read(raw, &setup.limits, a, &m);
	if (m.n_parts > setup.limits.parts)
		abort();
	for (size_t i = 0; i < m.n_parts; i++)
		if (m.parts[i].parent >= (int)i || !charset_is_utf8(m.parts[i].text))
			abort();
	sender_read(&m, &setup, a, &r);
	attachment_read(&m, body_choose(&m, a), &setup.limits, a, &r);
	record_clean(&r, a);
	buf_init(&b, 64u << 20);
	record_from_reading(&r, &b);
	if (record_to_reading(buf_str(&b), a, &back, &e) < 0)
		abort();
	buf_free(&b);
	return 0;
}
