/* SPDX-License-Identifier: ISC
 * test_compose.c: letters as bytes, and values that are refused.
 */
#include "config.h"

#include "outbox/compose.h"

#include "outbox/header.h"
#include "tap.h"

static const struct letter plain = {
	.message_id = STR("c1.abc@support.example"),
	.from_name = STR("Example Support"),
	.from = STR("support@support.example"),
	.to_name = STR("Eva Müller"),
	.to = STR("eva@acme.example"),
	.reply_to = STR("support+tok3n@support.example"),
	.subject = STR("The import stops [ref:00123456-k7m2q9x4w8r3]"),
	.text = STR("Hello\nworld\n"),
	.instance = STR("casemail-1"),
	.loop_mark = STR("0a1b2c"),
	.date = 1770000000000,
};

static struct buf out;

static bool
made(const struct letter *l)
{
	struct err e = { 0 };

	buf_clear(&out);
	if (compose_letter(l, &out, &e) == 0)
		return true;
	printf("# %s\n", e.text);
	return false;
}

static bool
has(const char *z)
{
	bool found = str_find(buf_str(&out), str_of(z)) >= 0;

	if (!found)
		printf("# not there: %s\n# in:\n%s\n", z, buf_z(&out));
	return found;
}

static bool
is_fit(void)
{
	size_t line = 0;

	for (size_t i = 0; i < out.n; i++) {
		if (out.p[i] == '\r' && i + 1 < out.n && out.p[i + 1] == '\n') {
			line = 0;
			i++;
		} else if ((unsigned char)out.p[i] >= 0x80 || strchr("\r\n", out.p[i]) != NULL || ++line > 998) {
			return false;
		}
	}
	return line == 0;
}

static void
test_headers(void)
{
	struct letter l = plain;

	OK(made(&l), "composes");
	OK(is_fit(), "7-bit lines that end in CR LF");
	OK(has("From: Example Support <support@support.example>\r\n"), "From");
	OK(has("To: =?utf-8?Q?Eva_M=C3=BCller?= <eva@acme.example>\r\n"), "To with an encoded name");
	OK(has("<eva@acme.example>\r\n"), "To");
	OK(has("Reply-To: Example Support <support+tok3n@support.example>\r\n"), "Reply-To");
	OK(has("Date: Mon, 02 Feb 2026 02:40:00 +0000\r\n"), "Date");
	OK(has("Message-ID: <c1.abc@support.example>\r\n"), "Message-ID");
	OK(has("Subject: The import stops [ref:00123456-k7m2q9x4w8r3]\r\n"), "Subject");
	OK(has("Auto-Submitted: auto-generated\r\n"), "Auto-Submitted of a notice");
	OK(has("X-Auto-Response-Suppress: All\r\n"), "X-Auto-Response-Suppress");
	OK(has("X-Loop: casemail-1;0a1b2c\r\n"), "X-Loop");
	OK(has("MIME-Version: 1.0\r\n"), "MIME-Version");
	OK(has("Content-Type: text/plain; charset=utf-8\r\n"), "text/plain");
	OK(has("\r\n\r\nHello\r\nworld\r\n"), "the text, as it is");
	OK(str_find(buf_str(&out), STR("References")) < 0 && str_find(buf_str(&out), STR("In-Reply-To")) < 0,
	    "no thread without one");
	l.is_answer = true;
	l.reply_to = STR_NONE;
	OK(made(&l) && has("Auto-Submitted: auto-replied\r\n"), "Auto-Submitted of an answer");
	OK(str_find(buf_str(&out), STR("Reply-To")) < 0, "no Reply-To without one");
}

static void
test_thread(void)
{
	struct letter l = plain;
	struct buf refs;

	buf_init(&refs, 4096);
	for (int i = 1; i <= 30; i++)
		buf_add_format(&refs, "%s<%d@x.example>", i > 1 ? " " : "", i);
	l.references = buf_str(&refs);
	l.in_reply_to = STR("30@x.example");
	OK(made(&l) && has("In-Reply-To: <30@x.example>\r\n"), "In-Reply-To");
	OK(has("<1@x.example>") && has("<21@x.example>") && has("<30@x.example>"), "the first and the last ten");
	OK(str_find(buf_str(&out), STR("<20@x.example>")) < 0 && str_find(buf_str(&out), STR("<2@x.example>")) < 0,
	    "none between");
	buf_free(&refs);
	l.references = STR("<a@b> (comment) <bad id@x> <> < > <c@d>");
	l.in_reply_to = STR("e@f");
	OK(made(&l) && has("References: <a@b> <c@d> <e@f>\r\n"), "what is not well-formed is left out");
	l.references = STR_NONE;
	OK(made(&l) && has("References: <e@f>\r\n"), "the answered mail alone");
	l.in_reply_to = STR("a@b> <c@d");
	OK(made(&l) && str_find(buf_str(&out), STR("In-Reply-To")) < 0, "an id with brackets is left out");
}

