/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_BITS_H
#define LINUX_BITS_H

#include <linux/types.h>

#define BIT(n)		(1ul << (n))
#define BIT_ULL(n)	(1ull << (n))
#define GENMASK_ULL(high, low)	((~0ull << (low)) & (~0ull >> (63 - (high))))

static inline void set_bit(unsigned long bit, unsigned long *map)
{
	map[bit / 64] |= 1ul << bit % 64;
}

static inline void clear_bit(unsigned long bit, unsigned long *map)
{
	map[bit / 64] &= ~(1ul << bit % 64);
}

static inline bool test_bit(unsigned long bit, const unsigned long *map)
{
	return map[bit / 64] >> bit % 64 & 1;
}

static inline unsigned long find_next_bit(const unsigned long *map, unsigned long size,
					  unsigned long from)
{
	for (; from < size; from++) {
		if (!(map[from / 64] >> from % 64))
			from |= 63;		/* none is left in this word */
		else if (test_bit(from, map))
			return from;
	}
	return size;
}

#define for_each_set_bit(bit, map, size) \
	for (bit = find_next_bit(map, size, 0); bit < (size); bit = find_next_bit(map, size, bit + 1))

#endif /* LINUX_BITS_H */
