/* SPDX-License-Identifier: ISC
 * test_configuration.c: a good file with one thing spoilt at a time, and the exact lines that say so; the
 * shipped example; secret files.
 */
#include "config.h"

#include "base/configuration.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/configuration_schema.h"
#include "tap.h"

static const char good[] = "brand = \"Example\";\n"                             /* 1 */
			   "instance = \"example\";\n"                          /* 2 */
			   "mailboxes = (\n"                                    /* 3 */
			   " { name = \"one\"; host = \"imap.example.com\";\n"  /* 4 */
			   "   user = \"u\"; password_file = \"/p\"; },\n"      /* 5 */
			   " { name = \"two\"; host = \"127.0.0.1\";\n"         /* 6 */
			   "   tls = \"none\"; }\n"                             /* 7 */
			   ");\n"                                               /* 8 */
			   "smtp = ( { host = \"smtp.example.com\"; } );\n"     /* 9 */
			   "mail = {\n"                                         /* 10 */
			   "  address = \"support@example.com\";\n"             /* 11 */
			   "  noreply = \"no-reply@example.com\";\n"            /* 12 */
			   "};\n"                                               /* 13 */
			   "authentication = {\n"                               /* 14 */
			   "  mode = \"results\"; authserv_ids = [ \"mx\" ];\n" /* 15 */
			   "};\n"                                               /* 16 */
			   "limits = { parts = 50; };\n"                        /* 17 */
			   "# end\n";                                           /* 18 */

static char folder[] = "/tmp/test_configuration.XXXXXX";

static const char *
file_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
file_write(const char *name, struct str text, mode_t mode)
{
	const char *path = file_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n || fchmod(fd, mode) != 0)
		abort();
	close(fd);
}

/* The good text with the first `from` replaced by `to`. */
static void
spoil(const char *from, const char *to, struct buf *out)
{
	ptrdiff_t at = str_find(str_of(good), str_of(from));

	if (at < 0)
		abort();
	buf_clear(out);
	buf_add(out, str_head(str_of(good), (size_t)at));
	buf_add_z(out, to);
	buf_add(out, str_skip(str_of(good), (size_t)at + strlen(from)));
}

/* Puts "F" in the place of the folder and the file's name, so that rows can be written. */
static void
shorten(struct buf *errors)
{
	struct buf out;
	ptrdiff_t at;

	buf_init(&out, errors->max);
	for (struct str rest = buf_str(errors);;) {
		at = str_find(rest, str_of(folder));
		buf_add(&out, at < 0 ? rest : str_head(rest, (size_t)at));
		if (at < 0)
			break;
		rest = str_skip(rest, (size_t)at + strlen(folder) + 1);
	}
	buf_clear(errors);
	buf_add(errors, buf_str(&out));
	buf_free(&out);
}

