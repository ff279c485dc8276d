/* SPDX-License-Identifier: ISC
 * imap.c: the only file that knows libetpan. It is given a stream of ours, so that none of its
 * reads can block for ever and wire.c has seen every byte; its TLS, its MIME and header parsers,
 * ENVELOPE and BODYSTRUCTURE are never used.
 *
 * Messages come through its per-response handler, which fires only if a progress callback is set;
 * without it a batch would pile up in memory. Commands go as text: libetpan's own FETCH returns a
 * dangling list after a NO, and its IDLE drops what a server says before the "+".
 */
#include "config.h"

#include "mailbox/imap.h"

#include <stdlib.h>
#include <string.h>

#include <libetpan/libetpan.h>

#include "base/date.h"

#define STREAM_BUFFER 16384
#define LINE_MAX_BYTES 65536 /* one response without its literals; also of literals where none is expected */
#define TALK_BYTES 1048576   /* what a server may tell us beside what we asked for */
#define SLOWEST_BYTES_PER_SECOND 32768

struct imap {
	struct transport *transport; /* owned */
	mailimap *session;           /* owned, with its stream */
	uint64_t allowed_bytes;      /* for the next command */
	size_t allowed_literal;
	size_t greeting_left; /* of GREETING, still to be read */
	struct imap_status status;
	imap_item_handler *handler;
	void *context;
	bool dead;
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

/* 0 for a date that cannot be. */
static int64_t
date_value(const struct mailimap_date_time *d)
{
	int zone = abs(d->dt_zone % 10000), minutes = zone / 100 * 60 + zone % 100;
	struct date_time t = { d->dt_year, d->dt_month, d->dt_day, d->dt_hour, d->dt_min, d->dt_sec,
		d->dt_zone < 0 ? -minutes : minutes };
	int64_t ms;

	return date_time_ms(&t, &ms) ? ms : 0;
}

static unsigned
flags_value(const struct mailimap_msg_att_dynamic *d)
{
	static const unsigned flag_of[] = { [MAILIMAP_FLAG_SEEN] = IMAP_SEEN,
		[MAILIMAP_FLAG_ANSWERED] = IMAP_ANSWERED,
		[MAILIMAP_FLAG_FLAGGED] = IMAP_FLAGGED,
		[MAILIMAP_FLAG_DELETED] = IMAP_DELETED,
		[MAILIMAP_FLAG_DRAFT] = IMAP_DRAFT };
	unsigned flags = 0;

	if (d->att_list == NULL)
		return 0;
	for (clistiter *i = clist_begin(d->att_list); i != NULL; i = clist_next(i)) {
		const struct mailimap_flag_fetch *f = clist_content(i);

		if (f->fl_type != MAILIMAP_FLAG_FETCH_OTHER || f->fl_flag == NULL || f->fl_flag->fl_type < 0)
			continue;
		if ((size_t)f->fl_flag->fl_type < sizeof(flag_of) / sizeof(flag_of[0]))
			flags |= flag_of[f->fl_flag->fl_type];
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

/* --- how a command begins and ends ------------------------------------- */

static void
allow(struct imap *m)
{
	int64_t ms = m->status.timeout_ms + (int64_t)(m->allowed_bytes * 1000 / SLOWEST_BYTES_PER_SECOND);
	size_t literal = m->allowed_literal > LINE_MAX_BYTES ? m->allowed_literal : LINE_MAX_BYTES;

	transport_begin(m->transport, ms, m->allowed_bytes + TALK_BYTES, LINE_MAX_BYTES, literal);
	m->allowed_bytes = m->allowed_literal = 0;
}

void
imap_allow(struct imap *m, uint64_t bytes, size_t literal_max)
{
	m->allowed_bytes = bytes;
	m->allowed_literal = literal_max;
}

/* EXISTS grew when there are more now, counting those that were expunged meanwhile. */
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

/* The command's first word, for error texts. */
static struct str
verb(const char *command)
{
	command += strncmp(command, "UID ", 4) ? 0 : 4;
	return (struct str){ command, strcspn(command, " ") };
}

enum imap_result
imap_died(struct imap *m, const char *command, struct err *e)
{
	m->dead = true;
	transport_trouble(m->transport, e);
	err_prefix(e, "%.*s: ", STR_ARGS(verb(command)));
	return IMAP_DEAD;
}

/* no: the code of libetpan's that stands for the server's NO to this command. */
static enum imap_result
finish(struct imap *m, int r, int no, const char *command, struct err *e)
{
	const char *said = m->session->imap_response != NULL ? m->session->imap_response : "";
	struct str code = imap_code(m);

	if (r == MAILIMAP_NO_ERROR) {
		exists_update(m);
		return IMAP_OK;
	}
	if (!transport_alive(m->transport) || (r != no && r != MAILIMAP_ERROR_PROTOCOL))
		return imap_died(m, command, e);
	err_set(e, ERR_RETRY, "%.*s: the server said %s%s%.*s%s %s", STR_ARGS(verb(command)), r == no ? "NO" : "BAD",
	    code.n > 0 ? " [" : "", STR_ARGS(code), code.n > 0 ? "]" : "", said);
	if (r != no) {
		m->dead = true;
		return IMAP_DEAD;
	}
	exists_update(m);
	return IMAP_NO;
}

static _Noreturn void
out_of_memory(void)
{
	abort(); /* the supervisor restarts us; nothing was committed */
}

enum imap_result
imap_run(struct imap *m, const char *command, imap_item_handler *handler, void *context, struct err *e)
{
	enum imap_result r;

	if (m->dead)
		return imap_died(m, command, e);
	m->handler = handler;
	m->context = context;
	allow(m);
	r = finish(m, mailimap_custom_command(m->session, command), MAILIMAP_ERROR_CUSTOM_COMMAND, command, e);
	m->handler = NULL;
	return r;
}

/* --- what is known ------------------------------------------------------ */

struct str
imap_code(const struct imap *m)
{
	const struct mailimap_response_info *rsp = m->session->imap_response_info;

	return rsp != NULL ? str_of(rsp->rsp_atom) : STR_NONE;
}

size_t
imap_listed(const struct imap *m, char *delimiter)
{
	const struct mailimap_response_info *rsp = m->session->imap_response_info;

	if (rsp == NULL || rsp->rsp_mailbox_list == NULL || clist_begin(rsp->rsp_mailbox_list) == NULL)
		return 0;
	*delimiter =
	    ((const struct mailimap_mailbox_list *)clist_content(clist_begin(rsp->rsp_mailbox_list)))->mb_delimiter;
	return (size_t)clist_count(rsp->rsp_mailbox_list);
}

size_t
imap_found(const struct imap *m)
{
	const struct mailimap_response_info *rsp = m->session->imap_response_info;

	return rsp != NULL && rsp->rsp_search_result != NULL ? (size_t)clist_count(rsp->rsp_search_result) : 0;
}

struct imap_status *
imap_status(struct imap *m)
{
	return &m->status;
}

void
imap_status_exists(struct imap *m, uint32_t exists)
{
	if (exists > m->status.exists)
		m->status.news = true;
	m->status.exists = exists;
	if (m->session->imap_selection_info != NULL)
		m->session->imap_selection_info->sel_exists = exists;
}

void
imap_status_expunged(struct imap *m)
{
	if (m->status.exists > 0)
		imap_status_exists(m, m->status.exists - 1);
}

bool
imap_alive(const struct imap *m)
{
	return !m->dead && transport_alive(m->transport);
}

/* --- opening and closing ------------------------------------------------ */

static enum imap_result
capabilities(struct imap *m, struct err *e)
{
	enum imap_result r = imap_run(m, "CAPABILITY", NULL, NULL, e);

	if (r != IMAP_OK)
		return r;
	m->status.idle = mailimap_has_extension(m->session, "IDLE");
	m->status.move = mailimap_has_extension(m->session, "MOVE");
	m->status.uidplus = mailimap_has_extension(m->session, "UIDPLUS");
	m->status.condstore = mailimap_has_extension(m->session, "CONDSTORE");
	m->status.namespaces = mailimap_has_extension(m->session, "NAMESPACE");
	m->status.id = mailimap_has_extension(m->session, "ID");
	return IMAP_OK;
}

struct imap *
imap_open(struct transport **t, int64_t timeout_ms, struct err *e)
{
	struct imap *m = calloc(1, sizeof(*m));
	mailstream_low *low;
	mailstream *stream;

	if (m == NULL || (m->session = mailimap_new(0, NULL)) == NULL)
		out_of_memory();
	m->transport = *t;
	*t = NULL;
	m->status.timeout_ms = timeout_ms;
	m->greeting_left = sizeof(GREETING) - 1;
	low = mailstream_low_new(m, &stream_driver);
	stream = low != NULL ? mailstream_new(low, STREAM_BUFFER) : NULL;
	if (stream == NULL)
		out_of_memory();
	mailimap_set_progress_callback(m->session, on_progress, on_progress, m);
	mailimap_set_msg_att_handler(m->session, on_response, m);
	if (mailimap_connect(m->session, stream) != MAILIMAP_NO_ERROR_AUTHENTICATED)
		out_of_memory(); /* it has read our own GREETING: nothing else can go wrong */
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

/* Whether the folder keeps keywords that it did not know before: \* in PERMANENTFLAGS (RFC 3501 section 7.1). */
static bool
keeps_keywords(const struct mailimap_selection_info *sel)
{
	for (clistiter *i = sel->sel_perm_flags ? clist_begin(sel->sel_perm_flags) : NULL; i; i = clist_next(i))
		if (((struct mailimap_flag_perm *)clist_content(i))->fl_type == MAILIMAP_FLAG_PERM_ALL)
			return true;
	return false;
}

enum imap_result
imap_select(struct imap *m, const char *folder, struct err *e)
{
	const struct mailimap_selection_info *sel;
	enum imap_result r;

	if (m->dead)
		return imap_died(m, "SELECT", e);
	allow(m);
	r = finish(m, mailimap_select(m->session, folder), MAILIMAP_ERROR_SELECT, "SELECT", e);
	sel = m->session->imap_selection_info;
	if (r != IMAP_OK || sel == NULL)
		return r;
	m->status.writable = sel->sel_perm == MAILIMAP_MAILBOX_READWRITE;
	m->status.uidvalidity = sel->sel_uidvalidity;
	m->status.uidnext = sel->sel_uidnext;
	m->status.exists = sel->sel_exists;
	m->status.keywords = keeps_keywords(sel);
	m->status.news = true;
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

	if (m->dead)
		return imap_died(m, "NAMESPACE", e);
	allow(m);
	r = finish(m, mailimap_namespace(m->session, &data), MAILIMAP_ERROR_EXTENSION, "NAMESPACE", e);
	if (r == IMAP_OK && data != NULL) {
		personal_prefix(data, delimiter, prefix, max);
		mailimap_namespace_data_free(data);
	}
	return r;
}

/* --- by lines ----------------------------------------------------------- */

int
imap_send(struct imap *m, const char *text)
{
	mailstream *s = m->session->imap_stream;

	allow(m);
	return mailstream_write(s, text, strlen(text)) < 0 || mailstream_flush(s) != 0 ? -1 : 0;
}

int
imap_start(struct imap *m, const char *command, char tag[IMAP_TAG])
{
	char text[IMAP_TAG + 64];

	snprintf(tag, IMAP_TAG, "%d ", ++m->session->imap_tag);
	snprintf(text, sizeof(text), "%s%s\r\n", tag, command);
	return imap_send(m, text);
}

struct str
imap_line(struct imap *m)
{
	MMAPString *line = m->session->imap_stream_buffer;

	allow(m);
	if (mailstream_read_line(m->session->imap_stream, line) == NULL)
		return STR_NONE;
	return (struct str){ line->str, line->len };
}

enum transport_event
imap_wait(struct imap *m, int wake_fd, int64_t ms)
{
	if (m->session->imap_stream->read_buffer_len > 0)
		return TRANSPORT_DATA;
	return transport_wait(m->transport, wake_fd, ms);
}
