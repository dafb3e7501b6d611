// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#define DMAR_LEAST	64u		/* its head and one unit */

uint64_t context_slot(const struct inject_machine *m)
{
	uint64_t entry = read(m, (m->root & ADDRESS) + (m->source >> 8) * 16);

	return entry & PRESENT ? (entry & ADDRESS) + (m->source & 0xff) * 16 : 0;
}

/* Down the device's tables to its entry of `level`; to the leaf, wherever that is, if 1. */
static bool find_entry(const struct inject_machine *m, unsigned int level, struct place *place)
{
	uint64_t slot = context_slot(m), entry = slot ? read(m, slot) : 0;

	if (!(entry & PRESENT) || level > m->levels)
		return false;
	place->above = slot & ADDRESS;
	place->entry_bytes = 8;
	for (unsigned int at = m->levels; at; at--) {
		place->page = entry & ADDRESS;
		place->entry = place->page + (m->iova >> (12 + 9 * (at - 1)) & 511) * 8;
		entry = read(m, place->entry);
		if (!(entry & READ_WRITE))
			return false;
		if (at == 1 || entry & SUPERPAGE)
			return level == 1;
		if (at == level)
			return true;
		place->above = place->page;
	}
	return false;
}

/* A present interrupt entry, of those in the table's first page. */
static uint64_t interrupt_entry(const struct inject_machine *m)
{
	uint64_t table = m->interrupts & ADDRESS, first = choose(m, 256);

	for (uint64_t i = 0; i < 256; i++) {
		uint64_t at = table + (first + i) % 256 * 16;

		if (read(m, at) & PRESENT)
			return at;
	}
	return 0;
}

bool place_find(const struct inject_machine *m, enum structure structure, struct place *place)
{
	*place = (struct place){ .size = PAGE, .entry_bytes = 16 };
	switch (structure) {
	case ROOT_TABLE:
	case ROOT_ENTRY:
		place->page = m->root & ADDRESS;
		place->entry = place->page + (m->source >> 8) * 16;
		return true;
	case CONTEXT_TABLE:
	case CONTEXT_ENTRY:
		place->entry = context_slot(m);
		place->page = place->entry & ADDRESS;
		place->above = m->root & ADDRESS;
		return place->entry && read(m, place->entry) & PRESENT;
	case LEVEL4_TABLE:
	case LEVEL4:
		return find_entry(m, 4, place);
	case LEVEL3_TABLE:
	case LEVEL3:
		return find_entry(m, 3, place);
	case LEVEL2_TABLE:
	case LEVEL2:
		return find_entry(m, 2, place);
	case LEAF_TABLE:
	case LEAF:
		return find_entry(m, 1, place);
	case INTERRUPT_TABLE:
	case INTERRUPT_ENTRY:
		place->page = m->interrupts & ADDRESS;
		place->entry = place->page ? interrupt_entry(m) : 0;
		return place->entry;
	case QUEUE:
		place->page = m->queue & ADDRESS;
		return place->page;
	case DMAR:
		place->page = m->dmar;
		place->size = (uint32_t)m->dmar_size;
		return m->dmar_size >= DMAR_LEAST;
	}
	return false;
}

uint64_t top_table(const struct inject_machine *m)
{
	struct place top;

	return find_entry(m, m->levels, &top) ? top.page : 0;
}
