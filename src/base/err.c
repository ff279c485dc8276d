/* SPDX-License-Identifier: ISC
 * err.c: formats error texts. Does not log.
 */
#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
text_set(char *out, size_t size, const char *s)
{
	size_t n = 0;

	for (; *s && n + 5 < size; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
		else
			out[n++] = (char)c;
	}
	out[n] = '\0';
}

int
err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	char raw[sizeof(e->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(raw, sizeof(raw), format, ap);
	va_end(ap);
	e->kind = kind;
	text_set(e->text, sizeof(e->text), raw);
	return -1;
}

int
err_prefix(struct err *e, const char *format, ...)
{
	char raw[2 * sizeof(e->text)];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(raw, sizeof(e->text), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(e->text))
		n = (int)strlen(raw);
	snprintf(raw + n, sizeof(raw) - (size_t)n, "%s", e->text);
	text_set(e->text, sizeof(e->text), raw);
	return -1;
}
