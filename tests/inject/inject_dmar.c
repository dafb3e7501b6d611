// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

/* ACPI 5.2.6 and VT-d 8.1: the checksum, and the first structure: its length, its registers */
#define DMAR_CHECKSUM	9u
#define DMAR_BODY	36u
#define DMAR_LENGTH	(48u + 2)
#define DMAR_BASE	(48u + 8)

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
uint32_t damage_dmar(const struct inject_machine *m, enum damage damage, const struct place *place,
		     uint64_t target)
{
	uint64_t at = place->page + DMAR_BODY;
	uint8_t sum = 0;

	switch (damage) {
	case ONES:		/* all of it, its name included */
		for (at = place->page; at < place->page + place->size; at++)
			write_bytes(m, at, 0xff, 1);
		return place->size;
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
