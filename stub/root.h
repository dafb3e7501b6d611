/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * root.h - root table and context tables, of legacy and of scalable mode (VT-d spec 3.4, 9.1, 9.2)
 *
 * The root table is a page of 512 quadwords, two a bus. In legacy mode the first points at the bus's
 * context table of 256 entries, the second is reserved; in scalable mode each points at a table of
 * 128 larger entries, for devfn 00-7f and 80-ff. What is said of a slot here holds for both.
 */
#ifndef ROOT_H
#define ROOT_H

#include <stdbool.h>

#include "relay.h"
#include "unit.h"

/*
 * Copy root and context tables of `unit` into the arena and vet the root entries: sets unit->root.
 * False if they find no room; the arena is then as before.
 */
bool root_copy(struct relay *relay, struct unit *unit);

/*
 * Vet each context entry in our copy, copy what is behind it, and point it at the copy; adds the
 * unit's devices and domains to the report. After root_copy(). False if the time budget ran out.
 */
bool root_copy_devices(struct relay *relay, struct unit *unit);

/*
 * With dmarelay.faults=mute: set FPD in all entries of a context table of ours. FPD is the same bit in both
 * modes, and counts in entries that are not present, too.
 */
void root_mute(const struct relay *relay, const struct unit *unit, uint64_t *contexts);

#endif /* ROOT_H */
