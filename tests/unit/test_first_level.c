// SPDX-License-Identifier: GPL-2.0-only
/* first_level.c's rules: the corrupt entry, the record it leaves, what the copy holds instead. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

/* `entry` of `level` at `where`, for `iova`, becomes `value`, and `rule` strikes. */
static void expect_entry(struct scene *s, uint64_t where, unsigned int level, uint64_t iova,
			 uint64_t value, uint8_t object, uint16_t rule)
{
	memory_put64(where, value);
	scene_expect(s, (struct handoff_record){
		.rule = rule,
		.object = object,
		.level = (uint8_t)level,
		.domain_id = 11,
		.where = where,
		.found = { value },
		.iova = iova,
		.size = 0x1000ull << 9 * (level - 1),
		.target = value & 0xffffffffff000,
	});
	scene_expect_pasid_replaced(s, SCENE_SOURCE, SCENE_PASID, iova);
	scene_expect_pasid_replaced(s, SCENE_SOURCE, SCENE_PASID, iova + (0x1000ull << 9 * (level - 1)) - 1);
	assert_hex_equal(scene_translate(s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

static void expect_leaf(void **state, uint64_t value, uint16_t rule)
{
	struct scene s = scene_make_scalable(state);

	expect_entry(&s, s.fl_leaf, 1, SCENE_IOVA, value, HANDOFF_LEAF, rule);
}

static void expect_table(void **state, uint64_t value, uint16_t rule)
{
	struct scene s = scene_make_scalable(state);

	expect_entry(&s, s.fl_pde, 2, 0, value, HANDOFF_PAGE_TABLE, rule);
}

static void expect_superpage(void **state, unsigned int level, uint64_t value, uint16_t rule)
{
	struct scene s = scene_make_scalable(state);

	expect_entry(&s, build_slot(s.fl_tree, 4, 0x40000000, level), level, 0x40000000, value, HANDOFF_LEAF,
		     rule);
}

static void misaligned_superpages_are_reserved(void **state)
{
	expect_superpage(state, 2, 0x30000000 | 1 << 13 | 0x87, HANDOFF_RULE_FL_RESERVED);
	expect_superpage(state, 2, 0x30000000 | 1 << 20 | 0x87, HANDOFF_RULE_FL_RESERVED);
}

static void misaligned_1g_leaf_is_reserved(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->cap |= 1ull << 56;
	expect_entry(&s, build_slot(s.fl_tree, 4, 0x40000000, 3), 3, 0x40000000,
		     0x100000000 | 1 << 29 | 0x87, HANDOFF_LEAF, HANDOFF_RULE_FL_RESERVED);
}

static void addresses_beyond_the_host_width(void **state)
{
	expect_leaf(state, 1ull << 46 | 7, HANDOFF_RULE_FL_WIDTH);
	expect_table(state, 1ull << 51 | 7, HANDOFF_RULE_FL_WIDTH);
}

static void leaf_of_1g_that_the_unit_cannot(void **state)
{
	expect_superpage(state, 3, 0x100000000 | 0x87, HANDOFF_RULE_FL_SUPERPAGE);
}

static void leaf_of_512g_is_none(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_entry(&s, s.fl_tree + 8, 4, 1ull << 39, 0x8000000087, HANDOFF_LEAF, HANDOFF_RULE_FL_SUPERPAGE);
}

static void tables_that_are_not_the_crashed_kernels(void **state)
{
	expect_table(state, 0xe0000000 | 7, HANDOFF_RULE_FL_PROVENANCE);
	expect_table(state, BUILD_CRASH_START | 7, HANDOFF_RULE_FL_PROVENANCE);
	expect_table(state, 7, HANDOFF_RULE_FL_PROVENANCE);
}

static void leaves_into_the_crash_region(void **state)
{
	expect_leaf(state, BUILD_CRASH_START | 7, HANDOFF_RULE_FL_TARGET);
	expect_leaf(state, (BUILD_CRASH_END - 0x1000) | 5, HANDOFF_RULE_FL_TARGET);
	expect_superpage(state, 2, (BUILD_CRASH_END - 0x200000) | 0x87, HANDOFF_RULE_FL_TARGET);
}

/* The PAT bit of a superpage lies among the address bits, and is none. */
static void superpage_with_pat_whose_first_page_is_in_use(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t where = build_slot(s.fl_tree, 4, 0x40000000, 2), value = 0x50000000 | 1 << 12 | 0x87;

	memory_put64(where, value);
	build_seal(s.b);
	s.b->boot.in_use[s.b->boot.in_use_count].start = 0x50000000;
	s.b->boot.in_use[s.b->boot.in_use_count++].size = 0x1000;
	expect_entry(&s, where, 2, 0x40000000, value, HANDOFF_LEAF, HANDOFF_RULE_FL_TARGET);
}

/* XD, PAT, dirty, accessed, ignored bits: they make no entry bad, and stay. */
static void other_bits_stand(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t leaf = SCENE_FL_PAGE | 1ull << 63 | 0x7ffull << 52 | 0xfff;
	uint64_t large = build_slot(s.fl_tree, 4, 0x40000000, 2);
	struct translation t;

	memory_put64(s.fl_leaf, leaf);
	memory_put64(large, 0x30200000 | 1ull << 62 | 1 << 12 | 0xfff);	/* bit 12: PAT */
	scene_expect_nothing(&s);
	t = scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA);
	assert_hex_equal(memory_get64(t.path[t.path_length - 1]), leaf);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, 0x40000123).pa, 0x30200123);
}

