/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * addr.h - address types
 *
 * Physical and IO addresses are distinct one-member structs: mixing them up does not compile.
 */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096ull
#define PAGE_MASK	(~(PAGE_SIZE - 1))

typedef struct { uint64_t pa; } phys_t;	/* what the memory controller sees */
typedef struct { uint64_t io; } iova_t;	/* what a device puts on the bus */

static inline phys_t phys(uint64_t pa)
{
	return (phys_t){ pa };
}

static inline iova_t iova(uint64_t io)
{
	return (iova_t){ io };
}

/* True if [start, start + size) does not wrap around the end of the address space. */
static inline bool range_fits(uint64_t start, uint64_t size)
{
	return size == 0 || start <= UINT64_MAX - (size - 1);
}

#endif /* ADDR_H */