static const struct {
	const char *from, *to, *errors;
} rows[] = {
	{ "# end", "colour = 1;", "c:18: colour is not known; see casemaild.conf(5)\n" },
	{ "# end", "aproval = { };", "c:18: aproval is not known; did you mean approval?\n" },
	{ "# end", "calendar = { from = \"9:00\"; };", "c:18: calendar.from has 4 bytes; allowed: 5 to 5\n" },
	{ "# end", "calendar = { from = \"25:00\"; };",
	    "c:18: calendar.from: \"25:00\" cannot be used; allowed: a time such as \"09:00\", from 00:00 to 24:00\n" },
	{ "# end", "calendar = { from = \"17:00\"; };",
	    "c:18: calendar.to: \"17:00\" is not after calendar.from; allowed: a later time of the same day\n" },
	{ "# end", "calendar = { holidays = [ \"2026-02-30\" ]; };",
	    "c:18: calendar.holidays: \"2026-02-30\" cannot be used; allowed: a date such as \"2026-12-25\"\n" },
	{ "# end", "calendar = { working_days = [ ]; };",
	    "c:18: calendar.working_days is empty; allowed: one or more of \"Monday\", ... \"Sunday\"\n" },
	{ "# end", "approval = { reminder_business_days = 3; };",
	    "c:18: approval.escalation_business_days comes before approval.reminder_business_days; allowed: at least "
	    "3, or 0 for never\n" },
	{ "parts =", "prats =", "c:17: limits.prats is not known; did you mean parts?\n" },
	{ "tls = \"none\"", "prot = 993", "c:7: mailboxes[1].prot is not known; did you mean port?\n" },
	{ "user = \"u\"", "user = \"u\"; password = \"x\"",
	    "c:5: mailboxes[0].password: no secret may stand in this file; put it on the first line of a file of mode "
	    "0600 "
	    "and write password_file = \"/path/of/that/file\"\n" },
	{ "brand = \"Example\";", "", "c:1: brand is missing\n" },
	{ "brand = \"Example\"", "brand = 5", "c:1: brand has the wrong type; allowed: text in double quotes\n" },
	{ "brand = \"Example\"", "brand = \"\"", "c:1: brand has 0 bytes; allowed: 1 to 100\n" },
	{ "brand = \"Example\"", "brand = \"a\\nb\"",
	    "c:1: brand: \"a\\x{0a}b\" is not plain text; allowed: UTF-8 without control or invisible characters\n" },
	{ "brand = \"Example\"", "brand = \"a\\xff\"",
	    "c:1: brand: \"a\\x{ff}\" is not plain text; allowed: UTF-8 without control or invisible characters\n" },
	{ "\"example\"", "\"a b\"", "c:2: instance: \"a b\" cannot be used; allowed: letters, digits and -\n" },
	{ "name = \"two\"", "name = \"ONE\"",
	    "c:6: mailboxes[1].name: \"ONE\" is the name of mailboxes[0] already; allowed: a name of its own\n" },
	{ "name = \"two\"; host = \"127.0.0.1\"", "host = \"127.0.0.1\"", "c:6: mailboxes[1].name is missing\n" },
	{ "127.0.0.1", "128.0.0.1",
	    "c:7: tls = \"none\" with host \"128.0.0.1\" would send passwords and mail in clear; allowed: \"implicit\" "
	    "or "
	    "\"starttls\" (\"none\" only for localhost, 127.0.0.0/8 and ::1)\n" },
	{ "127.0.0.1", "127.0.0.1.example.com",
	    "c:7: tls = \"none\" with host \"127.0.0.1.example.com\" would send passwords and mail in clear; allowed: "
	    "\"implicit\" or \"starttls\" (\"none\" only for localhost, 127.0.0.0/8 and ::1)\n" },
	{ "tls = \"none\"", "tls = \"off\"",
	    "c:7: mailboxes[1].tls: \"off\" is not known; allowed: \"implicit\", \"starttls\", \"none\"\n" },
	{ "tls = \"none\"", "tls = true",
	    "c:7: mailboxes[1].tls has the wrong type; allowed: \"implicit\", \"starttls\", \"none\"\n" },
	{ "tls = \"none\"", "tls = \"none\"; port = 70000",
	    "c:7: mailboxes[1].port: 70000 is out of range; allowed: 1 to 65535\n" },
	{ "tls = \"none\"", "tls = \"none\"; port = 1.5",
	    "c:7: mailboxes[1].port has the wrong type; allowed: a whole number\n" },
	{ "tls = \"none\"", "tls = \"none\"; held = \"inbox\"",
	    "c:7: held: \"inbox\" is the watched folder itself; allowed: any other folder\n" },
	{ " password_file = \"/p\";", "",
	    "c:5: user without password_file; write password_file = \"/path\", a file of mode 0600\n" },
	{ "user = \"u\"; ", "", "c:5: password_file without user; write user = \"...\" as well\n" },
	{ "smtp = ( { host = \"smtp.example.com\"; } )", "smtp = ( )", "c:9: smtp has 0 elements; allowed: 1 to 8\n" },
	{ "smtp = ( { host = \"smtp.example.com\"; } )", "smtp = { }",
	    "c:9: smtp has the wrong type; allowed: a list of groups: ( { key = value; }, { key = value; } )\n" },
	{ "mail = {", "mail = 1; limit = {",
	    "c:10: mail has the wrong type; allowed: a group: { key = value; }\n"
	    "c:10: limit is not known; did you mean limits?\n" },
	{ "support@example.com", "support",
	    "c:11: mail.address: \"support\" cannot be used; allowed: local@domain in plain ASCII, without a name, "
	    "quotes or "
	    "blanks\n" },
	{ "no-reply@", "Support@", "c:12: mail.noreply is mail.address; allowed: an address that nobody answers to\n" },
	{ "support@", "a-local-part-that-is-rather-long-x2345@",
	    "c:11: mail.address: 38 bytes before the @ leave no room for a reply token; allowed: at most 37\n" },
	{ "mode = \"results\"; ", "",
	    "c:14: authentication.mode is missing; write mode = \"results\" with authserv_ids = [ \"the id your border "
	    "server "
	    "writes into Authentication-Results\" ], or mode = \"token\" where no server of yours adds that field\n" },
	{ "[ \"mx\" ]", "[ ]",
	    "c:15: authentication.mode = \"results\" needs the name of your border server; write authserv_ids = [ "
	    "\"mx.example.com\" ], the id that stands first in its Authentication-Results fields\n" },
	{ "[ \"mx\" ]", "[ 1 ]",
	    "c:15: authentication.authserv_ids has the wrong type; allowed: a list of texts: [ \"one\", \"two\" ]\n" },
	{ "\"results\"", "\"token\"",
	    "c:15: authentication.mode = \"token\" checks no sender; write updates = { authentication = \"none\"; } to "
	    "let any "
	    "From that names a contact update a case, or \"weak\" or \"pass\" to hold such mail for a person\n" },
	{ "parts = 50", "parts = 0", "c:17: limits.parts: 0 is out of range; allowed: 1 to 10000\n" },
	{ "parts = 50", "message = \"30 XB\"",
	    "c:17: limits.message has the wrong type; allowed: a size such as \"30 MB\", or a number of bytes\n" },
	{ "parts = 50", "message = \"100 KB\"", "c:17: limits.header is larger than limits.message\n" },
	{ "parts = 50", "message = \"900 MB\"",
	    "c:17: limits.reader_memory is too small to read the largest message; allowed: at least four times "
	    "limits.message\n" },
	{ "# end", "reference = { format = \"[ref:{number}]\"; };",
	    "c:18: reference.format: \"[ref:{number}]\" cannot be used; allowed: {number} once, {token} once, and no "
	    "other "
	    "brace\n" },
	{ "# end", "reference = { patterns = ( ); };", "c:18: reference.patterns has 0 elements; allowed: 1 to 32\n" },
	{ "# end", "approval = { extra_yes = [ \"y\" ]; };",
	    "c:18: approval.extra_yes: \"y\" cannot be used; allowed: 2 to 64 characters\n" },
	{ "# end", "approval = { extra_yes = [ \"ok\" ];\nextra_no = [ \"fi\",\n\"OK\" ]; };",
	    "c:20: approval.extra_no: \"OK\" stands in approval.extra_yes too; allowed: in one of them\n" },
	{ "# end", "approval = { languages = [ \"xx\" ]; };",
	    "c:18: approval.languages: \"xx\" cannot be used; allowed: en de fr es pt it nl pl cs sv da no fi tr ru uk "
	    "ja zh "
	    "ko ar he\n" },
	{ "# end", "brand = \"again\";", "c:18: duplicate setting name\n" },
	{ "# end", "outbox = {", "c:19: syntax error\n" },
	{ "# end", "\n@include \"nowhere\"", "c:19: cannot open include file\n" },
	{ "# end", "\n@include \"part\"", "part:2: outbox.retry_days: 99 is out of range; allowed: 1 to 30\n" },
	{ "# end", "/* 99999999999 */ // 99999999999\n  @include \".\"", "c:19: @include: . is not a regular file\n" },
	{ "# end", "\n@include \"round\"", "round:1: include file nesting too deep\n" },
	{ "parts = 50", "parts = 4294967346", "c:17: 4294967346 is too large; allowed: numbers up to 2147483647\n" },
	{ "# end", "@include \"big\"",
	    "big:3: 99999999999999999999 is too large; allowed: numbers up to 2147483647\n" },
	{ "# end", "a1_99999999999 = \"99999999999 \\\" 99999999999\";",
	    "c:18: a1_99999999999 is not known; see casemaild.conf(5)\n" },
	{ "# end", "\n@include \"broken\"", "broken:3: syntax error\n" },
	{ "parts = 50; };\n# end", "parts = \"x\"; };\nbramd = 1;\noutbox = { retry_days = 0; unknown = true; };",
	    "c:17: limits.parts has the wrong type; allowed: a whole number\n"
	    "c:18: bramd is not known; did you mean brand?\n"
	    "c:19: outbox.retry_days: 0 is out of range; allowed: 1 to 30\n"
	    "c:19: outbox.unknown has the wrong type; allowed: \"retry\", \"hold\"\n" },
};

