/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fold.h - a table whose 512 leaves lie side by side says no more than one leaf of the next size
 *
 * In our copies such a table becomes that superpage, where the unit has the size: the translation is
 * the same, and the table's page is free for another. Permissions and attributes must be alike in
 * all entries; accessed and dirty marks, which hardware sets as it goes, need not (the superpage
 * gets them all). A top table and a table left in place are never folded.
 */
#ifndef FOLD_H
#define FOLD_H

#include <stdint.h>

#include "pagetable.h"

/*
 * The leaf for level `level` + 1 that says the same as `entries`, a vetted table of `level`; 0 if
 * none does, or the unit does not have that size.
 */
uint64_t fold_table(const struct pt_format *format, const uint64_t *entries, unsigned int level);

/*
 * That leaf in the place of `above`, the entry that refers to the table: what `above` does not
 * allow, it does not allow either. 0, not present, if that leaves nothing.
 */
uint64_t fold_under(const struct pt_format *format, uint64_t above, uint64_t leaf);

#endif /* FOLD_H */
