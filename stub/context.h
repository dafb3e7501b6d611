/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context.h - one device: its context entry, its domain, and the page tables behind (VT-d spec 9.3)
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdbool.h>

#include "relay.h"
#include "unit.h"

/*
 * Vet the present context entry *entry (in our copy), copy its page tables unless its domain has
 * been met, and mend the entry: to the copy, or to the sink if it is bad. Adds the device and
 * perhaps its domain to the report. `old_table` is the crashed kernel's context table. False if
 * the time budget ran out.
 */
bool context_copy(struct relay *relay, struct unit *unit, struct vtd_entry128 *entry,
		  unsigned int bus, unsigned int devfn, phys_t old_table);

/*
 * The entry that a bad one gets instead, the same for all devices of the unit: translated by the
 * sink; not present where dmarelay.bad=block, or where no domain id is left. Faults are muted.
 */
struct vtd_entry128 context_sink(struct relay *relay, struct unit *unit);

/* A record with unit and device filled in. */
struct handoff_record context_blame(const struct unit *unit, unsigned int bus, unsigned int devfn);

/* What dmarelay.bad= says happens to a bad entry: enum handoff_action. */
uint8_t context_bad_action(const struct relay *relay);

#endif /* CONTEXT_H */