static void
test_bad_files(void)
{
	struct buf text, errors;

	buf_init(&text, 65536);
	buf_init(&errors, 65536);
	file_write("part", STR("# a part\noutbox = { retry_days = 99; };\n"), 0600);
	file_write("round", STR("@include \"round\"\n"), 0600);
	file_write("big", STR("# 99999999999\n\noutbox = { retry_days = 99999999999999999999; };\n"), 0600);
	file_write("broken", STR("# a part\n\noutbox = = ;\n"), 0600);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct configuration *c;

		spoil(rows[i].from, rows[i].to, &text);
		file_write("c", buf_str(&text), 0600);
		buf_clear(&errors);
		c = configuration_load(file_path("c"), &errors);
		OK(c == NULL, "refused: %.40s", rows[i].errors);
		shorten(&errors);
		IS_STR(buf_str(&errors), str_of(rows[i].errors), "with these lines");
		configuration_close(&c);
	}
	buf_free(&text);
	buf_free(&errors);
}

static void
test_unreadable(void)
{
	struct buf errors;

	buf_init(&errors, 65536);
	OK(configuration_load(file_path("absent"), &errors) == NULL, "no file");
	shorten(&errors);
	IS_STR(buf_str(&errors), STR("absent: cannot be read: No such file or directory\n"), "says why");
	buf_clear(&errors);
	OK(configuration_load(folder, &errors) == NULL, "a folder");
	OK(str_ends(buf_str(&errors), STR(": is not a regular file\n")), "says that it is no file");
	buf_clear(&errors);
	file_write("empty", STR(""), 0600);
	OK(configuration_load(file_path("empty"), &errors) == NULL, "an empty file");
	shorten(&errors);
	OK(str_find(buf_str(&errors), STR("empty:1: brand is missing\nempty:1: instance is missing\n")) == 0 &&
		str_find(buf_str(&errors), STR("authentication.mode is missing; write mode")) > 0,
	    "misses all that is required");
	buf_free(&errors);
}

