/* SPDX-License-Identifier: ISC
 * imap.c: the only file that knows libetpan. It is given a stream of ours, so that none of its
 * reads can block for ever and wire.c has seen every byte; its TLS, its MIME and header parsers,
 * ENVELOPE and BODYSTRUCTURE are never used.
 *
 * Messages come through its per-response handler, which fires only if a progress callback is set;
 * without it a batch would pile up in memory. IDLE is done here by lines, because libetpan drops
 * what a server says before its "+".
 */
#include "config.h"

#include "mailbox/imap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libetpan/libetpan.h>

#define STREAM_BUFFER 16384

struct imap {
	struct transport *transport; /* owned */
	mailimap *session;           /* owned, with its stream */
	size_t greeting_left;        /* of GREETING, still to be read */
	struct imap_status status;
	imap_item_handler *handler;
	void *context;
	bool dead;
	char idle_tag[16];
};

/* The login is libcurl's; so libetpan is told that the session begins authenticated. */
static const char GREETING[] = "* PREAUTH ready\r\n";

/* --- the stream ------------------------------------------------------- */

static ssize_t
stream_read(mailstream_low *low, void *p, size_t n)
{
	struct imap *m = low->data;

	if (m->greeting_left > 0) {
		if (n > m->greeting_left)
			n = m->greeting_left;
		memcpy(p, GREETING + sizeof(GREETING) - 1 - m->greeting_left, n);
		m->greeting_left -= n;
		return (ssize_t)n;
	}
	return transport_read(m->transport, p, n);
}

static ssize_t
stream_write(mailstream_low *low, const void *p, size_t n)
{
	struct imap *m = low->data;

	return transport_write(m->transport, p, n);
}

static int
stream_close(mailstream_low *low)
{
	(void)low;
	return 0;
}

static int
stream_fd(mailstream_low *low)
{
	(void)low;
	return -1;
}

static void
stream_free(mailstream_low *low)
{
	free(low);
}

static mailstream_low_driver stream_driver = {
	.mailstream_read = stream_read,
	.mailstream_write = stream_write,
	.mailstream_close = stream_close,
	.mailstream_get_fd = stream_fd,
	.mailstream_free = stream_free,
};

/* --- responses -------------------------------------------------------- */

static int64_t
date_value(const struct mailimap_date_time *d)
{
	struct tm tm = { .tm_year = d->dt_year - 1900,
		.tm_mon = d->dt_month - 1,
		.tm_mday = d->dt_day,
		.tm_hour = d->dt_hour,
		.tm_min = d->dt_min,
		.tm_sec = d->dt_sec };
	int zone = abs(d->dt_zone) % 10000;
	int64_t seconds = zone / 100 * 3600 + zone % 100 * 60;

	return ((int64_t)timegm(&tm) - (d->dt_zone < 0 ? -seconds : seconds)) * 1000;
}

