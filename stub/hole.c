// SPDX-License-Identifier: GPL-2.0-only
#include "hole.h"

#include "log.h"
#include "state.h"
#include "vtd.h"

/*
 * A unit in caching mode is an emulated one: its hypervisor maps each present entry of the tables for the
 * devices that it has passed through, one by one, and would be at it for hours.
 */
static bool is_wanted(const struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (unit_dma_active(&relay->units[i]) && relay->units[i].cap & VTD_CAP_CM)
			return false;
	return relay->params.holes == HOLES_SINK && relay->params.bad == BAD_SINK;
}

uint64_t hole_entry(const struct relay *relay, unsigned int level)
{
	return is_wanted(relay) ? sink_entry(&relay->sink, level) | VTD_PT_HOLE : 0;
}

static void fill(uint64_t *table, uint64_t present, uint64_t hole)
{
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		table[i] = table[i] & present ? table[i] : hole;
}

/* The kernel has to know all of them, or it cannot take any out. */
static bool report_holes(struct relay *relay)
{
	for (unsigned int level = 1; level <= PAGETABLE_MAX_LEVELS; level++) {
		struct handoff_hole *hole = report_add(&relay->report, HANDOFF_HOLES);

		if (!hole)
			return false;
		hole->entry = hole_entry(relay, level);
	}
	return true;
}

void hole_fill(struct relay *relay)
{
	struct memo_table table;
	uint32_t at = 0;

	if (!is_wanted(relay) || !report_holes(relay))
		return;
	while (memo_next_copy(&relay->memo, &at, &table)) {
		if (budget_exhausted(&relay->budget)) {
			log_line(&relay->report, "out of time: some holes stay");
			return;
		}
		if (table.level > PAGETABLE_MAX_LEVELS)		/* of PASIDs: see pasid.c */
			continue;
		fill(arena_at(&relay->arena, table.copy), relay->formats.format[table.format].present,
		     hole_entry(relay, table.level));
	}
}
