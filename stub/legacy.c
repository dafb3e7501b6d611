// SPDX-License-Identifier: GPL-2.0-only
#include "legacy.h"

#include <string.h>

#include "context.h"
#include "domain_id.h"
#include "machine.h"
#include "quarantine.h"
#include "state.h"
#include "vet.h"

/* The context table behind a bad root entry; filled once all domain ids are known. */
static uint64_t sink_root_entry(struct relay *relay, struct unit *unit)
{
	unit->sink_contexts_used = true;
	return arena_phys(&relay->arena, unit->sink_contexts).pa | VTD_ROOT_P;
}

static void fill_sink_contexts(struct relay *relay, struct unit *unit)
{
	struct vtd_entry128 sink = context_sink(relay, unit);

	for (unsigned int devfn = 0; devfn < VTD_CONTEXT_ENTRIES; devfn++)
		unit->sink_contexts[devfn] = sink;
}

static uint16_t vet_root_entry(const struct relay *relay, const struct unit *unit,
			       struct vtd_entry128 entry)
{
	if (entry.lo & VTD_ROOT_RESERVED || entry.hi)
		return HANDOFF_RULE_ROOT_RESERVED;
	return vet_table(&relay->ram, phys(entry.lo & VTD_ROOT_CTP), PAGE_SIZE, unit->host_width,
			 HANDOFF_RULE_ROOT_WIDTH, HANDOFF_RULE_ROOT_PROVENANCE);
}

static void sink_bus(struct relay *relay, struct unit *unit, unsigned int bus, uint16_t rule)
{
	struct vtd_entry128 *entry = &unit->root[bus];
	struct handoff_record record = context_blame(unit, bus, 0);

	record.rule = rule;
	record.object = HANDOFF_ROOT_ENTRY;
	record.action = context_bad_action(relay);
	record.where = (unit->report->old_root & VTD_RTADDR_ADDRESS) + bus * sizeof(*entry);
	record.found[0] = entry->lo;
	record.found[1] = entry->hi;
	record.target = entry->lo & VTD_ROOT_CTP;
	quarantine(&relay->report, &record);
	*entry = (struct vtd_entry128){ sink_root_entry(relay, unit), 0 };
}

static void sink_unit(struct relay *relay, struct unit *unit, uint16_t rule)
{
	struct handoff_record record = context_blame(unit, 0, 0);

	record.rule = rule;
	record.object = HANDOFF_ROOT_TABLE;
	record.action = context_bad_action(relay);
	record.target = unit->report->old_root & VTD_RTADDR_ADDRESS;
	quarantine(&relay->report, &record);
	unit->report->flags |= HANDOFF_UNIT_ROOT_SINK;
	for (unsigned int bus = 0; bus < VTD_ROOT_ENTRIES; bus++)
		unit->root[bus] = (struct vtd_entry128){ sink_root_entry(relay, unit), 0 };
}

/* Replace a vetted root entry's context table by our copy of it. False: no room. */
static bool copy_contexts(struct relay *relay, struct unit *unit, unsigned int bus)
{
	void *contexts = arena_page(&relay->arena);
	struct vtd_entry128 *entry = &unit->root[bus];

	if (!contexts)
		return false;
	unit->old_contexts[bus] = entry->lo & VTD_ROOT_CTP;
	if (!machine_read(phys(unit->old_contexts[bus]), contexts, PAGE_SIZE)) {
		sink_bus(relay, unit, bus, HANDOFF_RULE_ROOT_PROVENANCE);
		return true;
	}
	entry->lo = arena_phys(&relay->arena, contexts).pa | VTD_ROOT_P;
	unit->report->root_tables++;
	return true;
}

static bool copy_roots(struct relay *relay, struct unit *unit)
{
	phys_t old = phys(unit->report->old_root & VTD_RTADDR_ADDRESS);
	uint16_t rule = vet_table(&relay->ram, old, PAGE_SIZE, unit->host_width,
				  HANDOFF_RULE_ROOT_TABLE_PROVENANCE, HANDOFF_RULE_ROOT_TABLE_PROVENANCE);

	unit->root = arena_page(&relay->arena);
	unit->sink_contexts = arena_page(&relay->arena);
	unit->old_contexts = arena_alloc_zeroed(&relay->arena,
						VTD_ROOT_ENTRIES * sizeof(*unit->old_contexts), 8);
	if (!unit->root || !unit->sink_contexts || !unit->old_contexts)
		return false;
	unit->report->root_tables = 1;
	if (!rule && !machine_read(old, unit->root, PAGE_SIZE))
		rule = HANDOFF_RULE_ROOT_TABLE_PROVENANCE;
	if (rule) {
		sink_unit(relay, unit, rule);
		return true;
	}

	for (unsigned int bus = 0; bus < VTD_ROOT_ENTRIES; bus++) {
		struct vtd_entry128 *entry = &unit->root[bus];

		if (!(entry->lo & VTD_ROOT_P))
			continue;
		rule = vet_root_entry(relay, unit, *entry);
		if (rule)
			sink_bus(relay, unit, bus, rule);
		else if (!copy_contexts(relay, unit, bus))
			return false;
	}
	return true;
}

bool legacy_copy_roots(struct relay *relay, struct unit *unit)
{
	uint64_t mark = arena_mark(&relay->arena);

	if (copy_roots(relay, unit))
		return true;
	unit->root = NULL;
	unit->report->root_tables = 0;
	arena_rewind(&relay->arena, mark);
	return false;
}

/* What of bus `bus` is a copy of the crashed kernel's contexts: NULL for absent or sunk buses. */
static struct vtd_entry128 *contexts_of(const struct relay *relay, const struct unit *unit, unsigned int bus)
{
	uint64_t offset = (unit->root[bus].lo & VTD_ROOT_CTP) - relay->arena.phys.pa;
	struct vtd_entry128 *contexts;

	if (!(unit->root[bus].lo & VTD_ROOT_P))		/* the rest may be garbage */
		return NULL;
	contexts = (void *)(relay->arena.base + offset);
	return contexts != unit->sink_contexts ? contexts : NULL;
}

/* Visit every present context entry of the unit. */
static bool copy_all(struct relay *relay, struct unit *unit)
{
	for (unsigned int bus = 0; bus < VTD_ROOT_ENTRIES; bus++) {
		struct vtd_entry128 *contexts = contexts_of(relay, unit, bus);

		if (budget_exhausted(&relay->budget))
			return false;
		for (unsigned int devfn = 0; contexts && devfn < VTD_CONTEXT_ENTRIES; devfn++)
			if (contexts[devfn].lo & VTD_CTX_P &&
			    !context_copy(relay, unit, &contexts[devfn], bus, devfn,
					  phys(unit->old_contexts[bus])))
				return false;
	}
	return true;
}

static void note_ids(struct relay *relay, struct unit *unit)
{
	domain_id_reset(relay);
	for (unsigned int bus = 0; bus < VTD_ROOT_ENTRIES; bus++) {
		struct vtd_entry128 *contexts = contexts_of(relay, unit, bus);

		for (unsigned int devfn = 0; contexts && devfn < VTD_CONTEXT_ENTRIES; devfn++)
			if (contexts[devfn].lo & VTD_CTX_P)
				domain_id_note(relay, VTD_CTX_DID(contexts[devfn].hi));
	}
}

bool legacy_copy_devices(struct relay *relay, struct unit *unit)
{
	note_ids(relay, unit);
	if (unit->sink_contexts_used)
		fill_sink_contexts(relay, unit);
	return copy_all(relay, unit);
}
