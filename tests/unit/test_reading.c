/* SPDX-License-Identifier: ISC
 * test_reading.c: whole inputs to readings: choice of the text, attachments, notes, redaction, content key.
 */
#include "config.h"

#include "reading/reading.h"

#include "reading/charset.h"
#include "reading/record.h"
#include "setup.h"
#include "tap.h"

static struct arena *a;
static struct reader_context *context;

static void
read_message(const char *raw, struct reading *out)
{
	struct str exact = tap_exact(str_of(raw));

	/* what is read borrows from raw: a copy that lives as long as the arena */
	reading_read(context, READING_MESSAGE, arena_copy(a, exact), a, out);
	free((char *)(size_t)exact.p);
}

#define FROM "From: Jane <jane@x.example>\nMessage-ID: <m@x.example>\nDate: now\nSubject: s\n"
#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=a\n\n"
#define PLAIN "--a\nContent-Type: text/plain\n\n"
#define HTML "--a\nContent-Type: text/html\n\n"

static void
test_text(void)
{
	static const struct {
		const char *name, *raw, *new_text, *other_text;
	} rows[] = {
		{ "plain", FROM "\nhello\n", "hello", "" },
		{ "HTML alone", FROM "Content-Type: text/html\n\n<p>hello</p>", "hello", "" },
		{ "plain before HTML", FROM ALTERNATIVE PLAIN "one\n" HTML "<p>two</p>\n--a--\n", "one", "two" },
		{ "in any order", FROM ALTERNATIVE HTML "<p>two</p>\n" PLAIN "one\n--a--\n", "one", "two" },
		{ "an empty plain part", FROM ALTERNATIVE PLAIN " \n" HTML "<p>two</p>\n--a--\n", "two", "" },
		{ "a stub",
		    FROM ALTERNATIVE PLAIN "Your mail program does not support HTML.\n" HTML "<p>two</p>\n--a--\n",
		    "two", "Your mail program does not support HTML." },
		{ "two plain parts", FROM ALTERNATIVE PLAIN "one\n" PLAIN "two\n--a--\n", "one\ntwo", "" },
		{ "twice the same", FROM ALTERNATIVE PLAIN "one\n" PLAIN "one\n--a--\n", "one", "one" },
		{ "text around a picture",
		    FROM "Content-Type: multipart/mixed; boundary=a\n\n" PLAIN
			 "one\n--a\nContent-Type: image/png\n\nx\n" PLAIN "two\n--a--\n",
		    "one\ntwo", "" },
		{ "an attached text",
		    FROM "Content-Type: multipart/mixed; boundary=a\n\n" PLAIN
			 "one\n--a\nContent-Type: text/plain\nContent-Disposition: attachment\n\ntwo\n--a--\n",
		    "one", "" },
		{ "a text with a name",
		    FROM "Content-Type: multipart/mixed; boundary=a\n\n" PLAIN
			 "one\n--a\nContent-Type: text/plain; name=x.txt\n\ntwo\n--a--\n",
		    "one", "" },
		{ "a forwarded message's text",
		    FROM "Content-Type: multipart/mixed; boundary=a\n\n" PLAIN
			 "one\n--a\nContent-Type: message/rfc822\n\nSubject: x\n\nyes\n--a--\n",
		    "one", "" },
		{ "a delimiter that is another", FROM "Content-Type: multipart/mixed; boundary=b\n\nhello\n--a--\n",
		    "hello", "" },
		{ "no boundary", FROM "Content-Type: multipart/alternative\n\n<p>hello</p>\n", "hello", "" },
		{ "no parts", FROM "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a--\n", "", "" },
		{ "one inside that is never delimited",
		    FROM "Content-Type: multipart/mixed; boundary=a\n\n" PLAIN
			 "one\n--a\nContent-Type: multipart/mixed; boundary=b\n\ntwo\n" PLAIN "three\n--a--\n",
		    "one\ntwo\nthree", "" },
		{ "nothing", "", "", "" },
	};
	struct reading r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		read_message(rows[i].raw, &r);
		IS_STR(str_trim(r.new_text), str_of(rows[i].new_text), rows[i].name);
		IS_STR(str_trim(r.other_text), str_of(rows[i].other_text), rows[i].name);
	}
}

