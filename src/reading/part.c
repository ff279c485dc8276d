/* SPDX-License-Identifier: ISC
 * part.c: what the header of a part says of it. Lenient: types that make no sense become one that can be read or kept.
 */
#include "config.h"

#include "reading/part.h"

#include <string.h>

#include "reading/header.h"

struct str
part_raw(const struct mime_part *p, const char *name)
{
	const struct mime_field *f = mime_part_field(p, name);

	return f ? f->raw : STR_NONE;
}

static bool
is_type_token(struct str s)
{
	ptrdiff_t slash = str_find_char(s, '/');

	if (slash <= 0 || (size_t)slash + 1 == s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f ||
		    strchr("()<>@,;:\\\"[]?=", s.p[i]))
			return false;
	return str_find_char(str_skip(s, (size_t)slash + 1), '/') < 0;
}

static struct str
part_type(bool multipart, bool message, struct str content_type, struct arena *a)
{
	struct str type = header_main_value(content_type, a);

	if (multipart && !str_starts(type, STR("multipart/")))
		return STR("multipart/mixed");
	if (message && !str_starts(type, STR("message/")))
		return STR("message/rfc822");
	if (is_type_token(type))
		return type;
	if (type.n && str_starts(type, STR("text")))
		return STR("text/plain");
	/* a type that makes no sense, with a name: a file */
	return content_type.n && str_find_nocase(content_type, STR("name")) >= 0 ? STR("application/octet-stream")
										 : STR("text/plain");
}

static struct str
without_angles(struct str s)
{
	s = str_trim(s);
	if (str_starts(s, STR("<")))
		s = str_skip(s, 1);
	if (str_ends(s, STR(">")))
		s.n--;
	return s;
}

static struct str
part_name(struct str disposition, struct str type, struct arena *a)
{
	struct str name = header_parameter(disposition, "filename", a);

	if (name.n == 0)
		name = header_parameter(type, "name", a);
	if (name.n == 0)
		name = header_parameter(disposition, "name", a);
	return str_trim(name);
}

void
part_describe(struct mime_part *p, bool multipart, bool message, struct arena *a)
{
	struct str type = part_raw(p, "Content-Type"), disposition = part_raw(p, "Content-Disposition");

	p->type = part_type(multipart, message, type, a);
	p->disposition = header_main_value(disposition, a);
	p->name = part_name(disposition, type, a);
	p->content_id = str_trim(header_decode(without_angles(part_raw(p, "Content-ID")), STR_NONE, a));
	p->report_type = header_parameter(type, "report-type", a);
	p->method = header_parameter(type, "method", a);
	p->charset = header_parameter(type, "charset", a);
	if (multipart)
		p->boundary = header_parameter(type, "boundary", a);
}
