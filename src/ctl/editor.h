/* SPDX-License-Identifier: ISC
 * editor.h: a text written in the operator's editor.
 */
#ifndef CASEMAIL_CTL_EDITOR_H
#define CASEMAIL_CTL_EDITOR_H

#include "ctl/ctl.h"

#define EDITOR_PATH_MOST 4096

/* Runs $VISUAL, $EDITOR or vi on a new file of mode 0600 in $TMPDIR or /tmp, which shows hint below a line that cuts it
 * off; *out: what stands above, trimmed, in the arena. The file stays, so that no text is lost before it is sent: path
 * is its name, for editor_done. 0, or the exit status after saying why: an empty text is CTL_REFUSED, and leaves no
 * file. */
int editor_text(struct ctl *c, struct str hint, char path[EDITOR_PATH_MOST], struct str *out);

/* Removes the file where the text was used, and else says where it is. path may be empty. */
void editor_done(const char *path, bool used);

#endif
