/* SPDX-License-Identifier: ISC
 * pager.h: long output on a terminal goes through the user's pager.
 */
#ifndef CASEMAIL_CTL_PAGER_H
#define CASEMAIL_CTL_PAGER_H

#include <stdbool.h>

/* From now on standard output goes through $PAGER, less -FRX where that is not set. Does nothing where standard output
 * is no terminal, TERM is not set or "dumb", PAGER is empty or "cat", or the pager can not be started. Ask table.h
 * about the terminal as before: it remembers. */
void pager_open(void);
/* Ends the output and waits for the reader. Whether there was a pager. Harmless where there was none. */
bool pager_close(void);

#endif
