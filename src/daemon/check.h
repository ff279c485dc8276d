/* SPDX-License-Identifier: ISC
 * check.h: whether casemaild may start with a configuration: all errors at once.
 */
#ifndef CASEMAIL_DAEMON_CHECK_H
#define CASEMAIL_DAEMON_CHECK_H

#include "base/configuration.h"

/* Loads the file and checks it and all it names: values, secret files, patterns, languages, templates (none of whose
 * lines may read as a yes or a no), the database. The configuration, closed by the caller, or NULL: then errors holds
 * every error, one a line. Changes nothing. */
struct configuration *check_configuration(const char *path, struct buf *errors);

#endif