static void
test_bodies(void)
{
	struct letter l = plain;
	struct letter_file files[] = {
		{ STR("../übersicht.txt"), STR("text/plain"), STR("a\nb\r\n\xff") },
		{ STR("mail.eml"), STR("message/rfc822"), STR("From: x\n\ny") },
	};

	l.html = STR("<p>Hello</p>");
	OK(made(&l) && is_fit() && has("Content-Type: multipart/alternative; boundary="), "text and HTML");
	OK(has("Content-Type: text/html; charset=utf-8\r\n"), "HTML");
	l.text = STR("Grüße an alle, und noch viele Worte mehr in dieser Zeile, die lang ist.\n.\nFrom here\n");
	OK(made(&l) && is_fit() && has("Content-Transfer-Encoding: quoted-printable\r\n") && has("Gr=C3=BC=C3=9Fe"),
	    "few other letters: quoted-printable");
	OK(str_find(buf_str(&out), STR("=0D")) < 0, "line ends are not encoded");
	l.text = STR("日本語の手紙です。\nこれは二行目です。\n");
	OK(made(&l) && is_fit() && has("Content-Transfer-Encoding: base64\r\n"), "many: base64");
	OK(has("5pel5pys6Kqe44Gu5omL57SZ44Gn44GZ44CCDQ"), "with CR LF inside");
	l.text = plain.text;
	l.files = files;
	l.n_files = 2;
	OK(made(&l) && is_fit() && has("Content-Type: multipart/mixed; boundary="), "attachments");
	OK(has("YQpiDQr/"), "an attachment keeps its bytes");
	OK(has("Content-Disposition: attachment;") && has("filename*="), "its name is encoded (RFC 2231)");
	OK(str_find(buf_str(&out), STR("../")) < 0, "and is no path");
	OK(has("Content-Type: application/octet-stream; name=mail.eml"), "a mail is attached as bytes");
	l = plain;
	l.subject = STR("Réunion: 日本語の件名がここにあります、とても長いものですから折り返されます、必ず "
			"[ref:00123456-k7m2q9x4w8r3]");
	OK(made(&l) && is_fit() && has("Subject: =?"), "a subject is encoded (RFC 2047)");
	buf_free(&out);
	buf_init(&out, 100);
	struct err e = { 0 };

	OK(compose_letter(&plain, &out, &e) == -1 && e.kind == ERR_REJECT, "larger than the buffer may be: refused");
	buf_free(&out);
	buf_init(&out, 1 << 20);
}

static const struct {
	const char *name, *text, *want;
} texts[] = {
	{ "plain words", "a  b c", "a b c" },
	{ "one other word", "a \xc3\xbc c", "a =?utf-8?B?w7w=?= c" },
	{ "a blank between two", "M\xc3\xbcller-Meier-Schulze \xc3\x84rger",
	    "=?utf-8?Q?M=C3=BCller-Meier-Schulze_=C3=84rger?=" },
	{ "a look-alike", "=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?=" },
	{ "nothing", "", "" },
};

static void
test_text(void)
{
	struct buf b;
	struct str rest, word;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		buf_clear(&b);
		header_text(&b, str_of(texts[i].text));
		IS_STR(buf_str(&b), str_of(texts[i].want), texts[i].name);
	}
	buf_clear(&b);
	for (int i = 0; i < 200; i++)
		buf_add_z(&b, i % 3 ? "\xe6\x97\xa5" : "x");
	struct letter l = plain;
	size_t longest = 0;

	l.subject = buf_str(&b);
	OK(made(&l) && is_fit(), "a long word of other letters");
	rest = buf_str(&out);
	while (str_next_line(&rest, &word))
		longest = word.n > longest ? word.n : longest;
	OK(longest <= 84, "is folded: the longest line has %zu", longest);
	buf_clear(&b);
	header_mailbox(&b, STR("Doe, J. \"Jo\""), STR("a@b"));
	IS_STR(buf_str(&b), STR("\"Doe, J. \\\"Jo\\\"\" <a@b>"), "a name is quoted");
	buf_clear(&b);
	header_mailbox(&b, STR(" "), STR("a@b"));
	IS_STR(buf_str(&b), STR("a@b"), "an empty one is left out");
	buf_free(&b);
}

static void
refused(const struct letter *l, const char *name)
{
	struct err e = { 0 };

	buf_clear(&out);
	OK(compose_letter(l, &out, &e) == -1 && e.kind == ERR_REJECT && e.text[0], "req 30: refuses %s", name);
}

static void
test_refused(void)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{ "From", offsetof(struct letter, from) },
		{ "To", offsetof(struct letter, to) },
		{ "Reply-To", offsetof(struct letter, reply_to) },
		{ "From name", offsetof(struct letter, from_name) },
		{ "To name", offsetof(struct letter, to_name) },
		{ "Subject", offsetof(struct letter, subject) },
		{ "Message-ID", offsetof(struct letter, message_id) },
		{ "In-Reply-To", offsetof(struct letter, in_reply_to) },
		{ "References", offsetof(struct letter, references) },
		{ "instance", offsetof(struct letter, instance) },
		{ "loop mark", offsetof(struct letter, loop_mark) },
	};
	static const struct str bad[] = { STR("a@b.example\r\nBcc: c@d.example"), STR("a@b.example\nX: y"),
		STR("a@b.example\rX: y"), STR("a@b.example\0") };
	static const char *const addresses[] = { "", "a", "@b", "a@", "a b@c", "a@b c", "<a@b>", "a@b@c", "\"a\"@b",
		"a@b,c@d", "a@b>", "ä@b", "a@bä", "a(c)@b", "a:b@c", "a@[127.0.0.1]" };

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
			struct letter l = plain;

			*(struct str *)(void *)((char *)&l + fields[i].offset) = bad[k];
			refused(&l, fields[i].name);
		}
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		struct letter l = plain;

		l.to = str_of(addresses[i]);
		refused(&l, "an address that is not plain");
	}
	struct letter l = plain;
	struct letter_file file = { STR("a\r\nX: y"), STR("text/plain"), STR("x") };

	l.files = &file;
	l.n_files = 1;
	refused(&l, "a line end in a file's name");
	l = plain;
	l.text = STR("a\0b");
	refused(&l, "NUL in the text");
}

int
main(void)
{
	buf_init(&out, 1 << 20);
	test_headers();
	test_thread();
	test_bodies();
	test_text();
	test_refused();
	buf_free(&out);
	return tap_done();
}
