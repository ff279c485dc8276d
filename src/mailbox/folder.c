/* SPDX-License-Identifier: ISC
 * folder.c: UTF-8 to modified UTF-7. Does not ask the server anything.
 *
 * Characters outside of printable ASCII go, as UTF-16, in runs of base64 without padding and with
 * "," for "/" between "&" and "-"; "&" itself is "&-".
 */
#include "config.h"

#include "mailbox/folder.h"

#include <stdint.h>
#include <string.h>

struct run {
	bool is_open;
	uint32_t bits;
	unsigned n; /* bits not yet written */
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Takes one code point off *s; false where it is not well-formed UTF-8. */
static bool
next_code(struct str *s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)s->p[0];
	size_t more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;

	if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || s->n <= more)
		return false;
	*code = more == 0 ? c : c & (0x3fU >> more);
	for (size_t i = 1; i <= more; i++) {
		if (((unsigned char)s->p[i] & 0xc0) != 0x80)
			return false;
		*code = *code << 6 | ((unsigned char)s->p[i] & 0x3f);
	}
	*s = str_skip(*s, more + 1);
	return *code >= least[more] && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
}

static void
run_add(struct run *r, struct buf *out, uint32_t unit)
{
	if (!r->is_open)
		buf_add_char(out, '&');
	r->is_open = true;
	r->bits = r->bits << 16 | unit;
	for (r->n += 16; r->n >= 6; r->n -= 6)
		buf_add_char(out, digits[r->bits >> (r->n - 6) & 0x3f]);
	r->bits &= (1U << r->n) - 1;
}

static void
run_end(struct run *r, struct buf *out)
{
	if (!r->is_open)
		return;
	if (r->n > 0)
		buf_add_char(out, digits[r->bits << (6 - r->n) & 0x3f]);
	buf_add_char(out, '-');
	*r = (struct run){ 0 };
}

static int
encode(struct str name, char delimiter, struct buf *out, struct err *e)
{
	struct run run = { 0 };
	uint32_t code;

	while (name.n > 0) {
		if (!next_code(&name, &code))
			return err_set(e, ERR_FATAL, "not UTF-8");
		if (code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0) || code == '*' || code == '%')
			return err_set(e, ERR_FATAL, "control characters, * and %% are not allowed");
		if (code >= 0x10000) {
			run_add(&run, out, 0xd800 + ((code - 0x10000) >> 10));
			run_add(&run, out, 0xdc00 + ((code - 0x10000) & 0x3ff));
		} else if (code >= 0x80) {
			run_add(&run, out, code);
		} else {
			run_end(&run, out);
			if (code == '/' && delimiter == '\0')
				return err_set(e, ERR_FATAL, "the server knows no folders within folders");
			buf_add_char(out, code == '/' ? delimiter : (char)code);
			if (code == '&')
				buf_add_char(out, '-');
		}
	}
	run_end(&run, out);
	return 0;
}

int
folder_name(struct str name, struct str prefix, char delimiter, char out[FOLDER_MAX], struct err *e)
{
	struct buf b;
	int r = 0;

	buf_init(&b, FOLDER_MAX - 1);
	if (name.n == 0)
		r = err_set(e, ERR_FATAL, "empty");
	if (r == 0 && !str_equal_nocase(name, STR("INBOX")) && !str_starts(name, prefix))
		buf_add(&b, prefix);
	if (r == 0)
		r = encode(name, delimiter, &b, e);
	if (r == 0 && b.overflow)
		r = err_set(e, ERR_FATAL, "too long");
	if (r == 0)
		memcpy(out, buf_z(&b), b.n + 1);
	else
		err_prefix(e, "folder %.*s: ", STR_ARGS(name));
	buf_free(&b);
	return r;
}
