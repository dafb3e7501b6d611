// SPDX-License-Identifier: GPL-2.0-only
#include "sink.h"

#include "vtd.h"

static uint64_t *take_page(struct sink_room *room)
{
	uint64_t *page = room->pages ? arena_page(room->arena) : NULL;

	if (page)
		room->pages--;
	return page;
}

bool sink_grow(struct sink *sink, struct sink_room *room, unsigned int level)
{
	for (unsigned int at = 0; at <= level; at++) {
		uint64_t *page;

		if (sink->page[at].pa)
			continue;
		page = take_page(room);
		if (!page)
			return false;
		for (unsigned int i = 0; i < VTD_ENTRIES; i++)
			page[i] = at ? sink_entry(sink, at) : SCRATCH_WORD;
		sink->page[at] = arena_phys(room->arena, page);
	}
	return true;
}

uint64_t sink_entry(const struct sink *sink, unsigned int level)
{
	/* Read as second-level R, W and X, as first-level P, RW and US. */
	return sink->page[level - 1].pa | VTD_SL_R | VTD_SL_W | VTD_SL_X;
}
