/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vet.h - the checks that every format shares
 *
 * What is checked is the same everywhere; which rule strikes, and in what order, is the format's.
 */
#ifndef VET_H
#define VET_H

#include <stdint.h>

#include "addr.h"
#include "ram.h"

/* Address bits at or above `width` (1..64) that are set in `address`. */
static inline uint64_t vet_beyond(uint64_t address, unsigned int width)
{
	return width >= 64 ? 0 : address >> width << width;
}

/*
 * May the crashed kernel have kept a table of `size` bytes at `table`? 0 if so, else `width_rule`
 * or `provenance_rule` (enum handoff_rule).
 */
uint16_t vet_table(const struct ram *ram, phys_t table, uint64_t size, unsigned int width,
		   uint16_t width_rule, uint16_t provenance_rule);

#endif /* VET_H */
