/* SPDX-License-Identifier: ISC
 * test_log.c: what is escaped, and how a line on standard error looks.
 */
#include "config.h"

#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/systemd.h"
#include "tap.h"

static void
test_escape(void)
{
	static const struct {
		const char *name;
		struct str in, out;
	} rows[] = {
		{ "plain text stays",
		    STR("Gr\xc3\xbc\xc3\x9f"
			"e \\ \"x\""),
		    STR("Gr\xc3\xbc\xc3\x9f"
			"e \\ \"x\"") },
		{ "line ends", STR("a\r\nb"), STR("a\\x{0d}\\x{0a}b") },
		{ "NUL", STR("a\0b"), STR("a\\x{00}b") },
		{ "escape and DEL", STR("\033[2J\x7f"), STR("\\x{1b}[2J\\x{7f}") },
		{ "C1 as UTF-8", STR("\xc2\x9b"), STR("\\x{9b}") },
		{ "C1 as a byte", STR("\x9b"), STR("\\x{9b}") },
		{ "no-break space stays", STR("\xc2\xa0"), STR("\xc2\xa0") },
		{ "right-to-left override",
		    STR("a\xe2\x80\xae"
			"b"),
		    STR("a\\x{202e}b") },
		{ "isolates", STR("\xe2\x81\xa6\xe2\x81\xa9"), STR("\\x{2066}\\x{2069}") },
		{ "LRM, RLM, ALM", STR("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"), STR("\\x{200e}\\x{200f}\\x{61c}") },
		{ "zero-width", STR("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf"),
		    STR("\\x{200b}\\x{200c}\\x{200d}\\x{2060}\\x{feff}") },
		{ "line separator", STR("\xe2\x80\xa8"), STR("\\x{2028}") },
		{ "overlong slash", STR("\xc0\xaf"), STR("\\x{c0}\\x{af}") },
		{ "overlong of three", STR("\xe0\x80\xaf"), STR("\\x{e0}\\x{80}\\x{af}") },
		{ "surrogate", STR("\xed\xa0\x80"), STR("\\x{ed}\\x{a0}\\x{80}") },
		{ "beyond U+10FFFF", STR("\xf4\x90\x80\x80"), STR("\\x{f4}\\x{90}\\x{80}\\x{80}") },
		{ "cut short", STR("a\xe2\x80"), STR("a\\x{e2}\\x{80}") },
		{ "four bytes stay", STR("\xf0\x9f\x98\x80"), STR("\xf0\x9f\x98\x80") },
		{ "nothing", STR(""), STR("") },
	};
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str in = tap_exact(rows[i].in);

		buf_clear(&out);
		log_escape(&out, in, false);
		IS_STR(buf_str(&out), rows[i].out, rows[i].name);
		free((char *)in.p);
	}
	buf_clear(&out);
	log_escape(&out, STR("a\n\tb\r"), true);
	IS_STR(buf_str(&out), STR("a\n\tb\\x{0d}"), "LF and TAB stay where lines are kept");
	buf_free(&out);
}

/* What the events of write() put on standard error, without the time, in out. */
static void
capture(void (*write_events)(void), struct buf *out)
{
	char path[] = "/tmp/test_log.XXXXXX", raw[8192];
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);
	ssize_t n;

	if (fd < 0 || saved < 0)
		abort();
	unlink(path);
	dup2(fd, STDERR_FILENO);
	log_open("intake support", LOG_LEVEL_INFO);
	write_events();
	dup2(saved, STDERR_FILENO);
	n = pread(fd, raw, sizeof(raw), 0);
	close(fd);
	close(saved);
	buf_clear(out);
	for (struct str rest = { raw, n > 0 ? (size_t)n : 0 }, line; str_next_line(&rest, &line);) {
		OK(line.n > 21 && line.p[10] == 'T' && line.p[19] == 'Z' && line.p[20] == ' ',
		    "the line starts with the time");
		buf_add(out, str_skip(line, 21));
		buf_add_char(out, '\n');
	}
}

