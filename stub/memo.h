/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memo.h - which tables have been seen: one copy a table, and an end to every cycle
 *
 * A hash table of fixed size in the arena. A table is known by its old address, the level at which
 * it was met, the format it was vetted by, and whether it was copied or left in place.
 */
#ifndef MEMO_H
#define MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

struct memo_key {
	phys_t table;		/* old address, page aligned */
	uint8_t level;		/* 1..5 */
	uint8_t format;		/* pt_format.id, 0..63 */
	bool in_place;
};

struct memo_slot {
	uint64_t key;		/* 0: free */
	uint64_t value;
};

struct memo {
	struct memo_slot *slots;
	uint32_t size;		/* a power of two */
	uint32_t used;
};

/* Room for about `tables` tables. False if the arena has none. */
bool memo_init(struct memo *memo, struct arena *arena, uint64_t tables);

/* Where the table's copy is (for one in place: its own address). False if it was never seen. */
bool memo_find(const struct memo *memo, struct memo_key key, phys_t *copy);

/* Remember it; must not be there yet. False if the memo is full (three quarters, for speed). */
bool memo_add(struct memo *memo, struct memo_key key, phys_t copy);

/* Another value for a key that is there. */
void memo_change(const struct memo *memo, struct memo_key key, phys_t copy);

/* The value of what is no table: neither an address nor what one was folded into. */
#define MEMO_GARBAGE	1u

/* A table that was copied, and not folded. */
struct memo_table {
	phys_t copy;
	uint8_t level, format;
};

/* The next one from *at on, 0 at first, in no order. False: there are no more. */
bool memo_next_copy(const struct memo *memo, uint32_t *at, struct memo_table *table);

#endif /* MEMO_H */
