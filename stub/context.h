/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context.h - one device: its context entry, its domain, and the page tables behind (VT-d spec 9.3)
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdbool.h>

#include "relay.h"
#include "sink.h"
#include "unit.h"

/*
 * Vet the present context entry *entry (in our copy), copy its page tables unless its domain has
 * been met, and mend the entry: to the copy, or to the sink if it is bad. Adds the device and
 * perhaps its domain to the report. `where` is the entry in the crashed kernel's table.
 * False if the time budget ran out.
 */
bool context_copy(struct relay *relay, struct unit *unit, struct vtd_entry128 *entry,
		  unsigned int bus, unsigned int devfn, phys_t where);

/* Fill unit->sink_contexts so that each of its devices goes to the sink, or is blocked. */
void context_fill_sink(struct relay *relay, struct unit *unit);

/* The address width (AW) that second-level sinks of `unit` use; CONTEXT_NO_WIDTH if it has none. */
#define CONTEXT_NO_WIDTH	~0u
unsigned int context_sink_width(const struct unit *unit);

/* Where a quarantined device goes: a sink, and its domain id; 0: it is blocked instead. */
struct device_sink {
	struct sink sink;
	uint32_t id;
};

/* The one that all devices of `unit` may share; a new one for a single device, if there is room. */
struct device_sink context_shared_sink(const struct relay *relay, struct unit *unit);
struct device_sink context_own_sink(struct relay *relay, struct unit *unit);

/*
 * A context entry that sends one device to a sink of its own, if there is room, else to the shared one.
 * Not present where there is none: dmarelay.bad=block, or no domain id is left.
 */
struct vtd_entry128 context_sink(struct relay *relay, struct unit *unit);

/*
 * What an entry that is made not present holds: FPD with dmarelay.bad=block, else nothing. FPD is bit 1 in
 * context entries of both modes, PASID directory entries and PASID table entries.
 */
uint64_t context_blocked(const struct relay *relay);

/* Does dmarelay.policy=isolate send this device to the sink? Not if reserved memory may be its own. */
bool context_is_isolated(const struct relay *relay, const struct handoff_record *blame);

/* A record with unit and device filled in. */
struct handoff_record context_blame(const struct unit *unit, unsigned int bus, unsigned int devfn);

/* What happened to a bad entry whose replacement is `present`, or not: enum handoff_action. */
static inline uint8_t context_bad_action(bool present)
{
	return present ? HANDOFF_SUNK : HANDOFF_BLOCKED;
}

#endif /* CONTEXT_H */
