/* SPDX-License-Identifier: ISC
 * charset_module.h: the conversions that there are. Used by charset*.c only.
 */
#ifndef CASEMAIL_READING_CHARSET_MODULE_H
#define CASEMAIL_READING_CHARSET_MODULE_H

#include "base/arena.h"
#include "base/str.h"

enum module {
	M_UTF8,
	M_ISO2022JP,
	M_HZ,
	M_CP1252,
	M_FIRST_ICONV = M_CP1252,
	M_8859_2,
	M_8859_3,
	M_8859_4,
	M_8859_5,
	M_8859_6,
	M_8859_7,
	M_8859_8,
	M_8859_10,
	M_8859_13,
	M_8859_14,
	M_8859_15,
	M_8859_16,
	M_CP874,
	M_CP1250,
	M_CP1251,
	M_CP1253,
	M_CP1254,
	M_CP1255,
	M_CP1256,
	M_CP1257,
	M_CP1258,
	M_KOI8R,
	M_KOI8U,
	M_CP437,
	M_CP850,
	M_CP852,
	M_CP866,
	M_MAC,
	M_MACCYRILLIC,
	M_CP932,
	M_EUCJP,
	M_CP949,
	M_ISO2022KR,
	M_GB18030,
	M_ISO2022CN,
	M_BIG5,
	M_CP950,
	M_EUCTW,
	M_UTF7,
	M_UTF16,
	M_UTF16LE,
	M_UTF16BE,
	M_UTF32,
	M_COUNT
};

/* The enum module of a label, or -1; hint-like nonsense is -1 too. */
int module_of(struct str label);
/* Whether a label says nothing about 8-bit bytes: "us-ascii", "unknown-8bit", none at all. */
bool module_is_unsaid(struct str label);
const char *module_name(enum module m);  /* for people: "shift_jis" */
const char *module_iconv(enum module m); /* iconv's; NULL for those converted by us */

/* s by one module, in a; *bad: how many U+FFFD it took. a NULL: only counts. Linear in s. */
struct str module_convert(enum module m, struct str s, struct arena *a, size_t *bad);
/* Multibyte sequences of UTF-8 in s, and places where there should be one. */
void module_count_utf8(struct str s, size_t *good, size_t *bad);

#endif
