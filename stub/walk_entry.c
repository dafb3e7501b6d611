// SPDX-License-Identifier: GPL-2.0-only
#include "walk.h"

#include "quarantine.h"
#include "ranges.h"
#include "state.h"

#define GIB_LEVEL	3u	/* an entry of such a table covers a GiB */

/* By the domain's own sink, or for want of room by the one that all share. */
static uint64_t sink_for(struct walk *walk, unsigned int level)
{
	bool own = sink_grow(&walk->sink, &walk->relay->sink_room, level - 1);

	return sink_entry(own ? &walk->sink : &walk->relay->sink, level);
}

void walk_replace(struct walk *walk, struct frame *frame, unsigned int index, uint16_t rule,
		  enum handoff_object object)
{
	/* Not in place: the same table may be met at another level, where the sink's would mean more. */
	bool sink = walk->relay->params.bad == BAD_SINK && !frame->in_place;
	uint64_t found = frame->entries[index], start = walk_iova(frame, index);
	struct handoff_record record = *walk->blame;

	frame->bad++;
	/*
	 * A leaf's range is listed as any leaf's. To keep off all that a lost table of a GiB or more may have
	 * had would be to keep off everything: there, a kernel has to make room in the sink.
	 */
	if (object == HANDOFF_PAGE_TABLE && frame->level >= GIB_LEVEL)
		ranges_forget(&walk->relay->report, walk->domain, start);
	else if (object == HANDOFF_PAGE_TABLE)
		ranges_cover(&walk->relay->report, walk->domain, start, start + walk_span(frame->level) - 1);

	record.rule = rule;
	record.object = (uint8_t)object;
	record.action = sink ? HANDOFF_SUNK : HANDOFF_BLOCKED;
	record.level = (uint8_t)frame->level;
	record.in_place = frame->in_place;
	record.where = frame->old.pa + index * sizeof(uint64_t);
	record.found[0] = found;
	record.found[1] = 0;
	record.iova = start;
	record.size = walk_span(frame->level);
	record.target = found & walk->format->address;
	if (frame->in_place) {
		if (!quarantine_in_place(&walk->relay->report, &record))
			walk->lost = walk->relay->unmendable = true;
		return;
	}
	quarantine(&walk->relay->report, &record);
	frame->entries[index] = sink ? sink_for(walk, frame->level) : 0;
	if (sink && rule == walk->format->rule_target && record.target == start)
		frame->entries[index] |= VTD_PT_SELF;
	if (sink)
		walk->domain->flags |= HANDOFF_DOMAIN_SUNK;
}

/* Is [address, address + size) out of the crash region? Most leaves fall into the last gap. */
static bool misses_crash_region(struct walk *walk, uint64_t address, uint64_t size)
{
	if ((address < walk->gap.first || address > walk->gap.last) &&
	    !ram_gap(&walk->relay->ram, phys(address), &walk->gap))
		return false;
	return walk->gap.last - address >= size - 1;
}

uint16_t walk_vet_leaf(struct walk *walk, uint64_t entry, unsigned int level)
{
	const struct pt_format *format = walk->format;
	uint64_t address = entry & format->address & ~(walk_span(level) - 1);	/* below: first-level PAT */

	if (!(format->leaf_levels & 1u << level))
		return format->rule_superpage;
	if (entry & format->leaf_reserved[level])
		return format->rule_reserved;
	if (entry & format->beyond)
		return format->rule_width;
	return misses_crash_region(walk, address, walk_span(level)) ? 0 : format->rule_target;
}

uint16_t walk_vet_table(struct walk *walk, uint64_t entry, unsigned int level)
{
	const struct pt_format *format = walk->format;

	if (entry & format->table_reserved[level])
		return format->rule_reserved;
	if (entry & format->beyond)
		return format->rule_width;
	return ram_is_crashed(&walk->relay->ram, phys(entry & format->address), PAGE_SIZE) ?
	       0 : format->rule_provenance;
}
