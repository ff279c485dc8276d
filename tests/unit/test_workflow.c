/* SPDX-License-Identifier: ISC
 * test_workflow.c: C2: the statuses of the configuration: what may stand in the file, with the line that says why not,
 * and what is looked up in it.
 */
#include "config.h"

#include "base/workflow.h"

#include <unistd.h>

#include "base/configuration.h"
#include "tap.h"

static const char good[] =
    "brand = \"x\"; instance = \"x\"; authentication = { mode = \"results\"; authserv_ids = [ \"m\" ]; };\n"
    "mailboxes = ( { name = \"a\"; host = \"h\"; } ); smtp = ( { host = \"h\"; } );\n"
    "mail = { address = \"s@x.example\"; noreply = \"n@x.example\"; };\n"
    "cases = {\n"                                                                 /* 4 */
    " statuses = (\n"                                                             /* 5 */
    "  { name = \"NEW\"; sub_statuses = [ \"Fresh\", \"Asked\" ]; },\n"           /* 6 */
    "  { name = \"WAITING\"; sub_statuses = [ \"Customer\" ]; },\n"               /* 7 */
    "  { name = \"FIXED\"; sub_statuses = [ \"Try\" ]; kind = \"solution\"; },\n" /* 8 */
    "  { name = \"DONE\"; sub_statuses = [ \"Good\", \"Bad\", \"Merged\" ]; kind = \"closed\"; } );\n"
    " transitions = (\n"                                                      /* 10 */
    "  { from = \"NEW\"; to = [ \"WAITING\", \"FIXED\", \"DONE\" ]; },\n"     /* 11 */
    "  { from = \"WAITING\"; to = [ \"NEW / Asked\", \"DONE / Good\" ]; },\n" /* 12 */
    "  { from = \"FIXED\"; to = [ \"DONE\" ]; },\n"                           /* 13 */
    "  { from = \"WAITING\"; to = [ \"NEW / Asked\" ]; by = \"mail\"; priority = \"High\"; } );\n"
    " merged = \"DONE / Merged\"; request_granted = \"DONE\"; request_refused = \"DONE / Bad\";\n"
    " words = ( { language = \"en\"; close = \"#done\"; reopen = \"#again\"; } );\n" /* 16 */
    "};\n";

static char path[] = "/tmp/test_workflow.XXXXXX";

/* The good file with one thing changed; "" for none. */
static struct configuration *
load(const char *from, const char *to, struct buf *errors)
{
	ptrdiff_t at = str_find(str_of(good), str_of(from));
	FILE *f = fopen(path, "we");
	struct str rest = str_of(good);

	if (f == NULL || at < 0)
		abort();
	fprintf(f, "%.*s%s%s", (int)at, good, to, str_skip(rest, (size_t)at + strlen(from)).p);
	fclose(f);
	return configuration_load(path, errors);
}