static void
events_plain(void)
{
	LOG_INFO("started");
	LOG_WARNING("mail put aside", LOG_Z("reason", "too-large"), LOG_NUMBER("bytes", -7), LOG_TEXT("from", STR("")));
	LOG_ERROR("bad", LOG_Z("subject", "a \"b\"\nc %s"), { .key = NULL }, LOG_Z("x", "k=v"));
	LOG_DEBUG("not shown");
}

static void
events_long(void)
{
	static char text[2000];

	memset(text, 'a', sizeof(text));
	memcpy(text + 511, "\xc3\xa4", 2);
	LOG_INFO("long", LOG_TEXT("t", ((struct str){ text, sizeof(text) })));
}

static void
test_lines(void)
{
	struct buf out;

	buf_init(&out, 16384);
	capture(events_plain, &out);
	IS_STR(buf_str(&out),
	    STR("info intake support: started\n"
		"warning intake support: mail put aside reason=too-large bytes=-7 from=\"\"\n"
		"error intake support: bad subject=\"a \\\"b\\\"\\x{0a}c %s\" x=\"k=v\"\n"),
	    "lines with fields, escaped and quoted, nothing of debug, no colour in a file");
	capture(events_long, &out);
	IS_INT((long long)out.n, (long long)strlen("info intake support: long t=") + 511 + 3 + 1,
	    "a value is cut at 512 bytes where a character ends");
	buf_free(&out);
}

static void
test_journal(void)
{
	char stream[64];
	struct stat st;

	unsetenv("JOURNAL_STREAM");
	OK(!systemd_journal(), "no journal without JOURNAL_STREAM");
	setenv("JOURNAL_STREAM", "1:2", 1);
	OK(!systemd_journal(), "nor when it names another file");
	if (fstat(STDERR_FILENO, &st) != 0)
		abort();
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	OK(systemd_journal(), "but where it names standard error");
	setenv("JOURNAL_STREAM", "x", 1);
	OK(!systemd_journal(), "nor when it is no pair of numbers");
	unsetenv("JOURNAL_STREAM");
}

/* In the place of libsystemd's: keeps what would be sent. */
int sd_journal_sendv(const struct iovec *v, int n);
static struct buf sent;

int
sd_journal_sendv(const struct iovec *v, int n)
{
	for (int i = 0; i < n; i++) {
		buf_add(&sent, (struct str){ v[i].iov_base, v[i].iov_len });
		buf_add_char(&sent, '\n');
	}
	return 0;
}

static void
test_journal_fields(void)
{
	static char hostile[512];
	char stream[64];
	struct stat st;

	if (fstat(STDERR_FILENO, &st) != 0)
		abort();
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	buf_init(&sent, 1024 * 1024);
	log_open("intake support", LOG_LEVEL_INFO);
	LOG_WARNING("put aside", LOG_Z("from_address", "a\nPRIORITY=0"), LOG_NUMBER("uid", 7));
	IS_STR(buf_str(&sent),
	    STR("PRIORITY=4\nSYSLOG_IDENTIFIER=casemaild\nCASEMAIL_PROCESS=intake support\nCASEMAIL_EVENT=put aside\n"
		"MESSAGE=intake support: put aside from_address=\"a\\x{0a}PRIORITY=0\" uid=7\n"
		"CASEMAIL_FROM_ADDRESS=a\\x{0a}PRIORITY=0\nCASEMAIL_UID=7\n"),
	    "each field is a journal field");
	buf_clear(&sent);
	memset(hostile, '\n', sizeof(hostile));
	LOG_INFO("x", LOG_TEXT("a", ((struct str){ hostile, sizeof(hostile) })), LOG_Z("b", "end"));
	OK(str_ends(buf_str(&sent), STR("\nCASEMAIL_B=end\n")), "nothing is lost behind a value that grows");
	buf_free(&sent);
	unsetenv("JOURNAL_STREAM");
	log_open("test", LOG_LEVEL_INFO);
}

static void
test_watchdog(void)
{
	char pid[32];

	unsetenv("WATCHDOG_USEC");
	IS_INT(systemd_watchdog(), 0, "no watchdog");
	setenv("WATCHDOG_USEC", "30000000", 1);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	IS_INT(systemd_watchdog(), 15000, "half of its time");
}

int
main(void)
{
	test_journal();
	test_journal_fields();
	test_watchdog();
	test_escape();
	test_lines();
	return tap_done();
}