static unsigned
flags_value(const struct mailimap_msg_att_dynamic *d)
{
	unsigned flags = 0;

	if (d->att_list == NULL)
		return 0;
	for (clistiter *i = clist_begin(d->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_flag_fetch *f = clist_content(i);

		if (f->fl_type != MAILIMAP_FLAG_FETCH_OTHER || f->fl_flag == NULL)
			continue;
		switch (f->fl_flag->fl_type) {
		case MAILIMAP_FLAG_SEEN:
			flags |= IMAP_SEEN;
			break;
		case MAILIMAP_FLAG_ANSWERED:
			flags |= IMAP_ANSWERED;
			break;
		case MAILIMAP_FLAG_FLAGGED:
			flags |= IMAP_FLAGGED;
			break;
		case MAILIMAP_FLAG_DELETED:
			flags |= IMAP_DELETED;
			break;
		case MAILIMAP_FLAG_DRAFT:
			flags |= IMAP_DRAFT;
			break;
		default:
			break;
		}
	}
	return flags;
}

static void
item_add(struct imap_item *item, const struct mailimap_msg_att_static *s)
{
	switch (s->att_type) {
	case MAILIMAP_MSG_ATT_UID:
		item->uid = s->att_data.att_uid;
		break;
	case MAILIMAP_MSG_ATT_RFC822_SIZE:
		item->size = s->att_data.att_rfc822_size;
		item->has_size = true;
		break;
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		if (s->att_data.att_internal_date != NULL)
			item->internal_date_ms = date_value(s->att_data.att_internal_date);
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		if (s->att_data.att_body_section->sec_body_part != NULL) {
			item->body.p = s->att_data.att_body_section->sec_body_part;
			item->body.n = s->att_data.att_body_section->sec_length;
			item->has_body = true;
		}
		break;
	default:
		break;
	}
}

static void
on_response(struct mailimap_msg_att *att, void *context)
{
	struct imap *m = context;
	struct imap_item item = { 0 };

	if (m->handler == NULL)
		return;
	for (clistiter *i = clist_begin(att->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_msg_att_item *a = clist_content(i);

		if (a->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC && a->att_data.att_dyn != NULL)
			item.flags = flags_value(a->att_data.att_dyn);
		else if (a->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC && a->att_data.att_static != NULL)
			item_add(&item, a->att_data.att_static);
	}
	m->handler(m->context, &item);
}

static void
on_progress(size_t current, size_t maximum, void *context)
{
	(void)current;
	(void)maximum;
	(void)context;
}

/* --- how a command ends ----------------------------------------------- */

static void
exists_update(struct imap *m)
{
	const struct mailimap_selection_info *sel = m->session->imap_selection_info;
	const struct mailimap_response_info *rsp = m->session->imap_response_info;
	uint64_t gone = rsp != NULL && rsp->rsp_expunged != NULL ? (uint64_t)clist_count(rsp->rsp_expunged) : 0;

	if (sel == NULL)
		return;
	if (sel->sel_exists + gone > m->status.exists)
		m->status.news = true;
	m->status.exists = sel->sel_exists;
}

/* libetpan's codes: one of its own per command stands for the server's NO, the rest are fatal. */
static enum imap_result
finish(struct imap *m, int r, int no, const char *command, struct err *e)
{
	exists_update(m);
	if (r == MAILIMAP_NO_ERROR)
		return IMAP_OK;
	if (r == no && transport_alive(m->transport)) {
		err_set(e, ERR_RETRY, "%s: the server said NO: %s", command,
		    m->session->imap_response != NULL ? m->session->imap_response : "");
		return IMAP_NO;
	}
	m->dead = true;
	if (r == MAILIMAP_ERROR_PROTOCOL && m->session->imap_response != NULL && transport_alive(m->transport))
		err_set(e, ERR_RETRY, "the server said BAD: %s", m->session->imap_response);
	else
		transport_trouble(m->transport, e);
	err_prefix(e, "%s: ", command);
	return IMAP_DEAD;
}

static bool
begin(struct imap *m, const char *command, enum imap_result *result, struct err *e)
{
	if (!m->dead)
		return true;
	transport_trouble(m->transport, e);
	err_prefix(e, "%s: ", command);
	*result = IMAP_DEAD;
	return false;
}

static _Noreturn void
out_of_memory(void)
{
	abort(); /* the supervisor restarts us; nothing was committed */
}

struct str
imap_code(const struct imap *m)
{
	const struct mailimap_response_info *rsp = m->session->imap_response_info;

	return rsp != NULL ? str_of(rsp->rsp_atom) : STR_NONE;
}

const struct imap_status *
imap_status(const struct imap *m)
{
	return &m->status;
}

void
imap_status_seen(struct imap *m)
{
	m->status.news = false;
}

struct transport *
imap_transport(struct imap *m)
{
	return m->transport;
}

/* --- opening and closing ---------------------------------------------- */

static enum imap_result
capabilities(struct imap *m, struct err *e)
{
	struct mailimap_capability_data *data = NULL;
	enum imap_result r =
	    finish(m, mailimap_capability(m->session, &data), MAILIMAP_ERROR_CAPABILITY, "CAPABILITY", e);

	if (r != IMAP_OK)
		return r;
	mailimap_capability_data_free(data);
	m->status.idle = mailimap_has_extension(m->session, "IDLE");
	m->status.move = mailimap_has_extension(m->session, "MOVE");
	m->status.uidplus = mailimap_has_extension(m->session, "UIDPLUS");
	m->status.condstore = mailimap_has_extension(m->session, "CONDSTORE");
	m->status.namespaces = mailimap_has_extension(m->session, "NAMESPACE");
	return IMAP_OK;
}

struct imap *
imap_open(struct transport **t, struct err *e)
{
	struct imap *m = calloc(1, sizeof(*m));
	mailstream_low *low;
	mailstream *stream;

	if (m == NULL || (m->session = mailimap_new(0, NULL)) == NULL)
		abort();
	m->transport = *t;
	*t = NULL;
	m->greeting_left = sizeof(GREETING) - 1;
	low = mailstream_low_new(m, &stream_driver);
	stream = low != NULL ? mailstream_new(low, STREAM_BUFFER) : NULL;
	if (stream == NULL)
		abort();
	mailimap_set_progress_callback(m->session, on_progress, on_progress, m);
	mailimap_set_msg_att_handler(m->session, on_response, m);
	if (mailimap_connect(m->session, stream) != MAILIMAP_NO_ERROR_AUTHENTICATED)
		out_of_memory();
	if (capabilities(m, e) != IMAP_OK)
		imap_close(&m);
	return m;
}

void
imap_close(struct imap **out)
{
	struct imap *m = *out;

	*out = NULL;
	if (m == NULL)
		return;
	mailstream_close(m->session->imap_stream);
	m->session->imap_stream = NULL; /* else libetpan would send LOGOUT and wait */
	mailimap_free(m->session);
	transport_close(&m->transport);
	free(m);
}

/* --- folders ---------------------------------------------------------- */

enum imap_result
imap_select(struct imap *m, const char *folder, struct err *e)
{
	const struct mailimap_selection_info *sel;
	enum imap_result r;

	if (!begin(m, "SELECT", &r, e))
		return r;
	r = finish(m, mailimap_select(m->session, folder), MAILIMAP_ERROR_SELECT, "SELECT", e);
	sel = m->session->imap_selection_info;
	if (r != IMAP_OK || sel == NULL)
		return r;
	m->status.writable = sel->sel_perm == MAILIMAP_MAILBOX_READWRITE;
	m->status.uidvalidity = sel->sel_uidvalidity;
	m->status.uidnext = sel->sel_uidnext;
	m->status.exists = sel->sel_exists;
	m->status.news = true;
	return r;
}

enum imap_result
imap_create(struct imap *m, const char *folder, struct err *e)
{
	enum imap_result r;

	if (!begin(m, "CREATE", &r, e))
		return r;
	return finish(m, mailimap_create(m->session, folder), MAILIMAP_ERROR_CREATE, "CREATE", e);
}

enum imap_result
imap_exists(struct imap *m, const char *folder, bool *exists, struct err *e)
{
	enum imap_result r;
	clist *list = NULL;

	if (!begin(m, "LIST", &r, e))
		return r;
	r = finish(m, mailimap_list(m->session, "", folder, &list), MAILIMAP_ERROR_LIST, "LIST", e);
	if (r == IMAP_OK) {
		*exists = list != NULL && clist_count(list) > 0;
		mailimap_list_result_free(list);
	}
	return r;
}

static void
personal_prefix(const struct mailimap_namespace_data *data, char *delimiter, char *prefix, size_t max)
{
	const struct mailimap_namespace_info *info;
	clistiter *i;

	if (data->ns_personal == NULL || (i = clist_begin(data->ns_personal->ns_data_list)) == NULL)
		return;
	info = clist_content(i);
	if (info->ns_prefix == NULL || strlen(info->ns_prefix) >= max)
		return;
	memcpy(prefix, info->ns_prefix, strlen(info->ns_prefix) + 1);
	*delimiter = info->ns_delimiter;
}

enum imap_result
imap_namespace(struct imap *m, char *delimiter, char *prefix, size_t max, struct err *e)
{
	struct mailimap_namespace_data *data = NULL;
	enum imap_result r;
	clist *list = NULL;

	*delimiter = '\0';
	prefix[0] = '\0';
	if (!begin(m, "NAMESPACE", &r, e))
		return r;
	if (m->status.namespaces) {
		r = finish(m, mailimap_namespace(m->session, &data), MAILIMAP_ERROR_EXTENSION, "NAMESPACE", e);
		if (r != IMAP_OK)
			return r;
		if (data != NULL) {
			personal_prefix(data, delimiter, prefix, max);
			mailimap_namespace_data_free(data);
		}
		return r;
	}
	r = finish(m, mailimap_list(m->session, "", "", &list), MAILIMAP_ERROR_LIST, "LIST", e);
	if (r != IMAP_OK)
		return r;
	if (list != NULL && clist_begin(list) != NULL)
		*delimiter = ((const struct mailimap_mailbox_list *)clist_content(clist_begin(list)))->mb_delimiter;
	mailimap_list_result_free(list);
	return r;
}

enum imap_result
imap_noop(struct imap *m, struct err *e)
{
	enum imap_result r;

	if (!begin(m, "NOOP", &r, e))
		return r;
	return finish(m, mailimap_noop(m->session), MAILIMAP_ERROR_NOOP, "NOOP", e);
}

/* --- fetching --------------------------------------------------------- */

static void
type_add(struct mailimap_fetch_type *type, struct mailimap_fetch_att *att)
{
	if (att == NULL || mailimap_fetch_type_new_fetch_att_list_add(type, att) != MAILIMAP_NO_ERROR)
		out_of_memory();
}

static struct mailimap_fetch_type *
type_of(enum imap_what what, uint32_t header_max)
{
	struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();

	if (type == NULL)
		out_of_memory();
	type_add(type, mailimap_fetch_att_new_uid());
	switch (what) {
	case IMAP_LISTING:
		type_add(type, mailimap_fetch_att_new_flags());
		type_add(type, mailimap_fetch_att_new_internaldate());
		type_add(type, mailimap_fetch_att_new_rfc822_size());
		break;
	case IMAP_MESSAGE:
		type_add(type, mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)));
		break;
	case IMAP_HEADER:
		type_add(type,
		    mailimap_fetch_att_new_body_peek_section_partial(mailimap_section_new_header(), 0, header_max));
		break;
	case IMAP_UID_ONLY:
		break;
	}
	return type;
}

