// SPDX-License-Identifier: GPL-2.0-only
#include "hole.h"

#include "log.h"
#include "state.h"
#include "vtd.h"

static bool is_wanted(const struct relay *relay)
{
	return relay->params.holes == HOLES_SINK && relay->params.bad == BAD_SINK;
}

static uint64_t hole_entry(const struct relay *relay, unsigned int level)
{
	return sink_entry(&relay->sink, level) | VTD_PT_HOLE;
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
