/* SPDX-License-Identifier: ISC
 * machine.c: stand-in until the whole is merged.
 */
#include "config.h"

#include "reading/machine.h"

void
machine_classify(const struct mime_message *m, const struct reading_setup *setup, struct arena *a, struct reading *out)
{
	const struct mime_field *f = mime_field(m, "Auto-Submitted");

	(void)setup;
	(void)a;
	if (f && !str_equal_nocase(str_trim(f->value), STR("no"))) {
		out->kind = KIND_AUTO_REPLY;
		out->no_answer = true;
		out->kind_reason = f->value;
	}
}
