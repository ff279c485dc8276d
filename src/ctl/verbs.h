/* SPDX-License-Identifier: ISC
 * verbs.h: the commands of casectl.
 */
#ifndef CASEMAIL_CTL_VERBS_H
#define CASEMAIL_CTL_VERBS_H

#include "ctl/ctl.h"

/* All commands; each table ends in a NULL group. One a file, joined in args.c. */
extern const struct verb verbs_setup[];
extern const struct verb verbs_config[];
extern const struct verb verbs_health[];
extern const struct verb verbs_people[];
extern const struct verb verbs_contact[];
extern const struct verb verbs_address[];
extern const struct verb verbs_case[];
extern const struct verb verbs_case_list[];
extern const struct verb verbs_case_export[];
extern const struct verb verbs_case_reply[];
extern const struct verb verbs_case_change[];
extern const struct verb verbs_case_tie[];
extern const struct verb verbs_case_send[];
extern const struct verb verbs_access[];
extern const struct verb verbs_access_edit[];
extern const struct verb verbs_access_mirror[];
extern const struct verb verbs_access_end[];
extern const struct verb verbs_access_report[];
extern const struct verb verbs_delegation[];
extern const struct verb verbs_mail[];
extern const struct verb verbs_mail_change[];
extern const struct verb verbs_mail_reconcile[];
extern const struct verb verbs_outbox[];
extern const struct verb verbs_outbox_change[];
extern const struct verb verbs_template[];
extern const struct verb verbs_stats[];
extern const struct verb verbs_watch[];
extern const struct verb verbs_import[];
extern const struct verb verbs_read[];
extern const struct verb verbs_check_auth[];

#endif
