/* SPDX-License-Identifier: ISC
 * json.h: writes JSON (RFC 8259), nothing else. Commas come by themselves.
 *
 *	json_open(j, NULL, '{'); json_text(j, "name", s); json_number(j, "uid", 7); json_close(j, '}');
 *
 * key NULL: an array's element, or the outermost value. Text that is not valid UTF-8 has U+FFFD where it is not.
 */
#ifndef CASEMAIL_BASE_JSON_H
#define CASEMAIL_BASE_JSON_H

#include <stdint.h>

#include "base/str.h"

void json_open(struct buf *out, const char *key, char bracket); /* '{' or '[' */
void json_close(struct buf *out, char bracket);                 /* '}' or ']' */
void json_text(struct buf *out, const char *key, struct str s);
void json_number(struct buf *out, const char *key, int64_t n);
void json_bool(struct buf *out, const char *key, bool b);
void json_null(struct buf *out, const char *key);
/* An int64 of milliseconds as RFC 3339 UTC, or null for 0. */
void json_time(struct buf *out, const char *key, int64_t ms);
/* A value that is JSON already. */
void json_raw(struct buf *out, const char *key, struct str json);

#endif
