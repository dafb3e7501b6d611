// SPDX-License-Identifier: GPL-2.0-only
#include "absent.h"

#include <string.h>

#include "context.h"
#include "log.h"
#include "machine.h"
#include "pci_regs.h"
#include "quarantine.h"
#include "root.h"
#include "scalable.h"
#include "scope.h"
#include "state.h"

/* Where a context entry has its place in our copy. */
struct place {
	struct unit *unit;
	uint8_t bus;
	uint8_t devfn;
	unsigned int slot;		/* of the root table */
	unsigned int at;		/* of the context table, quadwords */
};

static struct place place_of(struct unit *unit, uint8_t bus, uint8_t devfn)
{
	bool scalable = unit_is_scalable(unit);

	return (struct place){
		.unit = unit,
		.bus = bus,
		.devfn = devfn,
		.slot = 2u * bus + (scalable ? devfn / VTD_SM_CONTEXT_ENTRIES : 0),
		.at = devfn * (VTD_ENTRIES / (scalable ? VTD_SM_CONTEXT_ENTRIES : VTD_CONTEXT_ENTRIES)) %
		      VTD_ENTRIES,
	};
}

static uint64_t *table_at(const struct relay *relay, const struct place *place)
{
	uint64_t slot = place->unit->root[place->slot];

	return slot & VTD_ROOT_P ? arena_at(&relay->arena, phys(slot & VTD_ROOT_CTP)) : NULL;
}

/* In any unit: the scopes may be wrong. */
static bool has_entry(struct relay *relay, uint32_t segment, uint8_t bus, uint8_t devfn)
{
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];
		struct place place = place_of(unit, bus, devfn);
		const uint64_t *table;

		if (unit->segment != segment || !unit_dma_active(unit))
			continue;
		table = table_at(relay, &place);
		if (table && table[place.at] & VTD_CTX_P)
			return true;
	}
	return false;
}

/* A table of the bus's own, perhaps new. NULL: no room, or all of the bus is quarantined already. */
static uint64_t *own_table(struct relay *relay, const struct place *place)
{
	uint64_t *table = table_at(relay, place);

	if (table == place->unit->sink_contexts)
		return NULL;
	return table && table != place->unit->blank_contexts ?
	       table : arena_alloc_zeroed(&relay->arena, PAGE_SIZE, PAGE_SIZE);
}

/* False if there is no sink for it, as with dmarelay.bad=block. */
static bool fill(struct relay *relay, struct unit *unit, uint64_t *entry)
{
	struct vtd_sm_context sink;
	size_t size = sizeof(sink);

	if (unit_is_scalable(unit)) {
		sink = scalable_sink(relay, unit);
	} else {
		struct vtd_entry128 legacy = context_sink(relay, unit);

		size = sizeof(legacy);
		memcpy(&sink, &legacy, size);
	}
	if (sink.q[0] & VTD_CTX_P)
		memcpy(entry, &sink, size);
	return sink.q[0] & VTD_CTX_P;
}

/*
 * Both halves of a bus in scalable mode: see complete_halves() in root.c. In legacy mode the other one is
 * reserved, and may hold anything if the root entry was not present.
 */
static void link_table(const struct relay *relay, const struct place *place, const uint64_t *table)
{
	const struct unit *unit = place->unit;
	uint64_t *slot = &unit->root[place->slot], *other = &unit->root[place->slot ^ 1];

	*slot = arena_phys(&relay->arena, table).pa | VTD_ROOT_P;
	if (!unit_is_scalable(unit))
		*other = 0;
	else if (!(*other & VTD_ROOT_P))
		*other = arena_phys(&relay->arena, unit->blank_contexts).pa | VTD_ROOT_P;
}

/* The rest went to memory before the survey: copy.c. */
static void flush(const struct relay *relay, const struct place *place, const uint64_t *entry, uint64_t mark)
{
	const struct unit *unit = place->unit;

	machine_flush(relay->arena.base + mark, relay->arena.used - mark);
	if (unit_is_scalable(unit)) {
		machine_flush(unit->pasid_sink.directory, PAGE_SIZE);
		machine_flush(unit->pasid_sink.table, PAGE_SIZE);
	}
	machine_flush(entry, sizeof(struct vtd_sm_context));
	machine_flush(&unit->root[place->slot & ~1u], 2 * sizeof(*unit->root));
}

