// SPDX-License-Identifier: GPL-2.0-only
#include "memo.h"

/* Page addresses leave 12 bits: level from 1 up, so that no key is 0. */
static uint64_t pack(struct memo_key key)
{
	return (key.table.pa & PAGE_MASK) | (uint64_t)key.in_place << 9 |
	       (uint64_t)(key.format & 63) << 3 | key.level;
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
