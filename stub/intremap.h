/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intremap.h - the interrupt remapping table (VT-d spec 5.1, 9.10, 9.11)
 */
#ifndef INTREMAP_H
#define INTREMAP_H

#include <stdbool.h>

#include "relay.h"
#include "unit.h"

/*
 * Copy the unit's interrupt table, same size (the kdump kernel takes over no other), into the arena
 * and vet its entries: sets unit->irt. Where there is no room the table is vetted in place and
 * unit->irt stays NULL, with a reason in the report; a bad entry becomes "not present, faults
 * muted". A table that is not the crashed kernel's is replaced by one that blocks every interrupt.
 * False if the time budget ran out.
 */
bool intremap_copy(struct relay *relay, struct unit *unit);

#endif /* INTREMAP_H */
