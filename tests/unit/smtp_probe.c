/* SPDX-License-Identifier: ISC
 * smtp_probe.c: sends mails with smtp.h as told on the command line, for tests/system/test_smtp.py.
 *
 *	smtp_probe CA_FILE USER PASSWORD_FILE TIMEOUT TLS HOST PORT [TLS HOST PORT ...] < jobs
 *
 * TLS: implicit, starttls, none. A job is a line "FROM TO FILE" ('-' for the null sender); for each a line
 * "RESULT CODE DOWN REPLY" is written.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outbox/smtp.h"

static void
mail_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "r");
	char block[65536];
	size_t n;

	if (f == NULL)
		abort();
	buf_init(out, 64 << 20);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(out, (struct str){ block, n });
	fclose(f);
}

static void
job_run(struct smtp *s, const char *from, const char *to, const char *path)
{
	static const char *const names[] = { "sent", "later", "refused", "unknown" };
	struct smtp_outcome out;
	struct buf mail;

	mail_read(path, &mail);
	smtp_send(s, strcmp(from, "-") == 0 ? STR_NONE : str_of(from), str_of(to), buf_str(&mail), &out);
	printf("%s %d %d %s\n", names[out.result], out.code, smtp_is_down(s), out.reply);
	fflush(stdout);
	buf_free(&mail);
}

int
main(int argc, char **argv)
{
	struct server servers[4] = { 0 };
	char line[4096], from[1024], to[1024], path[1024];
	size_t n = 0;
	struct smtp *s;

	for (int i = 5; i + 2 < argc && n < 4; i += 3)
		servers[n++] = (struct server){ .host = str_of(argv[i + 1]),
			.ca_file = str_of(argv[1]),
			.user = str_of(argv[2]),
			.password_file = str_of(argv[3]),
			.timeout_seconds = atoi(argv[4]),
			.port = atoi(argv[i + 2]),
			.tls = strcmp(argv[i], "implicit") == 0   ? TLS_IMPLICIT
			       : strcmp(argv[i], "starttls") == 0 ? TLS_STARTTLS
								  : TLS_NONE };
	if (n == 0)
		return 2;
	s = smtp_open(servers, n);
	while (fgets(line, sizeof line, stdin) != NULL)
		if (sscanf(line, "%1023s %1023s %1023s", from, to, path) == 3)
			job_run(s, from, to, path);
	smtp_close(&s);
	return 0;
}
