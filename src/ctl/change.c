/* SPDX-License-Identifier: ISC
 * change.c: what the commands that change a case share.
 *
 * A question is asked outside of any transaction, so that an operator who thinks it over holds up nobody; afterwards
 * the case must be as it was shown, or the question comes again.
 */
#include "config.h"

#include "ctl/change.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"
#include "base/workflow.h"
#include "ctl/table.h"
#include "store/store_audit.h"
#include "store/store_cases.h"
#include "store/store_people.h"

#define SHOWN_MOST 200 /* bytes of an update that came in between */

int
change_text(struct ctl *c, size_t word, struct str *out)
{
	struct str file = ctl_option(c, "file");

	if (file.p) {
		if (ctl_read_file(c, file.p, CHANGE_TEXT_MOST, out) < 0)
			return -1;
	} else {
		*out = ctl_word(c, word);
	}
	if (str_trim(*out).n > 0)
		return 0;
	fprintf(stderr, "casectl: no text: give it as the last word, or with --file FILE (- is standard input)\n");
	return -1;
}

int
change_file(struct ctl *c, const char *path, struct reading_attachment *out)
{
	struct str name = str_of(path);
	ptrdiff_t slash = str_rfind_char(name, '/');

	*out = (struct reading_attachment){ .name = str_skip(name, (size_t)(slash + 1)),
		.type = STR("application/octet-stream") };
	if (ctl_read_file(c, path, c->configuration->limits.attachment_bytes, &out->content) < 0)
		return -1;
	crypto_sha256_hex(out->content, out->sha256);
	return 0;
}

int
change_files(struct ctl *c, struct reading_attachment *files, size_t *n)
{
	struct str path;

	for (*n = 0; (path = ctl_option_at(c, "attach", *n)).p; ++*n) {
		if (*n == CHANGE_FILES_MOST)
			return fprintf(stderr, "casectl: at most %d files\n", CHANGE_FILES_MOST), -1;
		if (change_file(c, path.p, &files[*n]) < 0)
			return -1;
	}
	return 0;
}

void
change_name_files(struct ctl *c, struct plan *p, const struct reading_attachment *files, size_t n)
{
	struct buf names;

	buf_init(&names, CHANGE_TEXT_MOST);
	for (size_t i = 0; i < n; i++) {
		buf_add(&names, files[i].name);
		buf_add_char(&names, '\n');
	}
	for (struct effect *f = p->effects; n && f; f = f->next)
		if (f->kind == EFFECT_NOTICE)
			notice_value(p, &f->notice, "files", arena_copy(c->arena, buf_str(&names)));
	for (struct effect *f = p->effects; f; f = f->next)
		if (f->kind == EFFECT_UPDATE)
			f->with_attachments = n > 0;
	buf_free(&names);
}

int
change_status(struct ctl *c, struct str word, struct status *out)
{
	if (workflow_parse(&c->configuration->workflow, word, out))
		return CTL_DONE;
	ctl_refuse("unknown status %.*s; allowed: %.*s, or a sub-status (casectl case statuses lists them)",
	    STR_ARGS(word), STR_ARGS(workflow_names(&c->configuration->workflow, c->arena)));
	return CTL_USAGE;
}

int
change_author(struct ctl *c, struct person *out)
{
	struct str by = ctl_option(c, "by");
	struct person_record r;
	struct err e;

	*out = (struct person){ 0 };
	if (by.p == NULL)
		return CTL_DONE;
	if (store_person_find(c->store, by, c->arena, &r, &e) < 0)
		return ctl_fail(c, &e);
	if (!r.person.is_representative && !r.person.is_administrator)
		return ctl_refuse("%.*s is no representative and no administrator", STR_ARGS(by));
	*out = r.person;
	return CTL_DONE;
}

