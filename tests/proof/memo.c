// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memo (stub/memo.c).
 *
 * proof_memo		A memo of 4 slots, any keys of 4 pages, 3 levels and 2 formats, two of them added,
 *			then a third asked for: what was added is found with its value, what was
 *			not is not, no key is taken for another, a change reaches its own key alone, and
 *			a full memo says so while a slot is still free, so that each search ends.
 * proof_memo_init	Any arena of up to 32 KiB, any number of tables: the slots lie in it, all free,
 *			and their number is a power of two.
 */
#include <stdlib.h>

#include "memo.h"
#include "proof.h"

static struct memo_key some_key(void)
{
	struct memo_key key = {
		.table = phys(nondet_u64()), .level = nondet_u8(), .format = nondet_u8(),
		.in_place = nondet_bool(),
	};

	assume(key.table.pa % PAGE_SIZE == 0 && key.table.pa < 4 * PAGE_SIZE);
	assume(key.level >= 1 && key.level <= 3 && key.format < 2);
	return key;
}

static bool same(struct memo_key a, struct memo_key b)
{
	return a.table.pa == b.table.pa && a.level == b.level && a.format == b.format &&
	       a.in_place == b.in_place;
}

void proof_memo(void)
{
	struct memo_slot slots[4] = { { 0 } };
	struct memo memo = { slots, 4, 0 };
	struct memo_key first = some_key(), second = some_key(), third = some_key();
	phys_t value;

	prove(!memo_find(&memo, first, &value));
	prove(memo_add(&memo, first, phys(1)));
	prove(memo_find(&memo, second, &value) == same(first, second));
	assume(!same(first, second));
	prove(memo_add(&memo, second, phys(2)));
	prove(memo_find(&memo, first, &value) && value.pa == 1);
	prove(memo_find(&memo, second, &value) && value.pa == 2);
	prove(memo_find(&memo, third, &value) == (same(third, first) || same(third, second)));
	memo_change(&memo, first, phys(3));
	prove(memo_find(&memo, first, &value) && value.pa == 3);
	prove(memo_find(&memo, second, &value) && value.pa == 2);
	assume(!same(third, first) && !same(third, second));
	prove(memo_add(&memo, third, phys(4)));
	prove(memo_find(&memo, third, &value) && value.pa == 4);
	prove(!memo_add(&memo, some_key(), phys(5)) && memo.used == 3);
	memo_find(&memo, some_key(), &value);
}

void proof_memo_init(void)
{
	uint64_t size = nondet_u64(), any = nondet_u64();
	struct arena arena;
	struct memo memo;
	uint8_t *base;

	assume(size <= 32768);
	base = malloc(size);
	assume(base);
	arena_init(&arena, base, phys(0x100000), size);
	if (!memo_init(&memo, &arena, nondet_u64()))
		return;
	prove(memo.size >= 1024 && !(memo.size & (memo.size - 1)) && memo.used == 0);
	prove(__CPROVER_rw_ok(memo.slots, memo.size * sizeof(*memo.slots)));
	assume(any < memo.size);
	prove(memo.slots[any].key == 0);
}
