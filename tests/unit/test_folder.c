/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mailbox/folder.h"
#include "tap.h"

static const struct {
	const char *name, *prefix;
	char delimiter;
	const char *wire; /* NULL: refused */
} rows[] = {
	{ "Processed", "", '/', "Processed" },
	{ "INBOX", "INBOX.", '.', "INBOX" },
	{ "inbox", "INBOX.", '.', "inbox" },
	{ "Processed", "INBOX.", '.', "INBOX.Processed" },
	{ "INBOX.Processed", "INBOX.", '.', "INBOX.Processed" },
	{ "Cases/Done", "INBOX.", '.', "INBOX.Cases.Done" },
	{ "Cases/Done", "", '/', "Cases/Done" },
	{ "Cases/Done", "", '\0', NULL },
	{ "a&b", "", '/', "a&-b" },
	{ "Entwürfe", "", '/', "Entw&APw-rfe" },
	{ "Отправленные", "", '/', "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" },
	{ "台北", "", '/', "&U,BTFw-" },
	{ "ü/ü", "", '.', "&APw-.&APw-" },
	{ "😀", "", '/', "&2D3eAA-" },
	{ "~peter/mail/台北/日本語", "", '/', "~peter/mail/&U,BTFw-/&ZeVnLIqe-" },
	{ "", "", '/', NULL },
	{ "a*", "", '/', NULL },
	{ "a%", "", '/', NULL },
	{ "a\r\nb", "", '/', NULL },
	{ "a\x7f", "", '/', NULL },
	{ "\xc2\x85", "", '/', NULL },
	{ "\xff", "", '/', NULL },
	{ "\xc0\xaf", "", '/', NULL },
	{ "\xe0\x80\xaf", "", '/', NULL },
	{ "\xed\xa0\x80", "", '/', NULL },
	{ "\xf4\x90\x80\x80", "", '/', NULL },
	{ "\xe5\x8f", "", '/', NULL },
};

int
main(void)
{
	char out[FOLDER_MAX], name[FOLDER_MAX + 1];
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str exact = tap_exact(str_of(rows[i].name));
		int r = folder_name(exact, str_of(rows[i].prefix), rows[i].delimiter, out, &e);

		if (rows[i].wire == NULL)
			OK(r == -1 && e.kind == ERR_FATAL, "row %zu is refused", i);
		else
			OK(r == 0 && strcmp(out, rows[i].wire) == 0, "row %zu: %s", i, rows[i].wire);
		free((char *)exact.p);
	}
	memset(name, 'a', FOLDER_MAX);
	OK(folder_name((struct str){ name, FOLDER_MAX - 1 }, STR_NONE, '/', out, &e) == 0, "the longest name");
	OK(folder_name((struct str){ name, FOLDER_MAX }, STR_NONE, '/', out, &e) == -1, "one byte more");
	return tap_done();
}
