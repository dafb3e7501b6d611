// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena (stub/arena.c).
 *
 * proof_arena		An arena of any size up to 4 pages; any three allocations of any size, aligned
 *			to 1, 8, 64, 512 bytes or a page, plain or zeroed, with a rewind to any mark in between.
 *			What is given out lies inside, is aligned, and overlaps nothing that was not
 *			given back; a refusal changes nothing; addresses follow.
 */
#include "arena.h"
#include "proof.h"

#define MOST	(4 * PAGE_SIZE)

struct piece {
	uint8_t *at;
	uint64_t size;
};

static struct piece take(struct arena *arena)
{
	struct piece piece = { .size = nondet_u64() };
	uint64_t shift = nondet_u64(), used = arena->used;

	assume(shift <= PAGE_SHIFT && shift % 3 == 0);
	piece.at = nondet_bool() ? arena_alloc(arena, piece.size, 1ull << shift) :
		   nondet_bool() ? arena_alloc_zeroed(arena, piece.size, 1ull << shift) : NULL;
	if (!piece.at) {
		prove(arena->used == used);
		return (struct piece){ NULL, 0 };
	}
	prove(arena->used >= used && arena->used <= arena->size);
	prove(piece.at >= arena->base + used && piece.at + piece.size == arena->base + arena->used);
	prove((uint64_t)(piece.at - arena->base) % (1ull << shift) == 0);
	prove(__CPROVER_w_ok(piece.at, piece.size));
	prove(arena_phys(arena, piece.at).pa == arena->phys.pa + (uint64_t)(piece.at - arena->base));
	return piece;
}

static bool apart(struct piece a, struct piece b)
{
	return !a.at || !b.at || a.at + a.size <= b.at || b.at + b.size <= a.at;
}

void proof_arena(void)
{
	static uint64_t memory[MOST / 8];
	uint64_t size = nondet_u64(), mark;
	struct piece first, second, third;
	struct arena arena;

	assume(size <= MOST);
	arena_init(&arena, memory, phys(nondet_u64() & PAGE_MASK), size);
	assume(range_fits(arena.phys.pa, size + 1));
	first = take(&arena);
	mark = arena_mark(&arena);
	second = take(&arena);
	prove(apart(first, second));
	if (nondet_bool()) {
		arena_rewind(&arena, mark);
		second.at = NULL;
	}
	third = take(&arena);
	prove(apart(first, third) && apart(second, third));
	if (arena_page(&arena))
		prove(arena.used <= size);
}