/* Read-only and absent entries: P alone decides. */
static void writable_but_absent_entry_is_absent(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(s.fl_leaf, BUILD_CRASH_START | 6);
	scene_expect_nothing(&s);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA);
}

static void five_levels(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t tree = build_page(s.b);

	s.unit->cap |= 1ull << 60;
	s.b->rights = 7;
	build_map(s.b, tree, 5, 0xfff0000000000, 0x21000000, 1);
	build_pasid(s.b, s.directory, 9, 1 << 6 | 1, 11, tree | 1 << 2);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, 9, 0xfff0000000000).pa, 0x21000000);
}

static void leaf_of_1g_that_the_unit_can(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->cap |= 1ull << 56;
	memory_put64(build_slot(s.fl_tree, 4, 0x40000000, 3), 0x100000087);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, 0x7fffffff).pa, 0x13fffffff);
}

/* One page as a table of both formats: two copies, each by its own rules. */
static void tree_of_both_formats_has_two_copies(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(s.fl_leaf, SCENE_FL_PAGE | 1 << 11 | 7);	/* ignored here, reserved there */
	build_pasid(s.b, s.directory, 9, s.fl_tree | 2 << 6 | 2 << 2 | 1, 30, 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, 9, SCENE_IOVA);
}

/* More tables of tables in place than can be remembered. */
static void tables_beyond_the_memo_are_given_up(void **state)
{
	struct scene s = scene_make_scalable(state);
	unsigned int untracked = 0;

	s.b->arena_size = 0x48000;
	s.b->rights = 7;
	for (uint64_t i = 2; i < 1000; i++)
		build_map(s.b, s.fl_tree, 4, i << 30, 0x20000000, 2);
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++)
		untracked += ((const struct handoff_record *)
			      result_entry(HANDOFF_RECORDS, i))->rule == HANDOFF_RULE_FL_UNTRACKED;
	assert_true(untracked > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(misaligned_superpages_are_reserved),
		SUNK_AND_BLOCKED(misaligned_1g_leaf_is_reserved),
		SUNK_AND_BLOCKED(addresses_beyond_the_host_width),
		SUNK_AND_BLOCKED(leaf_of_1g_that_the_unit_cannot),
		SUNK_AND_BLOCKED(leaf_of_512g_is_none),
		SUNK_AND_BLOCKED(tables_that_are_not_the_crashed_kernels),
		SUNK_AND_BLOCKED(leaves_into_the_crash_region),
		SUNK_AND_BLOCKED(superpage_with_pat_whose_first_page_is_in_use),
		cmocka_unit_test(other_bits_stand),
		cmocka_unit_test(writable_but_absent_entry_is_absent),
		cmocka_unit_test(five_levels),
		cmocka_unit_test(leaf_of_1g_that_the_unit_can),
		cmocka_unit_test(tree_of_both_formats_has_two_copies),
		cmocka_unit_test(tables_beyond_the_memo_are_given_up),
	};

	return cmocka_run_group_tests_name("first_level", tests, NULL, NULL);
}