/* Runs of UIDs become ranges, so that the command stays short. */
static struct mailimap_set *
set_of(const uint32_t *uids, size_t n)
{
	struct mailimap_set *set = mailimap_set_new_empty();

	if (set == NULL)
		out_of_memory();
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && uids[j] == uids[j - 1] + 1; j++)
			;
		if (mailimap_set_add_interval(set, uids[i], uids[j - 1]) != MAILIMAP_NO_ERROR)
			out_of_memory();
	}
	return set;
}

static enum imap_result
fetch(struct imap *m, bool by_uid, struct mailimap_set *set, struct mailimap_fetch_type *type,
    imap_item_handler *handler, void *context, struct err *e)
{
	enum imap_result result;
	clist *list = NULL;
	int r;

	m->handler = handler;
	m->context = context;
	if (begin(m, "FETCH", &result, e)) {
		r = by_uid ? mailimap_uid_fetch(m->session, set, type, &list)
			   : mailimap_fetch(m->session, set, type, &list);
		result = finish(m, r, by_uid ? MAILIMAP_ERROR_UID_FETCH : MAILIMAP_ERROR_FETCH, "FETCH", e);
		if (result == IMAP_OK && list != NULL) /* after a NO the list is dangling */
			mailimap_fetch_list_free(list);
	}
	m->handler = NULL;
	mailimap_set_free(set);
	mailimap_fetch_type_free(type);
	return result;
}

