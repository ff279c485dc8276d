/* SPDX-License-Identifier: ISC
 * test_mime.c: parts, transfer encodings, flowed text, winmail.dat.
 */
#include "config.h"

#include "reading/mime.h"

#include <time.h>

#include "reading/guard.h"
#include "reading/tnef.h"
#include "reading/transfer.h"
#include "setup.h"
#include "tap.h"

/* Sanitizers slow things down. */
#ifdef SANITIZED
#define HOSTILE_SECONDS 10.0
#else
#define HOSTILE_SECONDS 1.0
#endif

static struct arena *a;
static struct reading_setup setup;

static void
read_message(const char *raw, struct mime_message *m)
{
	mime_read(arena_copy(a, str_of(raw)), &setup.limits, a, m);
}

#define MIXED "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b c\"\n\npreamble\n--b c\n"

static void
test_parts(void)
{
	struct mime_message m;

	read_message("From: a@b\nSubject: =?utf-8?q?x?=\n\nhi\r\nthere\n", &m);
	IS_INT((long long)m.n_parts, 1, "one part");
	IS_STR(m.parts[0].type, STR("text/plain"), "is text");
	IS_STR(m.parts[0].text, STR("hi\nthere\n"), "with LF");
	IS_STR(mime_field(&m, "subject")->value, STR("x"), "a decoded field");
	OK(mime_field(&m, "Date") == NULL, "a field that is not there");

	read_message(MIXED "Content-Type: text/html; charset=iso-8859-1\n\n<p>\xfc\n--b c\n"
			   "Content-Type: application/pdf; name=x.pdf\nContent-Disposition: attachment\n"
			   "Content-Transfer-Encoding: base64\nContent-ID: <i@d>\n\naGVsbG8=\n--b c--\nepilogue\n",
	    &m);
	IS_INT((long long)m.n_parts, 3, "a multipart and its two leaves");
	IS_STR(m.parts[0].type, STR("multipart/mixed"), "the multipart stands first");
	IS_INT(m.parts[1].parent, 0, "the parent is its index");
	IS_INT(m.parts[1].depth, 1, "and the depth one more");
	IS_STR(m.parts[1].text, STR("<p>ü"), "text is UTF-8");
	IS_STR(m.parts[1].charset, STR("windows-1252"), "by its charset");
	IS_STR(m.parts[2].content, STR("hello"), "content is decoded");
	IS_STR(m.parts[2].name, STR("x.pdf"), "name");
	IS_STR(m.parts[2].disposition, STR("attachment"), "disposition");
	IS_STR(m.parts[2].content_id, STR("i@d"), "content id");
}

/* gmime is shown only the fields that it needs; all others are there, and the parts where they were. */
static void
test_many_fields(void)
{
	struct mime_message m;
	struct buf b;

	buf_init(&b, 1 << 20);
	for (int content = 0; content <= 40; content += 20) {
		buf_clear(&b);
		for (int i = 0; i < 50; i++)
			buf_add_format(&b, "X-Field-%d: value\n folded\n", i);
		for (int i = 0; i < content; i++)
			buf_add_format(&b, "Content-X-%d: value\n", i);
		buf_add_z(&b, "content-type: multipart/mixed;\n\tboundary=\"b c\"\nSubject: late\n\n--b c\n"
			      "Content-Type: message/rfc822\n\nSubject: inner\n\nhi\n--b c--\n");
		read_message(buf_z(&b), &m);
		IS_INT((long long)m.n_fields, 52 + content, "all fields");
		IS_STR(mime_field(&m, "Subject")->value, STR("late"), "one behind the type");
		IS_INT((long long)m.n_parts, 3, "the parts");
		if (m.n_parts < 3)
			continue;
		IS_STR(mime_part_field(&m.parts[2], "Subject")->value, STR("inner"), "a field of a part");
		IS_STR(m.parts[1].content, STR("Subject: inner\n\nhi"), "an embedded message's bytes");
		IS_STR(m.parts[2].text, STR("hi"), "a part's text");
	}
	buf_free(&b);
}

