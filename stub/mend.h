/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend.h - repairs in the crashed kernel's own tables, and in the firmware's
 */
#ifndef MEND_H
#define MEND_H

#include "relay.h"

/*
 * Make each bad entry that stands in a table left in place "not present", whatever dmarelay.bad
 * says: the crashed kernel's tables may lead to it in more ways than one. Only at the switch: until
 * then the crashed kernel's tables are live and untouched, and a run that is given up leaves them
 * so. Goes by the records with `in_place` set. If relay->dmar_brought, the firmware's DMAR table
 * becomes what relay->dmar is.
 */
void mend_in_place(struct relay *relay);

#endif /* MEND_H */
