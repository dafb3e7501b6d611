// SPDX-License-Identifier: GPL-2.0-only
#include "arena.h"

#include <string.h>

void arena_init(struct arena *arena, void *base, phys_t phys, uint64_t size)
{
	*arena = (struct arena){ .base = base, .phys = phys, .size = size };
}

void *arena_alloc(struct arena *arena, uint64_t size, uint64_t align)
{
	uint64_t start = (arena->used + align - 1) & ~(align - 1);

	if (start > arena->size || size > arena->size - start)
		return NULL;
	arena->used = start + size;
	return arena->base + start;
}

void *arena_alloc_zeroed(struct arena *arena, uint64_t size, uint64_t align)
{
	void *memory = arena_alloc(arena, size, align);

	if (memory)
		memset(memory, 0, size);
	return memory;
}

void *arena_page(struct arena *arena)
{
	return arena_alloc(arena, PAGE_SIZE, PAGE_SIZE);
}

uint64_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_rewind(struct arena *arena, uint64_t mark)
{
	arena->used = mark;
}

phys_t arena_phys(const struct arena *arena, const void *inside)
{
	return phys(arena->phys.pa + (uint64_t)((const uint8_t *)inside - arena->base));
}

void *arena_at(const struct arena *arena, phys_t inside)
{
	return arena->base + (inside.pa - arena->phys.pa);
}
