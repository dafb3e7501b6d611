/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block.h - the crashed kernel's interrupts end, and those in compatibility format pass
 *
 * A kernel that sees no DMAR table programs IO-APIC and MSIs in compatibility format. Interrupt remapping lets
 * these pass if EIME is 0 and CFIS is 1 (VT-d spec 5.1.4), while remappable ones meet a table with no present entry.
 */
#ifndef BLOCK_H
#define BLOCK_H

#include <stdbool.h>

#include "relay.h"

/* The table that blocks all, for all units: relay->hide.irt. NULL if no unit remaps interrupts. */
enum handoff_hide_reason block_prepare(struct relay *relay);

/*
 * Give it to each unit that remaps interrupts: remapping off; the table, EIME 0; CFI; remapping on. While it is
 * off remappable requests pass as if they were of the other format: interrupts are off on this CPU, the others
 * are stopped. False if a unit does not follow.
 */
bool block_interrupts(struct relay *relay);

/* The copies of the crashed kernel's tables again, in the units that were, or may have been, changed. */
void block_undo(struct relay *relay);

#endif /* BLOCK_H */
