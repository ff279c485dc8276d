/* SPDX-License-Identifier: ISC
 * test_smtp_reply.c: what a server said, and what became of the mail.
 */
#include "config.h"

#include "outbox/smtp_reply.h"

#include "tap.h"

/* script: reply lines, and '>' lines that move the phase on. */
static const struct {
	const char *name, *script;
	enum smtp_result result;
	int code;
	bool elsewhere;
} rows[] = {
	{ "taken", "220 hi\n250-a\n250 b\n>\n250 ok\n250 ok\n354 go\n>\n>\n250 taken\n", SMTP_SENT, 250, false },
	{ "on a kept connection", ">\n250 ok\n250 ok\n354 go\n>\n>\n250 taken\n", SMTP_SENT, 250, false },
	{ "forwarded", ">\n250 ok\n251 ok\n354 go\n>\n>\n250 taken\n", SMTP_SENT, 250, false },
	{ "recipient refused", ">\n250 ok\n550 no such user\n", SMTP_REFUSED, 550, false },
	{ "recipient later", ">\n250 ok\n451 greylisted\n", SMTP_LATER, 451, false },
	{ "sender refused", ">\n553 no\n", SMTP_REFUSED, 553, false },
	{ "login wanted", ">\n530 log in\n", SMTP_LATER, 530, false },
	{ "DATA refused", ">\n250 ok\n250 ok\n554 no\n", SMTP_REFUSED, 554, false },
	{ "mail refused", ">\n250 ok\n250 ok\n354 go\n>\n>\n554 spam\n", SMTP_REFUSED, 554, false },
	{ "mail later", ">\n250 ok\n250 ok\n354 go\n>\n>\n452 full\n", SMTP_LATER, 452, false },
	{ "lost before the data", ">\n250 ok\n250 ok\n", SMTP_LATER, 0, false },
	{ "lost within the data", ">\n250 ok\n250 ok\n354 go\n>\n", SMTP_LATER, 0, false },
	{ "lost after the data", ">\n250 ok\n250 ok\n354 go\n>\n>\n", SMTP_UNKNOWN, 0, false },
	{ "half an answer", ">\n250 ok\n250 ok\n354 go\n>\n>\n250-tak\n", SMTP_UNKNOWN, 0, false },
	{ "given up after the data, with a QUIT", ">\n250 ok\n250 ok\n354 go\n>\n>\n221 bye\n", SMTP_UNKNOWN, 0,
	    false },
	{ "refused, then a QUIT", ">\n250 ok\n250 ok\n354 go\n>\n>\n554 spam\n221 bye\n", SMTP_REFUSED, 554, false },
	{ "closing", ">\n421 bye\n", SMTP_LATER, 421, false },
	{ "no connection", "", SMTP_LATER, 0, true },
	{ "no service", "554 not you\n", SMTP_LATER, 554, true },
	{ "login refused", "220 hi\n250 b\n535 wrong\n", SMTP_LATER, 535, true },
	{ "STARTTLS missing", "220 hi\n250 b\n", SMTP_LATER, 0, true },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str rest = str_of(rows[i].script), line;
		struct smtp_dialogue d;
		struct smtp_outcome out;

		smtp_dialogue_init(&d);
		while (str_next_line(&rest, &line))
			if (str_equal(line, STR(">")))
				d.phase++;
			else
				smtp_dialogue_line(&d, line);
		IS_INT(smtp_dialogue_result(&d, STR("lost"), &out), rows[i].elsewhere, rows[i].name);
		IS_INT(out.result, rows[i].result, rows[i].name);
		IS_INT(out.code, rows[i].code, rows[i].name);
		OK(rows[i].code ? strncmp(out.reply, "lost", 4) != 0 : strcmp(out.reply, "lost") == 0, "%s: %s",
		    rows[i].name, out.reply);
	}
}

static void
test_text(void)
{
	struct smtp_dialogue d;
	struct smtp_outcome out;
	char line[2000];
	size_t n = 0;

	smtp_dialogue_init(&d);
	d.phase = PHASE_MAIL;
	smtp_dialogue_line(&d, STR("550-5.1.1 not\033[1m here\r\n"));
	smtp_dialogue_line(&d, STR("550 5.1.1 nor there\r\n"));
	smtp_dialogue_line(&d, STR("250 unasked\r\n"));
	smtp_dialogue_result(&d, STR_NONE, &out);
	IS_STR(
	    str_of(out.reply), STR("550-5.1.1 not\\x{1b}[1m here 5.1.1 nor there"), "lines are joined and printable");
	memset(line, 'x', sizeof line);
	memcpy(line, "550-", 4);
	smtp_dialogue_init(&d);
	d.phase = PHASE_MAIL;
	while (smtp_dialogue_line(&d, (struct str){ line, sizeof line }))
		n++;
	OK(n == SMTP_REPLIES_MOST / sizeof line, "replies without end are given up");
	IS_INT((long long)strlen(d.text), 511, "the text is cut");
}

static void
test_fit(void)
{
	static const struct {
		const char *address;
		bool fit;
	} addresses[] = { { "a@b", true }, { "a+b=c@d.example", true }, { "", false }, { "a", false }, { "a@", false },
		{ "@b", false }, { "a b@c", false }, { "a@b\r\nDATA", false }, { "a@b> SIZE=1", false },
		{ "<a@b>", false }, { "a\t@b", false }, { "\xc3\xa4@b", false }, { "a@b\x7f", false } };
	static const struct {
		struct str mail;
		bool fit;
	} mails[] = { { STR("A: b\r\n\r\nc\r\n"), true }, { STR(""), false }, { STR("A: b\n\nc\n"), false },
		{ STR("a\r\n\n.\n"), false }, { STR("a\rb\r\n"), false }, { STR("a\0b\r\n"), false },
		{ STR("\xc3\xa4\r\n"), false }, { STR("a"), false }, { STR("a\r"), false } };

	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		IS_INT(smtp_address_is_fit(str_of(addresses[i].address)), addresses[i].fit, "address");
	for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
		struct str exact = tap_exact(mails[i].mail);

		IS_INT(smtp_mail_is_fit(exact), mails[i].fit, "mail");
		free((void *)(uintptr_t)exact.p);
	}
}

int
main(void)
{
	test_rows();
	test_text();
	test_fit();
	return tap_done();
}