static void
test_good_file(void)
{
	struct configuration *c;
	struct buf errors;

	buf_init(&errors, 65536);
	file_write("c", str_of(good), 0600);
	c = configuration_load(file_path("c"), &errors);
	IS_STR(buf_str(&errors), STR(""), "no errors");
	if (!OK(c != NULL, "the good file loads"))
		return;
	IS_INT((long long)c->n_mailboxes, 2, "two mailboxes");
	IS_STR(c->mailboxes[1].name, STR("two"), "the second's name");
	IS_INT(c->mailboxes[0].server.port, 993, "the port follows TLS");
	IS_INT(c->mailboxes[1].server.port, 143, "or its absence");
	IS_INT(c->smtp[0].port, 465, "SMTP's likewise");
	IS_INT(c->mailboxes[0].poll_seconds, 60, "a default of a list's element");
	IS_INT(c->limits.parts, 50, "a written limit");
	IS_INT((long long)c->limits.message_bytes, 30 * 1024 * 1024, "a default size");
	IS_INT(c->approval_expiry_days, 14, "a default of a group that was not written");
	IS_INT(c->subaddress_delimiter, '+', "a default character");
	IS_INT(c->updates_authentication, AUTH_WEAK, "updates need weak authentication");
	OK(c->approval_self_grant, "booleans");
	IS_INT(c->unknown, UNKNOWN_RETRY, "a default choice");
	IS_INT((long long)c->n_patterns, 1, "a default pattern");
	IS_STR(c->free_mail_domains.list[0], STR("gmail.com"), "default lists");
	IS_INT(configuration_check_files(c, &errors), -1, "a password file that is absent");
	shorten(&errors);
	IS_STR(
	    buf_str(&errors), STR("c:5: password_file: /p: No such file or directory\n"), "is an error with its line");
	configuration_close(&c);
	OK(c == NULL, "close clears");
	configuration_close(&c);
	buf_free(&errors);
}

