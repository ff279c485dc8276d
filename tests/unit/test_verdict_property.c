/* SPDX-License-Identifier: ISC
 * test_verdict_property.c: answers put together by chance (fixed seed). What is quoted or signed never decides, and no
 * negated, hedged or asking sentence ever approves. CASEMAIL_PROPERTY_ROUNDS sets how many (20,000).
 */
#include "config.h"

#include "reading/verdict.h"

#include <stdint.h>

#include "tap.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static uint64_t state = 20260301;

static const char *const yes[] = { "Yes", "yes", "Approved", "I approve.", "YES!", "Ja", "Genehmigt.", "Oui",
	"Aprobado", "Evet", "Да", "はい", "同意", "승인합니다", "نعم", "כן", "Tak", "Ano", "Godkänt", "Kyllä",
	"Please grant access" };
static const char *const no[] = { "No", "no.", "Rejected", "I do not approve.", "Nein", "Abgelehnt", "Non", "Rechazado",
	"Hayır", "Нет", "いいえ", "不同意", "거절합니다", "لا", "לא", "Nie", "Ne", "Avslås", "Ei" };
static const char *const hedges[] = { "but only until Friday", "if the manager agrees", "unless I write",
	"not before Monday", "I did not mean that", "aber nur lesend", "wenn der Chef zustimmt", "mais pas maintenant",
	"sauf avis contraire", "pero no ahora", "mas apenas leitura", "ma solo in lettura", "maar alleen lezen",
	"ale tylko do odczytu", "jen pro čtení", "men bara läs", "men kun læse", "mutta vain luku", "ama sadece okuma",
	"но только чтение", "але лише читання", "ただし読み取りのみ", "但仅限只读", "하지만 읽기만", "ولكن للقراءة فقط",
	"אבל רק לקריאה", "wait please", "maybe", "never mind, wait", "are you sure?", "who is this?" };
static const char *const fillers[] = { "He starts on Monday.", "She is our new colleague.", "Conference room",
	"Alpha Beta", "+43 1 234", "Acme", "CFO" };
static const char *const closings[] = { "Regards", "Best regards,", "Viele Grüße", "Cordialement", "Saludos", "-- ",
	"--", "Sent from my iPhone", "Von meinem iPhone gesendet", "С уважением" };
static const char *const quotes[] = { "On Tue, 3 Mar 2026 at 10:12, S <s@v.example> wrote:\n",
	"-----Original Message-----\n",
	"________________________________\nFrom: S\nSent: Monday\nTo: J\nSubject: A\n\n",
	"Am 03.03.2026 um 10:12 schrieb S <s@v.example>:\n", "Le mar. 3 mars 2026 à 10:12, S <s@v.example> a écrit :\n",
	"2026年3月3日(火) 10:12 S <s@v.example>:\n" };
static const char *const joints[] = { ", ", " ", " - ", ". ", "\n", "\n\n", "; ", " (", "! " };

static const char *
pick_from(const char *const *list, size_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return list[(state >> 33) % n];
}
#define PICK(list) pick_from(list, COUNT(list))

static size_t
chance(size_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % n;
}

/* Text as quoted lines. */
static void
add_quoted(struct buf *b, const char *text)
{
	struct str rest = str_of(text), line;

	while (str_next_line(&rest, &line))
		buf_add_format(b, "> %.*s\n", STR_ARGS(line));
}

/* Nothing new is said: quote, signature and filler only. */
static void
make_silent(struct buf *b)
{
	const char *word = chance(2) ? PICK(yes) : PICK(no);

	switch (chance(5)) {
	case 0:
		buf_add_format(b, "%s\n%s\n", PICK(closings), word);
		break;
	case 1:
		add_quoted(b, word);
		break;
	case 2:
		buf_add_format(b, "%s%s\n", PICK(quotes), word);
		break;
	case 3:
		buf_add_format(b, "%s\n\n%s\n%s\n", PICK(fillers), PICK(closings), word);
		break;
	default:
		buf_add_format(b, "%s\n\n%s", PICK(fillers), PICK(quotes));
		add_quoted(b, word);
	}
}

/* A yes that is taken back, in some order. */
static void
make_hedged(struct buf *b)
{
	const char *a = PICK(yes), *h = PICK(hedges), *joint = PICK(joints);

	if (chance(4) == 0)
		buf_add_format(b, "%s%s%s", h, joint, a);
	else if (chance(4) == 0)
		buf_add_format(b, "%s\n\n%s\nAnna\n\n%s", a, pick_from(closings, 5), h);
	else
		buf_add_format(b, "%s%s%s", a, joint, h);
	if (chance(3) == 0)
		buf_add_format(b, "\n\n%s\nAnna\n", PICK(closings));
}

/* A yes and a no, or a clear answer with the other one in its quote. */
static enum verdict
make_pair(struct buf *b)
{
	switch (chance(3)) {
	case 0:
		buf_add_format(b, "%s%s%s", PICK(yes), PICK(joints), PICK(no));
		return VERDICT_AMBIGUOUS;
	case 1:
		buf_add_format(b, "%s\n\n%s", PICK(yes), PICK(quotes));
		add_quoted(b, PICK(no));
		return VERDICT_APPROVE;
	default:
		buf_add_format(b, "%s\n\n%s", PICK(no), PICK(quotes));
		add_quoted(b, PICK(yes));
		return VERDICT_DENY;
	}
}

static int
check(const struct verdict_phrases *p, struct arena *a, struct buf *b, bool may_approve, bool may_deny)
{
	struct str exact = tap_exact(buf_str(b));
	struct verdict_result r;
	int bad;

	verdict_read(p, exact, a, &r);
	bad = (r.verdict == VERDICT_APPROVE && !may_approve) || (r.verdict == VERDICT_DENY && !may_deny);
	if (bad) {
		struct str rest = exact, line;

		printf("# %s:\n", verdict_name(r.verdict));
		while (str_next_line(&rest, &line))
			printf("#   %.*s\n", STR_ARGS(line));
	}
	free((char *)exact.p);
	arena_reset(a);
	buf_clear(b);
	return bad;
}

int
main(void)
{
	const char *wanted = getenv("CASEMAIL_PROPERTY_ROUNDS");
	long rounds = wanted ? atol(wanted) : 20000;
	struct err e;
	struct verdict_phrases *p = verdict_open(NULL, NULL, NULL, &e);
	struct arena *a = arena_open((size_t)64 << 20);
	int silent = 0, hedged = 0, pairs = 0;
	struct buf b;

	buf_init(&b, 1 << 16);
	for (long i = 0; i < rounds / 3; i++) {
		enum verdict want;

		make_silent(&b);
		silent += check(p, a, &b, false, false);
		make_hedged(&b);
		hedged += check(p, a, &b, false, false);
		want = make_pair(&b);
		pairs += check(p, a, &b, want == VERDICT_APPROVE, want == VERDICT_DENY);
	}
	IS_INT(silent, 0, "what is quoted or signed never decides");
	IS_INT(hedged, 0, "what is hedged, negated or asked never decides");
	IS_INT(pairs, 0, "yes and no never decide together, and a quote never changes an answer");
	buf_free(&b);
	verdict_close(&p);
	arena_close(&a);
	return tap_done();
}
