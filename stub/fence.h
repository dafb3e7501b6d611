/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fence.h - a pass-through device is kept out of the crash region, and goes on everywhere else
 *
 * What a pass-through device writes, nobody checks. A fence is a domain of its own in the place of
 * pass-through: tables that map memory to itself, but for the crash region, which they do not map.
 * A kdump kernel that adopts (docs/kernel.md) takes them over as it takes any device's tables, and
 * hands out what they leave free: nothing has to be lifted. One that does not might leave a fenced
 * device in its fence for good, hence dmarelay.fence=auto. docs/formats.md has the reasons.
 */
#ifndef FENCE_H
#define FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "relay.h"
#include "unit.h"

/*
 * Fence a device of `unit` that is passed through, for `pasid` (0 in legacy mode): *index is the
 * fence's place in HANDOFF_DOMAINS, its tables are made. False: the device is to stay as it is,
 * since nobody asked for a fence, or the unit cannot have one or there is no room (then logged).
 * `user` says whom the log names.
 */
bool fence_make(struct relay *relay, struct unit *unit, uint32_t pasid, const struct handoff_record *user,
		uint32_t *index);

/* The pass-through entry `found`, turned into one that leads to the fence. */
struct vtd_entry128 fence_context(const struct handoff_domain *fence, struct vtd_entry128 found);
struct vtd_pasid fence_pasid_entry(const struct handoff_domain *fence, const struct vtd_pasid *found);

#endif /* FENCE_H */