#define LONG "The pump in hall four stops after ten minutes and the display shows a code again."

/* HTML beside a text that cannot be an answer is left unread, and that is said. */
static void
test_unread_alternative(void)
{
	static const struct {
		const char *text;
		size_t repeat;
		bool unread;
	} rows[] = {
		{ "words words words words words words words words words words\n", 10, false },
		{ "words words words words words words words words words words\n", 100, true },
		{ LONG "\n", 3, true },
		{ LONG "\nand so on\n", 1, true },
		{ LONG "\n\nYes\n", 1, false },
		{ "Hello Jo,\n\n" LONG "\n", 1, false },
		{ LONG "\n\n", 6, true },
	};
	struct reading r = { 0 };
	struct buf raw;

	buf_init(&raw, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_clear(&raw);
		buf_add_z(&raw, FROM ALTERNATIVE PLAIN);
		for (size_t k = 0; k < rows[i].repeat; k++)
			buf_add_z(&raw, rows[i].text);
		buf_add_z(&raw, "\n" HTML "<p>Yes</p>\n--a--\n");
		read_message(buf_z(&raw), &r);
		OK(r.other_unread == rows[i].unread, "row %zu: other alternative %s", i,
		    r.other_unread ? "unread" : "read");
		IS_STR(r.other_text, rows[i].unread ? STR("") : STR("Yes"), "its text");
	}
	buf_free(&raw);
}

/* What an answer is read from stands by itself. */
static void
test_apart(void)
{
	static const struct {
		const char *text;
		bool interleaved;
	} rows[] = {
		{ "Yes\n\nOn Monday Support wrote:\n> Please decide.\n", false },
		{ "Yes\nOn Monday Support wrote:\n> Please decide.\n", false },
		{ "On Monday Support wrote:\n> Please decide.\n\nYes\n", false },
		{ "YES\n> on the first line to approve, or NO\n", true },
		{ "CAUTION: This mail came from outside the organisation.\n\nYes\n", true },
	};
	struct reading r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		reading_read(context, READING_TEXT, arena_copy(a, str_of(rows[i].text)), a, &r);
		OK(r.interleaved == rows[i].interleaved, "stands by itself: row %zu", i);
	}
}

static void
test_attachments(void)
{
	struct str refused[] = { STR("image/*"), STR(".eml"), STR(".scr") };
	struct reading_setup setup;
	struct reader_context *small;
	struct err e;
	struct reading r;
	static const char raw[] =
	    FROM "Content-Type: multipart/mixed; boundary=a\n\n" PLAIN
		 "x\n--a\nContent-Type: application/pdf; name=\"../../etc/passwd\"\n\n12345\n--a\n"
		 "Content-Type: image/png\nContent-Disposition: inline\nContent-ID: <c@x>\n\nabc\n--a\n"
		 "Content-Type: message/rfc822\n\nSubject: =?utf-8?q?=C3=BC?=\n\ny\n--a--\n";

	read_message(raw, &r);
	IS_INT((long long)r.n_attachments, 3, "three files");
	IS_STR(r.attachments[0].name, STR("../../etc/passwd"), "a name is data");
	IS_STR(str_of(r.attachments[0].sha256), STR("5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"),
	    "its digest");
	OK(r.attachments[1].is_inline, "inline");
	IS_STR(r.attachments[1].content_id, STR("c@x"), "content id");
	IS_STR(r.attachments[2].name, STR("ü.eml"), "a message is called by its subject");
	IS_INT((long long)r.n_notes, 0, "nothing to tell");
	setup_for_tests(&setup);
	setup.limits.attachment_bytes = 4;
	small = reading_open(&setup, &e);
	reading_read(small, READING_MESSAGE, str_of(raw), a, &r);
	IS_INT((long long)r.n_attachments, 1, "files that are too big are dropped");
	IS_STR(r.notes[0], STR("attachment-dropped ../../etc/passwd 5"), "with a note");
	reading_close(&small);
	setup_for_tests(&setup);
	setup.limits.refused_types = (struct strings){ refused, 3 };
	small = reading_open(&setup, &e);
	reading_read(small, READING_MESSAGE, str_of(raw), a, &r);
	IS_INT((long long)r.n_attachments, 1, "files of refused types are dropped");
	IS_STR(r.attachments[0].name, STR("../../etc/passwd"), "others are kept");
	IS_STR(r.notes[0], STR("attachment-refused  3"), "by their media type");
	OK(str_starts(r.notes[1], STR("attachment-refused ü.eml ")), "by extension");
	reading_read(small, READING_MESSAGE, STR(FROM "Content-Type: application/pdf; name=\"a.SCR. \"\n\nx\n"), a, &r);
	IS_STR(r.notes[0], STR("attachment-refused a.SCR. 2"), "in whatever letters, and with dots behind it");
	reading_close(&small);
}