static void
test_bad_files(void)
{
	static const struct {
		const char *from, *to, *error; /* error: behind "FILE:" */
	} rows[] = {
		{ "to = [ \"DONE\" ]; }", "to = [ \"DOEN\" ]; }",
		    "13: cases.transitions[2].to: \"DOEN\" is no status; allowed: NEW, WAITING, FIXED or DONE, or one "
		    "of them with a sub-status behind a /\n" },
		{ "NEW / Asked\", \"D", "NEW / Lost\", \"D",
		    "12: cases.transitions[1].to: \"NEW / Lost\" is no status; allowed: NEW, WAITING, FIXED or DONE, "
		    "or one of them with a sub-status behind a /\n" },
		{ "from = \"FIXED\"", "from = \"fixed\"",
		    "13: cases.transitions[2].from: \"fixed\" is no status; allowed: NEW, WAITING, FIXED or DONE\n" },
		{ "\"WAITING\", \"FIXED\", \"DONE\"", "\"WAITING\", \"DONE\"",
		    "8: cases.statuses[2]: no transition leads from \"NEW\" to \"FIXED\"; allowed: a status that a "
		    "case can reach\n" },
		{ "to = [ \"DONE\" ]; }", "to = [ \"FIXED\" ]; }",
		    "8: cases.statuses[2]: no transition leads out of \"FIXED\"; allowed without one: a status of kind "
		    "\"closed\"\n" },
		{ "priority = \"High\"", "priority = \"Critical\"",
		    "14: cases.transitions[3].priority: no mail makes a case Critical, a person does after a call; "
		    "allowed with by = \"mail\": \"Low\", \"Medium\", \"High\"\n" },
		{ "to = [ \"NEW / Asked\" ]; by", "to = [ \"DONE\" ]; by",
		    "14: cases.transitions[3].to: no mail closes a case by itself; allowed with by = \"mail\": a "
		    "status that is not closed\n" },
		{ "to = [ \"NEW / Asked\" ]; by", "to = [ \"NEW\", \"FIXED\" ]; by",
		    "14: cases.transitions[3].to: a mail chooses nothing; allowed with by = \"mail\": one status\n" },
		{ "{ from = \"WAITING\"; to = [ \"NEW / Asked\" ]; by", "{ from = \"DONE\"; to = [ \"NEW\" ]; by",
		    "14: cases.transitions[3].from: no mail opens a closed case by itself; allowed with by = \"mail\": "
		    "a status that is not closed\n" },
		{ "{ from = \"FIXED\"; to = [ \"DONE\" ]; }",
		    "{ from = \"FIXED\"; to = [ \"DONE\" ]; }, { from = \"WAITING\"; to = [ \"NEW\" ]; by = \"mail\"; "
		    "}",
		    "14: cases.transitions[4].from: cases.transitions[3] says already what a mail does in \"WAITING\"; "
		    "allowed: one of them\n" },
		{ "\"WAITING\"; sub", "\"new\"; sub",
		    "7: cases.statuses[1].name: \"new\" is the name of cases.statuses[0] already; allowed: a name of "
		    "its own\n" },
		{ "\"Asked\" ];", "\"Asked\" ]; kind = \"closed\";",
		    "6: cases.statuses[0]: new cases start in \"NEW\", which is closed; allowed: an open status "
		    "first\n" },
		{ "\"DONE / Merged\"", "\"FIXED\"",
		    "15: cases.merged: \"FIXED\" is no closed status; allowed: one such as \"DONE\"\n" },
		{ "\"#again\"", "\"#DONE\"",
		    "16: cases.words[0].close: \"#done\" means reopen in cases.words[0]; allowed: a word with one "
		    "meaning\n" },
		{ "\"#again\"", "\"again\"",
		    "16: cases.words[0].reopen: \"again\" cannot be used; allowed: # and at least two characters, "
		    "without blanks\n" },
		{ "priority = \"High\"", "priority = \"Urgent\"",
		    "14: cases.transitions[3].priority: \"Urgent\" cannot be used; allowed: \"Low\", \"Medium\", "
		    "\"High\", \"Critical\"\n" },
		{ "[ \"Try\" ]", "[ ]", "8: cases.statuses[2].sub_statuses has 0 elements; allowed: 1 to 1000\n" },
	};
	struct buf errors;

	buf_init(&errors, 65536);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct configuration *c;
		ptrdiff_t at;

		buf_clear(&errors);
		c = load(rows[i].from, rows[i].to, &errors);
		OK(c == NULL, "C2: refused: %s", rows[i].to);
		at = str_find(buf_str(&errors), str_of(rows[i].error));
		if (!OK(at > 0, "C2: says so"))
			printf("# got %s", buf_z(&errors));
		configuration_close(&c);
	}
	buf_free(&errors);
}

/* Everything wrong is said at once, each with its line. */
static void
test_all_at_once(void)
{
	struct configuration *c;
	struct buf errors;
	size_t n = 0;

	buf_init(&errors, 65536);
	c = load("by = \"mail\"; priority = \"High\"; } );\n merged = \"DONE / Merged\"",
	    "by = \"mail\"; priority = \"Critical\"; },\n  { from = \"X\"; to = [ \"NEW\" ]; } );\n merged = \"Y\"",
	    &errors);
	OK(c == NULL, "C3: three errors");
	for (struct str rest = buf_str(&errors), line; str_next_line(&rest, &line); n++)
		OK(str_find(line, n == 0   ? STR(":14: cases.transitions[3].priority")
				  : n == 1 ? STR(":15: cases.transitions[4].from: \"X\"")
					   : STR(":16: cases.merged: \"Y\"")) > 0,
		    "C2: error %zu", n);
	IS_INT((long long)n, 3, "C2: all at once");
	configuration_close(&c);
	buf_free(&errors);
}

