/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pasid_entry.h - one PASID table entry: one address space of a device (VT-d spec 9.6)
 */
#ifndef PASID_ENTRY_H
#define PASID_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "pasid.h"
#include "relay.h"
#include "unit.h"

/*
 * Vet the present entry *entry (in our copy) of `pasid`, copy its page tables unless its domain has
 * been met, and mend the entry: to the copy, or to the sink if it is bad. Adds it to the report.
 * `where` is the entry in the crashed kernel's table. False if the time budget ran out.
 */
bool pasid_entry_copy(struct relay *relay, const struct pasid_user *user, uint32_t pasid,
		      struct vtd_pasid *entry, phys_t where);

/*
 * The entry that a bad one gets instead: second-level through the sink, or first-level on a unit
 * that has no other; not present where dmarelay.bad=block, or where no domain id is left.
 */
struct vtd_pasid pasid_entry_sink(const struct relay *relay, const struct unit *unit,
				  const struct device_sink *to);

/* The top table that it points at; 0 for pass-through. */
uint64_t pasid_entry_root(const struct vtd_pasid *entry);

/* enum handoff_translation; 0 for a reserved type. */
uint8_t pasid_entry_kind(const struct vtd_pasid *entry);

#endif /* PASID_ENTRY_H */