static void
test_odd_parts(void)
{
	static const struct {
		const char *name, *raw, *type, *text;
	} rows[] = {
		{ "no header", "\nhi\n", "text/plain", "hi\n" },
		{ "no body", "From: a@b", "text/plain", "" },
		{ "nothing", "", "text/plain", "" },
		{ "an mbox line", "From x Mon\nFrom: a@b\n\nhi\n", "text/plain", "hi\n" },
		{ "a type without a slash", "Content-Type: text\n\nhi\n", "text/plain", "hi\n" },
		{ "an empty type", "Content-Type:\n\nhi\n", "text/plain", "hi\n" },
		{ "a multipart without a boundary", "Content-Type: multipart/mixed\n\nhi\n", "multipart/mixed", "" },
		{ "a misspelt encoding", "Content-Transfer-Encoding: 7-bit\n\nhi=20\n", "text/plain", "hi=20\n" },
		{ "base 64", "Content-Transfer-Encoding: Base 64\n\naGkK\n", "text/plain", "hi\n" },
		{ "base64 with a comment", "Content-Transfer-Encoding: \"base64\" (x)\n\naGkK\n", "text/plain",
		    "hi\n" },
		{ "base64 without padding", "Content-Transfer-Encoding: base64\n\naGVsbG8\n", "text/plain", "hello" },
		{ "base64 with words behind",
		    "Content-Transfer-Encoding: base64\n\naGkK\naGVsbG8= ignored\n_______\nA list\n", "text/plain",
		    "hi\nhello" },
		{ "base64 in two runs", "Content-Transfer-Encoding: base64\n\naGVsbG8=\naGVsbG8=\n", "text/plain",
		    "hellohello" },
		{ "quoted/printable", "Content-Transfer-Encoding: quoted/printable\n\nh=69=\n!\n", "text/plain",
		    "hi!\n" },
		{ "quoted-printable, broken",
		    "Content-Transfer-Encoding: quoted-printable\n\na=zz=  \nb=", "text/plain", "a=zzb" },
		{ "uuencode", "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n#:&D*\n`\nend\n", "text/plain",
		    "hi\n" },
		{ "uuencode without begin", "Content-Transfer-Encoding: uuencode\n\n#:&D*\n`\nend\n", "text/plain",
		    "hi\n" },
		{ "uuencode that is none", "Content-Transfer-Encoding: uuencode\n\nplain words\n", "text/plain",
		    "plain words\n" },
		{ "uuencode in plain text stays", "From: a@b\n\nbegin 644 x\n#:&D*\n`\nend\n", "text/plain",
		    "begin 644 x\n#:&D*\n`\nend\n" },
		{ "an undeclared body in the header's charset", "Subject: =?iso-8859-9?q?=FE?=\n\n\xfe\xf0 ve \xfd\n",
		    "text/plain", "şğ ve ı\n" },
	};
	struct mime_message m;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		read_message(rows[i].raw, &m);
		OK(m.n_parts >= 1, "%s: has a part", rows[i].name);
		IS_STR(m.parts[0].type, str_of(rows[i].type), rows[i].name);
		IS_STR(m.parts[0].text, str_of(rows[i].text), rows[i].name);
	}
}