enum imap_result
imap_fetch_range(struct imap *m, bool by_uid, uint32_t first, uint32_t last, enum imap_what what,
    imap_item_handler *handler, void *context, struct err *e)
{
	struct mailimap_set *set = mailimap_set_new_interval(first, last);

	if (set == NULL)
		out_of_memory();
	return fetch(m, by_uid, set, type_of(what, 1), handler, context, e);
}

enum imap_result
imap_fetch_uids(struct imap *m, const uint32_t *uids, size_t n, enum imap_what what, uint32_t header_max,
    imap_item_handler *handler, void *context, struct err *e)
{
	return fetch(m, true, set_of(uids, n), type_of(what, header_max), handler, context, e);
}

/* --- moving ----------------------------------------------------------- */

enum imap_result
imap_move(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e)
{
	struct mailimap_set *set;
	enum imap_result r;

	if (!begin(m, "MOVE", &r, e))
		return r;
	set = set_of(uids, n);
	r = finish(m, mailimap_uid_move(m->session, set, folder), MAILIMAP_ERROR_UID_MOVE, "MOVE", e);
	mailimap_set_free(set);
	return r;
}

enum imap_result
imap_copy(struct imap *m, const uint32_t *uids, size_t n, const char *folder, struct err *e)
{
	struct mailimap_set *set;
	enum imap_result r;

	if (!begin(m, "COPY", &r, e))
		return r;
	set = set_of(uids, n);
	r = finish(m, mailimap_uid_copy(m->session, set, folder), MAILIMAP_ERROR_UID_COPY, "COPY", e);
	mailimap_set_free(set);
	return r;
}

