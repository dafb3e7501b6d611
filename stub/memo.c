// SPDX-License-Identifier: GPL-2.0-only
#include "memo.h"

#include "vtd.h"

#define LEVEL		7u
#define FORMAT_SHIFT	3
#define FORMAT		63u
#define IN_PLACE	VTD_BIT(9)

/* Page addresses leave 12 bits: level from 1 up, so that no key is 0. */
static uint64_t pack(struct memo_key key)
{
	return (key.table.pa & PAGE_MASK) | (key.in_place ? IN_PLACE : 0) |
	       (uint64_t)(key.format & FORMAT) << FORMAT_SHIFT | key.level;
}

/* The key's slot, or the free one where it would go. The table always has a free slot. */
static struct memo_slot *slot_of(const struct memo *memo, uint64_t key)
{
	uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (memo->size - 1);

	while (memo->slots[at].key && memo->slots[at].key != key)
		at = (at + 1) & (memo->size - 1);
	return &memo->slots[at];
}

bool memo_init(struct memo *memo, struct arena *arena, uint64_t tables)
{
	*memo = (struct memo){ .size = 1024 };
	while (memo->size < 1u << 30 && memo->size / 4 * 3 < tables)
		memo->size *= 2;
	memo->slots = arena_alloc_zeroed(arena, memo->size * sizeof(*memo->slots), 8);
	return memo->slots;
}

bool memo_find(const struct memo *memo, struct memo_key key, phys_t *copy)
{
	const struct memo_slot *slot = slot_of(memo, pack(key));

	if (!slot->key)
		return false;
	*copy = phys(slot->value);
	return true;
}

bool memo_add(struct memo *memo, struct memo_key key, phys_t copy)
{
	if (memo->used >= memo->size / 4 * 3)
		return false;
	*slot_of(memo, pack(key)) = (struct memo_slot){ pack(key), copy.pa };
	memo->used++;
	return true;
}

void memo_change(const struct memo *memo, struct memo_key key, phys_t copy)
{
	slot_of(memo, pack(key))->value = copy.pa;
}

bool memo_next_copy(const struct memo *memo, uint32_t *at, struct memo_table *table)
{
	while (*at < memo->size) {
		const struct memo_slot *slot = &memo->slots[(*at)++];

		if (!slot->key || slot->key & IN_PLACE || slot->value & ~PAGE_MASK)
			continue;
		*table = (struct memo_table){
			phys(slot->value), slot->key & LEVEL, slot->key >> FORMAT_SHIFT & FORMAT,
		};
		return true;
	}
	return false;
}
