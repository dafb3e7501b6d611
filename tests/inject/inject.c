// SPDX-License-Identifier: GPL-2.0-only
#include "inject.h"

#include <stddef.h>

#define PAGE		4096u
#define ADDRESS		0x000ffffffffff000ull
#define PRESENT		1u			/* of root, context and interrupt entries */
#define READ_WRITE	3u			/* of page-table entries: present is either */
#define SUPERPAGE	(1ull << 7)

/* 9.11: of an interrupt entry */
#define POSTED		(1ull << 15)

/* ACPI 5.2.6 and VT-d 8.1: the checksum, and the first structure: its length, its registers */
#define DMAR_CHECKSUM	9u
#define DMAR_BODY	36u
#define DMAR_LENGTH	(48u + 2)
#define DMAR_BASE	(48u + 8)

#define STRUCTURES(S) \
	S(ROOT_TABLE) S(ROOT_ENTRY) S(CONTEXT_TABLE) S(CONTEXT_ENTRY) S(LEVEL4_TABLE) S(LEVEL4) \
	S(LEVEL3_TABLE) S(LEVEL3) S(LEVEL2_TABLE) S(LEVEL2) S(LEAF_TABLE) S(LEAF) \
	S(INTERRUPT_TABLE) S(INTERRUPT_ENTRY) S(QUEUE) S(DMAR)
#define DAMAGES(D) \
	D(RANDOM) D(FLIP) D(ONES) D(ZEROS) D(SELF) D(LOOP) D(BEYOND) D(CRASH_FREE) D(CRASH_KERNEL) \
	D(CRASH_INITRD) D(CRASH_ARENA) D(OTHER_TABLE) D(MMIO) D(WIDTH) D(RESERVED) D(DOMAIN)

#define NUMBER(name) name,
#define NAME(name) #name,
enum structure { STRUCTURES(NUMBER) };
enum damage { DAMAGES(NUMBER) };
static const char *const structure_names[] = { STRUCTURES(NAME) };
static const char *const damage_names[] = { DAMAGES(NAME) };

static const struct { enum structure structure; enum damage damage; uint32_t points; } cells[] = {
#define CELL(structure, damage, points) { structure, damage, points },
#include "cells.def"
};

/* Where the structure is: its page, and of an entry its 16 or 8 bytes. */
struct place {
	uint64_t page, entry;
	uint32_t entry_bytes;
	uint32_t size;			/* of the page, or of what stands for it */
	uint64_t above;			/* a table nearer to the root */
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

static uint64_t read(const struct inject_machine *m, uint64_t pa)
{
	return m->read(m->context, pa);
}

static uint64_t choose(const struct inject_machine *m, uint64_t limit)
{
	return m->choose(m->context, limit);
}

static uint64_t random_word(const struct inject_machine *m)
{
	return choose(m, 1ull << 32) << 32 | choose(m, 1ull << 32);
}

static uint64_t context_slot(const struct inject_machine *m)
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

static bool find(const struct inject_machine *m, enum structure structure, struct place *place)
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
		return m->dmar_size >= DMAR_BASE + 8;
	}
	return false;
}

/* Where a pointer is led by damage to an entry of this structure; 0: the damage is another one. */
static uint64_t new_target(const struct inject_machine *m, enum structure structure, enum damage damage,
			   const struct place *place)
{
	struct place device;

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
			return find_entry(m, m->levels, &device) ? device.page : m->other;
		if (structure == CONTEXT_ENTRY)
			return m->interrupts & ADDRESS;
		return structure == LEAF ? m->other : context_slot(m) & ADDRESS;
	default:
		return 0;
	}
}

static uint32_t write(const struct inject_machine *m, uint64_t at, uint64_t value)
{
	m->write(m->context, at, value);
	return 1;
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

static uint8_t read_byte(const struct inject_machine *m, uint64_t at)
{
	return (uint8_t)(read(m, at & ~7ull) >> (at & 7) * 8);
}

static uint32_t write_bytes(const struct inject_machine *m, uint64_t at, uint64_t value, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++, at++, value >>= 8)
		write(m, at & ~7ull, (read(m, at & ~7ull) & ~(0xffull << (at & 7) * 8)) |
				     (value & 0xff) << (at & 7) * 8);
	return count;
}

/* What firmware could have written goes with a right checksum: it is believed. */
static uint32_t change_dmar(const struct inject_machine *m, enum damage damage, const struct place *place)
{
	uint64_t at = place->page + DMAR_BODY, target = new_target(m, DMAR, damage, place);
	uint8_t sum = 0;

	switch (damage) {
	case RANDOM:
	case ZEROS:
		for (; at < place->page + place->size; at++)
			write_bytes(m, at, damage == RANDOM ? choose(m, 256) : 0, 1);
		return place->size - DMAR_BODY;
	case FLIP:
		at += choose(m, place->size - DMAR_BODY);
		return write_bytes(m, at, read_byte(m, at) ^ 1u << choose(m, 8), 1);
	case SELF:		/* the structure is followed by itself */
		write_bytes(m, place->page + DMAR_LENGTH, 0, 2);
		break;
	case WIDTH:		/* longer than the table */
		write_bytes(m, place->page + DMAR_LENGTH, place->size, 2);
		break;
	default:
		write_bytes(m, place->page + DMAR_BASE, target, 8);
	}
	for (uint32_t i = 0; i < place->size; i++)
		sum = (uint8_t)(sum + (i == DMAR_CHECKSUM ? 0 : read_byte(m, place->page + i)));
	return 2 + write_bytes(m, place->page + DMAR_CHECKSUM, -sum, 1);
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

	if (!find(m, structure, &place))
		return 0;
	if (structure == DMAR)
		return change_dmar(m, damage, &place);
	if (is_table(structure))
		return fill(m, place.page, place.size, damage);
	return change_entry(m, structure, damage, &place);
}