static void
test_files(void)
{
	struct configuration *c;
	struct buf text, errors;
	char with[512];

	buf_init(&text, 65536);
	buf_init(&errors, 65536);
	file_write("s", STR("secret\n"), 0600);
	snprintf(with, sizeof(with), "password_file = \"%s\";\nca_file = \"%s\"", file_path("s"), folder);
	spoil("password_file = \"/p\"", with, &text);
	file_write("c", buf_str(&text), 0600);
	c = configuration_load(file_path("c"), &errors);
	if (!OK(c != NULL, "a file with a secret that is there"))
		return;
	IS_INT(configuration_check_files(c, &errors), -1, "a folder is no ca_file");
	OK(str_find(buf_str(&errors), STR("/c:6: ca_file: ")) > 0 && str_find(buf_str(&errors), STR(":5:")) < 0,
	    "only it is reported, with its line");
	c->mailboxes[0].server.ca_file = str_of(file_path("s"));
	buf_clear(&errors);
	IS_INT(configuration_check_files(c, &errors), 0, "all files are there");
	IS_STR(buf_str(&errors), STR(""), "and nothing is reported");
	configuration_close(&c);
	unlink(file_path("s"));
	buf_free(&text);
	buf_free(&errors);
}

static void
test_example(void)
{
	const char *top = getenv("srcdir");
	struct configuration *c, *plain;
	char path[PATH_MAX];
	struct buf errors, text;

	snprintf(path, sizeof(path), "%s/conf/casemaild.conf", top ? top : ".");
	buf_init(&errors, 65536);
	buf_init(&text, 65536);
	spoil("parts = 50;", "", &text);
	file_write("c", buf_str(&text), 0600);
	buf_free(&text);
	plain = configuration_load(file_path("c"), &errors);
	if (!OK(plain != NULL, "a file that leaves out all it may"))
		return;
	c = configuration_load(path, &errors);
	IS_STR(buf_str(&errors), STR(""), "the shipped example has no errors");
	OK(c != NULL, "and loads");
	if (c == NULL)
		return;
	OK(memcmp(&c->limits, &plain->limits, sizeof(c->limits)) == 0, "its limits are the defaults");
	IS_STR(c->patterns[0].text, plain->patterns[0].text, "its pattern is the default");
	IS_STR(c->reference_format, plain->reference_format, "its format likewise");
	OK(c->retry_days == plain->retry_days && c->approval_expiry_days == plain->approval_expiry_days &&
		c->ask_again_hours == plain->ask_again_hours && c->ask_again_most == plain->ask_again_most &&
		c->answers_per_10_minutes == plain->answers_per_10_minutes &&
		c->updates_authentication == plain->updates_authentication,
	    "its numbers likewise");
	configuration_close(&plain);
	configuration_close(&c);
	buf_free(&errors);
}

/* Every key of the schema stands in the page as an item. */
static void
test_manual(void)
{
	static const struct key top = { .name = "", .keys = NULL };
	const struct key *groups[32] = { &top };
	const char *source = getenv("srcdir");
	size_t n = 1, missing = 0;
	char path[PATH_MAX];
	char *page = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof(path), "%s/src/daemon/casemaild.conf.5", source ? source : ".");
	f = fopen(path, "re");
	if (!OK(f != NULL && fread(page, 1, 65535, f) > 0, "the manual can be read"))
		return;
	fclose(f);
	for (size_t i = 0; i < n; i++) {
		const struct key *keys = i ? groups[i]->keys : configuration_keys;
		size_t n_keys = i ? groups[i]->n_keys : configuration_n_keys;

		for (size_t k = 0; k < n_keys; k++) {
			char word[64];
			bool found = false;

			if (keys[k].n_keys)
				groups[n++] = &keys[k];
			snprintf(word, sizeof(word), " %s ", keys[k].name);
			for (struct str rest = str_of(page), line; !found && str_next_line(&rest, &line);)
				found = str_starts(line, STR(".It Ic ")) && str_find(line, str_of(word)) > 0;
			missing += !found;
			if (!found)
				printf("# not in the manual: %s%s%s\n", groups[i]->name, i ? "." : "", keys[k].name);
		}
	}
	IS_INT((long long)missing, 0, "the manual names every key");
	free(page);
}