static void
test_look_ups(void)
{
	static const struct {
		const char *name, *typed, *want;
	} parsed[] = {
		{ "C2: as it is written", "NEW", "NEW/Fresh" },
		{ "C2: in small letters", "waiting", "WAITING/Customer" },
		{ "C2: a sub-status", "merged", "DONE/Merged" },
		{ "C2: both", " new /asked ", "NEW/Asked" },
		{ "C2: a sub-status of another", "NEW / Try", "" },
		{ "C2: unknown", "LOST", "" },
		{ "C2: nothing", "", "" },
	};
	static const struct {
		const char *from, *to;
		bool allowed;
	} moves[] = {
		{ "NEW", "WAITING", true },
		{ "NEW", "NEW / Asked", true },
		{ "WAITING", "NEW", false },
		{ "WAITING", "NEW / Asked", true },
		{ "WAITING", "DONE / Bad", false },
		{ "WAITING", "FIXED", false },
		{ "DONE", "NEW", false },
		{ "DONE", "DONE / Bad", true },
		{ "GONE", "FIXED", true },
	};
	struct arena *a = arena_open(1 << 20);
	struct str priority;
	struct status s;
	struct buf errors;
	struct configuration *c;
	const struct workflow *w;

	buf_init(&errors, 65536);
	c = load("", "", &errors);
	if (!OK(c != NULL, "C2: statuses of one's own"))
		printf("# %s", buf_z(&errors));
	w = &c->workflow;
	for (size_t i = 0; i < sizeof(parsed) / sizeof(parsed[0]); i++)
		IS_STR(workflow_parse(w, str_of(parsed[i].typed), &s)
			   ? arena_format(a, "%.*s/%.*s", STR_ARGS(s.name), STR_ARGS(s.sub))
			   : STR_NONE,
		    str_of(parsed[i].want), parsed[i].name);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		OK(workflow_parse(w, str_of(moves[i].to), &s), "%s is known", moves[i].to);
		OK(workflow_may_move(w, str_of(moves[i].from), &s) == moves[i].allowed, "C2: from %s to %s",
		    moves[i].from, moves[i].to);
	}
	OK(workflow_by_mail(w, STR("WAITING"), &s, &priority) && str_equal(s.sub, STR("Asked")), "C7: moved by mail");
	IS_STR(priority, STR("High"), "with a priority");
	OK(!workflow_by_mail(w, STR("NEW"), &s, &priority), "C7: not moved by mail");
	OK(workflow_awaiting(w, &s) && str_equal(s.name, STR("WAITING")), "C7: where a case waits for the customer");
	IS_STR(workflow_start(w).sub, STR("Fresh"), "C2: where a case starts");
	IS_STR(workflow_closed(w).name, STR("DONE"), "C2: where it ends");
	OK(!workflow_reopened(w, STR("DONE"), &s), "C8: nothing leads out of this end");
	IS_STR(workflow_ways(w, STR("NEW"), a), STR("WAITING, FIXED or DONE"), "C2: where a person may move it");
	IS_STR(workflow_ways(w, STR("DONE"), a), STR("nothing else"), "C2: nowhere");
	IS_STR(workflow_words(w, STR("de"))->close, STR("#done"), "C8: English where a language has no words");
	configuration_close(&c);
	buf_free(&errors);
	arena_close(&a);
}

/* What is shipped: C2's statuses, and words in every language that has templates. */
static void
test_defaults(void)
{
	static const char *const languages[] = { "en", "de", "fr", "es", "it", "pt", "pl", "ja" };
	struct configuration *c = configuration_defaults();
	const struct workflow *w = &c->workflow;
	struct str priority;
	struct status s;

	IS_INT((long long)w->n_statuses, 5, "C2: five statuses");
	OK(workflow_parse(w, STR("customer responded"), &s) && str_equal(s.name, STR("OPEN")), "C2: a sub-status");
	OK(workflow_by_mail(w, STR("AWAITING INFO"), &s, &priority) && str_equal(s.sub, STR("Customer Responded")) &&
		priority.n == 0,
	    "C7: AWAITING INFO becomes OPEN / Customer Responded");
	OK(workflow_reopened(w, STR("CLOSED"), &s) && str_equal(s.name, STR("OPEN")), "C8: CLOSED is opened as OPEN");
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		IS_STR(
		    workflow_words(w, str_of(languages[i]))->language, str_of(languages[i]), "C8: words of a language");
	configuration_close(&c);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	test_bad_files();
	test_all_at_once();
	test_look_ups();
	test_defaults();
	unlink(path);
	return tap_done();
}