static void
test_flags(void)
{
	struct reading r;

	read_message(FROM
	    "Content-Type: multipart/encrypted; boundary=a\n\n--a\nContent-Type: application/pgp-encrypted\n\n"
	    "Version: 1\n--a\nContent-Type: application/octet-stream\n\nx\n--a--\n",
	    &r);
	OK(r.encrypted && r.new_text.n == 0, "OpenPGP");
	IS_STR(r.notes[0], STR("text-encrypted"), "is told");
	read_message(FROM "Content-Type: application/pkcs7-mime; name=smime.p7m\n\nx\n", &r);
	OK(r.encrypted && r.n_attachments == 1, "S/MIME, kept");
	read_message(FROM "Content-Type: multipart/signed; boundary=a\n\n" PLAIN
			  "yes\n--a\nContent-Type: application/pgp-signature; name=s.asc\n\nx\n--a--\n",
	    &r);
	OK(!r.encrypted && r.n_attachments == 1, "signed is read");
	IS_STR(str_trim(r.new_text), STR("yes"), "its text");
	read_message(FROM "Content-Type: text/plain; charset=utf-8\n\n\xc3\xbc\xc3\xbc\xff\n", &r);
	OK(r.damaged, "damaged");
	read_message("From: a@b.example\nFrom: c@d.example\n\nx\n", &r);
	IS_STR(r.malformed, STR("two-from"), "malformed");
	OK(r.n_from == 0 && r.text.n == 0 && r.content_key.n == 64, "nothing else is said, but a content key");
}

static void
test_redaction(void)
{
	struct reading r;
	struct buf b;

	read_message("From: a@x.example\nTo: support+0123456789abcdefghjkmnpqrs@cases.example\n"
		     "In-Reply-To: <0123456789abcdefghjkmnpqrs@cases.example>\n\n"
		     "write to support+0123456789ABCDEFGHJKMNPQRS@cases.example\n",
	    &r);
	IS_STR(str_trim(r.text), STR("write to support+0123...@cases.example"), "a token in the text is cut");
	IS_STR(r.to[0].address, STR("support+0123...@cases.example"), "and in To");
	OK(r.addressed, "which is still ours");
	IS_STR(r.ancestors[0], STR("0123456789abcdefghjkmnpqrs@cases.example"), "what is looked up stays");
	buf_init(&b, 1u << 20);
	record_to_json(&r, NULL, &b);
	OK(str_find_nocase(buf_str(&b), STR("0123456789abc")) < 0, "nothing of it is in JSON");
	buf_free(&b);
	read_message("From: support@cases.example\nTo: b@x.example\n"
		     "Message-ID: <0123456789abcdefghjkmnpqrs.abcdefghjkmnp@cases.example>\n\nours, sent back\n",
	    &r);
	IS_STR(r.message_id, STR("0123....abcdefghjkmnp@cases.example"), "45: nor in the Message-ID of our own mail");
}

