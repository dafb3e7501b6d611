// SPDX-License-Identifier: GPL-2.0-only
/* arena.c, memo.c and share.c. */
#include "testing.h"

#include "arena.h"
#include "memo.h"
#include "share.h"

static struct arena arena_of(uint64_t size)
{
	static uint8_t *memory;
	struct arena arena;

	free(memory);
	memory = aligned_alloc(PAGE_SIZE, (size + 2 * PAGE_SIZE) & PAGE_MASK);
	memset(memory, 0xaa, size + PAGE_SIZE);
	arena_init(&arena, memory, phys(0x70000000), size);
	return arena;
}

static void allocations_are_aligned_and_disjoint(void **state)
{
	struct arena arena = arena_of(0x10000);
	uint8_t *a = arena_alloc(&arena, 3, 1), *b = arena_alloc(&arena, 8, 8), *c = arena_page(&arena);

	(void)state;
	assert_ptr_equal(a, arena.base);
	assert_ptr_equal(b, arena.base + 8);
	assert_ptr_equal(c, arena.base + 0x1000);
	assert_hex_equal(arena_phys(&arena, c).pa, 0x70001000);
	assert_hex_equal(arena.used, 0x2000);
}

static void zeroed_memory_is_zero(void **state)
{
	struct arena arena = arena_of(0x10000);
	uint8_t *memory = arena_alloc_zeroed(&arena, 100, 64), zeros[100] = { 0 };

	(void)state;
	assert_memory_equal(memory, zeros, 100);
	assert_int_equal(memory[100], 0xaa);
}

static void full_arena_gives_nothing_and_stays_as_it_is(void **state)
{
	struct arena arena = arena_of(0x3000);

	(void)state;
	assert_non_null(arena_alloc(&arena, 1, 1));
	assert_non_null(arena_page(&arena));
	assert_non_null(arena_page(&arena));
	assert_null(arena_page(&arena));
	assert_null(arena_alloc(&arena, 1, 1));
	assert_null(arena_alloc_zeroed(&arena, UINT64_MAX, 8));
	assert_hex_equal(arena.used, 0x3000);
	assert_non_null(arena_alloc(&arena, 0, 1));
}

/* The alignment alone must not run past the end. */
static void alignment_beyond_the_end(void **state)
{
	struct arena arena = arena_of(0x1800);

	(void)state;
	assert_non_null(arena_alloc(&arena, 0x1001, 1));
	assert_null(arena_alloc(&arena, 0, 0x1000));
	assert_hex_equal(arena.used, 0x1001);
}

static void rewind_gives_back(void **state)
{
	struct arena arena = arena_of(0x4000);
	uint64_t mark;
	void *page;

	(void)state;
	arena_page(&arena);
	mark = arena_mark(&arena);
	page = arena_page(&arena);
	arena_page(&arena);
	arena_rewind(&arena, mark);
	assert_ptr_equal(arena_page(&arena), page);
}

static struct memo_key key(uint64_t table, unsigned int level, unsigned int format, bool in_place)
{
	return (struct memo_key){ phys(table), (uint8_t)level, (uint8_t)format, in_place };
}

static void tables_are_told_apart_by_all_of_their_key(void **state)
{
	struct arena arena = arena_of(0x40000);
	struct memo memo;
	uint64_t value = 0x1000;
	phys_t copy;

	(void)state;
	assert_true(memo_init(&memo, &arena, 100));
	for (uint64_t table = 0; table < 4; table++)
		for (unsigned int level = 1; level < 8; level++)
			for (unsigned int format = 0; format < 64; format += 21)
				for (unsigned int in_place = 0; in_place < 2; in_place++) {
					struct memo_key k = key(table << 12, level, format, in_place);

					assert_false(memo_find(&memo, k, &copy));
					assert_true(memo_add(&memo, k, phys(value)));
					assert_true(memo_find(&memo, k, &copy));
					assert_hex_equal(copy.pa, value);
					value += 0x1000;
				}
}

static void full_memo_refuses_and_still_finds(void **state)
{
	struct arena arena = arena_of(0x40000);
	struct memo memo;
	uint64_t count = 0;
	phys_t copy;

	(void)state;
	assert_true(memo_init(&memo, &arena, 700));
	while (memo_add(&memo, key(count << 12, 1, 0, false), phys(count << 13)))
		assert_true(++count < 100000);
	assert_true(count >= 700);
	for (uint64_t i = 0; i < count; i++) {
		assert_true(memo_find(&memo, key(i << 12, 1, 0, false), &copy));
		assert_hex_equal(copy.pa, i << 13);
	}
	assert_false(memo_find(&memo, key(count << 12, 1, 0, false), &copy));
}

static void memo_without_room(void **state)
{
	struct arena arena = arena_of(0x2000);
	struct memo memo;

	(void)state;
	assert_false(memo_init(&memo, &arena, 1));
}

