/* SPDX-License-Identifier: ISC
 * command.c: writes commands as text. All values in them are numbers, or folder names that were
 * checked for control characters by folder_name and are quoted here.
 *
 * UIDs that run are written as ranges. No answer is longer than a line may be: SEARCH looks at
 * a window of messages at a time.
 */
#include "config.h"

#include "mailbox/command.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMAND_MAX 8192   /* COMMAND_UIDS of 11 bytes, a folder quoted, and room to spare */
#define SEARCH_WINDOW 4000 /* messages looked at by one SEARCH: its answer stays below a line's limit */

static void
add_set(struct buf *b, const uint32_t *uids, size_t n)
{
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && uids[j] == uids[j - 1] + 1; j++)
			;
		buf_add_format(b, "%s%u", i > 0 ? "," : "", uids[i]);
		if (j > i + 1)
			buf_add_format(b, ":%u", uids[j - 1]);
	}
}

static void
add_quoted(struct buf *b, const char *folder)
{
	buf_add_char(b, '"');
	for (; *folder; folder++) {
		if (*folder == '"' || *folder == '\\')
			buf_add_char(b, '\\');
		buf_add_char(b, *folder);
	}
	buf_add_char(b, '"');
}

/* Runs "before set after folder", leaving out what is NULL. */
static enum imap_result
run_set(struct imap *m, const char *before, const uint32_t *uids, size_t n, const char *after, const char *folder,
    imap_item_handler *handler, void *context, struct err *e)
{
	enum imap_result r;
	struct buf b;

	buf_init(&b, COMMAND_MAX);
	buf_add_z(&b, before);
	add_set(&b, uids, n);
	if (after != NULL)
		buf_add_z(&b, after);
	if (folder != NULL)
		add_quoted(&b, folder);
	if (b.overflow || n > COMMAND_UIDS)
		abort();
	r = imap_run(m, buf_z(&b), handler, context, e);
	buf_free(&b);
	return r;
}

enum imap_result
command_noop(struct imap *m, struct err *e)
{
	return imap_run(m, "NOOP", NULL, NULL, e);
}

enum imap_result
command_id(struct imap *m, struct err *e)
{
	return imap_run(m, "ID (\"name\" \"casemail\" \"version\" \"" PACKAGE_VERSION "\")", NULL, NULL, e);
}

enum imap_result
command_create(struct imap *m, const char *folder, struct err *e)
{
	return run_set(m, "CREATE ", NULL, 0, NULL, folder, NULL, NULL, e);
}

enum imap_result
command_exists(struct imap *m, const char *folder, bool *exists, struct err *e)
{
	char delimiter;
	enum imap_result r = run_set(m, "LIST \"\" ", NULL, 0, NULL, folder, NULL, NULL, e);

	*exists = r == IMAP_OK && imap_listed(m, &delimiter) > 0;
	return r;
}

enum imap_result
command_delimiter(struct imap *m, char *delimiter, struct err *e)
{
	enum imap_result r = imap_run(m, "LIST \"\" \"\"", NULL, NULL, e);

	if (r == IMAP_OK)
		imap_listed(m, delimiter);
	return r;
}

enum imap_result
command_list(struct imap *m, uint32_t first, uint32_t last, imap_item_handler *handler, void *context, struct err *e)
{
	char text[128];

	snprintf(text, sizeof(text), "UID FETCH %u:%u (UID FLAGS INTERNALDATE RFC822.SIZE)", first, last);
	return imap_run(m, text, handler, context, e);
}

enum imap_result
command_uid(struct imap *m, uint32_t n, imap_item_handler *handler, void *context, struct err *e)
{
	char text[64];

	snprintf(text, sizeof(text), "FETCH %u (UID)", n);
	return imap_run(m, text, handler, context, e);
}

enum imap_result
command_fetch(struct imap *m, const uint32_t *uids, size_t n, enum command_what what, size_t header_max,
    imap_item_handler *handler, void *context, struct err *e)
{
	char items[96];

	if (what == COMMAND_HEADER)
		snprintf(items, sizeof(items), " (UID BODY.PEEK[HEADER]<0.%zu>)", header_max);
	else
		snprintf(items, sizeof(items), what == COMMAND_UID ? " (UID)" : " (UID BODY.PEEK[])");
	return run_set(m, "UID FETCH ", uids, n, items, NULL, handler, context, e);
}

enum imap_result
command_move(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e)
{
	return run_set(m, "UID MOVE ", uids, n, " ", folder, NULL, NULL, e);
}

enum imap_result
command_copy(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e)
{
	return run_set(m, "UID COPY ", uids, n, " ", folder, NULL, NULL, e);
}

enum imap_result
command_mark_deleted(struct imap *m, const uint32_t *uids, size_t n, struct err *e)
{
	return run_set(m, "UID STORE ", uids, n, " +FLAGS.SILENT (\\Deleted)", NULL, NULL, NULL, e);
}

enum imap_result
command_mark(struct imap *m, const uint32_t *uids, size_t n, struct str keyword, struct err *e)
{
	char after[128];

	snprintf(after, sizeof(after), " +FLAGS.SILENT (%.*s)", STR_ARGS(str_head(keyword, 64)));
	return run_set(m, "UID STORE ", uids, n, after, NULL, NULL, NULL, e);
}

enum imap_result
command_expunge_uids(struct imap *m, const uint32_t *uids, size_t n, struct err *e)
{
	return run_set(m, "UID EXPUNGE ", uids, n, NULL, NULL, NULL, NULL, e);
}

enum imap_result
command_expunge(struct imap *m, struct err *e)
{
	return imap_run(m, "EXPUNGE", NULL, NULL, e);
}

enum imap_result
command_others_deleted(struct imap *m, const uint32_t *uids, size_t n, bool *others, struct err *e)
{
	uint32_t exists = imap_status(m)->exists;

	*others = false;
	for (uint64_t first = 1; first <= exists && !*others; first += SEARCH_WINDOW) {
		uint64_t last = first + SEARCH_WINDOW - 1 < exists ? first + SEARCH_WINDOW - 1 : exists;
		enum imap_result r;
		char before[64];

		snprintf(before, sizeof(before), "SEARCH %u:%u DELETED NOT UID ", (uint32_t)first, (uint32_t)last);
		r = run_set(m, before, uids, n, NULL, NULL, NULL, NULL, e);
		if (r != IMAP_OK)
			return r;
		*others = imap_found(m) > 0;
	}
	return IMAP_OK;
}
