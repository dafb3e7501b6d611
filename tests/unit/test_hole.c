// SPDX-License-Identifier: GPL-2.0-only
/* hole.c: what the copies do not translate. That all holes are filled is what check.c looks at. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

static uint64_t hole(unsigned int level)
{
	const struct handoff_hole *entry = result_entry(HANDOFF_HOLES, level - 1);

	return entry->entry;
}

/* Of each level that a tree has, and never at the cost of what is mapped beside it. */
static void holes_of_all_levels_lead_to_the_sink(void **state)
{
	static const struct { uint64_t iova; unsigned int level; } holes[] = {
		{ SCENE_IOVA + 0x1000, 1 }, { 0x200000, 2 }, { 0x80000000, 3 },
	};
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_HOLES), 5);
	for (size_t i = 0; i < COUNT_OF(holes); i++) {
		scene_expect_replaced(&s, SCENE_SOURCE, holes[i].iova);
		assert_hex_equal(scene_entry_now(&s, holes[i].iova, holes[i].level), hole(holes[i].level));
	}
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x40000000).pa, 0x30000000);
}

/* The kernel takes them out again by what they look like: like nothing else. */
static void holes_are_known_by_their_entries(void **state)
{
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	for (unsigned int level = 1; level <= 5; level++) {
		assert_hex_equal(hole(level) & ~(1ull << 52 | 7), hole(level) & 0xffffffffff000);
		assert_true(memory_in_arena(hole(level) & 0xffffffffff000, PAGE_SIZE));
		assert_hex_equal(hole(level) >> 52, 1);
		assert_hex_equal(hole(level) & HANDOFF_HOLE_MARKS, 0);
		/* Each leads to a table of the next one's, all its entries alike, but for the mark. */
		for (unsigned int i = 0; level > 1 && i < 512; i++)
			assert_hex_equal(memory_get64((hole(level) & 0xffffffffff000) + 8 * i),
					 hole(level - 1) & ~(1ull << 52));
	}
}

static void holes_stay_where_that_is_asked_for(void **state)
{
	static const char *const options[] = {
		"dmarelay.holes=keep", "dmarelay.bad=block", "dmarelay.holes=sink dmarelay.bad=block",
	};

	for (size_t i = 0; i < COUNT_OF(options); i++) {
		struct scene s = scene_make(state);

		s.b->options = options[i];
		scene_expect_nothing(&s);
		assert_int_equal(result_count(HANDOFF_HOLES), 0);
		assert_int_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA + 0x1000).result,
				 TRANSLATE_ABSENT);
		assert_hex_equal(scene_entry_now(&s, 0x200000, 2), 0);
	}
}

/* A bad entry's sink is not a hole's: the kernel is to leave it where it is. */
static void bad_entries_are_no_holes(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, BUILD_CRASH_START | 3);
	assert_true(build_run(s.b));
	check_run(s.b);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	assert_true(scene_entry_now(&s, SCENE_IOVA, 1) != hole(1));
	assert_hex_equal(scene_entry_now(&s, SCENE_IOVA, 1) >> 52, 0);
}

/* Software's bits in an entry that is not present mean nothing to us. */
static void absent_entries_with_bits_are_holes(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, 0x7ff000123456784);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_entry_now(&s, SCENE_IOVA, 1), hole(1));
}

/* A context that leads to a table of nothing, as after damage: the device's polling ends in the sink. */
static void empty_tree_is_one_hole(void **state)
{
	struct scene s = scene_make(state);

	for (unsigned int i = 0; i < 512; i++)
		memory_put64(s.tree + 8 * i, 0);
	scene_expect_nothing(&s);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x7fffffffff);
}

static void holes_of_first_level_tables(void **state)
{
	struct scene s = scene_make_scalable(state);

	scene_expect_nothing(&s);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA + 0x1000);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, 0x8000000000);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes_of_all_levels_lead_to_the_sink),
		cmocka_unit_test(holes_are_known_by_their_entries),
		cmocka_unit_test(holes_stay_where_that_is_asked_for),
		cmocka_unit_test(bad_entries_are_no_holes),
		cmocka_unit_test(absent_entries_with_bits_are_holes),
		cmocka_unit_test(empty_tree_is_one_hole),
		cmocka_unit_test(holes_of_first_level_tables),
	};

	return cmocka_run_group_tests_name("hole", tests, NULL, NULL);
}
