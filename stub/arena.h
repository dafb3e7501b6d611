/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arena.h - the only allocator: a bump pointer over the memory that the kdump kernel will reserve
 *
 * Nothing is freed. What an abandoned attempt took is given back by rewinding to a mark.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "addr.h"

struct arena {
	uint8_t *base;		/* page aligned */
	phys_t phys;		/* of base */
	uint64_t size;		/* bytes */
	uint64_t used;		/* bytes, from base */
};

void arena_init(struct arena *arena, void *base, phys_t phys, uint64_t size);

/*
 * `size` bytes, aligned to `align` (a power of two, at most a page); contents are undefined. NULL
 * if they do not fit: the arena is then as before.
 */
void *arena_alloc(struct arena *arena, uint64_t size, uint64_t align);

/* As arena_alloc(), all bytes zero. */
void *arena_alloc_zeroed(struct arena *arena, uint64_t size, uint64_t align);

/* One page-table page, or any other page, undefined contents. */
void *arena_page(struct arena *arena);

/* Remember a point, and give back all that was allocated after it. */
uint64_t arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, uint64_t mark);

/* Physical address of something inside the arena, and back. */
phys_t arena_phys(const struct arena *arena, const void *inside);
void *arena_at(const struct arena *arena, phys_t inside);

#endif /* ARENA_H */
