/* SPDX-License-Identifier: ISC
 * smtp_reply.c: from the lines a server says to what became of a mail (RFC 5321 4.2, 4.3.2).
 *
 * The reply that counts is the first in the mail's own dialogue that is not an acceptance, or the one after the final
 * dot. Whether nothing, or perhaps everything, arrived depends on how far the bytes had gone when the talk ended: only
 * after the last was given away can the server have taken the mail.
 */
#include "config.h"

#include "outbox/smtp_reply.h"

#include <string.h>

#include "base/log.h"

void
smtp_dialogue_init(struct smtp_dialogue *d)
{
	memset(d, 0, sizeof *d);
	d->whole = true;
}

static void
text_copy(char *to, size_t room, size_t used, struct str text)
{
	struct buf b;

	buf_init(&b, 4 * room);
	log_escape(&b, str_head(text, room), false);
	while (b.n > room - 1 - used) /* whole characters only */
		do
			b.n--;
		while (b.n > 0 && ((unsigned char)b.p[b.n] & 0xc0) == 0x80);
	if (b.n > 0)
		memcpy(to + used, b.p, b.n);
	to[used + b.n] = '\0';
	buf_free(&b);
}

void
smtp_outcome_set(struct smtp_outcome *out, enum smtp_result result, int code, struct str text)
{
	out->result = result;
	out->code = code;
	text_copy(out->reply, sizeof out->reply, 0, text);
}

static void
reply_take(struct smtp_dialogue *d, int code)
{
	d->code = code;
	if (d->phase == PHASE_CONNECT)
		return;
	d->answers++;
	if (d->answers == 1)
		d->first = code;
	if (d->phase == PHASE_HANDED && d->final == 0 && code != 221) /* 221 answers the QUIT of a talk given up */
		d->final = code;
	if (d->bad == 0 && code != 221 && code / 100 != (d->answers == 3 ? 3 : 2))
		d->bad = code;
}

bool
smtp_dialogue_line(struct smtp_dialogue *d, struct str line)
{
	size_t used;

	d->bytes += line.n;
	if (d->bytes > SMTP_REPLIES_MOST)
		return false;
	line = str_trim_right(line);
	if (line.n < 3 || !char_is_digit(line.p[0]) || !char_is_digit(line.p[1]) || !char_is_digit(line.p[2]))
		return true;
	if (d->bad == 0) {
		if (d->whole)
			d->text[0] = '\0';
		used = strlen(d->text);
		if (used > 0 && used + 1 < sizeof d->text)
			d->text[used++] = ' ';
		text_copy(d->text, sizeof d->text, used, used ? str_trim(str_skip(line, 4)) : line);
	}
	d->whole = line.n == 3 || line.p[3] != '-';
	if (d->whole)
		reply_take(d, (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0'));
	return true;
}

/* Says "we do not talk to you", not "we do not take this mail": a login that is missing, refused or too weak (RFC 4954
 * 6), and a server that closes. */
static bool
code_is_about_us(int code)
{
	return code == 421 || code == 530 || code == 534 || code == 535 || code == 538;
}

bool
smtp_dialogue_result(const struct smtp_dialogue *d, struct str error, struct smtp_outcome *out)
{
	struct str said = str_of(d->text);

	if (d->final / 100 == 2) {
		smtp_outcome_set(out, SMTP_SENT, d->final, said);
	} else if (d->phase == PHASE_CONNECT) {
		bool told = d->code >= 400;

		smtp_outcome_set(out, SMTP_LATER, told ? d->code : 0, told ? said : error);
		return true;
	} else if (d->bad >= 500 && d->bad < 600 && !code_is_about_us(d->bad)) {
		smtp_outcome_set(out, SMTP_REFUSED, d->bad, said);
	} else if (d->bad != 0) {
		smtp_outcome_set(out, SMTP_LATER, d->bad, said);
	} else {
		smtp_outcome_set(out, d->phase == PHASE_HANDED ? SMTP_UNKNOWN : SMTP_LATER, 0, error);
	}
	return false;
}

bool
smtp_address_is_fit(struct str a)
{
	bool at = false;

	for (size_t i = 0; i < a.n; i++) {
		if (a.p[i] <= ' ' || a.p[i] > '~' || a.p[i] == '<' || a.p[i] == '>')
			return false;
		at = at || (a.p[i] == '@' && i > 0 && i + 1 < a.n);
	}
	return at && a.n <= 254;
}

bool
smtp_mail_is_fit(struct str mail)
{
	size_t line = 0;

	for (size_t i = 0; i < mail.n; i++) {
		unsigned char c = (unsigned char)mail.p[i];

		if (c == '\r' && i + 1 < mail.n && mail.p[i + 1] == '\n') {
			i++;
			line = 0;
			continue;
		}
		if (c == '\r' || c == '\n' || c == '\0' || c >= 0x80 || ++line > 998)
			return false;
	}
	return mail.n > 0 && line == 0;
}
