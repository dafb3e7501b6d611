// SPDX-License-Identifier: GPL-2.0-only
#include "inject.h"

#include "place.h"

#define POSTED		(1ull << 15)	/* 9.11: of an interrupt entry */

#define NAME(name) #name,
static const char *const structure_names[] = { STRUCTURES(NAME) };
static const char *const damage_names[] = { DAMAGES(NAME) };

static const struct { enum structure structure; enum damage damage; uint32_t points; } cells[] = {
#define CELL(structure, damage, points) { structure, damage, points },
#include "cells.def"
};

uint32_t inject_cell_count(void)
{
	return sizeof(cells) / sizeof(cells[0]);
}

const struct inject_cell *inject_cell(uint32_t index)
{
	static struct inject_cell cell;

	cell.structure = structure_names[cells[index].structure];
	cell.damage = damage_names[cells[index].damage];
	cell.points = cells[index].points;
	return &cell;
}

static uint64_t random_word(const struct inject_machine *m)
{
	return choose(m, 1ull << 32) << 32 | choose(m, 1ull << 32);
}

/* Where a pointer is led by damage to an entry of this structure; 0: the damage is another one. */
static uint64_t new_target(const struct inject_machine *m, enum structure structure, enum damage damage,
			   const struct place *place)
{
	switch (damage) {
	case SELF:
		return place->page;
	case LOOP:
		return place->above;
	case BEYOND:
		return m->beyond;
	case CRASH_FREE:
	case CRASH_KERNEL:
	case CRASH_INITRD:
	case CRASH_ARENA:
		return m->crash[PART_FREE + (damage - CRASH_FREE)];
	case MMIO:
		return m->mmio;
	case OTHER_TABLE:
		if (structure == ROOT_ENTRY)
			return top_table(m);
		if (structure == CONTEXT_ENTRY)
			return m->interrupts & ADDRESS;
		return structure == LEAF ? m->other : context_slot(m) & ADDRESS;
	default:
		return 0;
	}
}

static uint32_t fill(const struct inject_machine *m, uint64_t at, uint32_t bytes, enum damage damage)
{
	for (uint32_t i = 0; i < bytes; i += 8)
		write(m, at + i, damage == RANDOM ? random_word(m) : damage == ONES ? ~0ull : 0);
	return bytes / 8;
}

/* A bit that this structure's format reserves; of a context entry's upper half, if *upper. */
static uint64_t reserved_bit(const struct inject_machine *m, enum structure structure, bool *upper)
{
	*upper = structure == INTERRUPT_ENTRY || structure == CONTEXT_ENTRY || structure == ROOT_ENTRY;
	switch (structure) {
	case ROOT_ENTRY:
		return 1ull << choose(m, 64);
	case CONTEXT_ENTRY:
		return 1ull << (24 + choose(m, 40));
	case INTERRUPT_ENTRY:
		return 1ull << (20 + choose(m, 44));
	default:
		return 1ull << (choose(m, 2) ? 62 : 11);	/* TM, SNP */
	}
}

/* Another width than the rest goes by: AW, a page size that is none here, an address too far. */
static uint32_t change_width(const struct inject_machine *m, enum structure structure, uint64_t at)
{
	if (structure == CONTEXT_ENTRY)
		return write(m, at + 8, read(m, at + 8) ^ (1 + choose(m, 7)));
	if (structure == LEAF || structure == ROOT_ENTRY)
		return write(m, at, read(m, at) | 1ull << 51);
	return write(m, at, read(m, at) | SUPERPAGE);
}

static uint32_t change_entry(const struct inject_machine *m, enum structure structure, enum damage damage,
			     const struct place *place)
{
	uint64_t at = place->entry, target = new_target(m, structure, damage, place);
	uint64_t bit;
	bool upper;

	if (target && structure == INTERRUPT_ENTRY) {
		/* 9.11: the descriptor that the hardware is to write to, 64 bytes */
		write(m, at, PRESENT | POSTED | (target >> 6 & 0x3ffffff) << 38);
		return 1 + write(m, at + 8, (target >> 32) << 32);
	}
	if (target) {
		uint64_t old = read(m, at), address = ADDRESS;

		if (structure == LEAF && old & SUPERPAGE)
			address &= ~((1ull << 21) - 1);
		return write(m, at, (old & ~ADDRESS) | (target & address));
	}
	switch (damage) {
	case FLIP:
		at += choose(m, place->entry_bytes / 8) * 8;
		return write(m, at, read(m, at) ^ 1ull << choose(m, 64));
	case RESERVED:
		bit = reserved_bit(m, structure, &upper);
		at += upper ? 8 : 0;
		return write(m, at, read(m, at) | bit);
	case WIDTH:
		return change_width(m, structure, at);
	case DOMAIN:
		return write(m, at + 8, (read(m, at + 8) & ~0xffff00ull) | m->domain << 8);
	default:
		return fill(m, at, place->entry_bytes, damage);
	}
}

static bool is_table(enum structure structure)
{
	return structure == ROOT_TABLE || structure == CONTEXT_TABLE || structure == LEVEL4_TABLE ||
	       structure == LEVEL3_TABLE || structure == LEVEL2_TABLE || structure == LEAF_TABLE ||
	       structure == INTERRUPT_TABLE || structure == QUEUE;
}

uint32_t inject(const struct inject_machine *m, uint32_t index)
{
	enum structure structure = cells[index].structure;
	enum damage damage = cells[index].damage;
	struct place place;

	if (!place_find(m, structure, &place))
		return 0;
	if (structure == DMAR)
		return damage_dmar(m, damage, &place, new_target(m, DMAR, damage, &place));
	if (is_table(structure))
		return fill(m, place.page, place.size, damage);
	return change_entry(m, structure, damage, &place);
}
