/* SPDX-License-Identifier: ISC
 * args.h: the command line of casectl: casectl [options] GROUP [VERB] [--option value] [words].
 */
#ifndef CASEMAIL_CTL_ARGS_H
#define CASEMAIL_CTL_ARGS_H

#include "ctl/ctl.h"

/* Fills c from argv. The verb is in c->verb. 0 to go on; else *status is the exit status (help and version were
 * printed, or what is wrong with the usage was said). */
int args_parse(struct ctl *c, int argc, char **argv, int *status);

#endif