enum imap_result
imap_mark_deleted(struct imap *m, const uint32_t *uids, size_t n, struct err *e)
{
	struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
	struct mailimap_flag *deleted = mailimap_flag_new_deleted();
	struct mailimap_store_att_flags *store;
	struct mailimap_set *set;
	enum imap_result r;

	if (flags == NULL || deleted == NULL || mailimap_flag_list_add(flags, deleted) != MAILIMAP_NO_ERROR)
		out_of_memory();
	store = mailimap_store_att_flags_new_add_flags_silent(flags);
	if (store == NULL)
		out_of_memory();
	if (begin(m, "STORE", &r, e)) {
		set = set_of(uids, n);
		r = finish(m, mailimap_uid_store(m->session, set, store), MAILIMAP_ERROR_UID_STORE, "STORE", e);
		mailimap_set_free(set);
	}
	mailimap_store_att_flags_free(store);
	return r;
}

enum imap_result
imap_expunge_uids(struct imap *m, const uint32_t *uids, size_t n, struct err *e)
{
	struct mailimap_set *set;
	enum imap_result r;

	if (!begin(m, "EXPUNGE", &r, e))
		return r;
	set = set_of(uids, n);
	r = finish(m, mailimap_uid_expunge(m->session, set), MAILIMAP_ERROR_EXPUNGE, "EXPUNGE", e);
	mailimap_set_free(set);
	return r;
}

enum imap_result
imap_expunge(struct imap *m, struct err *e)
{
	enum imap_result r;

	if (!begin(m, "EXPUNGE", &r, e))
		return r;
	return finish(m, mailimap_expunge(m->session), MAILIMAP_ERROR_EXPUNGE, "EXPUNGE", e);
}

static struct mailimap_search_key *
key_of(int type, struct mailimap_search_key * not, struct mailimap_set *uids)
{
	struct mailimap_search_key *key = mailimap_search_key_new(type, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	    NULL, NULL, NULL, NULL, NULL, NULL, 0, not, NULL, NULL, NULL, NULL, NULL, 0, uids, NULL, NULL);

	if (key == NULL)
		out_of_memory();
	return key;
}

enum imap_result
imap_others_deleted(struct imap *m, const uint32_t *uids, size_t n, bool *others, struct err *e)
{
	struct mailimap_search_key *key, *ours, *deleted;
	clist *found = NULL;
	enum imap_result r;

	if (!begin(m, "SEARCH", &r, e))
		return r;
	ours = key_of(MAILIMAP_SEARCH_KEY_UID, NULL, set_of(uids, n));
	deleted = key_of(MAILIMAP_SEARCH_KEY_DELETED, NULL, NULL);
	key = mailimap_search_key_new_multiple_empty();
	if (key == NULL || mailimap_search_key_multiple_add(key, deleted) != MAILIMAP_NO_ERROR ||
	    mailimap_search_key_multiple_add(key, key_of(MAILIMAP_SEARCH_KEY_NOT, ours, NULL)) != MAILIMAP_NO_ERROR)
		out_of_memory();
	r = finish(m, mailimap_uid_search(m->session, NULL, key, &found), MAILIMAP_ERROR_UID_SEARCH, "SEARCH", e);
	mailimap_search_key_free(key);
	if (r == IMAP_OK) {
		*others = found != NULL && clist_count(found) > 0;
		if (found != NULL)
			mailimap_search_result_free(found);
	}
	return r;
}

