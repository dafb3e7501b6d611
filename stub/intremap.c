// SPDX-License-Identifier: GPL-2.0-only
#include "intremap.h"

#include <string.h>

#include "budget.h"
#include "context.h"
#include "machine.h"
#include "quarantine.h"
#include "state.h"
#include "vet.h"
#include "vtd.h"

#define ENTRIES_PER_PAGE	(PAGE_SIZE / sizeof(struct vtd_entry128))
#define POSTED_DESCRIPTOR_SIZE	64ull

static uint64_t posted_descriptor(struct vtd_entry128 entry)
{
	return (entry.hi & VTD_IRTE_PDA_HIGH) | (entry.lo & VTD_IRTE_PDA_LOW) >> 32;
}

static uint16_t vet_entry(const struct relay *relay, const struct unit *unit, struct vtd_entry128 entry)
{
	if (entry.lo & VTD_IRTE_POSTED) {
		if (entry.lo & VTD_IRTE_POSTED_RESERVED_LO || entry.hi & VTD_IRTE_POSTED_RESERVED_HI)
			return HANDOFF_RULE_IRTE_RESERVED;
		/* Hardware writes to the descriptor: it must be memory that the crashed kernel owned. */
		if (!(unit->cap & VTD_CAP_PI))
			return HANDOFF_RULE_IRTE_POSTED;
		return vet_table(&relay->ram, phys(posted_descriptor(entry)), POSTED_DESCRIPTOR_SIZE,
				 unit->host_width, HANDOFF_RULE_IRTE_POSTED, HANDOFF_RULE_IRTE_POSTED);
	}
	return entry.lo & VTD_IRTE_RESERVED_LO || entry.hi & VTD_IRTE_RESERVED_HI ||
	       VTD_IRTE_SVT(entry.hi) == 3 ? HANDOFF_RULE_IRTE_RESERVED : 0;
}

static void record_entry(struct relay *relay, const struct unit *unit, struct vtd_entry128 found,
			 uint16_t rule, uint32_t index, bool in_place)
{
	struct handoff_record record = context_blame(unit, (found.hi >> 8) & 0xff, found.hi & 0xff);

	record.rule = rule;
	record.object = HANDOFF_IRTE;
	record.action = HANDOFF_BLOCKED;
	record.in_place = in_place;
	record.where = (unit->report->old_irta & VTD_IRTA_ADDRESS) + index * sizeof(found);
	record.found[0] = found.lo;
	record.found[1] = found.hi;
	record.iova = index;
	record.target = found.lo & VTD_IRTE_POSTED ? posted_descriptor(found) : 0;
	if (in_place)
		quarantine_in_place(&relay->report, &record);
	else
		quarantine(&relay->report, &record);
}

/*
 * Vet `count` entries from `first` on, which `entries` holds or, in place, mirrors. A bad entry
 * in place that finds no record stays: it can misdirect an interrupt, but no DMA.
 */
static void vet_entries(struct relay *relay, struct unit *unit, struct vtd_entry128 *entries,
			uint32_t first, uint32_t count, bool in_place)
{
	for (uint32_t i = 0; i < count; i++) {
		uint16_t rule;

		if (!(entries[i].lo & VTD_IRTE_P))
			continue;
		rule = vet_entry(relay, unit, entries[i]);
		if (!rule) {
			unit->report->irtes++;
			if (relay->params.faults == FAULTS_MUTE)
				entries[i].lo |= VTD_IRTE_FPD;
			continue;
		}
		record_entry(relay, unit, entries[i], rule, first + i, in_place);
		entries[i] = vtd_irte_blocked;
	}
}

/* The table itself cannot be the crashed kernel's: no interrupt through it can be right. */
static void block_all(struct relay *relay, struct unit *unit, uint32_t count, uint16_t rule)
{
	struct handoff_record record = context_blame(unit, 0, 0);

	record.rule = rule;
	record.object = HANDOFF_IR_TABLE;
	record.action = unit->irt ? HANDOFF_BLOCKED : HANDOFF_KEPT;
	record.size = count * sizeof(vtd_irte_blocked);
	record.target = unit->report->old_irta & VTD_IRTA_ADDRESS;
	quarantine(&relay->report, &record);
	if (!unit->irt)
		unit->report->ir_reason = HANDOFF_UNIT_IRTA;
	for (uint32_t i = 0; unit->irt && i < count; i++)
		unit->irt[i] = vtd_irte_blocked;
}

bool intremap_copy(struct relay *relay, struct unit *unit)
{
	uint64_t irta = unit->report->old_irta;
	uint32_t count = (uint32_t)VTD_IRTA_ENTRIES(irta);
	uint64_t size = count * sizeof(*unit->irt);
	phys_t old = phys(irta & VTD_IRTA_ADDRESS);
	uint16_t rule = vet_table(&relay->ram, old, size, unit->host_width,
				  HANDOFF_RULE_IR_TABLE_PROVENANCE, HANDOFF_RULE_IR_TABLE_PROVENANCE);

	unit->irt = arena_alloc(&relay->arena, size, PAGE_SIZE);
	if (rule) {
		block_all(relay, unit, count, rule);
		return true;
	}
	if (!unit->irt)
		unit->report->ir_reason = HANDOFF_UNIT_NO_ROOM;

	for (uint32_t first = 0; first < count; first += ENTRIES_PER_PAGE) {
		uint32_t some = count - first < ENTRIES_PER_PAGE ? count - first : ENTRIES_PER_PAGE;
		struct vtd_entry128 *entries = unit->irt ? unit->irt + first : (void *)relay->scratch[0];

		if (budget_exhausted(&relay->budget))
			return false;
		if (!machine_read(phys(old.pa + first * sizeof(*entries)), entries,
				  some * sizeof(*entries))) {
			block_all(relay, unit, count, HANDOFF_RULE_IR_TABLE_PROVENANCE);
			return true;
		}
		vet_entries(relay, unit, entries, first, some, !unit->irt);
	}
	return true;
}