static void
test_hops(void)
{
	static char raw[40 * 32 + 100];
	struct reading r;

	for (int hops = 25; hops <= 26; hops++) {
		size_t n = 0;

		for (int i = 0; i < hops; i++)
			n += (size_t)snprintf(raw + n, sizeof(raw) - n, "Received: by mx%d.example; x\n", i);
		snprintf(raw + n, sizeof(raw) - n, "From: a@x.example\n\nhello\n");
		read_message(raw, &r);
		IS_STR(r.malformed, hops == 25 ? STR_NONE : STR("too-many-hops"), "a mail that goes round and round");
		IS_INT(r.received, hops, "trace fields");
	}
}

static void
test_content_key(void)
{
	struct reading one, two, three;

	read_message("Received: by a\n" FROM "Content-Transfer-Encoding: base64\n\naGVsbG8K\n", &one);
	read_message("Received: by b\nX: y\n" FROM "\nhello\n", &two);
	read_message(FROM "\nhello!\n", &three);
	IS_STR(one.content_key, two.content_key, "trace fields and encoding do not matter");
	OK(!str_equal(one.content_key, three.content_key), "text does");
}

static void
test_ancestors(void)
{
	struct reading r;

	read_message("From: a@b.example\nIn-Reply-To: <3@x>\nReferences: <1@x> <2@x>\n <3@x>\n\n", &r);
	IS_INT((long long)r.n_ancestors, 3, "each once");
	IS_STR(r.ancestors[0], STR("3@x"), "In-Reply-To first");
	IS_STR(r.ancestors[1], STR("2@x"), "then the newest");
	IS_STR(r.ancestors[2], STR("1@x"), "to the oldest");
}

static void
test_inputs(void)
{
	struct reading r;

	reading_read(context, READING_TEXT, STR("hello\r\n\r\n> quote\r\n"), a, &r);
	IS_STR(str_trim(r.new_text), STR("hello"), "text");
	reading_read(context, READING_HTML, STR("<p>hello</p>"), a, &r);
	IS_STR(str_trim(r.new_text), STR("hello"), "html");
	reading_read(context, READING_TEXT, STR("gr\xfc\xdf"), a, &r);
	OK(charset_is_utf8(r.text), "whatever comes in, UTF-8 comes out");
}

/* Every text of every reading is UTF-8, and its record is read back. */
static void
test_any_bytes(void)
{
	static const char head[] =
	    "From: \xfc <a\xff@b>\nSubject: \xe4=?utf-8?q?=ff?=\nMessage-ID: <\xfe>\nTo: \xf0,\xf1@x\n"
	    "References: <\xff>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: a/\xff; name=\"\xfc\xff\"\nContent-ID: <\xfd>\n\n";
	struct err e = { 0 };
	struct reading r, back;
	struct buf b, record;
	unsigned long long seed = 7;

	buf_init(&b, 1u << 16);
	buf_add_z(&b, head);
	for (int i = 0; i < 4000; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		buf_add_char(&b, (char)(seed >> 56));
	}
	reading_read(context, READING_MESSAGE, buf_str(&b), a, &r);
	buf_init(&record, 1u << 20);
	record_from_reading(&r, &record);
	IS_INT(record_to_reading(buf_str(&record), a, &back, &e), 0, "any bytes give a record that is read back");
	buf_clear(&record);
	record_to_json(&r, NULL, &record);
	OK(charset_is_utf8(buf_str(&record)), "and JSON in UTF-8");
	buf_free(&record);
	buf_free(&b);
}

int
main(void)
{
	struct reading_setup setup;
	struct err e = { 0 };

	a = arena_open(256u << 20);
	setup_for_tests(&setup);
	context = reading_open(&setup, &e);
	if (context == NULL) {
		printf("Bail out! %s\n", e.text);
		return 1;
	}
	test_text();
	test_unread_alternative();
	test_apart();
	test_attachments();
	test_flags();
	test_redaction();
	test_hops();
	test_content_key();
	test_ancestors();
	test_inputs();
	test_any_bytes();
	reading_close(&context);
	arena_close(&a);
	return tap_done();
}