/* --- idling ----------------------------------------------------------- */

static struct str
read_line(struct imap *m)
{
	if (mailstream_read_line(m->session->imap_stream, m->session->imap_stream_buffer) == NULL)
		return STR_NONE;
	return (struct str){ m->session->imap_stream_buffer->str, m->session->imap_stream_buffer->len };
}

/* "* 23 EXISTS" and "* 4 EXPUNGE" count; anything else is of no interest here. */
static void
untagged(struct imap *m, struct str line)
{
	struct str word, what;
	long long n;

	line = str_skip(str_trim(line), 2);
	if (!str_next_field(&line, ' ', &word) || !str_to_number(word, &n) || !str_next_field(&line, ' ', &what))
		return;
	if (str_equal_nocase(what, STR("EXISTS")) && n <= UINT32_MAX) {
		if ((uint32_t)n > m->status.exists)
			m->status.news = true;
		m->status.exists = (uint32_t)n;
	}
	if (str_equal_nocase(what, STR("EXPUNGE")) && m->status.exists > 0)
		m->status.exists--;
	if (m->session->imap_selection_info != NULL)
		m->session->imap_selection_info->sel_exists = m->status.exists;
}

static enum imap_result
idle_dead(struct imap *m, struct err *e)
{
	m->dead = true;
	transport_trouble(m->transport, e);
	err_prefix(e, "IDLE: ");
	return IMAP_DEAD;
}

static int
send_z(struct imap *m, const char *z)
{
	mailstream *s = m->session->imap_stream;

	return mailstream_write(s, z, strlen(z)) < 0 || mailstream_flush(s) != 0 ? -1 : 0;
}

/* Reads until the tagged line of IDLE, or its "+" where wanted. */
static enum imap_result
idle_until(struct imap *m, bool want_plus, struct err *e)
{
	struct str tag = str_of(m->idle_tag), line;

	for (;;) {
		line = read_line(m);
		if (line.n == 0)
			return idle_dead(m, e);
		if (want_plus && line.p[0] == '+')
			return IMAP_OK;
		if (line.p[0] == '*')
			untagged(m, line);
		if (!str_starts(line, tag))
			continue;
		line = str_trim(str_skip(line, tag.n));
		if (!want_plus && str_starts_nocase(line, STR("OK")))
			return IMAP_OK;
		err_set(e, ERR_RETRY, "IDLE: the server said %.*s", STR_ARGS(str_head(line, 400)));
		return IMAP_NO;
	}
}

enum imap_result
imap_idle_begin(struct imap *m, struct err *e)
{
	enum imap_result r;

	if (!begin(m, "IDLE", &r, e))
		return r;
	snprintf(m->idle_tag, sizeof(m->idle_tag), "%d ", m->session->imap_tag + 1);
	if (mailimap_send_current_tag(m->session) != MAILIMAP_NO_ERROR || send_z(m, "IDLE\r\n") != 0)
		return idle_dead(m, e);
	return idle_until(m, true, e);
}

enum imap_result
imap_idle_read(struct imap *m, struct err *e)
{
	struct str line = read_line(m);

	if (line.n == 0)
		return idle_dead(m, e);
	if (line.p[0] == '*')
		untagged(m, line);
	return IMAP_OK;
}

enum imap_result
imap_idle_end(struct imap *m, struct err *e)
{
	if (send_z(m, "DONE\r\n") != 0)
		return idle_dead(m, e);
	return idle_until(m, false, e);
}

bool
imap_has_input(const struct imap *m)
{
	return m->session->imap_stream->read_buffer_len > 0;
}
