/* SPDX-License-Identifier: ISC
 * fault.h: places where tests let a process die.
 */
#ifndef CASEMAIL_BASE_FAULT_H
#define CASEMAIL_BASE_FAULT_H

/* Kills this process (SIGKILL) where the file named by the environment variable CASEMAIL_TEST_FAULT holds exactly this
 * name; the file is removed first, so that it happens once. Without the variable: nothing, at the cost of a flag. */
void fault_point(const char *name);

#endif
