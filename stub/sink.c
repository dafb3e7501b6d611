// SPDX-License-Identifier: GPL-2.0-only
#include "sink.h"

#include <string.h>

#include "vtd.h"

bool sink_init(struct sink *sink, struct arena *arena)
{
	void *scratch = arena_page(arena);

	if (!scratch)
		return false;
	memset(scratch, 0xff, PAGE_SIZE);
	sink->page[0] = arena_phys(arena, scratch);

	for (unsigned int level = 1; level <= SINK_LEVELS; level++) {
		uint64_t *table = arena_page(arena);

		if (!table)
			return false;
		for (unsigned int i = 0; i < VTD_ENTRIES; i++)
			table[i] = sink_entry(sink, level);
		sink->page[level] = arena_phys(arena, table);
	}
	return true;
}

uint64_t sink_entry(const struct sink *sink, unsigned int level)
{
	/* Read as second-level R, W and X, as first-level P, RW and US. */
	return sink->page[level - 1].pa | VTD_SL_R | VTD_SL_W | VTD_SL_X;
}