static void tell(struct relay *relay, const struct place *place, const uint64_t *entry)
{
	const struct unit *unit = place->unit;
	struct handoff_device *device = report_add(&relay->report, HANDOFF_DEVICES);
	struct handoff_record record = context_blame(unit, place->bus, place->devfn);
	uint64_t old = unit->old_contexts[place->slot];

	record.rule = unit_is_scalable(unit) ? HANDOFF_RULE_SM_CONTEXT_ABSENT : HANDOFF_RULE_CONTEXT_ABSENT;
	record.object = HANDOFF_CONTEXT;
	record.action = HANDOFF_SUNK;
	if (old) {
		record.where = old + place->at * sizeof(*entry);
		/* Not from our copy, where dmarelay.faults=mute has left its mark. */
		(void)machine_read(phys(record.where), record.found, sizeof(record.found));
	}
	quarantine(&relay->report, &record);
	if (device)
		*device = (struct handoff_device){
			.segment = unit->segment,
			.bus = place->bus,
			.devfn = place->devfn,
			.unit = unit->index,
			.domain = HANDOFF_NO_DOMAIN,
			.domain_id = unit_is_scalable(unit) ? 0 : VTD_CTX_DID(entry[1]),
			.action = record.action,
			.old_context = { record.found[0], record.found[1] },
		};
}

static bool make_entry(struct relay *relay, const struct place *place)
{
	uint64_t mark = arena_mark(&relay->arena);
	uint64_t *table = own_table(relay, place);

	if (!table || !fill(relay, place->unit, table + place->at)) {
		arena_rewind(&relay->arena, mark);
		return false;
	}
	root_mute(relay, place->unit, table);
	link_table(relay, place, table);
	flush(relay, place, table + place->at, mark);
	tell(relay, place, table + place->at);
	return true;
}

/* False if it should have an entry, and cannot. */
static bool provide(struct relay *relay, uint32_t segment, uint8_t bus, uint8_t devfn)
{
	struct unit *unit;
	struct place place;

	if (has_entry(relay, segment, bus, devfn))
		return true;
	unit = scope_unit(relay, segment, bus, devfn);
	if (!unit || !unit_dma_active(unit))
		return true;
	place = place_of(unit, bus, devfn);
	return relay->params.holes == HOLES_SINK && make_entry(relay, &place);
}

static bool is_port(const struct handoff_function *function, uint8_t first, uint8_t last)
{
	return function->flags & HANDOFF_FUNCTION_EXPRESS && function->port_type >= first &&
	       function->port_type <= last;
}

/*
 * Are there requests that bear its id? To a bridge the bit means that it forwards requests. Ports of
 * PCI Express leave the requester's id as it is and make none of their own (interrupts do not come
 * here); other bridges put their own in its place. Host bridges have the bit wired to 1.
 */
static bool is_requester(const struct handoff_function *function)
{
	return function->command & PCI_COMMAND_MASTER &&
	       function->class_revision >> 16 != PCI_CLASS_HOST_BRIDGE &&
	       !is_port(function, PCI_EXP_ROOT_PORT, PCI_EXP_DOWNSTREAM);
}

static bool has_requesters(const struct relay *relay, const struct handoff_function *bridge)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_FUNCTIONS); i++) {
		const struct handoff_function *function = report_entry(&relay->report, HANDOFF_FUNCTIONS, i);

		if (function->segment == bridge->segment && function->bus >= bridge->secondary &&
		    function->bus <= bridge->subordinate && is_requester(function))
			return true;
	}
	return false;
}

void absent_sink(struct relay *relay)
{
	struct budget time = budget_part(&relay->budget, ABSENT_SHARE);
	uint32_t lacking = 0;

	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_FUNCTIONS); i++) {
		const struct handoff_function *function = report_entry(&relay->report, HANDOFF_FUNCTIONS, i);

		if (budget_exhausted(&time)) {
			log_line(&relay->report, "out of time for functions without a context entry");
			break;
		}
		if (!is_requester(function))
			continue;
		lacking += !provide(relay, function->segment, function->bus, function->devfn);
		/* Whoever is behind it is device 0 of its bus (PCI Express to PCI Bridge 1.0, 2.3). */
		if (is_port(function, PCI_EXP_PCI_BRIDGE, PCI_EXP_PCI_BRIDGE) &&
		    function->secondary > function->bus && has_requesters(relay, function))
			lacking += !provide(relay, function->segment, function->secondary, 0);
	}
	if (lacking)
		log_line(&relay->report, "%u requesters have no context entry", lacking);
}