/* Addresses that collide in the hash: page numbers far apart by powers of two. */
static void keys_that_collide(void **state)
{
	struct arena arena = arena_of(0x40000);
	struct memo memo;
	phys_t copy;

	(void)state;
	assert_true(memo_init(&memo, &arena, 100));
	for (unsigned int shift = 12; shift < 52; shift++)
		for (uint64_t i = 1; i < 8; i += 2)
			assert_true(memo_add(&memo, key(i << shift & ~0xffful, 1, shift % 64, i & 2),
					     phys(i << shift)));
	for (unsigned int shift = 12; shift < 52; shift++)
		for (uint64_t i = 1; i < 8; i += 2) {
			assert_true(memo_find(&memo, key(i << shift & ~0xffful, 1, shift % 64, i & 2), &copy));
			assert_hex_equal(copy.pa, i << shift);
		}
}

/* The loop over sizes ends, whatever is asked for. */
static void memo_that_finds_no_room(void **state)
{
	struct arena arena = arena_of(0x1000);
	struct memo memo;

	(void)state;
	assert_false(memo_init(&memo, &arena, 1ull << 40));
	assert_int_equal(memo.size, 1u << 30);
	assert_false(memo_init(&memo, &arena, UINT64_MAX));
}

static void memo_has_room_for_all_it_was_made_for(void **state)
{
	struct arena arena = arena_of(0x100000);
	struct memo memo;

	(void)state;
	assert_true(memo_init(&memo, &arena, 10000));
	for (uint64_t i = 1; i <= 10000; i++)
		assert_true(memo_add(&memo, key(i << 12, 1, 0, false), phys(i)));
}

/* Each once, with what it was added as; none in place, folded, or not there. */
static void copies_are_told_one_by_one(void **state)
{
	struct arena arena = arena_of(0x40000);
	struct memo_table table;
	unsigned int met[9] = { 0 };
	struct memo memo;
	uint32_t at = 0;

	(void)state;
	assert_true(memo_init(&memo, &arena, 100));
	assert_false(memo_next_copy(&memo, &at, &table));
	for (uint64_t i = 1; i < 9; i++)
		assert_true(memo_add(&memo, key(i << 30, i % 7 + 1, (unsigned int)i * 7, false), phys(i << 12)));
	assert_true(memo_add(&memo, key(9ull << 30, 2, 1, true), phys(9ull << 30)));
	memo_change(&memo, key(4ull << 30, 5, 28, false), phys(0x20200083));
	for (at = 0; memo_next_copy(&memo, &at, &table);) {
		uint64_t i = table.copy.pa >> 12;

		assert_true(i >= 1 && i < 9);
		assert_int_equal(table.level, i % 7 + 1);
		assert_int_equal(table.format, i * 7);
		met[i]++;
	}
	for (unsigned int i = 1; i < 9; i++)
		assert_int_equal(met[i], i != 4);
	assert_int_equal(at, memo.size);
	assert_false(memo_next_copy(&memo, &at, &table));
}

/* ---- Room for page tables ---- */

static unsigned int take_all(const struct share *share)
{
	unsigned int pages = 0;

	while (share_page(share))
		pages++;
	return pages;
}

static void each_device_finds_its_share(void **state)
{
	struct arena arena = arena_of(0x10000);		/* 16 pages: 8, and 2 for each of 4 devices */
	struct share share;

	(void)state;
	share_begin(&share, &arena, 4);
	share_next(&share);
	assert_int_equal(take_all(&share), 10);
	assert_hex_equal(arena.used, 0xa000);
	for (unsigned int i = 1; i < 4; i++) {
		share_next(&share);
		assert_int_equal(take_all(&share), 2);
	}
	assert_hex_equal(arena.used, 0x10000);
}

/* What the first leaves is for those behind it; and more of them than were counted find what is left. */
static void devices_that_were_not_counted(void **state)
{
	struct arena arena = arena_of(0x10000);
	struct share share;

	(void)state;
	share_begin(&share, &arena, 1);
	share_next(&share);
	assert_non_null(share_page(&share));
	share_next(&share);
	assert_int_equal(share.to_come, 0);
	assert_int_equal(take_all(&share), 15);
	share_begin(&share, &arena, 0);
	assert_int_equal(take_all(&share), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_aligned_and_disjoint),
		cmocka_unit_test(zeroed_memory_is_zero),
		cmocka_unit_test(full_arena_gives_nothing_and_stays_as_it_is),
		cmocka_unit_test(alignment_beyond_the_end),
		cmocka_unit_test(rewind_gives_back),
		cmocka_unit_test(tables_are_told_apart_by_all_of_their_key),
		cmocka_unit_test(full_memo_refuses_and_still_finds),
		cmocka_unit_test(memo_without_room),
		cmocka_unit_test(keys_that_collide),
		cmocka_unit_test(memo_that_finds_no_room),
		cmocka_unit_test(memo_has_room_for_all_it_was_made_for),
		cmocka_unit_test(copies_are_told_one_by_one),
		cmocka_unit_test(each_device_finds_its_share),
		cmocka_unit_test(devices_that_were_not_counted),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
