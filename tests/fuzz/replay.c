/* SPDX-License-Identifier: ISC
 * replay.c: runs a fuzz target once on each of its seeds, without libFuzzer, so that every make check does.
 *
 * The program's name says which: replay_mime reads tests/fuzz/seeds/mime.
 */
#include "config.h"

#include <dirent.h>
#include <stdint.h>

#include "tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
run_file(const char *path, const char *name)
{
	FILE *f = fopen(path, "rb");
	struct buf b;
	char block[65536];
	size_t n;

	if (f == NULL) {
		OK(false, "%s: cannot be opened", name);
		return;
	}
	buf_init(&b, 64u << 20);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, (struct str){ block, n });
	fclose(f);
	LLVMFuzzerTestOneInput((const uint8_t *)b.p, b.n);
	OK(true, "%s", name);
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	const char *target = strrchr(argv[0], '_'), *srcdir = getenv("srcdir");
	char folder[4096], path[4400];
	struct dirent *entry;
	DIR *d;
	int files = 0;

	(void)argc;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s", srcdir ? srcdir : ".", target ? target + 1 : "");
	d = opendir(folder);
	while (d && (entry = readdir(d)))
		if (entry->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%.255s", folder, entry->d_name);
			run_file(path, entry->d_name);
			files++;
		}
	if (d)
		closedir(d);
	OK(files > 0, "%s holds seeds", folder);
	return tap_done();
}
