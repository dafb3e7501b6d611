/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend.h - repairs in the crashed kernel's own tables
 */
#ifndef MEND_H
#define MEND_H

#include "relay.h"

/*
 * Write what takes the place of each bad entry that stands in a table left in place. Only at the
 * switch: until then the crashed kernel's tables are live and untouched, and a run that is given
 * up leaves them so. Goes by the records with `in_place` set.
 */
void mend_in_place(struct relay *relay);

#endif /* MEND_H */