static void
test_nearest(void)
{
	static const struct {
		const char *name, *near;
	} near[] = {
		{ "mailbox", "mailboxes" },
		{ "MAIL", "mail" },
		{ "limts", "limits" },
		{ "authetnication", "authentication" },
		{ "free_mail", "free_mail_domains" },
		{ "x", NULL },
		{ "something_else", NULL },
		{ "a_name_that_is_longer_than_any_key_may_be", NULL },
	};

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		IS_STR(str_of(configuration_nearest(near[i].name, configuration_keys, configuration_n_keys)),
		    str_of(near[i].near), near[i].name);
}

static void
secret_is(const char *name, const char *want, const char *error)
{
	struct err e = { 0 };
	struct buf secret, text;
	int result = configuration_secret(str_of(name), &secret, &e);

	buf_init(&text, 4096);
	IS_INT(result, want ? 0 : -1, name);
	if (want)
		IS_STR(buf_str(&secret), str_of(want), "its first line");
	buf_add_z(&text, e.text);
	shorten(&text);
	IS_STR(buf_str(&text), str_of(error), "its error");
	configuration_forget(&secret);
	OK(secret.p == NULL && secret.n == 0, "forgotten");
	buf_free(&text);
}

static void
test_secrets(void)
{
	char long_line[4200];

	memset(long_line, 'x', sizeof(long_line));
	file_write("s", STR("s3cret pass\r\nsecond\n"), 0600);
	secret_is(file_path("s"), "s3cret pass", "");
	file_write("s", STR("s"), 0640);
	secret_is(file_path("s"), NULL, "s may be read by others than its owner (mode 0640); run: chmod 600 s");
	file_write("s", STR("s"), 0604);
	secret_is(file_path("s"), NULL, "s may be read by others than its owner (mode 0604); run: chmod 600 s");
	file_write("s", STR("\nx"), 0400);
	secret_is(file_path("s"), NULL, "s is empty; write the secret on its first line");
	unlink(file_path("s"));
	file_write("s", STR("a\0b\n"), 0600);
	secret_is(file_path("s"), NULL, "s: its first line contains a NUL byte");
	file_write("s", (struct str){ long_line, 4097 }, 0600);
	secret_is(file_path("s"), NULL, "s: its first line is longer than 4096 bytes");
	file_write("s", (struct str){ long_line, 4200 }, 0600);
	secret_is(file_path("s"), NULL, "s: its first line is longer than 4096 bytes");
	long_line[4096] = '\0';
	file_write("s", (struct str){ long_line, 4096 }, 0600);
	secret_is(file_path("s"), long_line, "");
	unlink(file_path("s"));
	secret_is(file_path("s"), NULL, "s: No such file or directory");
	if (mkfifo(file_path("s"), 0600) != 0)
		abort();
	secret_is(file_path("s"), NULL, "s is not a regular file");
	unlink(file_path("s"));
	unsetenv("CREDENTIALS_DIRECTORY");
	secret_is("imap", NULL,
	    "imap: a relative name needs LoadCredential= in the unit ($CREDENTIALS_DIRECTORY is not set)");
	secret_is("", NULL, "the name of a secret file is empty");
}

/* As root the file is root's, as systemd's are; else group access is refused there too. */
static void
test_credentials(void)
{
	bool root = geteuid() == 0;

	file_write("imap", STR("pw\n"), 0440);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	secret_is("imap", root ? "pw" : NULL,
	    root ? "" : "imap may be read by others than its owner (mode 0440); run: chmod 600 imap");
	secret_is("../imap", NULL, "../imap: the name of a credential has no /");
	chmod(file_path("imap"), 0444);
	secret_is("imap", NULL, "imap may be read by others than its owner (mode 0444); run: chmod 600 imap");
	setenv("CREDENTIALS_DIRECTORY", "/nowhere", 1);
	chmod(file_path("imap"), 0440);
	secret_is(
	    file_path("imap"), NULL, "imap may be read by others than its owner (mode 0440); run: chmod 600 imap");
	unsetenv("CREDENTIALS_DIRECTORY");
}

int
main(void)
{
	static const char *const made[] = { "c", "part", "broken", "round", "big", "empty", "imap" };

	if (mkdtemp(folder) == NULL)
		abort();
	test_bad_files();
	test_unreadable();
	test_good_file();
	test_files();
	test_example();
	test_manual();
	test_nearest();
	test_secrets();
	test_credentials();
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		unlink(file_path(made[i]));
	rmdir(folder);
	return tap_done();
}
