/* SPDX-License-Identifier: ISC
 * test_record.c: records there and back, and records that lie.
 */
#include "config.h"

#include "reading/record.h"

#include "reading/redact.h"
#include "setup.h"
#include "tap.h"

static struct arena *a;

static void
fill(struct reading *r)
{
	static struct reading_address from[] = { { { "J\xc3\xbcrg", 5 }, { "j@x.example", 11 } } };
	static struct str ancestors[] = { { "0123456789abcdefghjkmnpqrs@cases.example", 40 }, { "b@c", 3 } };
	static struct reading_reference references[] = { { { "42", 2 }, { "abcdefghjkmnp", 13 }, PLACE_SUBJECT } };
	static struct reading_token tokens[] = { { { "0123456789abcdefghjkmnpqrs", 26 }, PLACE_RECIPIENT } };
	static struct reading_recipient failed[] = { { { "x@y", 3 }, { "5.1.1", 5 }, { "failed", 6 }, { "no", 2 } } };
	static struct reading_attachment attachments[] = { { .name = { "a \"b\"\n", 6 },
	    .type = { "a/b", 3 },
	    .content = { "\xff\0\1", 3 },
	    .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	    .is_inline = true } };
	static struct str hosts[] = { { "mx.x", 4 }, { NULL, 0 } };
	static struct reading_results results[] = { { { "mx.x", 4 }, RESULTS_BELOW, { "dmarc=pass", 10 } } };
	static struct str notes[] = { { "note", 4 } };

	*r = (struct reading){ .from = from,
		.n_from = 1,
		.subject = STR("s"),
		.authentication = AUTH_WEAK,
		.received_by = hosts,
		.n_received_by = 2,
		.results = results,
		.n_results = 1,
		.ancestors = ancestors,
		.n_ancestors = 2,
		.received = 3,
		.text = STR("text\nwith \xe2\x82\xac"),
		.new_text = STR("text"),
		.interleaved = true,
		.kind = KIND_BOUNCE,
		.permanent = -1,
		.failed = failed,
		.n_failed = 1,
		.references = references,
		.n_references = 1,
		.tokens = tokens,
		.n_tokens = 1,
		.attachments = attachments,
		.n_attachments = 1,
		.notes = notes,
		.n_notes = 1,
		.content_key = STR("00") };
}

static void
test_there_and_back(void)
{
	struct reading r, back;
	struct buf one, two;
	struct err e = { 0 };
	struct str exact;

	fill(&r);
	buf_init(&one, 1u << 20);
	buf_init(&two, 1u << 20);
	record_from_reading(&r, &one);
	exact = tap_exact(buf_str(&one));
	IS_INT(record_to_reading(exact, a, &back, &e), 0, "a record is read");
	record_from_reading(&back, &two);
	OK(str_equal(buf_str(&one), buf_str(&two)), "and gives the same record");
	IS_STR(back.from[0].name, STR("J\xc3\xbcrg"), "a name");
	IS_STR(back.attachments[0].content, ((struct str){ "\xff\0\1", 3 }), "bytes");
	IS_INT(back.permanent, -1, "a negative number");
	IS_INT(back.authentication, AUTH_WEAK, "an enum");
	OK(back.n_results == 1 && back.results[0].standing == RESULTS_BELOW &&
		str_equal(back.results[0].text, STR("dmarc=pass")),
	    "a list of results");
	OK(back.interleaved && !back.is_forward, "flags");
	free((char *)(size_t)exact.p);
	buf_free(&one);
	buf_free(&two);
}

/* Each way to lie, on a good record: cut anywhere, or one byte changed, must be refused or read, never more. */
static void
test_lies(void)
{
	struct reading r, back;
	struct buf b;
	struct err e = { 0 };
	int accepted = 0;

	fill(&r);
	buf_init(&b, 1u << 20);
	record_from_reading(&r, &b);
	for (size_t n = 0; n < b.n; n++) {
		struct str exact = tap_exact((struct str){ b.p, n });

		accepted += record_to_reading(exact, a, &back, &e) == 0;
		free((char *)(size_t)exact.p);
	}
	IS_INT(accepted, 0, "a record cut anywhere is refused");
	IS_INT(e.kind, ERR_REJECT, "as an item, not for ever");
	for (size_t i = 0; i < b.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct str exact = tap_exact(buf_str(&b));

			((char *)(size_t)exact.p)[i] ^= (char)(1 << bit);
			record_to_reading(exact, a, &back, &e);
			free((char *)(size_t)exact.p);
		}
	OK(true, "every changed bit was survived");
	buf_add_char(&b, '\0');
	OK(record_to_reading(buf_str(&b), a, &back, &e) < 0, "a byte too many is refused");
	buf_free(&b);
}