bool
change_has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool
change_agrees(const char *question)
{
	char answer[16];

	if (!change_has_terminal())
		return false;
	fprintf(stderr, "%s [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		return false;
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0;
}

int
change_updates(struct ctl *c, int64_t *out, size_t max, size_t *n)
{
	struct str s;
	long long v;

	for (*n = 0; (s = ctl_option_at(c, "update", *n)).p; ++*n) {
		if (!str_to_number(s, &v) || v < 1) {
			fprintf(stderr,
			    "casectl: --update %.*s: the number of an update is allowed, as case show has it\n",
			    STR_ARGS(s));
			return CTL_USAGE;
		}
		if (*n == max) {
			fprintf(stderr, "casectl: at most %zu times --update\n", max);
			return CTL_USAGE;
		}
		out[*n] = v;
	}
	return CTL_DONE;
}

int
change_show_recipients(struct ctl *c, const struct plan *p)
{
	size_t n = 0;

	if (ctl_has(c, "yes"))
		return CTL_DONE;
	for (const struct effect *f = p->effects; f; f = f->next)
		if (f->kind == EFFECT_NOTICE) {
			struct str name = person_full_name(&f->notice.to, c->arena);
			struct buf shown;

			buf_init(&shown, 4096);
			log_escape(&shown, str_head(name, 200), false);
			fprintf(stderr, "%s  %s <%.*s>\n", n++ ? "" : "This goes by mail to:\n", buf_z(&shown),
			    STR_ARGS(f->notice.to.address));
			buf_free(&shown);
		}
	if (n == 0)
		fprintf(stderr, "This goes to nobody by mail.\n");
	if (!change_has_terminal())
		return ctl_refuse("nothing was done; give --yes to send it");
	return change_agrees("Send it?") ? CTL_DONE : ctl_refuse("nothing was done");
}

/* One line about the newest thing that happened to the case, as people see it. */
static void
say_changed(struct ctl *c, const struct case_view *view)
{
	struct store_entry *entries;
	const struct store_entry *last = NULL;
	struct buf what;
	struct err e;
	size_t n;

	if (store_case_timeline(c->store, view->id, c->arena, &entries, &n, &e) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (entries[i].kind != ENTRY_NOTICE)
			last = &entries[i];
	buf_init(&what, 8192);
	if (last && last->kind == ENTRY_UPDATE)
		log_escape(&what, plan_shorten(last->text, SHOWN_MOST), false);
	else if (last)
		buf_add_format(&what, "%.*s -> %.*s", STR_ARGS(last->before), STR_ARGS(last->after));
	fprintf(stderr, "casectl: case %.*s changed meanwhile%s%.*s%s%.*s: %s\n", STR_ARGS(view->number),
	    last ? " by " : "", STR_ARGS(last ? last->who : STR_NONE), last ? " at " : "",
	    STR_ARGS(last ? table_time_text(c->arena, last->at) : STR_NONE), last ? buf_z(&what) : "see case show");
	buf_free(&what);
}

int
change_begin(struct ctl *c, int64_t seen, struct case_view *view, struct person *author)
{
	struct err e;
	int status;

	if (seen == 0 && ctl_number(c, "version", 1, INT64_MAX / 2, 0, &seen) < 0)
		return CTL_USAGE;
	for (;;) {
		if ((status = c->store ? CTL_DONE : ctl_store(c, STORE_WRITE)) != CTL_DONE)
			return status;
		if (store_begin(c->store, &e) < 0)
			return ctl_fail(c, &e);
		if ((status = change_author(c, author)) != CTL_DONE)
			return status;
		if (store_case_find(c->store, ctl_word(c, 0), c->arena, view, &e) < 0)
			return ctl_fail(c, &e);
		if (seen == 0 || seen == view->version)
			return CTL_DONE;
		store_rollback(c->store);
		say_changed(c, view);
		if (!change_has_terminal())
			return ctl_refuse("nothing was done; look at it with casectl case show %.*s, then give "
					  "--version %lld",
			    STR_ARGS(view->number), (long long)view->version);
		if (!change_agrees("Go on?"))
			return ctl_refuse("nothing was done");
		seen = view->version;
	}
}

int
change_audited(struct ctl *c, const char *event, struct buf *details)
{
	struct err e;
	int ok = store_audit_add(c->store, event, c->who, 0, 0, buf_str(details), c->now, &e);
	int status = ok < 0 ? ctl_fail(c, &e) : ctl_commit(c);

	buf_free(details);
	return status;
}

int
change_say(struct ctl *c, struct str number, const struct applied *done, const char *what)
{
	if (c->json)
		printf("{\"case\":\"%.*s\",\"notices\":%zu}\n", STR_ARGS(number), done->letters);
	else
		printf("case %.*s: %s, %zu notice%s queued\n", STR_ARGS(number), what, done->letters,
		    done->letters == 1 ? "" : "s");
	return CTL_DONE;
}
