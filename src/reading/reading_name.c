/* SPDX-License-Identifier: ISC
 * reading_name.c: what enums of a reading are called in JSON, logs and the ledger. The names never change.
 */
#include "config.h"

#include "reading/reading.h"

const char *
reading_kind_name(enum reading_kind k)
{
	static const char *const names[KIND_COUNT] = {
		[KIND_PERSON] = "person",
		[KIND_AUTO_REPLY] = "auto-reply",
		[KIND_BOUNCE] = "bounce",
		[KIND_DELAY] = "delay",
		[KIND_REPORT] = "report",
		[KIND_COMPLAINT] = "complaint",
		[KIND_CALENDAR] = "calendar",
		[KIND_REACTION] = "reaction",
		[KIND_OWN] = "own",
	};

	return names[k];
}

const char *
reading_place_name(enum reading_place p)
{
	static const char *const names[PLACE_COUNT] = {
		[PLACE_RECIPIENT] = "recipient",
		[PLACE_IN_REPLY_TO] = "in-reply-to",
		[PLACE_SUBJECT] = "subject",
		[PLACE_TEXT] = "text",
		[PLACE_QUOTED] = "quoted",
	};

	return names[p];
}

const char *
results_standing_name(enum results_standing s)
{
	static const char *const names[RESULTS_STANDINGS] = {
		[RESULTS_USED] = "used",
		[RESULTS_FOREIGN] = "other-id",
		[RESULTS_BELOW] = "below-border",
		[RESULTS_MALFORMED] = "malformed",
	};

	return names[s];
}
