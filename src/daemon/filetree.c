/* SPDX-License-Identifier: ISC
 * filetree.c: walks folders with a list of those still to be read, not by recursion: how deep they go costs no stack.
 * Memory grows with the names alone; no file is opened here.
 */
#include "config.h"

#include "daemon/filetree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct folder {
	const char *path;
	bool is_maildir; /* new or cur of one: names tell the time of delivery */
	struct folder *next;
};

struct walk {
	struct arena *arena;
	struct folder *todo;
	struct filetree_file *files; /* of malloc */
	size_t n, cap;
};

static void
folder_add(struct walk *w, const char *path, bool is_maildir)
{
	struct folder *f = arena_new(w->arena, struct folder);

	*f = (struct folder){ .path = path, .is_maildir = is_maildir, .next = w->todo };
	w->todo = f;
}

/* "1732291200.M5P7.host:2,S": seconds since 1970 up to the first dot. */
static int64_t
delivered_at(struct str name)
{
	struct str seconds;
	long long s;

	if (str_next_field(&name, '.', &seconds) && seconds.n >= 9 && seconds.n <= 11 && str_to_number(seconds, &s))
		return s * 1000;
	return 0;
}

static int
file_add(struct walk *w, const char *path, struct str maildir_name, const struct stat *st, struct err *e)
{
	int64_t at = delivered_at(maildir_name);

	if (w->n == FILETREE_MOST)
		return err_set(e, ERR_FATAL, "more than %d files: replay them in parts", FILETREE_MOST);
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 1024;
		w->files = reallocarray(w->files, w->cap, sizeof(*w->files));
		if (w->files == NULL)
			abort();
	}
	if (at == 0)
		at = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
	w->files[w->n++] = (struct filetree_file){ .path = path, .at = at };
	return 0;
}

static const char *
path_join(struct walk *w, const char *folder, const char *name)
{
	return arena_format(w->arena, "%s/%s", folder, name).p;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
entry_add(struct walk *w, const struct folder *f, const char *name, struct err *e)
{
	const char *path;
	struct stat st;

	if (name[0] == '.')
		return 0;
	path = path_join(w, f->path, name);
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set(e, ERR_FATAL, "%s: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode))
		return file_add(w, path, f->is_maildir ? str_of(name) : STR_NONE, &st, e);
	if (S_ISDIR(st.st_mode) && !f->is_maildir)
		folder_add(w, path, false);
	return 0;
}

static int
folder_read(struct walk *w, const struct folder *f, struct err *e)
{
	const char *fresh = path_join(w, f->path, "new"), *seen = path_join(w, f->path, "cur");
	struct dirent *entry;
	int ok = 0;
	DIR *d;

	if (!f->is_maildir && is_folder(fresh) && is_folder(seen)) {
		folder_add(w, fresh, true);
		folder_add(w, seen, true);
		return 0;
	}
	d = opendir(f->path);
	if (d == NULL)
		return err_set(e, ERR_FATAL, "%s: %s", f->path, strerror(errno));
	while (errno = 0, ok == 0 && (entry = readdir(d)) != NULL)
		ok = entry_add(w, f, entry->d_name, e);
	if (ok == 0 && errno != 0)
		ok = err_set(e, ERR_FATAL, "%s: %s", f->path, strerror(errno));
	closedir(d);
	return ok;
}

static int
file_order(const void *a, const void *b)
{
	const struct filetree_file *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : strcmp(x->path, y->path);
}

int
filetree_list(const char *path, struct arena *a, struct filetree_file **out, size_t *n, struct err *e)
{
	struct walk w = { .arena = a };
	struct stat st;
	int ok = 0;

	if (stat(path, &st) < 0)
		return err_set(e, ERR_FATAL, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		folder_add(&w, path, false);
	else if (S_ISREG(st.st_mode))
		ok = file_add(&w, path, STR_NONE, &st, e);
	else
		ok = err_set(e, ERR_FATAL, "%s: neither a file nor a folder", path);
	while (ok == 0 && w.todo) {
		const struct folder *f = w.todo;

		w.todo = f->next;
		ok = folder_read(&w, f, e);
	}
	if (w.n)
		qsort(w.files, w.n, sizeof(*w.files), file_order);
	*out = arena_array(a, w.n, sizeof(**out));
	if (w.n)
		memcpy(*out, w.files, w.n * sizeof(**out));
	*n = w.n;
	free(w.files);
	return ok;
}
