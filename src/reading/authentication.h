/* SPDX-License-Identifier: ISC
 * authentication.h: what the operator's border server found about a sender (RFC 8601).
 */
#ifndef CASEMAIL_READING_AUTHENTICATION_H
#define CASEMAIL_READING_AUTHENTICATION_H

#include "reading/mime.h"

#define AUTHENTICATION_PROPERTIES 16
#define AUTHENTICATION_METHODS 32

struct authentication_property {
	struct str type, name, value; /* "header", "from", "example.com" */
};

struct authentication_method {
	struct str method, result; /* lower case */
	struct str comment;        /* the last comment behind it: where some servers put key size and algorithm */
	struct authentication_property properties[AUTHENTICATION_PROPERTIES];
	size_t n_properties;
};

struct authentication_field {
	struct str authserv_id; /* lower case */
	struct authentication_method *methods;
	size_t n_methods;
};

/* One field's value by the grammar of RFC 8601 2.2, comments nested at most 5 deep. False where it breaks the grammar:
 * then it says nothing. Linear. */
bool authentication_parse(struct str value, struct arena *a, struct authentication_field *out);

/* Sets out->authentication and its detail for the one domain of From (lower case; empty: there is none, so nothing can
 * be proved), and keeps an account of all such fields in out->results, border and received_by. Looks only at fields
 * above the topmost Received: written by a border host, with a configured id. */
void authentication_read(const struct mime_message *m, const struct reading_setup *setup, struct str domain,
    struct arena *a, struct reading *out);

#endif