static void
test_values(void)
{
	struct reading r, back;
	struct buf b;
	struct err e = { 0 };

	buf_init(&b, 1u << 20);
	fill(&r);
	r.kind = KIND_COUNT;
	record_from_reading(&r, &b);
	OK(record_to_reading(buf_str(&b), a, &back, &e) < 0, "a kind that is none is refused");
	buf_clear(&b);
	fill(&r);
	r.subject = STR("\xff");
	record_from_reading(&r, &b);
	OK(record_to_reading(buf_str(&b), a, &back, &e) < 0, "text that is not UTF-8 is refused");
	buf_clear(&b);
	record_clean(&r, a);
	IS_STR(r.subject, STR("\xc3\xbf"), "cleaned, it is");
	record_from_reading(&r, &b);
	OK(record_to_reading(buf_str(&b), a, &back, &e) == 0, "and passes");
	buf_free(&b);
}

static void
test_setup(void)
{
	struct reading_setup s, back;
	struct err e = { 0 };
	struct buf b;

	setup_for_tests(&s);
	buf_init(&b, 1u << 20);
	record_from_setup(&s, &b);
	IS_INT(record_to_setup(buf_str(&b), a, &back, &e), 0, "a setup is read");
	IS_INT((long long)back.limits.message_bytes, (long long)s.limits.message_bytes, "a size");
	IS_STR(back.patterns.list[0], s.patterns.list[0], "a pattern");
	IS_INT(back.subaddress_delimiter, '+', "the delimiter");
	OK(record_to_reading(buf_str(&b), a, &(struct reading){ 0 }, &e) < 0, "a setup is no reading");
	buf_free(&b);
}

static void
test_json(void)
{
	struct reading r;
	struct buf b;

	fill(&r);
	buf_init(&b, 1u << 20);
	record_to_json(&r, "approve", &b);
	OK(str_find(buf_str(&b), STR("\"token\":\"abcd\"")) > 0, "a reference's token is cut");
	OK(str_find(buf_str(&b), STR("456789abcdefghjkmnpqrs")) < 0, "a reply token is cut wherever it stands");
	OK(str_find(buf_str(&b), STR("\"a \\\"b\\\"\\n\"")) > 0, "quotes and line ends are escaped");
	OK(str_find(buf_str(&b), STR("\"permanent\":null")) > 0, "unknown is null");
	OK(str_find(buf_str(&b), STR("\"verdict\":\"approve\"")) > 0, "the verdict");
	buf_free(&b);
}

static void
test_redact(void)
{
	static const struct {
		const char *text, *redacted;
	} rows[] = {
		{ "support+0123456789abcdefghjkmnpqrs@cases.example", "support+0123...@cases.example" },
		{ "mailto:support%2B0123456789ABCDEFGHJKMNPQRS%40x", "mailto:support%2B0123...%40x" },
		{ "mailto:support%2b0123456789abcdefghjkmnpqrs@x", "mailto:support%2b0123...@x" },
		{ "x2B0123456789ABCDEFGHJKMNPQRS%40x", "x2B0123456789ABCDEFGHJKMNPQRS%40x" },
		{ "Re: <0123456789abcdefghjkmnpqrs.abcdefghjkmnp@x>", "Re: <0123....abcdefghjkmnp@x>" },
		{ "0123456789abcdefghjkmnpqrs.txt", "0123456789abcdefghjkmnpqrs.txt" },
		{ "<0123456789ABCDEFGHJKMNPQRS%40x>", "<0123...%40x>" },
		{ "0123456789abcdefghjkmnpqrs alone", "0123456789abcdefghjkmnpqrs alone" },
		{ "zzzzzzzzzzzzzzzzzzzzzzzzzz alone, known", "zzzz... alone, known" },
		{ "0123456789abcdefghjkmnpqrst@too.long", "0123456789abcdefghjkmnpqrst@too.long" },
		{ "0123456789abcdefghjkmnpqro@no.token", "0123456789abcdefghjkmnpqro@no.token" },
		{ "", "" },
	};
	struct reading_token known[] = { { STR("zzzzzzzzzzzzzzzzzzzzzzzzzz"), PLACE_RECIPIENT } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b;

		buf_init(&b, 4096);
		redact_text(str_of(rows[i].text), known, 1, &b);
		IS_STR(buf_str(&b), str_of(rows[i].redacted), rows[i].text);
		buf_free(&b);
	}
}

int
main(void)
{
	a = arena_open(256u << 20);
	test_there_and_back();
	test_lies();
	test_values();
	test_setup();
	test_json();
	test_redact();
	arena_close(&a);
	return tap_done();
}
