/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scalable.h - context entries of scalable mode (VT-d spec 9.4): a device and its PASID directory
 */
#ifndef SCALABLE_H
#define SCALABLE_H

#include <stdbool.h>

#include "relay.h"
#include "unit.h"

/* Room for what sunk devices and empty halves need. False if the arena has none. */
bool scalable_alloc(struct relay *relay, struct unit *unit);

/* Fill unit->sink_contexts so that each of its devices goes to the sink, or is blocked. */
void scalable_fill_sink(struct relay *relay, struct unit *unit);

/*
 * Vet the present context entry *entry (in our copy), copy the PASID directory and tables and the
 * page tables behind, and mend the entry: to the copy, or to the sink if it is bad. `where` is the
 * entry in the crashed kernel's table. False if the time budget ran out.
 */
bool scalable_copy(struct relay *relay, struct unit *unit, struct vtd_sm_context *entry,
		   unsigned int bus, unsigned int devfn, phys_t where);

/*
 * A context entry all of whose PASIDs go to a sink: as context_sink(). What it leads to is new in the
 * arena, or unit->pasid_sink.
 */
struct vtd_sm_context scalable_sink(struct relay *relay, struct unit *unit);

#endif /* SCALABLE_H */