static void
test_mixed_line_ends(void)
{
	struct mime_message m;

	read_message(
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\n--b\r\n\r\ntwo\r\n--b--\r\n", &m);
	IS_STR(m.parts[1].text, STR("one"), "a bare LF before a delimiter");
	IS_STR(m.parts[2].text, STR("two"), "CR LF before a delimiter");
	OK(!m.odd, "line ends of the body are not the header's");
}

static void
test_embedded(void)
{
	struct mime_message m;

	read_message(MIXED "\nsee below\n--b c\nContent-Type: message/rfc822\n\n"
			   "From: x@y\nTO: z@y\nSubject: inner\nContent-Type: multipart/mixed; boundary=i\n\n"
			   "--i\n\nFrom: here\n--i--\n\n--b c--\n",
	    &m);
	IS_INT((long long)m.n_parts, 5, "all parts");
	IS_STR(m.parts[2].type, STR("message/rfc822"), "the message");
	IS_STR(m.parts[2].content,
	    STR("From: x@y\nTO: z@y\nSubject: inner\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nFrom: "
		"here\n--i--\n"),
	    "is kept as it stands");
	IS_STR(mime_part_field(&m.parts[3], "Subject")->value, STR("inner"), "its fields are its top part's");
	IS_STR(mime_part_field(&m.parts[3], "From")->value, STR("x@y"), "address fields too");
	IS_STR(m.parts[4].text, STR("From: here"), "text is not changed");
	IS_INT(m.parts[4].depth, 3, "depth");
}

static void
test_limits(void)
{
	struct mime_message m;
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_add_z(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 500; i++)
		buf_add_z(&b, "--b\n\nx\n");
	mime_read(buf_str(&b), &setup.limits, a, &m);
	OK(m.truncated && m.n_parts <= setup.limits.parts, "parts beyond the limit are left out");
	buf_clear(&b);
	buf_add_z(&b, "X: y\n\n");
	while (b.n < 1000000)
		buf_add_z(&b, "0123456789");
	setup.limits.text_bytes = 1000;
	mime_read(buf_str(&b), &setup.limits, a, &m);
	setup_for_tests(&setup);
	OK(m.parts[0].cut && m.parts[0].text.n == 1000, "long text is cut");
	buf_free(&b);
}

static void
test_flowed(void)
{
	static const struct {
		const char *name, *text, *unflowed;
		bool delete_space;
	} rows[] = {
		{ "joined", "a \nb\n", "a b\n", false },
		{ "DelSp", "a \nb\n", "ab\n", true },
		{ "hard ends stay", "a\nb\n", "a\nb\n", false },
		{ "space-stuffing", " >a\n From b\n", ">a\nFrom b\n", false },
		{ "quotes keep their depth", "> a \n> b\n>> c\nd\n", "> a b\n>> c\nd\n", false },
		{ "another depth ends a paragraph", "> a \nb\n", "> a \nb\n", false },
		{ "a signature line is no flow", "a \n-- \nb\n", "a \n-- \nb\n", false },
		{ "an empty quoted line", "> a\n>\n> b\n", "> a\n>\n> b\n", false },
		{ "no final line end", "a \nb", "a b", false },
		{ "nothing", "", "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str in = tap_exact(str_of(rows[i].text));

		IS_STR(transfer_unflow(in, rows[i].delete_space, a), str_of(rows[i].unflowed), rows[i].name);
		free((char *)(size_t)in.p);
	}
}

/* A small TNEF stream, attribute by attribute. */
static void
tnef_add(struct buf *b, int level, unsigned id, struct str data)
{
	buf_add_char(b, (char)level);
	for (int i = 0; i < 4; i++)
		buf_add_char(b, (char)(id >> (8 * i)));
	for (int i = 0; i < 4; i++)
		buf_add_char(b, (char)(data.n >> (8 * i)));
	buf_add(b, data);
	buf_add(b, (struct str){ "\0\0", 2 });
}

static void
test_tnef(void)
{
	struct tnef_file files[4];
	struct buf b, whole;
	struct mime_message m;
	int survived = 0;

	buf_init(&b, 4096);
	buf_add(&b, (struct str){ "\x78\x9f\x3e\x22\0\0", 6 });
	tnef_add(&b, 1, 0x89006, STR("x"));
	tnef_add(&b, 2, 0x69002, STR("render"));
	tnef_add(&b, 2, 0x18010, (struct str){ "SHORT~1.TXT\0", 12 });
	tnef_add(&b, 2, 0x6800f, STR("hello"));
	/* one property: PR_ATTACH_LONG_FILENAME, Unicode, "lng" and its NUL */
	tnef_add(&b, 2, 0x69005, (struct str){ "\1\0\0\0\x1f\0\x07\x37\1\0\0\0\x08\0\0\0l\0n\0g\0\0\0", 24 });
	tnef_add(&b, 2, 0x69002, STR("render"));
	tnef_add(&b, 2, 0x6800f, STR("second"));
	IS_INT((long long)tnef_read(buf_str(&b), a, files, 4), 2, "two files");
	IS_STR(files[0].name, STR("lng"), "the long name wins");
	IS_STR(files[0].content, STR("hello"), "content");
	IS_STR(files[1].content, STR("second"), "of the second");
	IS_INT((long long)tnef_read(buf_str(&b), a, files, 1), 1, "no more than asked for");
	for (size_t n = 0; n <= b.n; n++) {
		struct str exact = tap_exact((struct str){ b.p, n });

		survived += tnef_read(exact, a, files, 4) <= 2;
		free((char *)(size_t)exact.p);
	}
	IS_INT(survived, (long long)b.n + 1, "cut anywhere");
	buf_init(&whole, 8192);
	buf_add_z(&whole, "Content-Type: application/ms-tnef; name=winmail.dat\n\n");
	buf_add(&whole, buf_str(&b));
	mime_read(buf_str(&whole), &setup.limits, a, &m);
	IS_INT((long long)m.n_parts, 3, "its files become parts");
	IS_STR(m.parts[1].name, STR("lng"), "with their names");
	buf_free(&whole);
	buf_free(&b);
}

/* What the papers name as killers, and more, each within a second of CPU. */
static void
test_hostile(void)
{
	static const struct {
		const char *name, *head, *piece;
		size_t times;
	} rows[] = {
		{ "groups", "To: ", "g:", 200000 },
		{ "commas", "To: ", "a,", 16000 },
		{ "parts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n", 200000 },
		{ "parts within the limit", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n", 1999 },
		{ "req 15: nested messages", "", "Content-Type: message/rfc822\n\n", 30000 },
		{ "nested messages within the limit", "", "Content-Type: message/rfc822\n\n", 39 },
		{ "req 16: nested multiparts", "", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10000 },
		{ "brackets", "From: ", "(", 131000 },
		{ "a boundary of one quote", "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n", "--\"\n", 1000 },
		{ "an embedded list", "Content-Type: message/rfc822\n\nTo: ", "a,", 100000 },
		{ "encoded words", "Subject: ", "=?utf-8?q?=C3?= ", 2000 },
		{ "unended words", "Subject: ", "=?a?b?", 5000 },
		{ "parameters", "Content-Type: text/plain", ";a*1*=\"b\"", 3400 },
		{ "equals signs", "Content-Transfer-Encoding: quoted-printable\n\n", "=", 20000000 },
		{ "padding", "Content-Transfer-Encoding: base64\n\n", "=", 20000000 },
		{ "quote marks", "Content-Type: text/plain; format=flowed\n\n", ">", 1000000 },
		{ "bad UTF-8", "Content-Type: text/plain; charset=utf-8\n\n", "\xe4\xf6 ", 300000 },
		{ "bad GB 18030", "Content-Type: text/plain; charset=gb2312\n\n", "\xff", 1000000 },
		{ "escapes", "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\033$B\x7f", 250000 },
		{ "line ends", "\n", "\n", 4000000 },
		{ "dashes", "Content-Type: multipart/mixed; boundary=b\n\n", "--\n", 4000000 },
		{ "fields", "", "A:\n", 19000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading out = { 0 };
		struct mime_message m;
		struct buf b;
		clock_t before;
		double seconds;

		buf_init(&b, 64u << 20);
		buf_add_z(&b, rows[i].head);
		for (size_t n = 0; n < rows[i].times; n++)
			buf_add_z(&b, rows[i].piece);
		arena_reset(a);
		before = clock();
		if (guard_check(buf_str(&b), &setup.limits, a, &out))
			mime_read(buf_str(&b), &setup.limits, a, &m);
		seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
		OK(seconds < HOSTILE_SECONDS, "%s: %.2f s, %s", rows[i].name, seconds,
		    out.malformed.n ? out.malformed.p : "read");
		OK(arena_used(a) < 110u << 20, "%s: %zu MB", rows[i].name, arena_used(a) >> 20);
		buf_free(&b);
	}
}

int
main(void)
{
	a = arena_open(256u << 20);
	setup_for_tests(&setup);
	test_parts();
	test_many_fields();
	test_odd_parts();
	test_mixed_line_ends();
	test_embedded();
	test_limits();
	test_flowed();
	test_tnef();
	test_hostile();
	arena_close(&a);
	return tap_done();
}
